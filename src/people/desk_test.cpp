// SPDX-License-Identifier: Apache-2.0
#include "people/desk.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "event/json.h"

namespace cordon::people {
namespace {

using event::PersonStep;
using event::SessionStep;

const std::string good = "quatre chevaux blancs";
const std::string other = "la pluie de novembre";
const std::string home = "10.1.0.7";

class DeskTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_GE(sodium_init(), 0);
    std::filesystem::remove_all(folder);
    open();
  }
  void TearDown() override { std::filesystem::remove_all(folder); }

  /// open begins anew as after a kill: what was not on disk or in the logbook is gone.
  void open() {
    desk.reset();
    auto opened = Desk::open({folder, HashCost::lowest(), [this] { return now; }, system_random()}, roster);
    ASSERT_TRUE(opened);
    desk.emplace(std::move(*opened));
    listen();
  }

  /// listen folds what the desk tells, as the logbook would.
  void listen() {
    for (const event::Input& input : desk->take_events()) {
      if (const auto* person = std::get_if<event::PersonChanged>(&input)) {
        roster.apply(*person);
        told.push_back(person->name + " " + std::string(event::word(person->step)) + " " + person->by);
      }
      if (const auto* session = std::get_if<event::SessionChanged>(&input)) {
        roster.apply(*session);
        told.push_back(session->name + " " + std::string(event::word(session->step)));
      }
      record += event::to_text(input) + "\n";
    }
  }

  Said settle(const Desk::Begun& begun) {
    Said out = std::holds_alternative<Said>(begun)
                   ? std::get<Said>(begun)
                   : desk->finish(std::get<HashJob>(begun), run(std::get<HashJob>(begun), HashCost::lowest()));
    listen();
    return out;
  }
  Said sign_in(const std::string& name, const std::string& passphrase, const std::string& from = home) {
    return settle(desk->begin_sign_in(name, passphrase, from));
  }
  Said enter(const std::string& code, const std::string& name, const std::string& passphrase = good,
             const std::string& from = home) {
    return settle(desk->begin_enter(code, name, passphrase, from));
  }
  /// console changes the accounts as `cordon people` does, while the desk runs.
  void console(const std::function<void(Accounts&)>& act) {
    auto store = Store::open(folder);
    auto lock = store->lock();
    auto accounts = store->accounts();
    act(*accounts);
    ASSERT_TRUE(store->save(*accounts, *lock));
  }
  bool was_told(const std::string& what) const { return std::ranges::find(told, what) != told.end(); }

  std::string folder =
      (std::filesystem::temp_directory_path() / ("cordon-desk-" + std::to_string(::getpid()))).string();
  WallTime now = wall_time_of(1670097600);
  Roster roster;
  std::optional<Desk> desk;
  std::vector<std::string> told;
  std::string record;
};

TEST_F(DeskTest, TheFirstPersonEntersWithTheCodeOfTheConsole) {
  EXPECT_FALSE(desk->set_up());
  const std::string code = desk->set_up_code();
  EXPECT_EQ(code.size(), code_letters);
  open();
  EXPECT_EQ(desk->set_up_code(), code) << "shown again until used";
  EXPECT_EQ(enter("AAAAABBBBB", "a.durand").word, "wrong");
  EXPECT_EQ(enter(code, "a.durand", "kurz").word, "passphrase_short");
  const Said in = enter(" " + show_code(code) + " ", "A.Durand");
  ASSERT_TRUE(in.ok) << in.word;
  EXPECT_TRUE(desk->set_up());
  EXPECT_TRUE(desk->set_up_code().empty());
  EXPECT_TRUE(was_told("a.durand entered set-up"));
  const Visitor visitor = desk->visitor(in.token);
  EXPECT_TRUE(visitor.signed_in);
  EXPECT_EQ(visitor.roles, Roles({Role::cyber, Role::director}));
  EXPECT_TRUE(roster.speaks_for(visitor.session, "a.durand"));
  EXPECT_EQ(enter(code, "mallory").word, "wrong") << "used once";
  open();
  EXPECT_TRUE(desk->set_up_code().empty());
}

TEST_F(DeskTest, TheSecondIsInvitedByTheFirstAndAllOthersComeFromTheConsole) {
  const Visitor first = desk->visitor(enter(desk->set_up_code(), "a.durand").token);
  EXPECT_TRUE(desk->wants_second());
  const Said invited = settle(desk->begin_invite(first, "b.martin"));
  ASSERT_TRUE(invited.ok);
  EXPECT_EQ(settle(desk->begin_invite(first, "c.petit")).word, "console");
  EXPECT_EQ(sign_in("b.martin", good).word, "wrong") << "no passphrase yet";
  EXPECT_EQ(enter(invited.code, "c.petit", other).word, "wrong") << "another's code";
  const Said second = enter(invited.code, "b.martin", other);
  ASSERT_TRUE(second.ok) << second.word;
  EXPECT_EQ(enter(invited.code, "b.martin", good).word, "wrong") << "used once";
  EXPECT_TRUE(sign_in("b.martin", other).ok);
  EXPECT_FALSE(desk->wants_second());
}

