// SPDX-License-Identifier: Apache-2.0
// One file server is all that can cut, or all that is left: it turns away whoever has a verdict. Others lose its files
// by it and are saved by nothing, so they are cut by it on a person's word alone.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "engine/deciding.h"

namespace cordon::engine {
namespace {

const event::MeansOffer rules_of_ours{"nftables", "cordon-nft", event::Reach::exact, true};
const event::MeansOffer one_server{"samba", "cordon-smb", event::Reach::file_service, false};

class InPart : public testing::Test, protected LittleNight {
 protected:
  InPart() : LittleNight({}, {}) {}
  void begin_with(std::vector<event::MeansOffer> means) {
    Policy policy = policy_with(1000);
    policy.means = std::move(means);
    begin(policy, little_hospital());
  }
  /// goes_by lets the enforcers answer whatever they are asked: the rules_of_ours refuses, the file server reads back.
  void goes_by(double from, double to) {
    for (double t = from; t < to; t += 1) {
      for (; answered_ < effects.size(); ++answered_) {
        const auto* apply = std::get_if<event::ApplyCut>(&effects[answered_]);
        if (apply == nullptr) continue;
        if (apply->means == "nftables") {
          const event::ApplyCut asked = *apply;
          step(event::EnforcerReport{at(t), asked.id, event::EnforcerStep::failed, 0, "no", asked.means});
        } else {
          turned_away_.insert(apply->ips.begin(), apply->ips.end());
          const event::ApplyCut asked = *apply;
          step(event::EnforcerReport{at(t), asked.id, event::EnforcerStep::applied, 0, "", asked.means});
          step(event::EnforcerReport{at(t), asked.id, event::EnforcerStep::read_back, 0, "", asked.means});
        }
      }
      step(event::Tick{at(t + 0.5)});
    }
  }
  bool is_turned_away(const std::string& ip) const { return turned_away_.contains(*IpAddress::parse(ip)); }

 private:
  std::size_t answered_ = 0;
  std::set<IpAddress> turned_away_;
};

TEST_F(InPart, AFileServerAloneTurnsAwayWhoHasAVerdictAndNobodyElse) {
  begin_with({one_server});
  encrypt(11, 1);
  goes_by(5, 40);
  EXPECT_TRUE(is_turned_away("10.77.0.11"));
  EXPECT_FALSE(is_turned_away("10.77.0.12")) << "pc-2 is innocent";
  EXPECT_FALSE(is_turned_away("10.77.0.20"));
}

TEST_F(InPart, NorDoesItWhenTheBridgeCutsNobody) {
  begin_with({rules_of_ours, one_server});
  encrypt(11, 1);
  goes_by(5, 40);
  EXPECT_TRUE(is_turned_away("10.77.0.11"));
  EXPECT_FALSE(is_turned_away("10.77.0.12"));
}

TEST_F(InPart, PeopleMayOrderIt) {
  begin_with({one_server});
  step(event::LineDecided{at(2), "isolate pc-2", event::LineWish::force, decider, session_of(decider), "seen"});
  step(event::Tick{at(3)});
  approve("c.petit", 4);
  goes_by(5, 10);
  EXPECT_TRUE(is_turned_away("10.77.0.12"));
}

TEST_F(InPart, WhileTheBridgeIsSilentNobodyElseIsToBeCutByItWhenItIsBack) {
  begin_with({rules_of_ours});
  step(event::ProcessChanged{at(0), "cordon-nft", true, ""});
  encrypt(11, 1);
  const std::string id = cuts().front().id;
  step(event::ProcessChanged{at(4), "cordon-nft", false, "cordon-nft does not answer"});
  step(event::EnforcerReport{at(14), id, event::EnforcerStep::failed, 0, "cordon-nft does not answer", "nftables"});
  const auto of_others = [&] {
    std::ptrdiff_t found = 0;
    for (const event::CutDecided& cut : cuts()) {
      found += std::ranges::find(cut.ips, *IpAddress::parse("10.77.0.11")) == cut.ips.end() ? 1 : 0;
    }
    return found;
  };
  for (double t = 14.5; t < 40; t += 1) {
    step(event::Tick{at(t)});
    for (const event::CutDecided& cut : cuts()) {
      step(event::EnforcerReport{at(t), cut.id, event::EnforcerStep::failed, 0, "no answer", "nftables"});
    }
  }
  EXPECT_EQ(of_others(), 0);
  step(event::ProcessChanged{at(41), "cordon-nft", true, ""});
  step(event::Tick{at(41)});  // it has not said yet what it has done
  for (const event::CutDecided& cut : cuts()) {
    step(event::EnforcerReport{at(41), cut.id, event::EnforcerStep::applied, 0, "", "nftables"});
    step(event::EnforcerReport{at(41.5), cut.id, event::EnforcerStep::read_back, 0, "", "nftables"});
  }
  for (double t = 42; t < 50; t += 1) step(event::Tick{at(t)});
  EXPECT_EQ(of_others(), 0) << "pc-1 is blocked";
}

class SilentForAMoment : public InPart {
 protected:
  void begin_up() {
    begin_with({rules_of_ours});
    step(event::ProcessChanged{at(0), "cordon-nft", true, ""});
  }
  /// shields_after gives how many others are shielded some time later.
  std::ptrdiff_t shields_after(double when) {
    for (double t = when; t < when + 10; t += 1) step(event::Tick{at(t)});
    return std::ranges::count_if(engine.state().cuts, [](const auto& cut) {
      return cut.second.in_force() && cut.second.decision.action == "shield";
    });
  }
};

TEST_F(SilentForAMoment, WhenThePlanWasMadeWhatItHeldUpIsDoneOnceItIsBack) {
  begin_up();
  step(event::ProcessChanged{at(0.5), "cordon-nft", false, "cordon-nft does not answer"});
  encrypt(20, 1);
  step(event::Tick{at(4)});
  EXPECT_EQ(shields_after(5), 0);
  step(event::ProcessChanged{at(20), "cordon-nft", true, ""});
  EXPECT_EQ(shields_after(21), 2);
}

TEST_F(SilentForAMoment, AtAStartItIsBackAfterThePlan) {
  begin_up();
  encrypt(20, 1);
  Policy policy = policy_with(1000);
  policy.means = {rules_of_ours};
  engine = Engine(policy, little_hospital(), engine.state());
  step(event::Started{at(10), "0.1.0", "", event::Mode::guard});
  step(event::Tick{at(10.2)});
  step(event::ProcessChanged{at(10.3), "cordon-nft", true, ""});
  EXPECT_EQ(shields_after(11), 2);
}

TEST_F(SilentForAMoment, WhoOnlyRehearsesSinceIsNotSilent) {
  begin_up();
  Policy policy = policy_with(1000);
  policy.means = {rules_of_ours};
  policy.means[0].rehearses = true;
  engine = Engine(policy, little_hospital(), engine.state());
  step(event::Started{at(10), "0.1.0", "", event::Mode::guard});
  encrypt(20, 11);
  EXPECT_EQ(shields_after(15), 2);
}

}  // namespace
}  // namespace cordon::engine
