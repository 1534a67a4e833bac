// SPDX-License-Identifier: Apache-2.0
// Secrets: passphrases and their hashes (Argon2id), one-time codes, tokens, and what names and passphrases may be.
// Chance is handed in. libsodium's sodium_init must have been called.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace cordon::people {

constexpr std::size_t name_letters_min = 2;
constexpr std::size_t name_letters_max = 32;
constexpr std::size_t passphrase_letters_min = 12;  // NIST SP 800-63B 5.1.1.2 asks for 8; nobody types this one often
constexpr std::size_t passphrase_bytes_max = 512;   // a long sentence, also in four bytes a letter
constexpr std::size_t passphrase_distinct_min = 5;  // "aaaaaaaaaaaa" is no secret
constexpr std::size_t code_letters = 10;            // of 30: 49 bits, against guesses that each wait longer
constexpr std::size_t token_bytes = 32;             // 256 bits

/// Random fills a span with bytes that nobody can foretell.
using Random = std::function<void(std::span<std::uint8_t>)>;
/// system_random is the kernel's, through libsodium.
Random system_random();

/// HashCost is what one guess costs. The default is libsodium's "moderate": 256 MiB and three passes, under a second.
struct HashCost {
  unsigned long long passes = 3;
  std::size_t bytes = 268435456;
  /// lowest is for tests alone.
  static HashCost lowest() { return {1, 8192}; }
};

/// hash_of gives an Argon2id hash in its usual text form ($argon2id$v=19$…). `limit` when memory is short.
Result<std::string> hash_of(std::string_view secret, const HashCost& cost);
/// is_secret_of tells whether a hash is this secret's. It takes as long for a wrong one.
bool is_secret_of(std::string_view secret, const std::string& hash);

/// name_of folds what was typed to the form of the account: lower case, without blanks around.
std::string name_of(std::string_view typed);
/// name_ok: name_letters_min to name_letters_max of a-z 0-9 . _ - beginning with a letter.
bool name_ok(std::string_view name);

enum class PassphraseFault : std::uint8_t { none, short_, long_, not_text, name, monotone };
/// judge_passphrase: long enough, not the name, not one letter again and again. No rule about digits or signs.
PassphraseFault judge_passphrase(std::string_view passphrase, std::string_view name);
/// word of a fault, as the page looks it up.
std::string_view word(PassphraseFault fault);

/// make_code gives code_letters of an alphabet without 0 O 1 I L U, so that it can be read aloud.
std::string make_code(const Random& random);
/// show_code writes it in two halves: ABCDE-FGHJK.
std::string show_code(std::string_view code);
/// code_of folds what was typed (blanks, dashes, lower case) to the form of make_code; empty when it is none.
std::string code_of(std::string_view typed);

/// make_token gives token_bytes in hexadecimal.
std::string make_token(const Random& random);
/// number_of_random gives 64 bits in hexadecimal: a public number.
std::string make_number(const Random& random);
/// token_digest is what is kept of a token; the token cannot be had from it.
std::string token_digest(std::string_view token);
/// page_token_of gives the second token, which the page has to send with every wish: who can only make the browser send
/// its cookie does not know it.
std::string page_token_of(std::string_view token);
/// same compares without telling by its time where two texts differ.
bool same(std::string_view a, std::string_view b);

}  // namespace cordon::people
