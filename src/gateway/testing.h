// SPDX-License-Identifier: Apache-2.0
// Account holds what the station is told of a device's alarms against what the device has, for the seeded tests: each
// condition is told with its words and priority, and no other, at no moment.
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "event/bedside.h"

namespace cordon::gateway::testing {

/// Wording are what a person reads of an alarm, and how urgent it is.
using Wording = std::pair<std::string, event::AlarmPriority>;

inline event::AlarmPriority any_priority() {
  return *rc::gen::element(event::AlarmPriority::low, event::AlarmPriority::medium, event::AlarmPriority::high);
}

class Account {
 public:
  /// has: the device's alarm `which` is there, or is another one now. ends: it is over.
  void has(int which, Wording words) {
    ends(which);
    may_.insert(words);
    now_.insert_or_assign(which, std::move(words));
  }
  void ends(int which) {
    const auto was = now_.find(which);
    if (was == now_.end()) return;
    if (const auto kept = must_.find(was->second); kept != must_.end()) must_.erase(kept);
    now_.erase(was);
  }
  /// may_be_told: who missed a report cannot know better than these words and this priority.
  void may_be_told(const Wording& words) { may_.insert(words); }
  const std::map<int, Wording>& now() const { return now_; }

  /// hear takes what a gateway says, as the station does, and asks at each word whether something is invented, or
  /// missing that was there all the time.
  void hear(const std::vector<event::BedsideInput>& inputs) {
    for (const event::BedsideInput& input : inputs) {
      const auto* said = std::get_if<event::AlarmsHeard>(&input);
      if (said == nullptr) continue;
      if (said->complete) told_.clear();
      for (const event::DeviceAlarm& alarm : said->alarms) {
        if (alarm.present) {
          told_.insert_or_assign(alarm.condition, Wording{alarm.text, alarm.priority});
        } else {
          told_.erase(alarm.condition);
        }
      }
      const auto words = words_of(told_);
      RC_ASSERT(std::ranges::includes(words, must_));
      RC_ASSERT(std::ranges::includes(may_, words));
    }
  }
  /// agrees: now the device has been heard, and both are the same.
  void agrees() {
    must_ = words_of(now_);
    may_ = must_;
    RC_ASSERT(words_of(told_) == must_);
  }

 private:
  template <class Key>
  static std::multiset<Wording> words_of(const std::map<Key, Wording>& from) {
    std::multiset<Wording> out;
    for (const auto& [key, words] : from) out.insert(words);
    return out;
  }

  std::map<int, Wording> now_;
  std::map<std::string, Wording> told_;  // by condition
  std::multiset<Wording> must_;          // there since both agreed last
  std::multiset<Wording> may_;           // there at some time since
};

}  // namespace cordon::gateway::testing
