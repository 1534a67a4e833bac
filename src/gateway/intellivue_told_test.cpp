// SPDX-License-Identifier: Apache-2.0
// Seeded sequences of alarms, from a monitor through the datagrams of a network that loses and doubles them to what the
// station is told.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gateway/inputs_testing.h"
#include "gateway/intellivue_inputs.h"
#include "gateway/testing.h"
#include "intellivue/client.h"
#include "intellivue/monitor.h"

namespace cordon::gateway {
namespace {

using namespace std::chrono_literals;
using testing::any_priority;
using testing::Wording;
namespace iv = intellivue;

constexpr int patient_alarms = 4;  // as many technical ones, then that alarms are paused, then standby
constexpr int paused = 2 * patient_alarms;
constexpr int standby = paused + 1;
constexpr const char* paused_words = "Alarmes suspendues au moniteur / alarms paused at the monitor";
constexpr const char* standby_words =
    "Moniteur en veille : personne n'est surveillé / monitor in standby: nobody is monitored";
constexpr std::uint64_t us = 1;  // the monitor's client

iv::ClientOptions without_waves() {
  iv::ClientOptions out;
  out.waves = false;
  return out;
}

/// Alarmed is a monitor that is asked over a bad network.
struct Alarmed {
  void show() {
    iv::Scene& scene = monitor.scene;
    scene.patient_alarms.clear();
    scene.technical_alarms.clear();
    for (const auto& [which, words] : account.now()) {
      if (which >= paused) continue;
      const bool technical = which >= patient_alarms;
      const unsigned level = 1U << (static_cast<unsigned>(words.second) - 1U);
      iv::AlarmSource source;
      source.source =
          static_cast<std::uint16_t>(0x4182 + which / 2);  // two of each source, told apart by their instance
      source.code = 0x0CF2;
      source.type = static_cast<std::uint16_t>(technical ? level : level << 8U);
      source.instance = static_cast<std::uint16_t>(which % 2);
      source.text = words.first;
      (technical ? scene.technical_alarms : scene.patient_alarms).push_back(source);
    }
    scene.alarms_suspended = account.now().contains(paused);
    scene.standby = account.now().contains(standby);
    ++scene.alarm_changes;
  }
  bool survives() const { return lost_percent == 0 || *rc::gen::inRange(0, 100) >= lost_percent; }
  void hear(iv::ClientOutput out) {
    for (iv::Bytes& datagram : out.send) {
      if (is_on && survives()) post(monitor.receive(us, datagram, now));
    }
    answers += std::ranges::any_of(out.reports, [](const auto& r) { return std::holds_alternative<iv::AlarmList>(r); });
    account.hear(link.take(out.reports, noon + std::chrono::duration_cast<Micros>(now.time_since_epoch())));
  }
  void post(std::vector<iv::Outgoing> out) {
    for (iv::Outgoing& one : out) {
      if (is_on && one.to == us && survives()) flying.push_back(std::move(one.datagram));
    }
  }
  void run(std::chrono::milliseconds span) {
    for (const MonoTime end = now + span; now < end; now += 250ms) {
      if (is_on) post(monitor.tick(now));
      hear(client.tick(now));
      for (const iv::Bytes& datagram : std::exchange(flying, {})) {
        const bool doubled = lost_percent > 0 && *rc::gen::inRange(0, 8) == 0;
        for (int copies = doubled ? 2 : 1; copies > 0; --copies) hear(client.receive(datagram, now));
      }
    }
  }
  /// settle waits on a good network until the monitor said three times which alarms there are: what was lost is asked
  /// for again, and a monitor that was off is associated with anew.
  void settle() {
    lost_percent = 0;
    is_on = true;
    answers = 0;
    for (int quarter = 0; answers < 3 && quarter < 240; ++quarter) run(250ms);
    account.agrees();
  }
  void step();

  iv::Monitor monitor{iv::MonitorOptions{}};
  iv::Client client{without_waves()};
  std::uint64_t links = 0;
  IntellivueLink link{"10.0.0.7", [this] { return ++links; }};
  testing::Account account;
  MonoTime now{};
  std::vector<iv::Bytes> flying;
  bool is_on = true;
  int lost_percent = 0;
  int answers = 0;  // that had a list of alarms in them
};

void Alarmed::step() {
  const int which = *rc::gen::inRange(0, standby + 1);
  switch (*rc::gen::inRange(0, 9)) {
    case 0:
    case 1:
    case 2:
      if (which < paused)
        account.has(which, {fmt::format("ALARM {} {}", which, *rc::gen::inRange(0, 3)), any_priority()});
      if (which == paused) account.has(which, {paused_words, event::AlarmPriority::low});
      if (which == standby) account.has(which, {standby_words, event::AlarmPriority::low});
      break;
    case 3:
      account.ends(which);
      break;
    case 4:  // without a word, as a pulled plug does, for as long as it may be
      monitor.turn_off();
      is_on = false;
      run(std::chrono::seconds(*rc::gen::inRange(0, 13)));
      is_on = true;
      break;
    case 5:
      lost_percent = *rc::gen::element(10, 30, 60);
      break;
    case 6:
      settle();
      break;
    default:
      run(std::chrono::milliseconds(250 * *rc::gen::inRange(0, 9)));
  }
  show();
}

TEST(IntellivueTold, EveryAlarmThatAMonitorHasAndNoOther) {
  EXPECT_TRUE(rc::check([] {
    Alarmed bed;
    for (int steps = *rc::gen::inRange(1, 30); steps > 0; --steps) bed.step();
    bed.settle();
  }));
}

}  // namespace
}  // namespace cordon::gateway
