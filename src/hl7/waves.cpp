// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "hl7/observation.h"

namespace cordon::hl7 {
namespace {

constexpr double rate_hz_max = 100'000;
constexpr double marker_min = 1000;  // ours: a flag of 0 or 1, as some send it, is no sample that means "none"
constexpr std::size_t attribute_levels_max = 4;  // a data range under a wave has its markers under itself
constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

int base64_value(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

/// base64 gives what can be read: RFC 4648, other characters are passed over.
std::vector<std::uint8_t> base64(std::string_view text) {
  std::vector<std::uint8_t> out;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const int value = base64_value(c);
    if (value < 0) continue;
    held = (held << 6U | static_cast<std::uint32_t>(value)) & 0xffffU;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out.push_back(static_cast<std::uint8_t>(held >> bits));
  }
  return out;
}

/// seconds_of_unit: how long one such unit is, 0 for one that is no time.
double seconds_of_unit(std::string_view ucum) {
  if (ucum == "s") return 1;
  if (ucum == "ms") return 1e-3;
  return ucum == "us" ? 1e-6 : 0;
}

}  // namespace

void WaveReader::samples(const Observation& o, const Order& order) {
  Wave wave;
  wave.code = o.code;
  wave.containment = o.containment;
  wave.unit = o.unit_as_text;
  wave.begin = o.at;
  wave.end = order.end;
  wave.device = o.device;
  wave.status = o.status;
  wave.flags = o.flags;
  waves_[o.containment.text] = report_.waves.size();
  segments_.push_back(o.segment);
  if (o.type == "ED") {
    const std::string data = context_.component(o.raw, 5);
    wave.opaque =
        context_.component(o.raw, 4) == "Base64" ? base64(data) : std::vector<std::uint8_t>(data.begin(), data.end());
    context_.notes.add(OddityKind::not_decoded, o.segment);
    report_.waves.push_back(std::move(wave));
    return;
  }
  const Delimiters& d = context_.text.delimiters();
  const auto rows = parts(o.raw, d.repetition);
  if (rows.size() > 1) context_.notes.add(OddityKind::rows, o.segment);
  bool unreadable = false;
  for (const auto row : rows) {
    if (trimmed(row).empty()) continue;
    for (const auto piece : parts(row, d.component)) {
      const std::string text = context_.text.text(trimmed(piece));
      const auto value = decimal(text);
      unreadable = unreadable || (!value && !text.empty());
      wave.samples.push_back(value.value_or(nothing));
    }
  }
  if (unreadable) context_.notes.add(OddityKind::sample_unreadable, o.segment);
  report_.waves.push_back(std::move(wave));
}

Wave* WaveReader::wave_of(const Containment& attribute) {
  // The last of a containment: a wave that comes twice in a message has its attributes behind each.
  std::string path = attribute.text;
  for (std::size_t level = 0; level <= attribute_levels_max; ++level) {
    if (const auto found = waves_.find(path); found != waves_.end()) return &report_.waves[found->second];
    const std::size_t dot = path.rfind('.');
    if (dot == std::string::npos) return nullptr;
    path.resize(dot);
  }
  return nullptr;
}

void WaveReader::marker(const std::optional<double>& value, std::size_t segment, Wave& wave) {
  if (!value) return;
  if (std::fabs(*value) < marker_min) {
    context_.notes.add(OddityKind::marker_small, segment);
  } else if (wave.invalid_markers.size() < markers_max) {
    wave.invalid_markers.push_back(*value);
  }
}

void WaveReader::attribute(Term term, const Observation& o, Wave& wave) {
  const auto value = decimal(context_.component(o.raw, 1));
  switch (term) {
    case Term::sample_rate:
    case Term::sample_period: {
      const double unit_s = seconds_of_unit(o.unit_as_text.ucum);
      const double stated = value.value_or(0);
      const double rate = term == Term::sample_rate ? stated : stated * unit_s > 0 ? 1 / (stated * unit_s) : 0;
      if (rate > 0 && rate <= rate_hz_max) {
        wave.rate_hz = rate;
      } else {
        context_.notes.add(OddityKind::rate, o.segment);
      }
      break;
    }
    case Term::resolution:
      if (value && *value != 0) wave.resolution = value;
      if (!o.unit_as_text.text.empty()) wave.unit = o.unit_as_text;
      break;
    case Term::invalid_sample:
      marker(value, o.segment, wave);
      break;
    case Term::other:
    case Term::alarm:
    case Term::watchdog:
    case Term::alert_source:
    case Term::event_phase:
    case Term::alarm_state:
    case Term::inactivation:
    case Term::priority:
    case Term::alert_type:
    case Term::alert_text:
    case Term::data_range:
      break;
  }
}

bool WaveReader::take(const Observation& o, const Order& order) {
  if (o.type == "NA" || o.type == "ED") {
    samples(o, order);
    return true;
  }
  const Term term = term_of(o.code);
  const bool always = term == Term::sample_rate || term == Term::sample_period || term == Term::resolution;
  if (!always && term != Term::data_range && term != Term::invalid_sample) return false;
  Wave* wave = wave_of(o.containment);
  if (wave != nullptr) {
    attribute(term, o, *wave);
    return true;
  }
  if (always) context_.notes.add(OddityKind::attribute_alone, o.segment);
  return false;
}

void WaveReader::check_time(const Wave& wave, std::size_t segment) {
  if (wave.rate_hz <= 0 || !wave.begin || !wave.end || wave.samples.empty()) return;
  const double seconds = seconds_of(wave.end->clock) - seconds_of(wave.begin->clock);
  const double expected = seconds * wave.rate_hz;
  // One sample more or less is rounding; a sender that states whole seconds is off by less than one of them.
  const double tolerance =
      wave.end->digits == 14 && seconds_of(wave.end->clock) == std::floor(seconds_of(wave.end->clock)) ? wave.rate_hz
                                                                                                       : 1;
  if (std::fabs(expected - static_cast<double>(wave.samples.size())) > tolerance) {
    context_.notes.add(OddityKind::samples_and_time, segment);
  }
}

void WaveReader::finish() {
  for (std::size_t i = 0; i < report_.waves.size(); ++i) {
    Wave& wave = report_.waves[i];
    std::vector<double> markers = wave.invalid_markers;
    std::sort(markers.begin(), markers.end());
    const bool withdrawn = wave.status == "D" || wave.status == "W";
    for (double& sample : wave.samples) {
      if (withdrawn || std::binary_search(markers.begin(), markers.end(), sample)) sample = nothing;
      if (wave.resolution) sample *= *wave.resolution;
      if (!std::isfinite(sample)) {
        sample = nothing;
        ++wave.samples_missing;
      }
    }
    check_time(wave, segments_[i]);
  }
}

}  // namespace cordon::hl7