TEST_F(DeskTest, AnInvitationEnds) {
  const Visitor first = desk->visitor(enter(desk->set_up_code(), "a.durand").token);
  const Said invited = settle(desk->begin_invite(first, "b.martin"));
  now += invitation_lasts;
  EXPECT_EQ(enter(invited.code, "b.martin", other).word, "wrong");
}

TEST_F(DeskTest, WrongPassphrasesWaitLongerButNeverForEver) {
  enter(desk->set_up_code(), "a.durand");
  const std::string attacker = "203.0.113.9";
  for (std::uint32_t i = 0; i < failures_free; ++i) EXPECT_EQ(sign_in("a.durand", other, attacker).word, "wrong");
  EXPECT_EQ(sign_in("a.durand", good, attacker).word, "wait");
  EXPECT_TRUE(sign_in("a.durand", good, home).ok) << "from where she has signed in before, nobody keeps her out";
  for (int i = 0; i < 500; ++i) {
    const std::string from = "203.0.113." + std::to_string(i % 250);
    sign_in("a.durand", other, from);
    now += std::chrono::seconds(1);
  }
  EXPECT_TRUE(sign_in("a.durand", good, home).ok);
  const Said stranger = sign_in("a.durand", good, "198.51.100.1");
  EXPECT_EQ(stranger.word, "wait");
  EXPECT_LE(stranger.wait_seconds, 60);
  now += wait_account_max;
  EXPECT_TRUE(sign_in("a.durand", good, "198.51.100.1").ok) << "a minute without guesses is enough";
}

TEST_F(DeskTest, ManyAttemptsAtOnceAreNotFree) {
  enter(desk->set_up_code(), "a.durand");
  int jobs = 0;
  for (int i = 0; i < 50; ++i) {
    if (std::holds_alternative<HashJob>(desk->begin_sign_in("a.durand", other, "203.0.113.9"))) ++jobs;
  }
  EXPECT_EQ(jobs, static_cast<int>(failures_free));
}

TEST_F(DeskTest, RefusalsAreToldInBoundedNumber) {
  enter(desk->set_up_code(), "a.durand");
  told.clear();
  for (int i = 0; i < 100; ++i) sign_in("name" + std::to_string(i), other, "203.0.113." + std::to_string(i));
  EXPECT_EQ(told.size(), refusals_told_max);
  now += std::chrono::minutes(1);
  desk->tend();
  listen();
  EXPECT_EQ(told.size(), refusals_told_max + 1);
  EXPECT_NE(record.find("\"attempts\":80"), std::string::npos);
}

TEST_F(DeskTest, APassphraseTypedAsNameIsNotRecorded) {
  enter(desk->set_up_code(), "a.durand");
  sign_in(good, good);
  EXPECT_EQ(record.find("chevaux"), std::string::npos);
}

TEST_F(DeskTest, NoSecretLeavesTheStore) {
  const std::string code = desk->set_up_code();
  const Said in = enter(code, "a.durand");
  sign_in("a.durand", good);
  settle(desk->begin_change(desk->visitor(in.token), good, other, home));
  for (const std::string& secret :
       {good, other, code, in.token, token_digest(in.token), page_token_of(in.token), std::string("argon2")}) {
    EXPECT_EQ(record.find(secret), std::string::npos) << secret;
  }
  std::ifstream sessions(folder + "/sessions.json");
  const std::string text{std::istreambuf_iterator<char>(sessions), {}};
  EXPECT_NE(text.find("a.durand"), std::string::npos);
  EXPECT_EQ(text.find(in.token), std::string::npos);
}

TEST_F(DeskTest, ASessionIsForgedByNobodyAndEnds) {
  const Said in = enter(desk->set_up_code(), "a.durand");
  EXPECT_TRUE(desk->visitor(in.token).acts);
  std::string forged = in.token;
  forged[5] = forged[5] == 'a' ? 'b' : 'a';
  EXPECT_FALSE(desk->visitor(forged).signed_in);
  EXPECT_FALSE(desk->visitor("").signed_in);
  EXPECT_FALSE(desk->visitor(token_digest(in.token)).signed_in) << "what stands in the file is no token";
  EXPECT_NE(desk->visitor(in.token).page_token, desk->visitor(sign_in("a.durand", good).token).page_token);
  now += act_idle_max;
  EXPECT_TRUE(desk->visitor(in.token).signed_in) << "it still sees";
  EXPECT_FALSE(desk->visitor(in.token).acts);
  desk->use(desk->visitor(in.token));
  now += session_lasts - act_idle_max;
  EXPECT_FALSE(desk->visitor(in.token).signed_in);
  desk->tend();
  listen();
  EXPECT_TRUE(was_told("a.durand ended"));
  EXPECT_TRUE(roster.find("a.durand")->sessions.empty());
}

