// SPDX-License-Identifier: Apache-2.0
#include "logbook/entry.h"

#include <sodium/crypto_hash_sha256.h>

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace cordon::logbook {

namespace {

using namespace std::string_view_literals;

// Domain separation: no hash made for one purpose can be passed off as one made for another. The NUL ends each.
constexpr std::string_view entry_domain = "cordon logbook entry 1\0"sv;
constexpr std::string_view box_domain = "cordon logbook box 1\0"sv;

bool name_ok(std::string_view name, std::size_t bytes_max, bool upper) {
  if (name.empty() || name.size() > bytes_max) return false;
  return std::all_of(name.begin(), name.end(), [upper](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-' ||
           (upper && c >= 'A' && c <= 'Z');
  });
}

/// Pen writes onto bytes that are as many as will be written.
struct Pen {
  std::uint8_t* at;
  void bytes(ByteView in) { at = std::copy(in.begin(), in.end(), at); }
  void number(std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i) *at++ = static_cast<std::uint8_t>(value >> (8 * i));
  }
};

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

}  // namespace

HybridTime tick(HybridTime last, WallTime now) {
  const std::int64_t micros = now.time_since_epoch().count();
  if (micros > last.micros) return {micros, 0};
  if (last.counter == std::numeric_limits<std::uint32_t>::max()) return {last.micros + 1, 0};
  return {last.micros, last.counter + 1};
}

bool box_name_ok(std::string_view box) {
  return name_ok(box, box_bytes_max, true);
}

bool kind_ok(std::string_view kind) {
  return name_ok(kind, kind_bytes_max, false);
}

void encode_entry(std::string_view box, const Entry& entry, std::vector<std::uint8_t>& out) {
  constexpr std::size_t numbers_bytes = 2 + 8 + 8 + 8 + 4 + 8 + 2 + 2 + 4;
  out.resize(entry_domain.size() + entry.previous.size() + numbers_bytes + box.size() + entry.kind.size() +
             entry.body.size());
  Pen to{out.data()};
  to.bytes(as_bytes(entry_domain));
  to.bytes(entry.previous);
  to.number(box.size(), 2);
  to.bytes(as_bytes(box));
  to.number(entry.epoch, 8);
  to.number(entry.sequence.value, 8);
  to.number(static_cast<std::uint64_t>(entry.hlc.micros), 8);
  to.number(entry.hlc.counter, 4);
  to.number(static_cast<std::uint64_t>(entry.time.time_since_epoch().count()), 8);
  to.number(entry.kind.size(), 2);
  to.bytes(as_bytes(entry.kind));
  to.number(entry.version, 2);
  to.number(entry.body.size(), 4);
  to.bytes(as_bytes(entry.body));
  CORDON_CHECK(to.at == out.data() + out.size());
}

Hash sha256(ByteView in) {
  Hash hash;
  crypto_hash_sha256(hash.data(), in.data(), in.size());
  return hash;
}

Hash entry_hash(std::string_view box, const Entry& entry) {
  std::vector<std::uint8_t> bytes;
  encode_entry(box, entry, bytes);
  return sha256(bytes);
}

Hash first_previous(std::string_view box) {
  std::string bytes(box_domain);
  bytes += static_cast<char>(box.size() & 0xffU);
  bytes += static_cast<char>(box.size() >> 8U);
  bytes += box;
  return sha256(as_bytes(bytes));
}

std::string to_hex(ByteView in) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(in.size() * 2);
  for (const std::uint8_t b : in) {
    out += digits[b >> 4U];
    out += digits[b & 15U];
  }
  return out;
}

bool from_hex(std::string_view text, std::span<std::uint8_t> out) {
  if (text.size() != out.size() * 2) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = hex_value(text[i * 2]);
    const int low = hex_value(text[i * 2 + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

}  // namespace cordon::logbook
