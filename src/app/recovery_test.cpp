// SPDX-License-Identifier: Apache-2.0
// Whoever dies, and whenever: control, a means, the link between them, with messages lost, late and twice. After
// recovery and quiet, what each means has in force is what the logbook says, or the difference is shown. Engine,
// Control and enforce::Enforcer are the real ones; the machines that cut and the clock are made here. One seed is one
// night.
#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>

#include "app/control.h"
#include "enforce/enforcer.h"
#include "event/json.h"

namespace cordon::app {
namespace {

using event::CutState;
using std::chrono::seconds;

#ifdef CORDON_SANITIZED
constexpr std::uint64_t nights = 400;  // five seconds
#else
constexpr std::uint64_t nights = 4000;
#endif
constexpr int steps_a_night = 80;
constexpr int hosts = 4;
constexpr int stubborn_host = 4;  // the bridge refuses to cut it, as it does one that it holds for protected
constexpr Micros turn = seconds(2);
/// After the last fault: the longest lateness, the enforcer's deadline, and two surveys.
constexpr Micros late_max = seconds(5);
constexpr Micros quiet_lasts = late_max + seconds(3) + 2 * enforce::survey_period + seconds(5);

Mac mac_of(int host) {
  return *Mac::parse("02:77:00:00:00:1" + std::to_string(host));
}
IpAddress ip_of(int host) {
  return *IpAddress::parse("10.77.0.1" + std::to_string(host));
}

class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  bool happens(double probability) { return std::uniform_real_distribution<>(0, 1)(random_) < probability; }
  int below(int bound) { return std::uniform_int_distribution<>(0, bound - 1)(random_); }
  Micros up_to(Micros most) { return Micros(std::uniform_int_distribution<std::int64_t>(0, most.count())(random_)); }

 private:
  std::mt19937_64 random_;
};

/// Machine is what really cuts: it outlives control, may die and lie beyond a broken link, and knows addresses by text.
struct Machine {
  std::string name;
  bool knows_macs = true;
  bool forgets = false;           // what it has in force dies with it
  bool ends_by_itself = true;     // keeps the end of a cut without being asked
  std::set<std::string> refuses;  // addresses

  struct Held {
    std::string cut;
    WallTime until;
  };
  struct Late {
    WallTime due;
    std::function<void(WallTime)> request;
  };
  bool alive = true;
  bool reachable = true;
  double loss = 0;  // of each request, and of each answer
  std::map<std::string, Held> in_force;
  std::deque<Late> late;

  void die() {
    alive = false;
    late.clear();
    if (forgets) in_force.clear();
  }
  /// pass lets time pass here.
  void pass(WallTime now) {
    if (!alive) return;
    for (std::size_t i = 0; i < late.size();) {
      if (late[i].due > now) {
        ++i;
        continue;
      }
      const Late arrived = late[i];
      late.erase(late.begin() + static_cast<std::ptrdiff_t>(i));
      arrived.request(now);
    }
    if (ends_by_itself) std::erase_if(in_force, [&](const auto& held) { return held.second.until <= now; });
  }
  template <class Cut>
  bool refuses_any_of(const Cut& cut) const {
    return std::ranges::any_of(targets(cut), [&](const std::string& target) { return refuses.contains(target); });
  }
  template <class Cut>
  std::set<std::string> targets(const Cut& cut) const {
    std::set<std::string> out;
    for (const IpAddress& ip : cut.ips) out.insert(ip.text());
    for (const Mac& mac : cut.macs) {
      if (knows_macs) out.insert(mac.text());
    }
    return out;
  }
};

/// Wire is a Means that asks a Machine over a link which loses, delays and doubles what is said.
class Wire final : public enforce::Means {
 public:
  Wire(Machine& machine, Dice& dice, const std::set<std::string>& durable)
      : machine_(machine), dice_(dice), durable_(durable) {}

