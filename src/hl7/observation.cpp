// SPDX-License-Identifier: Apache-2.0
#include "hl7/observation.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "hl7/mdc.h"

namespace cordon::hl7 {
namespace {

constexpr std::size_t containment_parts_max = 8;
constexpr std::size_t decimal_bytes_max = 40;
constexpr std::size_t time_digits_min = 8;

/// has_markers: units in which nobody measures -100, so that it is Mindray's word for nothing, and -999
/// others'.
bool has_markers(const Unit& unit) {
  constexpr std::array<std::string_view, 10> never_minus_100{"",  "1",   "{beat}/min", "{breath}/min", "/min",
                                                             "%", "Cel", "[degF]",     "mm[Hg]",       "kPa"};
  return std::find(never_minus_100.begin(), never_minus_100.end(), unit.ucum) != never_minus_100.end();
}

bool is_marker(double value, const Unit& unit) {
  constexpr double ieee_nan = 8388607;  // 2^23 - 1, "not a number" of ISO/IEEE 11073-20601
  if (value == ieee_nan) return true;
  return has_markers(unit) && (value == -100 || value == -999 || value == -99.9);
}

bool all_dashes(std::string_view text) {
  return !text.empty() && text.find_first_not_of("-?*") == std::string_view::npos;
}

Unit unit_of(std::string_view raw, const Code& code, const Context& context) {
  Unit out;
  const std::string second_system = context.component(raw, 6);
  if (code.system == "UCUM") {
    out.ucum = spelled(code.id).value_or(code.id);
  } else if (second_system == "UCUM") {
    const std::string second = context.component(raw, 4);
    out.ucum = spelled(second).value_or(second);
  } else {
    out.ucum = ucum_of(code);
  }
  out.text = !code.name.empty() ? code.name : code.id;
  return out;
}

/// is_withdrawn: what is deleted or was wrong is no value, whatever stands there (HL7 table 0085).
bool is_withdrawn(std::string_view status) {
  return status == "D" || status == "W";
}

/// shifted_status: `|||||F` for `||||||F`, as IHE's own examples have it. N, R, S and A mean something in OBX-10.
bool shifted_status(std::string_view status, std::string_view before) {
  return status.empty() && (before == "F" || before == "X" || before == "C" || before == "P");
}

bool looks_like_time(std::string_view text) {
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return text.size() >= time_digits_min &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(time_digits_min), digit);
}

void read_value(std::string text, Numeric& out, Context& context, std::size_t segment) {
  out.stated = std::move(text);
  const std::string_view stated = out.stated;
  const auto value = decimal(stated);
  if (stated.empty()) {
    out.validity = Validity::empty;
  } else if (stated == "\"\"") {
    out.validity = Validity::null;
  } else if (all_dashes(stated) || (value && is_marker(*value, out.unit))) {
    out.validity = Validity::marker;
  } else if (!value) {
    out.validity = Validity::not_a_number;
  } else {
    out.validity = Validity::valid;
    out.value = value;
  }
  if (out.status != "X") return;
  out.validity = out.value ? Validity::unconfirmed : Validity::not_obtained;
  if (!stated.empty()) context.notes.add(OddityKind::value_despite_x, segment);
}

}  // namespace

std::string Context::component(std::string_view raw, std::size_t number) const {
  const std::string whole = text.text(part(raw, text.delimiters().component, number));
  return std::string(trimmed(whole));
}

Code Context::code(std::string_view raw) const {
  return {component(raw, 1), component(raw, 2), component(raw, 3)};
}

std::optional<Moment> Context::moment(std::string_view raw, std::size_t segment) {
  const std::string stated = component(raw, 1);
  if (stated.empty()) return std::nullopt;
  const auto out = moment_of(stated, zone);
  if (!out) notes.add(OddityKind::time_unreadable, segment);
  if (out && out->point_missing) notes.add(OddityKind::point_missing, segment);
  return out;
}

const Segment* find_in(const Message& message, Span span, std::string_view name) {
  for (std::size_t i = span.begin; i < span.end; ++i) {
    if (message.segments[i].name() == name) return &message.segments[i];
  }
  return nullptr;
}

std::string bed_label_of(const Bed& bed) {
  std::string out;
  for (const std::string& piece : {bed.unit, bed.room, bed.bed}) {
    if (piece.empty()) continue;
    if (!out.empty()) out += ' ';
    out += piece;
  }
  return out;
}

bool is_word(std::string_view text, std::string_view word) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::ranges::equal(text, word, [&](char a, char b) { return lower(a) == lower(b); });
}

Standing standing_of(const std::vector<std::string>& flags) {
  constexpr std::array<std::pair<std::string_view, Standing>, 14> words{{{"QUES", Standing::questionable},
                                                                         {"EARLY", Standing::questionable},
                                                                         {">", Standing::questionable},
                                                                         {"<", Standing::questionable},
                                                                         {"CAL", Standing::calibrating},
                                                                         {"DEMO", Standing::demo},
                                                                         {"TEST", Standing::demo},
                                                                         {"INV", Standing::invalid},
                                                                         {"NAV", Standing::unavailable},
                                                                         {"NI", Standing::unavailable},
                                                                         {"OFF", Standing::unavailable},
                                                                         {"MSK", Standing::unavailable},
                                                                         {"NAN", Standing::unavailable},
                                                                         {"BUSY", Standing::unavailable}}};
  Standing out = Standing::measured;
  for (const std::string& flag : flags) {
    const auto found = std::find_if(words.begin(), words.end(), [&](const auto& w) { return is_word(flag, w.first); });
    if (found != words.end()) out = std::max(out, found->second);
  }
  return out;
}

