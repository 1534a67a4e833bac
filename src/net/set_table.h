// SPDX-License-Identifier: Apache-2.0
// SetTable: a table of fixed size in which each key has four places. It forgets instead of growing: who needs a place
// takes that of the least worthy of the four. Nobody who does not know the seed can choose whom he displaces.
#pragma once

#include <algorithm>
#include <bit>
#include <span>
#include <vector>

#include "net/slots.h"

namespace cordon::net {

/// Record has `key`, and `used`, which is false in a free place. No memory is taken before the first record.
template <class Record>
class SetTable {
 public:
  static constexpr std::size_t set_records = 4;

  /// records_max is rounded down to a power of two of sets, at least one.
  SetTable(std::size_t records_max, std::uint64_t seed)
      : sets_(std::bit_floor(std::max<std::size_t>(1, records_max / set_records))), seed_(seed) {}

  template <class Key>
  Record* find(const Key& key) {
    if (records_.empty()) return nullptr;
    for (Record& record : set_of(key)) {
      if (record.used && record.key == key) return &record;
    }
    return nullptr;
  }
  /// place gives the place for a key that is not in the table: a free one, else that of the least `worth`. What it held
  /// is still there.
  template <class Key, class Worth>
  Record& place(const Key& key, Worth&& worth) {
    if (records_.empty()) records_.resize(sets_ * set_records);
    const std::span<Record> set = set_of(key);
    const auto free = std::ranges::find(set, false, &Record::used);
    return free != set.end() ? *free : *std::ranges::min_element(set, {}, worth);
  }
  void clear() { std::ranges::fill(records_, Record{}); }
  std::size_t records_max() const { return sets_ * set_records; }

 private:
  template <class Key>
  std::span<Record> set_of(const Key& key) {
    return std::span(records_).subspan((hash_words(key, seed_) & (sets_ - 1)) * set_records, set_records);
  }

  std::size_t sets_;
  std::uint64_t seed_;
  std::vector<Record> records_;
};

}  // namespace cordon::net
