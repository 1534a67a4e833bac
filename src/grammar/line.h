// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// Line splits one line of the grammar into words and key=value fields and remembers the first complaint. For this
// folder's own parsers only.
#pragma once

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "grammar/request.h"

namespace cordon::grammar {

constexpr std::size_t words_max = 10;  // config has most: verb, id and eight fields

/// Word is a part of a line that the caller keeps alive; `column` counts from 1.
struct Word {
  std::string_view text;
  std::size_t column = 0;
};

class Line {
 public:
  explicit Line(std::string_view line) { split(line); }

  bool good() const { return !complaint_; }
  Complaint complaint() const { return complaint_.value_or(Complaint{}); }
  /// complain keeps the first complaint only.
  void complain(std::size_t column, std::string_view text, Code code = Code::malformed) {
    if (!complaint_) complaint_ = Complaint{"-", code, column, text};
  }

  /// next takes the next word by place; a complaint and an empty word if there is none.
  Word next(std::string_view missing) {
    if (taken_ >= count_) {
      complain(end_column(), missing);
      return {};
    }
    return words_[taken_++];
  }

  /// field takes the value of `key=…` among the words left.
  std::optional<Word> field(std::string_view key) {
    for (std::size_t i = taken_; i < count_; ++i) {
      const std::string_view text = words_[i].text;
      if (text.size() <= key.size() || !text.starts_with(key) || text[key.size()] != '=') continue;
      const Word value{text.substr(key.size() + 1), words_[i].column + key.size() + 1};
      std::copy(words_.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                words_.begin() + static_cast<std::ptrdiff_t>(count_), words_.begin() + static_cast<std::ptrdiff_t>(i));
      --count_;
      return value;
    }
    return std::nullopt;
  }
  Word needed(std::string_view key, std::string_view missing) {
    if (const auto value = field(key)) return *value;
    complain(end_column(), missing);
    return {};
  }
  std::uint64_t number(const Word& word, std::uint64_t max, std::string_view what) {
    const auto value = parse_number(word.text, max);
    if (!value) complain(word.column, what);
    return value.value_or(0);
  }
  /// list reads a comma-joined list of at most `max` different values; `accept` may refuse one by a text.
  template <class T, class Accept>
  std::vector<T> list(std::string_view key, std::size_t max, std::string_view what, Accept accept) {
    std::vector<T> out;
    const auto field_word = field(key);
    if (!field_word) return out;
    for (std::size_t begin = 0; good() && begin <= field_word->text.size();) {
      const std::size_t end = std::min(field_word->text.find(',', begin), field_word->text.size());
      const std::size_t column = field_word->column + begin;
      const auto value = T::parse(field_word->text.substr(begin, end - begin));
      if (!value) {
        complain(column, what);
      } else if (const std::string_view refusal = accept(*value); !refusal.empty()) {
        complain(column, refusal);
      } else if (out.size() == max) {
        complain(column, "too many in one list", Code::limit);
      } else if (std::find(out.begin(), out.end(), *value) != out.end()) {
        complain(column, "named twice");
      } else {
        out.push_back(*value);
      }
      begin = end + 1;
    }
    return out;
  }
  /// finish complains about a word that nobody took.
  void finish() {
    if (taken_ < count_) complain(words_[taken_].column, "unknown, repeated or misplaced field");
  }

 private:
  void split(std::string_view line) {
    if (line.size() > line_bytes_max) return complain(line_bytes_max + 1, "the line is too long", Code::limit);
    const auto odd = std::find_if(line.begin(), line.end(), [](char c) { return c < ' ' || c > '~'; });
    if (odd != line.end()) {
      return complain(static_cast<std::size_t>(odd - line.begin()) + 1, "only printable ASCII is read");
    }
    for (std::size_t begin = 0; begin <= line.size();) {
      const std::size_t end = std::min(line.find(' ', begin), line.size());
      if (end == begin) return complain(begin + 1, "a word is missing");
      if (count_ == words_max) return complain(begin + 1, "too many words");
      words_[count_++] = {line.substr(begin, end - begin), begin + 1};
      begin = end + 1;
    }
  }

  std::size_t end_column() const {
    return count_ == 0 ? 1 : words_[count_ - 1].column + words_[count_ - 1].text.size();
  }

  std::array<Word, words_max> words_{};
  std::size_t count_ = 0;
  std::size_t taken_ = 0;
  std::optional<Complaint> complaint_;
};

}  // namespace cordon::grammar
