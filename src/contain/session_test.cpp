// SPDX-License-Identifier: Apache-2.0
// Who encrypts on a host that stands for several people is refused; the host and the others are not.
#include "contain/session.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "contain/graph.h"
#include "contain/identity.h"
#include "contain/lines.h"
#include "contain/means.h"
#include "contain/proof.h"
#include "estate/harm.h"

namespace cordon::contain {
namespace {

using event::Disposition;
using event::HostKey;
using event::SessionTarget;

const HostKey terminal{"span0", 0, *Mac::parse("02:77:00:00:00:12"), *IpAddress::parse("10.77.0.12"), {}};

struct SharedHostNight {
  SharedHostNight() {
    estate.buildings.push_back({"A", {0}});
    estate.units.push_back({"Urgences", estate::UnitKind::urgences, {0}, 10, 10});
    estate::Host host;
    host.name = "ts-1";
    host.role = estate::Role::terminal_server;
    host.addresses = {terminal.ip, *IpAddress::parse("fd00:77::12")};
    host.macs = {terminal.mac};
    estate.hosts.push_back(host);
    estate.hosts.push_back({});
    estate::Flow files;
    files.server = {1};
    files.port = 445;
    files.dependence = 0.1;
    estate.flows.push_back(files);
    verdict.subject = event::Subject::session;
    verdict.host = terminal;
    verdict.name = "b.martin";
    verdict.level = event::Level::infected;
  }
  event::PlannedAction line(std::size_t users = 4) const {
    const auto session = session_of(estate, verdict.host, verdict.name, users);
    if (!session) throw std::logic_error("nobody declared this address");
    const event::PlanMade plan = make_session_plan({.verdict = verdict,
                                                    .verdict_entry = Sequence{9},
                                                    .seen = seen,
                                                    .infected = {},
                                                    .estate = estate,
                                                    .mode = mode,
                                                    .automatic_cuts_last_hour = recent,
                                                    .harm_budget_left = budget,
                                                    .frozen = frozen},
                                                   *session);
    EXPECT_EQ(plan.why, std::vector{Sequence{9}});
    return plan.actions.at(0);
  }
  estate::Account& account(const char* name) {
    estate.accounts.push_back({.name = name, .signs_in_on = {}, .unit = {0}, .dependence = 0.5});
    return estate.accounts.back();
  }

