// SPDX-License-Identifier: Apache-2.0
#include "sdc/provider.h"

#include <algorithm>

namespace cordon::sdc {
namespace {

constexpr Nanos granted_most = std::chrono::seconds{15};

constexpr std::string_view services[] = {"GetService", "StateEventService", "ContextService", "WaveformService",
                                         "DescriptionEventService"};

}  // namespace

Provider::Provider(BedPlan plan) : plan_(std::move(plan)), mdib_(describe(plan_)) {}

std::string Provider::next_id() {
  const std::string number = std::to_string(1'000'000'000'000 + ++ids_ % 1'000'000'000'000).substr(1);
  const std::string seed = std::to_string(100'000'000 + plan_.seed % 100'000'000).substr(1);
  return "urn:uuid:" + seed + "-0000-4000-8000-" + number;
}

Device Provider::device() const {
  return {plan_.address,
          medical_types(),
          {location_scope(plan_.location), "sdc.mds.pkp:1.2.840.10004.20701.1.1"},
          {plan_.url},
          1};
}

Envelope Provider::hello() {
  return discovery_envelope({DiscoveryKind::hello, {device()}, AppSequence{plan_.instance, ++discovery_number_}},
                            next_id());
}

Envelope Provider::bye() {
  Device gone;
  gone.address = plan_.address;
  return discovery_envelope({DiscoveryKind::bye, {gone}, AppSequence{plan_.instance, ++discovery_number_}}, next_id());
}

std::optional<Envelope> Provider::discovered(const Envelope& question) {
  const auto asked = read_discovery(question);
  if (!asked || asked->devices.empty()) return std::nullopt;
  const Device& wanted = asked->devices.front();
  const auto mine = medical_types();
  const bool is_probed = asked->kind == DiscoveryKind::probe && wanted.scopes.empty() &&
                         std::all_of(wanted.types.begin(), wanted.types.end(), [&](const std::string& type) {
                           return std::any_of(mine.begin(), mine.end(),
                                              [&](const std::string& own) { return local_of(own) == local_of(type); });
                         });
  const bool is_resolved = asked->kind == DiscoveryKind::resolve && wanted.address == plan_.address;
  if (!is_probed && !is_resolved) return std::nullopt;
  const DiscoveryKind kind = is_probed ? DiscoveryKind::probe_matches : DiscoveryKind::resolve_matches;
  return discovery_envelope({kind, {device()}, AppSequence{plan_.instance, ++discovery_number_}}, next_id(),
                            question.message_id);
}

Metadata Provider::metadata() const {
  Metadata out;
  out.manufacturer = plan_.manufacturer;
  out.model = plan_.model;
  out.friendly_name = plan_.location.bed;
  out.firmware = "1";
  out.serial_number = plan_.serial_number;
  out.host = plan_.address;
  out.host_types = medical_types();
  Hosted all{{plan_.url + "/all"}, {}, "all"};
  for (const std::string_view service : services) all.types.push_back(braced(ns::sdc, service));
  out.hosted.push_back(std::move(all));
  return out;
}

Reply Provider::reply(const Envelope& question, std::string_view action, Element body) {
  return {200, print_envelope(answer(question, action, next_id(), std::move(body)))};
}

Reply Provider::refuse(const Envelope& question, std::string_view subcode, std::string_view reason) {
  const Fault fault{"Sender", subcode.empty() ? std::string() : braced(ns::wse, subcode), std::string(reason)};
  return {400, print_envelope(answer(question, fault_action, next_id(), fault_element(fault)))};
}

Reply Provider::handle(ByteView body, MonoTime now) {
  forget_expired(now);
  const auto question = parse_envelope(body);
  if (!question) return refuse({}, "InvalidMessage", "no SOAP envelope");
  if (question->action == transfer_action("Get"))
    return reply(*question, transfer_action("GetResponse"), metadata_element(metadata()));
  if (question->action == metadata_action)
    return reply(*question, transfer_action("GetResponse"), metadata_element(metadata()));
  if (is_get_mdib(question->body))
    return reply(*question, sdc_action("GetService", "GetMdibResponse"), mdib_element(mdib_));
  if (const auto handles = read_get_context_states(question->body)) {
    MdibContent contexts{mdib_.at, 0, 0, {}, {}};
    for (const auto& state : mdib_.states) {
      const auto is_asked = [&](const std::string& handle) {
        return handle == state.handle || handle == state.descriptor;
      };
      if (!state.handle.empty() && (handles->empty() || std::any_of(handles->begin(), handles->end(), is_asked)))
        contexts.states.push_back(state);
    }
    return reply(*question, sdc_action("ContextService", "GetContextStatesResponse"), context_states_element(contexts));
  }
  if (const auto asked = read_subscribe(question->body)) return subscribe(*question, *asked, now);
  if (const auto what = read_manage(question->body)) return manage(*question, *what, now);
  return refuse(*question, "", "the action is not supported: " + question->action);
}

Reply Provider::subscribe(const Envelope& question, const Subscribe& asked, MonoTime now) {
  if (asked.notify_to.empty() || subscribers_.size() >= subscribers_max)
    return refuse(question, "EventSourceUnableToProcess", "no address, or too many");
  const Nanos granted = std::min(asked.expires.value_or(granted_most), granted_most);
  const std::string id = next_id();
  std::vector<Element> reference;
  if (plan_.one_manager) reference.emplace_back(ns::wse, "Identifier", id);
  subscribers_.push_back({plan_.url + "/all/" + (plan_.one_manager ? "" : id.substr(9)),
                          plan_.one_manager ? id : std::string(), asked, now + granted});
  return reply(question, eventing_action("SubscribeResponse"),
               subscribed_element({subscribers_.back().manager, std::move(reference), granted}));
}

Reply Provider::manage(const Envelope& question, Manage what, MonoTime now) {
  const auto refers_to = [&](const Subscriber& subscriber) {
    return subscriber.reference.empty() || std::ranges::any_of(question.header, [&](const Element& block) {
             return is_reference(block) && trimmed(block.text) == subscriber.reference;
           });
  };
  const auto found = std::find_if(subscribers_.begin(), subscribers_.end(),
                                  [&](const auto& s) { return s.manager == question.to && refers_to(s); });
  if (found == subscribers_.end()) return refuse(question, "InvalidMessage", "unknown subscription");
  if (what == Manage::renew)
    found->until = now + std::min(expires_in(question.body).value_or(granted_most), granted_most);
  const Nanos left = found->until - now;
  if (what == Manage::unsubscribe) subscribers_.erase(found);
  return reply(question, eventing_action(std::string(manage_word(what)) + "Response"), managed_element(what, left));
}

void Provider::forget_expired(MonoTime now) {
  std::erase_if(subscribers_, [now](const auto& subscriber) { return subscriber.until <= now; });
}

State* Provider::state_of(std::string_view handle) {
  const auto found =
      std::find_if(mdib_.states.begin(), mdib_.states.end(), [&](const State& s) { return s.key() == handle; });
  return found == mdib_.states.end() ? nullptr : &*found;
}

std::vector<Notification> Provider::report(ReportKind kind, ReportPart part, MonoTime now) {
  forget_expired(now);
  Report made;
  made.kind = kind;
  made.at = mdib_.at;
  made.parts.push_back(std::move(part));
  const Element body = report_element(made);
  const std::string action = report_action(kind);
  std::vector<Notification> out;
  for (const auto& subscriber : subscribers_)
    if (std::find(subscriber.asked.actions.begin(), subscriber.asked.actions.end(), action) !=
        subscriber.asked.actions.end())
      out.push_back(
          {subscriber.asked.notify_to, print_envelope(request(subscriber.asked.notify_to, action, next_id(), body))});
  return out;
}

std::vector<Notification> Provider::report_states(ReportKind kind, const std::vector<State*>& changed, MonoTime now) {
  ReportPart part;
  for (State* state : changed) {
    if (state == nullptr) continue;
    ++state->version;
    part.states.push_back(*state);
  }
  if (part.states.empty()) return {};
  if (kind != ReportKind::waveform) part.source_mds = "mds";
  ++mdib_.at.version;
  ++mdib_.state_version;
  return report(kind, std::move(part), now);
}

std::vector<Notification> Provider::set_numeric(std::string_view handle, std::optional<double> value, Validity validity,
                                                WallTime at, MonoTime now) {
  return set_numerics({{std::string(handle), value, validity}}, at, now);
}

std::vector<Notification> Provider::set_numerics(const std::vector<Measured>& numerics, WallTime at, MonoTime now) {
  std::vector<State*> changed;
  for (const auto& each : numerics) {
    State* state = state_of(each.handle);
    if (state == nullptr) continue;
    state->value.emplace();
    state->value->value = each.value;
    state->value->validity = each.validity;
    state->value->determined = at;
    changed.push_back(state);
  }
  return report_states(ReportKind::episodic_metric, changed, now);
}

std::vector<Notification> Provider::push_waves(const std::vector<Samples>& waves, WallTime at, MonoTime now) {
  std::vector<State*> changed;
  for (const auto& each : waves) {
    State* state = state_of(each.handle);
    if (state == nullptr) continue;
    state->value.emplace();
    state->value->samples = each.samples;
    state->value->validity = each.validity;
    state->value->determined = each.begin.value_or(at);
    changed.push_back(state);
  }
  return report_states(ReportKind::waveform, changed, now);
}

std::vector<Notification> Provider::set_alarm(std::string_view handle, bool presence, SignalPresence signals,
                                              WallTime at, MonoTime now) {
  State* condition = state_of(handle);
  if (condition == nullptr) return {};
  condition->presence = presence;
  condition->determined = at;
  std::vector<State*> changed{condition};
  for (const auto& descriptor : mdib_.descriptors) {
    if (descriptor.kind != DescriptorKind::signal || descriptor.condition_signaled != handle) continue;
    State* signal = state_of(descriptor.handle);
    signal->signal = signals;
    changed.push_back(signal);
  }
  return report_states(ReportKind::episodic_alert, changed, now);
}

std::vector<Notification> Provider::add_alarm(const AlarmPlan& alarm, MonoTime now) {
  if (state_of(alarm.handle) != nullptr) return {};
  const MdibContent made = describe_alarm(alarm);
  std::copy(made.descriptors.begin(), made.descriptors.end(), std::back_inserter(mdib_.descriptors));
  std::copy(made.states.begin(), made.states.end(), std::back_inserter(mdib_.states));
  ++mdib_.at.version;
  ++mdib_.description_version;
  ReportPart part;
  part.source_mds = "mds";
  part.parent = "alerts";
  part.modification = Modification::created;
  part.descriptors = made.descriptors;
  part.states = made.states;
  return report(ReportKind::description, std::move(part), now);
}

std::vector<Notification> Provider::change_alarm(const AlarmPlan& alarm, MonoTime now) {
  Descriptor* found = descriptor_of(alarm.handle);
  State* state = state_of(alarm.handle);
  if (found == nullptr || state == nullptr) return {};
  found->code = coded(alarm.mdc, alarm.label);
  found->priority = alarm.priority;
  return describe_anew(*found, *state, now);
}

std::vector<Notification> Provider::set_priority(std::string_view handle, std::optional<Priority> actual, WallTime at,
                                                 MonoTime now) {
  State* condition = state_of(handle);
  if (condition == nullptr) return {};
  condition->actual_priority = actual;
  condition->determined = at;
  return report_states(ReportKind::episodic_alert, {condition}, now);
}

std::vector<Notification> Provider::set_component(std::string_view handle, Activation activation, MonoTime now) {
  State* state = state_of(handle);
  if (state == nullptr) return {};
  state->activation = activation;
  return report_states(ReportKind::episodic_component, {state}, now);
}

std::vector<Notification> Provider::set_patient(const Person& person, const std::vector<Identifier>& identifiers,
                                                MonoTime now) {
  State* state = state_of("patient.1");
  if (state == nullptr) {
    State made;
    made.type = "PatientContextState";
    made.descriptor = "patient";
    made.handle = "patient.1";
    mdib_.states.push_back(std::move(made));
    state = &mdib_.states.back();
  }
  state->association = Association::associated;
  state->person = person;
  state->identifiers = identifiers;
  return report_states(ReportKind::episodic_context, {state}, now);
}

std::vector<Notification> Provider::set_unit(std::string_view handle, std::uint32_t unit, MonoTime now) {
  Descriptor* found = descriptor_of(handle);
  State* state = state_of(handle);
  if (found == nullptr || state == nullptr) return {};
  found->unit = coded(unit, {});
  return describe_anew(*found, *state, now);
}

Descriptor* Provider::descriptor_of(std::string_view handle) {
  const auto found = std::ranges::find(mdib_.descriptors, handle, &Descriptor::handle);
  return found == mdib_.descriptors.end() ? nullptr : &*found;
}

std::vector<Notification> Provider::describe_anew(Descriptor& descriptor, State& state, MonoTime now) {
  ++descriptor.version;
  state.descriptor_version = descriptor.version;
  ++state.version;
  ++mdib_.at.version;
  ++mdib_.description_version;
  ReportPart part;
  part.source_mds = "mds";
  part.parent = descriptor.parent;
  part.descriptors = {descriptor};
  part.states = {state};
  return report(ReportKind::description, std::move(part), now);
}

std::vector<Notification> Provider::system_error(std::uint32_t mdc, std::string_view info, MonoTime now) {
  ReportPart part;
  part.source_mds = "mds";
  part.error = coded(mdc, {});
  part.error_info = LocalizedText{std::string(info), "en", {}};
  return report(ReportKind::system_error, std::move(part), now);
}

std::vector<Notification> Provider::end(MonoTime now) {
  forget_expired(now);
  std::vector<Notification> out;
  for (const auto& subscriber : subscribers_) {
    if (subscriber.asked.end_to.empty()) continue;
    const SubscriptionEnd end{subscriber.manager, "SourceShuttingDown", "the device shuts down"};
    const Envelope envelope =
        request(subscriber.asked.end_to, eventing_action("SubscriptionEnd"), next_id(), subscription_end_element(end));
    out.push_back({subscriber.asked.end_to, print_envelope(envelope)});
  }
  subscribers_.clear();
  return out;
}

}  // namespace cordon::sdc
