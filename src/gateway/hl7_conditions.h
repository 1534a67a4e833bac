// SPDX-License-Identifier: Apache-2.0
// Hl7Conditions: which condition a report of an alarm (IHE PCD-04) is about, from its start to its end. Reports of one
// alarm are told together by OBR-29, the first report, and OBR-3, the report itself; where they are missing or lead to
// nothing, by what the alarm is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "hl7/report.h"

namespace cordon::gateway {

constexpr std::size_t hl7_conditions_max = 256;              // of one device; the one that began first is forgotten
constexpr std::size_t hl7_conditions_remembered_max = 1024;  // of one sender's devices that are not connected …
constexpr std::size_t hl7_devices_remembered_max = 256;      // … and those devices themselves

class Hl7Conditions {
 public:
  /// named gives the condition of an alarm that is there, or those that are over when it is not: an end that refers to
  /// nothing known ends the one that may be meant, none where it may be several, and where none is known what may have
  /// begun before.
  std::vector<std::string> named(const hl7::AlarmEvent& alarm, bool present);

  /// knows tells whether an alarm refers to one that is there.
  bool knows(const hl7::AlarmEvent& alarm) { return referred(read(alarm), false) != known_.end(); }

  std::size_t size() const { return known_.size(); }

 private:
  /// Known is one report, each text as a key of bounded length.
  struct Known {
    std::string first_id;
    std::string id;        // of the newest report
    std::string what;      // event and place in the device
    bool numbered = true;  // false: of private terms the words alone tell one from another
    std::string source;    // may be missing at the end
    std::string text;
    std::string condition;
  };
  static Known read(const hl7::AlarmEvent& alarm);
  using Place = std::deque<Known>::iterator;
  static bool sources_agree(const Known& a, const Known& b) {
    return a.source == b.source || a.source.empty() || b.source.empty();
  }
  static bool may_be(const Known& known, const Known& report);
  Place among(const std::string& id, const Known& report, bool worded);
  Place referred(const Known& report, bool starts);
  Place alike(const Known& report);
  bool is_taken(const std::string& condition) const;
  std::string free_name(const Known& report);
  std::vector<std::string> ended(const Known& report, Place over);

  std::deque<Known> known_;     // what is there, the oldest first
  std::uint64_t numbered_ = 1;  // of those that words do not tell apart; never used again, so that none is looked for
};

/// hl7_condition gives the name of an alarm by what it is: event, source and place in the device; of a private term,
/// which has no number, its words as well.
std::string hl7_condition(const hl7::AlarmEvent& alarm);

}  // namespace cordon::gateway
