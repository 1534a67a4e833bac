// SPDX-License-Identifier: Apache-2.0
// The box's clock was set while Cordon ran, and Cordon takes its time at the next start: what is compared with later
// times is as old as it was.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/deciding.h"
#include "engine/situation.h"

namespace cordon::engine {
namespace {

using event::EnforcerStep;

class ClockSetBack : public testing::Test, protected LittleNight {
 protected:
  ClockSetBack() : LittleNight({}, {}) {}
  void start_with(const Policy& its_policy, const estate::Estate& its_estate) {
    policy = its_policy;
    house = its_estate;
    begin(policy, house);
  }
  /// set_back has the clock set back five hours, and Cordon started again. Times are given as they were before.
  void set_back(double when) {
    step(event::ClockSet{at(when), back});
    engine = Engine(policy, house, engine.state());
    step(event::Started{at(later(when + 1)), "0.1.0", "", event::Mode::guard});
    step(event::Tick{at(later(when + 1.5))});
  }
  static double later(double when) { return when + back; }
  void ticks(double from, double to, double by) {
    for (double t = from; t < to; t += by) step(event::Tick{at(t)});
  }
  /// seen has a machine answered at the address of whoever is cut.
  void seen(double when, int mac) {
    step(event::HostSeen{
        at(when), {"span0", 12, *Mac::parse("02:77:00:00:00:" + std::to_string(mac)), address, at(when)}, "", false});
    step(event::Tick{at(when + 1)});
  }
  /// is_cut: what the first of this address did has it cut.
  bool is_cut() const {
    return std::ranges::any_of(engine.state().cuts, [&](const auto& cut) {
      const event::CutDecided& d = cut.second.decision;
      const bool names_it = std::ranges::find(d.ips, address) != d.ips.end();
      return cut.second.in_force() && names_it && d.host.mac == *Mac::parse("02:77:00:00:00:99");
    });
  }
  void reports(double when, const std::string& id) {
    step(event::EnforcerReport{at(when), id, EnforcerStep::applied, 0, "", "nftables"});
    step(event::EnforcerReport{at(when + 0.1), id, EnforcerStep::read_back, 5, "", "nftables"});
  }
  static Policy files_only() {
    Policy out = policy_with(1000);
    out.means = {{"samba", "cordon-smb", event::Reach::file_service, false}};
    return out;
  }

