// SPDX-License-Identifier: Apache-2.0
#include "intellivue/decoder.h"

#include <algorithm>
#include <cmath>

#include "intellivue/codes.h"
#include "intellivue/nomenclature.h"

namespace cordon::intellivue {
namespace {

AlarmPriority patient_priority(std::uint16_t type) {
  if ((type & code::patient_high) != 0) return AlarmPriority::high;
  if ((type & code::patient_medium) != 0) return AlarmPriority::medium;
  return (type & code::patient_low) != 0 ? AlarmPriority::low : AlarmPriority::none;
}
AlarmPriority technical_priority(std::uint16_t type) {
  if ((type & code::technical_high) != 0) return AlarmPriority::high;
  if ((type & code::technical_medium) != 0) return AlarmPriority::medium;
  return (type & code::technical_low) != 0 ? AlarmPriority::low : AlarmPriority::none;
}

/// priority_of: an alarm has none where its monitor says so, and not because it says something else: the other list's
/// bits count, and those that nobody knows are medium.
AlarmPriority priority_of(std::uint16_t type, AlarmKind kind) {
  const AlarmPriority patient = patient_priority(type);
  const AlarmPriority technical = technical_priority(type);
  const AlarmPriority own = kind == AlarmKind::patient ? patient : technical;
  if (own != AlarmPriority::none || type == 0) return own;
  const AlarmPriority other = std::max(patient, technical);
  return other == AlarmPriority::none ? AlarmPriority::medium : other;
}

Alarm alarm_of(const AlarmEntry& entry, AlarmKind kind) {
  Alarm out;
  out.kind = kind;
  out.priority = priority_of(entry.type, kind);
  out.source = entry.source;
  out.code = entry.code;
  out.state = entry.state;
  out.object = entry.object;
  if (entry.info_id == string_info) {
    if (const auto info = read<AlarmInfoText>(entry.info)) {
      out.instance = info->general.instance;
      out.text = text_of(info->text);
    }
  } else if (entry.info_id == general_info) {
    if (const auto info = read<AlarmInfo>(entry.info)) out.instance = info->instance;
  }
  return out;
}

std::string ascii_of(const Bytes& text) {
  std::string out;
  for (const std::uint8_t octet : text) {
    if (octet == 0 || out.size() == text_bytes_max) break;
    out += octet < 0x80 ? static_cast<char>(octet) : '?';
  }
  return out;
}

std::string hex_of(ByteView bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t octet : bytes.first(std::min(bytes.size(), text_bytes_max))) {
    out += digits[octet >> 4U];
    out += digits[octet & 15U];
  }
  return out;
}

/// Line turns counts into the unit's values.
struct Line {
  double slope = 1;
  double offset = 0;
  bool scaled = false;
};
Line line_of(const std::optional<ScaleRange>& scale) {
  if (!scale || scale->lower_scaled == scale->upper_scaled) return {};
  const double lower = scale->lower_absolute.value();
  const double upper = scale->upper_absolute.value();
  if (!std::isfinite(lower) || !std::isfinite(upper)) return {};
  const double slope = (upper - lower) / (int{scale->upper_scaled} - int{scale->lower_scaled});
  return {slope, lower - slope * scale->lower_scaled, true};
}

std::uint8_t mark_of(FixedValue fixed, std::uint16_t sample) {
  const bool all = fixed.value != 0 && (sample & fixed.value) == fixed.value;
  switch (fixed.id) {
    case FixedValueId::unspecified:
      return 0;
    case FixedValueId::invalid_mask:
      return all ? mark_invalid : 0;
    case FixedValueId::pacer_mask:
      return all ? mark_pacer : 0;
    case FixedValueId::defibrillator_mask:
      return all ? mark_defibrillator : 0;
    case FixedValueId::saturation:  // a mask too, despite its name (the guide, "Sample Array Fixed Values
                                    // Specification")
      return all ? mark_saturated : 0;
    case FixedValueId::qrs_mask:
      return all ? mark_qrs : 0;
  }
  return 0;
}

/// value_mask leaves the bits of a sample that carry its value: all, unless the monitor says that some must be masked.
std::uint16_t value_mask(const SampleSpec& spec) {
  if ((spec.flags & code::samples_extended_range) == 0) return 0xFFFFU;
  const unsigned bits = std::min<unsigned>(spec.significant_bits, spec.sample_bits);
  return static_cast<std::uint16_t>(bits == 0 || bits >= 16 ? 0xFFFFU : (1U << bits) - 1);
}

/// counts_always tells of alarms, and of what says whether a number or a trace is a patient's.
bool counts_always(std::uint16_t id) {
  return id == code::attr_patient_alarms || id == code::attr_technical_alarms || id == code::attr_alert_condition ||
         id == code::attr_operating_mode || id == code::attr_mds_status || id == code::attr_fixed_values ||
         id == code::attr_scale;
}

bool readable(const SampleSpec& spec) {
  return spec.sample_bits == 8 || spec.sample_bits == 16;
}

}  // namespace

