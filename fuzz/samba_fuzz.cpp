// SPDX-License-Identifier: Apache-2.0
// Any line is a request or a complaint with a place, any answer likewise; what is read is written back the same. Any
// text is an include file, a configuration, a table of connections, or not.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "samba/request.h"
#include "samba/texts.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cordon::samba;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto request = parse_request(text);
  if (const auto* value = std::get_if<Request>(&request)) {
    const auto again = parse_request(format(*value));
    if (!std::holds_alternative<Request>(again) || std::get<Request>(again) != *value) std::abort();
  } else if (std::get<cordon::grammar::Complaint>(request).column == 0) {
    std::abort();
  }
  const auto answer = parse_answer(text);
  if (const auto* value = std::get_if<AnswerLine>(&answer)) {
    const auto again = parse_answer(format(*value));
    if (!std::holds_alternative<AnswerLine>(again) || std::get<AnswerLine>(again) != *value) std::abort();
  }
  if (const auto entries = parse_include(text)) {
    if (include_text(*entries) != text || !shows("[global]\n" + include_text(*entries), *entries)) std::abort();
  }
  (void)conf_problem(text, "/etc/samba/cordon.conf");
  for (const Session& session : sessions_of(text, {139, 445})) {
    if (session.inode == 0) std::abort();
  }
  return 0;
}
