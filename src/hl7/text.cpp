// SPDX-License-Identifier: Apache-2.0
#include "hl7/text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

namespace cordon::hl7 {
namespace {

constexpr std::string_view hex_digits = "0123456789ABCDEF";
constexpr std::size_t hex_bytes_max = 4096;  // of one \X..\ sequence

std::uint8_t byte_of(char c) {
  return static_cast<std::uint8_t>(c);
}

void append_code_point(std::uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0U | code >> 6U);
    out += static_cast<char>(0x80U | (code & 0x3fU));
  } else {
    out += static_cast<char>(0xe0U | code >> 12U);
    out += static_cast<char>(0x80U | (code >> 6U & 0x3fU));
    out += static_cast<char>(0x80U | (code & 0x3fU));
  }
}

void append_invalid(std::uint8_t byte, std::string& out) {
  out += "\\x";
  out += hex_digits[byte >> 4U];
  out += hex_digits[byte & 15U];
}

/// utf8_size gives the size of the well-formed UTF-8 sequence at the front, 0 where there is none (RFC 3629).
std::size_t utf8_size(std::string_view in) {
  const std::uint8_t first = byte_of(in[0]);
  if (first < 0x80) return 1;
  const std::size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || in.size() < size) return 0;
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte_of(in[i]) & 0xc0U) != 0x80) return 0;
  }
  const std::uint8_t second = byte_of(in[1]);
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool surrogate = first == 0xed && second > 0x9f;
  const bool beyond = first == 0xf4 && second > 0x8f;
  return overlong || surrogate || beyond ? 0 : size;
}

/// latin9_code: where ISO 8859-15 differs from 8859-1.
std::uint32_t latin9_code(std::uint8_t byte) {
  switch (byte) {
    case 0xa4:
      return 0x20ac;
    case 0xa6:
      return 0x160;
    case 0xa8:
      return 0x161;
    case 0xb4:
      return 0x17d;
    case 0xb8:
      return 0x17e;
    case 0xbc:
      return 0x152;
    case 0xbd:
      return 0x153;
    case 0xbe:
      return 0x178;
    default:
      return byte;
  }
}

std::optional<std::string> bytes_of_hex(std::string_view hex) {
  if (hex.empty() || hex.size() % 2 != 0 || hex.size() > 2 * hex_bytes_max) return std::nullopt;
  const auto value = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
  };
  std::string out;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = value(hex[i]);
    const int low = value(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high << 4 | low);
  }
  return out;
}

Charset charset_named(std::string_view said) {
  std::string name(said);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  if (name.empty()) return Charset::unstated;
  if (name == "ASCII") return Charset::ascii;
  if (name == "UNICODE UTF-8" || name == "UTF-8") return Charset::utf8;
  if (name == "8859/1") return Charset::latin1;
  return name == "8859/15" ? Charset::latin9 : Charset::unknown;
}

}  // namespace

Charset charset_of(const Message& message) {
  const auto stated = [&](std::size_t repetition) {
    return charset_named(trimmed(part(message.header().field(18), message.delimiters.repetition, repetition)));
  };
  Charset out = stated(1);
  if (out != Charset::unstated && out != Charset::ascii) return out;
  for (std::size_t i = 2; i <= charsets_max; ++i) {
    const Charset other = stated(i);
    if (other == Charset::unstated || other == Charset::ascii) continue;
    if (other != Charset::unknown) return other;
    out = Charset::unknown;
  }
  return out;
}

std::string to_utf8(std::string_view bytes, Charset charset) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::uint8_t byte = byte_of(bytes[0]);
    std::size_t size = 1;
    if (byte < 0x80) {
      out += bytes[0];
    } else if (charset == Charset::latin1 || charset == Charset::latin9) {
      append_code_point(charset == Charset::latin9 ? latin9_code(byte) : byte, out);
    } else if (const std::size_t found = charset == Charset::ascii ? 0 : utf8_size(bytes); found > 0) {
      out += bytes.substr(0, found);
      size = found;
    } else {
      append_invalid(byte, out);
    }
    bytes.remove_prefix(size);
  }
  return out;
}

bool TextReader::undo(std::string_view escape, std::string& out) const {
  if (escape == ".br") {
    out += '\n';
    return true;
  }
  if (escape.size() == 1) {
    const Delimiters& d = delimiters_;
    const std::array<std::pair<char, char>, 5> known{
        {{'F', d.field}, {'S', d.component}, {'T', d.subcomponent}, {'R', d.repetition}, {'E', d.escape}}};
    const auto found = std::find_if(known.begin(), known.end(), [&](const auto& k) { return k.first == escape[0]; });
    if (found == known.end()) return false;
    out += found->second;
    return true;
  }
  if (escape.empty() || escape[0] != 'X') return false;
  const auto bytes = bytes_of_hex(escape.substr(1));
  if (!bytes) return false;
  out += to_utf8(*bytes, charset_);
  return true;
}

std::string TextReader::text(std::string_view raw) const {
  std::string unwrapped;
  if (raw.find_first_of("\r\n") != std::string_view::npos) {
    std::copy_if(raw.begin(), raw.end(), std::back_inserter(unwrapped), [](char c) { return c != '\r' && c != '\n'; });
    raw = unwrapped;
  }
  std::string out;
  while (!raw.empty()) {
    const std::size_t at = std::min(raw.find(delimiters_.escape), raw.size());
    out += to_utf8(raw.substr(0, at), charset_);
    raw.remove_prefix(at);
    if (raw.empty()) break;
    const std::size_t end = raw.find(delimiters_.escape, 1);
    if (end != std::string_view::npos && undo(raw.substr(1, end - 1), out)) {
      raw.remove_prefix(end + 1);
    } else {
      out += raw[0];
      raw.remove_prefix(1);
    }
  }
  return out;
}

std::string escaped(std::string_view text, const Delimiters& d) {
  std::string out;
  const auto named = [&](char name) {
    out += d.escape;
    out += name;
    out += d.escape;
  };
  for (const char c : text) {
    if (c == d.escape) {
      named('E');
    } else if (c == d.field) {
      named('F');
    } else if (c == d.component) {
      named('S');
    } else if (c == d.subcomponent) {
      named('T');
    } else if (c == d.repetition) {
      named('R');
    } else if (byte_of(c) < 0x20) {
      out += d.escape;
      out += 'X';
      out += hex_digits[byte_of(c) >> 4U];
      out += hex_digits[byte_of(c) & 15U];
      out += d.escape;
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace cordon::hl7
