// SPDX-License-Identifier: Apache-2.0
// How fast files are followed: bulk reads and writes of one large file, and many small ones encrypted in place; and
// what the measuring alone costs.
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "observe/byte_statistics.h"
#include "observe/file_model.h"
#include "observe/sketch.h"

namespace {

using namespace cordon;
using observe::FileModel;
using observe::Origin;

std::vector<std::uint8_t> random_bytes(std::size_t size) {
  std::mt19937 random(1);
  std::vector<std::uint8_t> out(size);
  for (auto& b : out) b = static_cast<std::uint8_t>(random());
  return out;
}

// The exchanges of one client, without packets.
struct Client {
  std::uint64_t reports = 0;
  FileModel model{{}, {}, [this](const event::FileActivity&) { ++reports; }};
  Origin origin;
  std::uint64_t messages = 0;
  WallTime now{std::chrono::seconds(1'670'097'605)};

  Client() {
    origin.flow = 1;
    origin.client.sensor = "span0";
    origin.client.ip = *IpAddress::parse("10.77.0.12");
    origin.server = *IpAddress::parse("10.77.0.20");
    origin.proven = true;
  }
  smb::Exchange exchange(smb::Command command, smb::FileId file) {
    smb::Exchange e;
    now += Micros{10};
    e.command = command;
    e.has_request = e.answered = e.file_known = true;
    e.request_time = e.response_time = now;
    e.message_id = ++messages;
    e.session_id = 1;
    e.tree_id = 1;
    e.file = file;
    return e;
  }
  void open(smb::FileId file, const std::string& name, std::uint64_t size) {
    smb::Exchange e = exchange(smb::Command::create, file);
    smb::CreateRequest request;
    request.name = name;
    e.request = request;
    smb::CreateResponse response;
    response.file = file;
    response.action = smb::CreateAction::opened;
    response.end_of_file = size;
    e.response = response;
    model.exchange(origin, e);
  }
  void move(smb::DataPiece::Kind kind, smb::FileId file, std::uint64_t offset, ByteView bytes) {
    const bool write = kind == smb::DataPiece::Kind::write;
    smb::DataPiece piece;
    piece.kind = kind;
    piece.known = true;
    piece.file = file;
    piece.session_id = 1;
    piece.tree_id = 1;
    piece.time = now;
    for (std::size_t at = 0; at < bytes.size(); at += 1460) {
      piece.offset = offset + at;
      model.data(origin, piece, bytes.subspan(at, std::min<std::size_t>(1460, bytes.size() - at)));
    }
    smb::Exchange e = exchange(write ? smb::Command::write : smb::Command::read, file);
    if (write) {
      e.request = smb::WriteRequest{offset, static_cast<std::uint32_t>(bytes.size())};
      e.response = smb::WriteResponse{static_cast<std::uint32_t>(bytes.size())};
    } else {
      e.request = smb::ReadRequest{offset, static_cast<std::uint32_t>(bytes.size())};
      e.response = smb::ReadResponse{static_cast<std::uint32_t>(bytes.size())};
    }
    model.exchange(origin, e);
  }
  void close(smb::FileId file) {
    smb::Exchange e = exchange(smb::Command::close, file);
    e.request = smb::CloseRequest{};
    e.response = smb::CloseResponse{};
    model.exchange(origin, e);
  }
};

void bulk(benchmark::State& state, smb::DataPiece::Kind kind) {
  const auto bytes = random_bytes(1 << 20);
  Client c;
  c.open({1, 1}, "image.vmdk", std::uint64_t{1} << 40U);
  std::uint64_t offset = 0;
  for (auto _ : state) {
    c.move(kind, {1, 1}, offset, bytes);
    offset += bytes.size();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(offset));
}
void BulkRead(benchmark::State& state) {
  bulk(state, smb::DataPiece::Kind::read);
}
void BulkWrite(benchmark::State& state) {
  bulk(state, smb::DataPiece::Kind::write);
}

// Each iteration is one file of range(0) bytes that is opened, read, written over and closed.
void EncryptInPlace(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const auto old = random_bytes(size);
  auto fresh = old;
  for (auto& b : fresh) b = static_cast<std::uint8_t>(b ^ 0x5aU);
  Client c;
  std::uint64_t files = 0;
  for (auto _ : state) {
    const smb::FileId file{++files, 7};
    c.open(file, "dossier\\f" + std::to_string(files) + ".docx", size);
    c.move(smb::DataPiece::Kind::read, file, 0, old);
    c.move(smb::DataPiece::Kind::write, file, 0, fresh);
    c.close(file);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(files));
  state.SetBytesProcessed(static_cast<std::int64_t>(2 * files * size));
  if (c.reports < files) state.SkipWithError("files without a report");
}

void Histogram(benchmark::State& state) {
  const auto bytes = random_bytes(static_cast<std::size_t>(state.range(0)));
  observe::ByteHistogram h;
  for (auto _ : state) h.add(bytes);
  benchmark::DoNotOptimize(h.chi_squared());
  state.SetBytesProcessed(state.iterations() * state.range(0));
}

void SketchDense(benchmark::State& state) {
  const auto bytes = random_bytes(64 << 10);
  for (auto _ : state) {
    observe::Sketch s;
    for (std::size_t at = 0; at < bytes.size(); at += 1460) {
      s.add(at, ByteView(bytes).subspan(at, std::min<std::size_t>(1460, bytes.size() - at)));
    }
    benchmark::DoNotOptimize(s.memory_bytes());
  }
  state.SetBytesProcessed(state.iterations() * (64 << 10));
}

BENCHMARK(BulkRead);
BENCHMARK(BulkWrite);
BENCHMARK(EncryptInPlace)->Arg(4 << 10)->Arg(40 << 10)->Arg(400 << 10);
BENCHMARK(Histogram)->Arg(1460)->Arg(64 << 10);
BENCHMARK(SketchDense);

}  // namespace