TEST_F(DeskTest, SigningOutEndsTheOneSession) {
  const Said one = enter(desk->set_up_code(), "a.durand");
  const Said two = sign_in("a.durand", good);
  desk->sign_out(desk->visitor(one.token));
  EXPECT_FALSE(desk->visitor(one.token).signed_in);
  EXPECT_TRUE(desk->visitor(two.token).signed_in);
}

TEST_F(DeskTest, AChangedPassphraseEndsEverySession) {
  const Said one = enter(desk->set_up_code(), "a.durand");
  const Said two = sign_in("a.durand", good);
  EXPECT_EQ(settle(desk->begin_change(desk->visitor(one.token), other, other, home)).word, "wrong");
  const Said changed = settle(desk->begin_change(desk->visitor(one.token), good, other, home));
  ASSERT_TRUE(changed.ok) << changed.word;
  EXPECT_FALSE(desk->visitor(one.token).signed_in);
  EXPECT_FALSE(desk->visitor(two.token).signed_in);
  EXPECT_TRUE(desk->visitor(changed.token).signed_in);
  EXPECT_FALSE(sign_in("a.durand", good).ok);
  EXPECT_TRUE(sign_in("a.durand", other).ok);
}

TEST_F(DeskTest, AKillLosesNothingAndLocksNobodyOut) {
  const Said in = enter(desk->set_up_code(), "a.durand");
  open();
  EXPECT_TRUE(desk->visitor(in.token).signed_in) << "signed in still";
  EXPECT_TRUE(sign_in("a.durand", good).ok);
  // Killed after the store was written and before the logbook had it.
  roster = Roster{};
  told.clear();
  open();
  EXPECT_TRUE(was_told("a.durand entered reconciled"));
  EXPECT_FALSE(desk->visitor(in.token).signed_in) << "a session that the logbook does not know does not speak";
  EXPECT_TRUE(sign_in("a.durand", good).ok);
  // Killed with a half-written file beside the old one.
  std::ofstream(folder + "/accounts.json.new") << "{\"accou";
  open();
  EXPECT_TRUE(sign_in("a.durand", good).ok);
  std::ofstream(folder + "/sessions.json") << "nonsense";
  open();
  EXPECT_TRUE(sign_in("a.durand", good).ok) << "sessions are a comfort";
}

TEST_F(DeskTest, WhatTheConsoleDoesCountsAtOnceAndIsTold) {
  const Said in = enter(desk->set_up_code(), "a.durand");
  console([](Accounts& a) {
    a["a.durand"].disabled = true;
    ++a["a.durand"].generation;
  });
  now += reload_period;
  desk->tend();
  listen();
  EXPECT_TRUE(was_told("a.durand disabled console"));
  EXPECT_FALSE(desk->visitor(in.token).signed_in);
  EXPECT_EQ(sign_in("a.durand", good).word, "wrong");
  EXPECT_TRUE(roster.find("a.durand")->sessions.empty());
  console([](Accounts& a) {
    a["a.durand"].disabled = false;
    ++a["a.durand"].generation;
  });
  EXPECT_TRUE(sign_in("a.durand", good).ok);
  EXPECT_TRUE(was_told("a.durand enabled console"));
}

TEST_F(DeskTest, AJobThatWasOvertakenByTheConsoleCountsForNothing) {
  enter(desk->set_up_code(), "a.durand");
  const auto begun = desk->begin_sign_in("a.durand", good, home);
  const HashDone done = run(std::get<HashJob>(begun), HashCost::lowest());
  console([](Accounts& a) {
    a["a.durand"].disabled = true;
    ++a["a.durand"].generation;
  });
  EXPECT_FALSE(desk->finish(std::get<HashJob>(begun), done).ok);
}

TEST_F(DeskTest, SessionsOfOnePersonAreBounded) {
  const Said first = enter(desk->set_up_code(), "a.durand");
  for (std::size_t i = 1; i < sessions_per_person_max; ++i) {
    now += std::chrono::seconds(1);
    ASSERT_TRUE(sign_in("a.durand", good).ok);
  }
  EXPECT_TRUE(desk->visitor(first.token).signed_in);
  now += std::chrono::seconds(1);
  const Said last = sign_in("a.durand", good);
  EXPECT_FALSE(desk->visitor(first.token).signed_in) << "the one unused for longest";
  EXPECT_EQ(roster.find("a.durand")->sessions.size(), sessions_per_person_max);
  EXPECT_TRUE(roster.speaks_for(desk->visitor(last.token).session, "a.durand"));
}

