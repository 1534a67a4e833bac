// SPDX-License-Identifier: Apache-2.0
#include "net/flow_table.h"

#include <bit>

namespace cordon::net {

static_assert(sizeof(Flow) <= 640, "the arithmetic at the top of flow_table.h");

FlowTable::FlowTable(const FlowTableOptions& options) : options_(options) {
  CORDON_CHECK(options.established_max >= 16 && options.half_open_max >= 1 && options.unproven_max >= 1 &&
               options.closed_max >= 1);
  // One more than the bound of each pool: a flow enters before another leaves.
  const std::size_t flows_max =
      options.half_open_max + options.unproven_max + options.established_max + options.closed_max + pool_count;
  index_.assign(std::bit_ceil(2 * flows_max), no_slot);
}

SlotIndex FlowTable::find(const FlowKey& key, std::uint64_t hash) {
  for (std::size_t at = hash & index_mask(); index_[at] != no_slot; at = (at + 1) & index_mask()) {
    const Flow& flow = slots_[index_[at]];
    if (flow.hash == hash && flow.key == key) return index_[at];
  }
  return no_slot;
}

SlotIndex FlowTable::insert(const FlowKey& key, std::uint64_t hash) {
  const SlotIndex slot = slots_.take();
  CORDON_CHECK(slots_.used() * 2 <= index_.size());
  Flow& flow = slots_[slot];
  flow = Flow{};
  flow.key = key;
  flow.hash = hash;
  std::size_t at = hash & index_mask();
  while (index_[at] != no_slot) at = (at + 1) & index_mask();
  index_[at] = slot;
  list(Pool::half_open).push_back(slots_, slot);
  return slot;
}

void FlowTable::erase(SlotIndex slot) {
  Flow& flow = slots_[slot];
  CORDON_CHECK(!flow.in_holes);
  list(flow.pool).remove(slots_, slot);
  std::size_t hole = flow.hash & index_mask();
  while (index_[hole] != slot) hole = (hole + 1) & index_mask();
  // Close the gap: move back every later entry of the run whose home does not lie behind the hole.
  for (std::size_t at = (hole + 1) & index_mask(); index_[at] != no_slot; at = (at + 1) & index_mask()) {
    const std::size_t home = slots_[index_[at]].hash & index_mask();
    if (((at - home) & index_mask()) >= ((at - hole) & index_mask())) {
      index_[hole] = index_[at];
      hole = at;
    }
  }
  index_[hole] = no_slot;
  slots_.release(slot);
}

void FlowTable::move(SlotIndex index, Pool pool) {
  Flow& flow = slots_[index];
  list(flow.pool).remove(slots_, index);
  flow.pool = pool;
  list(pool).push_back(slots_, index);
}

SlotIndex FlowTable::overfull(Pool pool) const {
  switch (pool) {
    case Pool::half_open:
      return size(pool) > options_.half_open_max ? oldest(pool) : no_slot;
    case Pool::unproven:
      return size(pool) > options_.unproven_max ? oldest(pool) : no_slot;
    case Pool::closed:
      return size(pool) > options_.closed_max ? oldest(pool) : no_slot;
    case Pool::quiet:
    case Pool::busy:
      if (size(Pool::quiet) + size(Pool::busy) <= options_.established_max) return no_slot;
      // The quiet ones keep an eighth, so that a new connection lives long enough to say something.
      return size(Pool::quiet) > options_.established_max / 8 || size(Pool::busy) <= 1 ? oldest(Pool::quiet)
                                                                                       : oldest(Pool::busy);
  }
  return no_slot;
}

SlotIndex FlowTable::idle(Pool pool, WallTime now) {
  const SlotIndex index = oldest(pool);
  if (index == no_slot) return no_slot;
  Micros limit = options_.established_idle;
  if (pool == Pool::half_open) limit = options_.half_open_idle;
  if (pool == Pool::unproven) limit = options_.unproven_idle;
  if (pool == Pool::closed) limit = options_.closed_linger;
  return now - slots_[index].view.last > limit ? index : no_slot;
}

}  // namespace cordon::net
