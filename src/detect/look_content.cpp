// SPDX-License-Identifier: Apache-2.0
// What the new bytes look like. χ² of the byte histogram tells ciphertext from compressed data only when enough bytes
// were summed: under 310.5 (p > 0.01 for 255 degrees of freedom) fall 100 % of random 64 KiB, 4 % of gzip, none of zip,
// deflate and bzip2; but of 4 KiB of gzip 84 %. So the word says how many bytes stand behind it.
//   random       under the bound over ≥ 64 KiB
//   random_some  under it over 16 … 64 KiB
//   random_hint  under it over 4 … 16 KiB
//   compressed   near uniform, but not random
//   plain        structured binary
//   text         printable
//   encoded      printable with a flat alphabet (base64 and its kin)
//   text_lost    printable before, not now, and too little to measure
//   short        under 4 KiB, not printable
#include <fmt/format.h>
#include <cmath>

#include "detect/look.h"

namespace cordon::detect {

namespace {

constexpr double chi_squared_random_max = 310.5;
constexpr std::uint64_t settled_bytes = 64 * 1024;
constexpr std::uint64_t some_bytes = 16 * 1024;
constexpr std::uint64_t hint_bytes = 4 * 1024;
// Of printable ASCII; French text in UTF-8 has 94 % and more.
constexpr double text_share_min = 0.88;
constexpr double not_text_share_max = 0.70;  // random bytes are printable to about 0.4
// χ²/n is about 2·ln 2·(8 − H) for an entropy of H bits: 0.35 is H = 7.75.
constexpr double compressed_excess_max = 0.35;
// 64 equally frequent letters give χ²/n = 256/64 − 1 = 3; prose has 10 and more.
constexpr double encoded_excess_min = 2.7;
constexpr double encoded_excess_max = 3.4;
constexpr std::uint64_t encoded_bytes_min = 1024;

}  // namespace

Finding look_content(const event::FileActivity& a, const ClientMemory&) {
  const auto n = a.after.chi_squared_bytes;
  const double chi = a.after.chi_squared;
  if (n == 0 || !std::isfinite(chi) || chi < 0 || !std::isfinite(a.after.text_share)) return {};
  const double per_byte = (chi - 255) / static_cast<double>(n);
  const auto measured = [&] { return fmt::format("χ² {:.0f} over {} bytes", chi, n); };

  if (a.after.text_share >= text_share_min) {
    const bool flat = n >= encoded_bytes_min && per_byte > encoded_excess_min && per_byte < encoded_excess_max;
    return flat ? Finding{"encoded", measured()} : Finding{"text", "printable"};
  }
  const bool random = chi < chi_squared_random_max;
  if (random && n >= settled_bytes) return {"random", measured()};
  const bool was_text = a.before.chi_squared_bytes > 0 && a.before.text_share >= text_share_min;
  if (was_text && a.after.text_share <= not_text_share_max) return {"text_lost", "printable before, not now"};
  if (n < hint_bytes) return {"short", measured()};
  if (random) return n >= some_bytes ? Finding{"random_some", measured()} : Finding{"random_hint", measured()};
  return per_byte < compressed_excess_max ? Finding{"compressed", measured()} : Finding{"plain", measured()};
}

}  // namespace cordon::detect
