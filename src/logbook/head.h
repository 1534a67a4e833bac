// SPDX-License-Identifier: Apache-2.0
// The head of a book: its last entry's identity and hash, as a seal signs it, as heads.jsonl keeps it, as paper shows
// it. Not here: who holds the key (src/seal).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "logbook/entry.h"

namespace cordon::logbook {

inline constexpr std::size_t head_line_bytes_max =
    512;  // box 64 + hash 64 + signature 128 + three numbers of 20 + keys 70

using PublicKey = std::array<std::uint8_t, 32>;  // Ed25519, RFC 8032
using Signature = std::array<std::uint8_t, 64>;

struct Head {
  std::string box;
  std::uint64_t epoch = 0;
  Sequence sequence;
  Hash hash{};
  friend bool operator==(const Head&, const Head&) = default;
};

struct SignedHead {
  Head head;
  WallTime sealed_at;  // by the seal's own clock
  Signature signature{};
  friend bool operator==(const SignedHead&, const SignedHead&) = default;
};

/// signed_bytes gives the canonical bytes that a seal signs.
std::vector<std::uint8_t> signed_bytes(const Head& head, WallTime sealed_at);
/// signature_ok checks the signature of a head under a public key.
bool signature_ok(const SignedHead& head, const PublicKey& key);

/// head_line writes a signed head as one line of JSON, without the line's end; parse_head_line reads exactly that form
/// (same keys, same order, no spaces) and fails with `malformed` and the offset otherwise.
std::string head_line(const SignedHead& head);
Result<SignedHead> parse_head_line(std::string_view line);

/// paper_form is a head on one printable line: box/epoch/sequence and the hash in 16 groups of four digits.
/// parse_paper_form reads it back (`malformed` otherwise), so that a printed head can be typed in.
std::string paper_form(const Head& head);
Result<Head> parse_paper_form(std::string_view text);

/// read_public_key reads a seal's seal.pub: 64 hexadecimal digits. Fails with `io` or `malformed`.
Result<PublicKey> read_public_key(const std::string& path);

}  // namespace cordon::logbook
