// SPDX-License-Identifier: Apache-2.0
#include "intellivue/client.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>
#include <tuple>

#include "intellivue/monitor.h"
#include "intellivue/testing.h"

namespace cordon::intellivue {
namespace {

using std::chrono::milliseconds;

constexpr Peer cordon = 1, stranger = 2;
constexpr milliseconds step{50};

MonitorOptions monitor_options() {
  MonitorOptions out;
  out.address = {{{0x00, 0x09, 0xFB, 0, 0, 1}}, {10, 9, 0, 2}, {255, 255, 255, 0}};
  return out;
}

Scene scene() {
  Scene out;
  out.bed = "Réa 12";
  out.patient.state = PatientState::admitted;
  out.patient.family = "Lefèvre";
  out.patient.given = "Anaïs";
  out.patient.id = "10042";
  out.numerics = {{1, 0x4182, 0x0AA0, "HR", 72, 0, 0},
                  {2, 0x4BB8, 0x0220, "SpO2", 98.5, 1, 0},
                  {3, 0x4B48, 0x17A0, "Temp", 36.7, 1, 0x4000}};
  WaveSource ecg;
  ecg.handle = 10;
  ecg.physio_id = 0x0102;
  ecg.unit = 0x10B2;
  ecg.label = "II";
  ecg.label_code = 0x00020102;
  ecg.scale = {Float::of(-40.96), Float::of(40.95), 0, 16382};
  ecg.fixed = {{FixedValueId::invalid_mask, 0x4000}, {FixedValueId::pacer_mask, 0x8000}};
  WaveSource pleth = ecg;
  pleth.handle = 11;
  pleth.physio_id = 0x4BB4;
  pleth.label = "Pleth";
  pleth.label_code = 0x00024BB4;
  pleth.sample_period = 64;
  pleth.spec.array_size = 32;
  out.waves = {ecg, pleth};
  return out;
}

/// Night joins a client and a monitor by a network that loses, doubles, delays and so reorders datagrams, all from one
/// seed.
class Night {
 public:
  struct Faults {
    double lost = 0, doubled = 0, delayed = 0;
    milliseconds delay_max{400};
  };

  explicit Night(std::uint64_t seed = 1) : Night(seed, Faults{}) {}
  Night(std::uint64_t seed, Faults with) : faults(with), monitor(monitor_options()), random_(seed) {
    monitor.scene = scene();
  }

  void run(milliseconds time) {
    for (const MonoTime end = now + time; now < end; now += step) {
      feed();
      if (monitor_on) say(monitor.tick(now));
      say(client.tick(now));
      deliver();
    }
  }
  template <class T>
  std::vector<T> told() const {
    std::vector<T> out;
    for (const Report& report : reports) {
      if (const auto* one = std::get_if<T>(&report)) out.push_back(*one);
    }
    return out;
  }
  std::size_t troubles(TroubleKind kind) const {
    std::size_t out = 0;
    for (const Trouble& t : told<Trouble>()) out += t.kind == kind && t.present ? 1 : 0;
    return out;
  }
  std::size_t over(TroubleKind kind) const {
    std::size_t out = 0;
    for (const Trouble& t : told<Trouble>()) out += t.kind == kind && !t.present ? 1 : 0;
    return out;
  }
  /// asked counts the polls of a class that the client has sent since `sent` was cleared.
  std::size_t asked(std::uint16_t object_class, bool extended) const {
    std::size_t out = 0;
    for (const Bytes& datagram : sent) {
      const auto message = parse(datagram);
      const auto* poll = message ? std::get_if<PollRequest>(&message->body) : nullptr;
      out += poll != nullptr && poll->polled.object_class == object_class && poll->extended == extended ? 1 : 0;
    }
    return out;
  }
  void say(ClientOutput out) {
    if (out.fed) fed = now;
    sent.insert(sent.end(), out.send.begin(), out.send.end());
    for (Bytes& datagram : out.send) post(true, std::move(datagram));
    for (Report& report : out.reports) reports.push_back(std::move(report));
  }
  void say(std::vector<Outgoing> out) {
    for (Outgoing& one : out) {
      if (one.to == cordon) post(false, std::move(one.datagram));
    }
  }

