// SPDX-License-Identifier: Apache-2.0
#include "bedside/burst.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "bedside/sounding.h"

namespace cordon::bedside {
namespace {

using event::AlarmPriority;

// pulses_heard finds the pulses in the sound itself: stretches of 5 ms in which something is heard.
std::vector<Pulse> pulses_heard(const Burst& burst, double seconds) {
  std::vector<Pulse> out;
  bool before = false;
  for (double t = 0; t < seconds; t += 0.005) {
    double loudest = 0;
    for (double d = 0; d < 0.005; d += 0.0001) loudest = std::max(loudest, std::fabs(pressure_at(burst, t + d)));
    const bool now = loudest > 0.01;
    if (now && !before) out.push_back({t, 0});
    if (now) out.back().length = t + 0.005 - out.back().start;
    before = now;
  }
  return out;
}

TEST(Burst, HighIsTenPulsesThreeAndTwoTwice) {
  const auto pulses = pulses_heard(burst_of(AlarmPriority::high), 7.9);
  ASSERT_EQ(pulses.size(), 10U);
  const auto gap = [&](std::size_t i) { return pulses[i + 1].start - pulses[i].start - pulses[i].length; };
  for (const std::size_t i : {0U, 1U, 3U, 5U, 6U, 8U}) {
    EXPECT_GE(gap(i), 0.05) << i;
    EXPECT_LE(gap(i), 0.125) << i;
  }
  for (const std::size_t i : {2U, 7U}) EXPECT_NEAR(gap(i), 0.35, 0.02) << i;
  EXPECT_GE(gap(4), 0.35);
  EXPECT_LE(gap(4), 1.30);
  for (const Pulse& pulse : pulses) {
    EXPECT_GE(pulse.length, 0.075);
    EXPECT_LE(pulse.length, 0.2);
  }
}

TEST(Burst, MediumIsThreePulsesLowTwoAndNoneIsSilence) {
  EXPECT_EQ(pulses_heard(burst_of(AlarmPriority::medium), 9.9).size(), 3U);
  EXPECT_EQ(pulses_heard(burst_of(AlarmPriority::low), 19.9).size(), 2U);
  EXPECT_TRUE(pulses_heard(burst_of(AlarmPriority::none), 30).empty());
}

TEST(Burst, RepeatsWithinTheIntervalsOfTheStandardAndNeverClips) {
  const auto silence = [](AlarmPriority priority) {
    const Burst burst = burst_of(priority);
    return burst.every - burst.pulses.back().start - burst.pulses.back().length;
  };
  EXPECT_GE(silence(AlarmPriority::high), 2.5);
  EXPECT_LE(silence(AlarmPriority::high), 15);
  EXPECT_GE(silence(AlarmPriority::medium), 2.5);
  EXPECT_LE(silence(AlarmPriority::medium), 30);
  EXPECT_GE(silence(AlarmPriority::low), 15);
  for (const auto priority : {AlarmPriority::low, AlarmPriority::medium, AlarmPriority::high}) {
    for (double t = 0; t < 8; t += 0.0005) ASSERT_LE(std::fabs(pressure_at(burst_of(priority), t)), 1.0);
  }
}

TEST(Sounding, WhatIsRaisedInThePauseBetweenTwoBurstsIsHeard) {
  const auto signal = [](std::uint64_t alarm) { return Signal{event::AlarmPriority::medium, alarm, 1, 0, {}}; };
  const WallTime begin = wall_time_of(1670101200);
  const auto after = [&](int ms) { return begin + std::chrono::milliseconds(ms); };
  Sounding sounding;
  EXPECT_FALSE(sounding.due(signal(1), begin)) << "another priority begins by itself";
  sounding.began(signal(1), begin);
  EXPECT_FALSE(sounding.due(signal(1), after(5000)));
  EXPECT_TRUE(sounding.due(signal(2), after(5000))) << "raised in the pause";
  sounding.began(signal(2), after(5000));
  EXPECT_FALSE(sounding.due(signal(3), after(5100))) << "of this burst it hears the rest";
  EXPECT_FALSE(sounding.due(signal(3), after(9000)));
  EXPECT_FALSE(sounding.due(signal(4), after(5900))) << "in the last pulse";
  EXPECT_FALSE(sounding.due(signal(4), after(6400))) << "bursts stay apart";
  EXPECT_TRUE(sounding.due(signal(4), after(6500)));
  sounding.began(signal(4), after(6500));
  EXPECT_FALSE(sounding.due(signal(3), after(9000))) << "an older one that sounds again is no news";
}

}  // namespace
}  // namespace cordon::bedside
