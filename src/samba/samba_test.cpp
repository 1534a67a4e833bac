// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "samba/helper.h"
#include "samba/request.h"
#include "samba/testing.h"
#include "samba/texts.h"

namespace cordon::samba {
namespace {

using namespace testing;

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

std::vector<Login> any_logins(std::size_t min) {
  std::vector<Login> out;
  for (const Ip& one : any_ips(min)) out.push_back({*rc::gen::element<std::string>("games", "_a.b-c", "9"), one});
  return out;
}

TEST(SambaGrammar, EveryRequestSurvivesBeingWrittenAndRead) {
  EXPECT_TRUE(rc::check([] {
    Request request{"c-1", List{}};
    switch (*rc::gen::inRange(0, 6)) {
      case 0:
        request.body = Hello{*rc::gen::arbitrary<std::uint32_t>()};
        break;
      case 1:
        request.body = Deny{any_ips(1), *rc::gen::inRange<std::uint64_t>(0, 0xffffffffff), *rc::gen::arbitrary<bool>()};
        break;
      case 2:
        request.body = Allow{*rc::gen::element<std::string>("", "c-0"), any_ips(1), any_logins(0)};
        break;
      case 4:
        request.body =
            Refuse{any_logins(1), *rc::gen::inRange<std::uint64_t>(0, 0xffffffffff), *rc::gen::arbitrary<bool>()};
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
        AnswerLine{Refused{login("b.martin@10.0.0.1"), "c1", 1670097605, 2}}, AnswerLine{Server{0, 1670097605, 4}},
        AnswerLine{grammar::Refusal{"c1", grammar::Code::denied, 0, "no way"}}, AnswerLine{grammar::End{}}}) {
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
  for (const char* name :
       {"",   "Games", "a b", "a,b",        "a=b",     "@wheel", "+wheel",    "&wheel", "%I", "%U",  "-a",
        ".a", "a;b",   "a#b", "HOP\\games", "games\\", "$games", "\"games\"", "é",      "a*", "a/b", "a@b"}) {
    const std::string text = "refuse c1 logins=" + std::string(name) + "@10.0.0.1 until=5";
    EXPECT_TRUE(std::holds_alternative<grammar::Complaint>(parse_request(text))) << text;
  }
  for (const char* line :
       {"refuse c1 until=5", "refuse c1 logins=games until=5", "refuse c1 logins=games@10.0.0.0/8 until=5",
        "refuse c1 logins=games@127.0.0.1 until=5", "refuse c1 ips=10.0.0.1 until=5", "refuse c1 logins=games@10.0.0.1",
        "refuse c1 logins=games@10.0.0.1,games@10.0.0.1 until=5"}) {
    EXPECT_TRUE(std::holds_alternative<grammar::Complaint>(parse_request(line))) << line;
  }
  const std::string longest(user_bytes_max, 'a');
  EXPECT_TRUE(valid_user(longest));
  EXPECT_FALSE(valid_user(longest + 'a'));
  std::string most = "deny c1 ips=10.0.1.1";
  for (std::size_t i = 2; i <= deny_ips_max; ++i) most += ",10.0.1." + std::to_string(i);
  EXPECT_TRUE(std::holds_alternative<Request>(parse_request(most + " until=5")));
  EXPECT_TRUE(std::holds_alternative<grammar::Complaint>(parse_request(most + ",10.0.2.1 until=5")));
}

// --- the texts ------------------------------------------------------------------------------------------------------

TEST(SambaTexts, TheIncludeFileIsReadBackAsItWasWritten) {
  EXPECT_TRUE(rc::check([] {
    Entries entries;
    for (const Ip& one : any_ips(0)) {
      for (const char* cut : {"cut-1", "cut-2"}) {
        if (cut[4] == '1' || *rc::gen::arbitrary<bool>()) {
          entries[one][cut] = *rc::gen::inRange<std::uint64_t>(0, 0xffffffffff);
        }
      }
    }
    const std::string text = text_of(entries);
    RC_ASSERT(is_include(text));
    RC_ASSERT(parse_include(text, include) == (Lists{entries, {}}));
  }));
}

TEST(SambaTexts, AForeignOrDamagedIncludeFileIsNotBelieved) {
  const std::string good = text_of({{ip("10.0.0.1"), {{"c1", 5}}}, {ip("fd00::1"), {{"c2", 6}}}});
  EXPECT_TRUE(parse_include(good, include));
  for (std::size_t cut = 1; cut < good.size(); ++cut) {
    const std::string torn = good.substr(0, cut);
    EXPECT_EQ(parse_include(torn, include).has_value(), torn == text_of({})) << cut;  // the heading alone denies nobody
  }
  EXPECT_FALSE(parse_include(good + "hosts allow = ALL\n", include));
  EXPECT_FALSE(is_include("[global]\n"));
  EXPECT_TRUE(is_include(""));
}

TEST(SambaTexts, WhoIsRefusedStandsInTheFileOfHisAddress) {
  const Logins logins{{login("games@10.0.0.1"), {{"c1", 5}}},
                      {login("mail@10.0.0.1"), {{"c2", 6}}},
                      {login("mail@fd00::1"), {{"c2", 6}}}};
  const std::string text = include_text({{}, logins}, include);
  EXPECT_NE(text.find("# refused games@10.0.0.1 cut=c1 until=5\n"), std::string::npos);
  EXPECT_TRUE(text.ends_with("\ninclude = /c.%I\n")) << text;
  EXPECT_EQ(parse_include(text, include), (Lists{{}, logins}));
  EXPECT_FALSE(parse_include(text, "/other")) << "somebody else wrote it";
  const auto files = login_texts(logins);
  ASSERT_EQ(files.size(), 2U);
  EXPECT_TRUE(files.at(ip("10.0.0.1")).ends_with("\ninvalid users = games mail\n"));
  EXPECT_TRUE(files.at(ip("fd00::1")).ends_with("\ninvalid users = mail\n"));
  EXPECT_EQ(login_path(include, ip("fd00::1")), "/c.fd00::1");
}

TEST(SambaTexts, AConfigurationThatWouldVoidARefusalIsNamed) {
  EXPECT_EQ(logins_problem("[global]\n\tusername map = \n\tinclude = /c.0.0.0.0\n[x]\n\tvalid users = games\n"), "");
  EXPECT_NE(logins_problem("[global]\n\tusername map = /etc/samba/users.map\n"), "");
  EXPECT_NE(logins_problem("[global]\n\tusername map script = /bin/x\n"), "");
  EXPECT_NE(logins_problem("[global]\n\tinvalid users = root\n"), "");
  EXPECT_NE(logins_problem("[global]\n[x]\n\tinvalid users = root\n"), "") << "a share's own would overrule ours";
}

// As smbstatus 4.17 writes it, shortened.
constexpr const char* status =
    R"({"sessions":{"1":{"session_id":"1","server_id":{"pid":"15974","vnn":"4294967295"},"username":"HOPITAL\\Games",)"
    R"("remote_machine":"10.9.9.1","hostname":"ipv4:10.9.9.1:52288"},"2":{"session_id":"2","server_id":{"pid":"15973"},)"
    R"("username":"ma il","hostname":"ipv6:fd00::5:52276"},"3":{"session_id":"3","hostname":"unix:"}},)"
    R"("tcons":{"7":{"service":"commun","session_id":"1"},"8":{"service":"IPC$","session_id":"1"},)"
    R"("9":{"service":"x","session_id":"1"},"10":{"service":"IPC$","session_id":"2"}}})";

TEST(SambaTexts, WhoIsLoggedInIsReadByNameAddressAndProcess) {
  const auto open = open_logins_of(status);
  ASSERT_TRUE(open);
  ASSERT_EQ(open->size(), 2U);
  EXPECT_EQ(open->at(0), (OpenLogin{login("games@10.9.9.1"), 15974, 2}));
  EXPECT_EQ(open->at(1), (OpenLogin{{"ma il", ip("fd00::5")}, 15973, 0}));
  for (const char* text : {"", "{}", "[]", "{\"sessions\":{}}", "{\"sessions\":[],\"tcons\":{}}"}) {
    EXPECT_FALSE(open_logins_of(text)) << text;
  }
  EXPECT_TRUE(
      open_logins_of(R"({"sessions":{"1":7,"2":{"hostname":"ipv4:"},"3":{"server_id":4}},"tcons":{"1":[]}})")->empty());
}

TEST(SambaTexts, AConfigurationThatWouldVoidADenialIsNamed) {
  const auto problem = [](const std::string& text) { return conf_problem(text, "/etc/samba/cordon.conf"); };
  EXPECT_EQ(problem("[global]\n workgroup = X\n include = /etc/samba/cordon.conf\n[share]\n hosts allow = 10.\n"), "");
  EXPECT_NE(problem("[global]\n[share]\n include = /etc/samba/cordon.conf\n").find("no line"), std::string::npos);
  EXPECT_NE(problem("[global]\n# include = /etc/samba/cordon.conf\n").find("no line"), std::string::npos);
  for (const char* line :
       {"hosts allow = 10.", "HostsAllow=10.", "allow hosts = 10.", "hosts  deny = 10.9.9.9", "\tdeny hosts=x"}) {
    EXPECT_NE(problem("[Global]\ninclude=/etc/samba/cordon.conf\n" + std::string(line) + "\n"), "") << line;
  }
}

TEST(SambaTexts, TestparmMustShowEveryAddressAndAllowNobodyBefore) {
  const Entries entries{{ip("10.0.0.1"), {{"c1", 5}}}, {ip("10.0.0.2"), {{"c1", 5}}}};
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
    (void)parse_include(text, include);
    (void)logins_problem(text);
    (void)open_logins_of(text);
    (void)conf_problem(text, "/x");
    (void)shows(text, {});
    (void)sessions_of(text, {445});
    (void)parse_request(text);
    (void)parse_answer(text);
  }));
}

// --- the helper, on a machine that is made up -----------------------------------------------------------------------

TEST_F(HelperTest, DeniesThenEndsThenLooks) {
  world_.open = {{ip("10.0.0.1"), 1, 11}, {ip("10.0.0.2"), 2, 12}};
  world_.order.clear();
  EXPECT_EQ(deny("c1", "10.0.0.1"), "ok c1 count=1 ended=1 rules=whole\n");
  EXPECT_EQ(world_.order, (std::vector<std::string>{"write", "nudge", "end", "reload", "persist"}));
  ASSERT_EQ(world_.open.size(), 1U);
  EXPECT_EQ(world_.open[0].client, ip("10.0.0.2"));
  EXPECT_EQ(ask("list l"), "ok l count=1 ended=0 rules=whole\ndenied 10.0.0.1 cut=c1 until=1670097665 sessions=0\n.\n");
  EXPECT_EQ(ask("allow a cut=c1"), "ok a count=1 ended=0 rules=unchecked\n");
  EXPECT_EQ(world_.loaded, text_of({}));
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
  EXPECT_EQ(world_.loaded, text_of({{ip("10.0.0.2"), {{"c2", 1670097655}}}}));
}

TEST_F(HelperTest, AnAddressIsDeniedAsLongAsOneCutNamesIt) {
  for (const auto& [first, second] : {std::pair{"c1", "c2"}, std::pair{"c2", "c1"}}) {
    deny("c1", "10.0.0.1,10.0.0.2");
    deny("c2", "10.0.0.1");
    EXPECT_EQ(
        ask("list l"),
        "ok l count=3 ended=0 rules=whole\ndenied 10.0.0.1 cut=c1 until=1670097665 sessions=0\n"
        "denied 10.0.0.1 cut=c2 until=1670097665 sessions=0\ndenied 10.0.0.2 cut=c1 until=1670097665 sessions=0\n.\n");
    ask(std::string("allow a cut=") + first);
    EXPECT_NE(world_.loaded.find("hosts deny = 10.0.0.1"), std::string::npos) << "freed with " << first;
    ask(std::string("allow a cut=") + second);
    EXPECT_EQ(world_.loaded, text_of({}));
  }
}

TEST_F(HelperTest, TheEarlierEndOfTwoFreesNobodyAlsoAfterAKill) {
  deny("c1", "10.0.0.1", 50);
  deny("c2", "10.0.0.1", 5);
  Helper successor{world_, {"/c", {}, {}}};
  ASSERT_EQ(successor.start(now_), "");
  pass(milliseconds(5000));
  EXPECT_EQ(successor.tend(now_), "");
  EXPECT_EQ(world_.loaded, text_of({{ip("10.0.0.1"), {{"c1", 1670097655}}}}));
  EXPECT_EQ(successor.answer("allow a cut=c1", now_), "ok a count=1 ended=0 rules=unchecked\n");
  EXPECT_EQ(world_.loaded, text_of({}));
}

TEST_F(HelperTest, ACutOfTwoThatIsLiftedAfterAKillLeavesTheOther) {
  deny("c1", "10.0.0.1");
  deny("c2", "10.0.0.1");
  Helper successor{world_, {"/c", {}, {}}};
  ASSERT_EQ(successor.start(now_), "");
  EXPECT_EQ(successor.answer("allow a cut=c2", now_), "ok a count=0 ended=0 rules=unchecked\n");
  EXPECT_EQ(world_.loaded, text_of({{ip("10.0.0.1"), {{"c1", 1670097665}}}}));
  EXPECT_EQ(successor.answer("allow a ips=10.0.0.1", now_), "ok a count=1 ended=0 rules=unchecked\n");
}

TEST_F(HelperTest, CutsThatNameOneAddressAreBounded) {
  for (std::size_t i = 0; i < owners_max; ++i) {
    ASSERT_TRUE(deny("c" + std::to_string(i), "10.0.0.1").starts_with("ok")) << i;
  }
  EXPECT_EQ(deny("more", "10.0.0.1"), "error more limit 0 more than 8 cuts name 10.0.0.1\n");
  EXPECT_EQ(world_.loaded.find("cut=more"), std::string::npos);
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
  world_.include = text_of({{ip("10.0.0.1"), {{"c1", now_.seconds + 60}}},
                            {ip("10.0.0.2"), {{"c2", now_.seconds - 1}}},
                            {ip("10.0.0.9"), {{"c3", now_.seconds + 60}}}});
  EXPECT_EQ(helper_.start(now_), "");
  EXPECT_EQ(world_.loaded, text_of({{ip("10.0.0.1"), {{"c1", now_.seconds + 60}}}}));
}

TEST_F(HelperTest, ItDoesNotWriteOverAFileOfSomebodyElse) {
  world_.include = "[global]\n workgroup = X\n";
  EXPECT_NE(helper_.start(now_).find("not ours"), std::string::npos);
  EXPECT_EQ(world_.include, "[global]\n workgroup = X\n");
  world_.include = text_of({{ip("10.0.0.1"), {{"c1", 5}}}}).substr(0, 100);
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
  world_.logged_in = {{login("games@10.0.0.1"), 11, 1}, {login("mail@10.0.0.1"), 12, 1}};
  EXPECT_EQ(ask("refuse c1 logins=games@10.0.0.1 until=1670097700 dry_run=yes"),
            "ok c1 count=1 ended=0 rules=unchecked\n");
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
