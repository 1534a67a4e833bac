// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "samba/helper.h"
#include "samba/request.h"
#include "samba/texts.h"

namespace cordon::samba {
namespace {

using grammar::Ip;
using std::chrono::milliseconds;

Ip ip(const char* text) {
  return *Ip::parse(text);
}

// --- the grammar ----------------------------------------------------------------------------------------------------

/// any_ips gives different addresses: the last byte counts, the others are chance.
std::vector<Ip> any_ips(std::size_t min) {
  std::vector<Ip> out(*rc::gen::inRange<std::size_t>(min, deny_ips_max + 1));
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].v6 = *rc::gen::arbitrary<bool>();
    out[i].bytes[0] = out[i].v6 ? 0xfd : 10;
    for (std::size_t at = 1; at < (out[i].v6 ? 15U : 3U); ++at) out[i].bytes[at] = *rc::gen::arbitrary<std::uint8_t>();
    out[i].bytes[out[i].v6 ? 15 : 3] = static_cast<std::uint8_t>(i + 1);
  }
  return out;
}

TEST(SambaGrammar, EveryRequestSurvivesBeingWrittenAndRead) {
  EXPECT_TRUE(rc::check([] {
    Request request{"c-1", List{}};
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
        request.body = Hello{*rc::gen::arbitrary<std::uint32_t>()};
        break;
      case 1:
        request.body = Deny{any_ips(1), *rc::gen::inRange<std::uint64_t>(0, 0xffffffffff), *rc::gen::arbitrary<bool>()};
        break;
      case 2:
        request.body = Allow{*rc::gen::element<std::string>("", "c-0"), any_ips(1)};
        break;
      case 3:
        request.body = Health{};
        break;
      default:
        break;
    }
    const auto parsed = parse_request(format(request));
    RC_ASSERT(std::holds_alternative<Request>(parsed));
    RC_ASSERT(std::get<Request>(parsed) == request);
  }));
}

TEST(SambaGrammar, EveryAnswerSurvivesBeingWrittenAndRead) {
  for (const AnswerLine& line :
       {AnswerLine{Ok{"c1", 3, 2, Rules::whole}}, AnswerLine{Ok{"c1", 0, 0, Rules::overruled}},
        AnswerLine{Denied{ip("10.0.0.1"), "c1", 1670097605, 7}}, AnswerLine{Denied{ip("fd00::1"), "c1", 1, 0}},
        AnswerLine{Server{0, 1670097605, 4}}, AnswerLine{grammar::Refusal{"c1", grammar::Code::denied, 0, "no way"}},
        AnswerLine{grammar::End{}}}) {
    const auto parsed = parse_answer(format(line));
    ASSERT_TRUE(std::holds_alternative<AnswerLine>(parsed)) << format(line);
    EXPECT_EQ(std::get<AnswerLine>(parsed), line);
  }
}

TEST(SambaGrammar, LinesThatAreNoRequestAreRefusedWhole) {
  for (const char* line : {"",
                           "deny",
                           "deny c1",
                           "deny c1 ips=10.0.0.1",
                           "deny c1 until=5",
                           "deny c1 ips= until=5",
                           "deny c1 ips=10.0.0.1,10.0.0.1 until=5",
                           "deny c1 ips=10.0.0.0/8 until=5",
                           "deny c1 ips=ALL until=5",
                           "deny c1 ips=127.0.0.1 until=5",
                           "deny c1 ips=::1 until=5",
                           "deny c1 ips=0.0.0.0 until=5",
                           "deny c1 ips=10.0.0.1 until=-5",
                           "deny c1 ips=10.0.0.1 until=05",
                           "deny c1 ips=10.0.0.1 until=99999999999999",
                           "deny c1 ips=10.0.0.1 until=5 dry_run=no",
                           "deny c1 ips=10.0.0.1 until=5 until=6",
                           "deny  c1 ips=10.0.0.1 until=5",
                           "deny c1 ips=10.0.0.1\tuntil=5",
                           "deny c1\n ips=10.0.0.1 until=5",
                           "allow c1",
                           "allow c1 cut=",
                           "list c1 x=1",
                           "health",
                           "hello c1",
                           "Deny c1 ips=10.0.0.1 until=5"}) {
    EXPECT_TRUE(std::holds_alternative<grammar::Complaint>(parse_request(line))) << line;
  }
  std::string most = "deny c1 ips=10.0.1.1";
  for (std::size_t i = 2; i <= deny_ips_max; ++i) most += ",10.0.1." + std::to_string(i);
  EXPECT_TRUE(std::holds_alternative<Request>(parse_request(most + " until=5")));
  EXPECT_TRUE(std::holds_alternative<grammar::Complaint>(parse_request(most + ",10.0.2.1 until=5")));
}

