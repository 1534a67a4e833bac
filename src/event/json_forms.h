// SPDX-License-Identifier: Apache-2.0
// What the JSON forms of the vocabulary have in common: base types, enumerations as words, variants by their "type".
// For json.cpp and bedside_json.cpp alone.
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

#include "base/address.h"
#include "base/id.h"
#include "base/result.h"
#include "base/time.h"

namespace nlohmann {

template <>
struct adl_serializer<cordon::WallTime> {
  static void to_json(json& j, const cordon::WallTime& t) { j = cordon::seconds_of(t); }
  static void from_json(const json& j, cordon::WallTime& t) { t = cordon::wall_time_of(j.get<double>()); }
};
template <>
struct adl_serializer<cordon::Mac> {
  static void to_json(json& j, const cordon::Mac& m) { j = m.text(); }
  static void from_json(const json& j, cordon::Mac& m) {
    const auto parsed = cordon::Mac::parse(j.get_ref<const std::string&>());
    if (!parsed) throw std::invalid_argument("MAC address");
    m = *parsed;
  }
};
template <>
struct adl_serializer<cordon::IpAddress> {
  static void to_json(json& j, const cordon::IpAddress& a) { j = a.text(); }
  static void from_json(const json& j, cordon::IpAddress& a) {
    const auto parsed = cordon::IpAddress::parse(j.get_ref<const std::string&>());
    if (!parsed) throw std::invalid_argument("IP address");
    a = *parsed;
  }
};
template <class T>
struct adl_serializer<std::optional<T>> {
  static void to_json(json& j, const std::optional<T>& v) { j = v ? json(*v) : json(nullptr); }
  static void from_json(const json& j, std::optional<T>& v) {
    v = j.is_null() ? std::nullopt : std::optional<T>(j.get<T>());
  }
};
template <class Tag>
struct adl_serializer<cordon::Id<Tag>> {
  static void to_json(json& j, const cordon::Id<Tag>& id) { j = id.value; }
  static void from_json(const json& j, cordon::Id<Tag>& id) { id.value = j.get<std::uint64_t>(); }
};

}  // namespace nlohmann

namespace cordon::event {

using nlohmann::json;

/// Words<E>::list names the values of an enumeration, in their order.
template <class E>
struct Words;

template <class E>
std::string_view word_of(E v) {
  return Words<E>::list.at(static_cast<std::size_t>(v));
}

template <class E>
Result<E> from_word(std::string_view text) {
  for (std::size_t i = 0; i < Words<E>::list.size(); ++i) {
    if (Words<E>::list[i] == text) return static_cast<E>(i);
  }
  return fail(ErrorCode::malformed, "word");
}

// nlohmann finds these by argument-dependent lookup.
template <class E>
requires requires {
  Words<E>::list;
}
void to_json(json& j, const E& v) {
  j = std::string(word_of(v));
}
template <class E>
requires requires {
  Words<E>::list;
}
void from_json(const json& j, E& v) {
  const auto parsed = from_word<E>(j.get_ref<const std::string&>());
  if (!parsed) throw std::invalid_argument("word");
  v = *parsed;
}

/// TypeWord<T>::value is the "type" of an alternative.
template <class T>
struct TypeWord;
#define CORDON_TYPE_WORD(T, text)                     \
  template <>                                         \
  struct TypeWord<T> {                                \
    static constexpr std::string_view value = (text); \
  }

template <class Variant>
std::string_view variant_type(const Variant& v) {
  return std::visit([](const auto& value) { return TypeWord<std::decay_t<decltype(value)>>::value; }, v);
}

// Foreign text is already UTF-8 where it was decoded; `replace` keeps a mistake of ours from ending the process.
inline std::string dump(const json& j) {
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

template <class Variant, std::size_t I = 0>
bool read_alternative(const json& j, std::string_view type, Variant& out) {
  if constexpr (I == std::variant_size_v<Variant>) {
    return false;
  } else {
    using T = std::variant_alternative_t<I, Variant>;
    if (TypeWord<T>::value == type) {
      out = j.get<T>();
      return true;
    }
    return read_alternative<Variant, I + 1>(j, type, out);
  }
}

}  // namespace cordon::event
