// SPDX-License-Identifier: Apache-2.0
#include "gateway/hl7_conditions.h"

#include <fmt/format.h>

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

/// among finds the alarm of a number. Some senders number nothing and write the same into every OBR-3: it has to be the
/// same kind of alarm, too, and a number that several have tells nothing by itself.
Hl7Conditions::Place Hl7Conditions::among(const std::string& id, const Known& report, bool worded) {
  const auto fits = [&](const Known& k) {
    return !id.empty() && (k.first_id == id || k.id == id) && k.what == report.what && sources_agree(k, report);
  };
  const Place same = std::ranges::find_if(known_, [&](const Known& k) { return fits(k) && k.text == report.text; });
  if (same != known_.end() || worded) return same;
  const Place only = std::ranges::find_if(known_, fits);
  return std::ranges::count_if(known_, fits) == 1 ? only : known_.end();
}

/// referred finds the alarm that a report refers to. A start with other words is another alarm; so is a private term
/// with other words, unless OBR-29 joins them.
Hl7Conditions::Place Hl7Conditions::referred(const Known& report, bool starts) {
  const Place first = among(report.first_id, report, starts);
  return first != known_.end() ? first : among(report.id, report, starts || !report.numbered);
}

/// may_be tells whether two reports may be about one alarm where no number joins them. With other words and another
/// first report they are not.
bool Hl7Conditions::may_be(const Known& known, const Known& report) {
  if (known.what != report.what || !sources_agree(known, report)) return false;
  if (report.text.empty() || known.text == report.text) return true;
  const bool is_numbered = !report.first_id.empty() && !(known.first_id.empty() && known.id.empty());
  const bool elsewhere = is_numbered && known.first_id != report.first_id && known.id != report.first_id;
  return report.numbered && !elsewhere;
}

Hl7Conditions::Place Hl7Conditions::alike(const Known& report) {
  const auto fits = [&](const Known& k) { return may_be(k, report); };
  const auto worded = std::ranges::find_if(known_, [&](const Known& k) { return fits(k) && k.text == report.text; });
  return worded != known_.end() ? worded : std::ranges::find_if(known_, fits);
}

std::vector<std::string> Hl7Conditions::ended(const Known& report, Place over) {
  std::vector<std::string> out;
  if (over == known_.end()) {
    const bool worded =
        std::ranges::any_of(known_, [&](const Known& k) { return may_be(k, report) && k.text == report.text; });
    const auto fits = [&](const Known& k) { return may_be(k, report) && (!worded || k.text == report.text); };
    // Where it may be of several: one that stands too long is seen, one that is ended while it stands is not.
    if (std::ranges::count_if(known_, fits) > 1) return out;
    over = std::ranges::find_if(known_, fits);
  }
  if (over != known_.end()) {
    out.push_back(std::move(over->condition));
    known_.erase(over);
    return out;
  }
  // It may have begun before this gateway did, under a name that none of those has that are known.
  for (std::string name : {report.condition, apart(report.condition, report.text)}) {
    if (!is_taken(name)) out.push_back(std::move(name));
  }
  return out;
}

bool Hl7Conditions::is_taken(const std::string& condition) const {
  return std::ranges::find(known_, condition, &Known::condition) != known_.end();
}

/// free_name names an alarm as none is named that is there.
std::string Hl7Conditions::free_name(const Known& report) {
  std::string out = report.condition;
  for (bool by_words = true; is_taken(out); by_words = false) {
    out = apart(report.condition, by_words ? report.text : fmt::format("{}~{}", report.text, ++numbered_));
  }
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
  // What a word that nobody knows means is not known either: it takes the place of no other alarm.
  const bool starts = alarm.phase == hl7::Phase::start || alarm.phase == hl7::Phase::other;
  Place found = referred(report, starts);
  if (!present) return ended(report, found);
  if (found != known_.end()) {
    if (found->first_id.empty()) found->first_id = found->id;
    if (!report.id.empty()) found->id = report.id;
  } else {
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
  report.condition = free_name(report);
  if (known_.size() >= hl7_conditions_max) known_.pop_front();
  known_.push_back(std::move(report));
  return {known_.back().condition};
}

}  // namespace cordon::gateway
