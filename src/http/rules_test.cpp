// SPDX-License-Identifier: Apache-2.0
#include "http/rules.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cordon::http {
namespace {

TEST(Rules, NamesOfThisServer) {
  const Served plain{.port = 8420};
  EXPECT_TRUE(names_this_server("127.0.0.1:8420", plain));
  EXPECT_TRUE(names_this_server("LocalHost:8420", plain));
  EXPECT_TRUE(names_this_server("[::1]:8420", plain));
  EXPECT_TRUE(names_this_server("localhost", {.port = 80}));
  EXPECT_TRUE(names_this_server("localhost", {.tls = true, .port = 443}));
  EXPECT_FALSE(names_this_server("localhost", {.tls = true, .port = 80}));
  for (const std::string_view foreign :
       {"", ":8420", "127.0.0.1:8421", "127.0.0.1", "evil.example:8420", "localhost.evil.example:8420",
        "127.0.0.1:18420", "::1:8420", "cordon.chv:8420"}) {
    EXPECT_FALSE(names_this_server(foreign, plain)) << foreign;
  }
  const std::vector<std::string> names{"cordon.chv", "10.1.0.5"};
  const Served named{.tls = true, .port = 8420, .names = names};
  EXPECT_TRUE(names_this_server("Cordon.CHV:8420", named));
  EXPECT_TRUE(names_this_server("10.1.0.5:8420", named));
  EXPECT_FALSE(names_this_server("10.1.0.6:8420", named));
}

TEST(Rules, SameOrigin) {
  EXPECT_TRUE(same_origin("http://127.0.0.1:8420", "127.0.0.1:8420", false));
  EXPECT_FALSE(same_origin("https://127.0.0.1:8420", "127.0.0.1:8420", false));
  EXPECT_TRUE(same_origin("https://127.0.0.1:8420", "127.0.0.1:8420", true));
  EXPECT_FALSE(same_origin("http://127.0.0.1:8420", "127.0.0.1:8420", true));
  EXPECT_FALSE(same_origin("http://localhost:8420", "127.0.0.1:8420", false));
  EXPECT_FALSE(same_origin("null", "127.0.0.1:8420", false));
  EXPECT_FALSE(same_origin("", "", false));
}

TEST(Rules, Cookies) {
  EXPECT_EQ(cookie_value("cordon-8420=abc", "cordon-8420"), "abc");
  EXPECT_EQ(cookie_value("a=1; cordon-8420=abc; b=2", "cordon-8420"), "abc");
  EXPECT_EQ(cookie_value("a=1;cordon-8420=abc", "cordon-8420"), "abc");
  for (const std::string_view none :
       {"", "cordon-8420", "cordon-8420=", "xcordon-8420=abc", "cordon-8420=a b", "cordon-8420=abc; cordon-8420=def",
        "cordon-8420=; cordon-8420=abc", "Cordon-8420=abc", "cordon-8420=\"abc\""}) {
    EXPECT_EQ(cookie_value(none, "cordon-8420"), "") << none;
  }
  EXPECT_EQ(cookie_value("n=" + std::string(session_bytes_max, 'x'), "n").size(), session_bytes_max);
  EXPECT_EQ(cookie_value("n=" + std::string(session_bytes_max + 1, 'x'), "n"), "");
  EXPECT_EQ(set_cookie({.tls = true, .port = 1}, "t"), "__Host-cordon=t; Path=/; HttpOnly; SameSite=Strict; Secure");
  EXPECT_EQ(set_cookie({.port = 8420}, ""), "cordon-8420=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
}

TEST(Rules, Secrets) {
  EXPECT_TRUE(same_secret("abc", "abc"));
  EXPECT_FALSE(same_secret("abc", "abd"));
  EXPECT_FALSE(same_secret("abc", "ab"));
  EXPECT_FALSE(same_secret("", ""));
}

TEST(Rules, FieldsAreExactlyThoseAskedFor) {
  const auto fields = parse_fields(R"({"name":"a.durand","passphrase":"été"})", {"name", "passphrase"});
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->at("passphrase"), "été");
  EXPECT_TRUE(parse_fields("{}", {}));
  for (const std::string_view bad : {"", "[]", "{", R"({"name":"a"})", R"({"name":"a","passphrase":1})",
                                     R"({"name":"a","passphrase":"b","more":"c"})", R"({"name":"a","other":"b"})"}) {
    EXPECT_FALSE(parse_fields(bad, {"name", "passphrase"})) << bad;
  }
  const auto body = [](std::size_t size) { return "{\"n\":\"" + std::string(size, 'x') + "\"}"; };
  EXPECT_TRUE(parse_fields(body(field_bytes_max), {"n"}));
  EXPECT_EQ(parse_fields(body(field_bytes_max + 1), {"n"}).error().code, ErrorCode::limit);
}

TEST(Rules, QueryValue) {
  EXPECT_EQ(*query_value("host=rea-pc-1", "host"), "rea-pc-1");
  EXPECT_EQ(*query_value("host=R%C3%A9a%20%26%3d", "host"), "Réa &=");
  EXPECT_EQ(*query_value("host=", "host"), "");
  for (const char* bad : {"", "host", "hosts=a", "host=a&host=b", "host=a&b=c", "host=%", "host=%4", "host=%4g",
                          "host=%+4", "host=%-1"}) {
    EXPECT_EQ(query_value(bad, "host").error().code, ErrorCode::malformed) << bad;
  }
  const std::string longest(field_bytes_max, 'x');
  EXPECT_EQ(*query_value("host=" + longest, "host"), longest);
  EXPECT_EQ(query_value("host=" + longest + "x", "host").error().code, ErrorCode::limit);
}

TEST(Rules, LogPage) {
  const auto none = parse_log_page("");
  ASSERT_TRUE(none);
  EXPECT_EQ(none->from, 1U);
  EXPECT_EQ(none->limit, log_page_default);
  EXPECT_EQ(parse_log_page("limit=501")->limit, log_page_max);
  EXPECT_EQ(parse_log_page("limit=500")->limit, log_page_max);
  EXPECT_FALSE(parse_log_page("limit=0"));
  EXPECT_FALSE(parse_log_page("from=1&&limit=1"));
  EXPECT_FALSE(parse_log_page("from=+1"));
}

TEST(Rules, AnyTextIsJudgedWithoutHarm) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    RC_ASSERT(!names_this_server(text, {.port = 1}) || text.ends_with(":1"));
    RC_ASSERT(cookie_value(text, "n").size() <= session_bytes_max);
    static_cast<void>(parse_fields(text, {"n"}));
    const auto page = parse_log_page(text);
    RC_ASSERT(!page || (page->limit >= 1 && page->limit <= log_page_max));
    static_cast<void>(entry_sequence(text));
  }));
}

TEST(Query, FieldsAreDecodedBoundedAndNeverTwice) {
  const auto fields = query_fields("bed=R%C3%A9a%201&from=1.5&waves=0");
  ASSERT_TRUE(fields);
  EXPECT_EQ(*fields, (QueryFields{{"bed",
                                   "R\xC3\xA9"
                                   "a 1"},
                                  {"from", "1.5"},
                                  {"waves", "0"}}));
  EXPECT_EQ(query_fields("")->size(), 0U);
  EXPECT_EQ(query_fields("a=1&a=2").error().code, ErrorCode::malformed);
  EXPECT_EQ(query_fields("=1").error().code, ErrorCode::malformed);
  EXPECT_EQ(query_fields("a").error().code, ErrorCode::malformed);
  EXPECT_EQ(query_fields("a=%2").error().code, ErrorCode::malformed);
  EXPECT_EQ(query_fields("a=" + std::string(field_bytes_max + 1, 'x')).error().code, ErrorCode::limit);
  std::string many;
  for (std::size_t i = 0; i <= query_fields_max; ++i) many += "a" + std::to_string(i) + "=1&";
  EXPECT_EQ(query_fields(many).error().code, ErrorCode::limit);
}

}  // namespace
}  // namespace cordon::http
