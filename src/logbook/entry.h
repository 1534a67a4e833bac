// SPDX-License-Identifier: Apache-2.0
// What an entry of the logbook is, its bounds, and the bytes its hash covers (docs/LOGBOOK.md is the same for
// outsiders). Not here: where entries are kept (logbook.h), what their bodies mean (nobody in this folder knows).
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/id.h"
#include "base/result.h"
#include "base/time.h"

namespace cordon::logbook {

inline constexpr std::size_t box_bytes_max = 64;
inline constexpr std::size_t kind_bytes_max = 64;
inline constexpr std::size_t body_bytes_max = std::size_t{1} << 20U;
inline constexpr std::size_t batch_entries_max = 4096;
inline constexpr std::size_t batch_bytes_max = std::size_t{16} << 20U;  // sum of the bodies
inline constexpr std::size_t read_entries_max = 4096;
inline constexpr std::size_t read_bytes_max = std::size_t{16} << 20U;  // a read stops after the entry that passes it

/// Hash is SHA-256 (FIPS 180-4).
using Hash = std::array<std::uint8_t, 32>;

/// HybridTime is a hybrid logical clock's reading: the largest wall time seen so far, and a counter where that stood
/// still or went back. Ordered as a pair. Source: Kulkarni et al., "Logical Physical Clocks", OPODIS 2014.
struct HybridTime {
  std::int64_t micros = 0;  // since 1970 UTC
  std::uint32_t counter = 0;
  friend auto operator<=>(const HybridTime&, const HybridTime&) = default;
};

/// tick gives the next reading after `last` at wall time `now`; always later than `last`, whatever `now` is. This is
/// the paper's rule for a local event.
HybridTime tick(HybridTime last, WallTime now);

/// Draft is an entry as the caller hands it in.
struct Draft {
  std::string kind;           // 1 to 64 of a-z 0-9 . _ -
  std::uint16_t version = 1;  // of the body's schema
  WallTime time;              // of the fact, not of the writing
  std::string body;           // JSON text by convention, opaque here; up to 1 MiB
};

/// Entry is one fact as it stands in the book. Its identity is (box, epoch, sequence).
struct Entry {
  std::uint64_t epoch = 0;  // which opening of the book wrote it, from 1
  Sequence sequence;        // 1, 2, 3 … over the life of the box
  HybridTime hlc;
  WallTime time;
  std::string kind;
  std::uint16_t version = 0;
  std::string body;
  Hash previous{};  // hash of the entry before, or first_previous(box)
  Hash hash{};

  friend bool operator==(const Entry&, const Entry&) = default;
};

/// box_name_ok and kind_ok say whether a name has 1 to 64 of a-z 0-9 . _ - (a box may also have A-Z).
bool box_name_ok(std::string_view box);
bool kind_ok(std::string_view kind);

/// encode_entry gives the canonical bytes that an entry's hash covers: everything in it but `hash`, and the box.
/// Written into `out` in place of what it held, so that one buffer serves many entries.
void encode_entry(std::string_view box, const Entry& entry, std::vector<std::uint8_t>& out);

Hash sha256(ByteView in);
/// entry_hash is SHA-256 over encode_entry.
Hash entry_hash(std::string_view box, const Entry& entry);

/// first_previous is what the first entry of a box names as its previous hash.
Hash first_previous(std::string_view box);

/// to_hex gives lower-case hexadecimal; from_hex is its inverse for exactly out.size() bytes.
std::string to_hex(ByteView in);
bool from_hex(std::string_view text, std::span<std::uint8_t> out);

}  // namespace cordon::logbook