  Policy policy;
  estate::Estate house;
  const IpAddress address = *IpAddress::parse("10.77.0.99");
  static constexpr double back = -5 * 3600.0;
};

TEST_F(ClockSetBack, WhoWasGivenTheAddressSinceIsNotCutForWhoHadIt) {
  start_with(files_only(), dhcp_hospital());
  encrypt(99, 1);
  step(event::Tick{at(5)});
  ASSERT_TRUE(is_cut());
  set_back(50);
  EXPECT_TRUE(is_cut());
  seen(later(100), 12);
  EXPECT_FALSE(is_cut()) << "it is the monitor's now";
}

TEST_F(ClockSetBack, WhoComesBackToItsAddressIsCutAgain) {
  start_with(files_only(), dhcp_hospital());
  encrypt(99, 1);
  step(event::Tick{at(5)});
  seen(100, 12);
  ASSERT_FALSE(is_cut());
  set_back(150);
  EXPECT_FALSE(is_cut());
  seen(later(300), 99);
  EXPECT_TRUE(is_cut());
}

TEST_F(ClockSetBack, CutsThatAreOverCountForTheirHourAlone) {
  Policy one_an_hour = policy_with(1000);
  one_an_hour.automatic_cuts_per_hour_max = 1;
  start_with(one_an_hour, little_hospital());
  attack(11);
  ASSERT_EQ(cuts().size(), 1U);
  step(taken_back(10, cuts()[0].id));
  step(event::EnforcerReport{at(11), cuts()[0].id, EnforcerStep::lifted, 0, "", "nftables"});
  set_back(60);
  encrypt(12, later(2 * 3600));
  EXPECT_EQ(cuts().size(), 2U) << "two hours after the first";
}

TEST_F(ClockSetBack, ASensorThatIsAwayWatchesNothing) {
  start_with(policy_with(1000), little_hospital());
  attack(11);
  event::SensorReport report;
  report.at = at(45);
  report.sensor = "span0";
  step(report);
  step(event::ProcessChanged{at(46), "sensor span0", false, ""});
  set_back(60);
  const std::string id = cuts().at(0).id;
  reports(later(62), id);
  step(event::Tick{at(later(80))});
  EXPECT_EQ(engine.state().cuts.at(id).state, event::CutState::unproven) << engine.state().cuts.at(id).detail;
}

TEST_F(ClockSetBack, AContradictionLastsNoLonger) {
  start_with(policy_with(1000), little_hospital());
  attack(11);
  const std::string id = cuts().at(0).id;
  reports(6, id);
  step(event::FlowProgress{at(10), cuts()[0].host, *IpAddress::parse("10.77.0.20"), 445, 4096});
  ASSERT_EQ(engine.state().cuts.at(id).counts_as, event::CountsAs::contradicted);
  set_back(60);
  reports(later(62), id);
  step(event::Tick{at(later(64))});
  EXPECT_EQ(engine.state().cuts.at(id).counts_as, event::CountsAs::contradicted);
  step(event::Tick{at(later(700))});
  EXPECT_EQ(engine.state().cuts.at(id).counts_as, event::CountsAs::done);
}

/// ClockBehind: the box's battery was empty, and its clock stands at some old time when Cordon is started.
class ClockBehind : public ClockSetBack {
 protected:
  ClockBehind() {
    start_with(policy_with(1000), little_hospital());
    attack(11);
    id = cuts().at(0).id;
    reports(6, id);
    step(event::Freeze{at(6.2), true, decider, decider_session, ""});  // so that nothing is prolonged by itself
  }
  /// start begins anew at `when` by the box's clock.
  void start(double when) {
    engine = Engine(policy, house, engine.state());
    step(event::Started{at(when), "0.1.0", "", event::Mode::guard});
    step(event::Tick{at(when + 0.5)});
    reports(when + 1, id);
    step(event::Tick{at(when + 2)});
  }
  double left(double when) const {
    return seconds_of(engine.state().cuts.at(id).decision.until) - seconds_of(at(when));
  }

  std::string id;
  static constexpr double year = 365 * 86400.0;
  static constexpr double then = -6 * year;  // by the box's clock
};

TEST_F(ClockBehind, ACutLastsNoLonger) {
  const double before = left(6.1);
  start(then);
  EXPECT_NEAR(left(then), before, 1);
  EXPECT_GT(nlohmann::json::parse(situation_json(engine, {})).at("clock_was_behind_s"), 5.9 * year);
  step(event::Tick{at(then + before + 10)});
  EXPECT_FALSE(engine.state().cuts.at(id).in_force());
}

TEST_F(ClockBehind, NorWhereItIsMendedWhileCordonRuns) {
  const double before = left(6.1);
  start(then);
  step(event::ClockSet{at(then + 100), -then});
  start(200);
  EXPECT_NEAR(left(200), before - 200, 5);
  EXPECT_EQ(nlohmann::json::parse(situation_json(engine, {})).at("clock_was_behind_s"), 0);
}

TEST_F(ClockBehind, WhoWasGivenTheAddressLaterIsSpared) {
  start_with(files_only(), dhcp_hospital());
  encrypt(99, 1);
  step(event::Tick{at(5)});
  ASSERT_TRUE(is_cut());
  id = cuts().at(0).id;
  start(then);
  EXPECT_TRUE(is_cut());
  seen(then + 100, 12);
  EXPECT_FALSE(is_cut());
}

TEST_F(ClockBehind, AContradictionLastsAsLong) {
  step(event::FlowProgress{at(10), cuts()[0].host, *IpAddress::parse("10.77.0.20"), 445, 4096});
  start(then);
  EXPECT_EQ(engine.state().cuts.at(id).counts_as, event::CountsAs::contradicted);
  step(event::Tick{at(then + 700)});
  EXPECT_EQ(engine.state().cuts.at(id).counts_as, event::CountsAs::done);
}

}  // namespace
}  // namespace cordon::engine
