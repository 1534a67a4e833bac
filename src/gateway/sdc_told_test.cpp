// SPDX-License-Identifier: Apache-2.0
// Seeded sequences of alarms, from a device's reports, of which some are lost, to what the station is told.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gateway/inputs_testing.h"
#include "gateway/sdc_readings.h"
#include "gateway/sdc_told.h"
#include "gateway/testing.h"
#include "sdc/consumer.h"
#include "sdc/testing.h"

namespace cordon::gateway {
namespace {

using namespace std::chrono_literals;
using testing::any_priority;
using testing::Wording;

constexpr int alarms_of_bed = 5;  // and that its alert system is paused
constexpr const char* alerts_paused =
    "Alarmes arrêtées ou suspendues à l’appareil / alarms off or paused at the device";

sdc::Priority sdc_priority(event::AlarmPriority priority) {
  return priority == event::AlarmPriority::high     ? sdc::Priority::high
         : priority == event::AlarmPriority::medium ? sdc::Priority::medium
                                                    : sdc::Priority::low;
}

/// Reporting is a device whose reports and answers may be lost, and a consumer that asks again.
struct Reporting {
  Reporting() { start(); }

  static sdc::AlarmPlan plan_of(int which, const Wording& words) {
    const auto kind = which % 2 == 0 ? sdc::ConditionKind::physiological : sdc::ConditionKind::technical;
    return {fmt::format("c{}", which),    196648, words.first, sdc_priority(words.second), kind, "hr", std::nullopt,
            {sdc::Manifestation::audible}};
  }
  /// start is the device's; each time it has another sequence.
  void start() {
    sdc::BedPlan plan = sdc::testing::small_bed();
    plan.sequence = fmt::format("urn:uuid:00000000-0000-0000-0000-0000000000{:02x}", ++starts);
    plan.instance = starts;
    plan.alarms.clear();
    for (int which = 0; which < alarms_of_bed; ++which) {
      described.try_emplace(which, "AS BUILT", event::AlarmPriority::low);
      plan.alarms.push_back(plan_of(which, described[which]));
    }
    device.emplace(plan);
    for (int which = 0; which < alarms_of_bed; ++which) {
      note(which);
      const std::string handle = plan_of(which, {}).handle;
      if (actual.contains(which)) device->set_priority(handle, sdc_priority(actual[which]), noon, now);
      device->set_alarm(handle, account.now().contains(which), sdc::SignalPresence::on, noon, now);
    }
    if (account.now().contains(alarms_of_bed)) device->set_component("alerts", sdc::Activation::paused, now);
  }
  void connect() {
    consumer.emplace(sdc::ConsumerOptions{sdc::testing::small_bed().address, sdc::testing::small_bed().url,
                                          "http://10.9.0.1/n", ++links, 7});
    is_open = false;
  }
  bool survives() const { return lost_percent == 0 || *rc::gen::inRange(0, 100) >= lost_percent; }
  /// take says what SdcLink says of alarms.
  void take(const sdc::Outcome& outcome) {
    const SdcSaying saying = sdc_saying(outcome, is_open);
    is_open = is_open || saying.whole;
    const bool is_complete = saying.whole || saying.frame;
    if (!is_complete && !saying.alarms) return;
    const SdcStamp stamp{noon, links, {}};
    const sdc::Readings all = consumer->mdib().all();
    if (is_complete) account.hear({sdc_alarms({all.alarms, all.alert_systems, true}, stamp)});
    if (saying.alarms) account.hear({sdc_alarms({outcome.applied->readings.alarms, all.alert_systems, false}, stamp)});
  }
  void send(const std::vector<sdc::Notification>& all) {
    for (const sdc::Notification& one : all) {
      if (survives()) {
        take(consumer->notified(as_bytes(one.body), now));
      } else {
        is_missed = true;
      }
    }
    is_missed = is_missed || all.empty();  // nobody is subscribed
  }
  void ask() {
    for (int requests = 0; requests < 8; ++requests) {
      const auto request = consumer->due(now);
      if (!request) return;
      const sdc::Reply reply = device->handle(as_bytes(request->body), now);
      if (!survives()) {
        take(consumer->failed(request->id, sdc::Refusal::timeout, "", now));
      } else {
        take(consumer->answered(request->id, as_bytes(reply.body), now));
      }
    }
  }
  void run(std::chrono::milliseconds span) {
    for (const MonoTime end = now + span; now < end; now += 500ms) {
      send(device->set_numeric("hr", 71, sdc::Validity::valid, noon, now));
      ask();
    }
  }
  void settle() {
    lost_percent = 0;
    const auto well = [&] {
      return consumer->stage() == sdc::Stage::live && device->subscriber_count() > 0 && !consumer->mdib().needs_mdib();
    };
    for (int halves = 0; halves < 200 && !well(); ++halves) run(500ms);
    run(4s);
    account.agrees();
    is_missed = false;
    urgencies.clear();
    for (int which = 0; which < alarms_of_bed; ++which) note(which);
  }
  Wording wording(int which) const {
    const Wording& as_described = described.at(which);
    return {as_described.first, actual.contains(which) ? actual.at(which) : as_described.second};
  }
  void note(int which) { urgencies[which].insert({described.at(which).second, wording(which).second}); }
  /// tell is one change of one alarm. Who missed how it is described anew has its name alone until the device is asked
  /// again, and no description that is newer than its state.
  void tell(int which, bool is_there, const std::vector<sdc::Notification>& reports) {
    note(which);
    if (is_there) account.has(which, wording(which));
    for (const event::AlarmPriority priority : urgencies[which]) {
      if (is_missed) account.may_be_told({plan_of(which, {}).handle, priority});
    }
    send(reports);
  }
  void raise(int which) {
    const std::string handle = plan_of(which, {}).handle;
    const bool is_there = account.now().contains(which);
    if (*rc::gen::arbitrary<bool>()) {
      described[which] = {fmt::format("ALARM {} {}", which, *rc::gen::inRange(0, 3)), any_priority()};
      tell(which, is_there, device->change_alarm(plan_of(which, described[which]), now));
    }
    if (*rc::gen::arbitrary<bool>()) {
      const bool as_described = actual.erase(which) > 0;
      if (!as_described) actual[which] = any_priority();
      const auto priority = as_described ? std::nullopt : std::optional(sdc_priority(actual[which]));
      tell(which, is_there, device->set_priority(handle, priority, noon, now));
    }
    tell(which, true, device->set_alarm(handle, true, sdc::SignalPresence::on, noon, now));
  }
  void step();

