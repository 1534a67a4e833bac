// SPDX-License-Identifier: Apache-2.0
// Thousands of seeded sequences: every alarm is told, none is invented, and what is told is what sounds.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <set>

#include "bedside/signal.h"
#include "bedside/testing.h"
#include "event/bedside_json.h"

namespace cordon::bedside {
namespace {

using namespace testing;
using event::AlarmOrigin;
using event::AlarmPriority;

using Model = std::map<std::pair<std::string, std::string>, AlarmPriority>;  // device, condition

Model device_alarms(const State& state) {
  Model out;
  for (const auto& [number, a] : state.open) {
    if (a.present && a.origin == AlarmOrigin::device) out[{a.device, a.condition}] = a.priority;
  }
  return out;
}

bool same(const State& a, const State& b) {
  const auto beds = [](const State& s) {
    std::map<std::string, event::PatientOffer> out;
    for (const auto& [name, bed] : s.beds) out[name] = bed.patient;
    return out;
  };
  return a.open == b.open && a.ended == b.ended && a.devices == b.devices && a.alarms == b.alarms && beds(a) == beds(b);
}

AlarmPriority any_priority() {
  return *rc::gen::element(AlarmPriority::none, AlarmPriority::low, AlarmPriority::medium, AlarmPriority::high);
}

/// Night is a unit with three monitors, two of them at beds, and what a person at the desk may expect of it.
struct Night : Unit {
  Night() {
    for (const char* device : {"m1", "m2", "m3"}) connect(device);
    assign("m1", "R1");
    assign("m2", "R2");
  }

  void connect(const std::string& device, const std::string& address = "10.0.0.1") {
    (address == "10.0.0.1" ? link[device] : impostor) = ++links;
    say(heard(now, links, device, address, 600s));
  }
  void told(const std::string& device, const std::string& condition, AlarmPriority priority) {
    const auto before = model.find({device, condition});
    const bool was_high = before != model.end() && before->second == AlarmPriority::high;
    if (priority == AlarmPriority::high && !was_high) owed.insert({device, condition});
    model[{device, condition}] = priority;
  }
  /// go lets time pass while everybody gives a sign of life, and hears what sounds.
  void go(Micros span) {
    for (const auto& [device, number] : link) say(event::LinkAlive{now, number});
    for (const WallTime end = now + span; now < end;) {
      pass(250ms);
      listen();
    }
  }
  /// settle lets through what waits over the rate.
  void settle() {
    const auto waits = [&] {
      return std::ranges::any_of(station.links(),
                                 [](const auto& l) { return !l.second.claims && !l.second.waiting.empty(); });
    };
    while (waits()) go(250ms);
  }

  void listen();
  void answer();
  void pause();
  void rob(const std::string& device);
  void restart();
  void step();

