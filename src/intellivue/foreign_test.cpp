// SPDX-License-Identifier: Apache-2.0
// A monitor that we did not write: mdpnp's simulated pulse oximeter, as recorded, against another reader of its bytes
// (tests/captures/intellivue_expected.py); and our own monitor as mdpnp's client read it (docs/PEERS.md).
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "intellivue/client.h"
#include "intellivue/codes.h"
#include "intellivue/mdpnp_test.inc"
#include "intellivue/testing.h"

namespace cordon::intellivue {
namespace {

using testing::from_hex;

std::string digits_of(double value) {
  char out[64];
  std::snprintf(out, sizeof out, "%.15g", value);
  return out;
}

std::string line_of(std::size_t answer, const Numeric& said) {
  std::string out = std::to_string(answer) + " numeric";
  for (const std::uint64_t each : {std::uint64_t{said.key.handle}, std::uint64_t{said.physio_id},
                                   std::uint64_t{said.unit}, std::uint64_t{said.state}, std::uint64_t{said.at}})
    out += " " + std::to_string(each);
  return out + " " + digits_of(said.value);
}

std::string line_of(std::size_t answer, const Wave& said) {
  std::string out = std::to_string(answer) + " wave";
  for (const std::uint64_t each :
       {std::uint64_t{said.key.handle}, std::uint64_t{said.physio_id}, std::uint64_t{said.state},
        std::uint64_t{said.at}, std::uint64_t{said.sample_period}})
    out += " " + std::to_string(each);
  for (const double sample : said.values) out += " " + digits_of(sample);
  return out;
}

std::vector<std::string> lines_in(const char* path) {
  std::vector<std::string> out;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) out.push_back(line);
  return out;
}

TEST(Foreign, ItsMessagesPrintAsTheyCame) {
  EXPECT_EQ(*print_beacon(*parse_beacon(from_hex(mdpnp::beacon))), from_hex(mdpnp::beacon));
  EXPECT_EQ(*print_association(*parse_association(from_hex(mdpnp::accept))), from_hex(mdpnp::accept));
  EXPECT_EQ(*print(*parse(from_hex(mdpnp::create))), from_hex(mdpnp::create));
  for (const std::string_view result : mdpnp::results) EXPECT_EQ(*print(*parse(from_hex(result))), from_hex(result));
}

// Its accept echoes what we asked for; our standard headers are the ones it writes.
TEST(Foreign, OurAcceptHasItsHeaders) {
  const Association accept = *parse_association(from_hex(mdpnp::accept));
  EXPECT_EQ(accept.before, standard(SessionKind::accept).before);
  EXPECT_EQ(accept.after, standard(SessionKind::accept).after);
  const Wish wish = *granted(*accept.user);
  EXPECT_EQ(wish.bytes_max, 1400U);
  EXPECT_NE(wish.extensions & code::ext_waves, 0U);
}

TEST(Foreign, ItsBeaconTellsWhereItIs) {
  EXPECT_EQ(*beacon_endpoint(*parse_beacon(from_hex(mdpnp::beacon))), (Endpoint{{10, 95, 0, 2}, data_port}));
}

TEST(Foreign, EveryNumberAndEverySampleIsWhatAnotherReaderFinds) {
  Client client;
  MonoTime now{};
  std::size_t sent = client.tick(now).send.size();
  std::vector<Report> reports;
  const auto hear = [&](std::string_view hex) {
    now += std::chrono::milliseconds{300};
    ClientOutput out = client.receive(from_hex(hex), now);
    sent += out.send.size();
    reports.insert(reports.end(), out.reports.begin(), out.reports.end());
    return out.reports;
  };
  hear(mdpnp::accept);
  hear(mdpnp::create);
  EXPECT_EQ(client.phase(), Phase::polling);
  EXPECT_EQ(sent, 10U) << "abort, association, confirmation of the create event, seven polls";
  std::vector<std::string> found;
  for (std::size_t answer = 0; answer < mdpnp::results.size(); ++answer)
    for (const Report& report : hear(mdpnp::results.at(answer))) {
      if (const auto* said = std::get_if<Numeric>(&report)) found.push_back(line_of(answer, *said));
      if (const auto* said = std::get_if<Wave>(&report)) found.push_back(line_of(answer, *said));
    }
  const auto expected = lines_in("tests/captures/intellivue/expected.txt");
  EXPECT_EQ(expected.size(), 3 * mdpnp::results.size());
  EXPECT_EQ(found, expected);
  for (const Report& report : reports) {
    if (const auto* said = std::get_if<Numeric>(&report)) {
      EXPECT_EQ(said->label, said->physio_id == 0x4822 ? "Pulse" : "SpO2");
      EXPECT_EQ(said->ucum, said->physio_id == 0x4822 ? "{beat}/min" : "%");
      EXPECT_EQ(said->validity, Validity::valid);
      EXPECT_EQ(to_iso(said->clock.value()).substr(0, 17), "2026-11-28T17:17:") << "its own, of that day";
    }
    if (const auto* said = std::get_if<Wave>(&report)) {
      EXPECT_EQ(said->label, "Pleth");
      EXPECT_FALSE(said->scaled) << "it tells no scale, so its counts are not called a unit";
      EXPECT_EQ(said->marks, std::vector<std::uint8_t>(said->values.size(), 0));
    }
    if (const auto* said = std::get_if<Device>(&report)) {
      EXPECT_EQ(said->manufacturer, "MD PNP");
      EXPECT_EQ(said->model, "ICE TEST ONE");
    }
  }
  const auto counts = client.counts();
  EXPECT_EQ(counts.malformed + counts.damaged + counts.late + counts.duplicates, 0U);
}

/// WhatWeRead gives the lines of MdpnpReads.java; a sample that is marked as none is "-".
class WhatWeRead {
 public:
  std::vector<std::string> of(const PollReply& reply) {
    lines_.clear();
    if (const auto clock = clock_of(reply.absolute_time)) say("clock " + to_iso(*clock).substr(0, 19));
    for (const PollContext& context : reply.contexts)
      for (const Observation& observation : context.observations) {
        describe(observation);
        PollReply one = reply;
        one.contexts = {{context.context, {observation}}};
        for (const Report& report : decoder_.take(one)) std::visit([this](const auto& each) { read(each); }, report);
      }
    return lines_;
  }
  std::size_t marked = 0;

