// SPDX-License-Identifier: Apache-2.0
// Keys: from the keys of lines (key_of, lines.h) back to actions, for many at once: people's orders and cuts in force
// are found anew for every plan.
#pragma once

#include <optional>
#include <string_view>
#include <unordered_map>

#include "contain/action.h"

namespace cordon::contain {

class Keys {
 public:
  /// `estate` is borrowed. Linear in its hosts and accounts; of several of one name the first is meant.
  explicit Keys(const estate::Estate& estate);

  /// find gives the action that has this key, if the estate knows what it names. Linear in what its first host or
  /// network has of flows, passages and borders.
  std::optional<Action> find(std::string_view key) const;

 private:
  using Names = std::unordered_map<std::string_view, std::uint32_t>;
  std::optional<Action> find_flow(std::string_view key, std::string_view rest) const;

  const estate::Estate& estate_;
  Names hosts_;
  Names accounts_;
};

}  // namespace cordon::contain