bool Decoder::lacks_context() {
  return std::exchange(lacks_context_, false);
}

Decoder Decoder::anew() {
  Decoder out;
  out.readable_ = std::move(readable_);
  return out;
}

void Decoder::note(std::uint16_t id, bool readable) {
  const std::pair what{reading_, id};
  const bool full = readable_.size() >= readable_max;
  if (readable) {
    if (!full) readable_.insert(what);
    return;
  }
  ++damaged_;
  if (full || counts_always(id) || readable_.contains(what)) return;
  ++unseen_;
  unseen_id_ = id;
}

template <class T>
std::optional<T> Decoder::value_of(const Attributes& attributes, std::uint16_t id) {
  const Attribute* found = find(attributes, id);
  if (found == nullptr) return std::nullopt;
  const auto value = read<T>(found->value);
  note(id, value.has_value());
  if (value) return *value;
  return std::nullopt;
}

bool Decoder::make_room(std::vector<Report>& out) {
  if (described_ < handles_max) {
    ++described_;
    return true;
  }
  if (!std::exchange(told_too_many_, true)) out.push_back(Trouble{TroubleKind::too_many_objects, handles_max});
  return false;
}

Decoder::Object* Decoder::object(ObjectKey key, std::vector<Report>& out) {
  const auto found = objects_.find(key);
  if (found != objects_.end()) return &found->second;
  return make_room(out) ? &objects_[key] : nullptr;
}

void Decoder::Described::take(const Described& newer) {
  if (!newer.label.empty()) label = newer.label;
  if (newer.unit != 0) unit = newer.unit;
  if (newer.spec) spec = newer.spec;
  if (newer.scale) scale = newer.scale;
  if (!newer.fixed.empty()) fixed = newer.fixed;
  if (newer.period != 0) period = newer.period;
  whole = whole || newer.whole;
}

/// describe keeps what an observation says of the handle, and of one lead: the one whose samples it holds, or whose
/// label.
void Decoder::describe(Object& object, const Attributes& attributes, bool wave, std::vector<Report>& out) {
  const Described said = read_description(attributes);
  object.common.take(said);
  std::optional<std::uint16_t> lead;
  if (const auto samples = read_from<SamplesObserved>(attributes, code::attr_samples)) {
    lead = samples->physio_id;
    object.shared = object.shared || (object.sampled && *object.sampled != *lead);
    object.sampled = lead;
  } else if (const auto label = read_from<Number32>(attributes, code::attr_label); wave && label) {
    if (label->value >> 16U == code::part_scada) lead = static_cast<std::uint16_t>(label->value & 0xFFFFU);
  }
  if (!lead || attributes.size() < 2) return;  // the samples or the label alone describe nothing
  if (!object.leads.contains(*lead) && !make_room(out)) return;
  object.leads[*lead].take(said);
  object.shared = object.shared || object.leads.size() > 1;
}

/// description is what is known of one value: its own, and where nothing else has the handle, what was said of that.
Decoder::Described Decoder::description(const Object& object, std::uint16_t physio_id, bool compound) const {
  Described out = object.common;
  if (object.shared && !compound) {
    out.label.clear();
    out.unit = 0;
    out.scale.reset();
    out.whole = false;
  }
  const auto found = object.leads.find(physio_id);
  if (found != object.leads.end() && !compound) out.take(found->second);
  return out;
}

Decoder::Described Decoder::read_description(const Attributes& attributes) {
  Described out;
  const auto has = [&](std::uint16_t id) { return find(attributes, id) != nullptr; };
  out.whole = has(code::attr_sample_spec) && (has(code::attr_samples) || has(code::attr_samples_compound));
  if (const auto label = value_of<Text>(attributes, code::attr_label_string)) out.label = text_of(label->utf16);
  if (const auto unit = value_of<Number16>(attributes, code::attr_unit)) out.unit = unit->value;
  if (const auto spec = value_of<SampleSpec>(attributes, code::attr_sample_spec)) out.spec = *spec;
  if (const auto scale = value_of<ScaleRange>(attributes, code::attr_scale)) out.scale = *scale;
  if (const auto period = value_of<Number32>(attributes, code::attr_sample_period)) out.period = period->value;
  if (auto fixed = value_of<FixedValues>(attributes, code::attr_fixed_values)) {
    constexpr std::size_t fixed_values_max = 16;  // the guide names six kinds
    fixed->values.resize(std::min(fixed->values.size(), fixed_values_max));
    out.fixed = std::move(fixed->values);
  }
  return out;
}

