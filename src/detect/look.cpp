// SPDX-License-Identifier: Apache-2.0
#include "detect/look.h"

#include <algorithm>
#include <array>
#include <functional>

#include "detect/path.h"

namespace cordon::detect {

std::span<const Look> looks() {
  static constexpr std::array table{
      Look{"structure", look_structure, true},   Look{"content", look_content, true},
      Look{"similarity", look_similarity, true}, Look{"name", look_name, true},
      Look{"removal", look_removal, true},       Look{"note", look_note, false},
      Look{"breadth", look_breadth, false},      Look{"decoy", look_decoy, false},
  };
  return table;
}

void ClientMemory::learn(const event::FileActivity& activity) {
  if (!may_be_note(activity)) return;
  const std::hash<std::string> hash;
  const auto name = hash(lower(name_of(activity.path)));
  const auto folder = hash(lower(folder_of(activity.path)));
  auto left = std::find_if(left_.begin(), left_.end(), [&](const Left& l) { return l.name == name; });
  if (left == left_.end()) {
    if (left_.size() == names_max) left_.erase(left_.begin());
    left_.push_back({name, {folder}});
    return;
  }
  if (left->folders.size() < folders_max &&
      std::find(left->folders.begin(), left->folders.end(), folder) == left->folders.end()) {
    left->folders.push_back(folder);
  }
}

std::size_t ClientMemory::folders_with(std::string_view name) const {
  const auto wanted = std::hash<std::string>{}(lower(name));
  const auto left = std::find_if(left_.begin(), left_.end(), [&](const Left& l) { return l.name == wanted; });
  return left == left_.end() ? 0 : left->folders.size();
}

}  // namespace cordon::detect
