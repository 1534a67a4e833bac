// SPDX-License-Identifier: Apache-2.0
#include "bed.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <sstream>

namespace cordon::lab {

namespace {

/// A name that would run in a page and turn the writing around: markup, U+202E and the control character U+0085.
constexpr const char* lying_name = "<img src=x onerror=alert(1)>\xE2\x80\xAE\xC2\x85VIDAL";

constexpr std::array families{"VIDAL", "LEFÈVRE", "OULD-AMAR", "NGUYEN", "DA SILVA", "KOWALSKI", "BAH", "MÜLLER"};
constexpr std::array givens{"Renée", "Anaïs", "Youssef", "Linh", "João", "Zofia", "Mamadou", "Jürgen"};

Person person_of(std::uint64_t seed) {
  return {std::to_string(700100 + seed), families.at(seed % families.size()), givens.at(seed % givens.size()),
          fmt::format("19{:02}0{}1{}", 30 + seed * 7 % 60, 1 + seed % 9, seed % 10)};
}

std::optional<double> number_of(const std::string& text) {
  double out = 0;
  const auto read = std::from_chars(text.data() + (text.starts_with('+') ? 1 : 0), text.data() + text.size(), out);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return out;
}

double* vital_of(Bed& bed, const std::string& name) {
  Vitals& v = bed.body.vitals;
  if (name == "hr") return &v.heart_rate;
  if (name == "rr") return &v.respiration;
  if (name == "spo2") return &v.saturation;
  if (name == "sys") return &v.systolic;
  if (name == "dia") return &v.diastolic;
  return name == "temp" ? &v.temperature : nullptr;
}

void set_alarm(Bed& bed, const Alarm& alarm, bool present) {
  std::erase_if(bed.alarms, [&](const Alarm& a) { return a.words == alarm.words; });
  if (present) bed.alarms.push_back(alarm);
}

Bed* find(const std::vector<std::unique_ptr<Bed>>& beds, const std::string& label) {
  const auto found = std::ranges::find_if(beds, [&](const auto& bed) { return bed->label == label; });
  return found == beds.end() ? nullptr : found->get();
}

std::string usage(std::string_view line) {
  return fmt::format("{}: not understood; `help` lists the commands", line);
}

std::string alarm(Bed& bed, std::istringstream& words, std::string_view line) {
  std::string urgency;
  std::string text;
  words >> urgency;
  std::getline(words >> std::ws, text);
  if (text.empty() || (urgency != "high" && urgency != "medium" && urgency != "low")) return usage(line);
  set_alarm(bed,
            {text, urgency == "high"     ? Urgency::high
                   : urgency == "medium" ? Urgency::medium
                                         : Urgency::low},
            true);
  return {};
}

std::optional<Lie> lie_of(const std::string& word) {
  if (word == "nan") return Lie::number;
  if (word == "1900") return Lie::year;
  if (word == "name") return Lie::name;
  if (word == "lengths") return Lie::lengths;
  if (word == "rate") return Lie::rate;
  return word == "off" ? std::optional(Lie::none) : std::nullopt;
}

std::string own_serial(const std::string& label) {
  return "sim-" + label;
}

/// act carries a command out at one bed.
std::string act(Bed& bed, std::istringstream& words, const std::vector<std::unique_ptr<Bed>>& beds,
                std::string_view line) {
  std::string verb;
  std::string first;
  words >> verb;
  if (verb == "alarm") return alarm(bed, words, line);
  words >> first;
  const bool on = first != "off";
  const auto number = number_of(first);
  if (verb == "leads" && (first == "off" || first == "on")) {
    bed.faults.leads_off = first == "off";
    set_alarm(bed, {"ECG LEADS OFF", Urgency::medium, true}, bed.faults.leads_off);
  } else if (verb == "calm") {
    bed.alarms.clear();
  } else if (verb == "disconnect" || verb == "connect") {
    bed.faults.disconnected = verb == "disconnect";
  } else if (verb == "freeze") {
    bed.faults.frozen = on;
  } else if (verb == "flood") {
    bed.faults.flood = on;
  } else if (verb == "play" && (first == "on" || first == "off")) {
    bed.body.play(on);
  } else if (verb == "clock" && (number || first == "stop")) {
    if (number) bed.faults.clock_ahead = std::chrono::seconds(static_cast<std::int64_t>(*number));
    bed.faults.clock_stands = !number;
  } else if (const auto lie = lie_of(first); verb == "lie" && lie) {
    bed.faults.lie = *lie;
  } else if (verb == "patient" && number && *number >= 0) {
    bed.person = person_of(static_cast<std::uint64_t>(*number));
  } else if (verb == "serial" && first.empty()) {
    bed.serial = own_serial(bed.label);
  } else if (verb == "serial") {
    const Bed* other = find(beds, first);
    if (other == nullptr) return fmt::format("no bed is called {}", first);
    bed.serial = other->serial;
  } else if (double* vital = vital_of(bed, verb); vital != nullptr && number) {
    *vital = *number;
    if (verb != "spo2" && verb != "temp") bed.body.play(false);  // those two are chosen beside a recording, too
  } else {
    return usage(line);
  }
  return {};
}

}  // namespace

Bed::Bed(std::string name, std::uint64_t seed, std::shared_ptr<const Recording> recording)
    : label(std::move(name)), serial(own_serial(label)), person(person_of(seed)), body(seed, std::move(recording)) {}

Person Bed::said() const {
  Person out = person;
  if (faults.lie == Lie::name) out.family = lying_name;
  return out;
}

WallTime Bed::clock(WallTime now) {
  using std::chrono::days;
  const Micros of_day = now.time_since_epoch() % days(1);
  const WallTime shown = faults.lie == Lie::year ? year_1900 + of_day : now + faults.clock_ahead;
  if (!faults.clock_stands) stood_at.reset();
  if (faults.clock_stands && !stood_at) stood_at = shown;
  return stood_at.value_or(shown);
}

std::string_view command_help() {
  return "BED alarm high|medium|low WORDS   an alarm is raised at the bed\n"
         "BED calm                          every alarm of the bed is over\n"
         "BED leads off|on                  electrodes fall off, and are stuck on again\n"
         "BED disconnect | connect          the cable of the monitor\n"
         "BED freeze on|off                 the trace stands still, the link lives\n"
         "BED flood on|off                  the monitor says far too much\n"
         "BED clock SECONDS                 the monitor's clock is so far ahead, and goes\n"
         "BED clock stop                    the monitor's clock stands still\n"
         "BED lie nan|1900|name|lengths|rate|off\n"
         "                                  the monitor says what cannot be so\n"
         "BED patient N                     the monitor takes patient N to lie there\n"
         "BED serial OTHER                  the monitor says it is the other bed's; without OTHER its own again\n"
         "BED hr|rr|spo2|sys|dia|temp N     what the body does from now on; hr 0: the heart stands still\n"
         "BED play on|off                   the recording of the bed goes on, or the synthesis\n"
         "help | quit\n";
}

std::string command(std::string_view line, const std::vector<std::unique_ptr<Bed>>& beds) {
  std::istringstream words{std::string(line)};
  std::string label;
  if (!(words >> label)) return {};
  if (label == "help") return std::string(command_help());
  Bed* bed = find(beds, label);
  if (bed == nullptr) return fmt::format("no bed is called {}; `help` lists the commands", label);
  std::string out = act(*bed, words, beds, line);
  if (out.empty()) ++bed->changes;
  return out;
}

}  // namespace cordon::lab