/// age_in gives how long before the answer its values were measured: by the counter, which nobody sets, else by the
/// date, which leads further back than the counter does before it wraps. What lies ahead or is no time tells nothing.
std::optional<Micros> Decoder::age_in(const PollReply& reply, const Attributes& attributes) {
  constexpr Ticks no_ticks = 0xFFFFFFFF;
  constexpr Micros tick_length{1'000'000 / ticks_per_second};
  const auto relative = value_of<Number32>(attributes, code::attr_stamp_relative);
  if (relative && relative->value != no_ticks && reply.relative_time != 0) {
    const Micros age = static_cast<std::int32_t>(reply.relative_time - relative->value) * tick_length;
    if (age >= Micros{}) return age;
  }
  const auto absolute = value_of<DateTime>(attributes, code::attr_stamp_absolute);
  const auto measured = absolute ? clock_of(absolute->time) : std::nullopt;
  const auto now = clock_of(reply.absolute_time);
  if (!measured || !now || *measured > *now || *now - *measured > age_max) return std::nullopt;
  return *now - *measured;
}

void Decoder::numeric(const Object& object, const NumericObserved& value, const Origin& origin,
                      std::vector<Report>& out) {
  note(origin.attribute, true);
  const std::string_view known = physio_label(value.physio_id);
  const std::string& label = object.common.label;
  const bool own = !label.empty() && (origin.whole_label || known.empty());
  out.push_back(Numeric{origin.key, value.physio_id, own ? label : std::string(known), value.unit, ucum(value.unit),
                        value.value.value(), validity_of(value.state), value.state, origin.at, origin.clock,
                        origin.sequence, origin.age});
}

void Decoder::wave(const Object& object, const SamplesObserved& value, const Origin& origin, std::vector<Report>& out) {
  const Described what = description(object, value.physio_id, origin.compound);
  // Half a description is none: counts that become millivolts a second later are drawn as a leap.
  if (!what.spec || what.period == 0 || (!what.scale && !what.whole)) {
    lacks_context_ = true;
    return;
  }
  const std::size_t width = what.spec->sample_bits / 8U;
  if (!readable(*what.spec) || value.samples.size() % width != 0 || value.samples.size() / width > wave_samples_max) {
    note(origin.attribute, false);
    return;
  }
  note(origin.attribute, true);
  const std::string_view known = physio_label(value.physio_id);
  const bool own = !what.label.empty() && (origin.whole_label || known.empty());
  Wave wave{origin.key,
            value.physio_id,
            own ? what.label : std::string(known),
            what.unit,
            ucum(what.unit),
            what.period,
            false,
            {},
            {},
            validity_of(value.state),
            value.state,
            origin.gap,
            origin.at,
            origin.sequence};
  const Line line = line_of(what.scale);
  wave.scaled = line.scaled;
  const std::uint16_t mask = value_mask(*what.spec);
  const bool none_holds = wave.validity >= Validity::unavailable;
  for (std::size_t i = 0; i < value.samples.size(); i += width) {
    const auto sample =
        static_cast<std::uint16_t>(width == 1 ? value.samples[i] : value.samples[i] << 8U | value.samples[i + 1]);
    std::uint8_t marks = none_holds ? mark_invalid : 0;
    for (const FixedValue& fixed : what.fixed) marks |= mark_of(fixed, sample);
    wave.values.push_back(line.offset + line.slope * (sample & mask));
    wave.marks.push_back(marks);
  }
  out.push_back(std::move(wave));
}

void Decoder::observe(const Object& object, const Attribute& attribute, Origin origin, std::vector<Report>& out) {
  const auto each = [&](const auto& values, auto take_one) {
    if (!values) {
      note(attribute.id, false);
      return;
    }
    origin.whole_label = values->values.size() == 1;
    origin.compound = true;
    for (const auto& value : values->values) (this->*take_one)(object, value, origin, out);
  };
  if (attribute.id == code::attr_numeric) {
    const auto value = read<NumericObserved>(attribute.value);
    value ? numeric(object, *value, origin, out) : note(attribute.id, false);
  } else if (attribute.id == code::attr_numeric_compound) {
    each(read<CompoundNumeric>(attribute.value), &Decoder::numeric);
  } else if (attribute.id == code::attr_samples) {
    const auto value = read<SamplesObserved>(attribute.value);
    value ? wave(object, *value, origin, out) : note(attribute.id, false);
  } else if (attribute.id == code::attr_samples_compound) {
    each(read<CompoundSamples>(attribute.value), &Decoder::wave);
  }
}

