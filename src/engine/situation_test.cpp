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
    if (i > 0) EXPECT_GE(shown["lines"][i - 1]["saves"], shown["lines"][i]["saves"]) << i;
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
