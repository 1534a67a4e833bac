// SPDX-License-Identifier: Apache-2.0
#include "app/say.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <nlohmann/json.hpp>

#include "base/text.h"

namespace cordon::app {

namespace {

constexpr std::size_t file_bytes_shown_max = 4096;

}  // namespace

void complain(std::string_view text) {
  fmt::print(stderr, "cordon: {}\n", text);
}

void say_entry(std::string_view first, WallTime time, std::string_view sentence) {
  fmt::print("{}{}  {}\n", first, to_iso(time), shown(sentence, std::string_view::npos));
}

void log_line(std::string_view text) {
  fmt::print(stderr, "{}\n", text);
  std::fflush(stderr);
}

std::string sentence_for(const Error& error, std::string_view what) {
  if (error.code != ErrorCode::io) return fmt::format("{}: {} ({})", what, error.where, to_string(error.code));
  const int number = static_cast<int>(error.offset);
  std::string remedy;
  if (number == ENOSPC) remedy = "; the disk is full: free some space there";
  if (number == EACCES || number == EPERM) remedy = "; this user may not: run as root or choose another place";
  if (number == EADDRINUSE) remedy = "; another program has it: stop that one or set another port";
  return fmt::format("{}: {}: {}{}", what, error.where, std::strerror(number), remedy);
}

std::string why_no_book(const Error& error, const BookPlace& place) {
  if (error.code == ErrorCode::denied) {
    return fmt::format(
        "{} is in use by another {}, or belongs to another box than '{}': stop the other one, or choose another {}",
        place.path, place.who, place.box, place.setting);
  }
  if (error.code == ErrorCode::malformed) {
    return fmt::format("{} is no sound logbook ({}); `cordon log verify` says where; move it away to start a new one",
                       place.path, error.where);
  }
  return sentence_for(error, place.path);
}

void print_json(const nlohmann::json& line) {
  fmt::print("{}\n", line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void print_problems(const std::vector<estate::Problem>& problems) {
  for (const estate::Problem& p : problems)
    fmt::print(stderr, "{}: {}\n", place_of(p), shown(p.text, std::string_view::npos));
}

std::string place_of(const estate::Problem& problem) {
  const std::string file = shown(problem.file, file_bytes_shown_max);  // a name may hold what moves a terminal's cursor
  return problem.line == 0 ? file : fmt::format("{}:{}", file, problem.line);
}

}  // namespace cordon::app
