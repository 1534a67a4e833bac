// SPDX-License-Identifier: Apache-2.0
// What the page is told of a plan: which lines, in which order.
#include "engine/situation.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "contain/care_plan.h"
#include "engine/deciding.h"

namespace cordon::engine {
namespace {

using event::Disposition;
using nlohmann::json;

event::PlannedAction line(const std::string& key, Disposition disposition, std::optional<double> saves) {
  event::PlannedAction out;
  out.key = out.what = key;
  out.action = key.substr(0, key.find(' '));
  out.disposition = disposition;
  out.saves = saves;
  if (disposition == Disposition::advised) out.why = contain::by_hand_reason;
  return out;
}

event::PlanMade plan_of(std::vector<event::PlannedAction> lines) {
  event::PlanMade out;
  out.id = "plan-1";
  out.rule = contain::care_rule;
  out.actions = std::move(lines);
  return out;
}

json plan_shown(State state) {
  const Engine engine(Policy{}, little_hospital(), std::move(state));
  return json::parse(situation_json(engine, {}))["plan"];
}

TEST(Situation, OfMoreLinesThanAreShownThoseThatSaveMostAreShownWhoeverDoesThem) {
  std::vector<event::PlannedAction> lines{line("isolate done", Disposition::cut, 9000)};
  for (int i = 0; i < 5; ++i) lines.push_back(line("isolate lab-" + std::to_string(i), Disposition::waits, 0));
  for (int i = 0; i < 300; ++i) lines.push_back(line("isolate imp-" + std::to_string(i), Disposition::waits, 0.5));
  for (int i = 0; i < 38; ++i)
    lines.push_back(line("disable_account a" + std::to_string(i), Disposition::advised, 100 + i));
  lines.push_back(line("isolate srv-fic", Disposition::waits, 120.5));
  lines.push_back(line("isolate kept", Disposition::withheld, 110.5));
  lines.push_back(line("isolate unknown", Disposition::waits, std::nullopt));
  State state;
  state.plans.push_back(plan_of(std::move(lines)));
  const json shown = plan_shown(std::move(state));
  ASSERT_EQ(shown["lines"].size(), 200U);
  EXPECT_EQ(shown["lines_more"], 347U - 200U);
  int by_hand = 0;
  for (std::size_t i = 0; i < 200; ++i) {
    if (i > 0) {
      EXPECT_GE(shown["lines"][i - 1]["saves"], shown["lines"][i]["saves"]) << i;
    }
    by_hand += shown["lines"][i]["by_hand"].get<bool>() ? 1 : 0;
  }
  EXPECT_EQ(by_hand, 38);
  EXPECT_EQ(shown["lines"][17]["key"], "isolate srv-fic");
  EXPECT_EQ(shown["lines"][28]["key"], "isolate kept");
  EXPECT_EQ(shown["lines"][40]["key"], "isolate imp-0") << "of the same, in the order of the plan";
}

TEST(Situation, WhatIsDoneStandsAfterWhatIsNot) {
  State state;
  state.plans.push_back(plan_of({line("isolate done", Disposition::cut, 9000), line("isolate b", Disposition::waits, 1),
                                 line("isolate unknown", Disposition::waits, std::nullopt)}));
  const json shown = plan_shown(std::move(state));
  EXPECT_EQ(shown["lines"][0]["key"], "isolate b");
  EXPECT_EQ(shown["lines"][1]["key"], "isolate unknown");
  EXPECT_EQ(shown["lines"][2]["key"], "isolate done");
}

TEST(Situation, WhatLeftThePlanBecauseItWasDoneIsToldApartFromWhatWasDropped) {
  State state;
  event::PlanMade before =
      plan_of({line("isolate cut", Disposition::waits, 5), line("disable_account a", Disposition::advised, 4),
               line("isolate dropped", Disposition::waits, 3), line("isolate failed", Disposition::waits, 2)});
  state.plans.push_back(std::move(before));
  for (const auto& [id, key] : {std::pair("cut-7", "isolate cut"), std::pair("cut-8", "isolate failed")}) {
    event::CutDecided cut;
    cut.id = id;
    cut.key = key;
    state.apply(Sequence{7}, cut);
  }
  state.apply(Sequence{9}, event::CutChanged{at(2), "cut-8", event::CutState::failed, "nftables", "no such table", 0,
                                             event::CountsAs::not_done});
  state.apply(Sequence{10}, event::HandDone{at(3), "disable_account a", true, "a.durand", "s", ""});
  state.plans.push_back(plan_of({}));
  const json changes = plan_shown(std::move(state))["before"];
  EXPECT_EQ(changes["done"], json({"isolate cut", "disable_account a"}));
  EXPECT_EQ(changes["gone"], json({"isolate dropped", "isolate failed"}));
}

TEST(Situation, WhoeverIsCutIsCalledAsDeclaredThoughNobodyEverSawHim) {
  State state;
  const auto cut = [&](const std::string& id, const std::string& key, int n) {
    event::CutDecided out;
    out.id = id;
    out.key = key;
    out.host.ip = *IpAddress::parse("10.77.0." + std::to_string(n));
    state.apply(Sequence{7}, out);
  };
  cut("cut-7", "isolate pc-2", 12);
  cut("cut-8", "", 99);
  event::PlanMade plan = plan_of({});
  plan.no_longer_needed = {{"cut-7", "", 1}};
  state.plans.push_back(std::move(plan));
  const Engine engine(Policy{}, little_hospital(), std::move(state));
  const json shown = json::parse(situation_json(engine, {}));
  const auto names = [](const json& one) { return json({one["name"], one["role"], one["unit"]}); };
  ASSERT_EQ(shown["hosts"].size(), 0U);
  for (const json& one : shown["cuts"]) {
    const bool declared = one["id"] == "cut-7";
    EXPECT_EQ(names(one), declared ? json({"pc-2", "workstation", "Réanimation"}) : json({"", "", ""}));
    EXPECT_EQ(one["key"], declared ? "isolate pc-2" : "");
  }
  EXPECT_EQ(names(shown["plan"]["no_longer_needed"][0]), json({"pc-2", "workstation", "Réanimation"}));
  EXPECT_EQ(shown["plan"]["no_longer_needed"][0]["key"], " pc-2");
}

/// Suspected gives what the page is told of these lines when pc-2 is suspected, and perhaps pc-1 infected.
struct Suspected : LittleNight {
  Suspected() : LittleNight(policy_with(1000), little_hospital()) {}

