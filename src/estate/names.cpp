// SPDX-License-Identifier: Apache-2.0
#include "estate/names.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace cordon::estate {

namespace {

constexpr std::size_t slips_max = 2;  // edits between what was written and what was meant

// edits is the Levenshtein distance, or more than slips_max.
std::size_t edits(std::string_view a, std::string_view b) {
  if (a.size() > b.size() + slips_max || b.size() > a.size() + slips_max) return slips_max + 1;
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t above = row[j + 1];
      row[j + 1] = std::min({above + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

std::string in_small_letters(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

std::optional<std::string_view> meant(std::string_view written, std::span<const std::string_view> known) {
  const std::string small = in_small_letters(written);
  std::optional<std::string_view> best;
  std::size_t best_edits = std::min(slips_max + 1, small.size());  // another word of the same length is none
  for (const std::string_view word : known) {
    const std::size_t distance = edits(small, word);
    if (distance >= best_edits) continue;
    best_edits = distance;
    best = word;
  }
  return best;
}

std::optional<Place> Names::declare(const std::string& name, Place place) {
  const auto index = static_cast<std::uint32_t>(places_.size());
  places_.push_back(place);
  if (name.empty()) return std::nullopt;
  const auto [at, fresh] = index_.emplace(name, index);
  if (fresh) return std::nullopt;
  return places_[at->second];
}

std::optional<std::uint32_t> Names::find(const std::string& name) const {
  const auto found = index_.find(name);
  if (found == index_.end()) return std::nullopt;
  return found->second;
}

std::string Names::unknown(const std::string& name) const {
  const std::string* best = nullptr;
  std::size_t best_edits = slips_max + 1;
  for (const auto& [known, index] : index_) {
    const std::size_t distance = edits(name, known);
    if (distance < best_edits || (distance == best_edits && best != nullptr && known < *best)) {
      best_edits = distance;
      best = &known;
    }
  }
  if (best != nullptr) return fmt::format("unknown {} '{}'; did you mean '{}'?", kind_, name, *best);
  return fmt::format("unknown {} '{}'; declare it, or correct the name", kind_, name);
}

std::string anothers_address(const std::string& name, std::span<const IpAddress> own) {
  const auto address = IpAddress::parse(name);
  if (!address || std::ranges::find(own, *address) != own.end()) return {};
  return fmt::format(
      "the name {} is an address and none of this host's, so whoever is seen there would be taken for "
      "it; give it another name, or that address",
      name);
}

}  // namespace cordon::estate
