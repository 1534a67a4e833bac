// SPDX-License-Identifier: Apache-2.0
#include "bed.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace cordon::lab {
namespace {

constexpr int minute = static_cast<int>(60 * body_rate_hz);

TEST(Body, TheSameSeedIsTheSamePatientAndAnotherIsAnother) {
  Body one(3);
  Body same(3);
  Body other(4);
  bool differs = false;
  for (int i = 0; i < minute; ++i) {
    for (Body* body : {&one, &same, &other}) body->advance();
    ASSERT_EQ(one.value(Trace::ecg), same.value(Trace::ecg)) << i;
    ASSERT_EQ(one.value(Trace::pressure), same.value(Trace::pressure)) << i;
    differs = differs || std::fabs(one.value(Trace::ecg) - other.value(Trace::ecg)) > 0.3;
  }
  EXPECT_TRUE(differs);
}

TEST(Body, TheTracesShowTheVitals) {
  Body body(5);
  body.vitals.heart_rate = 90;
  int beats = 0;
  bool above = false;
  double low = 1000;
  double high = 0;
  for (int i = 0; i < minute; ++i) {
    body.advance();
    const bool now = body.value(Trace::ecg) > 0.6;
    beats += now && !above ? 1 : 0;
    above = now;
    low = std::min(low, body.value(Trace::pressure));
    high = std::max(high, body.value(Trace::pressure));
    ASSERT_TRUE(body.value(Trace::pleth) >= 0 && body.value(Trace::pleth) <= 1);
  }
  EXPECT_NEAR(beats, 90, 2);
  EXPECT_NEAR(high, body.vitals.systolic, 6);
  EXPECT_NEAR(low, body.vitals.diastolic, 6);
}

TEST(Body, AHeartThatStandsStillIsAFlatLine) {
  Body body(6);
  body.vitals.heart_rate = 0;
  for (int i = 0; i < minute; ++i) {
    body.advance();
    ASSERT_LT(std::fabs(body.value(Trace::ecg)), 0.1);
  }
}

TEST(Command, ActsAtItsBedAloneAndSaysWhatItDoesNotUnderstand) {
  std::vector<std::unique_ptr<Bed>> beds;
  beds.push_back(std::make_unique<Bed>("R1", 1));
  beds.push_back(std::make_unique<Bed>("R2", 2));
  EXPECT_EQ(command("R1 alarm high VENT FIB", beds), "");
  ASSERT_EQ(beds[0]->alarms.size(), 1U);
  EXPECT_EQ(beds[0]->alarms[0].words, "VENT FIB");
  EXPECT_EQ(beds[0]->alarms[0].urgency, Urgency::high);
  EXPECT_TRUE(beds[1]->alarms.empty());
  EXPECT_EQ(command("R2 leads off", beds), "");
  EXPECT_TRUE(beds[1]->faults.leads_off);
  EXPECT_TRUE(beds[1]->alarms[0].technical);
  EXPECT_EQ(command("R2 leads on", beds), "");
  EXPECT_TRUE(beds[1]->alarms.empty());
  EXPECT_EQ(command("R2 serial R1", beds), "");
  EXPECT_EQ(beds[1]->serial, beds[0]->serial);
  EXPECT_EQ(command("R2 serial", beds), "");
  EXPECT_EQ(beds[1]->serial, "sim-R2");
  EXPECT_EQ(command("R1 clock -3600", beds), "");
  EXPECT_EQ(beds[0]->faults.clock_ahead, std::chrono::hours(-1));
  const WallTime noon{std::chrono::hours(12)};
  EXPECT_EQ(beds[0]->clock(noon), noon - std::chrono::hours(1));
  EXPECT_EQ(command("R1 clock stop", beds), "");
  EXPECT_EQ(beds[0]->clock(noon), noon - std::chrono::hours(1));
  EXPECT_EQ(beds[0]->clock(noon + std::chrono::seconds(9)), noon - std::chrono::hours(1));
  EXPECT_EQ(command("R1 clock 0", beds), "");
  EXPECT_EQ(beds[0]->clock(noon + std::chrono::seconds(9)), noon + std::chrono::seconds(9));
  EXPECT_EQ(command("R1 lie 1900", beds), "");
  EXPECT_EQ(beds[0]->clock(noon), year_1900 + std::chrono::hours(12));
  EXPECT_EQ(command("R1 lie name", beds), "");
  EXPECT_NE(beds[0]->said().family, beds[0]->person.family);
  EXPECT_EQ(command("R1 lie rate", beds), "");
  EXPECT_EQ(beds[0]->left_out(4), false);
  EXPECT_EQ(beds[0]->left_out(5), true);
  EXPECT_EQ(command("R1 lie off", beds), "");
  EXPECT_EQ(beds[0]->said(), beds[0]->person);
  EXPECT_EQ(command("", beds), "");
  for (const char* wrong : {"R9 calm", "R1", "R1 dance", "R1 hr fast", "R1 alarm high", "R1 alarm loud X",
                            "R1 clock soon", "R1 serial R9", "R1 leads", "R1 patient -1", "R1 lie", "R1 play"}) {
    EXPECT_NE(command(wrong, beds), "") << wrong;
  }
}

}  // namespace
}  // namespace cordon::lab