TEST_F(DeskTest, FilesThatOthersMayReadAreRefused) {
  enter(desk->set_up_code(), "a.durand");
  ::chmod((folder + "/accounts.json").c_str(), 0644);
  EXPECT_EQ(Store::open(folder)->accounts().error().code, ErrorCode::denied);
  ::chmod(folder.c_str(), 0755);
  EXPECT_EQ(Store::open(folder).error().code, ErrorCode::denied);
  struct stat s {};
  ASSERT_EQ(::stat((folder + "/sessions.json").c_str(), &s), 0);
  EXPECT_EQ(s.st_mode & 0777U, 0600U);
}

TEST(PeopleSecret, PassphrasesAndNames) {
  EXPECT_EQ(judge_passphrase("quatre chevaux", "a.durand"), PassphraseFault::none);
  EXPECT_EQ(judge_passphrase("élève ñandú", "a"), PassphraseFault::short_) << "eleven letters, more bytes";
  EXPECT_EQ(judge_passphrase("élève ñandús", "a"), PassphraseFault::none);
  EXPECT_EQ(judge_passphrase("a.durandA.DURAND", "a.durand"), PassphraseFault::name);
  EXPECT_EQ(judge_passphrase("aaaabbbbccccdddd", "x"), PassphraseFault::monotone);
  EXPECT_EQ(judge_passphrase("quatre\xff chevaux", "x"), PassphraseFault::not_text);
  EXPECT_EQ(judge_passphrase(std::string("quatre\0chevaux", 14), "x"), PassphraseFault::not_text);
  std::string longest(passphrase_bytes_max, 'a');
  for (std::size_t i = 0; i < longest.size(); ++i) longest[i] = static_cast<char>('a' + i % 20);
  EXPECT_EQ(judge_passphrase(longest, "x"), PassphraseFault::none);
  EXPECT_EQ(judge_passphrase(longest + "a", "x"), PassphraseFault::long_);
  EXPECT_TRUE(name_ok("a.durand"));
  EXPECT_TRUE(name_ok(std::string(name_letters_max, 'a')));
  EXPECT_FALSE(name_ok(std::string(name_letters_max + 1, 'a')));
  for (const std::string bad : {"", "a", "A.Durand", "9lives", "a b", "a/b", "..", "é.b"})
    EXPECT_FALSE(name_ok(bad)) << bad;
}

TEST(PeopleSecret, CodesAreReadAloud) {
  ASSERT_GE(sodium_init(), 0);
  const std::string code = make_code(system_random());
  EXPECT_EQ(code_of(show_code(code)), code);
  EXPECT_EQ(code_of("abcde fghjk"), "ABCDEFGHJK");
  EXPECT_EQ(code_of("abcde fghjkk"), "");
  EXPECT_EQ(code_of("ABCDEFGHJ0"), "") << "a nought is in no code";
  EXPECT_NE(make_code(system_random()), code);
}

TEST(PeopleThrottle, NoAttemptWaitsLongerThanItsMost) {
  EXPECT_TRUE(rc::check([](const std::vector<std::uint8_t>& moves) {
    Throttle throttle;
    WallTime now = wall_time_of(1670097600);
    for (const std::uint8_t move : moves) {
      const Throttle::Attempt a{"a.durand", "203.0.113." + std::to_string(move % 4), move % 3 == 0, now};
      RC_ASSERT(throttle.wait(a) <= (a.known ? wait_known_max : wait_address_max));
      throttle.failed(a);
      now += Micros((move % 7) * 1000000 - 2000000);  // clocks are set back, too
    }
    now += failures_forgotten + std::chrono::hours(1);
    RC_ASSERT(throttle.wait({"a.durand", "203.0.113.1", false, now}) == Micros(0));
  }));
  Throttle full;
  for (std::size_t i = 0; i <= throttle_keys_max; ++i) {
    full.failed({"n" + std::to_string(i), "10.0.0.1", false, wall_time_of(static_cast<double>(i))});
  }
  EXPECT_EQ(full.size(), throttle_keys_max);
  EXPECT_EQ(network_of("2001:db8::1"), network_of("2001:db8::2"));
  EXPECT_NE(network_of("2001:db8::1"), network_of("2001:db8:0:1::1"));
}

}  // namespace
}  // namespace cordon::people