Standing standing_of(const std::vector<std::string>& flags, const Report& report) {
  const bool real = !is_word(report.processing, "T") && !is_word(report.processing, "D");
  return std::max(standing_of(flags), real ? Standing::measured : Standing::demo);
}

Containment containment_of(std::string text) {
  Containment out{std::move(text), {}};
  for (const std::string_view piece : hl7::parts(out.text, '.')) {
    std::uint32_t number = 0;
    const auto [end, error] = std::from_chars(piece.data(), piece.data() + piece.size(), number);
    if (piece.empty() || error != std::errc{} || end != piece.data() + piece.size() ||
        out.parts.size() == containment_parts_max) {
      out.parts.clear();
      break;
    }
    out.parts.push_back(number);
  }
  return out;
}

std::optional<double> decimal(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || text.size() > decimal_bytes_max) return std::nullopt;
  if (digits.find_first_not_of("0123456789.") != std::string_view::npos) return std::nullopt;
  double out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(out)) return std::nullopt;
  return out;
}

Order read_order(const Segment& obr, std::size_t at, Context& context) {
  Order out;
  out.code = context.code(obr.field(4));
  out.id = context.component(obr.field(3), 1);
  out.begin = context.moment(obr.field(7), at);
  out.end = context.moment(obr.field(8), at);
  const TextReader& text = context.text;
  const std::string_view filler = part(obr.field(29), text.delimiters().component, 2);
  out.first_id = text.text(part(filler, text.delimiters().subcomponent, 1));
  return out;
}

Observation read_observation(const Segment& obx, std::size_t at, const Order& order, Context& context) {
  Observation out;
  out.segment = at;
  out.type = context.component(obx.field(2), 1);
  out.code = context.code(obx.field(3));
  out.containment = containment_of(context.component(obx.field(4), 1));
  out.raw = obx.field(5);
  out.unit = context.code(obx.field(6));
  out.unit_as_text = unit_of(obx.field(6), out.unit, context);
  out.range = context.text.text(trimmed(obx.field(7)));
  for (const auto flag : parts(obx.field(8), context.text.delimiters().repetition)) {
    if (out.flags.size() == flags_max) break;
    std::string one = context.component(flag, 1);
    if (!one.empty()) out.flags.push_back(std::move(one));
  }
  out.status = context.component(obx.field(11), 1);
  const std::string before = context.component(obx.field(10), 1);
  if (shifted_status(out.status, before)) {
    out.status = before;
    context.notes.add(OddityKind::status_shifted, at);
  }
  std::string_view time = obx.field(14);
  if (trimmed(time).empty() && looks_like_time(trimmed(obx.field(13)))) {
    time = obx.field(13);
    context.notes.add(OddityKind::time_shifted, at);
  }
  out.at = context.moment(time, at);
  if (!out.at) out.at = order.begin;
  out.device = context.component(obx.field(18), 1);
  out.aperiodic =
      context.component(obx.field(17), 1) == "APERIODIC" || context.component(obx.field(17), 2) == "APERIODIC";
  return out;
}

bool is_text(std::string_view type) {
  return type.empty() || type == "ST" || type == "TX";
}

bool is_measured(const Code& code, const Unit& unit) {
  const std::string_view name = code.name;
  if (term_of(code) != Term::other || name.starts_with("MDC_ATTR_") || name.starts_with("MDC_EVT_")) return false;
  return is_measurement(code) || !unit.text.empty() || !unit.ucum.empty();
}

bool reads_as_number(std::string_view stated) {
  return stated.empty() || stated == "\"\"" || all_dashes(stated) || decimal(stated);
}

Numeric numeric_of(const Observation& o, Context& context) {
  Numeric out{o.code,   o.containment, {},   Validity::empty, {},     {}, o.unit_as_text, o.range,
              o.status, o.aperiodic,   o.at, o.device,        o.flags};
  if (o.type == "SN") {
    // comparator ^ number ^ separator ^ number: a ratio or a range is no one number.
    out.comparator = context.component(o.raw, 1);
    const bool single = context.component(o.raw, 3).empty();
    read_value(single ? context.component(o.raw, 2) : context.text.text(trimmed(o.raw)), out, context, o.segment);
  } else {
    read_value(context.text.text(trimmed(o.raw)), out, context, o.segment);
  }
  if (is_withdrawn(out.status)) {
    out.value.reset();
    out.validity = Validity::withdrawn;
  }
  out.as_text = is_text(o.type);
  return out;
}

std::string text_of(const Observation& o, const Context& context) {
  const bool coded = o.type == "CWE" || o.type == "CE" || o.type == "CNE";
  if (!coded) return context.text.text(trimmed(o.raw));
  for (const std::size_t number : {9U, 2U, 1U}) {
    std::string out = context.component(o.raw, number);
    if (!out.empty()) return out;
  }
  return {};
}

}  // namespace cordon::hl7
