// SPDX-License-Identifier: Apache-2.0
// Helpers of this folder's tests.
#pragma once

#include <rapidcheck.h>

#include <string_view>

#include "intellivue/message.h"

namespace cordon::intellivue::testing {

inline Bytes from_hex(std::string_view hex) {
  const auto digit = [](char c) { return static_cast<std::uint8_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10); };
  Bytes out;
  std::string digits;
  for (const char c : hex) {
    if (c != ' ' && c != '\n') digits += c;
  }
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    out.push_back(static_cast<std::uint8_t>(digit(digits[i]) << 4U | digit(digits[i + 1])));
  }
  return out;
}

template <class T>
T any() {
  return *rc::gen::arbitrary<T>();
}
inline Bytes any_bytes(int size_max = 40) {
  const auto size = *rc::gen::inRange<std::size_t>(0, static_cast<std::size_t>(size_max));
  return *rc::gen::container<Bytes>(size, rc::gen::arbitrary<std::uint8_t>());
}
template <class T, class Make>
std::vector<T> some(const Make& make) {
  std::vector<T> out(*rc::gen::inRange<std::size_t>(0, 5));
  for (T& value : out) value = make();
  return out;
}
inline ManagedObject any_object() {
  return {any<std::uint16_t>(), any<std::uint16_t>(), any<std::uint16_t>()};
}
inline Attributes any_attributes() {
  return some<Attribute>([] { return Attribute{any<std::uint16_t>(), any_bytes()}; });
}

}  // namespace cordon::intellivue::testing
