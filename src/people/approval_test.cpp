// SPDX-License-Identifier: Apache-2.0
#include "people/approval.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace cordon::people {
namespace {

using event::ApprovalStep;
using event::PersonStep;
using event::SessionStep;

WallTime at(int seconds) {
  return wall_time_of(1670097600.0 + seconds);
}

/// Two engineers, a director and an observer, each with one open session.
class ApprovalTest : public testing::Test {
 protected:
  void SetUp() override {
    enter("a.durand", {Role::cyber}, "s-durand");
    enter("b.martin", {Role::cyber, Role::director}, "s-martin");
    enter("c.petit", {Role::director}, "s-petit");
    enter("d.roux", {Role::observer}, "s-roux");
  }

  void enter(const std::string& name, std::vector<Role> roles, const std::string& session) {
    roster.apply(event::PersonChanged{at(0), name, PersonStep::entered, std::move(roles), "console"});
    roster.apply(event::SessionChanged{at(0), name, session, SessionStep::signed_in, "127.0.0.1", 1, ""});
  }

  void ask(const std::string& by = "", const std::string& session = "") {
    const auto asked = approvals.ask(
        {at(10), "ask-1", "isolate ws2", "d1", {Role::cyber, Role::director}, by, session, at(610)}, roster);
    ASSERT_TRUE(asked);
    approvals.apply(*asked);
  }

  /// wish judges and folds what came of it; gives the last step.
  ApprovalStep wish(const std::string& by, const std::string& session, const std::string& digest = "d1", int when = 20,
                    bool approves = true) {
    const auto events = approvals.judge({at(when), "ask-1", digest, by, session, approves, "seen"}, roster);
    for (const auto& e : events) approvals.apply(e);
    said = events.back().detail;
    return events.back().step;
  }

  bool granted(int when = 30) const { return approvals.granted("ask-1", "d1", roster, at(when)); }