  estate::Estate estate;
  event::Verdict verdict;
  std::vector<HostKey> seen{terminal};
  event::Mode mode = event::Mode::guard;
  std::uint32_t recent = 0;
  double budget = 100;
  bool frozen = false;
};

TEST(SessionPlan, RefusesTheUserAtEveryAddressOfTheHostAndNothingElse) {
  const event::PlannedAction line = SharedHostNight{}.line();
  EXPECT_EQ(line.disposition, Disposition::cut);
  EXPECT_EQ(line.action, "end_sessions");
  EXPECT_EQ(line.key, "end_sessions b.martin@ts-1");
  EXPECT_EQ(line.sessions,
            (std::vector<SessionTarget>{{terminal.ip, "b.martin"}, {*IpAddress::parse("fd00:77::12"), "b.martin"}}));
  EXPECT_TRUE(line.ips.empty() && line.macs.empty()) << "whoever takes these for targets would cut everybody there";
  EXPECT_TRUE(enforceable(line));
  event::PlannedAction other = line;
  other.sessions[0].user = "c.nguyen";
  EXPECT_NE(exact_text(other), exact_text(line)) << "an approval is of one user";
}

TEST(SessionPlan, CostsOneUsersShareOrWhatIsDeclared) {
  SharedHostNight night;
  const double all = estate::harm_of_host(night.estate, {0}).block_out;
  ASSERT_GT(all, 0);
  EXPECT_DOUBLE_EQ(night.line(4).harm, all / 4) << "one of four";
  EXPECT_DOUBLE_EQ(night.line(0).harm, all) << "nobody is known: the whole";
  night.account("HOPITAL\\B.Martin");
  EXPECT_GT(night.line(4).harm, all) << "half of the unit's care hangs on him";
  night.budget = all;
  EXPECT_EQ(night.line(4).disposition, Disposition::advised);
  EXPECT_NE(night.line(4).why.find("budget"), std::string::npos);
}

TEST(SessionPlan, NobodyProtectedIsRefusedAndNoNameThatIsMoreThanAName) {
  SharedHostNight night;
  night.account("b.martin").is_protected = true;
  EXPECT_EQ(night.line().disposition, Disposition::withheld);
  night.verdict.name = "c.nguyen";
  EXPECT_EQ(night.line().disposition, Disposition::cut);
  night.verdict.name = "é\ninclude = /x";
  EXPECT_EQ(night.line().disposition, Disposition::advised);
  night.verdict.name = "c.nguyen";
  night.estate.hosts[0].is_protected = true;
  EXPECT_EQ(night.line().disposition, Disposition::withheld);
}

TEST(SessionPlan, RefusesHimUnderAnAddressThatNobodyDeclaredToo) {
  SharedHostNight night;
  night.verdict.host.ip = *IpAddress::parse("fd00:77::99");
  const event::PlannedAction line = night.line();
  EXPECT_EQ(line.disposition, Disposition::cut);
  EXPECT_EQ(line.sessions, (std::vector<SessionTarget>{{terminal.ip, "b.martin"},
                                                       {*IpAddress::parse("fd00:77::12"), "b.martin"},
                                                       {*IpAddress::parse("fd00:77::99"), "b.martin"}}));
}

TEST(SessionPlan, AnImpostorGetsNobodyRefused) {
  SharedHostNight night;
  night.verdict.host.mac = *Mac::parse("02:66:00:00:00:66");
  EXPECT_EQ(night.line().disposition, Disposition::withheld);
}

TEST(SessionPlan, NamesTheLineAsTheWeighedPlanDoes) {
  SharedHostNight night;
  night.estate.accounts.push_back({.name = "autre", .signs_in_on = {}, .unit = {0}});
  night.account("HOPITAL\\B.Martin");
  night.estate.sessions.push_back(*session_of(night.estate, terminal, "b.martin", 4));
  EXPECT_EQ(night.estate.sessions[0].account, 1U);
  const Action action{ActionKind::end_sessions, 0};
  const event::PlannedAction quick = night.line();
  event::PlannedAction weighed = line_of(night.estate, action, night.seen);
  weighed.harm = Graph::build(night.estate)->harm_of(action);
  EXPECT_EQ(weighed.key, quick.key);
  EXPECT_EQ(action_of(night.estate, quick.key), action);
  EXPECT_EQ(exact_text(weighed), exact_text(quick)) << "an approval of the one is an approval of the other";
  EXPECT_EQ(weighed.host, terminal);
  EXPECT_TRUE(weighed.ips.empty() && weighed.macs.empty());
  EXPECT_FALSE(weighed.care.empty());
  EXPECT_DOUBLE_EQ(Graph::build(night.estate)->harm_of(action), quick.harm);
  EXPECT_FALSE(session_of(night.estate, {"span0", 0, {}, *IpAddress::parse("10.77.0.99"), {}}, "b.martin", 4));
}

TEST(SessionPlan, ModeLimitsAndPeopleStandAboveIt) {
  for (const event::Mode mode : {event::Mode::watch, event::Mode::island}) {
    SharedHostNight night;
    night.mode = mode;
    EXPECT_EQ(night.line().disposition, Disposition::advised);
  }
  SharedHostNight many;
  many.recent = 20;
  EXPECT_EQ(many.line().disposition, Disposition::advised);
  SharedHostNight frozen;
  frozen.frozen = true;
  EXPECT_EQ(frozen.line().disposition, Disposition::advised);
}

TEST(Session, IsToldApartWhereOneAddressIsManyPeople) {
  SharedHostNight night;
  EXPECT_TRUE(stands_for_many(night.estate, terminal));
  for (const estate::Role role : {estate::Role::workstation, estate::Role::server, estate::Role::network}) {
    night.estate.hosts[0].role = role;
    EXPECT_FALSE(stands_for_many(night.estate, terminal));
  }
  night.estate.hosts[0].role = estate::Role::nat;
  EXPECT_TRUE(stands_for_many(night.estate, terminal));
}

TEST(Session, OnlyAFileServerCanEndIt) {
  const estate::Estate nobody;
  using event::Reach;
  EXPECT_FALSE(suits({"nftables", "", Reach::exact, true}, {"end_sessions", terminal}, nobody));
  EXPECT_FALSE(suits({"radius", "", Reach::whole_host, false}, {"end_sessions", terminal}, nobody));
  EXPECT_TRUE(suits({"samba", "", Reach::file_service, false, true}, {"end_sessions", terminal}, nobody));
}

TEST(Session, ThatIsRefusedIsNotSaidToBeTheHost) {
  Proof proof({"samba", "", event::Reach::file_service, false}, event::end_sessions);
  proof.on_report({{}, "c", event::EnforcerStep::read_back, 0, "", "samba"});
  const Proof::Finding found = proof.find({.now = {}, .deadline = WallTime::max(), .watched = true});
  EXPECT_EQ(found.state, event::CutState::unproven) << "elsewhere he is not stopped";
  EXPECT_NE(found.detail.find("refuses the user"), std::string::npos);
}

}  // namespace
}  // namespace cordon::contain
