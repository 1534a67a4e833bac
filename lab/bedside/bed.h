// SPDX-License-Identifier: Apache-2.0
// Bed: one simulated bed: who lies there, what the body does, what is wrong with the equipment. How it is told to the
// station is a Speaker's: hl7_speaker.h, intellivue_speaker.h, sdc_speaker.h.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "body.h"

namespace cordon::lab {

struct Person {
  std::string identifier, family, given, born;  // born: YYYYMMDD
  friend bool operator==(const Person&, const Person&) = default;
};

enum class Urgency : std::uint8_t { low, medium, high };

/// Alarm is one that stands at the bed.
struct Alarm {
  std::string words;
  Urgency urgency = Urgency::high;
  bool technical = false;
};

constexpr WallTime year_1900{std::chrono::days(-25567)};  // its first of January

/// Lie is what a monitor says though it cannot be so.
enum class Lie : std::uint8_t { none, number, year, name, lengths, rate };

/// Faults are what can go wrong, by command.
struct Faults {
  bool leads_off = false;
  bool disconnected = false;
  bool frozen = false;
  bool flood = false;
  std::chrono::seconds clock_ahead{0};
  bool clock_stands = false;
  Lie lie = Lie::none;
};

struct Bed {
  /// recording: what the body plays; null: the synthesis.
  Bed(std::string name, std::uint64_t seed, std::shared_ptr<const Recording> recording = nullptr);

  std::string label;
  std::string serial;  // of its monitor
  Person person;
  Body body;
  Faults faults;
  std::vector<Alarm> alarms;
  std::uint64_t changes = 0;  // of anything by command
  std::optional<WallTime> stood_at;

  /// off tells whether a trace hangs at electrodes that fell off.
  bool off(Trace kind) const { return faults.leads_off && (kind == Trace::ecg || kind == Trace::respiration); }
  /// left_out tells whether the monitor says nothing of a sample, and counts its seconds as if it had.
  bool left_out(std::uint64_t sample) const { return faults.lie == Lie::rate && sample % 5 == 0; }
  /// said is who the monitor says lies there.
  Person said() const;
  /// clock gives what the monitor's own clock shows.
  WallTime clock(WallTime now);
};

/// Now is the time of one turn: both clocks.
struct Now {
  MonoTime mono;
  WallTime wall;
};

/// Speaker tells the station about one bed in a protocol of its own.
class Speaker {
 public:
  explicit Speaker(Bed& told) : bed_(told) {}
  Speaker(const Speaker&) = delete;
  Speaker& operator=(const Speaker&) = delete;
  virtual ~Speaker() = default;

  Bed& bed() { return bed_; }
  /// sample is called after each advance of the body.
  virtual void sample(const Now& now) = 0;
  /// turn sends and receives what is due; about fifty times a second.
  virtual void turn(const Now& now) = 0;

 protected:
  Bed& bed_;
};

/// command carries out one line: "R1 alarm high ASYSTOLE" (help lists them). Returns what to tell the person, empty for
/// nothing.
std::string command(std::string_view line, const std::vector<std::unique_ptr<Bed>>& beds);

/// command_help lists what a line may say.
std::string_view command_help();

}  // namespace cordon::lab