  Roster roster;
  Approvals approvals;
  std::string said;
};

TEST_F(ApprovalTest, TwoPersonsWithTheRolesGrantIt) {
  ask();
  EXPECT_EQ(wish("a.durand", "s-durand"), ApprovalStep::given);
  EXPECT_FALSE(granted());
  EXPECT_EQ(wish("c.petit", "s-petit"), ApprovalStep::granted);
  EXPECT_TRUE(granted());
}

TEST_F(ApprovalTest, WhoAsksIsOneOfThem) {
  ask("a.durand", "s-durand");
  EXPECT_EQ(wish("a.durand", "s-durand"), ApprovalStep::rejected);
  EXPECT_EQ(said, "the same person approves once only");
  EXPECT_EQ(wish("c.petit", "s-petit"), ApprovalStep::granted);
}

TEST_F(ApprovalTest, OnePersonWithBothRolesIsStillOne) {
  ask();
  EXPECT_EQ(wish("b.martin", "s-martin"), ApprovalStep::given);
  EXPECT_EQ(wish("b.martin", "s-martin"), ApprovalStep::rejected);
  EXPECT_FALSE(granted());
  EXPECT_EQ(wish("a.durand", "s-durand"), ApprovalStep::granted) << "who has both roles gives way to who has one";
}

TEST_F(ApprovalTest, TwoEngineersLackTheDirector) {
  enter("e.blanc", {Role::cyber}, "s-blanc");
  ask();
  EXPECT_EQ(wish("a.durand", "s-durand"), ApprovalStep::given);
  EXPECT_EQ(wish("e.blanc", "s-blanc"), ApprovalStep::rejected);
  EXPECT_EQ(said, "another role has to approve this");
  EXPECT_EQ(wish("d.roux", "s-roux"), ApprovalStep::rejected);
}

TEST_F(ApprovalTest, AnApprovalIsForExactlyWhatWasAsked) {
  ask();
  EXPECT_EQ(wish("a.durand", "s-durand", "d2"), ApprovalStep::rejected);
  EXPECT_EQ(said, "what was approved is not what waits: it changed meanwhile");
  EXPECT_EQ(wish("a.durand", "s-durand"), ApprovalStep::given);
  EXPECT_EQ(wish("c.petit", "s-petit"), ApprovalStep::granted);
  EXPECT_FALSE(approvals.granted("ask-1", "d2", roster, at(30)));
  EXPECT_FALSE(approvals.use("ask-1", "d2", roster, at(30)));
}

TEST_F(ApprovalTest, AReplayedApprovalChangesNothing) {
  ask();
  const event::ApprovalWish first{at(20), "ask-1", "d1", "a.durand", "s-durand", true, ""};
  EXPECT_EQ(wish("a.durand", "s-durand"), ApprovalStep::given);
  EXPECT_EQ(approvals.judge(first, roster).back().step, ApprovalStep::rejected);
  EXPECT_EQ(wish("c.petit", "s-petit"), ApprovalStep::granted);
  const auto used = approvals.use("ask-1", "d1", roster, at(30));
  ASSERT_TRUE(used);
  approvals.apply(*used);
  EXPECT_FALSE(approvals.use("ask-1", "d1", roster, at(30))) << "once";
  EXPECT_EQ(approvals.judge(first, roster).back().step, ApprovalStep::rejected);
  EXPECT_FALSE(approvals.ask({at(31), "ask-1", "again", "d1", {Role::cyber}, "", "", at(610)}, roster))
      << "a number is used once, so that an old approval fits no new request";
}

TEST_F(ApprovalTest, ExpiredIsExpired) {
  ask();
  EXPECT_EQ(wish("a.durand", "s-durand", "d1", 609), ApprovalStep::given);
  EXPECT_EQ(wish("c.petit", "s-petit", "d1", 610), ApprovalStep::rejected);
  ASSERT_TRUE(approvals.expire(at(609)).empty());
  for (const auto& e : approvals.expire(at(610))) approvals.apply(e);
  EXPECT_EQ(approvals.find("ask-1")->state, ApprovalStep::expired);
  EXPECT_TRUE(approvals.expire(at(611)).empty()) << "told once";
}

TEST_F(ApprovalTest, AGrantNotUsedInTimeIsNone) {
  ask("a.durand", "s-durand");
  EXPECT_EQ(wish("c.petit", "s-petit"), ApprovalStep::granted);
  EXPECT_TRUE(granted(609));
  EXPECT_FALSE(granted(610));
}

TEST_F(ApprovalTest, ADisabledAccountNeitherApprovesNorCounts) {
  ask("a.durand", "s-durand");
  roster.apply(event::PersonChanged{at(15), "c.petit", PersonStep::disabled, {Role::director}, "console"});
  EXPECT_EQ(wish("c.petit", "s-petit"), ApprovalStep::rejected);
  roster.apply(event::PersonChanged{at(16), "a.durand", PersonStep::disabled, {Role::cyber}, "console"});
  EXPECT_EQ(wish("b.martin", "s-martin"), ApprovalStep::given) << "the one who asked does not count any more";
  EXPECT_FALSE(granted());
}

TEST_F(ApprovalTest, AGrantFallsWithItsPerson) {
  ask("a.durand", "s-durand");
  EXPECT_EQ(wish("c.petit", "s-petit"), ApprovalStep::granted);
  roster.apply(event::PersonChanged{at(25), "c.petit", PersonStep::roles_changed, {Role::observer}, "console"});
  EXPECT_FALSE(granted());
  EXPECT_FALSE(approvals.use("ask-1", "d1", roster, at(30)));
}

TEST_F(ApprovalTest, AForgedOrForeignSessionDoesNotSpeak) {
  ask();
  for (const std::string session : {"", "s-nobody", "s-petit"}) {
    EXPECT_EQ(wish("a.durand", session), ApprovalStep::rejected) << session;
    EXPECT_EQ(said, "no open session of this person");
  }
  roster.apply(event::SessionChanged{at(15), "a.durand", "s-durand", SessionStep::signed_out, "", 1, ""});
  EXPECT_EQ(wish("a.durand", "s-durand"), ApprovalStep::rejected);
}

TEST_F(ApprovalTest, OneNoEndsIt) {
  ask("a.durand", "s-durand");
  EXPECT_EQ(wish("d.roux", "s-roux", "d1", 20, false), ApprovalStep::rejected) << "not an observer's";
  EXPECT_EQ(wish("c.petit", "s-petit", "d1", 21, false), ApprovalStep::declined);
  EXPECT_EQ(wish("b.martin", "s-martin"), ApprovalStep::rejected);
  EXPECT_EQ(said, "this is settled already");
}

TEST_F(ApprovalTest, WhatIsAskedIsBounded) {
  const event::ApprovalAsked good{at(10), "ask-2", "x", "d", {Role::cyber, Role::director}, "", "", at(20)};
  ASSERT_TRUE(approvals.ask(good, roster));
  auto bad = good;
  bad.needs.assign(approval_persons_max + 1, Role::cyber);
  EXPECT_FALSE(approvals.ask(bad, roster));
  bad = good;
  bad.until = bad.at + approval_lasts_max + Micros(1);
  EXPECT_FALSE(approvals.ask(bad, roster));
  bad.until = bad.at;
  EXPECT_FALSE(approvals.ask(bad, roster));
  bad = good;
  bad.by = "a.durand";
  bad.session = "s-petit";
  EXPECT_EQ(approvals.ask(bad, roster).error().code, ErrorCode::denied);
  bad.session = "s-durand";
  bad.needs = {Role::cyber};
  EXPECT_FALSE(approvals.ask(bad, roster)) << "who asks would be the only one";
  for (std::size_t i = 0; i < approvals_open_max; ++i) {
    auto one = good;
    one.id = "ask-x" + std::to_string(i);
    const auto asked = approvals.ask(one, roster);
    ASSERT_TRUE(asked) << i;
    approvals.apply(*asked);
  }
  EXPECT_EQ(approvals.ask(good, roster).error().code, ErrorCode::limit);
}

/// However wishes come, nothing is granted without as many distinct active persons as are needed.
TEST_F(ApprovalTest, NoOrderOfWishesGrantsItWithTooFew) {
  EXPECT_TRUE(rc::check([this](const std::vector<std::pair<std::uint8_t, std::uint8_t>>& moves) {
    Approvals some;
    const auto asked = some.ask({at(10), "ask-1", "", "d1", {Role::cyber, Role::director}, "", "", at(610)}, roster);
    some.apply(*asked);
    const std::string names[] = {"a.durand", "b.martin", "c.petit", "d.roux"};
    const std::string sessions[] = {"s-durand", "s-martin", "s-petit", "s-roux", ""};
    for (const auto& [who, how] : moves) {
      const event::ApprovalWish one{at(20), "ask-1", how % 7 == 0 ? "d2" : "d1", names[who % 4], sessions[how % 5],
                                    true,   ""};
      for (const auto& e : some.judge(one, roster)) some.apply(e);
    }
    if (!some.granted("ask-1", "d1", roster, at(30))) return;
    const auto& given = some.find("ask-1")->given;
    RC_ASSERT(given.size() >= 2U);
    RC_ASSERT(!given.contains("d.roux"));
    for (const auto& [name, session] : given) RC_ASSERT(roster.speaks_for(session, name));
  }));
}

TEST(Roster, SessionsOfOnePersonAreBounded) {
  Roster roster;
  roster.apply(event::PersonChanged{at(0), "a.durand", PersonStep::entered, {Role::cyber}, ""});
  for (std::size_t i = 0; i <= sessions_per_person_max; ++i) {
    roster.apply(event::SessionChanged{at(0), "a.durand", "s" + std::to_string(i), SessionStep::signed_in, "", 1, ""});
  }
  EXPECT_EQ(roster.find("a.durand")->sessions.size(), sessions_per_person_max);
  for (std::size_t i = 0; i <= accounts_max; ++i) {
    roster.apply(event::PersonChanged{at(0), "p" + std::to_string(i), PersonStep::entered, {}, ""});
  }
  EXPECT_EQ(roster.persons().size(), accounts_max);
  roster.apply(event::PersonChanged{at(1), "a.durand", PersonStep::disabled, {Role::cyber}, ""});
  EXPECT_TRUE(roster.find("a.durand")->sessions.empty());
}

TEST(PeopleRoles, TheTableIsAsTheManualSays) {
  const Roles observer({Role::observer});
  const Roles cyber({Role::cyber});
  const Roles director({Role::director});
  EXPECT_TRUE(only_sees(observer));
  EXPECT_FALSE(only_sees(Roles({Role::nurse})));
  EXPECT_FALSE(only_sees(Roles({Role::nurse, Role::cyber})));
  EXPECT_TRUE(may(cyber, Action::roll_back));
  EXPECT_FALSE(may(director, Action::roll_back));
  EXPECT_TRUE(may(director, Action::decide_care));
  EXPECT_FALSE(may(observer, Action::freeze));
  EXPECT_FALSE(may(Roles(), Action::see));
  for (const Role role : {Role::nurse, Role::regulator, Role::director}) EXPECT_TRUE(may(Roles({role}), Action::attend));
  for (const Role role : {Role::observer, Role::cyber, Role::investigator}) {
    EXPECT_FALSE(may(Roles({role}), Action::attend));
  }
  EXPECT_EQ(roles_from_words("cyber,director")->list(), (std::vector<Role>{Role::cyber, Role::director}));
  EXPECT_FALSE(roles_from_words(""));
  EXPECT_FALSE(roles_from_words("cyber,root"));
}

}  // namespace
}  // namespace cordon::people
