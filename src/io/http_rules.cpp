// SPDX-License-Identifier: Apache-2.0
#include "io/http_rules.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace cordon::io {
namespace {

using Json = nlohmann::json;

constexpr std::string_view cut_id_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

Result<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || stop != end) return fail(ErrorCode::malformed, "log page number");
  return value;
}

}  // namespace

bool names_this_server(std::string_view host, std::uint16_t port) {
  const std::string suffix = ":" + std::to_string(port);
  if (host.ends_with(suffix)) {
    host.remove_suffix(suffix.size());
  } else if (port != 80) {  // RFC 9110 4.2.1: only the default port may be left out
    return false;
  }
  return host == "127.0.0.1" || host == "[::1]" || same_ignoring_case(host, "localhost");
}

bool same_origin(std::string_view origin, std::string_view host) {
  constexpr std::string_view scheme = "http://";
  return origin.starts_with(scheme) && same_ignoring_case(origin.substr(scheme.size()), host);
}

bool is_json_type(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (!type.empty() && (type.back() == ' ' || type.back() == '\t')) type.remove_suffix(1);
  return same_ignoring_case(type, "application/json");
}

Result<LogPage> parse_log_page(std::string_view query) {
  LogPage page;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos) return fail(ErrorCode::malformed, "log page");
    const std::uint64_t value = CORDON_TRY(decimal(pair.substr(equals + 1)));
    const std::string_view name = pair.substr(0, equals);
    if (name == "from") {
      page.from = value;
    } else if (name == "limit" && value > 0) {
      page.limit = static_cast<std::size_t>(std::min<std::uint64_t>(value, log_page_max));
    } else {
      return fail(ErrorCode::malformed, "log page");
    }
  }
  return page;
}

Result<RollbackRequest> parse_rollback(std::string_view body) {
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object() || json.size() != 2) return fail(ErrorCode::malformed, "rollback");
  const auto cut = json.find("cut");
  const auto reason = json.find("reason");
  if (cut == json.end() || !cut->is_string() || reason == json.end() || !reason->is_string()) {
    return fail(ErrorCode::malformed, "rollback");
  }
  RollbackRequest out{cut->get<std::string>(), reason->get<std::string>()};
  if (out.cut.size() > cut_id_bytes_max) return fail(ErrorCode::limit, "rollback cut");
  if (out.reason.size() > reason_bytes_max) return fail(ErrorCode::limit, "rollback reason");
  if (out.cut.empty() || out.cut.find_first_not_of(cut_id_letters) != std::string::npos) {
    return fail(ErrorCode::malformed, "rollback cut");
  }
  if (out.reason.find_first_not_of(" \t\r\n") == std::string::npos) {
    return fail(ErrorCode::malformed, "rollback reason");
  }
  return out;
}

Result<std::uint64_t> entry_sequence(std::string_view json) {
  const Json entry = Json::parse(json, nullptr, false);
  if (!entry.is_object()) return fail(ErrorCode::malformed, "entry");
  const auto sequence = entry.find("sequence");
  if (sequence == entry.end() || !sequence->is_number_unsigned()) return fail(ErrorCode::malformed, "entry sequence");
  return sequence->get<std::uint64_t>();
}

}  // namespace cordon::io
