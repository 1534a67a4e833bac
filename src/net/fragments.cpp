// SPDX-License-Identifier: Apache-2.0
#include "net/fragments.h"

#include <algorithm>

#include "net/flow_key.h"

namespace cordon::net {
namespace {

constexpr std::uint32_t datagram_bytes_max = 65'535;

}  // namespace

Fragments::Fragments(const FragmentOptions& options, Counters& counters)
    : options_(options),
      counters_(counters),
      index_(0, Hash<6>{options.hash_seed}),
      sources_(0, Hash<3>{options.hash_seed}) {
  CORDON_CHECK(options.datagrams_max >= 1 && options.source_datagrams_max >= 1);
  CORDON_CHECK(options.bytes_max >= datagram_bytes_max && options.source_bytes_max >= datagram_bytes_max);
}

std::optional<PacketView> Fragments::add(const PacketView& packet, WallTime now) {
  ++counters_.fragments;
  if (!packet.fragment) return packet;
  const Fragment fragment = *packet.fragment;
  const std::uint32_t end = fragment.offset + packet.payload_bytes;
  if (packet.payload_bytes == 0 || (fragment.more && packet.payload_bytes % 8 != 0)) {
    counters_.weird.add(Weird::fragment_bad_length);
    return std::nullopt;
  }
  if (end > datagram_bytes_max) {
    counters_.weird.add(Weird::fragment_beyond_end);
    return std::nullopt;
  }
  if (packet.payload.size() < packet.payload_bytes) {
    counters_.weird.add(Weird::fragment_cut_by_snaplen);
    return std::nullopt;
  }
  const SlotIndex index = find_or_start(packet, fragment.identification, now);
  Datagram& datagram = slots_[index];
  if (datagram.dead) return std::nullopt;
  const std::uint32_t highest = datagram.range_count == 0 ? 0 : datagram.ranges[datagram.range_count - 1].end;
  const bool beyond = datagram.total != 0 && (end > datagram.total || (!fragment.more && end != datagram.total));
  if (beyond || (!fragment.more && end < highest)) {
    counters_.weird.add(Weird::fragment_beyond_end);
    clear(datagram);
    return std::nullopt;
  }
  if (!fragment.more) datagram.total = end;
  if (fragment.offset == 0) datagram.protocol = packet.protocol;
  if (!place(datagram, fragment.offset, packet.payload, packet.source.v6)) {
    clear(datagram);
    return std::nullopt;
  }
  if (datagram.total != 0 && datagram.range_count == 1 && datagram.ranges[0].start == 0 &&
      datagram.ranges[0].end == datagram.total) {
    joined_.assign(datagram.bytes.begin(), datagram.bytes.begin() + static_cast<std::ptrdiff_t>(datagram.total));
    PacketView whole = packet;
    whole.fragment.reset();
    whole.protocol = datagram.protocol;
    whole.payload = joined_;
    whole.payload_bytes = datagram.total;
    erase(index);
    ++counters_.datagrams_joined;
    return whole;
  }
  make_room(index);
  return std::nullopt;
}

SlotIndex Fragments::find_or_start(const PacketView& packet, std::uint32_t identification, WallTime now) {
  const std::uint64_t vlan = std::uint64_t{packet.vlan.outer} << 16 | packet.vlan.inner;
  // RFC 791 3.2 names the protocol in the key of a datagram, RFC 8200 4.5 does not.
  const std::uint64_t protocol = packet.source.v6 ? 0x100U : packet.protocol;
  const KeyWords<6> key{address_word(packet.source, 0),      address_word(packet.source, 8), address_word(packet.destination, 0),
                        address_word(packet.destination, 8), vlan << 16 | protocol,     identification};
  const auto found = index_.find(key);
  if (found != index_.end()) return found->second;

  const SlotIndex index = slots_.take();
  Datagram& datagram = slots_[index];
  datagram = Datagram{};
  datagram.key = key;
  datagram.source = {address_word(packet.source, 0), address_word(packet.source, 8), vlan << 1 | (packet.source.v6 ? 1U : 0U)};
  datagram.first = now;
  index_.emplace(key, index);
  ages_.push_back(slots_, index);
  sources_[datagram.source].datagrams.push_back(slots_, index);
  return index;
}

// Copies what is new. Returns false when the datagram must be given up.
bool Fragments::place(Datagram& datagram, std::uint32_t start, ByteView bytes, bool v6) {
  const auto end = static_cast<std::uint32_t>(start + bytes.size());
  if (datagram.bytes.size() < end) grow(datagram, end);
  auto* const ranges = datagram.ranges.data();
  std::uint32_t first = 0;
  while (first < datagram.range_count && ranges[first].end < start) ++first;
  std::uint32_t last = first;
  Range merged{start, end};
  std::uint32_t at = start;
  bool overlap = false;
  bool same = true;
  const auto copy_until = [&](std::uint32_t until) {
    if (until <= at) return;
    std::copy_n(bytes.begin() + (at - start), until - at, datagram.bytes.begin() + at);
    at = until;
  };
  for (; last < datagram.range_count && ranges[last].start <= end; ++last) {
    copy_until(std::min(end, ranges[last].start));
    const std::uint32_t both = std::min(end, ranges[last].end);
    if (both > at) {
      overlap = true;
      same =
          same && std::equal(bytes.begin() + (at - start), bytes.begin() + (both - start), datagram.bytes.begin() + at);
      at = both;
    }
    merged.start = std::min(merged.start, ranges[last].start);
    merged.end = std::max(merged.end, ranges[last].end);
  }
  const bool covered = last == first + 1 && ranges[first].start <= start && ranges[first].end >= end;
  copy_until(end);
  // A mirror port often shows a frame twice: an exact repetition is ambiguous for nobody (RFC 8200 4.5 allows it).
  if (covered && same) return true;
  if (overlap) counters_.weird.add(v6 ? Weird::fragment_overlap_ip6 : Weird::fragment_overlap);
  if (overlap && v6) return false;
  if (first == last) {
    if (datagram.range_count == ranges_max) {
      counters_.weird.add(Weird::fragment_too_scattered);
      return false;
    }
    std::move_backward(ranges + first, ranges + datagram.range_count, ranges + datagram.range_count + 1);
    ++datagram.range_count;
  } else {
    std::move(ranges + last, ranges + datagram.range_count, ranges + first + 1);
    datagram.range_count -= last - first - 1;
  }
  ranges[first] = merged;
  return true;
}

void Fragments::grow(Datagram& datagram, std::size_t bytes) {
  const std::size_t before = datagram.bytes.capacity();
  if (bytes > before) datagram.bytes.reserve(std::max(bytes, std::min<std::size_t>(2 * before, datagram_bytes_max)));
  datagram.bytes.resize(bytes);
  const std::size_t more = datagram.bytes.capacity() - before;
  sources_[datagram.source].bytes += more;
  bytes_ += more;
  counters_.fragment_bytes_now = bytes_;
  counters_.fragment_bytes_peak = std::max(counters_.fragment_bytes_peak, bytes_);
}

// Keeps the key, so that later fragments of a bad datagram are swallowed.
void Fragments::clear(Datagram& datagram) {
  const std::size_t held = datagram.bytes.capacity();
  sources_[datagram.source].bytes -= held;
  bytes_ -= held;
  counters_.fragment_bytes_now = bytes_;
  datagram.bytes = {};
  datagram.dead = true;
}

void Fragments::erase(SlotIndex index) {
  Datagram& datagram = slots_[index];
  clear(datagram);
  const auto source = sources_.find(datagram.source);
  source->second.datagrams.remove(slots_, index);
  if (source->second.datagrams.empty()) sources_.erase(source);
  ages_.remove(slots_, index);
  index_.erase(datagram.key);
  slots_.release(index);
}

void Fragments::make_room(SlotIndex newest) {
  const KeyWords<3> key = slots_[newest].source;
  for (auto source = sources_.find(key);
       source != sources_.end() && (source->second.datagrams.size() > options_.source_datagrams_max ||
                                    source->second.bytes > options_.source_bytes_max);
       source = sources_.find(key)) {
    counters_.weird.add(Weird::fragment_evicted);
    erase(source->second.datagrams.front());
  }
  while (ages_.size() > options_.datagrams_max || bytes_ > options_.bytes_max) {
    counters_.weird.add(Weird::fragment_evicted);
    erase(ages_.front());
  }
}

void Fragments::advance(WallTime now) {
  while (!ages_.empty() && now - slots_[ages_.front()].first > options_.wait_max) {
    counters_.weird.add(Weird::fragment_timeout);
    erase(ages_.front());
  }
}

}  // namespace cordon::net
