// SPDX-License-Identifier: Apache-2.0
#include "estate/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"
#include "estate/text.h"

namespace cordon::estate {

namespace {

// number_of reads 12, 0.5 and 0,5: who writes semicolons writes decimal commas.
std::optional<double> number_of(std::string text) {
  std::ranges::replace(text, ',', '.');
  double out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

bool is_name_long(std::string_view text) {
  return !text.empty() && text.size() <= name_bytes_max && is_utf8(text);
}

}  // namespace

void Complaints::add(Place place, std::string text) {
  if (problems_.size() < problems_max_) {
    problems_.emplace_back(place, std::move(text));
  } else {
    ++problems_beyond_;
  }
}

void Complaints::note(Place place, std::string text) {
  if (notices_.size() < problems_max_) {
    notices_.emplace_back(place, std::move(text));
  } else {
    ++notices_beyond_;
  }
}

std::string Complaints::where(Place there, Place here) const {
  if (there.file == here.file) return fmt::format("line {}", there.line);
  return fmt::format("line {} of {}", there.line, files_[there.file]);
}

void Complaints::move_to(std::vector<Said>& from, std::size_t beyond, std::string_view what,
                         std::vector<Problem>& to) const {
  const Place last = from.empty() ? Place{} : from.back().first;
  std::ranges::stable_sort(from, [](const Said& a, const Said& b) {
    return std::pair(a.first.file, a.first.line) < std::pair(b.first.file, b.first.line);
  });
  for (auto& [place, text] : from) to.push_back({files_[place.file], place.line, std::move(text)});
  from.clear();
  if (beyond == 0) return;
  to.push_back(
      {files_[last.file], 0, fmt::format("and {} more {}; cordon estate check --all names every one", beyond, what)});
}

void Complaints::finish(Loaded& out) {
  move_to(problems_, problems_beyond_, "mistakes", out.problems);
  move_to(notices_, notices_beyond_, "to look at", out.notices);
}

const Field* Record::get(std::string_view key) const {
  const auto found = std::ranges::find(fields, key, &Field::key);
  if (found == fields.end()) return nullptr;
  if (const auto* text = std::get_if<std::string>(&found->value); from_csv_ && text != nullptr && text->empty()) {
    return nullptr;
  }
  return &*found;
}

Place Record::place(std::string_view key) const {
  const Field* field = get(key);
  return field == nullptr ? place_ : field->place;
}

void Record::complain(Complaints& to, std::string_view key, std::string text) const {
  if (!quiet_) to.add(place(key), std::move(text));
}

const std::string* Record::text_at(Complaints& to, std::string_view key) const {
  const Field* field = get(key);
  if (field == nullptr) return nullptr;
  const auto* value = std::get_if<std::string>(&field->value);
  if (value != nullptr && is_name_long(*value)) return value;
  complain(to, key,
           fmt::format("'{}' must be a text of 1 to {} bytes{}", key, name_bytes_max, from_csv_ ? "" : " in quotes"));
  return nullptr;
}

std::string Record::all_seen(Complaints& to, std::string_view key, std::string text) const {
  const std::string_view hidden = hidden_in(text);
  if (hidden.empty()) return text;
  complain(to, key, fmt::format("'{}' holds {}; type it anew", key, hidden));
  return {};
}

std::string Record::text(Complaints& to, std::string_view key) const {
  const std::string* value = text_at(to, key);
  return value == nullptr ? "" : all_seen(to, key, *value);
}

std::string Record::words(Complaints& to, std::string_view key) const {
  const std::string* value = text_at(to, key);
  return value == nullptr ? "" : all_seen(to, key, single_blanks(*value));
}

std::string Record::required(Complaints& to, std::string_view key) const {
  if (!has(key)) complain(to, key, fmt::format("{} has no '{}'; add one", what_, key));
  return text(to, key);
}

std::vector<std::string> Record::list(Complaints& to, std::string_view key) const {
  const Field* field = get(key);
  if (field == nullptr) return {};
  if (const auto* items = std::get_if<std::vector<std::string>>(&field->value)) return *items;
  const auto* text = std::get_if<std::string>(&field->value);
  if (text == nullptr || !from_csv_) {
    complain(to, key, fmt::format("'{}' must be a list of texts, such as [\"a\", \"b\"]", key));
    return {};
  }
  std::vector<std::string> out;
  for (std::size_t at = 0; at <= text->size();) {
    const std::size_t end = std::min(text->find('|', at), text->size());
    if (const auto item = trimmed(std::string_view(*text).substr(at, end - at)); !item.empty()) out.emplace_back(item);
    at = end + 1;
  }
  return out;
}

std::optional<double> Record::number(Complaints& to, std::string_view key, Range range, std::string_view unit) const {
  const Field* field = get(key);
  if (field == nullptr) return std::nullopt;
  std::optional<double> value;
  if (const auto* number = std::get_if<double>(&field->value)) value = *number;
  if (const auto* text = std::get_if<std::string>(&field->value); from_csv_ && text != nullptr) {
    value = number_of(*text);
  }
  if (!value || !std::isfinite(*value) || *value < range.min || *value > range.max) {
    complain(to, key, fmt::format("'{}' must be a number{} from {} to {}", key, unit, range.min, range.max));
    return std::nullopt;
  }
  return value;
}

std::optional<double> Record::whole(Complaints& to, std::string_view key, Range range, std::string_view unit) const {
  const auto value = number(to, key, range, unit);
  if (!value || *value == std::trunc(*value)) return value;
  complain(to, key,
           fmt::format("'{}' must be a whole number{} from {} to {}, not {}", key, unit, range.min, range.max, *value));
  return std::nullopt;
}

bool Record::flag(Complaints& to, std::string_view key, bool fallback) const {
  const Field* field = get(key);
  if (field == nullptr) return fallback;
  std::optional<bool> value;
  if (const auto* flag = std::get_if<bool>(&field->value)) value = *flag;
  if (const auto* text = std::get_if<std::string>(&field->value); from_csv_ && text != nullptr)
    value = yes_or_no(*text);
  if (!value) complain(to, key, fmt::format("'{}' must be {}", key, from_csv_ ? "yes or no" : "true or false"));
  return value.value_or(fallback);
}

}  // namespace cordon::estate
