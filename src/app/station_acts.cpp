// SPDX-License-Identifier: Apache-2.0
#include "app/station_acts.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/station_seen.h"
#include "base/text.h"
#include "bedside/patient.h"
#include "bedside/state.h"
#include "event/bedside_json.h"
#include "gateway/gateway.h"

namespace cordon::app {

using nlohmann::json;

namespace {

/// Body reads the fields of one wish, each once; whatever is wrong, or left over, makes it malformed.
class Body {
 public:
  explicit Body(const std::string& text) {
    try {
      json_ = json::parse(text, nullptr, false);
    } catch (const std::exception&) {
      json_ = nullptr;
    }
    sound_ = json_.is_object();
  }

  std::string text(const char* name, std::size_t bytes_max, bool optional = false) {
    const json value = take(name, optional);
    if (value.is_null() && optional) return "";
    return text_of(value, bytes_max);
  }

  double number(const char* name, double min, double max) {
    const json value = take(name, false);
    if (!value.is_number()) return wrong<double>();
    const double out = value.get<double>();
    return out >= min && out <= max ? out : wrong<double>();
  }

  std::uint64_t whole(const char* name) {
    const json value = take(name, false);
    return value.is_number_unsigned() ? value.get<std::uint64_t>() : wrong<std::uint64_t>();
  }

  std::uint32_t code(const char* name) { return code_of(take(name, false)); }

  std::vector<std::uint32_t> codes(const char* name, std::size_t max) {
    const json value = take(name, false);
    if (!value.is_array() || value.size() > max) return wrong<std::vector<std::uint32_t>>();
    std::vector<std::uint32_t> out;
    for (const json& one : value) out.push_back(code_of(one));
    return out;
  }

  std::vector<std::string> names(const char* name, std::size_t max) {
    const json value = take(name, false);
    if (!value.is_array() || value.size() > max) return wrong<std::vector<std::string>>();
    std::vector<std::string> out;
    for (const json& one : value) out.push_back(text_of(one, act_name_bytes_max));
    return out;
  }

  bool truth(const char* name) {
    const json value = take(name, false);
    return value.is_boolean() ? value.get<bool>() : wrong<bool>();
  }

  bool has(const char* name) const { return json_.is_object() && json_.contains(name); }

  std::optional<double> bound(const char* name) {
    const json value = take(name, false);
    if (value.is_null()) return std::nullopt;
    return value.is_number() && std::isfinite(value.get<double>()) ? value.get<double>() : wrong<double>();
  }

  json object(const char* name) { return take(name, false); }

  bool sound() const { return sound_ && json_.empty(); }

 private:
  template <class T>
  T wrong() {
    sound_ = false;
    return {};
  }

  std::string text_of(const json& value, std::size_t bytes_max) {
    if (!value.is_string() || value.get_ref<const std::string&>().size() > bytes_max) return wrong<std::string>();
    std::string out = value.get<std::string>();
    return shown(out, bytes_max) == out ? out : wrong<std::string>();
  }

  std::uint32_t code_of(const json& value) {
    const bool fits =
        value.is_number_unsigned() && value.get<std::uint64_t>() <= std::numeric_limits<std::uint32_t>::max();
    return fits ? value.get<std::uint32_t>() : wrong<std::uint32_t>();
  }

  json take(const char* name, bool optional) {
    if (!json_.is_object()) return nullptr;
    const auto found = json_.find(name);
    if (found == json_.end()) {
      if (!optional) sound_ = false;
      return nullptr;
    }
    json out = std::move(*found);
    json_.erase(found);
    return out;
  }

