// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "engine/journal.h"
#include "engine/situation.h"
#include "engine/testing.h"
#include "event/json.h"

namespace cordon::engine {
namespace {

using event::CutState;
using event::EnforcerStep;

event::HostKey host(int n) {
  return {"span0", 0,
          *Mac::parse(n < 10 ? "02:77:00:00:00:0" + std::to_string(n) : "02:77:00:00:00:" + std::to_string(n)),
          *IpAddress::parse("10.77.0." + std::to_string(n)), at(0)};
}

event::Observation observation(double s, int n, double llr, bool confirmed = true) {
  event::Observation o;
  o.at = o.first_altered = at(s);
  o.host = host(n);
  o.user = "CHV\\u" + std::to_string(n);
  o.share = "\\\\10.77.0.20\\commun";
  o.path = o.share + "\\f" + std::to_string(static_cast<int>(s * 10));
  o.kind = "structure_lost";
  o.llr = llr;
  o.confirmed = confirmed;
  o.altered = true;
  return o;
}

struct Night {
  Engine engine{{}, {}, State{}};
  std::vector<Recorded> events;
  std::vector<event::Effect> effects;

  Step operator()(const event::Input& input) {
    Step step = engine.step(input);
    events.insert(events.end(), step.events.begin(), step.events.end());
    effects.insert(effects.end(), step.effects.begin(), step.effects.end());
    return step;
  }
  std::vector<std::string> types() const {
    std::vector<std::string> out;
    for (const Recorded& r : events) out.emplace_back(event::type_of(r.event));
    return out;
  }
  const CutRecord& only_cut() const {
    EXPECT_EQ(engine.state().cuts.size(), 1U);
    return engine.state().cuts.begin()->second;
  }
};

/// watch has the sensor tell that it sees.
void watch(Night& run, double s, const std::string& sensor = "span0") {
  event::SensorReport report;
  report.at = at(s);
  report.sensor = sensor;
  run(report);
}

void attack(Night& run, int n = 12, double from = 1) {
  for (int i = 0; i < 3; ++i) run(observation(from + i, n, 8));
}

TEST(Engine, ThreeDestroyedFilesGiveAVerdictThatNamesThemAPlanAndACut) {
  Night run;
  attack(run);
  ASSERT_EQ(run.types(), (std::vector<std::string>{"evidence", "evidence", "verdict", "evidence", "verdict", "plan",
                                                   "cut_decided"}));
  const auto& verdict = std::get<event::Verdict>(run.events[4].event);
  EXPECT_EQ(verdict.level, event::Level::infected);
  EXPECT_EQ(verdict.why, (std::vector<Sequence>{Sequence{1}, Sequence{2}, Sequence{4}}));
  EXPECT_EQ(verdict.files_touched, 3U);
  ASSERT_EQ(run.effects.size(), 1U);
  const auto& apply = std::get<event::ApplyCut>(run.effects[0]);
  EXPECT_EQ(apply.ips, std::vector{host(12).ip});
  EXPECT_EQ(apply.id, run.only_cut().decision.id);
}

TEST(Engine, OneSidedEvidenceNeverCuts) {
  Night run;
  for (int i = 0; i < 100; ++i) run(observation(i, 12, 8, false));
  EXPECT_TRUE(run.effects.empty());
  EXPECT_EQ(run.engine.state().hosts.at(host(12)).level, event::Level::suspect);
}

TEST(Engine, TheCutIsProvenRolledBackAndMayFallAgain) {
  Night run;
  attack(run);
  const std::string id = run.only_cut().decision.id;
  run(event::EnforcerReport{at(4), id, EnforcerStep::applied, 0, "", "nftables"});
  EXPECT_EQ(run.only_cut().state, CutState::applied);
  watch(run, 4);
  run(event::EnforcerReport{at(5), id, EnforcerStep::read_back, 7, "", "nftables"});
  EXPECT_EQ(run.only_cut().state, CutState::holds);
  enter(run, decider, event::Role::cyber);
  run(taken_back(6, id));
  EXPECT_EQ(run.only_cut().state, CutState::lifting);
  EXPECT_EQ(std::get<event::LiftCut>(run.effects.back()).id, id);
  run(event::EnforcerReport{at(7), id, EnforcerStep::lifted, 0, "", "nftables"});
  EXPECT_EQ(run.only_cut().state, CutState::lifted);
  EXPECT_EQ(run.only_cut().by, decider);
  attack(run, 12, 20);
  EXPECT_EQ(run.engine.state().cuts.size(), 2U);
}

TEST(Engine, ACutThatNobodyWatchesIsUnproven) {
  Night run;
  attack(run);
  const std::string id = run.only_cut().decision.id;
  run(event::EnforcerReport{at(4), id, EnforcerStep::read_back, 7, "", "nftables"});
  EXPECT_EQ(run.only_cut().state, CutState::unproven) << "no sensor was ever heard";
  watch(run, 5);
  run(event::Tick{at(6)});
  EXPECT_EQ(run.only_cut().state, CutState::holds);
  run(event::ProcessChanged{at(7), "sensor span0", false, ""});
  run(event::Tick{at(10)});
  EXPECT_EQ(run.only_cut().state, CutState::holds) << "a sensor that is started again at once was not away";
  run(event::Tick{at(13)});
  EXPECT_EQ(run.only_cut().state, CutState::unproven);
  EXPECT_NE(run.only_cut().detail.find("no live sensor"), std::string::npos);
  run(event::ProcessChanged{at(14), "sensor span0", true, ""});
  run(event::Tick{at(15)});
  EXPECT_EQ(run.only_cut().state, CutState::holds);
  run(event::Tick{at(5) + sensor_silence_max});
  EXPECT_EQ(run.only_cut().state, CutState::holds);
  run(event::Tick{at(6) + sensor_silence_max});
  EXPECT_EQ(run.only_cut().state, CutState::unproven) << "connected, and silent";
}

TEST(Engine, ASensorOfAnotherNetworkProvesNothing) {
  Night run;
  attack(run);
  watch(run, 4, "span9");
  run(event::EnforcerReport{at(4), run.only_cut().decision.id, EnforcerStep::read_back, 7, "", "nftables"});
  EXPECT_EQ(run.only_cut().state, CutState::unproven);
}

TEST(Engine, AnAcknowledgementAfterTheCutMakesItUnproven) {
  Night run;
  watch(run, 1);
  attack(run);
  const std::string id = run.only_cut().decision.id;
  run(event::EnforcerReport{at(4), id, EnforcerStep::read_back, 7, "", "nftables"});
  run(event::FlowProgress{at(6), host(12), *IpAddress::parse("10.77.0.20"), 445, 4096});
  EXPECT_EQ(run.only_cut().state, CutState::unproven);
  run(event::FlowProgress{at(7), host(11), *IpAddress::parse("10.77.0.20"), 445, 4096});
  run(event::Tick{at(30)});
  EXPECT_EQ(run.only_cut().state, CutState::unproven) << "it may write one file in a while";
  watch(run, 600);
  run(event::Tick{at(6) + contain::contradiction_lasts});
  EXPECT_EQ(run.only_cut().state, CutState::holds);
}

TEST(Engine, AnEnforcerThatKeepsSilentHasFailedAndTheCutEndsInTime) {
  Night run;
  attack(run);
  run(event::Tick{at(20)});
  EXPECT_EQ(run.only_cut().state, CutState::failed);
  run(event::Tick{at(5 * 3600)});
  EXPECT_EQ(run.only_cut().state, CutState::lifting) << "nobody has confirmed it";
  EXPECT_TRUE(std::holds_alternative<event::LiftCut>(run.effects.back()));
}

TEST(Engine, WhoseTimeIsOverIsLiftedByAllWhoWereAskedHoweverLongItTakes) {
  Policy policy;
  policy.means = {{"nftables", "cordon-nft", event::Reach::exact, true},
                  {"samba", "cordon-smb", event::Reach::file_service, false}};
  Night run{Engine(policy, {}, State{}), {}, {}};
  attack(run);
  const std::string id = run.only_cut().decision.id;
  run(event::EnforcerReport{at(4), id, EnforcerStep::failed, 0, "", "nftables"});
  run(event::Tick{at(5 * 3600)});
  EXPECT_EQ(run.only_cut().state, CutState::lifting);
  EXPECT_EQ(run.only_cut().detail, "the cut reached its end");
  run(event::EnforcerReport{at(5 * 3600 + 1), id, EnforcerStep::lifted, 0, "", "nftables"});
  run(observation(5 * 3600 + 2, 12, 8));
  const double score = run.engine.state().tally.host(host(12))->all.score;
  EXPECT_GT(score, 0) << "what it does since counts against it";
  // Control dies before the other means, which is away, has confirmed it.
  Night after{Engine(policy, {}, run.engine.state()), {}, {}};
  after(event::Started{at(6 * 3600), "0.1.0", "", event::Mode::guard});
  ASSERT_EQ(after.effects.size(), 2U) << "each is asked once";
  for (const event::Effect& effect : after.effects) EXPECT_EQ(std::get<event::LiftCut>(effect).id, id);
  after(event::EnforcerReport{at(6 * 3600 + 1), id, EnforcerStep::lifted, 0, "", "samba"});
  EXPECT_EQ(after.only_cut().state, CutState::lifting) << "in this run the bridge has not said so";
  after(event::EnforcerReport{at(6 * 3600 + 2), id, EnforcerStep::lifted, 0, "", "nftables"});
  EXPECT_EQ(after.only_cut().state, CutState::expired) << "nobody took it back";
  EXPECT_EQ(after.engine.state().tally.host(host(12))->all.score, score) << "its end acquits nobody a second time";
  // It ended while Cordon was away.
  Night late{Engine(policy, {},
                    [&] {
                      Night n{Engine(policy, {}, State{}), {}, {}};
                      attack(n);
                      return n.engine.state();
                    }()),
             {},
             {}};
  late(event::Started{at(6 * 3600), "0.1.0", "", event::Mode::guard});
  EXPECT_EQ(late.only_cut().state, CutState::lifting);
  EXPECT_EQ(late.effects.size(), 1U);
}

TEST(Engine, AfterARestartWhatWasDecidedIsAskedForAgainAndStraysAreLifted) {
  Night before;
  attack(before);
  Engine after({}, {}, before.engine.state());
  const Step started = after.step(event::Started{at(10), "0.1.0", "", event::Mode::guard});
  ASSERT_EQ(started.effects.size(), 1U);
  EXPECT_EQ(std::get<event::ApplyCut>(started.effects[0]).id, before.only_cut().decision.id);
  const Step found = after.step(event::InForce{at(11), {}, {*IpAddress::parse("10.77.0.99")}, {}, "nftables"});
  ASSERT_EQ(found.effects.size(), 2U);
  EXPECT_EQ(std::get<event::LiftCut>(found.effects[1]).ips, std::vector{*IpAddress::parse("10.77.0.99")});
  EXPECT_EQ(found.events.size(), 1U);
}

TEST(Engine, AnIsolationTakenBackWhileItsMeansWasDownIsLiftedAndTheBlockOfTheSameHostStays) {
  Night run;
  attack(run);
  const event::CutDecided block = run.only_cut().decision;
  event::InForceKind blocked{"block_spread", block.macs, block.ips};
  event::InForceKind isolated{"isolate", block.macs, block.ips};
  const Step found = run(event::InForce{at(60), {}, {}, {blocked, isolated}, "nftables"});
  ASSERT_EQ(found.effects.size(), 1U);
  const auto& lift = std::get<event::LiftCut>(found.effects[0]);
  EXPECT_EQ(lift.action, "isolate");
  EXPECT_EQ(lift.ips, block.ips);
}

TEST(Engine, WhatIsOnItsWayOrHasJustEndedIsNoDifference) {
  Night run;
  attack(run);
  const std::size_t asked = run.effects.size();
  const Step before = run(event::InForce{at(2), {}, {}, {}, "nftables"});
  EXPECT_TRUE(before.events.empty() && before.effects.empty()) << "looked at before it was asked for";
  const Step after = run(event::InForce{at(4), {}, {}, {}, "nftables"});
  EXPECT_EQ(after.effects.size(), 1U);
  EXPECT_EQ(run.effects.size(), asked + 1);
  const Step ended = run(event::InForce{at(5 * 3600), {}, {}, {}, "nftables"});
  EXPECT_EQ(run.only_cut().state, CutState::lifting);
  ASSERT_EQ(ended.effects.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<event::LiftCut>(ended.effects[0]));
}

TEST(Engine, AfterARestartNobodyCountsAsUpUntilHeard) {
  Night before;
  before(event::ProcessChanged{at(1), "sensor span0", true, ""});
  Night after;
  after.engine = Engine({}, {}, before.engine.state());
  after(event::Started{at(10), "0.1.0", "", event::Mode::guard});
  EXPECT_FALSE(after.engine.state().processes.at("sensor span0").up);
  after(event::ProcessChanged{at(11), "sensor span0", true, ""});
  EXPECT_TRUE(after.engine.state().processes.at("sensor span0").up);
  EXPECT_EQ(after.types(), (std::vector<std::string>{"started", "process"}));
}

TEST(Engine, ARestartedSensorForgivesNobody) {
  Night run;
  run(observation(1, 12, 8));
  run(observation(2, 12, 8));
  // Started again, the sensor meets the workstation for the first time.
  event::HostKey anew = host(12);
  anew.since = at(3);
  run(event::HostSeen{at(3), anew, "CHV\\u12", false});
  event::Observation third = observation(4, 12, 8);
  third.host = anew;
  run(third);
  EXPECT_EQ(run.engine.state().hosts.size(), 1U);
  EXPECT_EQ(run.only_cut().decision.ips, std::vector{host(12).ip});
  // Another machine with that address is another host.
  event::Observation other = observation(5, 12, 8);
  other.host.mac = host(13).mac;
  run(other);
  EXPECT_EQ(run.engine.state().hosts.size(), 2U);
}

/// with_means is a night in which a bridge, switches and a file server can cut.
Night with_means() {
  Policy policy;
  policy.means = {{"nftables", "cordon-nft", event::Reach::exact, true},
                  {"radius", "radius", event::Reach::whole_host, false},
                  {"samba", "cordon-smb", event::Reach::file_service, false}};
  return {Engine(policy, {}, State{}), {}, {}};
}

std::vector<std::string> asked(const Night& run) {
  std::vector<std::string> out;
  for (const event::Effect& effect : run.effects) {
    const auto* apply = std::get_if<event::ApplyCut>(&effect);
    out.push_back(apply != nullptr ? "cut by " + apply->means : "lift by " + std::get<event::LiftCut>(effect).means);
  }
  return out;
}

TEST(Means, WhatAnotherWayRoundContradictsIsHandedOnToWhoStopsNoMoreThanWasDecided) {
  Night run = with_means();
  watch(run, 1);
  attack(run);
  const std::string id = run.only_cut().decision.id;
  EXPECT_EQ(run.only_cut().decision.means, "nftables");
  run(event::EnforcerReport{at(4), id, EnforcerStep::read_back, 7, "", "nftables"});
  run(event::Tick{at(5)});
  EXPECT_EQ(run.only_cut().state, CutState::holds);
  run(event::FlowProgress{at(6), host(12), *IpAddress::parse("10.77.0.20"), 445, 4096});
  EXPECT_EQ(run.only_cut().state, CutState::unproven);
  EXPECT_EQ(asked(run), (std::vector<std::string>{"cut by nftables", "cut by samba"}))
      << "a switch would isolate, which nobody decided";
  EXPECT_EQ(run.only_cut().means, (std::vector<std::string>{"nftables", "samba"}));
  run(event::EnforcerReport{at(7), id, EnforcerStep::applied, 0, "1 sessions ended", "samba"});
  run(event::EnforcerReport{at(8), id, EnforcerStep::read_back, 0, "", "samba"});
  EXPECT_EQ(run.only_cut().state, CutState::unproven);
  EXPECT_NE(run.only_cut().detail.find("; samba: the file server turns the host away"), std::string::npos)
      << run.only_cut().detail;
  watch(run, 600);
  run(event::Tick{at(6) + contain::contradiction_lasts});
  EXPECT_EQ(run.only_cut().state, CutState::holds) << "the bridge's rule drops, and nobody acknowledges any more";
}

TEST(Means, OneThatIsDeadIsNotWaitedFor) {
  Night run = with_means();
  attack(run);
  run(event::EnforcerReport{at(4), run.only_cut().decision.id, EnforcerStep::failed, 0, "cordon-nft does not answer",
                            "nftables"});
  EXPECT_EQ(run.only_cut().state, CutState::failed);
  EXPECT_EQ(asked(run), (std::vector<std::string>{"cut by nftables", "cut by samba"}));
  run(event::Tick{at(5)});
  EXPECT_EQ(run.only_cut().state, CutState::failed) << "the next has not answered yet";
  EXPECT_EQ(asked(run).size(), 2U) << "asked once";
}

TEST(Means, NobodyIsTalkedIntoCuttingAProtectedHost) {
  Night before = with_means();
  attack(before);
  estate::Estate estate;
  estate.hosts.resize(1);
  estate.hosts[0].addresses = {host(12).ip};
  estate.hosts[0].is_protected = true;  // declared so since
  Night after{Engine(before.engine.policy(), estate, before.engine.state()), {}, {}};
  after(event::EnforcerReport{at(11), after.only_cut().decision.id, EnforcerStep::failed, 0,
                              "cordon-nft refused: 10.77.0.12 is protected", "nftables"});
  EXPECT_EQ(after.only_cut().state, CutState::failed);
  EXPECT_TRUE(asked(after).empty());
}

TEST(Means, AnIdleHostIsNoReasonToAskFurther) {
  Night run = with_means();
  watch(run, 1);
  attack(run);
  run(event::EnforcerReport{at(4), run.only_cut().decision.id, EnforcerStep::read_back, 0, "", "nftables"});
  watch(run, 30);
  run(event::Tick{at(30)});
  EXPECT_EQ(run.only_cut().state, CutState::unproven);
  EXPECT_EQ(asked(run).size(), 1U);
}

TEST(Means, ACutIsLiftedWhenEverybodyAskedHasLiftedIt) {
  Night run = with_means();
  attack(run);
  const std::string id = run.only_cut().decision.id;
  run(event::EnforcerReport{at(4), id, EnforcerStep::failed, 0, "", "nftables"});
  enter(run, decider, event::Role::cyber);
  run(taken_back(6, id));
  EXPECT_EQ(asked(run),
            (std::vector<std::string>{"cut by nftables", "cut by samba", "lift by nftables", "lift by samba"}));
  run(event::EnforcerReport{at(7), id, EnforcerStep::lifted, 0, "", "samba"});
  run(event::EnforcerReport{at(7), id, EnforcerStep::lifted, 0, "", "samba"});
  EXPECT_EQ(run.only_cut().state, CutState::lifting);
  run(event::EnforcerReport{at(8), id, EnforcerStep::lifted, 0, "", "nftables"});
  EXPECT_EQ(run.only_cut().state, CutState::lifted);
}

TEST(Means, AfterARestartEachIsComparedWithWhatItWasAsked) {
  Night before = with_means();
  attack(before);
  before(event::EnforcerReport{at(4), before.only_cut().decision.id, EnforcerStep::failed, 0, "", "nftables"});
  Night after{Engine(before.engine.policy(), {}, before.engine.state()), {}, {}};
  after(event::Started{at(10), "0.1.0", "", event::Mode::guard});
  EXPECT_EQ(asked(after), (std::vector<std::string>{"cut by nftables", "cut by samba"}));
  after(event::InForce{at(11), {}, {host(12).ip}, {}, "samba"});
  EXPECT_EQ(asked(after).size(), 2U) << "the file server has it; that it knows no MAC is no difference";
  after(event::InForce{at(11), {}, {}, {}, "nftables"});
  EXPECT_EQ(asked(after).back(), "cut by nftables");
  after(event::InForce{at(11), {}, {host(12).ip}, {}, "radius"});
  EXPECT_EQ(asked(after).back(), "lift by radius") << "nobody asked the switches";
}

TEST(Means, ACutWhoseMeansIsNotConfiguredAnyMoreIsHandedOn) {
  Night before = with_means();
  attack(before);
  Policy policy;
  policy.means = {{"samba", "cordon-smb", event::Reach::file_service, false}};
  Night after{Engine(policy, {}, before.engine.state()), {}, {}};
  after(event::Started{at(10), "0.1.0", "", event::Mode::guard});
  EXPECT_EQ(asked(after), std::vector<std::string>{"cut by samba"});
  policy.means = {{"radius", "radius", event::Reach::whole_host, false}};
  Night nobody{Engine(policy, {}, before.engine.state()), {}, {}};
  nobody(event::Started{at(10), "0.1.0", "", event::Mode::guard});
  EXPECT_TRUE(asked(nobody).empty());
  const std::string id = nobody.only_cut().decision.id;
  enter(nobody, decider, event::Role::cyber);
  nobody(taken_back(11, id));
  EXPECT_EQ(nobody.only_cut().state, CutState::lifted) << "nobody is left to confirm it";
  Night ends{Engine(policy, {}, before.engine.state()), {}, {}};
  ends(event::Started{at(10), "0.1.0", "", event::Mode::guard});
  ends(event::Tick{at(5 * 3600)});
  EXPECT_EQ(ends.only_cut().state, CutState::expired);
}

TEST(Means, WhatNobodyCarriesOutIsAdvised) {
  Policy policy;
  policy.means = {{"radius", "radius", event::Reach::whole_host, false}};
  Night run{Engine(policy, {}, State{}), {}, {}};
  attack(run);
  EXPECT_TRUE(run.engine.state().cuts.empty());
  const event::PlannedAction& line = run.engine.state().plans.front().actions.front();
  EXPECT_EQ(line.disposition, event::Disposition::advised);
  EXPECT_EQ(line.why, "no enforcer here can do this: do it by hand");
}

TEST(Engine, HarmlessWorkIsRecordedInSumsAndLosesNothing) {
  Night run;
  for (int i = 0; i < 500; ++i) run(observation(i * 0.01, 11, -0.5));
  EXPECT_TRUE(run.events.empty());
  run(event::Tick{at(61)});
  ASSERT_EQ(run.types(), std::vector<std::string>{"work"});
  EXPECT_EQ(std::get<event::WorkSummed>(run.events[0].event).files, 500U);
  EXPECT_EQ(run.engine.state().work_files, 500U);
}

TEST(Engine, ASumThatSaysNothingIsNotRecorded) {
  Night run;
  event::Observation correction = observation(1, 11, -0.002);
  correction.altered = true;
  correction.new_file = false;
  run(correction);
  run(event::Tick{at(70)});
  EXPECT_TRUE(run.events.empty());
}

TEST(Engine, TheFoldOfTheRecordedEventsIsTheStateWhateverCameIn) {
  EXPECT_TRUE(rc::check([] {
    Night run;
    enter(run, decider, event::Role::cyber);
    const auto steps = *rc::gen::container<std::vector<std::tuple<int, int, int>>>(
        rc::gen::tuple(rc::gen::inRange(0, 10), rc::gen::inRange(10, 14), rc::gen::inRange(-4, 9)));
    double now = 0;
    for (const auto& [what, n, weight] : steps) {
      now += 0.7;
      const std::string id = run.engine.state().cuts.empty() ? "cut-1" : run.engine.state().cuts.begin()->first;
      if (what < 5) run(observation(now, n, weight, what != 0));
      if (what == 5) run(event::Tick{at(now * 40)});
      if (what == 6) run(event::EnforcerReport{at(now), id, EnforcerStep::read_back, 3, "", "nftables"});
      if (what == 7) run(taken_back(now, id));
      if (what == 8) run(event::EnforcerReport{at(now), id, EnforcerStep::lifted, 0, "", "nftables"});
      if (what == 9) run(event::Started{at(now), "0.1.0", "", event::Mode::guard});
    }
    State folded;
    for (const Recorded& r : run.events) {
      // Through text, as the logbook keeps it.
      folded.apply(r.entry, *event::event_from_text(event::to_text(r.event)));
    }
    if (!run.events.empty()) {
      RC_ASSERT(to_json(folded).dump() == to_json(run.engine.state()).dump());
    }
  }));
}

TEST(Journal, ABookGivesTheStateBack) {
  const auto folder = std::filesystem::temp_directory_path() / ("cordon-journal-" + std::to_string(getpid()));
  std::filesystem::create_directories(folder);
  {
    auto book = logbook::Logbook::open(
        {.path = folder / "book.db", .box = "t", .now = [] { return at(0); }, .reserve_bytes = 0});
    ASSERT_TRUE(book);
    Night run;
    attack(run);
    std::vector<logbook::Draft> drafts;
    for (const Recorded& r : run.events) drafts.push_back(draft_of(r.event));
    ASSERT_TRUE(book->append(drafts));
    const auto state = rebuild(*book, {});
    ASSERT_TRUE(state);
    EXPECT_EQ(to_json(*state).dump(), to_json(run.engine.state()).dump());
  }
  std::filesystem::remove_all(folder);
}

TEST(Situation, NamesTheAttackAndThenTheCutThatHolds) {
  Night run;
  const SituationFrame frame{"chv-1", "0.1.0", at(9), ""};
  EXPECT_EQ(nlohmann::json::parse(situation_json(run.engine, frame))["headline"]["level"], "calm");
  watch(run, 1);
  attack(run);
  auto shown = nlohmann::json::parse(situation_json(run.engine, frame));
  EXPECT_EQ(shown["headline"]["level"], "attack");
  EXPECT_EQ(shown["headline"]["host"], "10.77.0.12");
  EXPECT_EQ(shown["verdicts"][0]["evidence"].size(), 3U);
  EXPECT_EQ(shown["verdicts"][0]["evidence"][2]["score"], 24.0);
  run(event::EnforcerReport{at(5), run.only_cut().decision.id, EnforcerStep::read_back, 7, "", "nftables"});
  run(event::Tick{at(6)});
  shown = nlohmann::json::parse(situation_json(run.engine, frame));
  EXPECT_EQ(shown["headline"]["level"], "contained");
  EXPECT_EQ(shown["cuts"][0]["can_roll_back"], true);
  EXPECT_EQ(shown["cuts"][0]["detail"]["en"], "rule read back, it drops packets, no server acknowledged new data");
  EXPECT_EQ(shown["cuts"][0]["detail"]["fr"], in_french(shown["cuts"][0]["detail"]["en"].get<std::string>()));
}

TEST(Situation, WhatAMeansSaysThoughItIsUpIsToldInBothLanguages) {
  Night run;
  run(event::ProcessChanged{at(1), "radius", true, "silent: sw-2"});
  const auto shown = nlohmann::json::parse(situation_json(run.engine, {"chv-1", "0.1.0", at(9), ""}));
  EXPECT_EQ(shown["processes"][0]["detail"], (nlohmann::json{{"fr", "sans réponse : sw-2"}, {"en", "silent: sw-2"}}));
}

TEST(Situation, EveryReasonOfAPlanAndOfAProofHasItsFrench) {
  for (const char* reason :
       {"ws2 is protected: it is never cut; go and see it",
        "ws2 is protected: it is never cut, but may be shielded; go and see it",
        "10.77.0.20 acknowledged 12 new bytes on port 445 after the cut: another way round, or an impostor",
        "nftables: cordon-nft does not answer; samba: the file server turns the host away; what it does elsewhere is "
        "not "
        "stopped",
        "rule read back, it drops packets, no server acknowledged new data on a spreading protocol; no sensor follows "
        "the others",
        "rule read back, no server acknowledged new data on a spreading protocol; no sensor follows the others",
        "rule read back, it drops packets; no sensor follows this port, so another way round would not be seen",
        "rule read back; no sensor follows this port, so another way round would not be seen",
        "nftables: before Cordon was started a server acknowledged new data after the cut",
        "rule read back; nothing counts or tries what it stops", "dry run: nothing was enforced",
        "mode watch: Cordon advises and cuts nothing"}) {
    EXPECT_NE(in_french(reason), reason);
    for (const char* english : {" the ", "rule", "sensor"}) {
      EXPECT_EQ(in_french(reason).find(english), std::string::npos) << in_french(reason);
    }
  }
}

bool is_sentence(std::string_view text) {
  const std::size_t from = text.find_first_not_of(' ');
  const std::size_t to = text.find_last_not_of(' ');
  if (from == std::string_view::npos || text.substr(from, to - from).find(' ') == std::string_view::npos) return false;
  return std::ranges::count_if(text, [](char c) { return c >= 'a' && c <= 'z'; }) > 3;
}

/// reasons_in gives the text between the placeholders of every literal of a source that a person may read: what fail()
/// and fail_errno() carry is not among them.
std::vector<std::string> reasons_in(const std::string& path) {
  std::ifstream file(path);
  const std::string source{std::istreambuf_iterator<char>(file), {}};
  std::vector<std::string> out;
  for (std::size_t at = 0; at < source.size(); ++at) {
    if (source.compare(at, 2, "//") == 0) at = source.find('\n', at);
    if (source[at] != '"') continue;
    const std::string before = source.substr(std::max<std::size_t>(at, 80) - 80, std::min<std::size_t>(at, 80));
    const std::size_t failing = std::max(before.rfind("fail(") + 1, before.rfind("fail_errno(") + 1);
    const bool fails = failing > 0 && before.find(';', failing) == std::string::npos;
    std::string text;
    while (at < source.size() && source[at] == '"') {  // literals that go on in the next line
      const std::size_t end = source.find('"', at + 1);
      text += source.substr(at + 1, end - at - 1);
      const std::size_t next = source.find_first_not_of(" \n", end + 1);
      at = next != std::string::npos && source[next] == '"' ? next : end + 1;
    }
    if (fails || before.ends_with("#include ")) continue;
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t brace = std::min(text.find('{', from), text.size());
      if (is_sentence(text.substr(from, brace - from))) out.push_back(text.substr(from, brace - from));
      from = brace == text.size() ? brace : text.find('}', brace) + 1;
    }
  }
  return out;
}

TEST(Situation, WhatAnEnforcerSaysAndWhyAnOrderIsRefusedHasItsFrench) {
  const std::set<std::string> english{"the", "is", "was", "not", "has", "of", "by", "more", "any", "does", "and", "it"};
  std::size_t found = 0;
  for (const char* path :
       {"people/approval.cpp", "enforce/enforcer.cpp", "enforce/nft_enforcer.cpp", "enforce/radius_enforcer.cpp",
        "enforce/samba_enforcer.cpp", "samba/helper.cpp", "nft/helper.cpp", "engine/decide.cpp", "engine/engine.cpp",
        "engine/words.cpp", "engine/state.cpp", "contain/proof.h", "contain/proof.cpp", "contain/plan.cpp",
        "contain/care_plan.cpp", "contain/session.cpp", "contain/own_way.h", "contain/care_plan.h",
        "contain/means.cpp"}) {
    const std::vector<std::string> reasons = reasons_in(std::string("src/") + path);
    EXPECT_FALSE(reasons.empty()) << path;
    for (const std::string& reason : reasons) {
      const std::string said = in_french(reason);
      EXPECT_NE(said, reason) << path;
      std::istringstream words(said);
      for (std::string word; words >> word;) EXPECT_FALSE(english.contains(word)) << path << ": " << said;
      ++found;
    }
  }
  EXPECT_GT(found, 100U);
}

TEST(Sentence, WhatIsDoneIsSaidInTheLanguageOfTheRest) {
  event::ApprovalAsked asked;
  asked.id = "ask-29";
  asked.what = "isolate ws2";
  asked.needs.resize(1);
  EXPECT_EQ(sentence_of(asked).fr, "ask-29 : Cordon demande l'accord de 1 personne : isoler (sauf flux de soins) ws2");
  EXPECT_EQ(sentence_of(asked).en,
            "ask-29: Cordon asks for the approval of 1 person: isolate (care flows excepted) ws2");
  asked.what = "something new";
  EXPECT_EQ(sentence_of(asked).en, "ask-29: Cordon asks for the approval of 1 person: something new");
  event::PlanMade plan;
  plan.actions.resize(1);
  plan.actions[0].key = plan.actions[0].what = "isolate ws2";
  plan.actions[0].harm = 3;
  EXPECT_NE(sentence_of(plan).fr.find("coûte 3,0 et épargne – heures-patients"), std::string::npos)
      << sentence_of(plan).fr;
  plan.actions[0].saves = 250.5;
  EXPECT_NE(sentence_of(plan).fr.find("coûte 3,0 et épargne 250,5 heures-patients"), std::string::npos)
      << sentence_of(plan).fr;
  EXPECT_NE(sentence_of(plan).en.find("costs 3.0 and saves 250.5 patient-hours"), std::string::npos);
  EXPECT_NE(sentence_of(observation(1, 12, 8)).fr.find("structure perdue"), std::string::npos);
  EXPECT_EQ(sentence_of(event::ProcessChanged{at(1), "cordon-nft", false, "cordon-nft does not answer"}).fr,
            "cordon-nft arrêté : cordon-nft ne répond pas");
}

}  // namespace
}  // namespace cordon::engine
