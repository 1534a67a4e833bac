// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only
// The answers of cordon-nft, line by line. Every request has exactly one `ok` or `error`; `list` and `counters` follow
// their `ok` with `count` lines and a line that is a single dot.
//
//   ok <id> count=<n> rules=unchecked|whole|changed|absent
//   error <id or -> <code> <column> <text>
//   element <kind> <target> cut=<id or -> remaining=<seconds> packets=<n> bytes=<n>
//   counter <name> packets=<n> bytes=<n>
//   .
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "grammar/request.h"

namespace cordon::grammar {

constexpr std::size_t error_text_bytes_max = 200;

/// Rules says whether the kernel's rules are still those that `ensure` put there.
enum class Rules : std::uint8_t {
  unchecked,  // this request did not look, or no `ensure` reached this helper yet
  whole,
  changed,  // somebody else changed them: elements alone do not cut
  absent,   // the table is gone
};

/// Ok: `count` is the addresses changed (cut, lift), the entries in force (ensure) or the lines that follow.
struct Ok {
  std::string id;
  std::uint64_t count = 0;
  Rules rules = Rules::unchecked;
  friend bool operator==(const Ok&, const Ok&) = default;
};

struct Refusal {
  std::string id = "-";
  Code code = Code::malformed;
  std::uint64_t column = 0;  // 0: the line is well formed
  std::string text;          // for a person
  friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// Element is one target in force. Its counters are the packets dropped because of it; a packet is counted once, by
/// the sender's MAC first, then the receiver's, then the addresses, so the sum over a cut is what the cut dropped.
struct Element {
  CutKind kind = CutKind::block_spread;
  Target target;
  std::string cut = "-";
  std::chrono::seconds remaining{};
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  friend bool operator==(const Element&, const Element&) = default;
};

struct Counter {
  std::string name;  // valid_id
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
  friend bool operator==(const Counter&, const Counter&) = default;
};

struct End {
  friend bool operator==(const End&, const End&) = default;
};

using AnswerLine = std::variant<Ok, Refusal, Element, Counter, End>;

/// parse_answer reads one line of an answer without its line end.
std::variant<AnswerLine, Complaint> parse_answer(std::string_view line);
/// format writes one line without its line end. An error's text is cut at error_text_bytes_max and other than printable
/// ASCII in it becomes '?'.
std::string format(const AnswerLine& line);

}  // namespace cordon::grammar
