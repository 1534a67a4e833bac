// SPDX-License-Identifier: Apache-2.0
// Flows that a sensor tells: each recorded once, in sums, bounded, and the same state from the record alone.
#include "engine/flow_memory.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "engine/engine.h"
#include "engine/situation.h"
#include "engine/testing.h"
#include "event/json.h"

namespace cordon::engine {
namespace {

IpAddress address(std::uint32_t n) {
  return *IpAddress::parse("10." + std::to_string(n >> 16U) + "." + std::to_string((n >> 8U) & 255U) + "." +
                           std::to_string(n & 255U));
}

event::FlowSeen flow(double s, std::uint32_t client, std::uint32_t server, std::uint16_t port) {
  return {at(s), {"span0", 12, *Mac::parse("02:77:00:00:00:12"), address(client), at(0)}, address(server), port};
}

event::FlowSeen udp(double s, std::uint32_t client, std::uint32_t server, std::uint16_t port,
                    event::FlowState state = event::FlowState::answered) {
  event::FlowSeen out = flow(s, client, server, port);
  out.transport = event::Transport::udp;
  out.state = state;
  return out;
}

struct Sensed {
  Engine engine{{}, {}, State{}};
  std::vector<Recorded> events;

  void operator()(const event::Input& input) { keep(engine.step(input)); }
  void keep(Step step) {
    for (Recorded& r : step.events) events.push_back(std::move(r));
  }
  const event::FlowsSeen& entry(std::size_t n) const { return std::get<event::FlowsSeen>(events.at(n).event); }
  void state_is_the_fold() const {
    State folded;
    for (const Recorded& r : events) folded.apply(r.entry, *event::event_from_text(event::to_text(r.event)));
    EXPECT_EQ(to_json(folded).dump(), to_json(engine.state()).dump());
  }
};

TEST(SeenFlows, IsToldAgainNextDayThoughTheClockWasSetBack) {
  constexpr double day = 86400;
  Sensed run;
  run(flow(1, 12, 20, 1433));
  run(event::Tick{at(61)});
  ASSERT_EQ(run.events.size(), 1U);
  run(event::ClockSet{at(100), -7 * day});
  run.engine = Engine({}, {}, run.engine.state());
  run(event::Started{at(101 - 7 * day), "0.1.0", "", event::Mode::watch});
  EXPECT_EQ(run.engine.state().flows.list().at(0).last, at(1 - 7 * day));
  run(flow(-6 * day, 12, 20, 1433));
  run(event::Tick{at(61 - 6 * day)});
  ASSERT_EQ(run.events.size(), 4U) << "a day later";
  EXPECT_EQ(run.entry(3).flows.at(0).server, address(20));
  run.state_is_the_fold();
}

TEST(SeenFlows, AClientsFlowsAreOneEntryAMinute) {
  Sensed run;
  run(flow(1, 12, 20, 1433));
  run(flow(2, 12, 20, 1433));
  run(flow(3, 12, 21, 104));
  run(event::Tick{at(60)});
  EXPECT_TRUE(run.events.empty());
  run(event::Tick{at(61)});
  ASSERT_EQ(run.events.size(), 1U);
  ASSERT_EQ(run.entry(0).flows.size(), 2U);
  EXPECT_EQ(run.entry(0).flows[1].server, address(21));
  EXPECT_EQ(run.entry(0).flows[1].port, 104);
  EXPECT_EQ(run.entry(0).host.vlan, 12);
  const auto known = run.engine.state().flows.list();
  ASSERT_EQ(known.size(), 2U);
  EXPECT_EQ(known[0].first, at(1));
  run.state_is_the_fold();
}

TEST(SeenFlows, TheSameIsRecordedAgainOnlyAfterLong) {
  Sensed run;
  run(flow(1, 12, 20, 1433));
  run.keep(run.engine.flush());
  run(flow(7200, 12, 20, 1433));  // a sensor that was started again tells everything again
  run.keep(run.engine.flush());
  ASSERT_EQ(run.events.size(), 1U);
  run(flow(86401, 12, 20, 1433));
  run.keep(run.engine.flush());
  ASSERT_EQ(run.events.size(), 2U);
  EXPECT_EQ(run.engine.state().flows.list()[0].first, at(1));
  EXPECT_EQ(run.engine.state().flows.list()[0].last, at(86401));
  run.state_is_the_fold();
}

TEST(SeenFlows, WhatWasRecordedIsKnownAfterARestart) {
  Sensed run;
  run(flow(1, 12, 20, 1433));
  run.keep(run.engine.flush());
  State state;
  for (const Recorded& r : run.events) state.apply(r.entry, r.event);
  Engine again({}, {}, std::move(state));
  again.step(flow(100, 12, 20, 1433));
  EXPECT_TRUE(again.flush().events.empty());
}

TEST(SeenFlows, ManyPortsBetweenTwoMachinesBecomeOne) {
  Sensed run;
  for (std::uint16_t port = 2000; port < 2200; ++port) run(flow(1, 12, 20, port));
  run(flow(1, 12, 20, 55000));
  run(flow(1, 12, 21, 1433));
  run.keep(run.engine.flush());
  ASSERT_EQ(run.events.size(), 1U);
  ASSERT_EQ(run.entry(0).flows.size(), ports_per_pair_max + 2);
  EXPECT_EQ(run.entry(0).flows[ports_per_pair_max].port, event::port_given_out);
  EXPECT_EQ(run.entry(0).beyond, 0U);
  run.state_is_the_fold();
}

TEST(SeenFlows, BeyondTheBoundOfAClientIsCountedAndSaid) {
  Sensed run;
  for (std::uint32_t i = 0; i < flows_per_client_max + 10; ++i) run(flow(1, 12, 1000 + i, 80));
  run(flow(1, 13, 20, 80));
  run.keep(run.engine.flush());
  EXPECT_EQ(run.engine.state().flows.size(), flows_per_client_max + 1) << "another client has its own room";
  EXPECT_EQ(run.engine.state().flows.beyond(), 10U);
  std::size_t most = 0;
  for (std::size_t i = 0; i < run.events.size(); ++i) {
    most = std::max(most, run.entry(i).flows.size());
    EXPECT_LE(event::to_text(run.events[i].event).size(), event::message_bytes_max);
  }
  EXPECT_EQ(most, flows_per_entry_max);
  run.state_is_the_fold();
}

TEST(SeenFlows, WhatIsBeyondAloneIsSaidOnceAnHour) {
  Sensed run;
  for (std::uint32_t i = 0; i < flows_per_client_max; ++i) run(flow(1, 12, 1000 + i, 80));
  run.keep(run.engine.flush());
  const std::size_t before = run.events.size();
  run(flow(100, 12, 9, 80));
  run(event::Tick{at(3699)});
  EXPECT_EQ(run.events.size(), before);
  run(event::Tick{at(3700)});
  ASSERT_EQ(run.events.size(), before + 1);
  EXPECT_EQ(run.entry(before).beyond, 1U);
  EXPECT_NE(sentence_of(run.events[before].event).en.find("1 beyond what is kept"), std::string::npos);
}

TEST(SeenFlows, TheWholeIsBoundedAndWhatWasNotSeenForAMonthGivesWay) {
  FlowMemory memory;
  for (std::uint32_t i = 0; i < flows_max; ++i)
    memory.take(flow(i < flows_max / 2 ? 1 : 86400.0 * 20, i / 4000, 1000 + i, 80));
  EXPECT_EQ(memory.size(), flows_max);
  EXPECT_EQ(memory.take(flow(86400.0 * 20, 99, 20, 80)).answer, FlowMemory::Answer::beyond);
  EXPECT_EQ(memory.take(flow(86400.0 * 31, 99, 20, 80)).answer, FlowMemory::Answer::news);
  EXPECT_EQ(memory.size(), flows_max / 2 + 1);
}

TEST(SeenFlows, UdpIsKnownApartFromTcpWithTheMostThatWasProven) {
  Sensed run;
  run(flow(1, 12, 20, 53));
  run(udp(1, 12, 20, 53, event::FlowState::one_way));
  run(udp(2, 12, 20, 53, event::FlowState::unclear));
  run(udp(3, 12, 20, 53, event::FlowState::one_way));
  run(udp(4, 12, 20, 53));
  run(udp(5, 12, 20, 53, event::FlowState::unclear));
  run.keep(run.engine.flush());
  ASSERT_EQ(run.events.size(), 1U);
  EXPECT_EQ(run.entry(0).flows.size(), 4U) << "what is less proven than before is no news";
  const auto known = run.engine.state().flows.list();
  ASSERT_EQ(known.size(), 2U);
  EXPECT_EQ(known[0].transport, event::Transport::tcp);
  EXPECT_EQ(known[1].transport, event::Transport::udp);
  EXPECT_EQ(known[1].state, event::FlowState::answered);
  EXPECT_EQ(run.engine.state().flows.size(), 2U);
  State folded;
  for (const Recorded& r : run.events) folded.apply(r.entry, *event::event_from_text(event::to_text(r.event)));
  ASSERT_EQ(folded.flows.list().size(), 2U);
  EXPECT_EQ(folded.flows.list()[1].state, event::FlowState::answered);
}

TEST(SeenFlows, ForgedUdpTakesNoPlaceOfTcp) {
  FlowMemory memory;
  using event::FlowState;
  const auto answer = [&](const event::FlowSeen& one) { return memory.take(one).answer; };
  for (std::uint32_t i = 0; i < udp_flows_max; ++i) memory.take(udp(1, i / 2000, 1000 + i, 53));
  for (std::uint32_t i = 0; i < one_way_flows_max; ++i)
    memory.take(udp(1, i / 500, 100'000 + i, 514, FlowState::one_way));
  EXPECT_EQ(answer(udp(1, 9999, 20, 53)), FlowMemory::Answer::beyond);
  EXPECT_EQ(answer(udp(1, 9999, 20, 514, FlowState::one_way)), FlowMemory::Answer::beyond);
  EXPECT_EQ(memory.size(), udp_flows_max + one_way_flows_max);
  EXPECT_EQ(answer(flow(1, 9999, 20, 445)), FlowMemory::Answer::news);
  for (std::uint32_t i = 0; i < flows_per_client_max; ++i) memory.take(flow(1, 1, 1000 + i, 80));
  EXPECT_EQ(memory.size(), udp_flows_max + one_way_flows_max + 1 + flows_per_client_max);
}

TEST(SeenFlows, ForgedSendersBeyondTheBoundAreOneEntry) {
  Sensed run;
  for (std::uint32_t i = 0; i < udp_flows_max; ++i) run(udp(1, i, 1 << 20U, 53));
  run.keep(run.engine.flush());
  const std::size_t before = run.events.size();
  for (std::uint32_t i = 0; i < 10'000; ++i) run(udp(2, 100'000 + i, 1 << 20U, 53));
  EXPECT_EQ(run.events.size(), before);
  run.keep(run.engine.flush());
  ASSERT_EQ(run.events.size(), before + 1);
  EXPECT_EQ(run.entry(before).beyond, 10'000U);
  EXPECT_TRUE(run.entry(before).host.ip.unspecified());
  EXPECT_EQ(sentence_of(run.events[before].event).fr,
            "UDP : aucune connexion retenue ; 10000 au-delà de ce qui est retenu");
}

TEST(SeenFlows, ManyQuietClientsHoldNoMoreThanTheirBound) {
  Sensed run;
  for (std::uint32_t i = 0; i <= flow_keys_max; ++i) run(flow(1, 5000 + i, 20, 80));
  EXPECT_EQ(run.events.size(), flow_keys_max);
  run.state_is_the_fold();
}

TEST(SeenFlows, AreSaidInTwoLanguages) {
  Sensed run;
  for (const std::uint16_t port : {std::uint16_t{1433}, std::uint16_t{55000}, std::uint16_t{104}, std::uint16_t{80}}) {
    run(flow(1, 12, 20, port));
  }
  run.keep(run.engine.flush());
  run(udp(2, 13, 20, 53));
  run(udp(2, 13, 20, 514, event::FlowState::one_way));
  run.keep(run.engine.flush());
  EXPECT_EQ(sentence_of(run.events[1].event).fr,
            "10.0.0.13 : connexions vues vers 10.0.0.20 port 53 UDP, 10.0.0.20 port 514 UDP (sans réponse)");
  EXPECT_EQ(sentence_of(run.events[1].event).en,
            "10.0.0.13: connections seen to 10.0.0.20 port 53 UDP, 10.0.0.20 port 514 UDP (no answer)");
  const Sentence said = sentence_of(run.events[0].event);
  EXPECT_EQ(
      said.fr,
      "10.0.0.12 : connexions vues vers 10.0.0.20 port 1433, 10.0.0.20 port dynamique, 10.0.0.20 port 104 et 1 autre");
  EXPECT_EQ(
      said.en,
      "10.0.0.12: connections seen to 10.0.0.20 port 1433, 10.0.0.20 dynamic port, 10.0.0.20 port 104 and 1 more");
}

}  // namespace
}  // namespace cordon::engine