  json json_;
  bool sound_ = false;
};

std::size_t letters_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// take_who gives by whom, with the initials that were typed beside it; nothing for initials too long.
std::optional<std::string> take_who(Body& body, const std::string& by) {
  return signed_by(by, body.text("who", who_bytes_max, true));
}

bool is_day(const std::string& text) {
  constexpr std::string_view form = "dddd-dd-dd";
  return text.size() == form.size() &&
         std::ranges::equal(text, form, [](char c, char f) { return f == 'd' ? c >= '0' && c <= '9' : c == f; });
}

Micros seconds_as_time(double seconds) {
  return Micros{std::llround(seconds * 1e6)};
}

Result<event::PatientOffer> patient_of(const json& j) {
  Body body(j.is_object() ? j.dump() : "");
  const auto field = [&](const char* name) { return body.text(name, gateway::device_text_bytes_max); };
  event::PatientOffer out{field("identifier"), field("family"), field("given"), field("born")};
  if (!body.sound() || (!out.born.empty() && !is_day(out.born))) return fail(ErrorCode::malformed, "patient");
  return out;
}

Refusal refusal_of(const event::PatientPlaced& placed, const bedside::Station& station) {
  if (bedside::is_born_after(placed.patient, placed.at)) {
    return {
        "born_in_future", "born",
        "write the day of birth as on the wristband; where the box's clock is wrong, set it, or leave the day empty "
        "and write the number"};
  }
  if (bedside::is_born_too_early(placed.patient)) {
    return {"born_too_early", "born",
            fmt::format("write the day of birth as on the wristband, {} or later; where it is not known, leave the day "
                        "empty and write the number",
                        bedside::born_min)};
  }
  std::vector<std::string> beds = station.beds_of(placed.patient, placed.bed);
  const bool has_bed = std::ranges::find(station.policy().beds, placed.bed) != station.policy().beds.end();
  if (!has_bed || !bedside::is_known(placed.patient) || beds.empty()) return {"no_such_bed_or_patient_unclear"};
  return {"patient_elsewhere", "also_at", "free that bed first, or name it here if it is the same person",
          std::move(beds)};
}

double pause_seconds_max() {
  return std::chrono::duration<double>(bedside::audio_pause_max).count();
}

}  // namespace

std::optional<std::string> signed_by(const std::string& by, const std::string& initials) {
  if (letters_of(initials) > who_letters_max || shown(initials, who_bytes_max) != initials) return std::nullopt;
  return initials.empty() ? by : by + " (" + initials + ")";
}

Result<event::BedsideInput> act_input(const ActAsked& asked) {
  Body body(asked.body);
  const auto who = take_who(body, asked.by);
  if (!who) return fail(ErrorCode::malformed, "who");
  event::BedsideInput out;
  if (asked.path == "/act/acknowledge") {
    const std::uint64_t alarm = body.whole("alarm");
    const Micros pause = seconds_as_time(body.number("seconds", 0, pause_seconds_max()));
    event::AlarmAcknowledged acknowledged{asked.at, alarm, asked.at + pause, *who, asked.session};
    if (body.has("seen")) {
      acknowledged.seen = CORDON_TRY(event::alarm_priority_from_word(body.text("seen", unit_bytes_max)));
    }
    out = acknowledged;
  } else if (asked.path == "/act/over") {
    out = event::AlarmOver{asked.at, body.whole("alarm"), *who, asked.session};
  } else if (asked.path == "/act/take-off") {
    const std::string device = body.text("device", act_name_bytes_max);
    out = event::NumberTakenOff{asked.at, device, body.text("handle", act_name_bytes_max), *who, asked.session};
  } else if (asked.path == "/act/pause") {
    const std::string bed = body.text("bed", act_name_bytes_max);
    const Micros pause = seconds_as_time(body.number("seconds", 0, pause_seconds_max()));
    event::AudioPaused paused{asked.at, bed, asked.at + pause, *who, asked.session};
    if (body.has("seen")) paused.seen = body.whole("seen");
    if (body.has("unplaced")) paused.unplaced = body.truth("unplaced");
    out = paused;
  } else if (asked.path == "/act/assign") {
    const std::string device = body.text("device", act_name_bytes_max);
    event::DeviceAssigned assigned{asked.at, device, body.text("bed", act_name_bytes_max), *who, asked.session};
    assigned.seen = body.text("seen", seen_bytes_max, true);
    assigned.bed_seen = body.text("bed_seen", seen_bytes_max, true);
    out = assigned;
  } else if (asked.path == "/act/patient") {
    const std::string bed = body.text("bed", act_name_bytes_max);
    const event::PatientOffer patient = CORDON_TRY(patient_of(body.object("patient")));
    event::PatientPlaced placed{asked.at, bed, patient, *who, asked.session};
    placed.seen = body.text("seen", seen_bytes_max, true);
    if (body.has("also_at")) placed.also_at = body.names("also_at", also_at_max);
    if (body.has("limits_kept")) placed.limits_kept = body.codes("limits_kept", bedside::limits_per_bed_max);
    out = placed;
  } else if (asked.path == "/act/limit") {
    event::LimitSet limit;
    limit.at = asked.at;
    limit.bed = body.text("bed", act_name_bytes_max);
    limit.code = body.code("code");
    limit.unit = body.text("unit", unit_bytes_max);
    limit.low = body.bound("low");
    limit.high = body.bound("high");
    limit.seen = body.text("seen", seen_bytes_max, true);
    limit.priority = CORDON_TRY(event::alarm_priority_from_word(body.text("priority", unit_bytes_max)));
    limit.by = *who;
    limit.session = asked.session;
    out = limit;
  } else {
    return fail(ErrorCode::unsupported, "act");
  }
  if (!body.sound()) return fail(ErrorCode::malformed, "act");
  return out;
}

Result<std::string> asker_of(const ActAsked& asked) {
  Body body(asked.body);
  const auto who = take_who(body, asked.by);
  if (!who || !body.sound()) return fail(ErrorCode::malformed, "act");
  return *who;
}

Refusal refusal_of(const event::BedsideInput& wish, const bedside::Station& station) {
  const bedside::State& state = station.state();
  if (const auto* acknowledged = std::get_if<event::AlarmAcknowledged>(&wish)) {
    return {state.open.contains(acknowledged->alarm) ? "graver_now" : "no_such_alarm"};
  }
  if (const auto* over = std::get_if<event::AlarmOver>(&wish)) {
    return {state.open.contains(over->alarm) ? "device_lives" : "no_such_alarm"};
  }
  if (std::holds_alternative<event::NumberTakenOff>(wish)) return {"number_not_missed"};
  if (std::holds_alternative<event::AudioPaused>(wish)) return {"no_such_bed"};
  if (std::holds_alternative<event::DeviceAssigned>(wish)) return {"no_such_device_or_bed"};
  if (const auto* placed = std::get_if<event::PatientPlaced>(&wish)) return refusal_of(*placed, station);
  if (const auto* limit = std::get_if<event::LimitSet>(&wish)) {
    const auto unit = station.other_unit(*limit);
    if (unit && unit->empty()) {
      return {
          "limit_without_unit", "unit",
          "the device says no unit of this value, so nothing compares it with " + limit->unit +
              ": set the limit without a unit, as the number reads on the screen, or have the unit set at the device"};
    }
    if (unit) return {"limit_unit", "unit", "say the limit in " + *unit + ", the unit in which the device measures"};
    if (const auto range = bedside::beyond_range(*limit)) {
      return {"limit_out_of_range", "low, high",
              fmt::format("say each bound from {} to {} {}", range->min, range->max,
                          range->unit.empty() ? limit->unit : range->unit)};
    }
  }
  return {"limit_not_possible"};
}

std::string refusal_json(const Refusal& refusal) {
  json out{{"ok", false}, {"word", refusal.word}};
  if (!refusal.field.empty()) out["field"] = refusal.field;
  if (!refusal.remedy.empty()) out["remedy"] = refusal.remedy;
  if (!refusal.beds.empty()) out["beds"] = refusal.beds;
  return out.dump();
}

}  // namespace cordon::app