  Faults faults;
  Monitor monitor;
  Client client;
  MonoTime now{};
  bool monitor_on = true;
  std::vector<Report> reports;
  std::vector<Bytes> sent;
  MonoTime fed{};  // when an answer to a repeated poll last came

 private:
  struct Flying {
    MonoTime at;
    bool to_monitor;
    Bytes datagram;
  };

  bool happens(double probability) { return std::uniform_real_distribution<>(0, 1)(random_) < probability; }
  void post(bool to_monitor, Bytes datagram) {
    for (int copies = happens(faults.doubled) ? 2 : 1; copies > 0; --copies) {
      if (happens(faults.lost)) continue;
      const auto late = happens(faults.delayed)
                            ? std::uniform_int_distribution<>(0, static_cast<int>(faults.delay_max.count()))(random_)
                            : 0;
      flying_.push_back({now + milliseconds{late}, to_monitor, datagram});
    }
  }
  void deliver() {
    for (std::size_t i = 0; i < flying_.size();) {
      if (flying_[i].at > now) {
        ++i;
        continue;
      }
      const Flying one = flying_[i];
      flying_.erase(flying_.begin() + static_cast<std::ptrdiff_t>(i));
      if (!one.to_monitor) {
        say(client.receive(one.datagram, now));
      } else if (monitor_on) {
        say(monitor.receive(cordon, one.datagram, now));
      }
    }
  }
  /// feed plays a rising ramp into both waves: sample n of the ECG is n modulo 8192, of the plethysmogram likewise.
  void feed() {
    for (auto& [handle, count, every] :
         {std::tuple<std::uint16_t, std::uint32_t&, int>{10, ecg_, 2}, {11, pleth_, 8}}) {
      std::vector<std::uint16_t> samples;
      for (int i = 0; i < step.count() / every; ++i) samples.push_back(static_cast<std::uint16_t>(count++ % 8192));
      if (monitor_on) monitor.samples(handle, samples);
    }
  }

