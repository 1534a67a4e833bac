// SPDX-License-Identifier: Apache-2.0
#include "io/http_rules.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cordon::io {
namespace {

TEST(HttpRules, NamesOfThisServer) {
  EXPECT_TRUE(names_this_server("127.0.0.1:8420", 8420));
  EXPECT_TRUE(names_this_server("LocalHost:8420", 8420));
  EXPECT_TRUE(names_this_server("[::1]:8420", 8420));
  EXPECT_TRUE(names_this_server("localhost", 80));
  for (const std::string_view foreign : {"", ":8420", "127.0.0.1:8421", "127.0.0.1", "evil.example:8420",
                                         "localhost.evil.example:8420", "127.0.0.1:18420", "::1:8420"}) {
    EXPECT_FALSE(names_this_server(foreign, 8420)) << foreign;
  }
}

TEST(HttpRules, SameOrigin) {
  EXPECT_TRUE(same_origin("http://127.0.0.1:8420", "127.0.0.1:8420"));
  EXPECT_FALSE(same_origin("https://127.0.0.1:8420", "127.0.0.1:8420"));
  EXPECT_FALSE(same_origin("http://localhost:8420", "127.0.0.1:8420"));
  EXPECT_FALSE(same_origin("null", "127.0.0.1:8420"));
  EXPECT_FALSE(same_origin("", ""));
}

TEST(HttpRules, LogPage) {
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

TEST(HttpRules, RollbackBounds) {
  const auto body = [](std::size_t cut, std::size_t reason) {
    return "{\"cut\":\"" + std::string(cut, 'c') + "\",\"reason\":\"" + std::string(reason, 'r') + "\"}";
  };
  EXPECT_TRUE(parse_rollback(body(cut_id_bytes_max, reason_bytes_max)));
  EXPECT_EQ(parse_rollback(body(cut_id_bytes_max + 1, 1)).error().code, ErrorCode::limit);
  EXPECT_EQ(parse_rollback(body(1, reason_bytes_max + 1)).error().code, ErrorCode::limit);
  EXPECT_FALSE(parse_rollback(body(0, 1)));
  EXPECT_FALSE(parse_rollback(R"({"cut":"a","reason":"b","more":1})"));
  EXPECT_FALSE(parse_rollback("{\"cut\":\"a\",\"reason\":\"\xff\"}")) << "not UTF-8";
}

TEST(HttpRules, AnyTextIsJudgedWithoutHarm) {
  rc::check([](const std::string& text) {
    RC_ASSERT(!names_this_server(text, 1) || text.ends_with(":1"));
    const auto page = parse_log_page(text);
    RC_ASSERT(!page || (page->limit >= 1 && page->limit <= log_page_max));
    const auto wish = parse_rollback(text);
    RC_ASSERT(!wish || wish->cut.size() <= cut_id_bytes_max);
    static_cast<void>(entry_sequence(text));
  });
}

}  // namespace
}  // namespace cordon::io
