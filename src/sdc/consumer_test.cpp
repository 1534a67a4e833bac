// SPDX-License-Identifier: Apache-2.0
// A consumer and our provider talk to each other without a network. That a foreign provider is understood:
// recordings_test.cpp.
#include "sdc/consumer.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <regex>

#include "sdc/testing.h"

namespace cordon::sdc {
namespace {

using testing::at;
using testing::small_bed;
using testing::wall;

struct Bedside {
  Provider provider{small_bed()};
  Consumer consumer{{small_bed().address, small_bed().url, "http://10.9.0.1/n", 7, 7}};
  std::vector<Trouble> troubles;
  std::vector<Ask> asked;
  int missed = 0;
  std::string grant = "PT15S";                          // for how long a subscription holds, in words
  std::function<std::uint64_t(std::uint64_t)> counted;  // the version that it says for one of the provider's

  void note(const Outcome& outcome) {
    troubles.insert(troubles.end(), outcome.troubles.begin(), outcome.troubles.end());
    missed += outcome.missed ? 1 : 0;
  }
  std::string renumbered(const std::string& message) const {
    static const std::regex version("MdibVersion=\"([0-9]+)");
    std::string out;
    auto from = message.begin();
    for (auto it = std::sregex_iterator(message.begin(), message.end(), version); it != std::sregex_iterator(); ++it) {
      const std::uint64_t said = std::stoull((*it)[1]);
      out.append(from, (*it)[1].first).append(std::to_string(counted ? counted(said) : said));
      from = (*it)[1].second;
    }
    return out.append(from, message.end());
  }
  /// settle answers everything that is due at a time.
  void settle(double seconds) {
    while (const auto request = consumer.due(at(seconds))) {
      asked.push_back(request->ask);
      std::string answer = provider.handle(as_bytes(request->body), at(seconds)).body;
      if (const auto place = answer.find("PT15S"); place != std::string::npos) answer.replace(place, 5, grant);
      note(consumer.answered(request->id, as_bytes(renumbered(answer)), at(seconds)));
    }
  }
  Outcome send(const std::vector<Notification>& all, double seconds) {
    Outcome last;
    for (const auto& each : all) {
      EXPECT_EQ(each.url, "http://10.9.0.1/n");
      last = consumer.notified(as_bytes(renumbered(each.body)), at(seconds));
      note(last);
    }
    return last;
  }
};

TEST(Consumer, FromAnAddressToLiveReadings) {
  Bedside bed;
  bed.settle(1);
  EXPECT_EQ(bed.asked, (std::vector<Ask>{Ask::get, Ask::subscribe, Ask::get_mdib}));
  EXPECT_EQ(bed.consumer.stage(), Stage::live);
  EXPECT_EQ(bed.consumer.metadata().friendly_name, "12 é&=");
  EXPECT_EQ(bed.consumer.mdib().all().locations.at(0).location, small_bed().location);
  const Outcome hr = bed.send(bed.provider.set_numeric("hr", 71, Validity::valid, wall(1000), at(2)), 2);
  EXPECT_EQ(hr.applied->readings.numerics.at(0).value, 71.0);
  const Outcome wave = bed.send(bed.provider.push_waves({{"ecg", {0.1, -0.2, 0.3}}}, wall(1000), at(2)), 2);
  EXPECT_EQ(wave.applied->readings.waves.at(0).samples, (std::vector<double>{0.1, -0.2, 0.3}));
  const Outcome alarm = bed.send(bed.provider.set_alarm("hr.limits", true, SignalPresence::on, wall(2000), at(2)), 2);
  ASSERT_EQ(alarm.applied->readings.alarms.size(), 1U);
  const Alarm& rings = alarm.applied->readings.alarms[0];
  EXPECT_EQ(rings.presence, true);
  EXPECT_EQ(rings.priority, Priority::high);
  EXPECT_EQ(rings.kind, ConditionKind::physiological);
  EXPECT_EQ(rings.sources, std::vector<std::string>{"hr"});
  EXPECT_EQ(rings.limits->upper, 120.0);
  ASSERT_EQ(rings.signals.size(), 2U);
  EXPECT_EQ(rings.signals[0].manifestation, Manifestation::audible);
  EXPECT_EQ(rings.signals[0].presence, SignalPresence::on);
  const Outcome acknowledged =
      bed.send(bed.provider.set_alarm("hr.limits", true, SignalPresence::acknowledged, wall(3000), at(2)), 2);
  EXPECT_EQ(acknowledged.applied->readings.alarms.at(0).signals.at(1).presence, SignalPresence::acknowledged);
  EXPECT_TRUE(bed.troubles.empty());
}

TEST(Consumer, PatientAndTechnicalStateAreGivenOut) {
  Bedside bed;
  bed.settle(1);
  Person person;
  person.family_name = "Durand";
  person.date_of_birth = "1950-02-03";
  const Outcome patient = bed.send(bed.provider.set_patient(person, {{"urn:oid:1.2.250", "8001", {}}}, at(2)), 2);
  ASSERT_EQ(patient.applied->readings.patients.size(), 1U);
  EXPECT_EQ(patient.applied->readings.patients[0].person.family_name, "Durand");
  EXPECT_EQ(patient.applied->readings.patients[0].identifiers.at(0).extension, "8001");
  EXPECT_EQ(patient.applied->readings.patients[0].association, Association::associated);
  const Outcome part = bed.send(bed.provider.set_component("battery", Activation::failure, at(2)), 2);
  EXPECT_EQ(part.applied->readings.components.at(0).activation, Activation::failure);
  const Outcome unit = bed.send(bed.provider.set_unit("hr", 264640, at(2)), 2);
  EXPECT_TRUE(unit.applied->description_changed);
  EXPECT_EQ(bed.consumer.mdib().descriptor("hr")->unit->code, "264640");
  const Outcome error = bed.send(bed.provider.system_error(12345, "sensor module", at(2)), 2);
  EXPECT_EQ(error.applied->errors.at(0).text, "sensor module");
  EXPECT_FALSE(bed.consumer.mdib().needs_mdib());
}

TEST(Consumer, RenewsBeforeTheGrantedTimeIsOver) {
  Bedside bed;
  bed.settle(1);
  for (double now = 1; now < 120; now += 0.5) {  // traces go on all the time
    bed.send(bed.provider.push_waves({{"ecg", {0.1}}}, wall(1000), at(now)), now);
    bed.settle(now);
  }
  EXPECT_EQ(bed.provider.subscriber_count(), 1U);
  EXPECT_EQ(std::count(bed.asked.begin(), bed.asked.end(), Ask::subscribe), 1);
  EXPECT_EQ(std::count(bed.asked.begin(), bed.asked.end(), Ask::renew), 15) << "at half of the 15 s that it grants";
  EXPECT_TRUE(bed.troubles.empty());
}

TEST(Consumer, ALeaseOfAnHourIsRenewedAsTheMinuteThatWasAsked) {
  Bedside bed;
  bed.grant = "PT1H";
  bed.settle(1);
  const auto trace = bed.provider.push_waves({{"ecg", {0.1}}}, wall(1000), at(1));
  double now = 1;
  for (; std::ranges::count(bed.asked, Ask::renew) == 0 && now < 120; now += 0.5) {
    bed.send(trace, now);
    bed.settle(now);
  }
  EXPECT_NEAR(now, 31, 1);
}

TEST(Consumer, ADeviceThatSaysNothingIsAskedEachSecondWhateverItGrants) {
  for (const std::string grant : {"PT15S", "PT60S", "PT1H"}) {
    Bedside bed;
    bed.grant = grant;
    bed.settle(1);
    EXPECT_EQ(bed.consumer.next_due(), at(2));
    for (double now = 1; now <= 10; now += 0.25) bed.settle(now);
    EXPECT_EQ(std::count(bed.asked.begin(), bed.asked.end(), Ask::renew), 9);
    bed.send(bed.provider.set_numeric("hr", 71, Validity::valid, wall(1000), at(10.5)), 10.5);
    EXPECT_EQ(bed.consumer.next_due(), at(11.5)) << "what it says shows as well that it lives";
    EXPECT_TRUE(bed.troubles.empty());
  }
}

TEST(Consumer, ASubscriptionThatIsKnownByItsReferenceIsRenewedAndEnded) {
  BedPlan plan = small_bed();
  plan.one_manager = true;
  Bedside bed;
  bed.provider = Provider(plan);
  Bedside second;  // another consumer, with the same manager
  const auto ask_second = [&](double seconds) {
    while (const auto request = second.consumer.due(at(seconds))) {
      second.note(second.consumer.answered(
          request->id, as_bytes(bed.provider.handle(as_bytes(request->body), at(seconds)).body), at(seconds)));
    }
  };
  ask_second(1);
  for (double now = 1; now < 60; now += 0.5) {
    bed.settle(now);
    if (now < 20) ask_second(now);
  }
  EXPECT_TRUE(bed.troubles.empty()) << bed.troubles.at(0).detail;
  EXPECT_EQ(std::count(bed.asked.begin(), bed.asked.end(), Ask::subscribe), 1);
  bed.provider.set_numeric("hr", 71, Validity::valid, wall(1000), at(60));
  EXPECT_EQ(bed.provider.subscriber_count(), 1U) << "the second one's ran out: its renewals were its own";
  bed.consumer.stop();
  bed.settle(60);
  EXPECT_EQ(bed.asked.back(), Ask::unsubscribe);
  EXPECT_EQ(bed.provider.subscriber_count(), 0U);
}

/// settle_unknowing answers as sdclib does: it refuses a subscription whole for one action that it has not, with an
/// empty body.
void settle_unknowing(Bedside& bed, double seconds, const std::vector<ReportKind>& unknown) {
  while (const auto request = bed.consumer.due(at(seconds))) {
    bed.asked.push_back(request->ask);
    const bool is_refused = request->ask == Ask::subscribe && std::ranges::any_of(unknown, [&](ReportKind kind) {
                              return request->body.find(report_action(kind)) != std::string::npos;
                            });
    const Envelope refusal{{}, std::string(fault_action_of_2004), "urn:uuid:9", {}, {}, {}};
    bed.note(bed.consumer.answered(
        request->id,
        as_bytes(is_refused ? print_envelope(refusal) : bed.provider.handle(as_bytes(request->body), at(seconds)).body),
        at(seconds)));
  }
}

TEST(Consumer, ADeviceThatRefusesASubscriptionForAnActionThatItHasNotIsAskedForLess) {
  for (const auto& [unknown, times] : std::vector<std::pair<std::vector<ReportKind>, std::ptrdiff_t>>{
           {{ReportKind::periodic_component, ReportKind::system_error}, 2}, {{ReportKind::periodic_alert}, 3}}) {
    Bedside bed;
    settle_unknowing(bed, 1, unknown);
    EXPECT_EQ(bed.consumer.stage(), Stage::live);
    EXPECT_EQ(std::count(bed.asked.begin(), bed.asked.end(), Ask::subscribe), times);
    EXPECT_TRUE(bed.troubles.empty());
    const Outcome alarm = bed.send(bed.provider.set_alarm("hr.limits", true, SignalPresence::on, wall(2000), at(2)), 2);
    EXPECT_EQ(alarm.applied->readings.alarms.size(), 1U);
    const Outcome wave = bed.send(bed.provider.push_waves({{"ecg", {0.1, -0.2}}}, wall(1000), at(2)), 2);
    EXPECT_EQ(wave.applied->readings.waves.size(), 1U);
  }
}

/// apart gives the answer to Get of a device that has each service at an address of its own.
std::string apart(ByteView answer) {
  Envelope envelope = parse_envelope(answer).value();
  Metadata metadata = read_metadata(envelope.body).value();
  const Hosted all = metadata.hosted.at(0);
  metadata.hosted.clear();
  for (const std::string& service : all.types)
    metadata.hosted.push_back({{all.urls.at(0) + std::to_string(metadata.hosted.size())}, {service}, service});
  envelope.body = metadata_element(metadata);
  return print_envelope(envelope);
}

TEST(Consumer, OfEachServiceSomethingIsLeftWhereLessIsAskedFor) {
  const std::vector<ReportKind> unknown{ReportKind::periodic_component, ReportKind::periodic_operational,
                                        ReportKind::system_error,       ReportKind::periodic_metric,
                                        ReportKind::periodic_alert,     ReportKind::periodic_context,
                                        ReportKind::episodic_component, ReportKind::episodic_operational};
  Bedside bed;
  std::map<std::string, std::vector<std::string>> last;  // what was asked for at an address
  while (const auto request = bed.consumer.due(at(1))) {
    const auto body = as_bytes(request->body);
    std::string answer = bed.provider.handle(body, at(1)).body;
    if (request->ask == Ask::get) answer = apart(as_bytes(answer));
    if (request->ask == Ask::subscribe) {
      auto& actions = last[request->url] = read_subscribe(parse_envelope(body).value().body).value().actions;
      EXPECT_FALSE(actions.empty()) << request->url;
      const bool is_refused = std::ranges::any_of(
          unknown, [&](ReportKind kind) { return std::ranges::find(actions, report_action(kind)) != actions.end(); });
      if (is_refused) answer = print_envelope({{}, std::string(fault_action_of_2004), "urn:uuid:9", {}, {}, {}});
    }
    bed.note(bed.consumer.answered(request->id, as_bytes(answer), at(1)));
  }
  EXPECT_TRUE(bed.troubles.empty());
  EXPECT_EQ(bed.consumer.stage(), Stage::live);
  EXPECT_EQ(last.size(), 4U) << "waves, states, contexts, description";
}

TEST(Consumer, ADeviceThatRefusesEverySubscriptionIsTroubleAndAskedAgain) {
  Bedside bed;
  settle_unknowing(bed, 1, {ReportKind::episodic_alert});
  ASSERT_EQ(bed.troubles.size(), 1U);
  EXPECT_EQ(bed.troubles[0].kind, TroubleKind::refused);
  EXPECT_EQ(bed.consumer.stage(), Stage::waiting);
  settle_unknowing(bed, 100, {});
  EXPECT_EQ(bed.consumer.stage(), Stage::live);
}

TEST(Consumer, ALostSubscriptionIsMadeAgainAndEverythingReadAgain) {
  Bedside bed;
  bed.settle(1);
  bed.settle(100);  // long after it expired: the renewal is refused
  EXPECT_EQ(bed.asked,
            (std::vector<Ask>{Ask::get, Ask::subscribe, Ask::get_mdib, Ask::renew, Ask::subscribe, Ask::get_mdib}));
  ASSERT_EQ(bed.troubles.size(), 1U);
  EXPECT_EQ(bed.troubles[0].kind, TroubleKind::refused);
  EXPECT_EQ(bed.consumer.stage(), Stage::live);
  EXPECT_EQ(bed.provider.subscriber_count(), 1U);
}

TEST(Consumer, AnEndIsSaidAndTriedAgain) {
  Bedside bed;
  bed.settle(1);
  bed.send(bed.provider.end(at(2)), 2);
  ASSERT_EQ(bed.troubles.size(), 1U);
  EXPECT_EQ(bed.troubles[0].kind, TroubleKind::subscription);
  EXPECT_EQ(bed.troubles[0].detail, "the device shuts down");
  EXPECT_EQ(bed.consumer.stage(), Stage::waiting);
  bed.settle(*bed.consumer.next_due() == at(3) ? 3 : 0);
  EXPECT_EQ(bed.consumer.stage(), Stage::live);
}

TEST(Consumer, AGapAsksForTheMdibAfterPatienceAndNotInAFlood) {
  Bedside bed;
  bed.settle(1);
  std::size_t asked = 0;
  for (double now = 2; now < 62; now += 0.1) {
    (void)bed.provider.set_numeric("spo2", 97, Validity::valid, wall(1000), at(now));  // lost on the way
    bed.send(bed.provider.set_numeric("hr", now, Validity::valid, wall(1000), at(now)), now);
    bed.settle(now);
  }
  asked = static_cast<std::size_t>(std::count(bed.asked.begin(), bed.asked.end(), Ask::get_mdib));
  EXPECT_GE(asked, 20U);
  EXPECT_LE(asked, 31U);
  EXPECT_EQ(bed.consumer.mdib().all().numerics.at(1).value, 97.0);
}

TEST(Consumer, AnAlarmThatWasLostAfterManyGapsIsSoonThereAndSaidToBeMissingBefore) {
  Bedside bed;
  bed.settle(1);
  double now = 2;
  const auto pass = [&](double seconds) {  // traces go on all the time
    for (const double until = now + seconds; now < until; now += 0.1) {
      bed.send(bed.provider.push_waves({{"ecg", {0.1}}}, wall(1000), at(now)), now);
      bed.settle(now);
    }
  };
  for (int gap = 0; gap < 4; ++gap) {
    (void)bed.provider.set_numeric("spo2", 97, Validity::valid, wall(1000), at(now));  // lost on the way
    pass(2.5);
  }
  (void)bed.provider.set_alarm("hr.limits", true, SignalPresence::on, wall(2000), at(now));  // lost as well
  const double began = now;
  double told = 0;
  while (bed.consumer.mdib().all().alarms.at(0).presence != true && now < began + 60) {
    if (told == 0 && bed.consumer.lacks_reports(at(now))) told = now;
    pass(0.1);
  }
  EXPECT_LE(now - began, 3.5);
  EXPECT_FALSE(bed.consumer.lacks_reports(at(now)));
  (void)bed.provider.set_alarm("hr.limits", false, SignalPresence::off, wall(2000), at(now));
  bed.send(bed.provider.push_waves({{"ecg", {0.1}}}, wall(1000), at(now)), now);
  const double noticed = now;
  EXPECT_FALSE(bed.consumer.lacks_reports(at(noticed + 0.9))) << "reports of two subscriptions may overtake each other";
  EXPECT_TRUE(bed.consumer.lacks_reports(at(noticed + 1.1))) << "though the MDIB is asked later";
}

/// broadcasts moves a trace as sdclib does: the MDIB has it, and no subscriber is told.
void broadcasts(Bedside& bed, double now) {
  (void)bed.provider.push_waves({{"ecg", {now}}}, wall(static_cast<std::int64_t>(now * 1000)), at(now));
}

TEST(Consumer, TracesThatAreSentToNobodyAreSaidSoAndAreNoLostMessages) {
  Bedside bed;
  bed.settle(1);
  for (double now = 1; now < 60; now += 0.25) {
    broadcasts(bed, now);
    if (std::fmod(now, 1) == 0)
      bed.send(bed.provider.set_numeric("hr", now, Validity::valid, wall(1000), at(now)), now);
    bed.settle(now);
    EXPECT_FALSE(bed.consumer.lacks_reports(at(now))) << now;
    EXPECT_EQ(bed.consumer.has_unheard_traces(), now >= 2) << now;
  }
  EXPECT_EQ(bed.missed, 0);
  EXPECT_GE(std::ranges::count(bed.asked, Ask::get_mdib), 20) << "an alarm may be among what is missing";
  (void)bed.provider.set_alarm("hr.limits", true, SignalPresence::on, wall(2000), at(60));  // lost on the way
  broadcasts(bed, 60);
  for (double now = 60; now < 63; now += 0.25) {
    bed.send(bed.provider.set_numeric("hr", now, Validity::valid, wall(1000), at(now)), now);
    bed.settle(now);
  }
  EXPECT_EQ(bed.consumer.mdib().all().alarms.at(0).presence, true);
  bed.send(bed.provider.push_waves({{"ecg", {0.1}}}, wall(1000), at(63)), 63);
  EXPECT_FALSE(bed.consumer.has_unheard_traces()) << "they come now";
}

TEST(Consumer, VersionsThatTheDeviceCountsAndTellsNobodyAreNoLostMessages) {
  Bedside bed;
  BedPlan plan = small_bed();
  plan.waves.clear();
  bed.provider = Provider(plan);
  std::uint64_t in_twos_until = 1000;  // two versions for each change, as sdclib counts, and the second is told
  bed.counted = [&](std::uint64_t version) { return version + std::min(version, in_twos_until); };
  bed.settle(1);
  const auto report = [&](double now) {
    bed.send(bed.provider.set_numeric("hr", now, Validity::valid, wall(1000), at(now)), now);
  };
  const auto pass = [&](double from, double to) {
    for (double now = from; now < to; now += 0.25) {
      report(now);
      bed.settle(now);
      EXPECT_FALSE(bed.consumer.lacks_reports(at(now))) << now;
    }
  };
  pass(2, 60);
  EXPECT_EQ(bed.missed, 0);
  EXPECT_GE(std::ranges::count(bed.asked, Ask::get_mdib), 20) << "an alarm may be among what is missing";
  (void)bed.provider.set_alarm("hr.limits", true, SignalPresence::on, wall(2000), at(60));  // lost on the way
  pass(60, 63);
  EXPECT_EQ(bed.consumer.mdib().all().alarms.at(0).presence, true);
  in_twos_until = bed.consumer.mdib().at().version / 2;
  pass(63, 67);
  (void)bed.provider.set_alarm("hr.limits", false, SignalPresence::off, wall(2000), at(67));  // lost on the way
  report(67);
  EXPECT_TRUE(bed.consumer.lacks_reports(at(68.1))) << "it tells each version now";
}

TEST(Consumer, WhatIsLostBeforeATraceHasComeIsSaidOnceTheMdibShowsIt) {
  Bedside bed;
  bed.settle(1);
  (void)bed.provider.set_alarm("hr.limits", true, SignalPresence::on, wall(2000), at(2));  // lost on the way
  bed.send(bed.provider.set_numeric("hr", 71, Validity::valid, wall(1000), at(2)), 2);
  EXPECT_FALSE(bed.consumer.lacks_reports(at(3.5))) << "it may be a trace";
  EXPECT_TRUE(bed.consumer.lacks_reports(at(8.5))) << "nobody answered";
  bed.settle(3.5);
  EXPECT_EQ(bed.missed, 1);
  EXPECT_FALSE(bed.consumer.has_unheard_traces());
}

TEST(Consumer, WhatTheDeviceNeverDescribesIsAskedForLessAndLess) {
  Bedside bed;
  bed.settle(1);
  for (double now = 2; now < 122; now += 0.5) {
    std::string body = bed.provider.set_numeric("hr", now, Validity::valid, wall(1000), at(now)).at(0).body;
    for (auto place = body.find("\"hr\""); place != std::string::npos; place = body.find("\"hr\"", place))
      body.replace(place, 4, "\"nobody\"");
    bed.note(bed.consumer.notified(as_bytes(body), at(now)));
    bed.settle(now);
  }
  const auto asked = std::count(bed.asked.begin(), bed.asked.end(), Ask::get_mdib);
  EXPECT_GE(asked, 4);
  EXPECT_LE(asked, 8);
}

TEST(Consumer, AReportThatOvertakesTheMdibIsNotUndoneByIt) {
  Bedside bed;
  bed.settle(1);
  bed.send(bed.provider.set_numeric("hr", 60, Validity::valid, wall(1), at(2)), 2);
  (void)bed.provider.set_numeric("hr", 61, Validity::valid, wall(2), at(2));
  bed.send(bed.provider.set_numeric("hr", 62, Validity::valid, wall(3), at(2)), 2);
  const auto request = bed.consumer.due(at(4));
  ASSERT_TRUE(request && request->ask == Ask::get_mdib);
  const Reply old = bed.provider.handle(as_bytes(request->body), at(4));
  bed.send(bed.provider.set_numeric("hr", 140, Validity::valid, wall(4), at(4)), 4);
  EXPECT_TRUE(bed.consumer.answered(request->id, as_bytes(old.body), at(4)).loaded);
  EXPECT_EQ(bed.consumer.mdib().all().numerics.at(0).value, 140.0);
  EXPECT_FALSE(bed.consumer.mdib().needs_mdib());
}

TEST(Consumer, ARestartedDeviceIsSaidAndReadAnew) {
  Bedside bed;
  bed.settle(1);
  BedPlan plan = small_bed();
  plan.sequence = "urn:uuid:00000000-0000-0000-0000-0000000000bb";
  bed.provider = Provider(plan);
  bed.settle(9);
  EXPECT_EQ(bed.consumer.stage(), Stage::live);
  EXPECT_EQ(bed.consumer.mdib().at().sequence, plan.sequence);
  ASSERT_EQ(bed.troubles.size(), 2U);
  EXPECT_EQ(bed.troubles[1].kind, TroubleKind::began_anew);
}

TEST(Consumer, AnotherDeviceAtTheAddressIsNotShown) {
  Bedside bed;
  BedPlan plan = small_bed();
  plan.address = "urn:uuid:00000000-0000-0000-0000-000000000013";
  bed.provider = Provider(plan);
  bed.settle(1);
  EXPECT_FALSE(bed.consumer.mdib().loaded());
  ASSERT_EQ(bed.troubles.size(), 1U);
  EXPECT_EQ(bed.troubles[0].kind, TroubleKind::wrong_device);
}

TEST(Consumer, EachRefusalHasItsRemedyAndIsTriedAgain) {
  for (const auto& [refusal, kind] :
       {std::pair{Refusal::unreachable, TroubleKind::unreachable}, std::pair{Refusal::timeout, TroubleKind::timeout},
        std::pair{Refusal::certificate_refused, TroubleKind::certificate},
        std::pair{Refusal::broken, TroubleKind::unreadable}}) {
    Bedside bed;
    const auto request = bed.consumer.due(at(1));
    const Outcome out = bed.consumer.failed(request->id, refusal, "why", at(1));
    ASSERT_EQ(out.troubles.size(), 1U);
    EXPECT_EQ(out.troubles[0].kind, kind);
    EXPECT_EQ(out.troubles[0].detail, "why");
    EXPECT_FALSE(remedy(kind).french.empty());
    EXPECT_NE(remedy(kind).french, remedy(kind).english);
    EXPECT_FALSE(bed.consumer.due(at(1.5)));
    bed.settle(2.5);
    EXPECT_EQ(bed.consumer.stage(), Stage::live);
  }
}

TEST(Consumer, StopUnsubscribes) {
  Bedside bed;
  bed.settle(1);
  bed.consumer.stop();
  bed.settle(2);
  EXPECT_EQ(bed.asked.back(), Ask::unsubscribe);
  EXPECT_EQ(bed.provider.subscriber_count(), 0U);
  EXPECT_FALSE(bed.consumer.next_due());
}

TEST(Consumer, HeldReportsAreBounded) {
  Bedside bed;
  for (int i = 0; i < 2; ++i) {
    const auto request = bed.consumer.due(at(1));
    bed.note(
        bed.consumer.answered(request->id, as_bytes(bed.provider.handle(as_bytes(request->body), at(1)).body), at(1)));
  }
  const auto request = bed.consumer.due(at(1));
  const Reply mdib = bed.provider.handle(as_bytes(request->body), at(1));
  for (std::size_t i = 0; i <= held_reports_max; ++i)
    bed.send(bed.provider.set_numeric("hr", 60, Validity::valid, wall(1), at(1)), 1);
  bed.note(bed.consumer.answered(request->id, as_bytes(mdib.body), at(1)));
  EXPECT_TRUE(bed.consumer.mdib().needs_mdib());  // the first was dropped, and that is noticed
  EXPECT_EQ(bed.consumer.mdib().at().version, held_reports_max + 1);
}

TEST(Provider, IsFoundByProbeAndResolve) {
  Provider provider(small_bed());
  Device any;
  any.types = medical_types();
  const auto matches = provider.discovered(discovery_envelope({DiscoveryKind::probe, {any}, {}}, "urn:uuid:1"));
  ASSERT_TRUE(matches);
  const auto again = parse_envelope(as_bytes(print_envelope(*matches))).value();
  EXPECT_EQ(again.relates_to, "urn:uuid:1");
  const auto found = read_discovery(again);
  ASSERT_TRUE(found && found->devices.size() == 1);
  EXPECT_EQ(location_of(found->devices[0].scopes), small_bed().location);
  Device wanted;
  wanted.address = "urn:uuid:other";
  EXPECT_FALSE(provider.discovered(discovery_envelope({DiscoveryKind::resolve, {wanted}, {}}, "urn:uuid:2")));
  wanted.address = small_bed().address;
  EXPECT_TRUE(provider.discovered(discovery_envelope({DiscoveryKind::resolve, {wanted}, {}}, "urn:uuid:3")));
  EXPECT_EQ(read_discovery(provider.bye())->kind, DiscoveryKind::bye);
  EXPECT_EQ(read_discovery(provider.hello())->devices.at(0).urls.at(0), small_bed().url);
}

TEST(Provider, BoundsItsSubscribers) {
  Provider provider(small_bed());
  const Subscribe asked{"http://a/", "", std::nullopt, {}};
  const Envelope question = request("", eventing_action("Subscribe"), "urn:uuid:1", subscribe_element(asked));
  for (std::size_t i = 0; i < subscribers_max; ++i)
    EXPECT_EQ(provider.handle(as_bytes(print_envelope(question)), at(1)).status, 200);
  EXPECT_EQ(provider.handle(as_bytes(print_envelope(question)), at(1)).status, 400);
  EXPECT_EQ(provider.handle(as_bytes(print_envelope(question)), at(20)).status, 200);  // the others expired
}

TEST(Location, ScopesReadBackTheSame) {
  EXPECT_TRUE(rc::check("scopes", [](const std::string& facility, const std::string& bed) {
    Location location;
    location.facility = percent_decoded(facility);
    location.bed = percent_decoded(bed);
    RC_PRE(!location.empty());
    RC_ASSERT(location_of({"sdc.cdc.type:///1", location_scope(location)}) == location);
  }));
  EXPECT_EQ(location_of({"sdc.ctxt.loc:/x?fac=&bed="}), std::nullopt);
}

}  // namespace
}  // namespace cordon::sdc
