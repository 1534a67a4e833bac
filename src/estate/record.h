// SPDX-License-Identifier: Apache-2.0
// Record: one thing as it was written down, a [[table]] of TOML or a row of CSV, with the place of every value. Both
// come out alike, so that whoever reads a host does not care which file it stood in. Internal to estate.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "estate/estate.h"

namespace cordon::estate {

/// Place is a line in one of the files being read.
struct Place {
  std::uint16_t file = 0;  // into Complaints::files
  std::uint32_t line = 0;
};

/// Complaints collects what is wrong and what to look at, each up to a bound, and counts the rest.
class Complaints {
 public:
  Complaints(std::vector<std::string> files, std::size_t problems_max)
      : files_(std::move(files)), problems_max_(problems_max) {}

  void add(Place place, std::string text);
  void note(Place place, std::string text);
  /// where names a place for a sentence about another: "line 3", or "line 3 of hosts.csv" when that is another file.
  std::string where(Place there, Place here) const;
  bool any() const { return !problems_.empty(); }
  /// finish moves everything out, in order of file and line.
  void finish(Loaded& out);

 private:
  using Said = std::pair<Place, std::string>;
  void move_to(std::vector<Said>& from, std::size_t beyond, std::string_view what, std::vector<Problem>& to) const;

  std::vector<std::string> files_;
  std::size_t problems_max_;
  std::size_t problems_beyond_ = 0;
  std::size_t notices_beyond_ = 0;
  std::vector<Said> problems_;
  std::vector<Said> notices_;
};

/// Value as TOML typed it; CSV gives text alone. monostate is anything else (a date, a table).
using Value = std::variant<std::monostate, std::string, double, bool, std::vector<std::string>>;

struct Field {
  std::string key;
  Place place;
  Value value;
};

/// Record reads its own fields; what does not fit is said and read as absent. An empty CSV field is absent.
class Record {
 public:
  Record(Place place, std::string_view what, bool from_csv, bool quiet)
      : place_(place), what_(what), from_csv_(from_csv), quiet_(quiet) {}

  std::vector<Field> fields;

  Place place() const { return place_; }
  Place place(std::string_view key) const;
  std::string_view what() const { return what_; }  // "a [[host]]"
  const Field* get(std::string_view key) const;
  bool has(std::string_view key) const { return get(key) != nullptr; }
  bool is_text(std::string_view key) const { return has(key) && std::holds_alternative<std::string>(get(key)->value); }

  void complain(Complaints& to, std::string_view key, std::string text) const;

  struct Range {
    double min;
    double max;
  };
  std::string text(Complaints& to, std::string_view key) const;
  /// words is a text that is no name.
  std::string words(Complaints& to, std::string_view key) const;
  std::string required(Complaints& to, std::string_view key) const;
  /// list reads ["a", "b"], or "a | b" in CSV.
  std::vector<std::string> list(Complaints& to, std::string_view key) const;
  std::optional<double> number(Complaints& to, std::string_view key, Range range, std::string_view unit) const;
  /// whole is a number without a fraction: "2.575" is no port, whoever meant 2575 by it.
  std::optional<double> whole(Complaints& to, std::string_view key, Range range, std::string_view unit) const;
  bool flag(Complaints& to, std::string_view key, bool fallback) const;

 private:
  const std::string* text_at(Complaints& to, std::string_view key) const;
  std::string all_seen(Complaints& to, std::string_view key, std::string text) const;

  Place place_;
  std::string_view what_;
  bool from_csv_;
  bool quiet_;  // a row with a wrong number of fields was complained of already
};

constexpr std::size_t name_bytes_max = 128;

}  // namespace cordon::estate