// --- the texts ------------------------------------------------------------------------------------------------------

TEST(SambaTexts, TheIncludeFileIsReadBackAsItWasWritten) {
  EXPECT_TRUE(rc::check([] {
    Entries entries;
    for (const Ip& one : any_ips(0)) entries[one] = {"cut-1", *rc::gen::inRange<std::uint64_t>(0, 0xffffffffff)};
    const std::string text = include_text(entries);
    RC_ASSERT(is_include(text));
    RC_ASSERT(parse_include(text) == entries);
  }));
}

TEST(SambaTexts, AForeignOrDamagedIncludeFileIsNotBelieved) {
  const std::string good = include_text({{ip("10.0.0.1"), {"c1", 5}}, {ip("fd00::1"), {"c2", 6}}});
  EXPECT_TRUE(parse_include(good));
  for (std::size_t cut = 1; cut < good.size(); ++cut) {
    const std::string torn = good.substr(0, cut);
    EXPECT_EQ(parse_include(torn).has_value(), torn == include_text({})) << cut;  // the heading alone denies nobody
  }
  EXPECT_FALSE(parse_include(good + "hosts allow = ALL\n"));
  EXPECT_FALSE(is_include("[global]\n"));
  EXPECT_TRUE(is_include(""));
}

TEST(SambaTexts, AConfigurationThatWouldVoidADenialIsNamed) {
  const std::string include = "/etc/samba/cordon.conf";
  const auto problem = [&](const std::string& text) { return conf_problem(text, include); };
  EXPECT_EQ(problem("[global]\n workgroup = X\n include = /etc/samba/cordon.conf\n[share]\n hosts allow = 10.\n"), "");
  EXPECT_NE(problem("[global]\n[share]\n include = /etc/samba/cordon.conf\n").find("no line"), std::string::npos);
  EXPECT_NE(problem("[global]\n# include = /etc/samba/cordon.conf\n").find("no line"), std::string::npos);
  for (const char* line :
       {"hosts allow = 10.", "HostsAllow=10.", "allow hosts = 10.", "hosts  deny = 10.9.9.9", "\tdeny hosts=x"}) {
    EXPECT_NE(problem("[Global]\ninclude=/etc/samba/cordon.conf\n" + std::string(line) + "\n"), "") << line;
  }
}

TEST(SambaTexts, TestparmMustShowEveryAddressAndAllowNobodyBefore) {
  const Entries entries{{ip("10.0.0.1"), {"c1", 5}}, {ip("10.0.0.2"), {"c1", 5}}};
  EXPECT_TRUE(shows("# Global parameters\n[global]\n\thosts deny = 10.0.0.1 10.0.0.2 10.0.0.3\n[x]\n", entries));
  EXPECT_TRUE(shows("[global]\n", {}));
  EXPECT_FALSE(shows("[global]\n\thosts deny = 10.0.0.1\n", entries));
  EXPECT_FALSE(shows("[global]\n\thosts deny = 10.0.0.1 10.0.0.22\n", entries));
  EXPECT_FALSE(shows("[global]\n\thosts allow = 10.\n\thosts deny = 10.0.0.1 10.0.0.2\n", entries));
  EXPECT_FALSE(shows("[global]\n[x]\n\thosts deny = 10.0.0.1 10.0.0.2\n", entries));
}

