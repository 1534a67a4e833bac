// SPDX-License-Identifier: Apache-2.0
#include "gateway/hl7_conditions.h"

#include <algorithm>
#include <utility>

#include "gateway/hl7_names.h"

namespace cordon::gateway {

namespace {

/// apart names a second alarm of the same kind by its words.
std::string apart(const std::string& condition, const std::string& text) {
  return hl7_key(condition + "~" + text, hl7_handle_bytes_max);
}

}  // namespace

std::string hl7_condition(const hl7::AlarmEvent& alarm) {
  const std::string words = has_number(alarm.event) ? std::string() : "~" + alarm.text;
  return hl7_key(code_key(alarm.event) + words + "/" + code_key(alarm.source) + "@" + alarm.containment.text,
                 hl7_handle_bytes_max);
}

/// referred finds the alarm that a report refers to. Some senders number nothing and write the same into every OBR-3,
/// so that it has to be the same kind of alarm, too; and a start with other words is another alarm.
Hl7Conditions::Place Hl7Conditions::referred(const Known& report, bool starts) {
  const auto among = [&](const std::string& id) {
    return std::ranges::find_if(known_, [&](const Known& k) {
      if (id.empty() || (k.first_id != id && k.id != id) || k.what != report.what) return false;
      return !starts || k.text == report.text;
    });
  };
  const Place first = among(report.first_id);
  return first != known_.end() ? first : among(report.id);
}

/// may_be tells whether two reports that refer to nothing may be about one alarm.
bool Hl7Conditions::may_be(const Known& known, const Known& report) {
  if (known.what != report.what) return false;
  if (known.source != report.source && !known.source.empty() && !report.source.empty()) return false;
  return report.numbered || report.text.empty() || known.text == report.text;
}

Hl7Conditions::Place Hl7Conditions::alike(const Known& report) {
  const auto fits = [&](const Known& k) { return may_be(k, report); };
  const auto worded = std::ranges::find_if(known_, [&](const Known& k) { return fits(k) && k.text == report.text; });
  return worded != known_.end() ? worded : std::ranges::find_if(known_, fits);
}

std::vector<std::string> Hl7Conditions::ended(const Known& report, Place referred) {
  std::vector<std::string> out;
  if (referred != known_.end()) {
    out.push_back(std::move(referred->condition));
    known_.erase(referred);
    return out;
  }
  const bool worded =
      std::ranges::any_of(known_, [&](const Known& k) { return may_be(k, report) && k.text == report.text; });
  std::erase_if(known_, [&](Known& k) {
    if (!may_be(k, report) || (worded && k.text != report.text)) return false;
    out.push_back(std::move(k.condition));
    return true;
  });
  // It may have begun before this gateway did.
  if (out.empty()) out = {report.condition, apart(report.condition, report.text)};
  return out;
}

Hl7Conditions::Known Hl7Conditions::read(const hl7::AlarmEvent& alarm) {
  const auto key = [](const std::string& text) { return hl7_key(text, hl7_handle_bytes_max); };
  return {key(alarm.first_id),
          key(alarm.id),
          key(code_key(alarm.event) + "@" + alarm.containment.text),
          has_number(alarm.event),
          key(code_key(alarm.source)),
          key(alarm.text),
          hl7_condition(alarm)};
}

std::vector<std::string> Hl7Conditions::named(const hl7::AlarmEvent& alarm, bool present) {
  Known report = read(alarm);
  const bool starts = alarm.phase == hl7::Phase::start;
  Place found = referred(report, starts);
  if (!present) return ended(report, found);
  if (found == known_.end()) {
    found = alike(report);
    if (found != known_.end() && starts && found->text != report.text) {
      report.condition = apart(report.condition, report.text);
      found = known_.end();
    } else if (found != known_.end()) {
      found->first_id = report.first_id;
      found->id = report.id;
    }
  }
  if (found != known_.end()) {
    found->text = report.text;
    return {found->condition};
  }
  if (known_.size() >= hl7_conditions_max) known_.pop_front();
  known_.push_back(std::move(report));
  return {known_.back().condition};
}

}  // namespace cordon::gateway