  std::uint64_t starts = 0, links = 0;
  MonoTime now = MonoTime{} + 1h;
  testing::Account account;
  std::map<int, Wording> described;
  std::map<int, event::AlarmPriority> actual;               // where it is another one than described
  std::map<int, std::set<event::AlarmPriority>> urgencies;  // of each alarm since both agreed, as described or not
  bool is_open = false;                                     // of this consumer something was told
  bool is_missed = false;                                   // a report did not arrive since
  std::optional<sdc::Provider> device;
  std::optional<sdc::Consumer> consumer;
  int lost_percent = 0;
};

void Reporting::step() {
  const int which = *rc::gen::inRange(0, alarms_of_bed);
  switch (*rc::gen::inRange(0, 10)) {
    case 0:
    case 1:
    case 2:
      raise(which);
      break;
    case 3:
      account.ends(which);
      send(device->set_alarm(plan_of(which, {}).handle, false, sdc::SignalPresence::off, noon, now));
      break;
    case 4:
      account.has(alarms_of_bed, {alerts_paused, event::AlarmPriority::low});
      send(device->set_component("alerts", sdc::Activation::paused, now));
      break;
    case 5:
      account.ends(alarms_of_bed);
      send(device->set_component("alerts", sdc::Activation::on, now));
      break;
    case 6:  // the device is switched off and on
      start();
      break;
    case 7:  // the station asks anew
      connect();
      break;
    case 8:
      lost_percent = *rc::gen::element(0, 20, 50);
      break;
    default:
      run(std::chrono::milliseconds(500 * *rc::gen::inRange(0, 9)));
      if (*rc::gen::arbitrary<bool>()) settle();
  }
}

TEST(SdcTold, EveryAlarmThatADeviceHasAndNoOther) {
  EXPECT_TRUE(rc::check([] {
    Reporting bed;
    bed.connect();
    for (int steps = *rc::gen::inRange(1, 20); steps > 0; --steps) bed.step();
    bed.settle();
  }));
}

TEST(SdcTold, AFloodIsToldInsteadOfTheMessagesThatAreLostForIt) {
  const MonoTime now = MonoTime{} + 1h;
  const SdcTold::State read{true, false};
  SdcTold told;
  EXPECT_TRUE(told.note("lost_messages", now, read));
  EXPECT_TRUE(told.note("flood", now, read));
  EXPECT_TRUE(told.outlives_reading(now + 1s, true)) << "all that was asked anew is no end of it";
  EXPECT_FALSE(told.note("lost_messages", now + 2s, read));
  EXPECT_EQ(told.code(), "flood");
  EXPECT_FALSE(told.outlives_reading(now + sdc_calm_after, true)) << "nobody floods any more";
}

}  // namespace
}  // namespace cordon::gateway
