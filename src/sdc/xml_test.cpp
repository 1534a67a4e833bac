// SPDX-License-Identifier: Apache-2.0
#include "sdc/xml.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>

#include "sdc/text.h"
#include "sdc/utf8.h"

namespace cordon::sdc {
namespace {

Result<Element> parse(const std::string& text) {
  return parse_xml(as_bytes(text));
}
ErrorCode error_of(const std::string& text) {
  const auto out = parse(text);
  return out ? ErrorCode::io : out.error().code;
}
std::string nested(std::size_t depth) {
  std::string out;
  for (std::size_t i = 0; i < depth; ++i) out += "<a>";
  for (std::size_t i = 0; i < depth; ++i) out += "</a>";
  return out;
}
std::string flat(std::size_t children) {
  std::string out = "<a>";
  for (std::size_t i = 0; i < children; ++i) out += "<b/>";
  return out + "</a>";
}
std::string with_attributes(std::size_t count) {
  std::string out = "<a";
  for (std::size_t i = 0; i < count; ++i) out += " a" + std::to_string(i) + "=''";
  return out + "/>";
}

TEST(Xml, PrefixesAreFreeAndNamesAreResolved) {
  const auto one = parse(R"(<p:a xmlns:p="urn:x" xmlns="urn:d" p:k="1" k="2"><b xmlns=""/><c/></p:a>)").value();
  EXPECT_TRUE(one.name.is("urn:x", "a"));
  EXPECT_EQ(*one.attribute("urn:x", "k"), "1");
  EXPECT_EQ(*one.attribute("k"), "2");
  EXPECT_NE(one.child("", "b"), nullptr);
  EXPECT_NE(one.child("urn:d", "c"), nullptr);
  EXPECT_EQ(one, parse(R"(<q:a xmlns:q="urn:x" q:k="1" k="2"><b/><c xmlns="urn:d"/></q:a>)").value());
}

TEST(Xml, ValuesThatAreNamesAreResolvedToo) {
  const std::string text =
      R"(<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:dom="urn:m" xsi:type="dom:T"/>)";
  const auto read = parse(text).value();
  EXPECT_EQ(*read.attribute(ns::xsi, "type"), "{urn:m}T");
  EXPECT_EQ(parse(print_xml(read)).value(), read);
  const auto unknown = parse(R"(<a xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="dom:T"/>)").value();
  EXPECT_EQ(*unknown.attribute(ns::xsi, "type"), "T");
}

TEST(Xml, AWordThatIsNoNameIsLeftOutOfAListOfNames) {
  const auto types = [](const std::string& words) {
    const auto read = parse("<w:Types xmlns:w='" + std::string(ns::wsd) + "' xmlns:p='urn:p'>" + words + "</w:Types>");
    EXPECT_EQ(parse(print_xml(read.value())).value(), read.value()) << words;
    return read.value().text;
  };
  EXPECT_EQ(types("p:a 0.57: {urn:q}b p:c:d nobody:{x}y e"), "{urn:p}a e");
  EXPECT_EQ(types("p:" + std::string(name_bytes_max + 1, 'f') + " p:" + std::string(name_bytes_max, 'f')),
            "{urn:p}" + std::string(name_bytes_max, 'f'));
}

TEST(Xml, NoDoctypeAndNoForeignEntities) {
  EXPECT_EQ(error_of("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>"), ErrorCode::unsupported);
  EXPECT_EQ(error_of("<!DOCTYPE a SYSTEM \"file:///etc/passwd\"><a/>"), ErrorCode::unsupported);
  EXPECT_EQ(parse("<a>&x;&amp;&#233;</a>").value().text, "&x;&é");
}

TEST(Xml, WhatIsNotWellFormedIsRefused) {
  EXPECT_EQ(error_of("<p:a/>"), ErrorCode::malformed);
  EXPECT_EQ(error_of("<a p:b='1'/>"), ErrorCode::malformed);
  for (const char* name : {":b", "p:b:c", "p:", ":"})
    EXPECT_EQ(error_of("<a xmlns='urn:d' xmlns:p='urn:p'><" + std::string(name) + "/></a>"), ErrorCode::malformed);
  EXPECT_EQ(error_of("<a :b='1'/>"), ErrorCode::malformed);
  EXPECT_EQ(error_of("<a><b></a>"), ErrorCode::malformed);
  EXPECT_EQ(error_of("<a/><b/>"), ErrorCode::malformed);
  EXPECT_EQ(error_of(""), ErrorCode::malformed);
  EXPECT_EQ(error_of("<!-- nothing -->"), ErrorCode::malformed);
}

TEST(Xml, OfAnAttributeThatStandsTwiceTheFirstIsReadAndPrinted) {
  const auto read = parse_xml(as_bytes(R"(<a one="1" two="2" one="3"/>)"));
  ASSERT_TRUE(read.has_value());
  ASSERT_EQ(read->attributes.size(), 2U);
  EXPECT_EQ(*read->attribute("one"), "1");
}

TEST(Xml, EachBoundHolds) {
  EXPECT_TRUE(parse(nested(depth_max)));
  EXPECT_EQ(error_of(nested(depth_max + 1)), ErrorCode::limit);
  EXPECT_TRUE(parse(flat(elements_max - 1)));
  EXPECT_EQ(error_of(flat(elements_max)), ErrorCode::limit);
  EXPECT_TRUE(parse(with_attributes(attributes_max)));
  EXPECT_EQ(error_of(with_attributes(attributes_max + 1)), ErrorCode::limit);
  EXPECT_TRUE(parse("<" + std::string(name_bytes_max, 'a') + "/>"));
  EXPECT_EQ(error_of("<" + std::string(name_bytes_max + 1, 'a') + "/>"), ErrorCode::limit);
  EXPECT_EQ(error_of("<a xmlns='" + std::string(name_bytes_max + 1, 'a') + "'/>"), ErrorCode::limit);
  std::string declared = "<a>";
  for (std::size_t i = 0; i < declarations_max; ++i) declared += "<b xmlns='u'/>";
  EXPECT_TRUE(parse(declared + "</a>"));
  EXPECT_EQ(error_of(declared + "<b xmlns='u'/></a>"), ErrorCode::limit);
  const std::string large = "<a>" + std::string(message_bytes_max - 7, 'x') + "</a>";
  EXPECT_TRUE(parse(large));
  EXPECT_EQ(error_of(large + " "), ErrorCode::limit);
}

TEST(Xml, TextThatIsNoUtf8IsMadeReadable) {
  EXPECT_EQ(parse("<a>\xff\xc3\xa9\xed\xa0\x80</a>").value().text, "\xEF\xBF\xBDé\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_TRUE(is_utf8("é€😀"));
  EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80"));
}

TEST(Xml, WhatIsPrintedReadsBackTheSame) {
  EXPECT_TRUE(rc::check("print, parse", [](const std::string& text, const std::string& value) {
    Element made("urn:a", "root");
    made.set("k", clean_utf8(value.substr(0, value.find('\0'))));
    made.attributes.push_back({{"urn:b", "k"}, "v"});
    Element& child = made.add(Element("", "child", clean_utf8(text.substr(0, text.find('\0')))));
    if (trimmed(child.text).empty()) child.text.clear();
    RC_ASSERT(parse(print_xml(made)).value() == made);
  }));
}

TEST(Text, Durations) {
  EXPECT_EQ(read_duration("PT15S"), Nanos{15'000'000'000});
  EXPECT_EQ(read_duration("PT0.004S"), Nanos{4'000'000});
  EXPECT_EQ(read_duration(" PT1M "), Nanos{60'000'000'000});
  EXPECT_EQ(read_duration("P1DT2H3M4.5S"), Nanos{93'784'500'000'000});
  EXPECT_EQ(read_duration("-PT5S"), Nanos{-5'000'000'000});
  for (const char* none : {"", "P", "PT", "P1Y", "P1M", "PT1", "15", "PT1S1S", "PT1S1M", "P1DT", "PT.5S", "PT1.S",
                           "PT0.5M", "PT99999999999S", "P99999D"})
    EXPECT_EQ(read_duration(none), std::nullopt) << none;
  EXPECT_TRUE(rc::check("durations", [] {
    const Nanos duration{*rc::gen::inRange<std::int64_t>(-999'999'999'999'999'999, 999'999'999'999'999'999)};
    RC_ASSERT(read_duration(print_duration(duration)) == duration);
  }));
}

TEST(Text, DecimalsAreNeverInvented) {
  EXPECT_EQ(read_decimal("4"), 4.0);
  EXPECT_EQ(read_decimal(" +0.10 "), 0.1);
  EXPECT_EQ(read_decimal("-.5"), -0.5);
  for (const char* none : {"", "NaN", "INF", "-INF", "nan", "inf", "1,5", "0x10", "12a", "+-1", "--1", "1e999"}) {
    EXPECT_EQ(read_decimal(none), std::nullopt) << none;
  }
  EXPECT_EQ(print_decimal(std::nan("")), "");
  EXPECT_TRUE(rc::check("decimals", [](double value) {
    RC_ASSERT(!std::isfinite(value) || read_decimal(print_decimal(value)) == value);
  }));
}

TEST(Text, Timestamps) {
  EXPECT_EQ(read_timestamp("1795434569492"), WallTime{std::chrono::milliseconds{1795434569492}});
  EXPECT_EQ(print_timestamp(WallTime{std::chrono::milliseconds{1795434569492}}), "1795434569492");
  for (const char* none : {"", "-1", "1.5", "2022-12-03T20:00:00Z", "253402300800000"})
    EXPECT_EQ(read_timestamp(none), std::nullopt) << none;
}

TEST(Text, Percents) {
  EXPECT_EQ(percent_decoded("R%C3%89A%2F1%zz%2"), "RÉA/1%zz%2");
  EXPECT_EQ(percent_decoded("%FF"), "\xEF\xBF\xBD");
  EXPECT_TRUE(rc::check("percents", [](const std::string& text) {
    const std::string clean = clean_utf8(text);
    RC_ASSERT(percent_decoded(percent_encoded(clean)) == clean);
  }));
}

}  // namespace
}  // namespace cordon::sdc
