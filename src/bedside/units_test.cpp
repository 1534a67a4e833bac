// SPDX-License-Identifier: Apache-2.0
#include "bedside/units.h"

#include <gtest/gtest.h>

namespace cordon::bedside {
namespace {

TEST(Units, EveryCountAMinuteCanBeComparedWithEveryOther) {
  for (const char* count : {"{beat}/min", "{pulse}/min", "{breath}/min", "/min"}) {
    const auto value = convert(72, count, "{beats}/min");
    ASSERT_TRUE(value) << count;
    EXPECT_NEAR(*value, 72, 1e-9) << count;
  }
  EXPECT_FALSE(convert(72, "{pulse}/min", "%"));
}

}  // namespace
}  // namespace cordon::bedside
