// SPDX-License-Identifier: Apache-2.0
// Criticality: how much of its unit hangs on a host by itself, beside what flows say, in a word that an inventory
// knows. What it costs in patient-hours is harm.h's to say.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace cordon::estate {

enum class Criticality : std::uint8_t { normal, high, vital };

/// CriticalShares are the shares of its unit's care that hang on such a host; on a normal one none does. Estimates of
/// ours, to be set in [weights].
struct CriticalShares {
  double high = 0.02;
  double vital = 0.1;
};

std::string_view word(Criticality criticality);
std::span<const std::string_view> criticality_words();
std::optional<Criticality> criticality_from_word(std::string_view text);

}  // namespace cordon::estate
