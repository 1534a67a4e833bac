// SPDX-License-Identifier: Apache-2.0
#include "event/json.h"

#include "event/json_people_forms.h"

namespace cordon::event {

template <>
struct Words<Level> {
  static constexpr std::array<std::string_view, 3> list{"quiet", "suspect", "infected"};
};
template <>
struct Words<Subject> {
  static constexpr std::array<std::string_view, 4> list{"host", "user", "share", "session"};
};
template <>
struct Words<Disposition> {
  static constexpr std::array<std::string_view, 4> list{"cut", "advised", "withheld", "waits"};
};
template <>
struct Words<LineWish> {
  static constexpr std::array<std::string_view, 3> list{"force", "forbid", "free"};
};
template <>
struct Words<CutState> {
  static constexpr std::array<std::string_view, 9> list{"decided",   "applied", "holds",   "unproven", "failed",
                                                        "rehearsed", "lifted",  "expired", "lifting"};
};
template <>
struct Words<CountsAs> {
  static constexpr std::array<std::string_view, 3> list{"done", "not_done", "contradicted"};
};
template <>
struct Words<EnforcerStep> {
  static constexpr std::array<std::string_view, 7> list{"applied", "read_back", "missing", "failed",
                                                        "lifted",  "rehearsed", "blind"};
};
template <>
struct Words<Mode> {
  static constexpr std::array<std::string_view, 3> list{"watch", "guard", "island"};
};
template <>
struct Words<Transport> {
  static constexpr std::array<std::string_view, 2> list{"tcp", "udp"};
};
template <>
struct Words<FlowState> {
  static constexpr std::array<std::string_view, 3> list{"answered", "unclear", "one_way"};
};
template <>
struct Words<ApprovalStep> {
  static constexpr std::array<std::string_view, 6> list{"given", "granted", "declined", "rejected", "expired", "used"};
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(HostKey, sensor, vlan, mac, ip, since)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LookFinding, look, finding, detail)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Observation, at, first_altered, host, server, user, share, path, new_path, kind,
                                   looks, llr, confirmed, new_file, altered)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(HostSeen, at, host, user, server)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FlowSeen, at, host, server, port, transport, state)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ServerSeen, at, server, port, transport, state)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FlowsSeen, from, to, host, flows, beyond)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(WorkSummed, from, to, host, user, share, files, llr, llr_confirmed)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Verdict, at, subject, name, host, level, score, threshold, files_touched, why, rule)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FlowTarget, client, server, port)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PrefixTarget, address, bits)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(BorderTarget, from, to)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SessionTarget, client, user)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PlannedAction, key, action, host, what, macs, ips, flows, borders, sessions,
                                   disposition, needs, approval, harm, care, care_fr, saves, saved, saved_fr, why)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Unneeded, cut, key, harm)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(PlanMade, at, id, why, actions, harm_cut, harm_left, harm_together, harm_nothing,
                                   harm_infected, harm_all, rule, no_longer_needed)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CutDecided, id, at, until, deadline, action, host, what, macs, ips, flows, borders,
                                   sessions, why, rule, key, harm, by, means)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CutHandedOn, at, id, means, why)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CutProlonged, at, id, until, by)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CutNarrowed, at, id, ip, to)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(CutChanged, at, id, state, by, detail, drops, counts_as)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(EnforcerReport, at, id, step, drops, detail, means)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(InForceKind, action, macs, ips, flows, borders)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(InForce, at, macs, ips, kinds, means, sessions)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(FlowProgress, at, host, server, port, bytes)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RollBack, at, id, by, session, reason)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ApplyCut, id, until, deadline, macs, ips, action, flows, borders, means, sessions)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LiftCut, id, macs, ips, flows, borders, means, sessions, action)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LineDecided, at, key, wish, by, session, reason)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(HandDone, at, key, done, by, session, remark)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(OrderRefused, at, key, by, session, why)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Freeze, at, frozen, by, session, reason)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ModeChosen, at, mode, by, session, reason)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Started, at, version, config_digest, mode)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ProcessChanged, at, name, up, detail)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(SensorReport, at, sensor, source_kind, source_name, packets, bytes, drops, gaps,
                                   weird, finished)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ClockSet, at, ahead_s)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Tick, at)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ApprovalAsked, at, id, what, digest, needs, by, session, until)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ApprovalChanged, at, id, step, digest, by, session, detail)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ApprovalWish, at, id, digest, by, session, approves, reason)

