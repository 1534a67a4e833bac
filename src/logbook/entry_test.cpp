// SPDX-License-Identifier: Apache-2.0
#include "logbook/entry.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>

namespace cordon::logbook {
namespace {

WallTime at(std::int64_t micros) {
  return WallTime{Micros{micros}};
}

TEST(HybridClock, FollowsTheWallClockAndNeverGoesBack) {
  EXPECT_EQ(tick({100, 7}, at(101)), (HybridTime{101, 0}));
  EXPECT_EQ(tick({100, 7}, at(100)), (HybridTime{100, 8}));
  EXPECT_EQ(tick({100, 7}, at(-5)), (HybridTime{100, 8})) << "a wall clock that jumps back";
  EXPECT_EQ(tick({100, std::numeric_limits<std::uint32_t>::max()}, at(3)), (HybridTime{101, 0}));
  EXPECT_TRUE(rc::check([](std::vector<std::int64_t> walls) {
    HybridTime last;
    for (const std::int64_t wall : walls) {
      const HybridTime next = tick(last, at(wall / 2));
      RC_ASSERT(next > last);
      RC_ASSERT(next.micros >= wall / 2);
      last = next;
    }
  }));
}

TEST(Names, OfBoxesAndKindsAreShortAndPlain) {
  EXPECT_TRUE(box_name_ok("CHV-situation.1"));
  EXPECT_FALSE(box_name_ok("")) << "an empty name";
  EXPECT_FALSE(box_name_ok("a b"));
  EXPECT_FALSE(box_name_ok("a'; DROP TABLE entry; --"));
  EXPECT_FALSE(box_name_ok("h\xC3\xB4pital"));
  EXPECT_TRUE(box_name_ok(std::string(box_bytes_max, 'a')));
  EXPECT_FALSE(box_name_ok(std::string(box_bytes_max + 1, 'a')));
  EXPECT_TRUE(kind_ok("verdict"));
  EXPECT_FALSE(kind_ok("Verdict")) << "kinds are lower-case";
  EXPECT_TRUE(kind_ok(std::string(kind_bytes_max, 'a')));
  EXPECT_FALSE(kind_ok(std::string(kind_bytes_max + 1, 'a')));
}

TEST(Entry, EveryFieldIsUnderTheHash) {
  const Entry entry{.epoch = 1,
                    .sequence = Sequence{2},
                    .hlc = {3, 4},
                    .time = at(5),
                    .kind = "k",
                    .version = 6,
                    .body = "body",
                    .previous = {7},
                    .hash = {}};
  const Hash hash = entry_hash("box", entry);
  EXPECT_NE(entry_hash("boy", entry), hash);
  const auto differs = [&](auto change) {
    Entry other = entry;
    change(other);
    return entry_hash("box", other) != hash;
  };
  EXPECT_TRUE(differs([](Entry& e) { ++e.epoch; }));
  EXPECT_TRUE(differs([](Entry& e) { ++e.sequence.value; }));
  EXPECT_TRUE(differs([](Entry& e) { ++e.hlc.micros; }));
  EXPECT_TRUE(differs([](Entry& e) { ++e.hlc.counter; }));
  EXPECT_TRUE(differs([](Entry& e) { e.time += Micros{1}; }));
  EXPECT_TRUE(differs([](Entry& e) { e.kind = "l"; }));
  EXPECT_TRUE(differs([](Entry& e) { ++e.version; }));
  EXPECT_TRUE(differs([](Entry& e) { e.body += '\0'; }));
  EXPECT_TRUE(differs([](Entry& e) { ++e.previous[31]; }));
  EXPECT_FALSE(differs([](Entry& e) { ++e.hash[0]; })) << "the hash cannot cover itself";
}

TEST(Entry, NoTwoEntriesHaveTheSameBytes) {
  // The lengths stand before the texts, so that nothing can move from one field into its neighbour.
  EXPECT_TRUE(rc::check(
      [](const std::string& kind, const std::string& body, const std::string& kind2, const std::string& body2) {
        Entry a;
        a.kind = kind;
        a.body = body;
        Entry b;
        b.kind = kind2;
        b.body = body2;
        std::vector<std::uint8_t> bytes_a;
        std::vector<std::uint8_t> bytes_b;
        encode_entry("box", a, bytes_a);
        encode_entry("box", b, bytes_b);
        RC_ASSERT((bytes_a == bytes_b) == (kind == kind2 && body == body2));
      }));
}

TEST(Hex, ReadsBackAndRefusesTheRest) {
  EXPECT_TRUE(rc::check([](const std::array<std::uint8_t, 8>& in) {
    std::array<std::uint8_t, 8> out{};
    RC_ASSERT(from_hex(to_hex(in), out));
    RC_ASSERT(in == out);
  }));
  std::array<std::uint8_t, 2> out{};
  EXPECT_FALSE(from_hex("abc", out));
  EXPECT_FALSE(from_hex("abcg", out));
  EXPECT_FALSE(from_hex("ABCD", out)) << "one form only";
}

}  // namespace
}  // namespace cordon::logbook
