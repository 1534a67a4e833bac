// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <utility>

#include "hl7/observation.h"

namespace cordon::hl7 {
namespace {

template <class Value, std::size_t Size>
Value word_of(std::string_view text, const std::array<std::pair<std::string_view, Value>, Size>& words,
              Value otherwise) {
  const std::string_view said = trimmed(text);
  const auto found = std::find_if(words.begin(), words.end(), [&](const auto& w) { return is_word(said, w.first); });
  return found != words.end() ? found->second : otherwise;
}

Phase phase_of(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, Phase>, 10> words{{{"", Phase::unstated},
                                                                      {"tpoint", Phase::tpoint},
                                                                      {"start", Phase::start},
                                                                      {"continue", Phase::continues},
                                                                      {"end", Phase::end},
                                                                      {"present", Phase::present},
                                                                      {"update", Phase::update},
                                                                      {"escalate", Phase::escalate},
                                                                      {"de-escalate", Phase::deescalate},
                                                                      {"reset", Phase::reset}}};
  return word_of(text, words, Phase::other);
}

AlarmState state_of(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, AlarmState>, 4> words{{{"", AlarmState::unstated},
                                                                          {"inactive", AlarmState::inactive},
                                                                          {"active", AlarmState::active},
                                                                          {"latched", AlarmState::latched}}};
  return word_of(text, words, AlarmState::other);
}

Priority priority_of(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, Priority>, 5> words{{{"", Priority::unstated},
                                                                        {"PN", Priority::none},
                                                                        {"PL", Priority::low},
                                                                        {"PM", Priority::medium},
                                                                        {"PH", Priority::high}}};
  return word_of(text, words, Priority::other);
}

AlarmType type_of(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, AlarmType>, 4> words{{{"", AlarmType::unstated},
                                                                         {"SP", AlarmType::physiological},
                                                                         {"ST", AlarmType::technical},
                                                                         {"SA", AlarmType::advisory}}};
  return word_of(text, words, AlarmType::other);
}

/// set_priority keeps the higher of two that differ; `other` is a word nobody knows and yields to one that is known.
void set_priority(AlarmEvent& alarm, Priority priority, std::size_t segment, Context& context) {
  const auto known = [](Priority p) { return p != Priority::unstated && p != Priority::other; };
  if (known(alarm.priority) && known(priority) && alarm.priority != priority) {
    context.notes.add(OddityKind::priorities_differ, segment);
    alarm.priority = std::max(alarm.priority, priority);
  } else if (!known(alarm.priority) && priority != Priority::unstated) {
    alarm.priority = priority;
  }
}

void read_flags(const Observation& o, AlarmEvent& alarm, Context& context) {
  for (const std::string& flag : o.flags) {
    if (const Priority priority = priority_of(flag); priority != Priority::other) {
      set_priority(alarm, priority, o.segment, context);
    } else if (const AlarmType type = type_of(flag); type != AlarmType::other) {
      alarm.type = type;
    } else if (alarm.abnormality.empty()) {
      alarm.abnormality = flag;
    }
  }
}

bool is_facet(Term term) {
  return term == Term::alert_source || term == Term::event_phase || term == Term::alarm_state ||
         term == Term::inactivation || term == Term::priority || term == Term::alert_type || term == Term::alert_text;
}

void read_facet(Term term, const Observation& o, AlarmEvent& alarm, Context& context) {
  const std::string value = context.component(o.raw, 1);
  if (term == Term::alert_source) {
    // Some send the coded source as ST; a sentence has no second component and is the source's name.
    const bool coded = o.type == "CWE" || o.type == "CE" || !context.component(o.raw, 2).empty();
    alarm.source = coded ? context.code(o.raw) : Code{{}, context.component(o.raw, 1), {}};
  } else if (term == Term::event_phase) {
    alarm.phase = phase_of(value);
  } else if (term == Term::alarm_state) {
    alarm.state = state_of(value);
  } else if (term == Term::inactivation) {
    for (const auto state : parts(o.raw, context.text.delimiters().repetition)) {
      if (!trimmed(state).empty()) alarm.inactivation.push_back(context.component(state, 1));
    }
  } else if (term == Term::priority) {
    set_priority(alarm, priority_of(value), o.segment, context);
  } else if (term == Term::alert_type) {
    alarm.type = type_of(value);
  } else if (term == Term::alert_text) {
    alarm.text = text_of(o, context);
  }
}

Containment without_facet(const Containment& containment) {
  const std::size_t dot = containment.text.rfind('.');
  return containment_of(containment.text.substr(0, dot == std::string::npos ? 0 : dot));
}

/// is_worded_alarm: words with a priority. A number with one is what was measured when an alarm began.
bool is_worded_alarm(const Observation& o) {
  if (o.type == "NM" || o.type == "SN") return false;
  return std::ranges::any_of(o.flags, [](const std::string& flag) {
    const Priority priority = priority_of(flag);
    return priority != Priority::unstated && priority != Priority::other;
  });
}

/// begins_event tells the event itself, facet 1, from its facets and from what stands beside them.
bool begins_event(const Observation& o) {
  const bool facet_one = !o.containment.parts.empty() && o.containment.parts.back() == 1;
  return facet_one || o.code.name.starts_with("MDC_EVT_");
}

void read_event(const Observation& o, AlarmEvent& alarm, Context& context) {
  // `196616^MDC_EVT_ALARM` in OBX-3 has the event itself in OBX-5.
  alarm.event = term_of(o.code) == Term::alarm ? context.code(o.raw) : o.code;
  if (alarm.text.empty()) alarm.text = text_of(o, context);
  if (!o.device.empty()) alarm.device = o.device;
  read_flags(o, alarm, context);
}

AlarmEvent& begin_alarm(const Observation& o, const Order& order, Report& report) {
  AlarmEvent& out = report.alarms.emplace_back();
  out.containment = without_facet(o.containment);
  out.at = o.at;
  out.id = order.id;
  out.first_id = order.first_id;
  return out;
}

void read_watchdog(const Observation& o, Report& report, Context& context) {
  Heartbeat out;
  out.at = o.at;
  out.phase = context.component(o.raw, 1);
  out.device = o.device;
  // OBX-7 `<10000`: milliseconds until the next, IHE Monitored Communication (draft).
  std::string_view range = trimmed(o.range);
  if (range.empty() && !o.flags.empty() && o.flags.front().starts_with('<')) {
    range = o.flags.front();  // in OBX-8, as the draft's own examples have it
    context.notes.add(OddityKind::range_shifted, o.segment);
  }
  const auto period = decimal(range.starts_with('<') ? range.substr(1) : range);
  constexpr double period_ms_max = 86'400'000;
  if (period && *period >= 1 && *period <= period_ms_max) {
    out.period = std::chrono::milliseconds(static_cast<std::int64_t>(*period));
  }
  report.heartbeat = out;
  report.kind = Kind::heartbeat;
}

}  // namespace

bool tells_of_alarm(const Observation& o) {
  const Term term = term_of(o.code);
  if (term == Term::alarm || term == Term::watchdog || is_facet(term) || is_worded_alarm(o)) return true;
  return is_event(o.code) && term != Term::invalid_sample;
}

void read_alarm(const Observation& o, const Order& order, std::size_t first, Report& report, Context& context) {
  const Term term = term_of(o.code);
  if (term == Term::watchdog) return read_watchdog(o, report, context);
  const bool begun = report.alarms.size() > first;
  if (is_facet(term)) {
    if (!begun) context.notes.add(OddityKind::facet_alone, o.segment);
    return read_facet(term, o, begun ? report.alarms.back() : begin_alarm(o, order, report), context);
  }
  if (begun && report.alarms.back().event == Code{}) return read_event(o, report.alarms.back(), context);
  if (!begun || begins_event(o)) return read_event(o, begin_alarm(o, order, report), context);
  AlarmEvent& alarm = report.alarms.back();
  const bool source = !o.containment.parts.empty() && o.containment.parts.back() == 2 && alarm.source == Code{};
  if (!source) {
    report.findings.push_back({o.code, o.containment, text_of(o, context), o.status, o.at, o.device, o.unit_as_text});
    return;
  }
  // Facet 2 is the measurement itself: `150456^MDC_PULS_OXIM_SAT_O2|1.3.1.150456.2|88`.
  alarm.source = o.code;
  if (o.type == "NM" || o.type == "SN") alarm.source_value = numeric_of(o, context);
}

}  // namespace cordon::hl7
