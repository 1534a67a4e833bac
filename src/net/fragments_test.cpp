// SPDX-License-Identifier: Apache-2.0
#include "net/fragments.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "net/testing.h"

namespace cordon::net {
namespace {

using testing::host;
using testing::host6;
using testing::noon;


struct Piece {
  std::uint32_t offset;
  std::string bytes;
  bool more;
};

class Joiner {
 public:
  explicit Joiner(bool v6 = false, FragmentOptions options = {}) : v6_(v6), fragments_(options, counters) {}

  std::optional<std::string> add(const Piece& piece, std::uint16_t source = 1, std::uint32_t id = 9,
                                 WallTime now = noon) {
    WeirdCounters weird;
    const auto from = v6_ ? host6(source, 0) : host(source, 0);
    const auto to = v6_ ? host6(2, 0) : host(2, 0);
    const auto ip = testing::ip_bytes(from, to, as_bytes(piece.bytes),
                                      {.identification = id, .offset = piece.offset, .more = piece.more});
    const auto packet = decode_frame(Frame{LinkType::raw, now, ip, static_cast<std::uint32_t>(ip.size())}, weird);
    if (!packet->fragment) return std::nullopt;
    const auto whole = fragments_.add(*packet, now);
    if (!whole) return std::nullopt;
    return std::string(whole->payload.begin(), whole->payload.end());
  }
  void advance(WallTime now) { fragments_.advance(now); }
  std::size_t size() const { return fragments_.size(); }
  std::size_t bytes() const { return fragments_.bytes(); }

  Counters counters;

 private:
  bool v6_;
  Fragments fragments_;
};

TEST(Fragments, AnyOrderAndRepetitionGivesTheDatagram) {
  EXPECT_TRUE(rc::check([](bool v6) {
    const auto text =
        *rc::gen::container<std::string>(*rc::gen::inRange<std::size_t>(9, 400), rc::gen::arbitrary<char>());
    const auto step = static_cast<std::size_t>(*rc::gen::inRange(1, 12)) * 8;
    std::vector<Piece> pieces;
    for (std::size_t at = 0; at < text.size(); at += step) {
      pieces.push_back({static_cast<std::uint32_t>(at), text.substr(at, step), at + step < text.size()});
    }
    if (pieces.size() < 2) return;
    const auto order =
        *rc::gen::container<std::vector<std::size_t>>(pieces.size(), rc::gen::inRange<std::size_t>(0, pieces.size()));
    Joiner joiner(v6);
    std::optional<std::string> whole;
    for (const std::size_t i : order) {
      if (!whole) whole = joiner.add(pieces[i]);
    }
    for (std::size_t i = pieces.size(); i-- > 0 && !whole;) whole = joiner.add(pieces[i]);
    RC_ASSERT(whole == text);
    RC_ASSERT(joiner.counters.weird.total() == 0U);
    RC_ASSERT(joiner.size() == 0U);
    RC_ASSERT(joiner.bytes() == 0U);
  }));
}

TEST(Fragments, FirstBytesWinInIp4) {
  Joiner joiner;
  joiner.add({8, "BBBBBBBB", true});
  joiner.add({0, "aaaaaaaaxxxxxxxx", true});
  EXPECT_EQ(joiner.add({16, "end", false}), "aaaaaaaaBBBBBBBBend");
  EXPECT_EQ(joiner.counters.weird[Weird::fragment_overlap], 1U);
}

TEST(Fragments, OverlapDropsAnIp6DatagramAndAllThatFollows) {
  Joiner joiner(true);
  joiner.add({8, "BBBBBBBB", true});
  joiner.add({0, "aaaaaaaaxxxxxxxx", true});
  EXPECT_EQ(joiner.add({0, "aaaaaaaa", true}), std::nullopt);
  EXPECT_EQ(joiner.add({16, "end", false}), std::nullopt);
  EXPECT_EQ(joiner.counters.weird[Weird::fragment_overlap_ip6], 1U);
}

TEST(Fragments, BadLengthsAreCounted) {
  Joiner joiner;
  joiner.add({0, "seven77", true});
  EXPECT_EQ(joiner.counters.weird[Weird::fragment_bad_length], 1U);
  joiner.add({65'528, "0123456789", false});
  EXPECT_EQ(joiner.counters.weird[Weird::fragment_beyond_end], 1U);
  EXPECT_EQ(joiner.size(), 0U);
  joiner.add({16, "end", false});
  joiner.add({24, "beyond the end..", true});
  EXPECT_EQ(joiner.counters.weird[Weird::fragment_beyond_end], 2U);
  EXPECT_EQ(joiner.bytes(), 0U);
}

TEST(Fragments, ForgetsAfterItsTime) {
  Joiner joiner;
  joiner.add({0, "aaaaaaaa", true});
  joiner.advance(noon + std::chrono::seconds(30));
  EXPECT_EQ(joiner.size(), 1U);
  joiner.advance(noon + std::chrono::seconds(31));
  EXPECT_EQ(joiner.size(), 0U);
  EXPECT_EQ(joiner.counters.weird[Weird::fragment_timeout], 1U);
}

TEST(Fragments, TooScatteredAtTheBoundPlusOne) {
  Joiner joiner;
  for (std::uint32_t i = 1; i <= ranges_max; ++i) joiner.add({i * 16, "pppppppp", true});
  EXPECT_EQ(joiner.counters.weird[Weird::fragment_too_scattered], 0U);
  joiner.add({(ranges_max + 1) * 16, "pppppppp", true});
  EXPECT_EQ(joiner.counters.weird[Weird::fragment_too_scattered], 1U);
  EXPECT_EQ(joiner.bytes(), 0U);
}

TEST(Fragments, AFloodOfTinyFragmentsFromOneSourcePushesOutOnlyItsOwn) {
  Joiner joiner;
  joiner.add({0, "the victim's....", true}, 77, 1);
  for (std::uint32_t id = 0; id < 20'000; ++id) joiner.add({8, "tinytiny", true}, 5, id & 0xffff);
  EXPECT_LE(joiner.size(), 65U + 1U) << "64 of the flood, one of the victim";
  EXPECT_EQ(joiner.add({16, "datagram", false}, 77, 1), "the victim's....datagram");
  // Large offsets make each tiny fragment expensive: then the source's bytes are the bound.
  joiner.add({0, "the victim's....", true}, 77, 2);
  for (std::uint32_t id = 0; id < 1'000; ++id) joiner.add({65'520, "tinytiny", true}, 6, id);
  EXPECT_LE(joiner.counters.fragment_bytes_peak, 2 * (1U << 20) + 2 * 65'535U);
  EXPECT_EQ(joiner.add({16, "datagram", false}, 77, 2), "the victim's....datagram");
}

TEST(Fragments, AFloodFromForgedSourcesStaysWithinBytesAndNumber) {
  const FragmentOptions options;
  Joiner joiner;
  for (std::uint32_t i = 0; i < 20'000; ++i) joiner.add({65'520, "tinytiny", true}, static_cast<std::uint16_t>(i), i);
  EXPECT_LE(joiner.size(), options.datagrams_max);
  EXPECT_LE(joiner.counters.fragment_bytes_peak, options.bytes_max + 65'535);
  EXPECT_GT(joiner.counters.weird[Weird::fragment_evicted], 0U);
  joiner.add({0, "the victim's....", true}, 0x7777, 1);
  EXPECT_EQ(joiner.add({16, "datagram", false}, 0x7777, 1), "the victim's....datagram");
}

}  // namespace
}  // namespace cordon::net
