// SPDX-License-Identifier: Apache-2.0
#include "app/control.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <semaphore>
#include <stdexcept>
#include <thread>

#include "app/weigher.h"
#include "contain/care_plan.h"
#include "engine/journal.h"

namespace cordon::app {
namespace {

WallTime at(double s) {
  return wall_time_of(1670097600 + s);
}

event::Input destroyed_file(int n, const std::string& host = "12") {
  event::Observation o;
  o.at = o.first_altered = at(n);
  o.host = {"span0", 0, *Mac::parse("02:77:00:00:00:" + host), *IpAddress::parse("10.77.0." + host), at(0)};
  o.user = "CHV\\b.martin";
  o.share = "\\\\10.77.0.20\\commun";
  o.path = o.share + "\\" + std::string(2000, 'x') + std::to_string(n);
  o.llr = 8;
  o.confirmed = o.altered = true;
  return o;
}

struct Released {
  std::size_t events = 0;
  std::vector<event::Effect> effects;
};

class ControlTest : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  Control open() {
    auto book = logbook::Logbook::open(
        {.path = folder_ / "book.db", .box = "t", .now = [] { return at(0); }, .reserve_bytes = 0});
    EXPECT_TRUE(book);
    auto state = engine::rebuild(*book, {});
    EXPECT_TRUE(state);
    return Control(engine::Engine({}, {}, std::move(*state)), std::move(*book),
                   {[this](std::span<const engine::Recorded> events) { released_.events += events.size(); },
                    [this](const event::Effect& effect) { released_.effects.push_back(effect); }});
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / ("cordon-control-" + std::to_string(getpid()));
  Released released_;
};

TEST_F(ControlTest, NoEffectGoesOutBeforeItsEventsAreDurable) {
  Control control = open();
  std::vector<event::Input> attack;
  for (int n = 0; n < 3; ++n) attack.push_back(destroyed_file(n));

  // A disk that takes no more: every write past the limit fails, as on a full one.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit full{4096, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  control.take(attack);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);

  EXPECT_FALSE(control.trouble().empty());
  EXPECT_EQ(released_.events, 0U);
  EXPECT_TRUE(released_.effects.empty());

  control.take({{event::Input{event::Tick{at(4)}}}});
  EXPECT_TRUE(control.trouble().empty()) << control.trouble();
  EXPECT_EQ(released_.effects.size(), 1U);
  EXPECT_EQ(released_.events, control.book()->last().value);
}

TEST_F(ControlTest, WhoOrdersIsToldWhyNotAndNotBeforeThatIsDurable) {
  Control control = open();
  control.let_wait(std::chrono::hours(1));
  std::vector<std::string> answers;
  const auto asks = [&] {
    std::vector<Incoming> batch;
    batch.emplace_back(destroyed_file(0));
    batch.emplace_back(event::RollBack{at(1), "cut-7", "a.durand", "stolen", ""},
                       [&](const std::string& why_not) { answers.push_back(why_not); });
    return batch;
  };
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit full{4096, before.rlim_max};
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &full), 0);
  control.take_in(asks());
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_TRUE(answers.empty());
  control.take_in({});
  EXPECT_EQ(answers, std::vector<std::string>{"no open session of this person"});
  control.take_in(asks());
  EXPECT_EQ(answers.size(), 2U) << "an answer does not wait for more evidence";
  EXPECT_FALSE(control.waits());
}

TEST_F(ControlTest, EvidenceMayWaitForOneFlushADecisionNever) {
  Control control = open();
  control.let_wait(std::chrono::hours(1));
  control.take({{destroyed_file(0)}});
  control.take({{destroyed_file(1)}});
  EXPECT_TRUE(control.waits());
  EXPECT_EQ(released_.events, 0U);
  control.take({{destroyed_file(2)}});
  EXPECT_FALSE(control.waits());
  EXPECT_EQ(released_.effects.size(), 1U);
  EXPECT_EQ(released_.events, control.book()->last().value);
  EXPECT_EQ(control.book()->last(), control.engine().state().last);

  control.take({{destroyed_file(3)}});
  EXPECT_TRUE(control.waits());
  control.let_wait(std::chrono::milliseconds(1));
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  control.take({});
  EXPECT_FALSE(control.waits());
  EXPECT_EQ(control.book()->last(), control.engine().state().last);

  control.let_wait(std::chrono::hours(1));
  control.take({{destroyed_file(4)}});
  control.finish();
  EXPECT_FALSE(control.waits());
  EXPECT_EQ(control.book()->last(), control.engine().state().last);
}

