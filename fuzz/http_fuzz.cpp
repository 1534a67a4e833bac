// SPDX-License-Identifier: Apache-2.0
// What a browser, or somebody who pretends to be one, sends besides HTTP itself: cookies, hosts, origins, bodies.
#include <cstdlib>
#include <string>
#include <string_view>

#include "http/rules.h"

namespace http = cordon::http;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string_view cookie = http::cookie_value(text, "__Host-cordon");
  if (cookie.size() > http::session_bytes_max || cookie.find_first_of("; =,\"") != std::string_view::npos) std::abort();
  const http::Served served{.tls = true, .port = 443};
  if (http::names_this_server(text, served) && text.find("localhost") == std::string_view::npos &&
      text.size() > 9 + 4 && text.find("127.0.0.1") == std::string_view::npos &&
      text.find("[::1]") == std::string_view::npos) {
    std::string lower(text);
    for (char& c : lower) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
    if (lower.find("localhost") == std::string::npos) std::abort();
  }
  static_cast<void>(http::same_origin(text, text, true));
  static_cast<void>(http::is_json_type(text));
  static_cast<void>(http::parse_log_page(text));
  const auto fields = http::parse_fields(text, {"name", "passphrase"});
  if (fields && (fields->size() != 2 || fields->at("name").size() > http::field_bytes_max)) std::abort();
  return 0;
}