  std::uint64_t links = 0, impostor = 0, last = 0;  // last: the number of the newest alarm that was listened for
  std::map<std::string, std::uint64_t> link;
  Model model;
  std::set<std::pair<std::string, std::string>> owed;  // was high, and nobody has acknowledged it
  std::map<std::uint64_t, WallTime> silenced;          // by a person, until then at the latest
  std::map<std::uint64_t, WallTime> left;              // alarms that are not open any more, and since when, in this run
  std::set<std::uint64_t> open;
};

/// listen: what is present and no person has silenced sounds, and nothing does that is neither open nor ended just now.
void Night::listen() {
  const State& state = station.state();
  std::size_t wanted = 0;
  AlarmPriority gravest = AlarmPriority::none;
  for (const auto& [number, a] : state.open) {
    const auto by_a_person = silenced.find(number);
    const bool is_silenced = by_a_person != silenced.end() && now < by_a_person->second;
    if (!a.present || a.priority == AlarmPriority::none || is_silenced) continue;
    ++wanted;
    gravest = std::max(gravest, a.priority);
  }
  while (last < state.alarms) open.insert(++last);  // one that came and went meanwhile was open too
  for (const std::uint64_t number : std::exchange(open, {})) {
    (state.open.contains(number) ? (void)open.insert(number) : (void)left.emplace(number, now));
  }
  std::erase_if(left, [&](const auto& entry) { return now - entry.second >= burst_heard_min; });
  const Signal signal = signal_of(state, now);
  RC_ASSERT(signal.audible >= wanted);
  RC_ASSERT(signal.priority >= gravest);
  RC_ASSERT(signal.audible <= open.size() + left.size());
  RC_ASSERT(signal.audible == 0U || open.contains(signal.alarm) || left.contains(signal.alarm));
}

void Night::answer() {
  const auto& all = station.state().open;
  if (all.empty()) return;
  const auto which = std::next(all.begin(), *rc::gen::inRange<std::ptrdiff_t>(0, std::ssize(all)));
  const std::uint64_t number = which->first;
  const std::pair whose{which->second.device, which->second.condition};
  const event::AlarmAcknowledged answered{now, number, now + 60s, "a.durand", "", any_priority()};
  if (say(answered).empty()) return;
  owed.erase(whose);
  silenced[number] = now + 60s;
}

void Night::pause() {
  say(event::AudioPaused{now, "", now + 30s, "a.durand", ""});
  for (const auto& [number, a] : station.state().open) silenced[number] = std::max(silenced[number], now + 30s);
}

/// rob: the cable of a monitor at a bed is loose, and another device has taken its name meanwhile: it ends and lessens
/// nothing. Then the monitor comes back.
void Night::rob(const std::string& device) {
  if (station.state().bed_of(device).empty()) return;
  connect(device, "10.0.0.66");
  if (*rc::gen::arbitrary<bool>()) say(alarms(now, impostor, {}, true));
  say(event::DeviceGone{now, link[device], ""});
  link[device] = impostor;
  go(250ms);
  const Model of_the_monitor = model;
  if (*rc::gen::arbitrary<bool>()) say(alarms(now, impostor, {}, true));
  for (int i = *rc::gen::inRange(0, 4); i > 0; --i) {
    const std::string condition = *rc::gen::element<std::string>("a", "b", "forged");
    const auto priority = any_priority();
    const bool own_word = !of_the_monitor.contains({device, condition});
    if (own_word || model.at({device, condition}) < priority) told(device, condition, priority);
    say(alarms(now, impostor, {alarm(condition, priority)}));
    settle();
  }
  if (*rc::gen::arbitrary<bool>()) say(alarms(now, impostor, {alarm("c", AlarmPriority::high, false)}));
  settle();
  const bool leaves_first = *rc::gen::arbitrary<bool>();
  if (leaves_first) say(event::DeviceGone{now, impostor, ""});
  connect(device);
  go(250ms);
  RC_ASSERT(station.link_of(device)->heard.link == link[device]);
  if (!leaves_first) say(event::DeviceGone{now, impostor, ""});
}

/// restart: the process ends and begins, with the box's clock set meanwhile.
void Night::restart() {
  settle();
  State state;
  for (const event::BedsideEvent& e : events) state.apply(e);
  now += std::chrono::minutes(*rc::gen::inRange(-90, 90));
  station = Station(station.policy(), std::move(state));
  left.clear();
  for (auto& [number, until] : silenced) until = std::min(until, now + audio_pause_max);
  say(event::StationStarted{now, "test", ""});
  left.clear();
  listen();
  for (auto& [device, number] : link) connect(device);
}

void Night::step() {
  const std::string device = *rc::gen::element<std::string>("m1", "m2", "m3");
  const std::string condition = *rc::gen::element<std::string>("a", "b", "c", "d");
  const auto priority = any_priority();
  switch (*rc::gen::inRange(0, 11)) {
    case 0:
    case 1:
      told(device, condition, priority);
      say(alarms(now, link[device], {alarm(condition, priority)}));
      break;
    case 2:
      model.erase({device, condition});
      say(alarms(now, link[device], {alarm(condition, priority, false)}));
      break;
    case 3: {  // everything at once
      std::erase_if(model, [&](const auto& e) { return e.first.first == device && e.first.second != condition; });
      told(device, condition, priority);
      say(alarms(now, link[device], {alarm(condition, priority)}, true));
      break;
    }
    case 4:  // the link breaks and comes back; a protocol without snapshots says nothing of what goes on
      say(event::DeviceGone{now, link[device], ""});
      go(250ms);
      connect(device);
      break;
    case 5:
      answer();
      break;
    case 6:
      pause();
      break;
    case 7:
      assign(device, *rc::gen::element<std::string>("", "R1", "R2", "R3"));
      break;
    case 8:
      rob(device);
      break;
    case 9:
      restart();
      break;
    default:
      go(std::chrono::milliseconds(250 * *rc::gen::inRange(1, 20)));
  }
  listen();
}

// Every alarm that a device reports is there with its priority, and no other: over raise, change, clear, reconnect,
// acknowledge, pause, another bed, floods, an impostor and a restart with another clock; what was of high priority
// stays until somebody who had seen that acknowledges it; what is there sounds; and the logbook's events, read back,
// give the same state.
void every_alarm_is_told() {
  Night night;
  const int steps = *rc::gen::inRange(1, 120);
  for (int i = 0; i < steps; ++i) night.step();
  night.settle();
  night.go(250ms);
  const State& state = night.station.state();
  RC_ASSERT(device_alarms(state) == night.model);
  for (const auto& [number, a] : state.open) RC_ASSERT(!a.acknowledged || !audible(a, night.now));
  for (const auto& whose : night.owed) {
    RC_ASSERT(std::ranges::any_of(state.open, [&](const auto& entry) {
      const Alarm& a = entry.second;
      return std::pair(a.device, a.condition) == whose && a.gravest == AlarmPriority::high;
    }));
  }
  State again;
  for (const event::BedsideEvent& e : night.events) {
    if (steps % 4 != 0) {  // the text takes longer than all else
      again.apply(e);
      continue;
    }
    const auto back = event::bedside_event_from_text(event::to_text(e));
    RC_ASSERT(bool(back));
    again.apply(*back);
  }
  RC_ASSERT(same(again, state));
}

TEST(BedsideStation, EveryAlarmThatADeviceReportsIsToldAndNoOther) {
  EXPECT_TRUE(rc::check("alarms told", every_alarm_is_told));
}

}  // namespace
}  // namespace cordon::bedside
