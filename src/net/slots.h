// SPDX-License-Identifier: Apache-2.0
// Slots and SlotList: records that stay where they are, named by a small index, and doubly linked lists through them.
// The flow table and the fragment table are made of these; nothing is allocated for a record once its place exists.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/check.h"

namespace cordon::net {

using SlotIndex = std::uint32_t;
inline constexpr SlotIndex no_slot = 0xffffffffU;

/// SlotLink is a record's place in one list.
struct SlotLink {
  SlotIndex previous = no_slot;
  SlotIndex next = no_slot;
};

/// Slots owns records in chunks of 64, so that addresses stay and memory grows with use. A released record keeps its
/// content until it is taken again; whoever takes it resets it.
template <class T>
class Slots {
 public:
  T& operator[](SlotIndex index) { return chunks_[index / chunk_records][index % chunk_records]; }

  SlotIndex take() {
    if (free_.empty()) {
      const auto first = static_cast<SlotIndex>(chunks_.size() * chunk_records);
      chunks_.push_back(std::make_unique<T[]>(chunk_records));
      for (SlotIndex i = chunk_records; i-- > 0;) free_.push_back(first + i);
    }
    const SlotIndex index = free_.back();
    free_.pop_back();
    return index;
  }
  void release(SlotIndex index) { free_.push_back(index); }
  std::size_t used() const { return chunks_.size() * chunk_records - free_.size(); }

 private:
  static constexpr SlotIndex chunk_records = 64;
  std::vector<std::unique_ptr<T[]>> chunks_;
  std::vector<SlotIndex> free_;
};

/// SlotList is a list of records in the order in which they were last put at its back.
template <class T, SlotLink T::*link>
class SlotList {
 public:
  SlotIndex front() const { return head_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  void push_back(Slots<T>& slots, SlotIndex index) {
    SlotLink& mine = slots[index].*link;
    mine = {tail_, no_slot};
    if (tail_ != no_slot) (slots[tail_].*link).next = index;
    tail_ = index;
    if (head_ == no_slot) head_ = index;
    ++size_;
  }
  void remove(Slots<T>& slots, SlotIndex index) {
    CORDON_CHECK(size_ > 0);
    SlotLink& mine = slots[index].*link;
    if (mine.previous != no_slot) (slots[mine.previous].*link).next = mine.next;
    if (mine.next != no_slot) (slots[mine.next].*link).previous = mine.previous;
    if (head_ == index) head_ = mine.next;
    if (tail_ == index) tail_ = mine.previous;
    mine = {};
    --size_;
  }
  void touch(Slots<T>& slots, SlotIndex index) {
    if (tail_ == index) return;
    remove(slots, index);
    push_back(slots, index);
  }

 private:
  SlotIndex head_ = no_slot;
  SlotIndex tail_ = no_slot;
  std::size_t size_ = 0;
};

/// KeyWords is a table key, packed. hash_words is keyed by a seed that a stranger does not know, so that nobody can
/// choose addresses and ports that collide. It orders nothing that anyone sees.
template <std::size_t n>
using KeyWords = std::array<std::uint64_t, n>;

inline std::uint64_t fold_multiply(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

template <std::size_t n>
std::uint64_t hash_words(const KeyWords<n>& words, std::uint64_t seed) {
  std::uint64_t hash = seed ^ 0x9e3779b97f4a7c15ULL;
  for (const std::uint64_t word : words) hash = fold_multiply(hash ^ word, 0xd6e8feb86659fd93ULL ^ seed);
  return fold_multiply(hash, 0xa0761d6478bd642fULL);
}

}  // namespace cordon::net
