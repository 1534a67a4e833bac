// SPDX-License-Identifier: Apache-2.0
// From a plan to an MDIB.
#include "sdc/provider.h"
#include "sdc/units.h"

namespace cordon::sdc {
namespace {

class Builder {
 public:
  Descriptor& add(DescriptorKind kind, std::string_view handle, std::string_view parent) {
    out.descriptors.push_back(make_descriptor(kind, handle, parent));
    out.descriptors.back().extras.attributes.push_back({{{}, "SafetyClassification"}, "Inf"});
    return out.descriptors.back();
  }
  State& state(std::string_view type, std::string_view descriptor) {
    State made;
    made.type = type;
    made.descriptor = descriptor;
    made.activation = Activation::on;
    out.states.push_back(std::move(made));
    return out.states.back();
  }
  void part(DescriptorKind kind, std::string_view handle, std::string_view parent, std::string_view state_type) {
    add(kind, handle, parent);
    state(state_type, handle);
  }

  MdibContent out;
};

void metric(Descriptor& into, std::uint32_t mdc, std::string_view label, std::uint32_t unit, double resolution) {
  into.code = coded(mdc, label);
  into.unit = coded(unit, ucum_of(unit));
  into.category = "Msrmt";
  into.availability = "Cont";
  into.resolution = resolution;
}

void add_metrics(Builder& to, const BedPlan& plan) {
  for (const auto& each : plan.numerics) {
    metric(to.add(DescriptorKind::numeric, each.handle, "channel"), each.mdc, each.label, each.unit, each.resolution);
    to.state("NumericMetricState", each.handle);
  }
  for (const auto& each : plan.waves) {
    Descriptor& made = to.add(DescriptorKind::samples, each.handle, "channel");
    metric(made, each.mdc, each.label, each.unit, each.resolution);
    made.sample_period = each.period;
    to.state("RealTimeSampleArrayMetricState", each.handle);
  }
}

void add_signals(Builder& to, const AlarmPlan& alarm) {
  for (std::size_t i = 0; i < alarm.signals.size(); ++i) {
    const std::string handle = alarm.handle + "." + std::to_string(i);
    Descriptor& signal = to.add(DescriptorKind::signal, handle, "alerts");
    signal.condition_signaled = alarm.handle;
    signal.manifestation = alarm.signals[i];
    signal.latching = false;
    to.state("AlertSignalState", handle).signal = SignalPresence::off;
  }
}

void add_alarm(Builder& to, const AlarmPlan& alarm) {
  Descriptor& made =
      to.add(alarm.limits ? DescriptorKind::limit_condition : DescriptorKind::condition, alarm.handle, "alerts");
  made.code = coded(alarm.mdc, alarm.label);
  made.condition_kind = alarm.kind;
  made.priority = alarm.priority;
  made.sources = {alarm.source};
  made.max_limits = alarm.limits;
  State& state = to.state(alarm.limits ? "LimitAlertConditionState" : "AlertConditionState", alarm.handle);
  state.presence = false;
  state.limits = alarm.limits;
  if (alarm.limits) state.monitored_limits = "All";
  add_signals(to, alarm);
}

void add_alarms(Builder& to, const BedPlan& plan) {
  to.part(DescriptorKind::alert_system, "alerts", "mds", "AlertSystemState");
  for (const auto& each : plan.alarms) add_alarm(to, each);
}

void add_contexts(Builder& to, const BedPlan& plan) {
  to.part(DescriptorKind::system_context, "context", "mds", "SystemContextState");
  to.add(DescriptorKind::patient_context, "patient", "context");
  to.add(DescriptorKind::location_context, "location", "context");
  State& place = to.state("LocationContextState", "location");
  place.activation.reset();
  place.handle = "location.1";
  place.association = Association::associated;
  place.location = plan.location;
}

}  // namespace

MdibContent describe_alarm(const AlarmPlan& alarm) {
  Builder to;
  add_alarm(to, alarm);
  return std::move(to.out);
}

MdibContent describe(const BedPlan& plan) {
  Builder to;
  to.out.at = {0, plan.sequence, plan.instance};
  to.part(DescriptorKind::mds, "mds", {}, "MdsState");
  to.part(DescriptorKind::vmd, "vmd", "mds", "VmdState");
  to.part(DescriptorKind::channel, "channel", "vmd", "ChannelState");
  add_metrics(to, plan);
  add_alarms(to, plan);
  add_contexts(to, plan);
  to.part(DescriptorKind::battery, "battery", "mds", "BatteryState");
  return std::move(to.out);
}

}  // namespace cordon::sdc
