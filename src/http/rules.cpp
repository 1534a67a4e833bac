// SPDX-License-Identifier: Apache-2.0
#include "http/rules.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

namespace cordon::http {
namespace {

using Json = nlohmann::json;

constexpr std::string_view session_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

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

bool names_this_server(std::string_view host, const Served& served) {
  const std::string suffix = ":" + std::to_string(served.port);
  if (host.ends_with(suffix)) {
    host.remove_suffix(suffix.size());
  } else if (served.port != (served.tls ? 443 : 80)) {  // RFC 9110 4.2.1: only the default port may be left out
    return false;
  }
  if (host == "127.0.0.1" || host == "[::1]" || same_ignoring_case(host, "localhost")) return true;
  return std::ranges::any_of(served.names, [&](const std::string& name) { return same_ignoring_case(host, name); });
}

bool same_origin(std::string_view origin, std::string_view host, bool tls) {
  const std::string_view scheme = tls ? "https://" : "http://";
  return origin.starts_with(scheme) && same_ignoring_case(origin.substr(scheme.size()), host);
}

std::string session_cookie(const Served& served) {
  return served.tls ? "__Host-cordon" : "cordon-" + std::to_string(served.port);
}

std::string set_cookie(const Served& served, std::string_view session) {
  std::string out = session_cookie(served) + "=" + std::string(session) + "; Path=/; HttpOnly; SameSite=Strict";
  if (served.tls) out += "; Secure";
  if (session.empty()) out += "; Max-Age=0";
  return out;
}

std::string_view cookie_value(std::string_view header, std::string_view name) {
  std::string_view found;
  while (!header.empty()) {
    std::string_view pair = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(header.size(), pair.size() + 1));
    while (!pair.empty() && pair.front() == ' ') pair.remove_prefix(1);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
    if (found.data() != nullptr) return {};  // two of one name: somebody planted the other
    found = pair.substr(equals + 1);
  }
  const bool sound = !found.empty() && found.size() <= session_bytes_max &&
                     found.find_first_not_of(session_letters) == std::string_view::npos;
  return sound ? found : std::string_view{};
}

bool same_secret(std::string_view a, std::string_view b) {
  if (a.empty() || a.size() != b.size()) return false;
  unsigned char differs = 0;
  for (std::size_t i = 0; i < a.size(); ++i) differs |= static_cast<unsigned char>(a[i] ^ b[i]);
  return differs == 0;
}

Result<Fields> parse_fields(std::string_view body, std::initializer_list<std::string_view> names) {
  const Json json = Json::parse(body, nullptr, false);
  if (!json.is_object() || json.size() != names.size()) return fail(ErrorCode::malformed, "fields");
  Fields out;
  for (const std::string_view name : names) {
    const auto field = json.find(name);
    if (field == json.end() || !field->is_string()) return fail(ErrorCode::malformed, "fields");
    std::string text = field->get<std::string>();
    if (text.size() > field_bytes_max) return fail(ErrorCode::limit, "field");
    out.emplace(name, std::move(text));
  }
  return out;
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

Result<std::string> query_value(std::string_view query, std::string_view name) {
  if (!query.starts_with(name) || !query.substr(name.size()).starts_with('=')) {
    return fail(ErrorCode::malformed, "query");
  }
  query.remove_prefix(name.size() + 1);
  std::string out;
  while (!query.empty()) {
    if (out.size() >= field_bytes_max) return fail(ErrorCode::limit, "query value");
    if (query.front() == '&') return fail(ErrorCode::malformed, "query");
    if (query.front() != '%') {
      out += query.front();
      query.remove_prefix(1);
      continue;
    }
    unsigned code = 0;
    const char* const end = query.data() + std::min<std::size_t>(query.size(), 3);
    const auto [at, error] = std::from_chars(query.data() + 1, end, code, 16);
    if (error != std::errc() || at != query.data() + 3) return fail(ErrorCode::malformed, "query value");
    out += static_cast<char>(code);
    query.remove_prefix(3);
  }
  return out;
}

Result<QueryFields> query_fields(std::string_view query) {
  QueryFields out;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::string name(pair.substr(0, pair.find('=')));
    if (name.empty() || out.contains(name)) return fail(ErrorCode::malformed, "query");
    if (out.size() >= query_fields_max) return fail(ErrorCode::limit, "query");
    out[name] = CORDON_TRY(query_value(pair, name));
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

}  // namespace cordon::http
