// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

namespace cordon {

namespace {

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(static_cast<std::uint8_t>(byte))); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0U | (code >> 6U));
    put(0x80U | (code & 0x3FU));
  } else if (code < 0x10000) {
    put(0xE0U | (code >> 12U));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  } else {
    put(0xF0U | (code >> 18U));
    put(0x80U | ((code >> 12U) & 0x3FU));
    put(0x80U | ((code >> 6U) & 0x3FU));
    put(0x80U | (code & 0x3FU));
  }
}

}  // namespace

std::string utf8_from_utf16le(ByteView in) {
  constexpr std::uint32_t replacement = 0xFFFD;
  std::string out;
  out.reserve(in.size() / 2);
  const auto unit = [&in](std::size_t i) { return static_cast<std::uint32_t>(in[i] | (in[i + 1] << 8)); };
  for (std::size_t i = 0; i + 1 < in.size(); i += 2) {
    const std::uint32_t first = unit(i);
    if (first < 0xD800 || first > 0xDFFF) {
      append_utf8(out, first);
      continue;
    }
    if (first < 0xDC00 && i + 3 < in.size()) {
      const std::uint32_t second = unit(i + 2);
      if (second >= 0xDC00 && second <= 0xDFFF) {
        append_utf8(out, 0x10000 + ((first - 0xD800) << 10U) + (second - 0xDC00));
        i += 2;
        continue;
      }
    }
    append_utf8(out, replacement);
  }
  return out;
}

}  // namespace cordon