CORDON_TYPE_WORD(Started, "started");
CORDON_TYPE_WORD(ClockSet, "clock_set");
CORDON_TYPE_WORD(Tick, "tick");
CORDON_TYPE_WORD(ProcessChanged, "process");
CORDON_TYPE_WORD(SensorReport, "sensor");
CORDON_TYPE_WORD(HostSeen, "host_seen");
CORDON_TYPE_WORD(FlowSeen, "flow_seen");
CORDON_TYPE_WORD(FlowsSeen, "flows_seen");
CORDON_TYPE_WORD(Observation, "evidence");
CORDON_TYPE_WORD(WorkSummed, "work");
CORDON_TYPE_WORD(Verdict, "verdict");
CORDON_TYPE_WORD(PlanMade, "plan");
CORDON_TYPE_WORD(CutDecided, "cut_decided");
CORDON_TYPE_WORD(CutHandedOn, "cut_handed_on");
CORDON_TYPE_WORD(CutProlonged, "cut_prolonged");
CORDON_TYPE_WORD(CutNarrowed, "cut_narrowed");
CORDON_TYPE_WORD(CutChanged, "cut_changed");
CORDON_TYPE_WORD(FlowProgress, "flow_progress");
CORDON_TYPE_WORD(EnforcerReport, "enforcer");
CORDON_TYPE_WORD(InForce, "in_force");
CORDON_TYPE_WORD(RollBack, "roll_back");
CORDON_TYPE_WORD(ApplyCut, "apply_cut");
CORDON_TYPE_WORD(LiftCut, "lift_cut");
CORDON_TYPE_WORD(ApprovalAsked, "approval_asked");
CORDON_TYPE_WORD(ApprovalChanged, "approval");
CORDON_TYPE_WORD(ApprovalWish, "approval_wish");
CORDON_TYPE_WORD(LineDecided, "line_decided");
CORDON_TYPE_WORD(HandDone, "hand_done");
CORDON_TYPE_WORD(OrderRefused, "order_refused");
CORDON_TYPE_WORD(Freeze, "freeze");
CORDON_TYPE_WORD(ModeChosen, "mode_chosen");