  json told(bool confirmed, bool other_infected) {
    begin(policy_with(1000), little_hospital());
    if (other_infected) attack(11);
    for (int i = 0; i < 2; ++i) {
      event::Observation o = file_altered(12, 12, 6 + i);
      o.confirmed = confirmed;
      step(o);
    }
    step(event::Tick{at(9)});
    step(event::LineDecided{at(10), "isolate fs", event::LineWish::force, decider, decider_session, ""});
    State state = engine.state();
    state.plans.push_back(
        plan_of({line("isolate pc-2", Disposition::waits, 4), line("block_flow pc-2>fs@445", Disposition::waits, 3),
                 line("shield fs", Disposition::waits, 2), line("isolate fs", Disposition::waits, 1)}));
    const Engine shown(policy_with(1000), little_hospital(), std::move(state));
    json out = json::parse(situation_json(shown, {}));
    json lines = json::array();
    for (const json& one : out["plan"]["lines"]) lines.push_back(one["one_sided"]);
    json marks = json::array();
    for (const json& one : out["network"]["marks"]) {
      if (one.value("one_sided", false)) marks.push_back(one["host"]);
    }
    return {lines, marks};
  }
};

TEST(Situation, WhatRestsOnEvidenceThatNoServerConfirmedSaysSo) {
  Suspected night;
  EXPECT_EQ(night.told(false, true), json({{true, true, false, false}, {"pc-2"}})) << "the shield is for pc-1, too";
  EXPECT_EQ(night.told(false, false), json({{true, true, true, false}, {"pc-2"}})) << "but not what a person ordered";
  EXPECT_EQ(night.told(true, true), json({{false, false, false, false}, json::array()}));
}

TEST(Sentence, ABorderThatIsClosedToOtherProtocolsIsNotClosedToSpreading) {
  const event::HandDone hand{at(0), "close_border A>B other", true, "a.durand", "s", ""};
  EXPECT_EQ(sentence_of(hand).fr,
            "À la main, dit a.durand : fermer une frontière aux autres protocoles A → B, fait, non prouvé");
  EXPECT_EQ(sentence_of(hand).en, "By hand, says a.durand: close a border to other protocols A → B, done, not proven");
  const event::HandDone spreading{at(0), "close_border A>B spreading", true, "a.durand", "s", ""};
  EXPECT_EQ(sentence_of(spreading).en, "By hand, says a.durand: close a border to spreading A → B, done, not proven");
  event::PlannedAction other = line("close_border A>B other", Disposition::advised, 1);
  other.what = "close the border A → B to other protocols";
  const Sentence told = sentence_of(plan_of({other}));
  EXPECT_TRUE(told.fr.starts_with("Plan pour A → B : fermer une frontière aux autres protocoles, ")) << told.fr;
  EXPECT_TRUE(told.en.starts_with("Plan for A → B: close a border to other protocols, ")) << told.en;
  const event::LineDecided forbidden{at(0), other.key, event::LineWish::forbid, "a.durand", "s", ""};
  EXPECT_EQ(sentence_of(forbidden).fr,
            "Ligne « fermer une frontière aux autres protocoles : A → B » interdite par a.durand");
  event::ApprovalAsked asked;
  asked.id = "ask-1";
  asked.what = other.what;
  asked.needs = {event::Role::cyber};
  EXPECT_EQ(sentence_of(asked).fr,
            "ask-1 : Cordon demande l'accord de 1 personne : fermer la frontière A → B aux autres protocoles");
  EXPECT_EQ(sentence_of(asked).en,
            "ask-1: Cordon asks for the approval of 1 person: close the border A → B to other protocols");
}

}  // namespace
}  // namespace cordon::engine