// As Linux 6 writes them: a listener, a session, one in TIME_WAIT, one to another port; then IPv6 and mapped IPv4.
constexpr const char* table4 =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 00000000:01BD 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 30001 1 0 100 0 0 10 "
    "0\n"
    "   1: 14004D0A:01BD 0B004D0A:9C40 01 00000000:00000000 02:000A 00000000     0        0 30002 2 0 20 4 30 10 -1\n"
    "   2: 14004D0A:01BD 0C004D0A:9C41 06 00000000:00000000 03:000A 00000000     0        0 0 3 0\n"
    "   3: 14004D0A:0016 0B004D0A:9C42 01 00000000:00000000 02:000A 00000000     0        0 30004 2 0 20 4 30 10 -1\n";
constexpr const char* table6 =
    "  sl  local_address                         remote_address                        st\n"
    "   0: 0000000000000000FFFF000014004D0A:01BD 0000000000000000FFFF00000B004D0A:9C43 01 0:0 02:0 0 0 0 40001 2 0\n"
    "   1: 7700 00FD\n"
    "   2: 000000FD770000000000000014000000:01BD 000000FD77000000000000000B000000:9C44 01 0:0 02:0 0 0 0 40002 2 0\n";

TEST(SambaTexts, TheKernelsTableIsReadAsClients) {
  const auto first = sessions_of(table4, {445});
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0], (Session{ip("10.77.0.11"), 40000, 30002}));
  const auto second = sessions_of(table6, {445});
  ASSERT_EQ(second.size(), 2U);
  EXPECT_EQ(second[0], (Session{ip("10.77.0.11"), 40003, 40001}));
  EXPECT_TRUE(second[1].client.v6);
  EXPECT_EQ(second[1].client_port, 40004);
  EXPECT_TRUE(sessions_of(table4, {}).empty());
}

TEST(SambaTexts, AnyTextIsRead) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    (void)parse_include(text);
    (void)conf_problem(text, "/x");
    (void)shows(text, {});
    (void)sessions_of(text, {445});
    (void)parse_request(text);
    (void)parse_answer(text);
  }));
}

// --- the helper, on a machine that is made up -----------------------------------------------------------------------

struct World final : System {
  std::string conf = "[global]\n include = /c\n";
  std::optional<std::string> include = "";
  std::string loaded;  // what smbd read last
  std::vector<Session> open;
  std::set<std::uint64_t> shared;    // connections in a process that serves somebody else too
  std::set<std::uint64_t> stubborn;  // connections whose process does not end
  std::string write_problem, reload_problem;
  std::vector<std::string> order;

  std::optional<std::string> read_include() override { return include; }
  std::string write_include(const std::string& text) override {
    order.emplace_back("write");
    if (write_problem.empty()) include = text;
    return write_problem;
  }
  std::string persist() override {
    order.emplace_back("persist");
    return {};
  }
  void nudge() override {
    order.emplace_back("nudge");
    loaded = *include;
  }
  std::string reload() override {
    order.emplace_back("reload");
    if (reload_problem.empty()) loaded = *include;
    return reload_problem;
  }
  std::optional<std::string> testparm() override { return conf + "[global]\n" + *include; }
  std::optional<std::string> read_conf() override { return conf; }
  std::vector<Session> sessions() override { return open; }
  Ended end(const std::vector<Session>& sessions, const std::set<Ip>& denied) override {
    order.emplace_back("end");
    Ended out;
    for (const Session& session : sessions) {
      EXPECT_TRUE(denied.contains(session.client));
      EXPECT_NE(loaded.find(session.client.text()), std::string::npos) << "ended before it was denied";
      if (shared.contains(session.inode)) {
        ++out.spared;
      } else if (stubborn.contains(session.inode)) {
        out.problem = "does not end";
      } else {
        out.processes += std::erase(open, session);
      }
    }
    return out;
  }
  std::uint64_t server_pid() override { return 77; }
  void pause(milliseconds) override {}
};

class HelperTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(helper_.start(now_), ""); }
  std::string ask(const std::string& line) { return helper_.answer(line, now_); }
  std::string deny(const std::string& id, const std::string& ips, std::uint64_t seconds = 60) {
    return ask("deny " + id + " ips=" + ips + " until=" + std::to_string(now_.seconds + seconds));
  }
  void pass(milliseconds time) {
    now_.instant += time;
    now_.seconds += static_cast<std::uint64_t>(time.count() / 1000);
  }

  World world_;
  Helper helper_{world_, {"/c", {ip("10.0.0.9")}}};
  Now now_{1670097605, Instant{}};
};

TEST_F(HelperTest, DeniesThenEndsThenLooks) {
  world_.open = {{ip("10.0.0.1"), 1, 11}, {ip("10.0.0.2"), 2, 12}};
  world_.order.clear();
  EXPECT_EQ(deny("c1", "10.0.0.1"), "ok c1 count=1 ended=1 rules=whole\n");
  EXPECT_EQ(world_.order, (std::vector<std::string>{"write", "nudge", "end", "reload", "persist"}));
  ASSERT_EQ(world_.open.size(), 1U);
  EXPECT_EQ(world_.open[0].client, ip("10.0.0.2"));
  EXPECT_EQ(ask("list l"), "ok l count=1 ended=0 rules=whole\ndenied 10.0.0.1 cut=c1 until=1670097665 sessions=0\n.\n");
  EXPECT_EQ(ask("allow a cut=c1"), "ok a count=1 ended=0 rules=unchecked\n");
  EXPECT_EQ(world_.loaded, include_text({}));
  EXPECT_EQ(ask("allow a cut=c1"), "ok a count=0 ended=0 rules=unchecked\n");
}

TEST_F(HelperTest, AProtectedAddressSavesTheWholeLine) {
  EXPECT_EQ(deny("c1", "10.0.0.1,10.0.0.9"), "error c1 denied 0 10.0.0.9 is protected\n");
  EXPECT_FALSE(helper_.anything_denied());
}

TEST_F(HelperTest, AnEndIsNearAndInTheFuture) {
  EXPECT_TRUE(deny("c1", "10.0.0.1", 0).starts_with("error c1 malformed"));
  EXPECT_TRUE(deny("c1", "10.0.0.1", 7 * 24 * 3600).starts_with("ok"));
  EXPECT_TRUE(deny("c1", "10.0.0.1", 7 * 24 * 3600 + 1).starts_with("error c1 limit"));
}

TEST_F(HelperTest, WhatHasEndedIsTakenBackByItself) {
  deny("c1", "10.0.0.1", 5);
  deny("c2", "10.0.0.2", 50);
  pass(milliseconds(5000));
  EXPECT_EQ(helper_.tend(now_), "");
  EXPECT_EQ(world_.loaded, include_text({{ip("10.0.0.2"), {"c2", 1670097655}}}));
}

TEST_F(HelperTest, AProcessThatServesAnotherClientIsSparedAndItIsSaid) {
  world_.open = {{ip("10.0.0.1"), 1, 11}};
  world_.shared = {11};
  EXPECT_NE(deny("c1", "10.0.0.1").find("was spared"), std::string::npos);
  EXPECT_EQ(world_.open.size(), 1U);
  EXPECT_TRUE(helper_.anything_denied()) << "new sessions are kept out all the same";
}

TEST_F(HelperTest, ASessionThatWillNotEndIsAFailure) {
  world_.open = {{ip("10.0.0.1"), 1, 11}};
  world_.stubborn = {11};
  EXPECT_NE(deny("c1", "10.0.0.1").find("live on"), std::string::npos);
}