 private:
  static std::string number(double value) {
    char out[64];
    std::snprintf(out, sizeof out, "%.6f", value);
    return out;
  }
  void say(std::string line) { lines_.push_back(std::move(line)); }
  void describe(const Observation& seen) {
    const std::string handle = " " + std::to_string(seen.handle);
    if (const auto spec = read_from<SampleSpec>(seen.attributes, code::attr_sample_spec))
      say("spec" + handle + " " + std::to_string(spec->array_size) + " " + std::to_string(spec->sample_bits) + " " +
          std::to_string(spec->significant_bits));
    if (const auto scale = read_from<ScaleRange>(seen.attributes, code::attr_scale))
      say("scale" + handle + " " + number(scale->lower_absolute.value()) + " " + number(scale->upper_absolute.value()) +
          " " + std::to_string(scale->lower_scaled) + " " + std::to_string(scale->upper_scaled));
    if (const auto fixed = read_from<FixedValues>(seen.attributes, code::attr_fixed_values))
      for (const FixedValue& each : fixed->values)
        say("fixed" + handle + (each.id == FixedValueId::invalid_mask ? " SA_FIX_INVALID_MASK " : " ? ") +
            std::to_string(each.value));
  }
  void read(const Numeric& said) {
    say("numeric " + std::to_string(said.key.handle) + " " + std::to_string(said.physio_id) + " " +
        std::to_string(said.unit) + " " + number(said.value));
  }
  void read(const Wave& said) {
    std::string line = "wave " + std::to_string(said.key.handle) + " " + std::to_string(said.physio_id);
    for (std::size_t i = 0; i < said.values.size(); ++i) {
      const bool none = (said.marks[i] & mark_invalid) != 0;
      marked += none ? 1 : 0;
      line += none ? " -" : " " + number(said.values[i]);
    }
    say(std::move(line));
  }
  void read(const AlarmList& said) {
    say((said.kind == AlarmKind::patient ? "patient " : "technical ") + std::to_string(said.alarms.size()));
    for (const Alarm& each : said.alarms)
      say("alarm " + std::to_string(each.source) + " " + std::to_string(each.code) + " " +
          std::to_string(static_cast<int>(each.priority)) + " " + each.text);
  }
  template <class Other>
  void read(const Other&) {}

  Decoder decoder_;
  std::vector<std::string> lines_;
};

/// is_same: word for word, but for the samples that we mark.
bool is_same(const std::string& ours, const std::string& theirs) {
  std::istringstream our_words(ours), their_words(theirs);
  for (std::string one, other;;) {
    const bool more = static_cast<bool>(our_words >> one);
    if (more != static_cast<bool>(their_words >> other)) return false;
    if (!more) return true;
    if (one != other && one != "-") return false;
  }
}

TEST(Foreign, WhatOurMonitorSaysIsToUsWhatItIsToAnotherClient) {
  WhatWeRead we;
  std::vector<std::string> ours;
  std::size_t answers = 0;
  for (const std::string& line : lines_in("tests/captures/intellivue/ours_by_mdpnp.txt")) {
    if (line.starts_with("#")) continue;
    if (!line.starts_with("< ")) {
      ASSERT_FALSE(ours.empty()) << answers << ": " << line;
      EXPECT_TRUE(is_same(ours.front(), line)) << answers << ": " << ours.front() << "\n" << line;
      ours.erase(ours.begin());
      continue;
    }
    EXPECT_TRUE(ours.empty()) << answers << ": " << ours.front();
    const Bytes datagram = from_hex(line.substr(2));
    const Message message = *parse(datagram);
    EXPECT_EQ(*print(message), datagram);
    ours = we.of(std::get<PollReply>(message.body));
    ++answers;
  }
  EXPECT_TRUE(ours.empty());
  EXPECT_GT(answers, 20U);
  EXPECT_GT(we.marked, 0U);
}

}  // namespace
}  // namespace cordon::intellivue
