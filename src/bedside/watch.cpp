// SPDX-License-Identifier: Apache-2.0
#include "bedside/watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace cordon::bedside {

namespace {

using event::AlarmPriority;

/// stands_still says whether what a device counts or times stands still. Its traces, where they go on in time, show
/// that it does not: then a number that is said again is an old one, and has its age beside it.
bool stands_still(const Link& link) {
  const auto allowed = [](bool seldom) { return seldom ? minute_stamps_stand_max : stand_still_max; };
  const auto said = std::max(link.clock.heard, link.ticks.heard);
  if (said - link.traces_moved <= stand_still_max) return false;
  if (link.clock.stands() > allowed(link.clock.by_the_minute)) return true;
  const bool message_goes_on = link.clock.last && link.clock.stands() <= stand_still_max;
  const Micros unknown = allowed(link.ticks.by_the_minute || message_goes_on);
  const Micros by_pace =
      std::clamp<Micros>(2 * link.ticks_period + silence_beside_periods, stand_still_max, minute_stamps_stand_max);
  return link.ticks.stands() > (link.ticks_period == Micros{} ? unknown : by_pace);
}

/// clock_goes says whether all that a device counts or times was seen to move on this link, or its traces in time.
bool clock_goes(const Link& link) {
  if (link.traces_go_on) return true;
  const bool said = link.clock.last || link.ticks.last;
  return said && (!link.clock.last || link.clock.moved) && (!link.ticks.last || link.ticks.moved);
}

bool is_silent(const Link& link, WallTime now) {
  return !link.open || now - link.last > silence_of(link.heard.period) - silence_told_within;
}

}  // namespace

std::string astray_text(Micros ahead) {
  const char* const sign = ahead < Micros{} ? "−" : "+";
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(std::chrono::abs(ahead)).count();
  if (minutes < 120) return fmt::format("{}{} min", sign, minutes);
  if (minutes < 48 * 60) return fmt::format("{}{} h", sign, minutes / 60);
  return fmt::format("{}{} d", sign, minutes / (24 * 60));
}

Micros silence_of(Micros period) {
  return std::max(silence_min, 2 * period + silence_beside_periods);
}

Micros values_pause(const event::DeviceHeard& heard) {
  return silence_of(std::max(heard.period, heard.values_period));
}

Micros unjudged_after(const event::DeviceHeard& heard) {
  return std::max(unjudged_min, 4 * values_pause(heard));
}

// Source: ISO/IEC 11073-10101, MDC_PRESS_CUFF and MDC_PRESS_BLD_NONINV with systolic, diastolic and mean.
bool is_episodic(std::uint32_t code) {
  constexpr std::uint32_t scada = 2;
  const std::uint32_t term = code & 0xffffU;
  return code >> 16U == scada && ((term >= 0x4a04 && term <= 0x4a07) || (term >= 0x4b1d && term <= 0x4b1f));
}

bool lives(const Link& link, WallTime now) {
  return link.open && now - link.last <= silence_of(link.heard.period);
}

bool stands_on(const Link& link, std::string_view condition, WallTime raised, WallTime now) {
  const bool silent = is_silent(link, now);
  if (condition.starts_with("frozen:")) return silent && link.waves.contains(std::string(condition.substr(7)));
  const bool of_then = raised <= link.opened;
  if (condition.starts_with("unjudged:")) return silent || of_then;
  if (condition == "clock_still") return silent || (of_then && !clock_goes(link));
  if (condition == "patient") {  // whom it names may come behind its first word
    return of_then && link.heard.patient.empty() && now - link.opened <= carried_patience;
  }
  if (condition == "clock_astray") return silent || (of_then && !link.clock_shown);
  return false;
}

bool needs_no_word(std::string_view condition) {
  constexpr std::array<std::string_view, 5> of_its_place{"silent", "doubted", "contested", "claimed", "poses"};
  return std::ranges::find(of_its_place, condition) != of_its_place.end();
}

std::vector<Finding> findings_of(const Link& link, WallTime now) {
  if (is_silent(link, now)) {
    return {{"silent", AlarmPriority::medium, "silent"}};
  }
  std::vector<Finding> out;
  for (const auto& [handle, wave] : link.waves) {
    const bool stands = wave.awaited ? now >= *wave.awaited : now - wave.advanced > stand_still_max;
    if (is_measured(wave.validity) && stands) {
      out.push_back({"frozen:" + handle, AlarmPriority::medium, wave.channel.label});
    }
  }
  if (stands_still(link)) out.push_back({"clock_still", AlarmPriority::medium, ""});
  if (const Micros ahead = link.clock_ahead.value_or(Micros{}); std::chrono::abs(ahead) > clock_astray_min) {
    out.push_back({"clock_astray", AlarmPriority::low, astray_text(ahead)});
  }
  if (!link.trouble.code.empty() && !event::is_aside(link.trouble.code)) {
    out.push_back({"trouble:" + link.trouble.code, AlarmPriority::medium, link.trouble.text});
  }
  if (now - link.impossible_at <= impossible_for) {
    out.push_back({"impossible", AlarmPriority::medium, link.impossible});
  }
  if (link.beyond > 0) out.push_back({"crowded", AlarmPriority::low, ""});
  return out;
}

}  // namespace cordon::bedside
