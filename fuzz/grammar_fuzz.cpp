// SPDX-License-Identifier: Apache-2.0
// Any line is a request or a complaint with a place; a request survives being written and read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "grammar/answer.h"
#include "grammar/request.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cordon::grammar;
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto request = parse_request(line);
  if (const auto* value = std::get_if<Request>(&request)) {
    const auto again = parse_request(format(*value));
    if (!std::holds_alternative<Request>(again) || std::get<Request>(again) != *value) std::abort();
  } else if (std::get<Complaint>(request).column == 0 || std::get<Complaint>(request).column > line.size() + 1) {
    std::abort();
  }
  const auto answer = parse_answer(line);
  if (const auto* value = std::get_if<AnswerLine>(&answer)) {
    const auto again = parse_answer(format(*value));
    if (!std::holds_alternative<AnswerLine>(again) || std::get<AnswerLine>(again) != *value) std::abort();
  }
  return 0;
}
