// SPDX-License-Identifier: Apache-2.0
// The three families name a unit alike: the codes are those of one standard, so that a limit on a bed's channel holds
// whichever device speaks.
#include <gtest/gtest.h>

#include <cstdio>

#include "hl7/mdc.h"
#include "intellivue/nomenclature.h"
#include "sdc/units.h"

namespace cordon::gateway {
namespace {

constexpr std::uint32_t dimensions = 4U << 16U;

struct UnitTerm {
  std::uint32_t term;
  std::string_view name;
  std::string_view ucum;
};
// ISO/IEC 11073-10101, table of units of measurement; terms also in Philips' guide, "Unit Codes".
constexpr UnitTerm unit_terms[] = {
    {0x0200, "MDC_DIM_DIMLESS", "1"},
    {0x0220, "MDC_DIM_PERCENT", "%"},
    {0x0640, "MDC_DIM_L", "L"},
    {0x0652, "MDC_DIM_MILLI_L", "mL"},
    {0x06C3, "MDC_DIM_KILO_G", "kg"},
    {0x0880, "MDC_DIM_SEC", "s"},
    {0x0892, "MDC_DIM_MILLI_SEC", "ms"},
    {0x0893, "MDC_DIM_MICRO_SEC", "us"},
    {0x08A0, "MDC_DIM_MIN", "min"},
    {0x09A0, "MDC_DIM_PER_SEC", "/s"},
    {0x09C0, "MDC_DIM_HZ", "Hz"},
    {0x09E0, "MDC_DIM_PER_MIN", "/min"},
    {0x0AA0, "MDC_DIM_BEAT_PER_MIN", "{beat}/min"},
    {0x0AC0, "MDC_DIM_PULS_PER_MIN", "{pulse}/min"},
    {0x0AE0, "MDC_DIM_RESP_PER_MIN", "{breath}/min"},
    {0x0BE0, "MDC_DIM_L_PER_SEC", "L/s"},
    {0x0C00, "MDC_DIM_L_PER_MIN", "L/min"},
    {0x0C12, "MDC_DIM_MILLI_L_PER_MIN", "mL/min"},
    {0x0C32, "MDC_DIM_MILLI_L_PER_HR", "mL/h"},
    {0x0F00, "MDC_DIM_PASCAL", "Pa"},
    {0x0F02, "MDC_DIM_HECTO_PASCAL", "hPa"},
    {0x0F03, "MDC_DIM_KILO_PASCAL", "kPa"},
    {0x0F20, "MDC_DIM_MMHG", "mm[Hg]"},
    {0x0F40, "MDC_DIM_CM_H2O", "cm[H2O]"},
    {0x0F72, "MDC_DIM_MILLI_BAR", "mbar"},
    {0x10A0, "MDC_DIM_VOLT", "V"},
    {0x10B2, "MDC_DIM_MILLI_VOLT", "mV"},
    {0x10B3, "MDC_DIM_MICRO_VOLT", "uV"},
    {0x1120, "MDC_DIM_KELVIN", "K"},
    {0x1140, "MDC_DIM_FAHR", "[degF]"},
    {0x17A0, "MDC_DIM_DEGC", "Cel"},
};

/// names_of gives what each family calls a term, those that know it.
std::vector<std::string_view> names_of(std::uint32_t term, std::string_view name) {
  char mdil[16];
  std::snprintf(mdil, sizeof mdil, "0004-%04x", term);
  std::vector<std::string_view> out{intellivue::ucum(static_cast<std::uint16_t>(term)), sdc::ucum_of(dimensions | term),
                                    hl7::ucum_of({std::to_string(dimensions | term), "", "MDC"}),
                                    hl7::ucum_of({mdil, "", "MDIL"})};
  if (!name.empty()) out.push_back(hl7::ucum_of({"", std::string(name), "MDC"}));
  std::erase(out, std::string_view());
  return out;
}

TEST(UnitNames, EachIsWhatTheStandardCallsIt) {
  for (const auto& [term, name, ucum] : unit_terms) {
    const auto found = names_of(term, name);
    EXPECT_FALSE(found.empty()) << name;
    for (const std::string_view each : found) EXPECT_EQ(each, ucum) << name;
  }
}

TEST(UnitNames, NoTwoFamiliesDisagreeAndEachReadsBackWhatItWrites) {
  std::size_t known = 0;
  for (std::uint32_t term = 0; term < 0x2000; ++term) {
    const auto found = names_of(term, {});
    if (found.empty()) continue;
    ++known;
    for (const std::string_view each : found) EXPECT_EQ(each, found.front()) << std::hex << term;
    const auto code = static_cast<std::uint16_t>(term);
    const std::string_view philips = intellivue::ucum(code);
    const std::string_view spoken = sdc::ucum_of(dimensions | term);
    EXPECT_TRUE(philips.empty() || intellivue::unit_of(philips) == code) << philips;
    EXPECT_TRUE(spoken.empty() || sdc::mdc_of(spoken) == (dimensions | term)) << spoken;
  }
  EXPECT_GT(known, 100U);
}

}  // namespace
}  // namespace cordon::gateway
