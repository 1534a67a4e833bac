// SPDX-License-Identifier: Apache-2.0
// Settings: how a TOML file that people write is read and described. A file's table of Setting<C> holds each key with
// its default, unit, bounds and meaning; what is not in it is an error that names its line. For config.cpp and
// station_config.cpp alone.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "estate/estate.h"
#include "estate/toml.h"

namespace cordon::app {

constexpr std::size_t setting_bytes_max = 4096;
constexpr std::size_t setting_items_max = 1024;

/// Setting is one key of a table that fills in a C.
template <class C>
struct Setting {
  using Text = std::string C::*;
  using Number = std::int64_t C::*;
  using Real = double C::*;
  using Flag = bool C::*;
  using List = std::vector<std::string> C::*;

  std::string_view section;  // empty: top of the file
  std::string_view key;
  std::variant<Text, Number, Real, Flag, List> member;
  double min = 0;
  double max = 0;
  std::string_view words;  // the texts allowed, joined by '|'; empty: any
  std::string_view meaning;
};

struct Complaint {
  std::vector<estate::Problem>& problems;
  const std::string& file;
  void operator()(const toml::source_region& where, std::string text) const {
    problems.push_back({file, where.begin.line, std::move(text)});
  }
};

/// place_in gives where a key of a section stands (empty: the top of the file), of a list the last item of this text;
/// where the file has none, the section's head, or the file's.
const toml::source_region& place_in(const toml::table& root, std::string_view section, std::string_view key,
                                    std::string_view item = {});

/// in_line_order puts what is wrong with each file together, line by line; files keep the order of their first mistake.
void in_line_order(std::vector<estate::Problem>& problems);

/// allowed tells whether `text` is one of `words`, which are joined by '|'; no words: any.
bool allowed(std::string_view words, std::string_view text);
/// in_quotes writes a text as TOML has it.
std::string in_quotes(std::string_view text);
/// read_settings_file gives the bytes of a file of at most 16 MiB; false when it cannot be read.
bool read_settings_file(const std::string& path, std::string& out);
/// digest_of gives the SHA-256 of a text in hexadecimal.
std::string digest_of(std::string_view text);

template <class C>
void read_text(const Setting<C>& s, const toml::node& node, std::string& out, const Complaint& complain) {
  const auto value = node.value<std::string>();
  if (!node.is_string() || !value || value->size() > setting_bytes_max || (s.min > 0 && value->empty())) {
    complain(node.source(), fmt::format("'{}' must be a text in quotes", s.key));
  } else if (!allowed(s.words, *value)) {
    complain(node.source(), fmt::format("'{}' is '{}'; it can be {}", s.key, *value, s.words));
  } else {
    out = *value;
  }
}

template <class C, class T>
void read_number(const Setting<C>& s, const toml::node& node, T& out, const Complaint& complain) {
  const auto value = node.value<T>();
  if (!node.is_number() || !value || !(static_cast<double>(*value) >= s.min && static_cast<double>(*value) <= s.max)) {
    complain(node.source(), fmt::format("'{}' must be a number from {} to {}", s.key, s.min, s.max));
  } else {
    out = *value;
  }
}

/// A list may be one text alone.
template <class C>
void read_list(const Setting<C>& s, const toml::node& node, std::vector<std::string>& out, const Complaint& complain) {
  const toml::array* list = node.as_array();
  if (!node.is_string() && (list == nullptr || list->size() > setting_items_max || (s.min > 0 && list->empty()))) {
    complain(node.source(),
             fmt::format("'{}' must be a list of {} to {} texts", s.key, s.min > 0 ? 1 : 0, setting_items_max));
    return;
  }
  out.clear();
  const auto read_item = [&](const toml::node& item) {
    const auto text = item.value<std::string>();
    if (!item.is_string() || !text || text->size() > setting_bytes_max) {
      complain(item.source(), fmt::format("'{}' may hold texts in quotes only", s.key));
    } else if (!allowed(s.words, *text)) {
      complain(item.source(), fmt::format("'{}' is '{}'; it can be {}", s.key, *text, s.words));
    } else {
      out.push_back(*text);
    }
  };
  if (list == nullptr) return read_item(node);
  for (const toml::node& item : *list) read_item(item);
}

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

template <class C>
void read_setting(const Setting<C>& s, const toml::node& node, C& out, const Complaint& complain) {
  std::visit(Overloaded{
                 [&](typename Setting<C>::Text m) { read_text(s, node, out.*m, complain); },
                 [&](typename Setting<C>::Number m) { read_number(s, node, out.*m, complain); },
                 [&](typename Setting<C>::Real m) { read_number(s, node, out.*m, complain); },
                 [&](typename Setting<C>::Flag m) {
                   if (node.is_boolean()) {
                     out.*m = node.value_or(false);
                   } else {
                     complain(node.source(), fmt::format("'{}' must be true or false", s.key));
                   }
                 },
                 [&](typename Setting<C>::List m) { read_list(s, node, out.*m, complain); },
             },
             s.member);
}

/// read_key takes one key of a table, which is called `name` in what is said about it.
template <class C>
void read_key(std::span<const Setting<C>> known, std::string_view section, std::string_view name, const toml::key& key,
              const toml::node& node, C& out, const Complaint& complain) {
  const auto found =
      std::ranges::find_if(known, [&](const Setting<C>& s) { return s.section == section && s.key == key.str(); });
  if (found != known.end()) return read_setting(*found, node, out, complain);
  std::string keys;
  for (const Setting<C>& s : known) {
    if (s.section == section) keys += (keys.empty() ? "" : ", ") + std::string(s.key);
  }
  complain(key.source(), fmt::format("unknown key '{}'{}; known here: {}", key.str(),
                                     name.empty() ? "" : fmt::format(" in [{}]", name), keys));
}

/// read_tables reads every key of a file, section by section. `other` takes a top-level table that has rules of its
/// own; it gives false for one that is not its.
template <class C, class Other>
void read_tables(std::span<const Setting<C>> known, const toml::table& root, C& out, const Complaint& complain,
                 Other other) {
  for (const auto& [key, node] : root) {
    const toml::table* table = node.as_table();
    if (table != nullptr && other(key, *table)) continue;
    if (table != nullptr && std::ranges::any_of(known, [&](const auto& s) { return s.section == key.str(); })) {
      for (const auto& [inner, value] : *table) {
        read_key<C>(known, key.str(), key.str(), inner, value, out, complain);
      }
      continue;
    }
    read_key<C>(known, "", "", key, node, out, complain);
  }
}

template <class C>
std::string value_text(const Setting<C>& s, const C& c) {
  return std::visit(Overloaded{
                        [&](typename Setting<C>::Text m) { return in_quotes(c.*m); },
                        [&](typename Setting<C>::Number m) { return fmt::format("{}", c.*m); },
                        [&](typename Setting<C>::Real m) { return fmt::format("{:.1f}", c.*m); },
                        [&](typename Setting<C>::Flag m) { return std::string(c.*m ? "true" : "false"); },
                        [&](typename Setting<C>::List m) {
                          std::string out = "[";
                          for (const std::string& item : c.*m) out += (out.size() > 1 ? ", " : "") + in_quotes(item);
                          return out + "]";
                        },
                    },
                    s.member);
}

/// describe writes every setting with its value, bounds and meaning, as TOML that reads back the same.
template <class C>
void describe(std::span<const Setting<C>> known, const C& config, std::string& out) {
  std::string_view section;
  for (const Setting<C>& s : known) {
    if (s.section != section) out += fmt::format("\n[{}]\n", s.section);
    section = s.section;
    std::string bounds;
    if (!s.words.empty()) bounds = fmt::format(" ({})", s.words);
    if (std::holds_alternative<typename Setting<C>::Number>(s.member) ||
        std::holds_alternative<typename Setting<C>::Real>(s.member)) {
      bounds = fmt::format(" ({} to {})", s.min, s.max);
    }
    out += fmt::format("# {}{}\n{} = {}\n", s.meaning, bounds, s.key, value_text(s, config));
  }
}

}  // namespace cordon::app
