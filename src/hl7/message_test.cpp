// SPDX-License-Identifier: Apache-2.0
#include "hl7/message.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "hl7/framing.h"
#include "hl7/messages_test.inc"
#include "hl7/moment.h"
#include "hl7/text.h"

namespace cordon::hl7 {
namespace {

using std::chrono::minutes;

Message said(std::string_view charset, std::string_view field) {
  return *parse("MSH|^~\\&||||||||||||||||" + std::string(charset) + "\rOBX|" + std::string(field));
}

std::string read(std::string_view charset, std::string_view field) {
  const Message message = said(charset, field);
  return TextReader(message).text(message.segments[1].field(1));
}

TEST(Message, EveryByteIsPrintedAsItCame) {
  EXPECT_TRUE(rc::check([] {
    const std::string head = "MSH" + *rc::gen::element<std::string>("|^~\\&", "#$%!?", "||", "|^", "|^~\\&#|", "^");
    const auto body = *rc::gen::container<std::string>(rc::gen::oneOf(
        rc::gen::element('|', '\r', '\n', '^', '~', '&', '\\', 'O', 'B', 'X', ' '), rc::gen::arbitrary<char>()));
    const std::string bytes = *rc::gen::element<std::string>("", "\r\n", "\xef\xbb\xbf", " ") + head + body;
    const auto message = parse(bytes);
    if (message) RC_ASSERT(print(*message) == bytes);
    RC_ASSERT(message || head.size() + body.size() < 5 || bytes.find("MSH") == std::string::npos || body.empty() ||
              body[0] == '\r' || body[0] == '\n');
  }));
}

TEST(Message, LineEndsOfAllKindsAreKept) {
  for (const std::string_view bytes :
       {"MSH|^~\\&|a\rPID|1\rPV1||I", "MSH|^~\\&|a\nPID|1\nPV1||I\n", "MSH|^~\\&|a\r\n\r\nPID|1\r\nPV1||I\r\n"}) {
    const auto message = parse(bytes);
    ASSERT_TRUE(message);
    ASSERT_EQ(message->segments.size(), 3U);
    EXPECT_EQ(message->find("PID")->field(1), "1");
    EXPECT_EQ(message->lines_wrapped, 0U);
    EXPECT_EQ(print(*message), bytes);
  }
}

TEST(Message, AWrappedLineIsTheRestOfTheFieldBefore) {
  constexpr std::string_view bytes =
      "MSH|^~\\&|a\rOBX|1|NM|150021^MDC_PRESS_\rBLD_NONINV_SYS^\rMDC|1.1.1.5|117\rPV1||I\r";
  const auto message = parse(bytes);
  ASSERT_TRUE(message);
  ASSERT_EQ(message->segments.size(), 3U);
  EXPECT_EQ(message->lines_wrapped, 2U);
  const Segment& obx = message->segments[1];
  EXPECT_EQ(TextReader(*message).text(obx.field(3)), "150021^MDC_PRESS_BLD_NONINV_SYS^MDC");
  EXPECT_EQ(obx.field(5), "117");
  EXPECT_EQ(print(*message), bytes);
}

TEST(Message, FieldsAreNumberedAsTheStandardDoes) {
  const Message message = *parse("MSH|^~\\&|app|fac||||x|ORU^R01\rPID|||a~b^c&d^e");
  EXPECT_EQ(message.header().field(2), "^~\\&");
  EXPECT_EQ(message.header().field(9), "ORU^R01");
  EXPECT_EQ(message.header().field(99), "");
  const std::string_view field = message.find("PID")->field(3);
  EXPECT_EQ(part(part(part(field, '~', 2), '^', 2), '&', 2), "d");
  EXPECT_EQ(part(field, '~', 3), "");
  EXPECT_EQ(message.find("OBX"), nullptr);
}

TEST(Message, TheDelimitersAreTheMessagesOwn) {
  const Message other = *parse("MSH#*@!%#app#\rPID###a@b*c%d");
  EXPECT_EQ(other.delimiters, (Delimiters{'#', '*', '@', '!', '%'}));
  EXPECT_FALSE(other.delimiters_odd);
  EXPECT_EQ(part(other.find("PID")->field(3), '@', 2), "b*c%d");
  for (const std::string_view odd : {"MSH|\\&|||", "MSH|^^\\&|", "MSH|AB~&|", "MSH||x", "MSH|^~\\|"}) {
    const auto message = parse(odd);
    ASSERT_TRUE(message) << odd;
    EXPECT_TRUE(message->delimiters_odd) << odd;
    EXPECT_EQ(message->delimiters, Delimiters{}) << odd;
  }
}

TEST(Message, OfABatchTheMessagesAreRead) {
  const std::string batch = "FHS|^~\\&|A\r\nBHS|^~\\&|A\rMSH|^~\\&|LAB\rOBX|1\rBTS|1\rFTS|1\r";
  const auto message = parse(batch);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->header().field(3), "LAB");
  EXPECT_NE(message->find("OBX"), nullptr);
  EXPECT_EQ(print(*message), batch);
}

TEST(Message, AFrameIsCutWhereAnotherMessageBegins) {
  using Parts = std::vector<std::string_view>;
  EXPECT_EQ(messages("\r\nBHS|^~\\&|A\rMSH|^~\\&|B\rOBX|1\r\nMSH|^~\\&|C\rBTS|2\r"),
            (Parts{"\r\nBHS|^~\\&|A\rMSH|^~\\&|B\rOBX|1\r\n", "MSH|^~\\&|C\rBTS|2\r"}));
  for (const std::string_view one : {"", "\r", "no message", "MSH|^~\\&|A\rOBX|1||MSH|x\rMSHA|1"}) {
    EXPECT_EQ(messages(one), Parts{one});
  }
}

TEST(Message, WhatIsNoMessageIsRefused) {
  for (const std::string_view bytes : {"", "\r\n", "MSH", "MSH\r|", "PID|1", "xMSH|^~\\&|", "\vMSH|^~\\&", "BHS|^~\\&|",
                                       "BHS|^~\\&|\rFHS", "BHSMSH|^~\\&|"}) {
    EXPECT_EQ(parse(bytes).error().code, ErrorCode::malformed) << bytes;
  }
}

TEST(Message, TheBoundsHold) {
  const std::string head = "MSH|^~\\&|";
  const auto of = [&](std::size_t size) { return head + std::string(size - head.size(), 'a'); };
  EXPECT_TRUE(parse(of(message_bytes_max)));
  EXPECT_EQ(parse(of(message_bytes_max + 1)).error().code, ErrorCode::limit);
  EXPECT_TRUE(parse(head + std::string(fields_max - 3, '|')));
  EXPECT_EQ(parse(head + std::string(fields_max - 2, '|')).error().code, ErrorCode::limit);
  std::string many = head;
  for (std::size_t i = 1; i < segments_max; ++i) many += "\rOBX";
  EXPECT_TRUE(parse(many));
  EXPECT_EQ(parse(many + "\rOBX").error().code, ErrorCode::limit);
}

TEST(Text, EscapesAreUndone) {
  EXPECT_EQ(read("ASCII", "\\F\\\\S\\\\T\\\\R\\\\E\\"), "|^&~\\");
  EXPECT_EQ(read("ASCII", "a\\.br\\b\\X0D4a\\"), "a\nb\rJ");
  EXPECT_EQ(read("8859/1", "\\XE9\\"), "\xc3\xa9");
  EXPECT_EQ(read("UNICODE UTF-8", "\\XC3A9\\"), "\xc3\xa9");
  const auto hex = [](std::size_t bytes) {
    std::string out = "\\X";
    for (std::size_t i = 0; i < bytes; ++i) out += "41";
    return out + "\\";
  };
  EXPECT_EQ(read("ASCII", hex(4096)), std::string(4096, 'A'));
  EXPECT_EQ(read("ASCII", hex(4097)), hex(4097));
  // What is not understood stays as it stands.
  for (const std::string_view kept : {"\\H\\bold\\N\\", "\\X0\\", "\\XZZ\\", "\\X\\", "\\", "a\\F", "\\.sp3\\"}) {
    EXPECT_EQ(read("ASCII", kept), kept);
  }
}

TEST(Text, CharacterSetsBecomeUtf8AndWhatIsInvalidIsSeen) {
  EXPECT_EQ(read("8859/1",
                 "Ren\xe9"
                 "e \xa4"),
            "Ren\xc3\xa9"
            "e \xc2\xa4");
  EXPECT_EQ(read("8859/15", "\xa4 \xbd\xa6"), "\xe2\x82\xac \xc5\x93\xc5\xa0");
  EXPECT_EQ(read("UNICODE UTF-8", "\xf0\x9f\x98\x80"), "\xf0\x9f\x98\x80");
  EXPECT_EQ(read("", "\xc3\xa9"), "\xc3\xa9");
  EXPECT_EQ(read("ASCII", "\xc3\xa9"), "\\xC3\\xA9");
  EXPECT_EQ(read("unicode utf-8~8859/1", "\xe9"), "\\xE9");
  for (const std::string_view invalid : {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80", "\xff"}) {
    std::string seen;
    for (const char c : invalid)
      seen += "\\x" + std::string(1, "0123456789ABCDEF"[static_cast<unsigned char>(c) >> 4U]) +
              "0123456789ABCDEF"[static_cast<unsigned char>(c) & 15U];
    EXPECT_EQ(read("UNICODE UTF-8", invalid), seen);
  }
  EXPECT_EQ(charset_of(said("GB 18030-2000", "")), Charset::unknown);
  EXPECT_EQ(read("ASCII", "<script>\x01\x7f"), "<script>\x01\x7f");
}

TEST(Text, WhatIsBeyondAsciiIsOfTheFirstAlternativeThatIsRead) {
  for (const std::string_view first : {"", "ASCII", " "}) {
    const std::string before = std::string(first) + "~";
    EXPECT_EQ(read(before + "UNICODE UTF-8", "Ren\xc3\xa9"), "Ren\xc3\xa9") << first;
    EXPECT_EQ(read(before + "UNICODE UTF-8", "\xe9"), "\\xE9") << first;
    EXPECT_EQ(read(before + "8859/1", "Ren\xe9"), "Ren\xc3\xa9") << first;
    EXPECT_EQ(read(before + "~ISO IR87~8859/15~8859/1", "\xa4"), "\xe2\x82\xac") << first;
    EXPECT_EQ(charset_of(said(before + "ISO IR87~ISO IR159", "")), Charset::unknown) << first;
  }
  EXPECT_EQ(charset_of(said("8859/1~UNICODE UTF-8", "")), Charset::latin1);
  EXPECT_EQ(charset_of(said("ISO IR87~UNICODE UTF-8", "")), Charset::unknown);
  EXPECT_EQ(charset_of(said("~", "")), Charset::unstated);
  EXPECT_EQ(charset_of(said("ASCII~ASCII", "")), Charset::ascii);
  EXPECT_EQ(read("~UNICODE UTF-8", "\\C2D41\\Ren"), "\\C2D41\\Ren");
  EXPECT_EQ(charset_of(said(std::string(charsets_max - 1, '~') + "8859/1", "")), Charset::latin1);
  EXPECT_EQ(charset_of(said(std::string(charsets_max, '~') + "8859/1", "")), Charset::unstated);
}

TEST(Text, AnyTextIsReadBackAsItWasEscaped) {
  EXPECT_TRUE(rc::check([] {
    const auto text = *rc::gen::container<std::string>(
        rc::gen::element('|', '^', '~', '\\', '&', '\r', '\n', '\v', '\x1c', 'X', 'F', '.', ' '));
    const std::string raw = escaped(text + "\xc3\xa9", Delimiters{});
    RC_ASSERT(raw.find_first_of("|^~&\r\n\v\x1c") == std::string::npos);
    RC_ASSERT(read("UNICODE UTF-8", raw) == text + "\xc3\xa9");
  }));
}

TEST(Moment, TimesAreReadWithTheirZones) {
  const auto zoned = moment_of("20221203210005.1234+0130");
  ASSERT_TRUE(zoned);
  EXPECT_EQ(zoned->zone, ZoneOrigin::stated);
  EXPECT_EQ(to_iso(zoned->utc(minutes(600))), "2022-12-03T19:30:05.123400Z");
  const auto local = moment_of("20221203210005");
  ASSERT_TRUE(local);
  EXPECT_EQ(local->zone, ZoneOrigin::local);
  EXPECT_EQ(to_iso(local->utc(minutes(60))), "2022-12-03T20:00:05.000000Z");
  const auto inherited = moment_of("20221203210005", minutes(-300));
  EXPECT_EQ(inherited->zone, ZoneOrigin::of_message);
  EXPECT_EQ(to_iso(inherited->utc(minutes(60))), "2022-12-04T02:00:05.000000Z");
  EXPECT_EQ(to_iso(moment_of("1900")->clock), "1900-01-01T00:00:00.000000Z");
  EXPECT_EQ(moment_of("190002")->digits, 6);
  const auto bare = moment_of("20220627085521038+0000");
  EXPECT_TRUE(bare->point_missing);
  EXPECT_EQ(to_iso(bare->clock), "2022-06-27T08:55:21.038000Z");
}

TEST(Moment, WhatIsNoTimeIsNone) {
  for (const std::string_view text :
       {"", "2022123", "20221303", "20220230", "202212032400", "20221203210099", "20221203+1", "20221203+9999",
        "20221203210005.", "2022.5", "20221203210005.1234567", "0x221203", "-1", "20221203210005+01:0",
        "99999999999999999999999999999999999"}) {
    EXPECT_FALSE(moment_of(text)) << text;
  }
}

TEST(Moment, EveryMomentIsReadBackAsItWasWritten) {
  EXPECT_TRUE(rc::check([] {
    Moment m;
    m.digits = 14;
    m.clock = WallTime{Micros{*rc::gen::inRange<std::int64_t>(-62'000'000'000'000'000, 250'000'000'000'000'000)}};
    if (*rc::gen::arbitrary<bool>()) {
      m.zone = ZoneOrigin::stated;
      m.offset = minutes(*rc::gen::inRange(-14 * 60, 14 * 60 + 1));
    }
    m.point_missing = m.clock.time_since_epoch().count() % 1'000'000 != 0 && *rc::gen::arbitrary<bool>();
    RC_ASSERT(moment_of(to_dtm(m)) == m);
  }));
}

}  // namespace
}  // namespace cordon::hl7
