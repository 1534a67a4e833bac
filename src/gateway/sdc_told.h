// SPDX-License-Identifier: Apache-2.0
// SdcTold: which of a device's troubles stands on the screen. One at a time, the gravest, of equals the first, for as
// long as it stands and sdc_calm_after since it last came: troubles that come in turn are one alarm and not one each
// second. Not here: what they say (sdc_trouble.cpp).
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/time.h"

namespace cordon::gateway {

constexpr std::chrono::seconds sdc_calm_after{10};  // a trouble that did not come again

class SdcTold {
 public:
  const std::string& code() const { return code_; }
  bool empty() const { return code_.empty(); }
  void clear() { code_.clear(); }

  /// State is what is known of the device: whether it is read, and whether what is told is still so.
  struct State {
    bool is_read = false;
    bool stands = false;
  };
  /// note says whether a trouble that came is to be told now.
  bool note(std::string_view code, MonoTime now, State state) {
    if (code == code_) {
      at_ = now;
      return false;
    }
    const bool stays = state.is_read && !empty() && (state.stands || is_fresh(now));
    if (stays && weight(code) <= weight(code_)) return false;
    code_ = code;
    at_ = now;
    return true;
  }
  bool is_fresh(MonoTime now) const { return now - at_ < sdc_calm_after; }
  /// outlives_reading: it stays although everything was read anew. `gaps_go_on`: reports were missing before as well.
  bool outlives_reading(MonoTime now, bool gaps_go_on) const {
    const bool comes_again = code_ == "no_number" || code_ == "odd_rate" || code_ == "dialect" || code_ == "flood" ||
                             (code_ == "lost_messages" && gaps_go_on);
    return comes_again && is_fresh(now);
  }

 private:
  /// weight: whatever keeps the device from being read or used weighs most.
  static int weight(std::string_view code) {
    constexpr std::array<std::string_view, 4> slight{"odd_rate", "odd_name", "no_number", "unheard_traces"};
    if (const auto found = std::ranges::find(slight, code); found != slight.end())
      return static_cast<int>(found - slight.begin());
    return code == "dialect" || code == "lost_messages" ? 4 : 5;
  }

  std::string code_;
  MonoTime at_;
};

}  // namespace cordon::gateway