void Decoder::alarms(const Attributes& attributes, Ticks at, std::vector<Report>& out) {
  for (const auto& [id, kind] : {std::pair{code::attr_patient_alarms, AlarmKind::patient},
                                 {code::attr_technical_alarms, AlarmKind::technical}}) {
    const Attribute* found = find(attributes, id);
    if (found == nullptr) continue;
    const auto entries = read<AlarmEntries>(found->value);
    if (!entries || entries->entries.size() > alarms_max) {
      note(id, false);
      out.push_back(Trouble{TroubleKind::damaged_alarms, id});
      continue;
    }
    AlarmList list{kind, {}, at};
    for (const AlarmEntry& entry : entries->entries) list.alarms.push_back(alarm_of(entry, kind));
    out.push_back(std::move(list));
  }
  if (const auto condition = value_of<AlertCondition>(attributes, code::attr_alert_condition)) {
    out.push_back(AlarmSummary{*condition, patient_priority(condition->patient_type),
                               technical_priority(condition->technical_type),
                               (condition->state & (code::alarm_suspended | code::alarm_inhibited)) != 0,
                               (condition->state & code::alarm_device_standby) != 0, at});
  }
}

// Made anew of each answer, which holds the whole group: nothing of one patient is ever kept for the next.
void Decoder::person(const Attributes& attributes, std::vector<Report>& out) {
  Patient patient;
  const auto text = [&](std::uint16_t id) {
    const auto value = value_of<Text>(attributes, id);
    return value ? text_of(value->utf16) : std::string{};
  };
  const auto state = value_of<Number16>(attributes, code::attr_patient_state);
  if (state) patient.state = static_cast<PatientState>(state->value);
  patient.family = text(code::attr_family_name);
  patient.given = text(code::attr_given_name);
  patient.id = text(code::attr_patient_id);
  if (const auto birth = value_of<DateTime>(attributes, code::attr_birth)) patient.birth = iso_text(birth->time);
  if (const auto type = value_of<Number16>(attributes, code::attr_patient_type)) patient.type = type->value;
  if (const auto sex = value_of<Number16>(attributes, code::attr_sex)) patient.sex = sex->value;
  patient.age = value_of<Measure>(attributes, code::attr_age);
  patient.height = value_of<Measure>(attributes, code::attr_height);
  patient.weight = value_of<Measure>(attributes, code::attr_weight);
  if (state || !patient.family.empty() || !patient.id.empty()) out.push_back(std::move(patient));
}

void Decoder::device(const Attributes& attributes, std::vector<Report>& out) {
  const auto bed = value_of<Text>(attributes, code::attr_bed_label);
  const auto model = value_of<SystemModel>(attributes, code::attr_model);
  const auto mode = value_of<Number16>(attributes, code::attr_operating_mode);
  const auto status = value_of<Number16>(attributes, code::attr_mds_status);
  if (const auto id = value_of<Text>(attributes, code::attr_system_id)) device_.system_id = hex_of(id->utf16);
  if (bed) device_.bed = text_of(bed->utf16);
  if (model) {
    device_.manufacturer = ascii_of(model->manufacturer);
    device_.model = ascii_of(model->model);
  }
  if (mode) {
    device_.mode = mode->value;
    device_.demonstration = (mode->value & code::mode_demo) != 0;
    device_.standby = (mode->value & code::mode_standby) != 0;
  }
  if (status) device_.status = status->value;
  const auto time = value_of<DateTime>(attributes, code::attr_time_absolute);
  device_.clock = time ? clock_of(time->time) : std::nullopt;
  if (bed || model || mode || status || device_.clock) out.push_back(device_);
}

std::vector<Report> Decoder::take(const PollReply& reply, bool gap) {
  std::vector<Report> out;
  const std::optional<WallTime> clock = clock_of(reply.absolute_time);
  for (const PollContext& context : reply.contexts) {
    for (const Observation& observation : context.observations) {
      reading_ = {context.context, observation.handle};
      alarms(observation.attributes, reply.relative_time, out);
      if (reply.polled.object_class == code::moc_patient) {
        person(observation.attributes, out);
        continue;
      }
      if (reply.polled.object_class == code::moc_mds) {
        device(observation.attributes, out);
        continue;
      }
      const ObjectKey key = reading_;
      Object* found = object(key, out);
      if (found == nullptr) continue;
      describe(*found, observation.attributes, reply.polled.object_class == code::moc_samples, out);
      const std::optional<Micros> age = age_in(reply, observation.attributes);
      for (const Attribute& attribute : observation.attributes) {
        observe(*found, attribute,
                {key, reply.relative_time, reply.sequence, clock, gap, true, false, attribute.id, age}, out);
      }
    }
  }
  return out;
}

std::vector<Report> Decoder::take(const MdsCreate& create) {
  std::vector<Report> out;
  reading_ = {};
  device(create.attributes, out);
  return out;
}

}  // namespace cordon::intellivue
