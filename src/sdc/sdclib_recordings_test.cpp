// SPDX-License-Identifier: Apache-2.0
// What a second program that no one here wrote (sdclib) sends, against what it wrote of itself when it sent it
// (tests/captures/sdc/sdclib-provider.txt).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "sdc/consumer.h"
#include "sdc/testing.h"

namespace cordon::sdc {
namespace {

using testing::recorded;
using testing::recorded_envelope;

constexpr std::int64_t written_within_ms = 60;  // after the time that a message states

/// written gives what the provider wrote, right after it took the time `at`, behind the word `what`.
std::string written(const std::string& what, std::optional<WallTime> at) {
  if (!at) return {};
  const std::int64_t when = std::chrono::floor<std::chrono::milliseconds>(at->time_since_epoch()).count();
  std::istringstream lines(recorded("sdclib-provider.txt"));
  for (std::string line; std::getline(lines, line);) {
    const auto words = line.find(' ' + what + ' ');
    const std::int64_t late = std::stoll(line) - when;
    if (words == 13 && late >= 0 && late <= written_within_ms) return line.substr(words + what.size() + 2);
  }
  return {};
}

const State& only_state(const std::optional<Report>& report) {
  EXPECT_TRUE(report && report->parts.size() == 1 && report->parts[0].states.size() == 1);
  return report->parts[0].states[0];
}

TEST(SdclibRecordings, NumbersAreThoseThatItsProviderWrote) {
  for (const char* name : {"sdclib-EpisodicMetricReport.xml", "sdclib-EpisodicMetricReport-2.xml",
                           "sdclib-EpisodicMetricReport-3.xml", "sdclib-PeriodicMetricReport.xml"}) {
    const auto report = read_report(recorded_envelope(name).body);
    const MetricValue& value = only_state(report).value.value();
    char said[64];
    std::snprintf(said, sizeof said, "%s %.15g", only_state(report).descriptor.c_str(), value.value.value());
    EXPECT_NE(written("numeric", value.determined).find(said), std::string::npos) << name << said;
    EXPECT_EQ(value.validity, Validity::valid);
  }
}

TEST(SdclibRecordings, SamplesAreThoseThatItsProviderMade) {
  std::size_t next = 250;
  for (const char* name : {"sdclib-WaveformStream.xml", "sdclib-WaveformStream-2.xml", "sdclib-WaveformStream-3.xml"}) {
    const auto report = read_report(recorded_envelope(name).body);
    const MetricValue& value = only_state(report).value.value();
    EXPECT_EQ(written("wave", value.determined), "from " + std::to_string(next)) << name;
    std::vector<double> made;
    for (std::size_t i = next; i < next + 10; ++i) made.push_back(0.25 * static_cast<double>(i % 100));
    EXPECT_EQ(value.samples, made) << name;
    EXPECT_TRUE(report->at.sequence == "0" && report->at.version == 0)
        << "it says no version, and of a sequence what every sdclib says";
    next += 10;
  }
}

Consumer connected(MonoTime now, const std::string& mdib = recorded("sdclib-GetMdibResponse.xml")) {
  Consumer consumer({"urn:uuid:381fdff1-ea20-5ece-a17a-f09215a51ee4", "http://127.0.0.1/", "http://127.0.0.1/n", 1, 1});
  for (const std::string& message : {recorded("sdclib-GetResponse.xml"), recorded("sdclib-SubscribeFault.xml"),
                                     recorded("sdclib-SubscribeResponse.xml"), mdib}) {
    const auto request = consumer.due(now);
    EXPECT_TRUE(request) << message;
    const Outcome outcome = consumer.answered(request->id, as_bytes(message), now);
    EXPECT_TRUE(outcome.troubles.empty()) << message;
  }
  return consumer;
}

TEST(SdclibRecordings, AConsumerGoesLiveOnThemAndAsksForLessWhereItIsRefused) {
  const MonoTime now = testing::at(1);
  Consumer consumer = connected(now);
  EXPECT_EQ(consumer.stage(), Stage::live);
  EXPECT_EQ(consumer.metadata().friendly_name, "Bench monitor");
  EXPECT_EQ(consumer.metadata().manufacturer, "") << "it names none";
  const Readings all = consumer.mdib().all();
  EXPECT_EQ(all.numerics.size(), 2U);
  ASSERT_EQ(all.waves.size(), 1U);
  EXPECT_EQ(all.waves[0].period, Nanos{20'000'000});
  ASSERT_TRUE(all.patients.size() == 1 && all.locations.size() == 1);
  EXPECT_EQ(all.patients[0].person.given_name, "Zoé");
  EXPECT_EQ(all.patients[0].person.family_name, "Lefèvre");
  EXPECT_EQ(all.patients[0].association, Association::associated);
  EXPECT_EQ(all.patients[0].identifiers.at(0).extension, "4711");
  EXPECT_EQ(all.locations[0].location.point_of_care, "REA");
  EXPECT_EQ(all.locations[0].location.bed, "Bed1");

  const auto notified = [&](const char* name) {
    const Outcome outcome = consumer.notified(as_bytes(recorded(name)), now);
    EXPECT_TRUE(outcome.applied) << name;
    return outcome.applied->readings;
  };
  EXPECT_EQ(notified("sdclib-EpisodicMetricReport.xml").numerics.at(0).value, 65.0);
  EXPECT_EQ(notified("sdclib-EpisodicMetricReport-2.xml").numerics.at(0).value, 97.5);
  const Alarm there = notified("sdclib-EpisodicAlertReport.xml").alarms.at(0);
  EXPECT_EQ(written("alarm", there.determined), "toggled");
  EXPECT_TRUE(there.presence == true && there.priority == Priority::high);
  EXPECT_EQ(there.subject.label, "Heart rate too high");
  EXPECT_EQ(there.sources, std::vector<std::string>{"hr"});
  const Alarm heard = notified("sdclib-EpisodicAlertReport-2.xml").alarms.at(0);
  ASSERT_EQ(heard.signals.size(), 1U);
  EXPECT_EQ(heard.signals[0].presence, SignalPresence::on);
  EXPECT_EQ(notified("sdclib-EpisodicAlertReport-3.xml").alarms.at(0).presence, false);
  EXPECT_EQ(notified("sdclib-EpisodicContextReport.xml").locations.at(0).location.bed, "Bed2");
}

/// without_trace is the MDIB of a device that has none, as sdclib's own example has none.
std::string without_trace(std::string mdib) {
  for (const std::string element : {"p2:Metric", "p2:State"}) {
    const auto handle = mdib.find("Handle=\"pleth\"", mdib.find(element == "p2:State" ? "<p2:MdState" : "<p2:Mds"));
    const auto begin = mdib.rfind("<" + element + " ", handle);
    mdib.erase(begin, mdib.find("</" + element + ">", handle) + element.size() + 3 - begin);
  }
  return mdib;
}

TEST(SdclibRecordings, VersionsThatItCountsAndTellsNobodyAreNoLostMessages) {
  Consumer consumer = connected(testing::at(1), without_trace(recorded("sdclib-GetMdibResponse.xml")));
  EXPECT_FALSE(consumer.mdib().describes_traces());
  for (const char* name :
       {"sdclib-EpisodicMetricReport.xml", "sdclib-EpisodicMetricReport-2.xml", "sdclib-EpisodicAlertReport.xml",
        "sdclib-EpisodicAlertReport-2.xml", "sdclib-EpisodicMetricReport-3.xml"})
    (void)consumer.notified(as_bytes(recorded(name)), testing::at(1));
  EXPECT_TRUE(consumer.mdib().needs_mdib()) << "72, 74, 76, 78, 90";
  EXPECT_FALSE(consumer.lacks_reports(testing::at(5)));
  EXPECT_TRUE(consumer.lacks_reports(testing::at(8))) << "nobody answered";
}

TEST(SdclibRecordings, DiscoveryNamesADeviceWithoutAPlace) {
  for (const char* name : {"sdclib-wsd-Hello.xml", "sdclib-wsd-ProbeMatches.xml", "sdclib-wsd-ResolveMatches.xml"}) {
    const auto said = read_discovery(recorded_envelope(name));
    ASSERT_TRUE(said && said->devices.size() == 1) << name;
    EXPECT_TRUE(is_medical(said->devices[0])) << name;
    EXPECT_EQ(said->devices[0].address, "urn:uuid:381fdff1-ea20-5ece-a17a-f09215a51ee4") << name;
    EXPECT_EQ(said->devices[0].urls.size(), 1U) << name;
    EXPECT_FALSE(location_of(said->devices[0].scopes)) << name;
  }
  EXPECT_EQ(read_discovery(recorded_envelope("sdclib-wsd-Bye.xml"))->kind, DiscoveryKind::bye);
}

}  // namespace
}  // namespace cordon::sdc
