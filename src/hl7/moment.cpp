// SPDX-License-Identifier: Apache-2.0
#include "hl7/moment.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "hl7/message.h"

namespace cordon::hl7 {
namespace {

constexpr std::size_t digits_whole = 14;   // YYYYMMDDHHMMSS
constexpr std::size_t fraction_max = 6;    // microseconds; HL7 has four digits
constexpr std::size_t dtm_bytes_max = 32;  // longer is no date
constexpr int zone_minutes_max = 14 * 60;  // Kiribati

bool digits_only(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

int number(std::string_view digits) {
  int out = 0;
  for (const char c : digits) out = out * 10 + (c - '0');
  return out;
}

std::optional<std::chrono::minutes> zone_of(std::string_view text) {
  if (text.size() != 5 || !digits_only(text.substr(1))) return std::nullopt;
  const int minutes = number(text.substr(1, 2)) * 60 + number(text.substr(3, 2));
  if (minutes > zone_minutes_max || number(text.substr(3, 2)) > 59) return std::nullopt;
  return std::chrono::minutes(text[0] == '-' ? -minutes : minutes);
}

/// clock_of reads the 4, 6, 8, 10, 12 or 14 digits.
std::optional<WallTime> clock_of(std::string_view digits) {
  const auto at = [&](std::size_t from, std::size_t size, int otherwise) {
    return digits.size() >= from + size ? number(digits.substr(from, size)) : otherwise;
  };
  if (digits.size() < 4 || digits.size() > digits_whole || digits.size() % 2 != 0) return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year(at(0, 4, 0)),
                                        std::chrono::month(static_cast<unsigned>(at(4, 2, 1))),
                                        std::chrono::day(static_cast<unsigned>(at(6, 2, 1)))};
  const int hour = at(8, 2, 0);
  const int minute = at(10, 2, 0);
  const int second = at(12, 2, 0);
  if (!day.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  return WallTime{std::chrono::sys_days(day)} + std::chrono::hours(hour) + std::chrono::minutes(minute) +
         std::chrono::seconds(second);
}

std::optional<Micros> fraction_of(std::string_view digits) {
  if (digits.empty() || digits.size() > fraction_max || !digits_only(digits)) return std::nullopt;
  std::string whole(digits);
  whole.resize(fraction_max, '0');
  return Micros{number(whole)};
}

}  // namespace

std::optional<Moment> moment_of(std::string_view text, std::optional<std::chrono::minutes> default_zone) {
  text = trimmed(text);
  if (text.size() > dtm_bytes_max) return std::nullopt;
  Moment out;
  if (const std::size_t sign = text.find_first_of("+-"); sign != std::string_view::npos) {
    const auto zone = zone_of(text.substr(sign));
    if (!zone) return std::nullopt;
    out.offset = *zone;
    out.zone = ZoneOrigin::stated;
    text = text.substr(0, sign);
  } else if (default_zone) {
    out.offset = *default_zone;
    out.zone = ZoneOrigin::of_message;
  }
  const std::size_t point = text.find('.');
  std::string_view whole = text.substr(0, point);
  if (!digits_only(whole)) return std::nullopt;
  std::string_view fraction = point == std::string_view::npos ? std::string_view{} : text.substr(point + 1);
  if (point == std::string_view::npos && whole.size() > digits_whole) {
    fraction = whole.substr(digits_whole);
    whole = whole.substr(0, digits_whole);
    out.point_missing = true;
  }
  const auto clock = clock_of(whole);
  if (!clock) return std::nullopt;
  out.clock = *clock;
  out.digits = static_cast<std::uint8_t>(whole.size());
  if (point == std::string_view::npos && !out.point_missing) return out;
  const auto part_of_second = fraction_of(fraction);
  if (whole.size() != digits_whole || !part_of_second) return std::nullopt;
  out.clock += *part_of_second;
  return out;
}

std::string to_dtm(const Moment& moment) {
  const auto day = std::chrono::floor<std::chrono::days>(moment.clock);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{moment.clock - day};
  const auto padded = [](std::int64_t value, std::size_t width) {
    std::string digits = std::to_string(value);
    return std::string(width > digits.size() ? width - digits.size() : 0, '0') + digits;
  };
  std::string out = padded(static_cast<int>(date.year()), 4) + padded(static_cast<unsigned>(date.month()), 2) +
                    padded(static_cast<unsigned>(date.day()), 2) + padded(time.hours().count(), 2) +
                    padded(time.minutes().count(), 2) + padded(time.seconds().count(), 2);
  out.resize(moment.digits > 0 ? std::min<std::size_t>(moment.digits, digits_whole) : digits_whole);
  if (out.size() == digits_whole && time.subseconds().count() != 0) {
    out += moment.point_missing ? "" : ".";
    out += padded(time.subseconds().count(), fraction_max);
  }
  if (moment.zone == ZoneOrigin::stated) {
    const auto minutes = moment.offset.count();
    const auto size = minutes < 0 ? -minutes : minutes;
    out += minutes < 0 ? '-' : '+';
    out += padded(size / 60, 2) + padded(size % 60, 2);
  }
  return out;
}

}  // namespace cordon::hl7
