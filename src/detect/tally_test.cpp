// SPDX-License-Identifier: Apache-2.0
#include "detect/tally.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace cordon::detect {
namespace {

using event::Level;
using event::Observation;
using event::Subject;

event::HostKey host_of(std::uint32_t n) {
  event::HostKey key;
  key.sensor = "mirror0";
  key.ip.bytes = {10, static_cast<std::uint8_t>(n >> 16U), static_cast<std::uint8_t>(n >> 8U),
                  static_cast<std::uint8_t>(n)};
  return key;
}

WallTime at(std::int64_t second) {
  return WallTime{std::chrono::seconds{1670097600 + second}};
}

Observation seen(std::uint32_t h, double llr, std::int64_t second = 0, bool confirmed = true) {
  Observation o;
  o.at = at(second);
  o.host = host_of(h);
  o.user = "CHV\\u" + std::to_string(h);
  o.share = R"(\\srv\commun)";
  o.llr = llr;
  o.confirmed = confirmed;
  o.altered = true;
  return o;
}

std::vector<event::Verdict> feed(Tally& tally, std::uint64_t entry, const Observation& o) {
  std::vector<event::Verdict> out;
  tally.apply(Sequence{entry}, o);
  while (auto v = tally.judge(o)) {
    tally.apply(*v);
    out.push_back(std::move(*v));
  }
  return out;
}

TEST(Cusum, ThresholdIsTheLogarithmOfTheRunLength) {
  EXPECT_NEAR(threshold_for(1e9), 20.723, 0.001);
  EXPECT_EQ(threshold_for(0), 0);
  EXPECT_EQ(threshold_for(-5), 0);
  EXPECT_EQ(threshold_for(std::numeric_limits<double>::quiet_NaN()), 0);
}

TEST(Cusum, MonthsOfHonestWorkBuyNoCredit) {
  Cusum sum;
  for (int i = 0; i < 100000; ++i) sum.add(-0.69);
  sum.add(8);
  EXPECT_EQ(sum.score, 8);
}

TEST(Tally, ThreeClearDestructionsMakeAHostInfectedAndTwoASuspect) {
  Tally tally;
  EXPECT_TRUE(feed(tally, 11, seen(1, 7.5, 1)).empty());
  const auto second = feed(tally, 12, seen(1, 7.5, 2));
  ASSERT_EQ(second.size(), 1U);
  EXPECT_EQ(second[0].level, Level::suspect);
  EXPECT_EQ(second[0].files_touched, 2U);
  const auto third = feed(tally, 13, seen(1, 7.5, 3));
  ASSERT_EQ(third.size(), 1U);
  EXPECT_EQ(third[0].level, Level::infected);
  EXPECT_EQ(third[0].subject, Subject::host);
  EXPECT_EQ(third[0].name, "10.0.0.1");
  EXPECT_EQ(third[0].files_touched, 3U);
  EXPECT_EQ(third[0].why, (std::vector<Sequence>{{11}, {12}, {13}}));
  EXPECT_GE(third[0].score, third[0].threshold);
  EXPECT_TRUE(feed(tally, 14, seen(1, 7.5, 4)).empty());  // said once
}

TEST(Tally, OneSidedEvidenceNeverMakesAnybodyInfected) {
  EXPECT_TRUE(rc::check("suspect at most", [] {
    Tally tally;
    const auto n = *rc::gen::inRange(1, 60);
    for (int i = 0; i < n; ++i) {
      const auto llr = static_cast<double>(*rc::gen::inRange(-700, 8192)) / 1024;
      for (const auto& v : feed(tally, static_cast<std::uint64_t>(i) + 1, seen(1, llr, i, false))) {
        RC_ASSERT(v.level == Level::suspect);
      }
    }
  }));
  Tally tally;
  std::size_t suspects = 0;
  for (std::uint64_t i = 1; i < 100; ++i) suspects += feed(tally, i, seen(1, 8, 0, false)).size();
  EXPECT_EQ(suspects, 1U);
}

TEST(Tally, AUserOnSeveralHostsIsSuspectTogether) {
  Tally tally;
  std::vector<event::Verdict> all;
  for (std::uint32_t h = 1; h <= 4; ++h) {
    Observation o = seen(h, 6.5, h);
    o.user = R"(CHV\service)";
    o.share = R"(\\srv\share)" + std::to_string(h);
    for (auto& v : feed(tally, h, o)) all.push_back(std::move(v));
  }
  ASSERT_EQ(all.size(), 1U);  // no host alone gave enough
  EXPECT_EQ(all[0].subject, Subject::user);
  EXPECT_EQ(all[0].name, R"(CHV\service)");
  EXPECT_EQ(all[0].level, Level::suspect);
}

TEST(Tally, AShareIsNotSuspectForWhatOneHostDoes) {
  Tally tally;
  for (std::uint64_t i = 1; i < 20; ++i) {
    for (const auto& v : feed(tally, i, seen(1, 8))) EXPECT_EQ(v.subject, Subject::host);
  }
}

TEST(Tally, FilesAreCountedSinceTheSumStoodAtZero) {
  Tally tally;
  feed(tally, 1, seen(1, 2, 1));
  for (int i = 0; i < 3; ++i) feed(tally, 0, seen(1, -0.6875, 2));
  EXPECT_EQ(tally.host(host_of(1)), nullptr);  // back at zero: nothing is kept
  feed(tally, 5, seen(1, 5, 5));
  Observation revision = seen(1, 2, 6);
  revision.new_file = false;
  feed(tally, 6, revision);
  Observation created = seen(1, 1, 7);
  created.altered = false;
  feed(tally, 7, created);
  const Sum* s = tally.host(host_of(1));
  ASSERT_NE(s, nullptr);
  EXPECT_EQ(s->files_touched, 1U);
  EXPECT_EQ(s->first, at(5));
  EXPECT_EQ(s->evidence.size(), 3U);
}

TEST(Tally, EvidenceIsBoundedAndKeepsTheLatest) {
  Tally tally;
  for (std::uint64_t i = 1; i <= evidence_max + 1; ++i) feed(tally, i, seen(1, 1));
  EXPECT_EQ(tally.host(host_of(1))->evidence.size(), evidence_max);
  EXPECT_EQ(tally.host(host_of(1))->evidence.back(), Sequence{evidence_max + 1});
}

TEST(Tally, AnAcquittedHostStartsFromZeroAndCanBeJudgedAgain) {
  Tally tally;
  for (std::uint64_t i = 1; i < 5; ++i) feed(tally, i, seen(1, 8));
  tally.acquit(host_of(1));
  EXPECT_EQ(tally.host(host_of(1)), nullptr);
  std::size_t verdicts = 0;
  for (std::uint64_t i = 5; i < 9; ++i) verdicts += feed(tally, i, seen(1, 8)).size();
  EXPECT_EQ(verdicts, 2U);
}

TEST(Tally, AnInfectedHostStaysInfectedAndASuspectCalmsDown) {
  Tally tally;
  for (std::uint64_t i = 1; i < 4; ++i) feed(tally, i, seen(1, 8));
  feed(tally, 4, seen(2, 8));
  feed(tally, 5, seen(2, 8));
  for (int i = 0; i < 100; ++i) {
    feed(tally, 0, seen(1, -0.6875));
    feed(tally, 0, seen(2, -0.6875));
  }
  ASSERT_NE(tally.host(host_of(1)), nullptr);
  EXPECT_EQ(tally.host(host_of(1))->level, Level::infected);
  EXPECT_EQ(tally.host(host_of(2)), nullptr);
}

TEST(Tally, NumbersThatAreNoneAddNothing) {
  Tally tally;
  for (const double llr : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(),
                           -std::numeric_limits<double>::infinity()}) {
    feed(tally, 1, seen(1, llr));
  }
  EXPECT_EQ(tally, Tally{});
}

