// SPDX-License-Identifier: Apache-2.0
// Look: one way of looking at a finished file. A look names what it sees with one word of a short list; how much the
// words weigh together is the business of likelihood.h. A new look is one file look_x.cpp, a declaration and a line in
// the table of look.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "event/activity.h"

namespace cordon::detect {

/// Finding is one word (static storage) and the reason in words for a person. `silent`: nothing to say.
struct Finding {
  std::string_view value = silent;
  std::string detail;
  static constexpr std::string_view silent = "none";
};

/// ClientMemory is what looks may know of a client's earlier files: in which folders it left a new small file of the
/// same name. Bounded: names_max names, the oldest gives way; folders_max folders of each.
class ClientMemory {
 public:
  static constexpr std::size_t names_max = 32;
  static constexpr std::size_t folders_max = 4;  // one more than a note needs
  static constexpr std::size_t folders_of_a_note = 3;

  /// learn takes the report in before the looks run.
  void learn(const event::FileActivity& activity);
  /// folders_with gives in how many folders (at most folders_max) the client left a new small file of this name.
  std::size_t folders_with(std::string_view name) const;

 private:
  struct Left {
    std::uint64_t name = 0;  // hash of the lower-case name
    std::vector<std::uint64_t> folders;
  };
  std::vector<Left> left_;  // oldest first
};

/// Look is an entry of the table. `joint`: its word is part of the cell that likelihood.h weighs; otherwise the word is
/// shown to people, and weighed alone or not at all as docs/DETECTION.md says.
struct Look {
  std::string_view name;
  Finding (*run)(const event::FileActivity&, const ClientMemory&);
  bool joint = true;
};

/// looks gives the table, in the order in which findings are shown and cells are spelled.
std::span<const Look> looks();

/// may_be_note: a new small file that a person could read.
bool may_be_note(const event::FileActivity& activity);

Finding look_structure(const event::FileActivity& activity, const ClientMemory& memory);
Finding look_content(const event::FileActivity& activity, const ClientMemory& memory);
Finding look_similarity(const event::FileActivity& activity, const ClientMemory& memory);
Finding look_name(const event::FileActivity& activity, const ClientMemory& memory);
Finding look_removal(const event::FileActivity& activity, const ClientMemory& memory);
Finding look_note(const event::FileActivity& activity, const ClientMemory& memory);
Finding look_breadth(const event::FileActivity& activity, const ClientMemory& memory);
Finding look_decoy(const event::FileActivity& activity, const ClientMemory& memory);

}  // namespace cordon::detect
