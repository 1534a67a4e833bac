// SPDX-License-Identifier: Apache-2.0
// Element: one XML element with its names resolved, bounded, read from a device's bytes and printed again. Not a
// general XML library: a DOCTYPE is refused, entities are the five of XML, comments and processing instructions are
// dropped.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "sdc/names.h"

namespace cordon::sdc {

constexpr std::size_t message_bytes_max = 2U << 20U;  // the largest MDIB seen has 94 kB (docs/PEERS.md)
constexpr std::size_t elements_max = 50'000;          // that MDIB has 1,900
constexpr std::size_t depth_max = 64;                 // that MDIB has 11
constexpr std::size_t attributes_max = 64;            // of one element; a state has 8
constexpr std::size_t name_bytes_max = 256;           // of a namespace and of a local part
constexpr std::size_t declarations_max = 4096;        // of prefixes in a document; that MDIB has 430
constexpr std::size_t names_in_value_max = 64;        // of a list of names, such as a device's types

struct Attribute {
  Name name;
  std::string value;
  friend bool operator==(const Attribute&, const Attribute&) = default;
};

/// Element owns its parts. `text` is all its character data joined, empty where it is blank. Where a value is a name
/// (xsi:type, the types of a device, the code of a fault) it stands as "{namespace}local", without braces where the
/// namespace is unknown.
struct Element {
  Name name;
  std::vector<Attribute> attributes;  // without xmlns
  std::vector<Element> children;
  std::string text;

  Element() = default;
  Element(std::string_view space, std::string_view local, std::string content = {});

  /// attribute gives the value of one without a namespace, or null; child the first child of that name, or null.
  const std::string* attribute(std::string_view local) const;
  const std::string* attribute(std::string_view space, std::string_view local) const;
  const Element* child(std::string_view space, std::string_view local) const;
  /// text_of gives a child's text, trimmed, or "".
  std::string text_of(std::string_view space, std::string_view local) const;
  /// set adds an attribute; add adds a child and gives it, valid until the next add.
  Element& set(std::string_view local, std::string value);
  Element& add(Element child);
  friend bool operator==(const Element&, const Element&) = default;
};

/// parse_xml reads one document. Bytes that are no UTF-8 become U+FFFD. Returns `limit` over a bound above,
/// `unsupported` for a DOCTYPE, `malformed` with the offset for what is not well formed or uses an undeclared prefix.
Result<Element> parse_xml(ByteView document);

/// print_xml writes a document in UTF-8 with every namespace declared at its root.
std::string print_xml(const Element& root);

/// local_of gives the local part of a value "{namespace}local".
std::string_view local_of(std::string_view name);
/// braced makes such a value.
std::string braced(std::string_view space, std::string_view local);
/// trimmed takes XML's blanks off both ends; words splits at them, at most `most`.
std::string_view trimmed(std::string_view text);
std::vector<std::string_view> words(std::string_view text, std::size_t most);
std::vector<std::string_view> words(std::string&& text, std::size_t most) = delete;  // its views would outlive it

}  // namespace cordon::sdc
