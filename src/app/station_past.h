// SPDX-License-Identifier: Apache-2.0
// What the station's logbook says of a time that is over: which alarms a bed had then, and who lay in it.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "bedside/state.h"
#include "logbook/logbook.h"
#include "report/strip.h"

namespace cordon::app {

/// Span is a bed between two times; `to` is not included.
struct Span {
  std::string bed;
  WallTime from;
  WallTime to;
};

/// PastBounds bounds what is read of a logbook for one answer, in entries of any kind.
struct PastBounds {
  std::size_t before = 20'000;  // before the span, for what began earlier and was still there
  std::size_t all = 250'000;    // together: a day of a unit of 64 beds with 1,000 alarms a bed is 200,000
};

struct PastAlarms {
  std::vector<bedside::Alarm> alarms;  // by when they were raised
  bool whole = true;                   // false: the span holds more entries than the bounds let through
};

/// past_alarms gives the alarms of a bed that were there at some time in the span, with what became of them since. One
/// that began before what is read is there with the time of the first entry that was. Fails as Reader::read does.
Result<PastAlarms> past_alarms(const logbook::Reader& book, const Span& span, const PastBounds& bounds = {});

/// doubt_told_within: a tick of the station, and its alarm's way to the logbook.
constexpr Micros doubt_told_within = std::chrono::milliseconds(500);

/// doubts_of gives when which device was in doubt, as its alarms of that have it, and a little before each: what it
/// said until that was told is no surer.
std::vector<report::StripRequest::Doubt> doubts_of(const std::vector<bedside::Alarm>& alarms);

/// first_since gives the first entry that was written at `at` or later; one after the last when there is none.
Result<Sequence> first_since(const logbook::Reader& book, WallTime at);

constexpr std::size_t placements_per_bed_max = 256;  // a bed that changes hands every half hour, for five days

/// Placements keeps who was put into which bed when. Of each bed the oldest give way.
class Placements {
 public:
  void note(const event::PatientPlaced& placed);

  /// Lying is who lay in a bed during a span.
  struct Lying {
    event::PatientOffer patient;  // empty: nobody was named
    bool changed = false;         // somebody else for a part of the span; `patient` is empty then
    bool known = true;            // false: what was then has given way
  };
  Lying during(const Span& span) const;

  /// Stay is a time in which one person lay in a bed, or nobody was named. Who is corrected or named more fully is the
  /// same one; of what stands instead of somebody erased nobody knows, so that each placement is a stay of its own.
  struct Stay {
    std::uint64_t number = 0;  // of the bed's placement that began it; 0: before the first
    WallTime from{};           // the epoch: before the first that is known
    event::PatientOffer patient{};
    bool known = true;  // false: what was then has given way
  };
  /// stays gives those of a span, in their order, at least one.
  std::vector<Stay> stays(const Span& span) const;

 private:
  struct Placed {
    WallTime at;
    event::PatientOffer patient;
    std::uint64_t number = 0;
  };
  struct Kept {
    std::deque<Placed> placed;
    bool whole = true;  // nothing gave way
    std::uint64_t count = 0;
  };
  std::map<std::string, Kept> beds_;
};

}  // namespace cordon::app