  std::string name() const override { return machine_.name; }
  std::string process() const override { return "cordon-" + machine_.name; }
  Result<event::InForce> connect(WallTime now) override {
    if (!ask(now, [](WallTime) {})) return fail(ErrorCode::timeout, "wire");
    return all(now);
  }
  enforce::Outcome apply(const event::ApplyCut& cut, WallTime now) override {
    EXPECT_TRUE(durable_.contains(cut.id)) << cut.id << " was asked for before it was durable";
    if (machine_.refuses_any_of(cut)) return {enforce::Outcome::Kind::refused, "protected"};
    return said(ask(now, [&machine = machine_, cut](WallTime then) {
      if (cut.until <= then) return;
      for (const std::string& target : machine.targets(cut)) machine.in_force[target] = {cut.id, cut.until};
    }));
  }
  enforce::Outcome rehearse(const event::ApplyCut&, WallTime) override { return {}; }
  enforce::Outcome lift(const event::LiftCut& cut, WallTime now) override {
    return said(ask(now, [&machine = machine_, cut](WallTime) {
      const std::set<std::string> named = machine.targets(cut);
      std::erase_if(machine.in_force, [&](const auto& held) {
        return cut.id == enforce::stray_cut_id ? named.contains(held.first) : held.second.cut == cut.id;
      });
    }));
  }
  Result<std::vector<enforce::Reading>> read_back(const std::vector<event::ApplyCut>& cuts, WallTime now) override {
    if (!ask(now, [](WallTime) {})) return fail(ErrorCode::timeout, "wire");
    std::vector<enforce::Reading> out;
    for (const event::ApplyCut& cut : cuts) {
      enforce::Reading reading{enforce::Reading::Kind::in_force, 1, ""};
      for (const std::string& target : machine_.targets(cut)) {
        if (!machine_.in_force.contains(target)) reading = {enforce::Reading::Kind::missing, 0, "was not there"};
      }
      out.push_back(reading);
    }
    return out;
  }
  Result<std::optional<event::InForce>> survey(WallTime now) override {
    if (!ask(now, [](WallTime) {})) return fail(ErrorCode::timeout, "wire");
    return all(now);
  }

 private:
  /// ask carries a request out and says whether the answer came back.
  bool ask(WallTime now, const std::function<void(WallTime)>& request) {
    if (!machine_.alive || !machine_.reachable) return false;
    if (dice_.happens(machine_.loss)) {
      if (dice_.happens(0.5)) machine_.late.push_back({now + dice_.up_to(late_max), request});
      return false;
    }
    request(now);
    if (dice_.happens(machine_.loss)) machine_.late.push_back({now + dice_.up_to(late_max), request});  // sent twice
    return !dice_.happens(machine_.loss);
  }
  static enforce::Outcome said(bool answered) {
    return {answered ? enforce::Outcome::Kind::done : enforce::Outcome::Kind::lost, "does not answer"};
  }
  event::InForce all(WallTime now) const {
    event::InForce out{now, {}, {}};
    event::InForceKind kind{"block_spread", {}, {}};
    for (const auto& [target, held] : machine_.in_force) {
      if (const auto mac = Mac::parse(target)) kind.macs.push_back(*mac);
      if (const auto ip = IpAddress::parse(target)) kind.ips.push_back(*ip);
    }
    if (machine_.knows_macs) {
      out.kinds.push_back(kind);
    } else {
      out.ips = kind.ips;
    }
    return out;
  }

  Machine& machine_;
  Dice& dice_;
  const std::set<std::string>& durable_;
};

engine::Policy policy_with(Micros cut_lasts) {
  engine::Policy out;
  out.cut_lasts = cut_lasts;
  out.enforcer_deadline = seconds(3);
  out.automatic_cuts_per_hour_max = 1000;
  out.harm_budget = 1e6;
  out.means = {{"bridge", "cordon-bridge", event::Reach::exact, true},
               {"files", "cordon-files", event::Reach::file_service, false}};
  return out;
}

/// Night is one box with its logbook, which outlives control as the machines do.
class Night {
 public:
  explicit Night(std::uint64_t seed) : dice_(seed) {
    cut_lasts_ = dice_.happens(0.3) ? seconds(45) : seconds(3600);
    machines_[0].name = "bridge";
    machines_[0].forgets = dice_.happens(0.3);
    machines_[0].refuses = {ip_of(stubborn_host).text()};
    machines_[1].name = "files";
    machines_[1].knows_macs = false;
    machines_[1].ends_by_itself = dice_.happens(0.5);
    start_control();
  }

  void live() {
    for (int i = 0; i < steps_a_night; ++i) something();
  }

  /// recover mends everything, and lets it be quiet for long enough.
  void recover() {
    for (Machine& machine : machines_) {
      machine.alive = machine.reachable = true;
      machine.loss = 0;
    }
    if (!control_) start_control();
    for (const WallTime end = now_ + quiet_lasts; now_ < end;) {
      pass(turn);
      say(event::Tick{now_});
      control_turn(inputs_.size());
      for (std::size_t which = 0; which < machines_.size(); ++which) enforcer_turn(which);
      control_turn(inputs_.size());
    }
  }

