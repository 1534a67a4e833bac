// SPDX-License-Identifier: Apache-2.0
#include "sdc/text.h"

#include <charconv>
#include <cmath>

#include "sdc/utf8.h"
#include "sdc/xml.h"

namespace cordon::sdc {
namespace {

constexpr std::int64_t duration_s_max = 1'000'000'000;
constexpr std::uint64_t timestamp_ms_max = 253'402'300'799'999;  // the end of 9999
constexpr std::int64_t nanos_per_second = 1'000'000'000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Part is one number of a duration and its letter: whole seconds or days, and nanos of a fraction.
struct Part {
  std::int64_t whole = 0;
  std::int64_t nanos = 0;
  bool has_fraction = false;
  char letter = 0;
};

std::optional<Part> take_part(std::string_view& text) {
  Part part;
  std::size_t at = 0;
  for (; at < text.size() && is_digit(text[at]); ++at) {
    if (at >= 10) return std::nullopt;
    part.whole = part.whole * 10 + (text[at] - '0');
  }
  if (at == 0) return std::nullopt;
  if (at < text.size() && text[at] == '.') {
    part.has_fraction = true;
    std::int64_t scale = nanos_per_second / 10;
    const std::size_t first = ++at;
    for (; at < text.size() && is_digit(text[at]); ++at, scale /= 10) part.nanos += scale * (text[at] - '0');
    if (at == first) return std::nullopt;
  }
  if (at == text.size()) return std::nullopt;
  part.letter = text[at];
  text.remove_prefix(at + 1);
  return part;
}

std::int64_t seconds_of_letter(char letter, bool after_t) {
  if (!after_t) return letter == 'D' ? 86'400 : 0;
  return letter == 'H' ? 3600 : letter == 'M' ? 60 : letter == 'S' ? 1 : 0;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::optional<Nanos> read_duration(std::string_view raw) {
  std::string_view text = trimmed(raw);
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  if (!text.starts_with('P')) return std::nullopt;
  text.remove_prefix(1);
  std::int64_t seconds = 0;
  std::int64_t nanos = 0;
  std::int64_t smallest = duration_s_max;
  bool after_t = false;
  bool any = false;
  while (!text.empty()) {
    if (text.front() == 'T' && !after_t) {
      after_t = true;
      text.remove_prefix(1);
      if (text.empty()) return std::nullopt;
      continue;
    }
    const auto part = take_part(text);
    if (!part) return std::nullopt;
    const std::int64_t unit = seconds_of_letter(part->letter, after_t);
    if (unit == 0 || unit >= smallest || (part->has_fraction && unit != 1)) return std::nullopt;
    smallest = unit;
    seconds += part->whole * unit;
    nanos = part->nanos;
    any = true;
    if (seconds > duration_s_max) return std::nullopt;
  }
  if (!any) return std::nullopt;
  const std::int64_t all = seconds * nanos_per_second + nanos;
  return Nanos{is_negative ? -all : all};
}

std::string print_duration(Nanos duration) {
  const bool is_negative = duration.count() < 0;
  const auto all = static_cast<std::uint64_t>(is_negative ? -duration.count() : duration.count());
  const auto per_second = static_cast<std::uint64_t>(nanos_per_second);
  std::string out = is_negative ? "-PT" : "PT";
  out += std::to_string(all / per_second);
  if (all % per_second != 0) {
    std::string fraction = std::to_string(all % per_second + per_second).substr(1);
    fraction.erase(fraction.find_last_not_of('0') + 1);
    out.append(".").append(fraction);
  }
  return out += 'S';
}

std::optional<double> read_decimal(std::string_view raw) {
  std::string_view text = trimmed(raw);
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::string print_decimal(double value) {
  if (!std::isfinite(value)) return {};
  char out[400];  // the longest double written without an exponent has 309 digits before the point
  const auto [end, error] = std::to_chars(out, out + sizeof out, value, std::chars_format::fixed);
  return error == std::errc() ? std::string(out, end) : std::string();
}

std::optional<std::uint64_t> read_unsigned(std::string_view raw) {
  std::string_view text = trimmed(raw);
  if (text.starts_with('+')) text.remove_prefix(1);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<bool> read_bool(std::string_view raw) {
  const std::string_view text = trimmed(raw);
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::nullopt;
}

std::optional<WallTime> read_timestamp(std::string_view text) {
  const auto ms = read_unsigned(text);
  if (!ms || *ms > timestamp_ms_max) return std::nullopt;
  return WallTime{std::chrono::milliseconds{static_cast<std::int64_t>(*ms)}};
}

std::string print_timestamp(WallTime at) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(at.time_since_epoch()).count();
  return std::to_string(ms < 0 ? 0 : ms);
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool is_pair =
        text[at] == '%' && at + 2 < text.size() && hex_digit(text[at + 1]) >= 0 && hex_digit(text[at + 2]) >= 0;
    if (!is_pair) {
      out += text[at];
      continue;
    }
    out += static_cast<char>(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2]));
    at += 2;
  }
  return clean_utf8(out);
}

std::string percent_encoded(std::string_view text) {
  static constexpr std::string_view plain = "-._~";
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || plain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return out;
}

}  // namespace cordon::sdc
