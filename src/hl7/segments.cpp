// SPDX-License-Identifier: Apache-2.0
#include "hl7/segments.h"

namespace cordon::hl7 {
namespace {

/// changed cuts at one delimiter and joins at another, each piece made by `piece`.
template <class Piece>
std::string changed(std::string_view raw, char from, char to, const Piece& piece) {
  std::string out;
  bool first = true;
  for (const auto part_of : parts(raw, from)) {
    if (!first) out += to;
    first = false;
    out += piece(part_of);
  }
  return out;
}

}  // namespace

Segment segment(std::string_view name) {
  return {{std::string(name)}, "\r"};
}

Segment header_segment(std::string_view type, const Moment& at) {
  Segment out{{"MSH", "^~\\&"}, "\r"};
  out.set(7, to_dtm(at));
  out.set(9, std::string(type));
  out.set(18, "UNICODE UTF-8");
  return out;
}

std::string joined(const std::vector<std::string>& texts, char delimiter) {
  std::size_t used = texts.size();
  while (used > 0 && texts[used - 1].empty()) --used;
  std::string out;
  for (std::size_t i = 0; i < used; ++i) {
    if (i > 0) out += delimiter;
    out += escaped(texts[i], {});
  }
  return out;
}

std::string rewritten(std::string_view raw, const TextReader& text) {
  const Delimiters& from = text.delimiters();
  const Delimiters to;
  return changed(raw, from.repetition, to.repetition, [&](std::string_view repetition) {
    return changed(repetition, from.component, to.component, [&](std::string_view component) {
      return changed(component, from.subcomponent, to.subcomponent,
                     [&](std::string_view piece) { return escaped(text.text(piece), to); });
    });
  });
}

}  // namespace cordon::hl7
