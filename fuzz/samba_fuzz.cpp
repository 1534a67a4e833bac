// SPDX-License-Identifier: Apache-2.0
// Any line is a request or a complaint with a place, any answer likewise; what is read is written back the same. Any
// text is an include file, a configuration, an answer of smbstatus, a table of connections, or not.
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
  constexpr std::string_view path = "/etc/samba/cordon.conf";
  if (const auto lists = parse_include(text, path)) {
    if (include_text(*lists, path) != text || !shows("[global]\n" + include_text(*lists, path), lists->ips)) {
      std::abort();
    }
  }
  (void)logins_problem(text);
  if (const auto open = open_logins_of(text)) {
    for (const OpenLogin& one : *open) {
      if (const auto again = Login::parse(one.login.text()); again && *again != one.login) std::abort();
    }
  }
  (void)conf_problem(text, path);
  for (const Session& session : sessions_of(text, {139, 445})) {
    if (session.inode == 0) std::abort();
  }
  return 0;
}