TEST_F(HelperTest, ASessionThatLivesOnIsCountedAndEndedAndANewAttemptIsNot) {
  deny("c1", "10.0.0.1");
  world_.open = {{ip("10.0.0.1"), 1, 11}};
  EXPECT_NE(ask("list l").find("sessions=0"), std::string::npos);
  pass(milliseconds(100));
  world_.open = {{ip("10.0.0.1"), 2, 12}};  // another attempt
  EXPECT_NE(ask("list l").find("sessions=0"), std::string::npos);
  pass(lives_on);
  EXPECT_NE(ask("list l").find("sessions=1"), std::string::npos);
  EXPECT_EQ(helper_.tend(now_), "");
  EXPECT_TRUE(world_.open.empty());
}

TEST_F(HelperTest, ItTakesUpWhatItsPredecessorLeft) {
  world_.include = include_text({{ip("10.0.0.1"), {"c1", now_.seconds + 60}},
                                 {ip("10.0.0.2"), {"c2", now_.seconds - 1}},
                                 {ip("10.0.0.9"), {"c3", now_.seconds + 60}}});
  EXPECT_EQ(helper_.start(now_), "");
  EXPECT_EQ(world_.loaded, include_text({{ip("10.0.0.1"), {"c1", now_.seconds + 60}}}));
}

TEST_F(HelperTest, ItDoesNotWriteOverAFileOfSomebodyElse) {
  world_.include = "[global]\n workgroup = X\n";
  EXPECT_NE(helper_.start(now_).find("not ours"), std::string::npos);
  EXPECT_EQ(world_.include, "[global]\n workgroup = X\n");
  world_.include = include_text({{ip("10.0.0.1"), {"c1", 5}}}).substr(0, 100);
  EXPECT_EQ(helper_.start(now_), "") << "a file that was torn is written anew";
}

TEST_F(HelperTest, AChangedFileAndAConfigurationThatOverrulesAreSeen) {
  deny("c1", "10.0.0.1");
  world_.conf += " hosts allow = 10.\n";
  EXPECT_NE(ask("list l").find("rules=overruled"), std::string::npos);
  EXPECT_TRUE(deny("c2", "10.0.0.2").starts_with("error c2 failed"));
  world_.include = "";
  EXPECT_NE(ask("list l").find("rules=changed"), std::string::npos);
}

TEST_F(HelperTest, WhatCannotBeWrittenOrToldIsAFailure) {
  world_.write_problem = "no space";
  EXPECT_EQ(deny("c1", "10.0.0.1"), "error c1 failed 0 no space\n");
  EXPECT_FALSE(helper_.anything_denied());
  world_.write_problem.clear();
  world_.reload_problem = "smbd does not answer";
  EXPECT_EQ(deny("c1", "10.0.0.1"), "error c1 failed 0 smbd does not answer\n");
  EXPECT_TRUE(helper_.anything_denied()) << "smbd reads it when it starts";
}

TEST_F(HelperTest, DryRunCountsAndChangesNothing) {
  world_.open = {{ip("10.0.0.1"), 1, 11}, {ip("10.0.0.1"), 2, 12}, {ip("10.0.0.2"), 3, 13}};
  world_.order.clear();
  EXPECT_EQ(ask("deny c1 ips=10.0.0.1 until=1670097700 dry_run=yes"), "ok c1 count=2 ended=0 rules=unchecked\n");
  EXPECT_TRUE(world_.order.empty());
}

TEST_F(HelperTest, DeniedAddressesAreBounded) {
  for (std::size_t i = 0; i < denied_max / 16; ++i) {
    std::string ips;
    for (std::size_t j = 1; j <= 16; ++j)
      ips += (j > 1 ? ",10.1." : "10.1.") + std::to_string(i) + "." + std::to_string(j);
    ASSERT_TRUE(deny("c" + std::to_string(i), ips).starts_with("ok")) << i;
  }
  EXPECT_TRUE(deny("more", "10.2.0.1").starts_with("error more limit"));
  EXPECT_TRUE(deny("again", "10.1.0.1").starts_with("ok"));
}

TEST_F(HelperTest, HealthTellsProcessAndClock) {
  EXPECT_EQ(ask("health h"), "ok h count=1 ended=0 rules=whole\nserver pid=77 now=1670097605 denied=0\n.\n");
}

}  // namespace
}  // namespace cordon::samba
