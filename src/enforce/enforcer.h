// SPDX-License-Identifier: Apache-2.0
// Means and Enforcer: how a cut is carried out, whatever carries it. A Means is one way to cut (switches by RADIUS, one
// Samba server) and says in four calls what it can do and what it finds; it keeps no record. An Enforcer keeps what is
// wanted and makes its Means agree with it: the same wish twice is one wish, deadlines, ends, taking back, reading
// back, dry run and a Means that dies and comes back are its business. A further way to cut is one file with a Means.
//
// For one thread; the calls of a Means block, each within its own bound. No clock: the time is handed in.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "event/messages.h"

namespace cordon::enforce {

constexpr std::size_t enforcer_cuts_max = 4096;     // as many as the bridge's sets hold addresses
constexpr std::string_view stray_cut_id = "stray";  // a LiftCut of addresses that no cut of ours names

/// survey_period: how often all that a means has in force is compared with what was asked of it. What is missing is
/// found by reading back; this finds what nobody asked for: somebody else's rule, or a request that came late.
constexpr std::chrono::seconds survey_period{30};

/// blind_after: a cut that was read back and cannot be looked at any more is told after this, so that a reader that
/// starts anew is no news.
constexpr std::chrono::seconds blind_after{5};

/// Outcome of one attempt. `lost`: nobody answered in time; the same is asked for again until the deadline and after.
/// `refused` concerns this one alone: whoever else is asked for something need not wait for it.
struct Outcome {
  enum class Kind : std::uint8_t { done, refused, lost };
  Kind kind = Kind::done;
  std::string detail;  // for a person
};

/// Reading is what was found of one cut. `blind`: this means cannot look, or not any more; the cut is unproven by it.
struct Reading {
  enum class Kind : std::uint8_t { in_force, blind, missing };
  Kind kind = Kind::blind;
  std::uint64_t drops = 0;
  std::string detail;
};

class Means {
 public:
  virtual ~Means() = default;
  Means() = default;
  Means(const Means&) = delete;
  Means& operator=(const Means&) = delete;

  /// name as event::MeansOffer carries it, process as ProcessChanged names whoever answers.
  virtual std::string name() const = 0;
  virtual std::string process() const = 0;
  /// note is what a person should know, told after connect whether it worked or not: which switch is silent, what was
  /// refused.
  virtual std::string note() const { return ""; }

  /// connect finds whoever is asked and gives all that he has in force; called first and after `lost`.
  virtual Result<event::InForce> connect(WallTime now) = 0;
  /// apply cuts. A repeated id, and an address that is cut already, are no failure.
  virtual Outcome apply(const event::ApplyCut& cut, WallTime now) = 0;
  /// rehearse says what apply would do, and changes nothing.
  virtual Outcome rehearse(const event::ApplyCut& cut, WallTime now) = 0;
  /// lift is the inverse; also called at a cut's end. Nothing to lift is no failure. Targets that another cut of its
  /// kind still wants are not among those named.
  virtual Outcome lift(const event::LiftCut& cut, WallTime now) = 0;
  /// read_back looks at each cut, in order, and may put right what it finds missing. Fails when nobody answers.
  virtual Result<std::vector<Reading>> read_back(const std::vector<event::ApplyCut>& cuts, WallTime now) = 0;
  /// survey gives all that he has in force, as connect did; nothing where that cannot be listed. Fails when nobody
  /// answers.
  virtual Result<std::optional<event::InForce>> survey(WallTime) { return std::nullopt; }
  /// owned_by_last: what two cuts of a kind name belongs to the one that was asked for last and is freed with it. So
  /// the other is asked for again before it is lifted.
  virtual bool owned_by_last() const { return false; }
};

class Enforcer {
 public:
  using Report = std::function<void(event::Input)>;
  using Clock = std::function<WallTime()>;
  enum class Run : std::uint8_t { real, dry };

  Enforcer(std::unique_ptr<Means> means, Report report, Clock clock, Run run = Run::real)
      : means_(std::move(means)), report_(std::move(report)), clock_(std::move(clock)), run_(run) {}

  /// take carries an effect out at once where the means can be reached; what cannot be done now is done by tend.
  void take(event::Effect effect);
  /// tend connects, carries out what is outstanding, ends what has ended and reads back. To be called about twice a
  /// second, also when nothing is wanted.
  void tend();

  const Means& means() const { return *means_; }

 private:
  struct Wanted {
    event::ApplyCut cut;
    bool applied = false;
    bool failure_told = false;
    std::optional<WallTime> seen{};  // when it was read back last; empty once it was told that nobody can look
  };
  struct Lift {
    event::LiftCut cut;
    bool told = true;          // an end is not told: whoever decided knows it
    std::string refused = {};  // why, when it was tried; empty: not refused yet
  };

  bool connect();
  void lose(const std::string& why);
  void apply_one(Wanted& wanted);
  void fail_if_late(Wanted& wanted, const std::string& why);
  void lift_new();
  void lift_refused();
  bool lift_one(std::size_t place);
  void note_refused(Lift& lift, std::string why);
  std::string note() const;
  void tell_note();
  bool keep_for_others(event::LiftCut& cut);
  void end_what_ended();
  void read_back();
  void survey();
  void tell_in_force(event::InForce in_force);
  void take_dry(const event::Effect& effect);
  void tell(const std::string& id, event::EnforcerStep step, std::uint64_t drops, std::string detail);

  std::unique_ptr<Means> means_;
  Report report_;
  Clock clock_;
  Run run_;
  bool connected_ = false;
  std::string loss_;  // why it is not connected, as it was told last
  std::map<std::string, Wanted> wanted_;
  std::vector<Lift> lifts_;
  WallTime surveyed_;
  std::string told_;  // the note that was reported last
};

}  // namespace cordon::enforce
