// SPDX-License-Identifier: Apache-2.0
// Whole, cut, damaged and foreign captures: each ends in the right word, with every frame before the damage given.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/bytes.h"
#include "io/capture.h"
#include "net/testing.h"

namespace cordon::io {
namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes frame_bytes(std::uint32_t i) {
  const auto from = net::testing::host(1, 50'000);
  const auto to = net::testing::host(2, 445);
  return net::testing::tcp_frame(from, to, {.sequence = i, .payload = "payload"}, {}).bytes;
}

void add_record(ByteWriter& w, std::uint32_t i, const Bytes& frame, std::uint32_t wire_bytes = 0) {
  w.u32le(1'670'097'605);
  w.u32le(i);
  w.u32le(static_cast<std::uint32_t>(frame.size()));
  w.u32le(wire_bytes != 0 ? wire_bytes : static_cast<std::uint32_t>(frame.size()));
  w.bytes(frame);
}

ByteWriter pcap(std::uint32_t link_type, std::uint32_t frames) {
  ByteWriter w;
  w.u32le(0xa1b2c3d4);
  w.u16le(2);
  w.u16le(4);
  w.u64le(0);
  w.u32le(65'535);
  w.u32le(link_type);
  for (std::uint32_t i = 0; i < frames; ++i) add_record(w, i, frame_bytes(i));
  return w;
}

ByteWriter pcapng(std::uint32_t frames) {
  ByteWriter w;
  for (const std::uint32_t v : {0x0a0d0d0aU, 28U, 0x1a2b3c4dU, 1U, 0xffffffffU, 0xffffffffU, 28U}) w.u32le(v);
  for (const std::uint32_t v : {1U, 20U, 1U, 65'535U, 20U}) w.u32le(v);
  for (std::uint32_t i = 0; i < frames; ++i) {
    Bytes frame = frame_bytes(i);
    const auto captured = static_cast<std::uint32_t>(frame.size());
    while (frame.size() % 4 != 0) frame.push_back(0);
    const auto length = static_cast<std::uint32_t>(32 + frame.size());
    const std::uint64_t time = 1'670'097'605'000'000 + i;
    w.u32le(6);
    w.u32le(length);
    w.u32le(0);
    w.u32le(static_cast<std::uint32_t>(time >> 32));
    w.u32le(static_cast<std::uint32_t>(time));
    w.u32le(captured);
    w.u32le(captured);
    w.bytes(frame);
    w.u32le(length);
  }
  return w;
}

// What reading some bytes came to: the frames given, and the failure, if any.
struct WholeFile {
  std::uint32_t frames = 0;
  bool opened = false;
  std::optional<ErrorCode> code;
  std::string sentence;
};

WholeFile read_all(Result<CaptureFile> file) {
  WholeFile out;
  if (!file) {
    out.code = file.error().code;
    out.sentence = CaptureFile::open_error();
    return out;
  }
  out.opened = true;
  while (true) {
    const auto next = file->next();
    if (!next) {
      out.code = next.error().code;
      out.sentence = file->last_error();
      return out;
    }
    if (!*next) return out;
    EXPECT_EQ((*next)->time, WallTime{Micros{1'670'097'605'000'000 + out.frames}});
    ++out.frames;
  }
}

WholeFile read_bytes(const Bytes& bytes) {
  std::FILE* stream = std::tmpfile();
  for (const std::uint8_t b : bytes) std::fputc(b, stream);
  std::rewind(stream);
  return read_all(CaptureFile::open_stream(stream));
}

TEST(CaptureFile, ReadsPcapAndPcapng) {
  for (const Bytes& bytes : {pcap(1, 100).view(), pcapng(100).view()}) {
    const WholeFile out = read_bytes(bytes);
    EXPECT_EQ(out.frames, 100U);
    EXPECT_FALSE(out.code) << out.sentence;
  }
}

TEST(CaptureFile, GivesTheBytesTheLinkTypeAndTheLengthOnTheWire) {
  ByteWriter w = pcap(1, 0);
  add_record(w, 7, frame_bytes(7), 1'514);
  std::FILE* stream = std::tmpfile();
  std::fwrite(w.view().data(), 1, w.size(), stream);
  std::rewind(stream);
  auto file = CaptureFile::open_stream(stream);
  ASSERT_TRUE(file);
  const auto next = file->next();
  ASSERT_TRUE(next && *next);
  EXPECT_EQ((*next)->link_type, net::LinkType::ethernet);
  EXPECT_EQ((*next)->wire_bytes, 1'514U);
  EXPECT_EQ(Bytes((*next)->bytes.begin(), (*next)->bytes.end()), frame_bytes(7));
}

TEST(CaptureFile, ReadsStandardInputThroughAPipe) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const Bytes bytes = pcapng(20).view();
  ASSERT_EQ(::write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  ::close(ends[1]);
  const int before = ::dup(0);
  ::dup2(ends[0], 0);
  const WholeFile out = read_all(CaptureFile::open("-"));
  ::dup2(before, 0);
  ::close(before);
  ::close(ends[0]);
  EXPECT_EQ(out.frames, 20U);
  EXPECT_FALSE(out.code) << out.sentence;
}

TEST(CaptureFile, ACutAtAnyByteGivesAllWholeFramesBefore) {
  for (const Bytes& whole : {pcap(1, 5).view(), pcapng(5).view()}) {
    for (std::size_t n = 0; n < whole.size(); ++n) {
      const WholeFile out = read_bytes(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n)));
      if (out.code) {
        EXPECT_TRUE(*out.code == ErrorCode::truncated || !out.opened) << n << ": " << out.sentence;
        EXPECT_FALSE(out.sentence.empty());
      }
      EXPECT_LT(out.frames, 5U);
    }
  }
  Bytes cut = pcap(1, 5).release();
  for (int i = 0; i < 10; ++i) cut.pop_back();
  EXPECT_EQ(read_bytes(cut).frames, 4U);
  EXPECT_EQ(read_bytes(cut).code, ErrorCode::truncated);
  cut = pcapng(5).release();
  for (int i = 0; i < 10; ++i) cut.pop_back();
  EXPECT_EQ(read_bytes(cut).frames, 4U);
  EXPECT_EQ(read_bytes(cut).code, ErrorCode::truncated);
}

TEST(CaptureFile, AnEmptyFileIsTruncatedAndATextFileIsNoCapture) {
  EXPECT_EQ(read_bytes({}).code, ErrorCode::truncated);
  const std::string text(5'000, 'a');
  EXPECT_EQ(read_bytes(Bytes(text.begin(), text.end())).code, ErrorCode::malformed);
  EXPECT_FALSE(read_bytes(Bytes(text.begin(), text.end())).sentence.empty());
}

TEST(CaptureFile, AForeignLinkTypeIsNamed) {
  const WholeFile out = read_bytes(pcap(105, 1).view());
  EXPECT_EQ(out.code, ErrorCode::unsupported);
  EXPECT_NE(out.sentence.find("IEEE802_11"), std::string::npos) << out.sentence;
}

TEST(CaptureFile, AMissingFileAndAFolderAreSaidSo) {
  auto missing = CaptureFile::open("no/such/file.pcap");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error(), (Error{ErrorCode::io, ENOENT, ""}));
  auto folder = CaptureFile::open("/");
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code, ErrorCode::io);
  EXPECT_NE(CaptureFile::open_error().find("folder"), std::string::npos) << CaptureFile::open_error();
}

TEST(CaptureFile, GarbageAfterAFrameIsSaidSoAndMemoryStaysSmall) {
  const long before = [] {
    rusage use{};
    ::getrusage(RUSAGE_SELF, &use);
    return use.ru_maxrss;
  }();
  for (const std::uint32_t length : {0x7fffffffU, 0xffffffffU, 300'000'000U, 0x10000000U}) {
    ByteWriter classic = pcap(1, 3);
    classic.u32le(0);
    classic.u32le(0);
    classic.u32le(length);
    classic.u32le(length);
    classic.text("garbage");
    WholeFile out = read_bytes(classic.view());
    EXPECT_EQ(out.frames, 3U);
    EXPECT_EQ(out.code, ErrorCode::malformed) << length << ": " << out.sentence;
    ByteWriter block = pcapng(3);
    block.u32le(6);
    block.u32le(length & ~3U);
    block.text("garbage, and some more of it");
    out = read_bytes(block.view());
    EXPECT_EQ(out.frames, 3U);
    EXPECT_TRUE(out.code == ErrorCode::malformed || out.code == ErrorCode::truncated) << out.sentence;
  }
  rusage use{};
  ::getrusage(RUSAGE_SELF, &use);
  EXPECT_LT(use.ru_maxrss - before, 128 * 1'024) << "KiB";
}

TEST(CaptureLive, ANameThatIsNoInterfaceIsRefusedWithAWord) {
  const auto live = CaptureLive::open({.interface = "no-such-if0"});
  ASSERT_FALSE(live);
  EXPECT_TRUE(live.error().code == ErrorCode::io || live.error().code == ErrorCode::denied);
  EXPECT_FALSE(CaptureLive::open_error().empty());
}

}  // namespace
}  // namespace cordon::io
