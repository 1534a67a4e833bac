// SPDX-License-Identifier: Apache-2.0
// Live: what each link has said lately: values, traces, clocks. Nothing of it is recorded, and all of it is gone with
// the process. Bounded for each link, so that a device that invents channels fills its own place only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/time.h"
#include "event/bedside.h"

namespace cordon::bedside {

constexpr std::size_t links_max = 512;
constexpr std::size_t numerics_per_link_max = 128;
constexpr std::size_t waves_per_link_max = 32;

/// is_impossible: a value that its device stands by and that no body has: a saturation outside 0 to 100 (in %, or in no
/// unit) or outside 0 to 1 (in 1), a heart or breath rate under 0 or over 999 a minute. What is merely unlikely is for
/// whoever looks at it.
bool is_impossible(const event::Numeric& numeric);

struct Range {
  double min;
  double max;
  std::string_view unit;  // UCUM; empty: whatever the limit's is
};

/// beyond_range gives the range in which a limit may be, where one of its bounds is outside: what a body can have by
/// is_impossible, in any unit that can be compared, else what a person can write on the screen.
std::optional<Range> beyond_range(const event::LimitSet& limit);

/// is_measured: a device that says of a channel that it is missing or invalid has said why nothing of it comes.
bool is_measured(event::Validity validity);

struct LiveNumeric {
  event::Numeric value;
  WallTime heard;
  WallTime measured;               // when the device says so, else when it was heard
  std::optional<WallTime> judged;  // when it last was one that a limit can be compared with
  bool carried = false;            // an earlier link of the device brought it, and this one has not yet
  std::optional<WallTime> former;  // when that was measured which is of the patient before
};
/// shown_validity is what holds of a value that comes next: what is impossible is invalid, and what the device repeats
/// of the patient before is missing.
event::Validity shown_validity(const LiveNumeric& live, const event::Numeric& next);
/// can_be_judged says whether a value can be compared with a limit: a number, of now, that its device stands by.
bool can_be_judged(const LiveNumeric& live);

/// LiveWave is where a trace stands; the samples themselves pass through to screens and recorder.
struct LiveWave {
  std::uint32_t id = 0;  // by which the screens' samples name it; one for each trace of each link, never used again
  event::Channel channel;
  double rate_hz = 0;
  std::uint64_t next = 0;        // the index after the last sample
  WallTime advanced;             // when `next` last grew
  std::optional<WallTime> told;  // the device's time, as its last piece had it
  event::Validity validity = event::Validity::valid;
  std::optional<WallTime> awaited;  // an earlier link brought it: until when this one may before that is told
  bool here = false;                // this link has brought a piece of it
  bool stood = false;               // it was told to stand still before this link, which has not moved it
};

/// is_whole_minute tells whether a device's time, or its counter taken as microseconds, names no second.
bool is_whole_minute(WallTime said);
bool is_whole_minute(std::int64_t said);

/// zones_span: the walls of two places show times that are at most so far apart (UTC-12 to UTC+14).
constexpr Micros zones_span = std::chrono::hours(26);

/// Moving follows something that a device counts or times: whether it moves between two messages. Between messages it
/// cannot be seen to move, so silence proves nothing here.
template <class T>
struct Moving {
  std::optional<T> last;
  WallTime advanced;          // when it last moved
  WallTime heard;             // when it was last said
  bool by_the_minute = true;  // nothing else was said so far
  bool moved = false;         // on this link
  void note(const T& said, WallTime at) {
    heard = at;
    by_the_minute = by_the_minute && is_whole_minute(said);
    if (last == said) return;
    moved = last.has_value();
    last = said;
    advanced = at;
  }
  Micros stands() const { return heard - advanced; }
};

/// Budget bounds how often something may happen: so often at once, then so often a second.
struct Budget {
  double a_second = 0;
  double at_once = 0;
  double left = at_once;
  WallTime counted{};
  bool has(WallTime now, double least = 1);
  bool take(WallTime now);
};

/// alarm_budget is how many changes of alarms of one link are recorded, so that a device that floods fills neither the
/// logbook nor anybody's screen; once more for those of high priority alone. What is over it waits (WaitingAlarm).
constexpr Budget alarm_budget{.a_second = 20, .at_once = 64};
/// unplaced_budget is the same for all devices together that stand at no bed.
constexpr Budget unplaced_budget{.a_second = 100, .at_once = 256};
/// identity_budget is how often a device may say something else of itself; the latest word is recorded when it may.
constexpr Budget identity_budget{.a_second = 0.1, .at_once = 4};
/// names_budget is how many devices that nobody knew yet one address may bring: a gateway's whole unit at once.
constexpr Budget names_budget{.a_second = 1, .at_once = 128};

constexpr std::size_t alarms_per_link_max = 256;     // conditions present or waiting
constexpr std::size_t alarms_of_high_reserved = 64;  // of those, for high priority alone
/// alarms_unplaced_max bounds the conditions that are told of one device at no bed, alarms_unplaced_high_reserved of
/// them for high priority alone. What is over it waits until some end or a person places the device, so none takes
/// another's.
constexpr std::size_t alarms_unplaced_max = 32;
constexpr std::size_t alarms_unplaced_high_reserved = 16;

/// WaitingAlarm is the last word on a condition, and the gravest that was said since the last record.
struct WaitingAlarm {
  event::DeviceAlarm last;
  bool was_present = false;
  event::AlarmPriority gravest = event::AlarmPriority::none;
  std::uint64_t order = 0;  // in which they began to wait
};

/// measured_late_max: a value that was measured longer ago than this when it is heard is shown with its age, and raises
/// and ends no limit's alarm: it is news of then.
constexpr Micros measured_late_max = std::chrono::minutes(2);

struct Link {
  event::DeviceHeard heard;
  WallTime last;  // of any message; the epoch: of its device nothing was heard since the start
  bool spoke() const { return last != WallTime{}; }
  bool spoke_itself() const { return spoke() && last >= opened; }  // and not the one before it alone
  bool open = true;
  std::map<std::string, LiveNumeric> numerics;  // by handle
  std::map<std::string, LiveWave> waves;
  WallTime opened;                    // when it became the device's own, or spoke first
  Moving<WallTime> clock;             // the device's time, as its values carry it
  Moving<std::int64_t> ticks;         // its counter …
  Micros ticks_period{};              // … and how often that moves, where its gateway knows
  WallTime traces_moved;              // when a trace last came with another time than before, or without one went on
  bool traces_go_on = false;          // on this link, in time
  std::optional<Micros> clock_ahead;  // of ours, when it was last said
  bool clock_shown = false;           // it was said on this link
  event::TroubleHeard trouble;        // empty code: none
  std::uint64_t beyond = 0;           // channels, alarms and samples over the bounds, until it fits again …
  WallTime beyond_at;                 // … which is long enough after the last
  std::uint64_t gave_way = 0;         // channels of earlier links that are not missed, for there was no room
  std::string impossible;             // what it measured that no body has, and when it last did
  WallTime impossible_at;
  bool claims = false;  // says it is a device for which another link speaks: nothing it says is taken
  Budget alarms = alarm_budget;
  Budget high_alarms = alarm_budget;
  Budget identities = identity_budget;
  std::map<std::string, WaitingAlarm> waiting;  // conditions over a bound, by name; of a claim: all that it said
  std::uint64_t served = 0;                     // Station::order_ when one of them was recorded last
  bool whole = false;                           // of a claim: what waits is all that is present
  std::set<std::string> unjudged;               // handles whose limits wait for the rate
  // Conditions that this link has not named yet, of an earlier one or of before a person placed its silent device
  // elsewhere, and since when.
  std::map<std::string, WallTime> unconfirmed;
  std::set<std::string> silenced;  // conditions whose sound is stopped at the bedside, as it said last
  // Of a link in doubt: the alarms that stood when it took over, which it neither ends nor lessens, with since when,
  // and its own word on those of them that it denies, by condition.
  std::map<std::uint64_t, WallTime> held;
  std::map<std::string, event::DeviceAlarm> denied;
};

/// beyond_for: a device sends too much for so long after the last time, or two of its periods and a second.
constexpr Micros beyond_for = std::chrono::seconds(10);
void note_beyond(Link& link, WallTime at);
/// impossible_for: so long after the last impossible value it is told.
constexpr Micros impossible_for = std::chrono::seconds(10);
/// note_clocks takes in by what a device's own time is followed.
void note_clocks(Link& link, const event::NumericsHeard& heard);
/// carried_max: what a device had is not looked for on a link that comes so long after the last word of the one before.
constexpr Micros carried_max = std::chrono::hours(1);
/// carried_patience: a trace of an earlier link has so long to come again, less what it stood still before, as long as
/// its device is heard.
constexpr Micros carried_patience = std::chrono::seconds(10);
/// carry gives a link the channels that the one before it had, as far as it has room, and counts those for which it has
/// none (Link::gave_way); each trace takes the next number after `last_id`.
void carry(Link& link, const Link& old, WallTime at, std::uint32_t& last_id);
/// miss has a link miss a trace that was told to stand still before the start, of which nothing but its name is known.
void miss(Link& link, const std::string& handle, const std::string& label, WallTime at, std::uint32_t& last_id);
/// forget_carried takes away what an earlier link brought and this one did not.
void forget_carried(Link& link);
/// note_numeric takes in one value of what was heard, an impossible one as invalid; false when the link has no room for
/// one channel more.
bool note_numeric(Link& link, const event::Numeric& numeric, WallTime heard);
/// note_silenced takes in whether an alarm's sound is stopped at the bedside.
void note_silenced(Link& link, const event::DeviceAlarm& alarm);
/// note_wave takes in what was said. A wave that does not go on where it stood is taken as it is: gaps are drawn as
/// gaps. A new one takes the next number after `last_id`. It gives nothing back: judging is watch.h.
void note_wave(Link& link, const event::WaveHeard& heard, std::uint32_t& last_id);

}  // namespace cordon::bedside
