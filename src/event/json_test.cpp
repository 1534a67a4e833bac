// SPDX-License-Identifier: Apache-2.0
#include "event/json.h"
#include "event/login.h"

#include <gtest/gtest.h>

namespace cordon::event {
namespace {

HostKey some_host() {
  return {"span0", 12, *Mac::parse("02:77:00:00:00:12"), *IpAddress::parse("10.77.0.12"), wall_time_of(1670097600.5)};
}

Observation some_observation() {
  Observation o;
  o.at = wall_time_of(1670097605.123456);
  o.host = some_host();
  o.server = *IpAddress::parse("fd00:77::20");
  o.path =
      "\\\\10.77.0.20\\commun\\R\xC3\xA9"
      "a\\a.docx";
  o.kind = "structure_lost";
  o.looks = {{"structure", "lost", "zip → unknown"}};
  o.llr = 4.25;
  o.confirmed = true;
  return o;
}

TEST(EventJson, EveryTypeReadsBackAsWritten) {
  CutDecided cut;
  cut.id = "cut-9";
  cut.host = some_host();
  cut.macs = {some_host().mac};
  cut.ips = {some_host().ip};
  cut.why = {Sequence{7}, Sequence{8}};
  PlanMade plan;
  plan.no_longer_needed = {{"cut-9", "shield pc-2", 2.5}};
  SensorReport report;
  report.weird["ip_bad_header_length"] = 3;
  const FlowsSeen flows{{},
                        {},
                        some_host(),
                        {{wall_time_of(1), some_host().ip, 1433},
                         {wall_time_of(1), some_host().ip, 514, Transport::udp, FlowState::one_way}},
                        2};
  const std::vector<Event> events{Started{},
                                  ProcessChanged{},
                                  report,
                                  HostSeen{{}, some_host(), "CHV\\b.martin", false},
                                  flows,
                                  some_observation(),
                                  WorkSummed{},
                                  Verdict{},
                                  plan,
                                  cut,
                                  CutHandedOn{{}, "cut-9", "samba", "cordon-nft does not answer"},
                                  CutProlonged{{}, "cut-9", wall_time_of(9), "a.durand"},
                                  CutNarrowed{{}, "cut-9", some_host().ip, "moniteur-3"},
                                  CutChanged{},
                                  PersonChanged{{}, "a.durand", PersonStep::entered, {Role::cyber, Role::director}, ""},
                                  SessionChanged{},
                                  ApprovalAsked{{}, "ask-9", "", "", {Role::director}, "", "", {}},
                                  ApprovalChanged{},
                                  CertificateChanged{},
                                  LineDecided{{}, "isolate pc-1", LineWish::force, "a.durand", "", ""},
                                  HandDone{{}, "disable_account adm", true, "a.durand", "", "in the directory"},
                                  OrderRefused{{}, "isolate pc-1", "a.durand", "", "nothing of this name"},
                                  Freeze{},
                                  ModeChosen{},
                                  ClockSet{{}, -3600.5}};
  ASSERT_EQ(events.size(), std::variant_size_v<Event>);
  for (const Event& e : events) {
    const std::string text = to_text(e);
    const auto back = event_from_text(text);
    ASSERT_TRUE(back) << text;
    EXPECT_EQ(back->index(), e.index());
    EXPECT_EQ(to_text(*back), text);
  }
}

TEST(EventJson, VersionOneIsUpcast) {
  const auto plan = event_from_text(
      R"({"actions":[{"action":"block_spread","disposition":"cut","host":"10.77.0.12","host_key":{"ip":"10.77.0.12",)"
      R"("mac":"02:77:00:00:00:12","sensor":"span0","since":1,"vlan":0},"ips":["10.77.0.12"],"macs":[],"why":"w"}],)"
      R"("harm_cut":1.5,"harm_left":2.0,"rule":"block_spread/1","ts":1,"type":"plan","why":[3]})",
      1);
  ASSERT_TRUE(plan);
  const auto& made = std::get<PlanMade>(*plan);
  EXPECT_EQ(made.actions.at(0).action, "block_spread");
  EXPECT_TRUE(made.actions.at(0).flows.empty());
  EXPECT_EQ(made.harm_all, 0);
  EXPECT_EQ(made.harm_together, std::nullopt);
  const auto cut = event_from_text(
      R"({"action":"block_spread","at":1,"deadline":2,"host":"10.77.0.12","host_key":{"ip":"10.77.0.12","mac":)"
      R"("02:77:00:00:00:12","sensor":"span0","since":1,"vlan":0},"id":"cut-9","ips":[],"macs":[],"rule":"r",)"
      R"("ts":1,"type":"cut_decided","until":3,"why":[]})",
      1);
  ASSERT_TRUE(cut);
  EXPECT_EQ(std::get<CutDecided>(*cut).by, "");
  EXPECT_FALSE(event_from_text(R"({"type":"plan","ts":1,"actions":7})", 1));
}

TEST(EventJson, AFlowThatASensorTellsReadsBack) {
  const FlowSeen told{wall_time_of(1670097605.5), some_host(), *IpAddress::parse("fd00:77::20"), 5060, Transport::udp,
                      FlowState::unclear};
  const std::string text = to_text(Input{told});
  const auto back = input_from_text(text);
  ASSERT_TRUE(back) << text;
  const auto& read = std::get<FlowSeen>(*back);
  EXPECT_EQ(read.host, told.host);
  EXPECT_EQ(read.server, told.server);
  EXPECT_EQ(read.port, 5060);
  EXPECT_EQ(read.transport, Transport::udp);
  EXPECT_EQ(read.state, FlowState::unclear);
  EXPECT_EQ(read.at, told.at);
  EXPECT_FALSE(event_from_text(text)) << "an input is no event";
}

TEST(EventJson, AFlowOfVersionFourWasAnsweredOverTcp) {
  const std::string_view old =
      R"({"beyond":0,"flows":[{"at":5,"port":1433,"server":"10.77.0.20"}],"from":5,"host":"10.77.0.12","host_key":{"ip":)"
      R"("10.77.0.12","mac":"02:77:00:00:00:12","sensor":"span0","since":1,"vlan":0},"to":5,"type":"flows_seen"})";
  EXPECT_FALSE(event_from_text(old));
  const auto read = event_from_text(old, 4);
  ASSERT_TRUE(read);
  const ServerSeen& seen = std::get<FlowsSeen>(*read).flows.at(0);
  EXPECT_EQ(seen.port, 1433);
  EXPECT_EQ(seen.transport, Transport::tcp);
  EXPECT_EQ(seen.state, FlowState::answered);
}

TEST(EventJson, APlanOfVersionThreeNamesNothingUnneeded) {
  std::string old = to_text(Event{PlanMade{}});
  const std::string_view added = "\"no_longer_needed\":[],";
  ASSERT_NE(old.find(added), std::string::npos) << old;
  old.erase(old.find(added), added.size());
  EXPECT_FALSE(event_from_text(old));
  const auto plan = event_from_text(old, 3);
  ASSERT_TRUE(plan);
  EXPECT_TRUE(std::get<PlanMade>(*plan).no_longer_needed.empty());
}

TEST(EventJson, APlanOfVersionFourDoesNotSayWhatItsLinesSave) {
  PlanMade plan;
  plan.actions.resize(1);
  std::string old = to_text(Event{plan});
  for (const std::string_view added : {"\"saved\":[],", "\"saved_fr\":[],", "\"saves\":null,"}) {
    ASSERT_NE(old.find(added), std::string::npos) << old;
    old.erase(old.find(added), added.size());
  }
  EXPECT_FALSE(event_from_text(old));
  const auto read = event_from_text(old, 4);
  ASSERT_TRUE(read);
  EXPECT_EQ(std::get<PlanMade>(*read).actions.at(0).saves, std::nullopt);
}

TEST(EventJson, APlanOfVersionSixDoesNotSayWhatItCostsTogether) {
  PlanMade plan;
  plan.harm_together = 4476.5;
  std::string old = to_text(Event{plan});
  const auto now = event_from_text(old);
  ASSERT_TRUE(now);
  EXPECT_EQ(std::get<PlanMade>(*now).harm_together, 4476.5);
  const std::string_view added = "\"harm_together\":4476.5,";
  ASSERT_NE(old.find(added), std::string::npos) << old;
  old.erase(old.find(added), added.size());
  EXPECT_FALSE(event_from_text(old));
  for (const std::uint16_t version : {std::uint16_t{6}, std::uint16_t{5}}) {
    const auto read = event_from_text(old, version);
    ASSERT_TRUE(read) << version;
    EXPECT_EQ(std::get<PlanMade>(*read).harm_together, std::nullopt);
  }
}

TEST(EventJson, APlanOfManyLinesIsReadBackWithWhatTheySave) {
  PlanMade plan;
  plan.actions.resize(400);
  for (PlannedAction& line : plan.actions) {
    line.saves = 12.5;
    line.saved.assign(3, std::string(80, 'x'));
    line.saved_fr = line.care = line.care_fr = line.saved;
  }
  const std::string text = to_text(Event{plan});
  ASSERT_GT(text.size(), message_bytes_max);
  const auto read = event_from_text(text);
  ASSERT_TRUE(read);
  EXPECT_EQ(to_text(*read), text);
}

TEST(EventJson, ASessionIsWrittenAndReadEverywhere) {
  const SessionTarget session{*IpAddress::parse("10.77.0.12"), "b.martin"};
  CutDecided cut;
  cut.sessions = {session};
  const auto decided = event_from_text(to_text(Event{cut}));
  ASSERT_TRUE(decided);
  EXPECT_EQ(std::get<CutDecided>(*decided).sessions, std::vector{session});
  ApplyCut apply;
  apply.sessions = {session};
  const auto effect = effect_from_text(to_text(Effect{apply}));
  ASSERT_TRUE(effect);
  EXPECT_EQ(std::get<ApplyCut>(*effect).sessions, std::vector{session});
  InForce listed;
  listed.sessions = {session};
  const auto found = input_from_text(to_text(Input{listed}));
  ASSERT_TRUE(found);
  EXPECT_EQ(std::get<InForce>(*found).sessions, std::vector{session});
}

TEST(Login, IsOneNameHoweverItIsWritten) {
  for (const char* text : {"HOPITAL\\B.Martin", "b.martin", "B.MARTIN@hopital.fr", "x\\y\\b.martin"}) {
    EXPECT_EQ(login_of(text), "b.martin") << text;
  }
  EXPECT_EQ(login_of(""), "");
  EXPECT_EQ(login_of("HOPITAL\\"), "");
}

TEST(Login, PlainOnesHoldNothingThatAConfigurationWouldRead) {
  EXPECT_TRUE(is_plain("b.martin-2"));
  EXPECT_TRUE(is_plain("_svc"));
  EXPECT_TRUE(is_plain(std::string(login_bytes_max, 'a')));
  EXPECT_FALSE(is_plain(std::string(login_bytes_max + 1, 'a')));
  for (const char* text :
       {"", "B", "a b", "a,b", "a=b", "@a", "+a", "%u", "-a", ".a", "a\n[global]", "é", "a\\", "a$"}) {
    EXPECT_FALSE(is_plain(text)) << text;
  }
}

TEST(EventJson, KeepsMicroseconds) {
  EXPECT_NE(to_text(Event{some_observation()}).find("\"ts\":1670097605.123456"), std::string::npos);
}

TEST(EventJson, RefusesWhatIsNotAMessage) {
  EXPECT_EQ(event_from_text("").error().code, ErrorCode::malformed);
  EXPECT_EQ(event_from_text("[]").error().code, ErrorCode::malformed);
  EXPECT_EQ(event_from_text(R"({"type":"coffee"})").error().code, ErrorCode::unsupported);
  EXPECT_EQ(event_from_text(R"({"type":"verdict"})").error().code, ErrorCode::malformed);
  // As version 2 wrote a cut: one means, which it did not name.
  std::string old = to_text(Event{CutDecided{}});
  const std::string_view added = "\"means\":\"\",";
  ASSERT_NE(old.find(added), std::string::npos) << old;
  EXPECT_FALSE(event_from_text(std::string(old).erase(old.find(added), added.size())));
  EXPECT_TRUE(event_from_text(old.erase(old.find(added), added.size()), 2));
  // As version 3 wrote plans and cuts: without sessions.
  const std::string_view sessions = "\"sessions\":[],";
  PlanMade plan;
  plan.actions.resize(1);
  for (const Event& e : {Event{CutDecided{}}, Event{plan}}) {
    std::string text = to_text(e);
    ASSERT_NE(text.find(sessions), std::string::npos) << text;
    text.erase(text.find(sessions), sessions.size());
    EXPECT_FALSE(event_from_text(text));
    const auto upcast = event_from_text(text, 3);
    ASSERT_TRUE(upcast);
    EXPECT_EQ(to_text(*upcast), to_text(e));
  }
  // As version 5 wrote what became of a cut: what a plan may reckon on is told from its words.
  using enum CountsAs;
  for (const auto& [state, detail, counts] :
       {std::tuple{CutState::failed, "cordon-nft does not answer", not_done},
        std::tuple{CutState::unproven, "rule read back, but it has dropped nothing yet: the host may be idle", done},
        std::tuple{CutState::unproven, "10.77.0.20 acknowledged 9 new bytes on port 445 after the cut", contradicted},
        std::tuple{CutState::unproven, "the enforcer has not read its rule back", not_done},
        std::tuple{CutState::expired, "the cut reached its end", done}}) {
    std::string text = to_text(Event{CutChanged{{}, "cut-1", state, "proof/1", detail, 0, counts}});
    const std::string field = "\"counts_as\":\"" + std::string(word(counts)) + "\",";
    ASSERT_NE(text.find(field), std::string::npos) << text;
    text.erase(text.find(field), field.size());
    EXPECT_FALSE(event_from_text(text));
    const auto upcast = event_from_text(text, 5);
    ASSERT_TRUE(upcast);
    EXPECT_EQ(std::get<CutChanged>(*upcast).counts_as, counts) << detail;
  }
  EXPECT_EQ(event_from_text("{}", schema_version + 1).error().code, ErrorCode::unsupported);
  EXPECT_EQ(event_from_text(std::string(event_bytes_max + 1, ' ')).error().code, ErrorCode::limit);
  EXPECT_EQ(input_from_text(std::string(message_bytes_max + 1, ' ')).error().code, ErrorCode::limit);
  EXPECT_EQ(input_from_text(R"({"type":"roll_back","at":1,"id":"x","by":"y"})").error().code, ErrorCode::malformed);
}

}  // namespace
}  // namespace cordon::event