rc::Gen<Observation> arbitrary_observation(int lowest, int highest) {
  return rc::gen::exec([=] {
    Observation o =
        seen(*rc::gen::inRange<std::uint32_t>(1, 4), static_cast<double>(*rc::gen::inRange(lowest, highest)) / 1024,
             *rc::gen::inRange<std::int64_t>(0, 1000), *rc::gen::arbitrary<bool>());
    o.new_file = *rc::gen::arbitrary<bool>();
    o.altered = *rc::gen::arbitrary<bool>();
    return o;
  });
}

TEST(Tally, ASumOfWorkGivesWhatItsPartsGive) {
  EXPECT_TRUE(rc::check("summed equals single", [] {
    Tally summed;
    const auto charges = *rc::gen::container<std::vector<Observation>>(arbitrary_observation(-700, 8192));
    std::uint64_t entry = 0;
    for (const auto& o : charges) feed(summed, ++entry, o);
    Tally single = summed;
    const auto work = *rc::gen::container<std::vector<Observation>>(arbitrary_observation(-700, 1));
    std::map<std::uint32_t, event::WorkSummed> sums;
    for (auto o : work) {
      o.host = host_of(1);
      o.user = "u";
      single.apply(Sequence{}, o);
      add_work(sums[1], o);
    }
    if (!work.empty()) summed.apply(sums[1]);
    RC_ASSERT(nlohmann::json(single).dump() == nlohmann::json(summed).dump());
    RC_ASSERT(single == summed);
  }));
}

