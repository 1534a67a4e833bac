// SPDX-License-Identifier: Apache-2.0
// A monitor that we did not write: mdpnp's simulated pulse oximeter, as recorded.
#include <gtest/gtest.h>

#include "intellivue/client.h"
#include "intellivue/codes.h"
#include "intellivue/mdpnp_test.inc"
#include "intellivue/testing.h"

namespace cordon::intellivue {
namespace {

using testing::from_hex;

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

TEST(Foreign, TheClientReadsItFromTheFirstWordOn) {
  Client client;
  MonoTime now{};
  std::vector<Report> reports;
  std::size_t sent = client.tick(now).send.size();
  const auto hear = [&](std::string_view hex) {
    now += std::chrono::milliseconds{300};
    ClientOutput out = client.receive(from_hex(hex), now);
    sent += out.send.size();
    std::move(out.reports.begin(), out.reports.end(), std::back_inserter(reports));
  };
  hear(mdpnp::accept);
  hear(mdpnp::create);
  EXPECT_EQ(client.phase(), Phase::polling);
  EXPECT_EQ(sent, 10U) << "abort, association, confirmation of the create event, seven polls";
  for (const std::string_view result : mdpnp::results) hear(result);

  std::vector<Numeric> numerics;
  std::vector<Wave> waves;
  for (const Report& report : reports) {
    if (const auto* n = std::get_if<Numeric>(&report)) numerics.push_back(*n);
    if (const auto* w = std::get_if<Wave>(&report)) waves.push_back(*w);
    if (const auto* d = std::get_if<Device>(&report)) {
      EXPECT_EQ(d->manufacturer, "MD PNP");
      EXPECT_EQ(d->model, "ICE TEST ONE");
    }
  }
  ASSERT_EQ(numerics.size(), 2 * mdpnp::results.size());
  EXPECT_EQ(numerics[0].label, "Pulse");
  EXPECT_EQ(numerics[0].ucum, "{beat}/min");
  EXPECT_NEAR(numerics[0].value, 75, 0.01);
  EXPECT_EQ(numerics[1].label, "SpO2");
  EXPECT_EQ(numerics[1].ucum, "%");
  EXPECT_NEAR(numerics[1].value, 98, 0.01);
  ASSERT_EQ(waves.size(), mdpnp::results.size());
  EXPECT_EQ(waves[0].label, "Pleth");
  EXPECT_EQ(waves[0].sample_period, 106U) << "it says 13.25 ms";
  EXPECT_FALSE(waves[0].scaled) << "it tells no scale, so its counts are not called a unit";
  ASSERT_EQ(waves[0].values.size(), 25U);
  EXPECT_EQ(waves[0].values[0], 37260);
  EXPECT_EQ(waves[0].values[1], 36894);
  EXPECT_EQ(waves[1].values[0], 33141);
  EXPECT_EQ(client.counts().malformed + client.counts().damaged + client.counts().late + client.counts().duplicates,
            0U);
}

}  // namespace
}  // namespace cordon::intellivue
