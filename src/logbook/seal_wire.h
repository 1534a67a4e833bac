// SPDX-License-Identifier: Apache-2.0
// What a logbook's writer and cordon-seal say to each other: a u32 little-endian length, then that many bytes.
// Request: u8 1, u16 length of the box, the box, u64 epoch, u64 sequence, hash[32].
// Answer: u8 SealStatus, i64 sealed_at in µs, u64 last sequence signed for that box, signature[64]. All little-endian.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "logbook/head.h"

namespace cordon::logbook {

inline constexpr std::size_t seal_frame_bytes_max = 4096;

enum class SealStatus : std::uint8_t {
  signed_head = 0,
  older = 1,       // a later entry of this box was signed before
  other_hash = 2,  // this very entry was signed with another hash, or its epoch fell
  not_you = 3,     // this user may not ask
  malformed = 4,   // no request that a seal understands
  too_many = 5,    // no room for another box
  disk = 6,        // the head could not be kept, so it was not signed
};

struct SealAnswer {
  SealStatus status = SealStatus::malformed;
  WallTime sealed_at;
  Sequence last;
  Signature signature{};
  friend bool operator==(const SealAnswer&, const SealAnswer&) = default;
};

/// encode_* give a whole frame with its length; decode_* read what follows the length and fail with `truncated` or
/// `malformed` and the offset.
std::vector<std::uint8_t> encode_seal_request(const Head& head);
Result<Head> decode_seal_request(ByteView in);
std::vector<std::uint8_t> encode_seal_answer(const SealAnswer& answer);
Result<SealAnswer> decode_seal_answer(ByteView in);

}  // namespace cordon::logbook