namespace {

// On the wire a message says `ts` and `host` (the address as text, for people and for jq) with `host_key` beside it; in
// memory these are `at` and one HostKey. Nested actions follow the same rule.
void to_wire_names(json& j) {
  if (const auto at = j.find("at"); at != j.end()) {
    j["ts"] = *at;
    j.erase("at");
  }
  if (const auto host = j.find("host"); host != j.end()) {
    json key = std::move(*host);
    j["host"] = key.at("ip");
    j["host_key"] = std::move(key);
  }
  if (const auto actions = j.find("actions"); actions != j.end()) {
    for (json& action : *actions) to_wire_names(action);
  }
}

void from_wire_names(json& j) {
  if (const auto ts = j.find("ts"); ts != j.end()) {
    j["at"] = *ts;
  }
  if (const auto key = j.find("host_key"); key != j.end()) {
    j["host"] = *key;
  }
  if (const auto actions = j.find("actions"); actions != j.end() && actions->is_array()) {
    for (json& action : *actions) from_wire_names(action);
  }
}

template <class Variant>
json variant_to_json(const Variant& v) {
  return std::visit(
      [](const auto& value) {
        json j = value;
        to_wire_names(j);
        j["type"] = std::string(TypeWord<std::decay_t<decltype(value)>>::value);
        return j;
      },
      v);
}

// Version 1 knew one kind of action, about hosts, that nobody approved; version 2 one means, which it did not name;
// version 3 did not say what is no longer needed, and had no flows_seen, no hand_done and no sessions; version 4 did
// not say what a line saves, and knew flows over TCP alone; version 5 did not say what a plan may reckon a cut for;
// version 6 gave no harm of a plan that could be compared with the others.
void upcast_targets(json& j) {
  j["flows"] = json::array();
  j["borders"] = json::array();
  j["what"] = "";
  j["key"] = "";
  j["harm"] = 0;
}

/// counted_before_6 tells it from the words that were written then.
std::string_view counted_before_6(const json& changed) {
  const auto& state = changed.at("state").get_ref<const std::string&>();
  const auto& detail = changed.at("detail").get_ref<const std::string&>();
  if (state == "failed") return "not_done";
  if (state != "unproven" || detail.starts_with("rule read back")) return "done";
  return detail.find(" acknowledged ") != std::string::npos ? "contradicted" : "not_done";
}

void upcast(json& j, std::uint16_t version) {
  const auto& type = j.at("type").get_ref<const std::string&>();
  if (version < 7 && type == "plan") j["harm_together"] = nullptr;
  if (version < 6 && type == "cut_changed") j["counts_as"] = counted_before_6(j);
  if (version < 5 && type == "plan") {
    for (json& action : j.at("actions")) {
      action["saves"] = nullptr;
      action["saved"] = action["saved_fr"] = json::array();
    }
  }
  if (version < 5 && type == "flows_seen") {
    for (json& flow : j.at("flows")) flow.update({{"transport", "tcp"}, {"state", "answered"}});
  }
  if (version < 4 && type == "cut_decided") j["sessions"] = json::array();
  if (version < 4 && type == "plan") {
    j["no_longer_needed"] = json::array();
    for (json& action : j.at("actions")) action["sessions"] = json::array();
  }
  if (version < 3 && type == "cut_decided") j["means"] = "";
  if (version >= 2) return;
  if (type == "plan") {
    for (const char* key : {"harm_nothing", "harm_infected", "harm_all"}) j[key] = 0;
    j["id"] = "";
    for (json& action : j.at("actions")) {
      upcast_targets(action);
      for (const char* key : {"needs", "care", "care_fr"}) action[key] = json::array();
      action["approval"] = "";
    }
  } else if (type == "cut_decided") {
    upcast_targets(j);
    j["by"] = "";
  }
}

template <class Variant>
Result<Variant> variant_from_text(std::string_view text, const char* where, std::uint16_t version = schema_version) {
  constexpr std::size_t bytes_max = std::is_same_v<Variant, Event> ? event_bytes_max : message_bytes_max;
  if (text.size() > bytes_max) return fail(ErrorCode::limit, where, text.size());
  try {
    json j = json::parse(text);
    from_wire_names(j);
    upcast(j, version);
    Variant out;
    if (!read_alternative(j, j.at("type").get_ref<const std::string&>(), out))
      return fail(ErrorCode::unsupported, where);
    return out;
  } catch (const std::exception&) {
    return fail(ErrorCode::malformed, where);
  }
}

}  // namespace

std::string_view type_of(const Event& e) {
  return variant_type(e);
}
std::string_view type_of(const Input& i) {
  return variant_type(i);
}
std::string to_text(const Event& e) {
  return dump(variant_to_json(e));
}
std::string to_text(const Input& i) {
  return dump(variant_to_json(i));
}
std::string to_text(const Effect& e) {
  return dump(variant_to_json(e));
}
json to_json_value(const Event& e) {
  return variant_to_json(e);
}

Result<Event> event_from_text(std::string_view text, std::uint16_t version) {
  if (version > schema_version) return fail(ErrorCode::unsupported, "event version", version);
  return variant_from_text<Event>(text, "event", version);
}
Result<Input> input_from_text(std::string_view text) {
  return variant_from_text<Input>(text, "input");
}
Result<Effect> effect_from_text(std::string_view text) {
  return variant_from_text<Effect>(text, "effect");
}

std::string_view word(Level v) {
  return word_of(v);
}
std::string_view word(Subject v) {
  return word_of(v);
}
std::string_view word(Disposition v) {
  return word_of(v);
}
std::string_view word(LineWish v) {
  return word_of(v);
}
std::string_view word(CutState v) {
  return word_of(v);
}
std::string_view word(CountsAs v) {
  return word_of(v);
}
std::string_view word(EnforcerStep v) {
  return word_of(v);
}
std::string_view word(Mode v) {
  return word_of(v);
}
std::string_view word(Role v) {
  return word_of(v);
}
std::string_view word(PersonStep v) {
  return word_of(v);
}
std::string_view word(SessionStep v) {
  return word_of(v);
}
std::string_view word(ApprovalStep v) {
  return word_of(v);
}
std::string_view word(Transport v) {
  return word_of(v);
}
std::string_view word(FlowState v) {
  return word_of(v);
}
Result<Mode> mode_from_word(std::string_view text) {
  return from_word<Mode>(text);
}
Result<LineWish> line_wish_from_word(std::string_view text) {
  return from_word<LineWish>(text);
}
Result<Role> role_from_word(std::string_view text) {
  return from_word<Role>(text);
}

}  // namespace cordon::event