  /// differences gives what is in force otherwise than the logbook says, but for what a means refuses, which must be
  /// shown as failed or unproven; empty when all is well.
  std::string differences() const {
    std::string out;
    const engine::State& state = control_->engine().state();
    for (const Machine& machine : machines_) {
      std::map<std::string, const engine::CutRecord*> wanted;
      for (const auto& [id, cut] : state.cuts) {
        const bool asked = std::ranges::find(cut.means, machine.name) != cut.means.end();
        if (!cut.in_force() || !asked) continue;
        for (const std::string& target : machine.targets(cut.decision)) wanted[target] = &cut;
      }
      for (const auto& [target, held] : machine.in_force) {
        if (!wanted.contains(target)) out += machine.name + " has " + target + " of " + held.cut + ", nobody asked; ";
      }
      for (const auto& [target, cut] : wanted) {
        if (machine.in_force.contains(target)) continue;
        const bool told = cut->state == CutState::failed || cut->state == CutState::unproven;
        if (!machine.refuses_any_of(cut->decision))
          out += machine.name + " lacks " + target + " of " + cut->decision.id + "; ";
        if (!told) out += target + " is not in force, and that is not shown; ";
      }
    }
    for (const auto& [id, cut] : state.cuts) {
      if (cut.state == CutState::lifting || cut.state == CutState::decided) out += id + " waits for ever; ";
    }
    return out;
  }

  std::size_t in_force() const { return machines_[0].in_force.size() + machines_[1].in_force.size(); }
  const std::map<std::string, int>& happened() const { return happened_; }

 private:
  void something() {
    pass(dice_.up_to(seconds(2)));
    say(event::Tick{now_});
    Machine& machine = machines_[static_cast<std::size_t>(dice_.below(2))];
    switch (dice_.below(16)) {
      case 0:
      case 1:
        attack(1 + dice_.below(hosts));
        break;
      case 2:
      case 3:
        take_back();
        break;
      case 4:
        kill_control();
        break;
      case 5:
        if (machine.alive) count("a means dies");
        machine.alive ? machine.die() : void(machine.alive = true);
        break;
      case 6:
        machine.reachable = !machine.reachable;
        count("a link breaks or heals");
        break;
      case 7:
        machine.loss = machine.loss > 0 ? 0 : 0.3;
        break;
      case 8:
        tamper(machine);
        break;
      case 9:
        if (!control_) start_control();
        break;
      default:
        break;
    }
    // Control may die between any two of these: what is not handled then is lost, as it is in memory.
    control_turn(static_cast<std::size_t>(dice_.below(static_cast<int>(inputs_.size()) + 1)));
    if (dice_.happens(0.05)) kill_control();
    for (std::size_t which = 0; which < machines_.size(); ++which) {
      if (dice_.happens(0.7)) enforcer_turn(which);
      if (dice_.happens(0.02)) kill_control();
    }
  }

  void attack(int host) {
    if (!control_) return;
    for (int file = 0; file < 3; ++file) {
      event::Observation o;
      o.at = o.first_altered = now_;
      o.host = {"span0", 0, mac_of(host), ip_of(host), WallTime{}};
      o.user = "CHV\\u" + std::to_string(host);
      o.share = "\\\\10.77.0.20\\commun";
      o.path = o.share + "\\f" + std::to_string(files_++);
      o.llr = 8;
      o.confirmed = o.altered = true;
      say(o);
    }
  }

  void take_back() {
    if (!control_) return;
    std::vector<std::string> in_force;
    for (const auto& [id, cut] : control_->engine().state().cuts) {
      if (cut.in_force()) in_force.push_back(id);
    }
    if (in_force.empty()) return;
    count("a cut is taken back");
    say(event::RollBack{now_, in_force[static_cast<std::size_t>(dice_.below(static_cast<int>(in_force.size())))],
                        "a.durand", "s-1", "essai"});
  }

  void tamper(Machine& machine) {
    count("somebody tampers");
    if (machine.in_force.empty() || dice_.happens(0.5)) {
      machine.in_force[ip_of(dice_.below(9) + 1).text()] = {"-", now_ + std::chrono::hours(1)};
    } else {
      machine.in_force.erase(machine.in_force.begin());
    }
  }

  void pass(Micros time) {
    now_ += time;
    for (Machine& machine : machines_) machine.pass(now_);
  }