TEST(Tally, HarmlessOrderAndBatchesDoNotMatter) {
  EXPECT_TRUE(rc::check("any order, any batches", [] {
    Tally a;
    for (std::uint64_t i = 1; i <= 3; ++i) feed(a, i, seen(1, 7));
    Tally b = a;
    auto work = *rc::gen::container<std::vector<Observation>>(arbitrary_observation(-700, 1));
    for (auto& o : work) {
      o.host = host_of(1);
      o.user = "u";
      a.apply(Sequence{}, o);
    }
    std::reverse(work.begin(), work.end());
    const auto batch = static_cast<std::size_t>(*rc::gen::inRange(1, 10));
    for (std::size_t i = 0; i < work.size(); i += batch) {
      event::WorkSummed sum;
      for (std::size_t k = i; k < std::min(work.size(), i + batch); ++k) add_work(sum, work[k]);
      b.apply(sum);
    }
    RC_ASSERT(a == b);
  }));
}

TEST(Tally, EqualStatesPrintEqualText) {
  EXPECT_TRUE(rc::check("deterministic", [] {
    const auto list = *rc::gen::container<std::vector<Observation>>(arbitrary_observation(-700, 8192));
    Tally a;
    Tally b;
    std::uint64_t entry = 0;
    for (const auto& o : list) {
      ++entry;
      feed(a, entry, o);
      feed(b, entry, o);
    }
    RC_ASSERT(a == b);
    RC_ASSERT(nlohmann::json(a).dump() == nlohmann::json(b).dump());
  }));
}

TEST(Tally, BoundsHoldAndTheLeastChargedGivesWay) {
  Tally tally({.hosts_max = 4, .users_max = 3, .shares_max = 2});
  for (std::uint32_t h = 1; h <= 5; ++h) {  // bound + 1
    Observation o = seen(h, h == 1 ? 8 : 1 + h / 8.0, h);
    o.share = std::to_string(h);
    feed(tally, h, o);
  }
  EXPECT_EQ(tally.hosts(), 4U);
  EXPECT_EQ(tally.users(), 3U);
  EXPECT_EQ(tally.shares(), 2U);
  EXPECT_NE(tally.host(host_of(1)), nullptr);
  EXPECT_EQ(tally.host(host_of(2)), nullptr);
}

TEST(Tally, ZeroSumsGiveWayBeforePositiveOnes) {
  EXPECT_TRUE(rc::check("never a positive sum while a zero one is there", [] {
    Tally tally({.hosts_max = 6});
    std::uint64_t entry = 0;
    for (int step = 0; step < 80; ++step) {
      const auto h = *rc::gen::inRange<std::uint32_t>(1, 12);
      std::vector<event::HostKey> positive;
      bool zero = false;
      for (std::uint32_t k = 1; k < 12; ++k) {
        const Sum* s = tally.host(host_of(k));
        if (s == nullptr) continue;
        if (s->all.score > 0 || s->confirmed.score > 0) {
          positive.push_back(host_of(k));
        } else {
          zero = true;
        }
      }
      const Observation o = seen(h, static_cast<double>(*rc::gen::inRange(-2048, 8192)) / 1024, step);
      feed(tally, ++entry, o);
      if (!zero) continue;
      for (const auto& key : positive) RC_ASSERT(key == o.host || tally.host(key) != nullptr);
    }
  }));
}

TEST(Tally, AFloodOfQuietHostsDoesNotMakeItForgetTheAttacker) {
  Tally tally;
  feed(tally, 1, seen(1, 7.5));
  feed(tally, 2, seen(1, 7.5));
  const Sum before = *tally.host(host_of(1));
  for (std::uint32_t h = 2; h < 100002; ++h) tally.apply(Sequence{}, seen(h, -0.25));
  ASSERT_NE(tally.host(host_of(1)), nullptr);
  EXPECT_EQ(*tally.host(host_of(1)), before);
  EXPECT_EQ(tally.hosts(), 1U);  // quiet hosts cost nothing
  const auto last = feed(tally, 3, seen(1, 7.5));
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(last[0].level, Level::infected);
}

TEST(Tally, AFloodOfOneSidedEvidenceDoesNotMakeItForgetTheAttacker) {
  Tally tally({.hosts_max = 64, .users_max = 64});
  feed(tally, 1, seen(1, 7.5));
  for (std::uint32_t h = 2; h < 2000; ++h) feed(tally, h, seen(h, 8, h, false));
  ASSERT_NE(tally.host(host_of(1)), nullptr);
  EXPECT_EQ(tally.host(host_of(1))->confirmed.score, 7.5);
}

// --- sessions -------------------------------------------------------------------------------------------------------

Observation by(const char* user, double llr, bool confirmed = true) {
  Observation o = seen(1, llr, 0, confirmed);
  o.user = user;
  return o;
}

