// SPDX-License-Identifier: Apache-2.0
// Names: the things of one kind by name, where each was declared, and what somebody probably meant who misspelt one.
// For the readers of estates, and of names that a person gives on the command line.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/address.h"
#include "estate/record.h"

namespace cordon::estate {

/// anothers_address says what is wrong with the name of a host that is an address and none of these, its own: who was
/// seen and not declared is called by his address. Empty for any other name.
std::string anothers_address(const std::string& name, std::span<const IpAddress> own);

class Names {
 public:
  explicit Names(std::string_view kind) : kind_(kind) {}

  std::string_view kind() const { return kind_; }  // "unit", in sentences

  /// declare keeps the place of one more, whose index is the count of those before. Where the name was taken already
  /// the first keeps it and its place is returned.
  std::optional<Place> declare(const std::string& name, Place place);

  std::optional<std::uint32_t> find(const std::string& name) const;
  Place place(std::uint32_t index) const { return places_[index]; }

  /// unknown is the sentence about a name that nobody declared.
  std::string unknown(const std::string& name) const;

 private:
  std::string_view kind_;
  std::unordered_map<std::string, std::uint32_t> index_;
  std::vector<Place> places_;
};

/// in_small_letters: of A to Z; other letters stay.
std::string in_small_letters(std::string_view text);

/// meant gives which of `known`, all in small letters, somebody probably wrote otherwise, or nothing.
std::optional<std::string_view> meant(std::string_view written, std::span<const std::string_view> known);

}  // namespace cordon::estate