  void say(event::Input input) {
    if (control_) inputs_.push_back(std::move(input));
  }

  void start_control() {
    if (book_.empty()) {
      book_.emplace_back(
          event::PersonChanged{now_, "a.durand", event::PersonStep::entered, {event::Role::cyber}, "console"});
      book_.emplace_back(
          event::SessionChanged{now_, "a.durand", "s-1", event::SessionStep::signed_in, "127.0.0.1", 1, ""});
    }
    engine::State state;
    for (std::size_t i = 0; i < book_.size(); ++i) state.apply(Sequence{i + 1}, book_[i]);
    control_.emplace(engine::Engine(policy_with(cut_lasts_), {}, std::move(state)), std::nullopt,
                     Control::Released{[this](std::span<const engine::Recorded> recorded) {
                                         for (const engine::Recorded& r : recorded) write(r);
                                       },
                                       [this](const event::Effect& effect) {
                                         const bool bridge =
                                             std::visit([](const auto& e) { return e.means == "bridge"; }, effect);
                                         effects_[bridge ? 0 : 1].push_back(effect);
                                       }});
    for (std::size_t which = 0; which < machines_.size(); ++which) {
      enforcers_[which] = std::make_unique<enforce::Enforcer>(
          std::make_unique<Wire>(machines_[which], dice_, durable_),
          [this](event::Input input) { say(std::move(input)); }, [this] { return now_; });
    }
    say(event::Started{now_, "0.1.0", "", event::Mode::guard});
  }

  void write(const engine::Recorded& recorded) {
    ASSERT_EQ(recorded.entry.value, book_.size() + 1);
    const auto event = event::event_from_text(event::to_text(recorded.event));  // as it is read back
    ASSERT_TRUE(event);
    book_.push_back(*event);
    if (const auto* cut = std::get_if<event::CutDecided>(&recorded.event)) durable_.insert(cut->id);
  }

  void kill_control() {
    if (!control_) return;
    count(inputs_.empty() ? "control dies" : "control dies with inputs before it");
    if (!effects_[0].empty() || !effects_[1].empty()) count("control dies between a decision and its enforcer");
    control_.reset();
    inputs_.clear();
    for (std::size_t which = 0; which < machines_.size(); ++which) {
      enforcers_[which].reset();
      effects_[which].clear();
    }
  }

  void control_turn(std::size_t inputs) {
    if (!control_) return;
    std::vector<event::Input> batch;
    for (std::size_t i = 0; i < inputs; ++i) {
      batch.push_back(std::move(inputs_.front()));
      inputs_.pop_front();
    }
    event::SensorReport watches;  // the sensor lives through all of it
    watches.at = now_;
    watches.sensor = "span0";
    batch.emplace_back(watches);
    control_->take(batch);
  }

  void enforcer_turn(std::size_t which) {
    if (!control_) return;
    for (event::Effect& effect : std::exchange(effects_[which], {})) enforcers_[which]->take(std::move(effect));
    enforcers_[which]->tend();
  }

  void count(const std::string& what) { ++happened_[what]; }

  Dice dice_;
  Micros cut_lasts_{};  // in some nights cuts end meanwhile, in others all that stand at the end must be in force
  WallTime now_ = wall_time_of(1670097605);
  std::array<Machine, 2> machines_;
  std::vector<event::Event> book_;
  std::set<std::string> durable_;
  std::optional<Control> control_;
  std::deque<event::Input> inputs_;
  std::array<std::vector<event::Effect>, 2> effects_;
  std::array<std::unique_ptr<enforce::Enforcer>, 2> enforcers_;
  int files_ = 0;
  std::map<std::string, int> happened_;
};

TEST(Recovery, WhatIsInForceIsWhatTheLogbookSaysOrTheDifferenceIsShown) {
  std::map<std::string, int> happened;
  std::size_t in_force = 0;
  for (std::uint64_t seed = 0; seed < nights; ++seed) {
    Night night(seed);
    night.live();
    night.recover();
    ASSERT_EQ(night.differences(), "") << "seed " << seed;
    in_force += night.in_force();
    for (const auto& [what, often] : night.happened()) happened[what] += often;
  }
  EXPECT_GT(in_force, nights) << "too little in force at the end for this to show anything";
  for (const auto& [what, often] : happened) RecordProperty(what, often);
  EXPECT_GT(happened["control dies between a decision and its enforcer"], 100);
}

}  // namespace
}  // namespace cordon::app
