// SPDX-License-Identifier: Apache-2.0
// Fragments: joins the fragments of IPv4 and IPv6 datagrams. Bytes seen first win (what BSD-derived stacks and Windows
// mostly do); conflicting IPv6 overlap drops the datagram (RFC 5722).
//
// Bounds. One datagram: 65,535 bytes, ranges_max runs. One source (VLAN and address): source_datagrams_max datagrams
// and source_bytes_max bytes; over that its own oldest datagram leaves, nobody else's. All: datagrams_max and
// bytes_max; over that the oldest of all leaves. A flood from one source therefore holds at most 64 datagrams of 2,048;
// a flood from forged sources pushes others out only after 2,048 datagrams, while a real datagram is whole within
// milliseconds. Memory at the defaults: 16 MiB of payload and 2,048 x 448 bytes of records.
#pragma once

#include <array>
#include <optional>
#include <unordered_map>
#include <vector>

#include "net/counters.h"
#include "net/frame.h"
#include "net/slots.h"

namespace cordon::net {

struct FragmentOptions {
  std::size_t datagrams_max = 2'048;
  std::size_t source_datagrams_max = 64;
  std::size_t bytes_max = 16 << 20;
  std::size_t source_bytes_max = 1 << 20;
  Micros wait_max = std::chrono::seconds(30);  // Linux: net.ipv4.ipfrag_time; RFC 8200 4.5 says 60
  std::uint64_t hash_seed = 0;
};

/// ranges_max bounds the separate runs of one datagram; 65,535 bytes in frames of 1,500 are 45 fragments.
inline constexpr std::size_t ranges_max = 48;

class Fragments {
 public:
  Fragments(const FragmentOptions& options, Counters& counters);

  /// add takes one fragment. Returns the whole packet when it was the last one missing; its payload is borrowed until
  /// the next call. Protocol and MACs are those of the first fragment by offset and of the last one to arrive.
  std::optional<PacketView> add(const PacketView& packet, WallTime now);
  /// advance forgets datagrams that waited too long.
  void advance(WallTime now);

  std::size_t size() const { return slots_.used(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Range {
    std::uint32_t start = 0;
    std::uint32_t end = 0;
  };
  struct Datagram {
    KeyWords<6> key{};
    KeyWords<3> source{};
    WallTime first;
    std::vector<std::uint8_t> bytes;
    std::array<Range, ranges_max> ranges{};  // sorted, disjoint, not touching
    std::uint32_t range_count = 0;
    std::uint32_t total = 0;  // 0: the last fragment has not come yet
    std::uint8_t protocol = 0;
    bool dead = false;  // an overlap was seen; swallows the rest until it times out
    SlotLink age;
    SlotLink same_source;
  };
  using SourceList = SlotList<Datagram, &Datagram::same_source>;
  struct Source {
    SourceList datagrams;
    std::size_t bytes = 0;
  };
  template <std::size_t n>
  struct Hash {
    std::uint64_t seed;
    std::size_t operator()(const KeyWords<n>& words) const { return hash_words(words, seed); }
  };

  SlotIndex find_or_start(const PacketView& packet, std::uint32_t identification, WallTime now);
  bool place(Datagram& datagram, std::uint32_t start, ByteView bytes, bool v6);
  void grow(Datagram& datagram, std::size_t bytes);
  void clear(Datagram& datagram);
  void erase(SlotIndex index);
  void make_room(SlotIndex newest);

  const FragmentOptions options_;
  Counters& counters_;
  Slots<Datagram> slots_;
  SlotList<Datagram, &Datagram::age> ages_;
  std::unordered_map<KeyWords<6>, SlotIndex, Hash<6>> index_;
  std::unordered_map<KeyWords<3>, Source, Hash<3>> sources_;  // one for each source that has a datagram
  std::size_t bytes_ = 0;
  std::vector<std::uint8_t> joined_;
};

}  // namespace cordon::net
