// SPDX-License-Identifier: Apache-2.0
#include "estate/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/text.h"

namespace cordon::estate {

namespace {

// separator_of gives the candidate that stands most often outside quotes in the header.
char separator_of(std::string_view line) {
  constexpr std::array<char, 3> candidates{';', ',', '\t'};
  std::array<std::size_t, 3> counts{};
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') quoted = !quoted;
    const auto found = std::ranges::find(candidates, c);
    if (!quoted && found != candidates.end()) ++counts[static_cast<std::size_t>(found - candidates.begin())];
  }
  return candidates[static_cast<std::size_t>(std::ranges::max_element(counts) - counts.begin())];
}

bool all_empty(std::span<const std::string> fields) {
  return std::ranges::all_of(fields, &std::string::empty);
}

class Parser {
 public:
  Parser(std::string_view text, const CsvOptions& options)
      : left_(text), options_(options), line_end_(text.find('\n') == std::string_view::npos ? '\r' : '\n') {}

  Csv parse() {
    if (left_.starts_with("sep=") && left_.size() > 4) {  // what Excel writes to itself
      out_.separator = left_[4];
      separator_known_ = true;
      (void)line();
    }
    while (!left_.empty()) {
      const std::string_view peek = trimmed(left_.substr(0, left_.find_first_of("\r\n")));
      if (peek.empty() || (options_.comments && peek.front() == '#')) {
        (void)line();
        continue;
      }
      const bool is_header = out_.header.empty();
      if (is_header && !separator_known_) out_.separator = separator_of(peek);
      if (!row(is_header)) break;
    }
    return std::move(out_);
  }

 private:
  // line takes one line, without its end, from what is left.
  std::string_view line() {
    const std::size_t end = left_.find(line_end_);
    std::string_view out = left_.substr(0, end);
    left_.remove_prefix(end == std::string_view::npos ? left_.size() : end + 1);
    ++line_;
    if (out.ends_with('\r')) out.remove_suffix(1);
    return out;
  }

  void complain(std::uint32_t at, std::string text) { out_.problems.push_back({at, std::move(text)}); }

  bool row(bool is_header) {
    CsvRow row;
    std::string_view rest = line();
    row.line = line_;
    for (bool more = true; more;) more = field(rest, row);
    if (is_header) {
      out_.header_line = row.line;
      out_.header = std::move(row.fields);
      return true;
    }
    if (row.whole && all_empty(row.fields)) return true;
    if (out_.rows.size() >= options_.rows_max) {
      complain(row.line, fmt::format("more than {} rows; what follows is not read", options_.rows_max));
      return false;
    }
    const std::size_t given = row.fields.size();
    if (given < out_.header.size() && all_empty(std::span(out_.header).subspan(given))) {
      row.fields.resize(out_.header.size());
    }
    if (row.whole && row.fields.size() != out_.header.size()) {
      row.whole = false;
      complain(row.line, fmt::format("{} fields, but the header at line {} names {}; separate by '{}' and put a field "
                                     "that holds one in double quotes",
                                     row.fields.size(), out_.header_line, out_.header.size(), out_.separator));
    }
    out_.rows.push_back(std::move(row));
    return true;
  }

  // field takes one field from the line; true when a separator follows it.
  bool field(std::string_view& rest, CsvRow& row) {
    if (row.fields.size() >= options_.columns_max) {
      spoil(row, fmt::format("more than {} fields", options_.columns_max));
      return false;
    }
    std::string_view start = rest;
    while (!start.empty() && start.front() == ' ' && out_.separator != ' ') start.remove_prefix(1);
    std::string value;
    if (start.starts_with('"')) {
      rest = start.substr(1);
      if (!quoted(rest, row, value)) return false;
    } else {
      const std::size_t end = std::min(rest.find(out_.separator), rest.size());
      value = trimmed(rest.substr(0, end));
      rest.remove_prefix(end);
    }
    if (value.size() > options_.field_bytes_max) {
      spoil(row, fmt::format("a field of {} bytes; at most {}", value.size(), options_.field_bytes_max));
      return false;
    }
    row.fields.push_back(std::move(value));
    if (rest.empty()) return false;
    rest.remove_prefix(1);
    return true;
  }

  // quoted reads on behind an opening quote to the end of the field.
  bool quoted(std::string_view& rest, CsvRow& row, std::string& value) {
    const std::uint32_t opened = line_;
    for (;;) {
      const std::size_t end = rest.find('"');
      value += rest.substr(0, end);
      if (end == std::string_view::npos) {
        if (options_.lines_in_quotes && !left_.empty() && value.size() <= options_.field_bytes_max) {
          value += '\n';
          rest = line();
          continue;
        }
        spoil(row, fmt::format("a quote opened at line {} is not closed; write a quote inside a field twice", opened));
        return false;
      }
      rest.remove_prefix(end + 1);
      if (!rest.starts_with('"')) break;
      value += '"';
      rest.remove_prefix(1);
    }
    while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
    if (!rest.empty() && rest.front() != out_.separator) {
      spoil(row, "text behind a closing quote; write a quote inside a field twice");
      return false;
    }
    return true;
  }

  void spoil(CsvRow& row, std::string text) {
    row.whole = false;
    complain(row.line, std::move(text));
  }

  std::string_view left_;
  const CsvOptions& options_;
  char line_end_;  // old Macintosh files, which spreadsheets still offer, have none but CR
  Csv out_;
  std::uint32_t line_ = 0;
  bool separator_known_ = false;
};

}  // namespace

Csv parse_csv(std::string_view text, const CsvOptions& options) {
  return Parser(text, options).parse();
}

bool reads_as_formula(std::string_view text) {
  if (text.starts_with('=') || text.starts_with('@')) return true;
  return text.size() > 1 && (text.starts_with('+') || text.starts_with('-'));
}

std::string csv_field(std::string_view text) {
  const bool plain = text.find_first_of(",;\t\"\r\n") == std::string_view::npos && !text.starts_with('#') &&
                     trimmed(text).size() == text.size();
  if (plain) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace cordon::estate
