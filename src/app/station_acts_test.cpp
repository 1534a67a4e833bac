// SPDX-License-Identifier: Apache-2.0
#include "app/station_acts.h"

#include <gtest/gtest.h>

#include "bedside/testing.h"
#include "event/bedside_json.h"

namespace cordon::app {
namespace {

using std::chrono_literals::operator""s;

using bedside::testing::night;

Result<event::BedsideInput> ask(const std::string& path, const std::string& body) {
  return act_input({path, body, "desk", "", night});
}

TEST(StationActs, EachWishBecomesItsInput) {
  const auto acknowledged =
      std::get<event::AlarmAcknowledged>(ask("/act/acknowledge", R"({"alarm":7,"seconds":60,"who":"AD"})").value());
  EXPECT_EQ(acknowledged.alarm, 7U);
  EXPECT_EQ(acknowledged.until, night + 60s);
  EXPECT_EQ(acknowledged.by, "desk (AD)");
  EXPECT_FALSE(acknowledged.seen);
  const auto seen = std::get<event::AlarmAcknowledged>(
      ask("/act/acknowledge", R"({"alarm":7,"seconds":60,"seen":"medium"})").value());
  EXPECT_EQ(seen.seen, event::AlarmPriority::medium);
  EXPECT_EQ(std::get<event::AlarmOver>(ask("/act/over", R"({"alarm":7,"who":"AD"})").value()).by, "desk (AD)");
  const auto off = std::get<event::NumberTakenOff>(ask("/act/take-off", R"({"device":"m1","handle":"hr"})").value());
  EXPECT_EQ(off.device + off.handle + off.by, "m1hrdesk");
  EXPECT_EQ(std::get<event::AudioPaused>(ask("/act/pause", R"({"bed":"R1","seconds":60,"seen":12})").value()).seen,
            12U);
  const auto paused = std::get<event::AudioPaused>(ask("/act/pause", R"({"bed":"","seconds":0})").value());
  EXPECT_FALSE(paused.unplaced);
  const auto box = ask("/act/pause", R"({"bed":"","seconds":120,"seen":3,"unplaced":true})").value();
  EXPECT_TRUE(std::get<event::AudioPaused>(box).unplaced);
  EXPECT_EQ(paused.until, night);
  EXPECT_EQ(paused.by, "desk");
  const auto assigned =
      std::get<event::DeviceAssigned>(ask("/act/assign", R"({"device":"sdc:urn:uuid:1","bed":"R1"})").value());
  EXPECT_EQ(assigned.device, "sdc:urn:uuid:1");
  EXPECT_EQ(assigned.seen, "") << "nothing was said of it";
  const auto as_seen = std::get<event::DeviceAssigned>(
      ask("/act/assign", R"({"device":"m1","bed":"R1","seen":"a1","bed_seen":"b2"})").value());
  EXPECT_EQ(as_seen.seen + as_seen.bed_seen, "a1b2");
  const auto freed = std::get<event::PatientPlaced>(
      ask("/act/patient", R"({"bed":"R1","patient":{"identifier":"","family":"","given":"","born":""},"seen":"b2"})")
          .value());
  EXPECT_EQ(freed.seen, "b2");
  const auto placed = std::get<event::PatientPlaced>(
      ask("/act/patient",
          R"({"bed":"R1","patient":{"identifier":"1","family":"DÛRAND","given":"Zoé","born":"1950-01-02"}})")
          .value());
  EXPECT_EQ(placed.patient, (event::PatientOffer{"1", "DÛRAND", "Zoé", "1950-01-02"}));
  EXPECT_FALSE(placed.limits_kept) << "nothing was said of them";
  const auto keeps = std::get<event::PatientPlaced>(
      ask("/act/patient",
          R"({"bed":"R1","patient":{"identifier":"","family":"","given":"","born":""},"limits_kept":[147842,150456]})")
          .value());
  EXPECT_EQ(keeps.limits_kept, (std::vector<std::uint32_t>{147842, 150456}));
  const auto twice = std::get<event::PatientPlaced>(
      ask("/act/patient",
          R"({"bed":"R3","patient":{"identifier":"1","family":"A","given":"","born":""},"also_at":["R8"]})")
          .value());
  EXPECT_EQ(twice.also_at, std::vector<std::string>{"R8"});
  const auto limit = std::get<event::LimitSet>(
      ask("/act/limit", R"({"bed":"R1","code":147842,"unit":"/min","low":40.5,"high":null,"priority":"high"})")
          .value());
  EXPECT_EQ(limit.low, 40.5);
  EXPECT_FALSE(limit.high);
  EXPECT_EQ(limit.priority, event::AlarmPriority::high);
  EXPECT_EQ(limit.seen, "");
  const auto as_read = std::get<event::LimitSet>(
      ask("/act/limit", R"({"bed":"R1","code":1,"unit":"","low":1,"high":null,"priority":"low","seen":"b2"})").value());
  EXPECT_EQ(as_read.seen, "b2");
}

TEST(StationActs, AnythingOfAnotherFormIsMalformed) {
  const std::pair<const char*, const char*> wrong[] = {
      {"/act/acknowledge", R"({"alarm":7})"},
      {"/act/pause", R"({"bed":"","seconds":60,"unplaced":1})"},
      {"/act/acknowledge", R"({"alarm":-7,"seconds":60})"},
      {"/act/acknowledge", R"({"alarm":"7","seconds":60})"},
      {"/act/acknowledge", R"({"alarm":7,"seconds":121})"},
      {"/act/acknowledge", R"({"alarm":7,"seconds":60,"more":1})"},
      {"/act/acknowledge", R"({"alarm":7,"seconds":60,"who":"ABCDEFGHIJKLMNOPQ"})"},
      {"/act/acknowledge", R"({"alarm":7,"seconds":60,"who":"A\nB"})"},
      {"/act/acknowledge", R"([7])"},
      {"/act/acknowledge", R"({"alarm":1e999,"seconds":60})"},
      {"/act/acknowledge", R"({"alarm":7,"seconds":60,"seen":"grave"})"},
      {"/act/acknowledge", R"({"alarm":7,"seconds":60,"seen":null})"},
      {"/act/over", R"({"alarm":7,"seconds":60})"},
      {"/act/pause", R"({"bed":"R1","seconds":60,"seen":-1})"},
      {"/act/pause", R"({"bed":null,"seconds":60})"},
      {"/act/pause", R"({"bed":"R1","seconds":-1})"},
      {"/act/assign", R"({"device":"d\u202e","bed":"R1"})"},
      {"/act/assign", R"({"device":"m1","bed":"R1","seen":7})"},
      {"/act/patient", R"({"bed":"R1","patient":{"identifier":"1"}})"},
      {"/act/patient", R"({"bed":"R1","patient":{"identifier":"","family":"A","given":"","born":"2.1.1950"}})"},
      {"/act/patient", R"({"bed":"R1","patient":{"identifier":"1","family":"A","given":"","born":""},"also_at":[8]})"},
      {"/act/patient",
       R"({"bed":"R1","patient":{"identifier":"","family":"","given":"","born":""},"limits_kept":[-1]})"},
      {"/act/patient",
       R"({"bed":"R1","patient":{"identifier":"","family":"","given":"","born":""},"limits_kept":null})"},
      {"/act/limit", R"({"bed":"R1","code":147842,"unit":"/min","low":"40","high":null,"priority":"high"})"},
      {"/act/limit", R"({"bed":"R1","code":147842,"unit":"/min","low":40,"high":null,"priority":"urgent"})"},
      {"/act/limit", R"({"bed":"R1","code":4294967296,"unit":"/min","low":40,"high":null,"priority":"high"})"},
      {"/act/take-off", R"({"device":"m1","handle":"hr","bed":"R1"})"},
      {"/act/unheard-of", "{}"},
  };
  for (const auto& [path, body] : wrong) EXPECT_FALSE(ask(path, body)) << path << ' ' << body;
  EXPECT_TRUE(ask("/act/acknowledge", R"({"alarm":7,"seconds":60,"who":"ÉÉÉÉÉÉÉÉÉÉÉÉÉÉÉÉ"})")) << "sixteen letters";
  EXPECT_TRUE(ask("/act/acknowledge", R"({"alarm":7,"seconds":120})"));
}

TEST(StationActs, ARefusalSaysWhy) {
  bedside::State state;
  event::AlarmChanged raised;
  raised.alarm = 7;
  state.apply(raised);
  const event::PatientOffer anne{"IPP-1", "DURAND", "Anne", "1950-01-02"};
  state.apply(event::PatientPlaced{night, "R8", anne, "desk", ""});
  const bedside::Station station{{{"R3", "R8"}}, state};
  const auto word = [&](const event::BedsideInput& wish) { return refusal_of(wish, station).word; };
  EXPECT_EQ(word(event::AlarmAcknowledged{night, 7, night, "desk", ""}), "graver_now");
  EXPECT_EQ(word(event::AlarmAcknowledged{night, 8, night, "desk", ""}), "no_such_alarm");
  EXPECT_EQ(word(event::AlarmOver{night, 7, "desk", ""}), "device_lives");
  EXPECT_EQ(word(event::AlarmOver{night, 8, "desk", ""}), "no_such_alarm");
  EXPECT_EQ(word(event::NumberTakenOff{night, "m1", "hr", "desk", ""}), "number_not_missed");
  EXPECT_EQ(word(event::PatientPlaced{night, "R9", anne, "desk", ""}), "no_such_bed_or_patient_unclear");
  EXPECT_EQ(word(event::PatientPlaced{night, "R3", {"77", "", "", ""}, "desk", ""}), "no_such_bed_or_patient_unclear");
  const Refusal twice = refusal_of(event::PatientPlaced{night, "R3", anne, "desk", ""}, station);
  EXPECT_EQ(refusal_json(twice), R"({"beds":["R8"],"field":"also_at","ok":false,)"
                                 R"("remedy":"free that bed first, or name it here if it is the same person",)"
                                 R"("word":"patient_elsewhere"})");
  const Refusal future =
      refusal_of(event::PatientPlaced{night, "R3", {"", "A", "", "2031-01-01"}, "desk", ""}, station);
  EXPECT_EQ(future.word, "born_in_future");
  EXPECT_EQ(future.field, "born");
  EXPECT_FALSE(future.remedy.empty());
  const auto born = [&](const std::string& day) {
    return refusal_of(event::PatientPlaced{night, "R3", {"", "A", "", day}, "desk", ""}, station);
  };
  EXPECT_EQ(born("0001-01-01").word, "born_too_early");
  EXPECT_EQ(born("1879-12-31").field, "born");
  EXPECT_NE(born("1879-12-31").remedy.find("1880-01-01"), std::string::npos);
  EXPECT_NE(born("1880-01-01").word, "born_too_early");
  bedside::testing::Unit unit;
  unit.say(bedside::testing::heard(night, 1, "m1"));
  unit.assign("m1", "R1");
  unit.say(bedside::testing::numeric(night, 1, bedside::testing::heart_rate, 60, "/min"));
  event::LimitSet limit;
  limit.at = night;
  limit.bed = "R1";
  limit.code = bedside::testing::heart_rate;
  limit.unit = "mm[Hg]";
  limit.low = 40.0;
  const Refusal other = refusal_of(limit, unit.station);
  EXPECT_EQ(other.word, "limit_unit");
  EXPECT_NE(other.remedy.find("/min"), std::string::npos);
  auto far = limit;
  far.unit = "/min";
  far.low = -5.0;
  const Refusal outside = refusal_of(far, unit.station);
  EXPECT_EQ(outside.word, "limit_out_of_range");
  EXPECT_NE(outside.remedy.find("from 0 to 999 /min"), std::string::npos) << outside.remedy;
  unit.say(bedside::testing::numeric(night, 1, bedside::testing::heart_rate, 60, ""));
  const Refusal none = refusal_of(limit, unit.station);
  EXPECT_EQ(none.word, "limit_without_unit");
  EXPECT_NE(none.remedy.find("says no unit of this value, so nothing compares it with mm[Hg]: set"), std::string::npos);
  limit.unit = "";
  EXPECT_EQ(unit.station.other_unit(limit), std::nullopt) << "what it says to do can be done";
  limit.code = 0;
  EXPECT_EQ(refusal_of(limit, unit.station), Refusal{"limit_not_possible"});
}

TEST(StationActs, WhoAsksForATestOfTheSound) {
  EXPECT_EQ(asker_of({"", R"({"who":"AD"})", "a.durand", "", night}).value(), "a.durand (AD)");
  EXPECT_FALSE(asker_of({"", R"({"loud":1})", "desk", "", night}));
}

}  // namespace
}  // namespace cordon::app
