// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "base/address.h"
#include "base/bytes.h"
#include "base/french.h"
#include "base/number.h"
#include "base/queue.h"
#include "base/text.h"
#include "base/time.h"

namespace cordon {
namespace {

TEST(French, HasADecimalCommaAndNoGroups) {
  EXPECT_EQ(fmt::format(french_numbers(), "{:.1Lf} {:+.1Lf} {:.0Lf} {}", 8.5, -1.25, 123456.0, 1234),
            "8,5 -1,2 123456 1234");
}

TEST(Decimal, HasATrueMinusSignAndNoneBeforeAZero) {
  EXPECT_EQ(decimal(-0.63, french_numbers()), "−0,63");
  EXPECT_EQ(decimal(-0.63, std::locale::classic()), "−0.63");
  EXPECT_EQ(decimal(-0.0, french_numbers()), "0");
  EXPECT_EQ(decimal(-1e-7, french_numbers()), "−1e−07");
  EXPECT_EQ(decimal(123456.7, french_numbers()), "123457");
}

TEST(ByteReader, ReadsBothEndiannessesAndStopsAtTheEnd) {
  const std::vector<std::uint8_t> in{1, 2, 3, 4, 5, 6, 7};
  ByteReader r(in);
  EXPECT_EQ(*r.u16le(), 0x0201);
  EXPECT_EQ(*r.u32be(), 0x03040506U);
  EXPECT_EQ(r.u16le().error().code, ErrorCode::truncated);
  EXPECT_EQ(r.offset(), 6U) << "a failed read moves nothing";
  EXPECT_EQ(*r.u8(), 7);
}

TEST(ByteReader, ReadsBackWhatByteWriterWrote) {
  EXPECT_TRUE(rc::check([](std::uint16_t a, std::uint32_t b, std::uint64_t c) {
    ByteWriter w;
    w.u16le(a);
    w.u32be(b);
    w.u64le(c);
    ByteReader r(w.view());
    RC_ASSERT(*r.u16le() == a);
    RC_ASSERT(*r.u32be() == b);
    RC_ASSERT(*r.u64le() == c);
    RC_ASSERT(r.left() == 0U);
  }));
}

TEST(Utf16, KeepsAccentsAndPairsAndReplacesLoneSurrogates) {
  const std::vector<std::uint8_t> in{'R', 0, 0xE9, 0, 0x3D, 0xD8, 0x00, 0xDE, 0x00, 0xDC, 'x', 0, 'y'};
  EXPECT_EQ(utf8_from_utf16le(in), "R\xC3\xA9\xF0\x9F\x98\x80\xEF\xBF\xBDx");
}

TEST(Address, WhichMacsRoutersShare) {
  for (const char* mac : {"00:00:5e:00:01:00", "00:00:5e:00:02:ff", "00:00:0c:07:ac:00", "00:00:0c:9f:ff:ff",
                          "00:05:73:a0:0f:ff", "00:07:b4:03:ff:ff"}) {
    EXPECT_TRUE(Mac::parse(mac)->shared_by_routers()) << mac;
  }
  for (const char* mac : {"00:00:5e:00:00:ff", "00:00:5e:00:03:00", "00:00:0c:07:ad:00", "00:00:0c:9f:ef:ff",
                          "00:05:73:a0:10:00", "00:07:b4:04:00:00", "02:00:5e:00:01:00", "00:00:00:00:00:00"}) {
    EXPECT_FALSE(Mac::parse(mac)->shared_by_routers()) << mac;
  }
}

TEST(Address, OneStationIsNoGroupNoLoopbackAndNothingMapped) {
  for (const char* one : {"10.77.0.11", "192.0.2.1", "fd00:77::12", "fe80::1", "2001:db8::1"}) {
    EXPECT_TRUE(IpAddress::parse(one)->one_station()) << one;
  }
  for (const char* none : {"0.0.0.0", "127.0.0.1", "224.0.0.1", "239.1.2.3", "255.255.255.255", "::", "::1",
                           "ff02::1:3", "::ffff:10.77.0.20"}) {
    const auto address = IpAddress::parse(none);
    EXPECT_TRUE(!address || !address->one_station()) << none;
  }
}

TEST(Address, TextAndBack) {
  for (const char* text : {"10.0.3.7", "fd00:77::11", "::1", "255.255.255.255"}) {
    EXPECT_EQ(IpAddress::parse(text)->text(), text);
  }
  EXPECT_FALSE(IpAddress::parse("10.0.3.300"));
  EXPECT_FALSE(IpAddress::parse(""));
  EXPECT_EQ(Mac::parse("02:77:00:00:00:1f")->text(), "02:77:00:00:00:1f");
  EXPECT_FALSE(Mac::parse("02:77:00:00:00:1"));
  EXPECT_FALSE(Mac::parse("02:77:00:00:00:1g"));
  EXPECT_NE(*IpAddress::parse("0.0.0.1"), *IpAddress::parse("1::"));
}

TEST(Time, SecondsKeepEveryMicrosecond) {
  EXPECT_TRUE(rc::check([] {
    const WallTime t{Micros{*rc::gen::inRange<std::int64_t>(0, 4'000'000'000'000'000)}};
    RC_ASSERT(wall_time_of(seconds_of(t)) == t);
  }));
  EXPECT_EQ(to_iso(WallTime{Micros{1670097605123456}}), "2022-12-03T20:00:05.123456Z");
}

TEST(Text, ForeignTextIsOneBoundedLineOfUtf8) {
  EXPECT_EQ(shown("  R\xC3\xA9"
                  "a 3\r\n",
                  64),
            "R\xC3\xA9"
            "a 3");
  EXPECT_EQ(shown("a\x01"
                  "b\x7F"
                  "c\xE2\x80\xAE"
                  "d",
                  64),
            "a b c d");  // U+202E turns what follows around
  EXPECT_EQ(shown("\xFFx\xC0\xAF\xED\xA0\x80", 64),
            "\xEF\xBF\xBDx\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(shown("a\xC3\xA9", 2), "a");  // no half of a character
  EXPECT_EQ(shown("\xE2\x82", 64), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(shown("<b>", 64), "<b>");
  EXPECT_EQ(beginning_of("a\xC3\xA9", 2), "a");
  EXPECT_EQ(beginning_of("a\xC3\xA9z", 3), "a\xC3\xA9");
  EXPECT_EQ(beginning_of("\xBF\xBF\xBF", 2), "") << "no character begins there";
  EXPECT_EQ(beginning_of("ab", 2), "ab");
  for (const char* unseen : {"a\x1b[2J", "\n", "a\xE2\x80\xAE", "\xC2\x85", "a\xEF\xBB\xBF"})
    EXPECT_TRUE(has_unseen(unseen));
  for (const char* seen : {"", " R\xC3\xA9 ", "\xF0\x9F\x98\x80"}) EXPECT_FALSE(has_unseen(seen));
  EXPECT_TRUE(rc::check([](const std::string& bytes) {
    const std::string once = shown(bytes, 32);
    RC_ASSERT(once.size() <= 32U);
    RC_ASSERT(shown(once, 32) == once);
  }));
}

TEST(BoundedQueue, RefusesAtItsBoundAndKeepsOrder) {
  BoundedQueue<int> q(2);
  EXPECT_TRUE(q.push(1));
  EXPECT_TRUE(q.push(2));
  EXPECT_FALSE(q.push(3));
  EXPECT_EQ(q.pop_batch(8, std::chrono::milliseconds(0)), (std::vector<int>{1, 2}));
  q.close();
  EXPECT_FALSE(q.push(4));
  EXPECT_TRUE(q.closed());
}

}  // namespace
}  // namespace cordon
