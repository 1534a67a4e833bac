// SPDX-License-Identifier: Apache-2.0
// How the program speaks to people: exit statuses, diagnostics on standard error, errors as sentences that name a
// remedy.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "estate/estate.h"

namespace cordon::app {

enum Exit : int {
  exit_done = 0,
  exit_no = 1,     // the answer is "no"
  exit_usage = 2,  // usage or configuration
  exit_input = 3,  // an input could not be read
};

/// complain writes one diagnostic line to standard error.
void complain(std::string_view text);

/// say_entry prints a sentence of the logbook with its time as one line, `first` before it. Paths and people's words
/// are foreign: nothing in them moves the cursor, begins a line or turns the direction of writing.
void say_entry(std::string_view first, WallTime time, std::string_view sentence);

/// log_line writes `key=value` diagnostics of a running process to standard error, never patient data.
void log_line(std::string_view text);

/// sentence_for makes a sentence of an Error: what failed on what, and errno's words for `io`.
std::string sentence_for(const Error& error, std::string_view what);

/// BookPlace is a logbook that could not be opened, as a person knows it.
struct BookPlace {
  std::string path;
  std::string box;
  std::string_view who;      // who else may have it: "Cordon", "station"
  std::string_view setting;  // where its folder is named
};
/// why_no_book says why a logbook could not be opened, and what to do.
std::string why_no_book(const Error& error, const BookPlace& place);

/// print_json writes one line to standard output; what is no UTF-8 becomes U+FFFD.
void print_json(const nlohmann::json& line);

/// place_of is file:line of a problem, or the file alone.
std::string place_of(const estate::Problem& problem);

/// print_problems writes every problem as file:line: text to standard error.
void print_problems(const std::vector<estate::Problem>& problems);

}  // namespace cordon::app
