// SPDX-License-Identifier: Apache-2.0
// OwnedTable: a bounded table whose entries belong to somebody. When it is full, whoever holds most gives way, his
// longest quiet entry first: a flood from one owner never costs another owner an entry while the flooder has more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <unordered_map>
#include <utility>

namespace cordon::observe {

/// OwnerId says whose entry it is. nobody: everything that no coherent server reply stands behind shares one owner, so
/// that forged addresses gain nothing by being many.
using OwnerId = std::uint32_t;
inline constexpr OwnerId nobody = 0;

struct TableBounds {
  std::size_t entries_max;
  std::size_t per_owner_max;
};

/// OwnedTable keeps its values at their addresses until they leave. `Value` must be default constructible.
template <class Key, class Value, class Hash = std::hash<Key>>
class OwnedTable {
 public:
  /// OnEvict is told of an entry before it leaves for want of room. It must not change this table.
  using OnEvict = std::function<void(const Key&, Value&)>;

  explicit OwnedTable(TableBounds bounds, OnEvict on_evict = {}) : bounds_(bounds), on_evict_(std::move(on_evict)) {}
  OwnedTable(const OwnedTable&) = delete;
  OwnedTable& operator=(const OwnedTable&) = delete;

  Value* find(const Key& key) {
    const auto it = entries_.find(key);
    return it == entries_.end() ? nullptr : &it->second.value;
  }
  /// touch finds an entry and makes it its owner's most recent one.
  Value* touch(const Key& key) {
    const auto it = entries_.find(key);
    if (it == entries_.end()) return nullptr;
    Recent& recent = *it->second.recent;
    recent.splice(recent.end(), recent, it->second.place);
    return &it->second.value;
  }
  /// insert adds a key that is not in the table, making room first.
  Value& insert(OwnerId owner, const Key& key) {
    const auto mine = owners_.find(owner);
    if (mine != owners_.end() && mine->second.size() >= bounds_.per_owner_max) {
      evict_oldest(owner);
    } else if (entries_.size() >= bounds_.entries_max) {
      evict_oldest(heaviest());
    }
    const auto it = entries_.try_emplace(key).first;
    Recent& recent = owners_[owner];
    it->second.owner = owner;
    it->second.recent = &recent;
    it->second.place = recent.insert(recent.end(), &it->first);
    return it->second.value;
  }
  void erase(const Key& key) {
    const auto it = entries_.find(key);
    if (it == entries_.end()) return;
    const auto owner = owners_.find(it->second.owner);
    owner->second.erase(it->second.place);
    if (owner->second.empty()) owners_.erase(owner);
    entries_.erase(it);
  }
  /// erase_owner lets all entries of one owner go, with the callback.
  void erase_owner(OwnerId owner) {
    while (owners_.contains(owner)) evict_oldest(owner);
  }
  /// each visits an owner's entries, longest quiet first. The visitor must not change this table.
  template <class Visitor>
  void each(OwnerId owner, Visitor&& visit) {
    const auto it = owners_.find(owner);
    if (it == owners_.end()) return;
    for (const Key* key : it->second) visit(*key, entries_.find(*key)->second.value);
  }
  /// all visits every entry, in no particular order.
  template <class Visitor>
  void all(Visitor&& visit) {
    for (auto& [key, entry] : entries_) visit(key, entry.value);
  }

  template <class Visitor>
  void all(Visitor&& visit) const {
    for (const auto& [key, entry] : entries_) visit(key, entry.value);
  }

  std::size_t size() const { return entries_.size(); }
  std::size_t size(OwnerId owner) const {
    const auto it = owners_.find(owner);
    return it == owners_.end() ? 0 : it->second.size();
  }
  std::uint64_t evicted() const { return evicted_; }

 private:
  using Recent = std::list<const Key*>;  // longest quiet first
  struct Entry {
    Value value{};
    OwnerId owner = nobody;
    Recent* recent = nullptr;  // the owner's, in owners_
    typename Recent::iterator place;
  };

  OwnerId heaviest() const {
    const std::pair<const OwnerId, Recent>* most = nullptr;
    for (const auto& o : owners_) {
      // The tie goes to the lower number, so that the order inside the hash table decides nothing.
      if (most == nullptr || o.second.size() > most->second.size() ||
          (o.second.size() == most->second.size() && o.first < most->first)) {
        most = &o;
      }
    }
    return most == nullptr ? nobody : most->first;
  }
  void evict_oldest(OwnerId owner) {
    const auto recent = owners_.find(owner);
    if (recent == owners_.end()) return;
    const Key key = *recent->second.front();
    ++evicted_;
    if (on_evict_) on_evict_(key, entries_.find(key)->second.value);
    erase(key);
  }

  TableBounds bounds_;
  OnEvict on_evict_;
  std::unordered_map<Key, Entry, Hash> entries_;
  std::unordered_map<OwnerId, Recent> owners_;
  std::uint64_t evicted_ = 0;
};

}  // namespace cordon::observe