TEST(Session, OnlyWhoseOwnEvidenceReachesTheThresholdIsNamed) {
  Tally tally;
  std::uint64_t entry = 0;
  for (const double llr : {8.0, 8.0, 8.0}) {
    const Observation innocent = by("HOPITAL\\mail", 2);
    tally.apply(Sequence{++entry}, innocent);
    EXPECT_FALSE(tally.judge_session(innocent)) << "present, and even a little odd, is not guilty";
    const Observation attack = by("HOPITAL\\games", llr);
    tally.apply(Sequence{++entry}, attack);
    EXPECT_EQ(tally.judge_session(attack).has_value(), entry == 6);
  }
  const auto verdict = tally.judge_session(by("HOPITAL\\games", 0));
  ASSERT_TRUE(verdict);
  EXPECT_EQ(verdict->subject, Subject::session);
  EXPECT_EQ(verdict->name, "games");
  EXPECT_EQ(verdict->host, host_of(1));
  EXPECT_EQ(verdict->level, Level::infected);
  EXPECT_EQ(verdict->score, 24);
  EXPECT_EQ(verdict->why, (std::vector{Sequence{2}, Sequence{4}, Sequence{6}})) << "his own evidence alone";
  EXPECT_EQ(tally.session(host_of(1), "mail")->confirmed.score, 6);
  EXPECT_EQ(tally.last_of(host_of(1).ip, "mail"), tally.session(host_of(1), "mail")->last);
  EXPECT_GT(tally.last_of(host_of(1).ip, "mail"), WallTime::min());
  EXPECT_EQ(tally.last_of(host_of(1).ip, "nobody"), WallTime::min());
  EXPECT_EQ(tally.last_of(host_of(2).ip, "mail"), WallTime::min());
}

TEST(Session, WorkOfOthersDoesNotHideAnAttackAndNotItsOwnEither) {
  Tally tally;
  for (std::uint64_t entry = 1; entry <= 3; ++entry) {
    tally.apply(Sequence{entry * 2}, by("games", 8));
    tally.apply(Sequence{entry * 2 + 1}, by("mail", -100));
  }
  EXPECT_EQ(tally.host(host_of(1)), nullptr) << "the host's sum is drowned by so many people's work";
  EXPECT_TRUE(tally.judge_session(by("games", 0)));
  event::WorkSummed work;
  work.host = host_of(1);
  work.user = "HOPITAL\\Games";
  work.llr = work.llr_confirmed = -10;
  tally.apply(work);
  EXPECT_FALSE(tally.judge_session(by("games", 0))) << "his own work counts for him";
}

TEST(Session, AnotherSpellingIsNobodyElseAndNobodyIsNotNamed) {
  Tally tally;
  tally.apply(Sequence{1}, by("HOPITAL\\games", 8));
  tally.apply(Sequence{2}, by("X\\GAMES", 8));
  tally.apply(Sequence{3}, by("Games@elsewhere", 8));
  EXPECT_TRUE(tally.judge_session(by("games", 0)));
  for (std::uint64_t entry = 4; entry < 8; ++entry) tally.apply(Sequence{entry}, by("", 8));
  EXPECT_FALSE(tally.judge_session(by("", 0)));
}

TEST(Session, OneSidedEvidenceNamesNobodyAndOneVerdictIsEnough) {
  Tally tally;
  for (std::uint64_t entry = 1; entry <= 9; ++entry) tally.apply(Sequence{entry}, by("games", 8, false));
  EXPECT_FALSE(tally.judge_session(by("games", 0)));
  for (std::uint64_t entry = 10; entry <= 12; ++entry) tally.apply(Sequence{entry}, by("games", 8));
  const auto verdict = tally.judge_session(by("games", 0));
  ASSERT_TRUE(verdict);
  tally.apply(*verdict);
  EXPECT_FALSE(tally.judge_session(by("games", 0)));
  tally.acquit(host_of(1), "games");
  EXPECT_EQ(tally.session(host_of(1), "games"), nullptr);
  tally.apply(Sequence{20}, by("games", 8));
  tally.acquit(host_of(1));
  EXPECT_EQ(tally.session(host_of(1), "games"), nullptr);
}

TEST(Session, AtTheBoundTheLeastChargedGivesWay) {
  TallyOptions options;
  options.sessions_max = 2;
  Tally tally(options);
  tally.apply(Sequence{1}, by("a", 8));
  tally.apply(Sequence{2}, by("b", 4));
  tally.apply(Sequence{3}, by("c", 5));
  EXPECT_NE(tally.session(host_of(1), "a"), nullptr);
  EXPECT_EQ(tally.session(host_of(1), "b"), nullptr);
  EXPECT_NE(tally.session(host_of(1), "c"), nullptr);
}

}  // namespace
}  // namespace cordon::detect
