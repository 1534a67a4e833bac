// SPDX-License-Identifier: Apache-2.0
// How fast a Conversation takes bulk payload, in segments as a network gives them, and small exchanges.
#include <benchmark/benchmark.h>

#include <algorithm>

#include "smb/testing.h"

namespace {

using namespace cordon;
using namespace cordon::smb;
using namespace cordon::smb::testing;

struct Null final : Sink {
  std::uint64_t bytes = 0;
  std::uint64_t exchanges = 0;
  void data(const DataPiece&, ByteView in) override { bytes += in.size() + in[in.size() / 2]; }
  void exchange(const Exchange&) override { ++exchanges; }
};

constexpr std::size_t segment_bytes = 1460;
constexpr FileId file{1, 2};

void feed_cut(Conversation& c, Direction d, ByteView in, std::size_t piece) {
  while (!in.empty()) {
    const std::size_t n = std::min(piece, in.size());
    c.feed(d, WallTime{}, in.first(n));
    in = in.subspan(n);
  }
}

void bulk_write(benchmark::State& state) {
  const auto piece = static_cast<std::size_t>(state.range(0));
  const Bytes request = message({Command::write, 1}, write_request(file, 0, Bytes(1 << 20, 0x55)));
  const Bytes response = message({Command::write, 1, flag_response}, write_response(1 << 20));
  Null sink;
  Conversation c(sink);
  for (auto _ : state) {
    feed_cut(c, Direction::client_to_server, request, piece);
    c.feed(Direction::server_to_client, WallTime{}, response);
  }
  benchmark::DoNotOptimize(sink.bytes);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request.size() + response.size()));
}
BENCHMARK(bulk_write)->Arg(segment_bytes)->Arg(65536);

void bulk_read(benchmark::State& state) {
  const Bytes request = message({Command::read, 1}, read_request(file, 0, 1 << 16));
  const Bytes response = message({Command::read, 1, flag_response}, read_response(Bytes(1 << 16, 0x55)));
  Null sink;
  Conversation c(sink);
  for (auto _ : state) {
    c.feed(Direction::client_to_server, WallTime{}, request);
    feed_cut(c, Direction::server_to_client, response, segment_bytes);
  }
  benchmark::DoNotOptimize(sink.bytes);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(request.size() + response.size()));
}
BENCHMARK(bulk_read);

void small_exchanges(benchmark::State& state) {
  const Bytes create = message({Command::create, 1}, create_request("Cardiologie\\Comptes rendus\\2022\\CR 1042.docx"));
  const Bytes created = message({Command::create, 1, flag_response}, create_response(file));
  const Bytes close = message({Command::close, 2}, close_request(file));
  const Bytes closed = message({Command::close, 2, flag_response}, close_response());
  Null sink;
  Conversation c(sink);
  for (auto _ : state) {
    c.feed(Direction::client_to_server, WallTime{}, create);
    c.feed(Direction::server_to_client, WallTime{}, created);
    c.feed(Direction::client_to_server, WallTime{}, close);
    c.feed(Direction::server_to_client, WallTime{}, closed);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(sink.exchanges));
}
BENCHMARK(small_exchanges);

void search_in_payload(benchmark::State& state) {
  const Bytes payload(1 << 20, 0x53);  // the worst case: every byte is an 'S'
  Null sink;
  Conversation c(sink);
  c.gap(Direction::client_to_server, WallTime{}, 1);
  for (auto _ : state) c.feed(Direction::client_to_server, WallTime{}, payload);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(payload.size()));
}
BENCHMARK(search_in_payload);

}  // namespace