  std::mt19937_64 random_;
  std::vector<Flying> flying_;
  std::uint32_t ecg_ = 0, pleth_ = 0;
};

TEST(Client, SeesNumbersWavesAlarmsPatientAndBed) {
  Night night;
  night.run(milliseconds{3000});
  EXPECT_EQ(night.client.phase(), Phase::polling);
  const auto numerics = night.told<Numeric>();
  ASSERT_GE(numerics.size(), 6U);
  EXPECT_EQ(numerics[0].label, "HR");
  EXPECT_EQ(numerics[0].ucum, "{beat}/min");
  EXPECT_EQ(numerics[0].value, 72);
  EXPECT_EQ(numerics[0].validity, Validity::valid);
  EXPECT_EQ(numerics[1].value, 98.5);
  EXPECT_EQ(numerics[2].validity, Validity::questionable);
  ASSERT_FALSE(night.told<AlarmList>().empty());
  EXPECT_EQ(night.told<Patient>().at(0).family, "Lefèvre");
  EXPECT_EQ(night.told<Patient>().at(0).given, "Anaïs");
  EXPECT_EQ(night.told<Device>().at(0).bed, "Réa 12");
  EXPECT_FALSE(night.told<Device>().at(0).demonstration);
  EXPECT_EQ(night.troubles(TroubleKind::no_answer), 0U);
}

TEST(Client, WavesComeInTheirUnitWithoutAHole) {
  Night night;
  night.run(milliseconds{5000});
  std::vector<double> ecg;
  for (const Wave& wave : night.told<Wave>()) {
    EXPECT_TRUE(wave.scaled);
    EXPECT_FALSE(wave.gap);
    EXPECT_EQ(wave.ucum, "mV");
    EXPECT_EQ(wave.marks.size(), wave.values.size());
    if (wave.key.handle == 10) ecg.insert(ecg.end(), wave.values.begin(), wave.values.end());
  }
  ASSERT_GT(ecg.size(), 1500U) << "five seconds at 500 a second, less what is under way";
  const double one = 81.91 / 16382;
  for (std::size_t i = 1; i < ecg.size(); ++i) ASSERT_NEAR(ecg[i] - ecg[i - 1], one, 1e-9) << i;
}

TEST(Client, MarksInvalidAndPacedSamples) {
  Night night;
  night.run(milliseconds{600});
  night.reports.clear();
  night.monitor.scene.waves.pop_back();
  night.monitor.samples(10, std::vector<std::uint16_t>(samples_queued_max, 0xC064));
  night.run(milliseconds{600});
  const auto waves = night.told<Wave>();
  ASSERT_FALSE(waves.empty());
  EXPECT_EQ(waves.back().marks.at(0), mark_invalid | mark_pacer);
  EXPECT_NEAR(waves.back().values.at(0), -40.96 + 100 * 81.91 / 16382, 1e-9) << "the marks are no part of the value";
}

TEST(Client, AlarmsBeginAndEnd) {
  Night night;
  night.run(milliseconds{2000});
  night.monitor.scene.patient_alarms = {{0x4182, 0x0BC4, code::patient_high, code::alarm_new, 1, "*** ASYSTOLE"}};
  night.monitor.scene.technical_alarms = {{0x4BB8, 0x0BC5, code::technical_medium, 0, 2, "!! SpO2 INOP"}};
  night.run(milliseconds{1200});
  const AlarmList list = [&] {
    AlarmList out;
    for (const AlarmList& one : night.told<AlarmList>()) out = one.kind == AlarmKind::patient ? one : out;
    return out;
  }();
  ASSERT_EQ(list.alarms.size(), 1U);
  EXPECT_EQ(list.alarms[0].priority, AlarmPriority::high);
  EXPECT_EQ(list.alarms[0].text, "*** ASYSTOLE");
  const AlarmSummary summary = night.told<AlarmSummary>().back();
  EXPECT_EQ(summary.patient, AlarmPriority::high);
  EXPECT_EQ(summary.technical, AlarmPriority::medium);
  night.monitor.scene.patient_alarms.clear();
  night.reports.clear();
  night.run(milliseconds{1200});
  EXPECT_EQ(night.told<AlarmSummary>().back().patient, AlarmPriority::none);
  for (const AlarmList& one : night.told<AlarmList>())
    EXPECT_TRUE(one.kind == AlarmKind::technical || one.alarms.empty());
}

TEST(Client, AlarmsThatAreRefusedAreToldAtOnceAndAskedForAgain) {
  Night night;
  night.monitor.scene.refused = {code::moc_alert_monitor};
  night.run(milliseconds{1000});
  EXPECT_EQ(night.troubles(TroubleKind::no_alarms), 1U);
  EXPECT_FALSE(night.told<Numeric>().empty()) << "all the rest looks well";
  night.run(std::chrono::seconds{20});
  EXPECT_EQ(night.troubles(TroubleKind::no_alarms), 1U) << "told once";
  night.monitor.scene.refused.clear();
  night.run(std::chrono::seconds{6});
  EXPECT_EQ(night.over(TroubleKind::no_alarms), 1U);
  EXPECT_FALSE(night.told<AlarmList>().empty());
  EXPECT_FALSE(remedy(TroubleKind::no_alarms).french.empty());
}

TEST(Client, WhatStopsWhileTheRestGoesOnIsToldAfterThreeSeconds) {
  for (const auto& [object_class, kind] : {std::pair{code::moc_alert_monitor, TroubleKind::no_alarms},
                                           {code::moc_numeric, TroubleKind::no_numerics},
                                           {code::moc_samples, TroubleKind::no_waves}}) {
    Night night;
    night.run(std::chrono::seconds{5});
    EXPECT_EQ(night.troubles(kind), 0U);
    night.monitor.scene.withheld = {object_class};
    night.run(milliseconds{1900});
    EXPECT_EQ(night.troubles(kind), 0U) << "the last answer may have been a second old";
    night.run(milliseconds{2300});
    EXPECT_EQ(night.troubles(kind), 1U);
    EXPECT_EQ(night.troubles(TroubleKind::silent), 0U);
    night.monitor.scene.withheld.clear();
    night.run(milliseconds{2000});
    EXPECT_EQ(night.over(kind), 1U);
    EXPECT_EQ(night.troubles(kind), 1U);
  }
}

TEST(Client, AnswersToKeepAlivesAreNoData) {
  Night night;
  night.run(std::chrono::seconds{5});
  night.monitor.scene.withheld = {code::moc_alert_monitor, code::moc_numeric, code::moc_samples};
  const MonoTime stopped = night.now;
  night.run(std::chrono::seconds{40});
  EXPECT_EQ(night.client.phase(), Phase::polling) << "it answers what keeps the association";
  EXPECT_LE(night.fed, stopped + step);
  EXPECT_EQ(night.troubles(TroubleKind::silent), 1U);
  EXPECT_EQ(night.troubles(TroubleKind::no_alarms), 0U) << "a monitor that says nothing is silent, and no more";
  night.sent.clear();
  night.run(std::chrono::seconds{3});
  EXPECT_EQ(night.asked(code::moc_alert_monitor, true), 2U) << "it may have lost what it was asked";
}

TEST(Client, StandbyIsToldWithTheAlarms) {
  Night night;
  night.run(milliseconds{2000});
  EXPECT_FALSE(night.told<AlarmSummary>().back().standby);
  night.monitor.scene.standby = true;
  night.run(milliseconds{1200});
  EXPECT_TRUE(night.told<AlarmSummary>().back().standby);
}

TEST(Client, EveryTraceIsDescribedAtOnceAndItsPollIsNotBegunAgain) {
  Night night;
  for (std::uint16_t i = 0; i < 8; ++i) {
    WaveSource more = night.monitor.scene.waves[1];
    more.handle = static_cast<std::uint16_t>(30 + i);
    night.monitor.scene.waves.push_back(more);
    night.monitor.samples(more.handle, std::vector<std::uint16_t>(1024, 7));
  }
  night.run(milliseconds{1500});
  std::set<std::uint16_t> seen;
  for (const Wave& wave : night.told<Wave>()) seen.insert(wave.key.handle);
  EXPECT_EQ(seen.size(), 10U) << "one of them a second would take ten";
  night.run(std::chrono::seconds{10});
  EXPECT_EQ(night.asked(code::moc_samples, true), 1U);
  EXPECT_EQ(night.asked(code::moc_samples, false), 2U);
}

TEST(Client, GoesOnThroughTheRenewalOfItsPolls) {
  Night night;
  night.run(std::chrono::seconds{150});
  night.reports.clear();
  night.run(milliseconds{2500});
  EXPECT_GE(night.told<Numeric>().size(), 6U);
  EXPECT_GE(night.told<Wave>().size(), 12U);
  EXPECT_EQ(night.client.counts().late, 0U);
}

TEST(Client, ARefusalIsToldWithItsRemedyAndTriedAgain) {
  Night night;
  Association request = standard(SessionKind::request, user_info(code::system_client, Wish{}));
  night.monitor.receive(stranger, *print_association(request), night.now);
  night.run(milliseconds{1000});
  EXPECT_EQ(night.troubles(TroubleKind::refused), 1U);
  EXPECT_NE(remedy(TroubleKind::refused).english.find("another client"), std::string_view::npos);
  EXPECT_NE(remedy(TroubleKind::refused).french.find("autre client"), std::string_view::npos);
  night.monitor.receive(stranger, *print_association(standard(SessionKind::release_request)), night.now);
  night.run(std::chrono::seconds{13});
  EXPECT_EQ(night.client.phase(), Phase::polling);
}

TEST(Client, AStationThatWasKilledHasItsMonitorBackAtOnceFromTheSamePort) {
  Night night;
  night.run(milliseconds{2000});
  night.client = Client{};
  night.sent.clear();
  night.reports.clear();
  night.run(milliseconds{1500});
  ASSERT_GE(night.sent.size(), 2U);
  EXPECT_EQ(parse_association(night.sent[0])->kind, SessionKind::abort) << "of what the dead one held";
  EXPECT_EQ(parse_association(night.sent[1])->kind, SessionKind::request);
  EXPECT_EQ(night.client.phase(), Phase::polling);
  EXPECT_FALSE(night.told<Numeric>().empty());
}

TEST(Client, AMonitorHeldByADeadStationIsAskedEverySecondAtFirst) {
  Night night;
  night.monitor.receive(
      stranger, *print_association(standard(SessionKind::request, user_info(code::system_client, {}))), night.now);
  night.run(milliseconds{8900});
  EXPECT_GE(night.troubles(TroubleKind::refused), 8U);
  night.run(milliseconds{2000});
  EXPECT_EQ(night.client.phase(), Phase::polling) << "the monitor has dropped the dead one";
  Night held;
  held.run(milliseconds{0});
  for (int i = 0; i < 60; ++i) {
    held.monitor.receive(stranger, *print_association(standard(SessionKind::abort)), held.now);
    held.monitor.receive(
        stranger, *print_association(standard(SessionKind::request, user_info(code::system_client, {}))), held.now);
    held.run(milliseconds{1000});
  }
  EXPECT_LE(held.troubles(TroubleKind::refused), 21U) << "15 seconds, then every ten";
}

TEST(Client, APulledPlugIsToldWithinThreeSecondsAndComesBack) {
  Night night;
  night.run(milliseconds{4000});
  night.monitor_on = false;
  night.monitor.turn_off();
  night.reports.clear();
  night.run(milliseconds{3100});
  EXPECT_EQ(night.troubles(TroubleKind::silent), 1U);
  night.run(std::chrono::seconds{30});
  EXPECT_EQ(night.troubles(TroubleKind::silent), 1U) << "told once";
  EXPECT_EQ(night.troubles(TroubleKind::no_answer), 1U);
  night.monitor_on = true;
  night.run(std::chrono::seconds{6});
  EXPECT_EQ(night.client.phase(), Phase::polling);
  night.reports.clear();
  night.run(milliseconds{1500});
  EXPECT_FALSE(night.told<Wave>().empty());
}

TEST(Client, AMonitorWithoutWavesIsSaidToHaveNone) {
  MonitorOptions options = monitor_options();
  options.grants_waves = false;
  Night night;
  night.monitor = Monitor(options);
  night.monitor.scene = scene();
  night.run(milliseconds{3000});
  EXPECT_EQ(night.troubles(TroubleKind::no_waves), 1U);
  EXPECT_FALSE(night.told<Numeric>().empty());
  EXPECT_TRUE(night.told<Wave>().empty());
}

TEST(Client, AsksForTheWavesItWasTold) {
  ClientOptions options;
  options.wave_labels = {0x00024BB4};
  Night night;
  night.client = Client(options);
  night.run(milliseconds{3000});
  ASSERT_FALSE(night.told<Wave>().empty());
  for (const Wave& wave : night.told<Wave>()) EXPECT_EQ(wave.label, "Pleth");
}

TEST(Client, StopFreesAMonitorThatWasNotConfirmedYet) {
  Night night;
  const auto begin = [&](const Bytes& datagram) { return night.monitor.receive(cordon, datagram, night.now); };
  for (const Bytes& datagram : night.client.tick(night.now).send) {
    for (const Outgoing& one : begin(datagram)) {
      if (is_session(one.datagram)) night.client.receive(one.datagram, night.now);
    }
  }
  ASSERT_EQ(night.client.phase(), Phase::creating);
  for (const Bytes& datagram : night.client.stop().send) begin(datagram);
  EXPECT_EQ(night.monitor.client(), std::nullopt);
}

TEST(Client, StopFreesTheMonitor) {
  Night night;
  night.run(milliseconds{2000});
  EXPECT_EQ(night.monitor.client(), cordon);
  night.say(night.client.stop());
  night.run(milliseconds{200});
  EXPECT_EQ(night.monitor.client(), std::nullopt);
  EXPECT_EQ(night.client.phase(), Phase::released);
  night.reports.clear();
  night.run(std::chrono::seconds{20});
  EXPECT_TRUE(night.reports.empty());
}

TEST(Client, AScreenfulIsSplitIntoLinkedAnswersAndReadWhole) {
  Night night;
  for (std::uint16_t i = 0; i < 120; ++i)
    night.monitor.scene.numerics.push_back({static_cast<std::uint16_t>(100 + i), 0x4182, 0x0AA0, "X", double(i), 0, 0});
  night.run(milliseconds{1500});
  double last = 0;
  for (const Numeric& n : night.told<Numeric>()) last = std::max(last, n.key.handle >= 100 ? n.value : 0);
  EXPECT_EQ(last, 119);
}

TEST(Client, PartsOfACompoundHaveOneHandleAndOfTwoLinesTwo) {
  Night night;
  for (std::uint16_t line = 0; line < 2; ++line) {
    for (std::uint16_t part = 0; part < 3; ++part) {
      const auto physio = static_cast<std::uint16_t>(0x4A15 + part);
      night.monitor.scene.numerics.push_back(
          {static_cast<std::uint16_t>(100 + line), physio, 0x0F20, "ABP", 100.0 + 10 * line + part, 0, 0});
    }
  }
  night.run(milliseconds{1500});
  std::set<std::tuple<std::uint16_t, std::uint16_t, double>> told;
  for (const Numeric& n : night.told<Numeric>())
    if (n.key.handle >= 100) told.insert({n.key.handle, n.physio_id, n.value});
  EXPECT_EQ(told, (std::set<std::tuple<std::uint16_t, std::uint16_t, double>>{{100, 0x4A15, 100},
                                                                              {100, 0x4A16, 101},
                                                                              {100, 0x4A17, 102},
                                                                              {101, 0x4A15, 110},
                                                                              {101, 0x4A16, 111},
                                                                              {101, 0x4A17, 112}}));
}

TEST(Client, MoreObjectsThanTheBoundAreToldAndNotKept) {
  Night night;
  night.monitor.scene.numerics.clear();
  for (std::uint16_t i = 0; i <= handles_max; ++i)
    night.monitor.scene.numerics.push_back({static_cast<std::uint16_t>(100 + i), 0x4182, 0x0AA0, "X", 1, 0, 0});
  night.monitor.scene.waves.clear();
  night.run(milliseconds{2500});
  EXPECT_EQ(night.troubles(TroubleKind::too_many_objects), 1U);
  for (const Numeric& n : night.told<Numeric>()) EXPECT_LT(n.key.handle, 100 + handles_max);
}

TEST(Client, AnotherPatientTakesNothingOfTheLast) {
  Night night;
  night.run(milliseconds{1000});
  night.monitor.scene.patient = Patient{};
  night.monitor.scene.patient.state = PatientState::admitted;
  night.monitor.scene.patient.family = "Ba";
  night.reports.clear();
  night.run(std::chrono::seconds{31});
  const auto patients = night.told<Patient>();
  ASSERT_FALSE(patients.empty());
  EXPECT_EQ(patients.back().family, "Ba");
  EXPECT_EQ(patients.back().given, "");
  EXPECT_EQ(patients.back().id, "");
}

TEST(Client, DemonstrationIsNeverAPatientsNumber) {
  Night night;
  night.monitor.scene.mode = code::mode_demo;
  for (NumericSource& n : night.monitor.scene.numerics) n.state |= code::state_demo;
  night.run(milliseconds{2000});
  EXPECT_TRUE(night.told<Device>().at(0).demonstration);
  for (const Numeric& n : night.told<Numeric>()) EXPECT_EQ(n.validity, Validity::demonstration);
}

TEST(Client, NoiseIsCountedAndHarmsNothing) {
  Night night;
  night.run(milliseconds{1000});
  std::mt19937_64 random(7);
  for (int i = 0; i < 2000; ++i) {
    Bytes noise(random() % 200);
    for (auto& octet : noise) octet = static_cast<std::uint8_t>(random());
    // An abort or a release cannot be told from a forged one: UDP has no secret. Those the night below provokes.
    if (is_session(noise)) noise[0] = 0xE1;
    night.say(night.client.receive(noise, night.now));
  }
  EXPECT_GT(night.client.counts().malformed, 1900U);
  night.reports.clear();
  night.run(milliseconds{1500});
  EXPECT_FALSE(night.told<Numeric>().empty());
}

TEST(Client, WhatCannotBeReadIsToldUntilTenSecondsAfterTheLast) {
  Night night;
  night.run(milliseconds{1000});
  EXPECT_EQ(night.troubles(TroubleKind::unreadable), 0U);
  const auto answer = [&](std::size_t cut) {
    PollReply reply;
    reply.polled = {code::part_object, code::moc_numeric};
    const NumericObserved value{0x4182, 0, 0x0AA0, Float::of(60)};
    Attribute heart_rate = attribute(code::attr_numeric, value);
    heart_rate.value.resize(heart_rate.value.size() - cut);  // shorter than what stands in it
    reply.contexts = {{0, {{1, {heart_rate}}}}};
    return *print({0xE100, 2, 1, std::nullopt, reply});
  };
  Bytes cut = answer(0);
  cut.resize(cut.size() / 2);
  night.say(night.client.receive(cut, night.now));
  EXPECT_EQ(night.troubles(TroubleKind::unreadable), 1U) << "the message says that there is more of it";
  night.run(std::chrono::seconds{8});
  night.client.receive(answer(0), night.now);
  night.say(night.client.receive(answer(2), night.now));
  night.run(std::chrono::seconds{8});
  EXPECT_EQ(night.troubles(TroubleKind::unreadable), 1U) << "once, while it stands";
  EXPECT_EQ(night.over(TroubleKind::unreadable), 0U);
  night.run(std::chrono::seconds{4});
  EXPECT_EQ(night.over(TroubleKind::unreadable), 1U);
  EXPECT_EQ(night.troubles(TroubleKind::unseen), 0U) << "its value was shown";
}

TEST(Client, WhatCouldNeverBeReadIsToldApartUnlessItSaysWhatIsToBeBelieved) {
  Night night;
  night.run(milliseconds{1000});
  std::uint16_t invoked = 100;
  const auto say = [&](std::uint16_t object_class, std::vector<Attribute> attributes) {
    PollReply reply;
    reply.polled = {code::part_object, object_class};
    reply.contexts = {{0, {{77, std::move(attributes)}}}};
    night.say(night.client.receive(*print({0xE100, 2, invoked++, std::nullopt, reply}), night.now));
  };
  const auto told = [&] {
    return std::pair(night.troubles(TroubleKind::unreadable), night.troubles(TroubleKind::unseen));
  };
  using Told = std::pair<std::size_t, std::size_t>;
  const Attribute heart_rate = attribute(code::attr_numeric, NumericObserved{0x4182, 0, 0x0AA0, Float::of(60)});
  const auto cut = [](std::uint16_t id) { return Attribute{id, Bytes(1)}; };
  say(code::moc_numeric, {heart_rate, cut(code::attr_label_string)});
  say(code::moc_numeric, {cut(code::attr_numeric_compound), heart_rate});
  EXPECT_EQ(told(), Told(0, 1)) << "a label and a value that never stood here: once, while they stand";
  EXPECT_EQ(night.told<Numeric>().back().value, 60) << "what can be read is shown";
  say(code::moc_numeric, {cut(code::attr_numeric)});
  EXPECT_EQ(told(), Told(1, 1)) << "this one stood here";
  night.run(std::chrono::seconds{12});
  EXPECT_EQ(night.over(TroubleKind::unseen), 1U);
  for (const std::uint16_t grave : {code::attr_alert_condition, code::attr_operating_mode, code::attr_fixed_values}) {
    const std::size_t before = told().first;
    say(grave == code::attr_operating_mode ? code::moc_mds : code::moc_samples, {cut(grave)});
    EXPECT_EQ(told().first, before + 1) << grave;
    night.run(std::chrono::seconds{12});
  }
  say(code::moc_alert_monitor, {cut(code::attr_patient_alarms)});
  EXPECT_EQ(night.troubles(TroubleKind::damaged_alarms), 1U);
  EXPECT_EQ(told(), Told(5, 1)) << "an alarm is never beside";
}

// What a bad network may cost: readings, never a wrong one; afterwards all is as it was.
class BadNight : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(BadNight, ShowsNothingWrongAndComesBack) {
  Night night(GetParam(), {0.15, 0.15, 0.3, milliseconds{400}});
  for (int minute = 0; minute < 2; ++minute) {
    for (double heart_rate : {60.0, 61.0, 62.0, 63.0, 64.0, 65.0}) {
      night.monitor.scene.numerics[0].value = heart_rate + 10 * minute;
      night.run(std::chrono::seconds{5});
    }
  }
  double before = 0;
  Ticks at = 0;
  for (const Numeric& n : night.told<Numeric>()) {
    if (n.key.handle != 1) continue;
    EXPECT_GE(n.value, before) << "an older number never follows a newer one";
    EXPECT_GE(n.at, at);
    before = n.value;
    at = n.at;
  }
  EXPECT_GT(before, 0);
  for (const Wave& wave : night.told<Wave>()) {
    for (std::size_t i = 1; i < wave.values.size(); ++i) {
      const double rise = (wave.values[i] - wave.values[i - 1]) / (81.91 / 16382);
      ASSERT_TRUE(std::fabs(rise - 1) < 1e-6 || std::fabs(rise + 8191) < 1e-6) << rise;
    }
  }
  night.faults = {};
  night.run(std::chrono::seconds{25});
  EXPECT_EQ(night.client.phase(), Phase::polling);
  night.reports.clear();
  night.run(milliseconds{2500});
  EXPECT_GE(night.told<Numeric>().size(), 6U);
  EXPECT_GE(night.told<Wave>().size(), 12U);
  EXPECT_GE(night.told<AlarmList>().size(), 4U);
}

INSTANTIATE_TEST_SUITE_P(Seeds, BadNight, ::testing::Range<std::uint64_t>(1, 25));

TEST(Monitor, AnswersGetAndSetOfThePriorityList) {
  Night night;
  night.run(milliseconds{1000});
  const auto ask = [&](Body body) {
    const auto out = night.monitor.receive(cordon, *print({0xE100, 2, 77, std::nullopt, std::move(body)}), night.now);
    return parse(out.at(0).datagram)->body;
  };
  const ManagedObject mds{code::moc_mds, 0, 0};
  const auto list = [](const Attributes& a) { return read_from<LabelList>(a, code::attr_wave_priorities)->labels; };
  EXPECT_EQ(list(std::get<GetReply>(ask(GetRequest{mds, 0, {code::attr_wave_priorities}})).attributes).size(), 2U);
  const Modification one{Modify::replace, attribute(code::attr_wave_priorities, LabelList{{0x00020102}})};
  EXPECT_EQ(list(std::get<SetReply>(ask(SetRequest{true, mds, 0, {one}})).attributes).size(), 1U);
  EXPECT_EQ(list(std::get<GetReply>(ask(GetRequest{mds, 0, {code::attr_wave_priorities}})).attributes).size(), 1U);
  const Modification reset{Modify::set_to_default, {code::attr_wave_priorities, {}}};
  ask(SetRequest{true, mds, 0, {reset}});
  EXPECT_EQ(list(std::get<GetReply>(ask(GetRequest{mds, 0, {code::attr_wave_priorities}})).attributes).size(), 2U);
  EXPECT_EQ(std::get<RemoteError>(ask(GetRequest{mds, 0, {code::attr_age}})).code, RemoteErrorCode::get_list_error);
  EXPECT_EQ(std::get<RemoteError>(ask(Unread{false, 7, {}})).code, RemoteErrorCode::no_such_action);
}

TEST(Monitor, DropsAClientThatFallsSilent) {
  Night night;
  night.run(milliseconds{1000});
  for (int i = 0; i < 250; ++i) night.monitor.tick(night.now += step);
  EXPECT_EQ(night.monitor.client(), std::nullopt);
}

TEST(Monitor, AClientThatNeverConfirmsIsAborted) {
  Monitor monitor(monitor_options());
  MonoTime now{};
  const auto accept = monitor.receive(
      stranger, *print_association(standard(SessionKind::request, user_info(code::system_client, Wish{}))), now);
  ASSERT_EQ(accept.size(), 2U) << "the accept and the create event";
  unsigned events = 1;
  bool aborted = false;
  for (int i = 0; i < 300 && !aborted; ++i) {
    for (const Outgoing& one : monitor.tick(now += step)) (is_session(one.datagram) ? aborted = true : ++events != 0U);
  }
  EXPECT_EQ(events, 3U);
  EXPECT_TRUE(aborted);
}

TEST(Monitor, QueuesAWaveUpToItsBound) {
  Night night;
  night.monitor.samples(10, std::vector<std::uint16_t>(samples_queued_max + 128, 5));
  std::vector<std::uint16_t> marked(samples_queued_max, 6);
  night.monitor.samples(10, marked);
  night.run(milliseconds{1000});
  ASSERT_FALSE(night.told<Wave>().empty());
  EXPECT_NEAR(night.told<Wave>().at(0).values.at(0), -40.96 + 6 * 81.91 / 16382, 1e-9) << "the oldest are dropped";
}

}  // namespace
}  // namespace cordon::intellivue
