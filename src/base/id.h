// SPDX-License-Identifier: Apache-2.0
// Id<Tag>: a number that identifies one kind of thing and cannot be mixed up with another kind's.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace cordon {

template <class Tag>
struct Id {
  std::uint64_t value = 0;
  friend auto operator<=>(const Id&, const Id&) = default;
};

struct SequenceTag;
/// Sequence is an entry's place in this box's logbook, from 1; 0 means "no entry".
using Sequence = Id<SequenceTag>;

}  // namespace cordon

template <class Tag>
struct std::hash<cordon::Id<Tag>> {
  std::size_t operator()(const cordon::Id<Tag>& id) const noexcept { return std::hash<std::uint64_t>{}(id.value); }
};