TEST_F(ControlTest, WhatWasDecidedBeforeACrashIsAskedForAgain) {
  {
    Control control = open();
    for (int n = 0; n < 3; ++n) control.take({{destroyed_file(n)}});
    ASSERT_EQ(released_.effects.size(), 1U);
  }
  const std::string id = std::get<event::ApplyCut>(released_.effects[0]).id;
  released_ = {};
  Control control = open();
  control.take({{event::Input{event::Started{at(10), "0.1.0", "", event::Mode::guard}}}});
  ASSERT_EQ(released_.effects.size(), 1U);
  EXPECT_EQ(std::get<event::ApplyCut>(released_.effects[0]).id, id);
}

/// Weighed is a control without a logbook whose engine has the estate weighed by a thread; `weigh` is what that does.
class WeighedBeside {
 public:
  explicit WeighedBeside(Weigher::Weigh weigh)
      : weigher_(
            [this](engine::Weighed weighed) {
              // The first time there is no room for it.
              return std::exchange(full_, false) ? false : inputs_.push(Incoming(std::move(weighed)));
            },
            std::move(weigh)),
        control_(engine::Engine({}, estate(), engine::State{}, engine::Weighing::elsewhere), std::nullopt,
                 {{},
                  [this](const event::Effect& effect) { effects.push_back(effect); },
                  [this](std::shared_ptr<const engine::Question> question) { weigher_.ask(std::move(question)); }}) {}

  void attack(const std::string& host, int from) {
    for (int n = 0; n < 3; ++n) control_.take({{destroyed_file(from + n, host)}});
  }
  void tick(int n) { control_.take({{event::Input{event::Tick{at(n)}}}}); }
  void take_answer() { control_.take_in(inputs_.pop_batch(1, std::chrono::seconds(30))); }
  const engine::State& state() const { return control_.engine().state(); }
  bool has_weighed() const {
    return std::ranges::find(state().plans, contain::care_rule, &event::PlanMade::rule) != state().plans.end();
  }

  std::vector<event::Effect> effects;

 private:
  static estate::Estate estate() {
    estate::Estate out;
    out.hosts.resize(2);
    for (std::size_t i = 0; i < 2; ++i) {
      out.hosts[i].name = "pc-" + std::to_string(i);
      out.hosts[i].addresses = {*IpAddress::parse("10.77.0.1" + std::to_string(2 + i))};
    }
    return out;
  }

  InputQueue inputs_{64};
  bool full_ = true;
  Weigher weigher_;
  Control control_;
};

TEST(Weigher, AVerdictDoesNotWaitForWhatIsWeighed) {
  std::counting_semaphore<> asked(0);
  std::counting_semaphore<> may(0);
  WeighedBeside beside([&](const engine::Question& question) {
    asked.release();
    may.acquire();
    return engine::weigh(question);
  });
  beside.attack("12", 1);
  ASSERT_EQ(beside.effects.size(), 1U);
  beside.tick(4);
  asked.acquire();  // the thread weighs, and is held
  beside.attack("13", 5);
  ASSERT_EQ(beside.effects.size(), 2U) << "the second host is cut meanwhile";
  EXPECT_FALSE(beside.has_weighed());
  may.release(2);  // the answer to the first host alone comes too late
  beside.take_answer();
  EXPECT_FALSE(beside.has_weighed());
  beside.take_answer();
  EXPECT_TRUE(beside.has_weighed());
}

TEST(Weigher, WhatCannotBeWeighedBesideIsWeighedByControlAndSaid) {
  testing::internal::CaptureStderr();
  WeighedBeside beside(
      [](const engine::Question&) -> std::optional<event::PlanMade> { throw std::runtime_error("no memory left"); });
  beside.attack("12", 1);
  beside.tick(4);
  beside.take_answer();
  const std::string told = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(beside.has_weighed());
  EXPECT_NE(told.find("no memory left"), std::string::npos) << told;
}

}  // namespace
}  // namespace cordon::app
