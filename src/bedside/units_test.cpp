// SPDX-License-Identifier: Apache-2.0
#include "bedside/units.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

namespace cordon::bedside {
namespace {

struct Amount {
  double value;
  std::string_view unit;
};
/// SameAmount: one amount in several units.
struct SameAmount {
  std::string_view quantity;
  std::vector<Amount> all;
};

// The fixed points of the scales of temperature; the standard atmosphere; factors of NIST Special Publication 811,
// appendix B.8 (mmHg 133.3224 Pa, cmH2O 98.0665 Pa).
const std::vector<SameAmount> literature{
    {"temperature", {{-40, "Cel"}, {-40, "[degF]"}, {233.15, "K"}}},
    {"temperature", {{0, "Cel"}, {32, "[degF]"}, {273.15, "K"}}},
    {"temperature", {{35, "Cel"}, {95, "[degF]"}, {308.15, "K"}}},
    {"temperature", {{37, "Cel"}, {98.6, "[degF]"}, {310.15, "K"}}},
    {"temperature", {{100, "Cel"}, {212, "[degF]"}, {373.15, "K"}}},
    {"pressure", {{101325, "Pa"}, {1013.25, "hPa"}, {1013.25, "mbar"}, {101.325, "kPa"}, {760, "mm[Hg]"}}},
    {"pressure", {{1, "mm[Hg]"}, {133.3224, "Pa"}, {0.1333224, "kPa"}, {1.359510, "cm[H2O]"}}},
    {"pressure", {{1, "kPa"}, {7.500617, "mm[Hg]"}, {10.19716, "cm[H2O]"}, {10, "mbar"}}},
    {"pressure", {{20, "cm[H2O]"}, {1961.33, "Pa"}, {19.6133, "mbar"}, {19.6133, "hPa"}}},
    {"rate", {{60, "/min"}, {1, "/s"}, {1, "Hz"}}},
    {"rate",
     {{72, "{beat}/min"},
      {72, "{beats}/min"},
      {72, "{pulse}/min"},
      {72, "{breath}/min"},
      {72, "{breaths}/min"},
      {72, "{bpm}"},
      {72, "{rpm}"},
      {72, "{resp}/min"},
      {72, "/min"},
      {1.2, "Hz"}}},
    {"fraction", {{98, "%"}, {0.98, "1"}}},
    {"voltage", {{1000, "uV"}, {1, "mV"}, {0.001, "V"}}},
    {"voltage", {{-250, "uV"}, {-0.25, "mV"}}},
    {"volume", {{500, "mL"}, {0.5, "L"}}},
    {"flow", {{6000, "mL/min"}, {6, "L/min"}, {0.1, "L/s"}}},
    {"time", {{400, "ms"}, {0.4, "s"}}},
    {"time", {{90, "s"}, {1.5, "min"}, {90000, "ms"}}},
};

void expect_near(std::optional<double> found, double expected, double relative, const std::string& what) {
  ASSERT_TRUE(found) << what;
  EXPECT_NEAR(*found, expected, relative * std::max(1.0, std::abs(expected))) << what;
}

std::string named(std::string_view from, std::string_view to) {
  return std::string(from) + " in " + std::string(to);
}

TEST(Units, EachIsWhatTheLiteratureSays) {
  for (const SameAmount& same : literature)
    for (const Amount& from : same.all)
      for (const Amount& to : same.all)
        expect_near(convert(from.value, from.unit, to.unit), to.value, 5e-7, named(from.unit, to.unit));
}

TEST(Units, OnlyOneQuantityIsConvertedAndBackAgainIsWhatItWas) {
  std::map<std::string_view, std::string_view> quantities;
  for (const SameAmount& same : literature)
    for (const Amount& each : same.all) quantities.emplace(each.unit, same.quantity);
  const auto all = known_units();
  ASSERT_EQ(std::set<std::string_view>(all.begin(), all.end()).size(), quantities.size()) << "each has its literature";
  for (const std::string_view from : all) {
    ASSERT_TRUE(quantities.contains(from)) << from;
    for (const std::string_view to : all) {
      if (quantities[from] != quantities[to]) {
        EXPECT_FALSE(convert(1, from, to)) << named(from, to);
        continue;
      }
      for (const double value : {-12.5, 0.0, 0.37, 41.0, 760.0})
        expect_near(convert(convert(value, from, to).value(), to, from), value, 1e-9, named(from, to));
    }
  }
  EXPECT_FALSE(convert(1, "mmol/L", "mg/dL")) << "depends on the substance";
  EXPECT_FALSE(convert(1, "", "%"));
}

}  // namespace
}  // namespace cordon::bedside
