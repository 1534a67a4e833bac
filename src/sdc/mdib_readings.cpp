// SPDX-License-Identifier: Apache-2.0
// How states become readings.
#include "sdc/mdib.h"

namespace cordon::sdc {

std::string Mdib::mds_of(const Descriptor& descriptor) const {
  const Descriptor* at = &descriptor;
  for (std::size_t step = 0; step < depth_max; ++step) {
    if (at->kind == DescriptorKind::mds || at->parent.empty()) return at->handle;
    const auto found = descriptors_.find(at->parent);
    if (found == descriptors_.end()) return at->parent;
    at = &found->second;
  }
  return {};
}

const State* Mdib::state_of(std::string_view descriptor) const {
  const auto found = states_.find(descriptor);
  return found == states_.end() ? nullptr : &found->second;
}

Subject Mdib::subject(const Descriptor& descriptor, const State& state) const {
  Subject out;
  out.handle = descriptor.handle;
  out.channel = descriptor.parent;
  out.mds = mds_of(descriptor);
  out.described = state.descriptor_version <= descriptor.version;
  if (!out.described || !descriptor.code) return out;
  out.mdc = descriptor.code->mdc();
  if (!out.mdc) out.code = descriptor.code->code;
  out.label = descriptor.code->label("en");
  return out;
}

void Mdib::give_metric(const Descriptor& descriptor, const State& state, Readings& out) const {
  const MetricValue none;
  const MetricValue& value = state.value ? *state.value : none;
  const Subject about = subject(descriptor, state);
  const Unit unit = about.described && descriptor.unit ? unit_of(*descriptor.unit) : Unit{};
  if (descriptor.kind == DescriptorKind::numeric) {
    out.numerics.push_back({about, unit, value.value, value.validity, value.mode, state.activation, value.determined,
                            descriptor.resolution, descriptor.category, value.no_number});
    return;
  }
  if (descriptor.kind == DescriptorKind::samples) {
    Wave wave{about,
              unit,
              about.described ? descriptor.sample_period : std::nullopt,
              value.samples,
              value.determined,
              descriptor.resolution,
              value.validity,
              value.mode,
              state.activation,
              {}};
    for (const auto& each : value.applied)
      if (each.annotation < value.annotations.size() && value.annotations[each.annotation].type)
        wave.marks.push_back({each.sample, *value.annotations[each.annotation].type});
    out.waves.push_back(std::move(wave));
    return;
  }
  Word word{about, value.text, std::nullopt, value.validity, value.determined};
  for (const auto& allowed : descriptor.allowed)
    if (value.text && about.described && allowed.value == *value.text) word.type = allowed.type;
  out.words.push_back(std::move(word));
}

std::vector<Signal> Mdib::signals_of(std::string_view condition) const {
  std::vector<Signal> out;
  const auto [first, last] = signals_.equal_range(condition);
  for (auto at = first; at != last; ++at) {
    const auto found = descriptors_.find(at->second);
    if (found == descriptors_.end()) continue;
    Signal signal{found->first, found->second.manifestation, std::nullopt, std::nullopt, found->second.latching};
    if (const State* state = state_of(found->first)) {
      signal.presence = state->signal;
      signal.activation = state->activation;
    }
    out.push_back(std::move(signal));
  }
  return out;
}

void Mdib::give_alarm(const Descriptor& condition, Readings& out) const {
  const State none;
  const State* found = state_of(condition.handle);
  const State& state = found == nullptr ? none : *found;
  Alarm alarm;
  alarm.subject = subject(condition, state);
  alarm.kind = condition.condition_kind.value_or(ConditionKind::other);
  alarm.priority = state.actual_priority ? state.actual_priority : condition.priority;
  alarm.presence = state.presence;
  alarm.activation = state.activation;
  alarm.determined = state.determined;
  alarm.sources = condition.sources;
  alarm.limits = state.limits;
  alarm.monitored_limits = state.monitored_limits;
  alarm.signals = signals_of(condition.handle);
  out.alarms.push_back(std::move(alarm));
}

void Mdib::give_context(const Descriptor& descriptor, const State& state, Readings& out) const {
  const std::string mds = mds_of(descriptor);
  if (descriptor.kind == DescriptorKind::patient_context) {
    out.patients.push_back(
        {state.key(), mds, state.association, state.identifiers, state.validators, state.person.value_or(Person{})});
  } else {
    out.locations.push_back(
        {state.key(), mds, state.association, state.identifiers, state.location.value_or(Location{})});
  }
}

void Mdib::give(const State& state, Readings& out) const {
  const auto found = descriptors_.find(state.descriptor);
  if (found == descriptors_.end()) return;
  const Descriptor& descriptor = found->second;
  switch (descriptor.kind) {
    case DescriptorKind::numeric:
    case DescriptorKind::samples:
    case DescriptorKind::text:
    case DescriptorKind::enumeration:
      give_metric(descriptor, state, out);
      return;
    case DescriptorKind::condition:
    case DescriptorKind::limit_condition:
      give_alarm(descriptor, out);
      return;
    case DescriptorKind::alert_system:
      out.alert_systems.push_back({subject(descriptor, state), state.activation, state.system_signals});
      return;
    case DescriptorKind::patient_context:
    case DescriptorKind::location_context:
      give_context(descriptor, state, out);
      return;
    case DescriptorKind::mds:
    case DescriptorKind::vmd:
    case DescriptorKind::channel:
    case DescriptorKind::system_context:
    case DescriptorKind::battery:
    case DescriptorKind::clock:
      out.components.push_back(
          {subject(descriptor, state), descriptor.kind, state.activation, state.charge_status, state.measurements});
      return;
    case DescriptorKind::signal:  // within its condition
    case DescriptorKind::other:
      return;
  }
}

Readings Mdib::all() const {
  Readings out;
  for (const auto& [key, state] : states_) give(state, out);
  return out;
}

}  // namespace cordon::sdc
