// SPDX-License-Identifier: Apache-2.0
#include "gateway/rate_watch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>
#include <utility>
#include <vector>

#include "gateway/inputs_testing.h"

namespace cordon::gateway {
namespace {

using namespace std::chrono_literals;

/// Sender is a device that says 250 samples a second, and what becomes of its pieces until they are here.
struct Sender {
  double samples_hz = 250;
  Micros piece = 1s;
  std::function<std::optional<Micros>(Micros)> clock = [](Micros t) { return std::optional(t + 370ms); };
  std::function<Micros(Micros)> late = [](Micros) { return Micros{}; };
  std::function<bool(Micros)> sends = [](Micros) { return true; };
  bool gaps_are_known = false;

  /// next sends what is due; true when the rate is told to be off.
  bool next() {
    const auto taken = [&](Micros t) {
      return static_cast<std::uint64_t>(std::floor(static_cast<double>(t.count()) * samples_hz / 1e6));
    };
    const Micros begin = std::exchange(now, now + piece);
    if (!sends(begin)) {
      if (gaps_are_known) watch.gap();
      return false;
    }
    came = std::max(came, noon + now + late(begin));
    const std::uint64_t count = taken(now) - taken(begin);
    return watch.note({std::exchange(first, first + count), came, clock(begin), count, 250});
  }
  /// told gives when it is told first within a time.
  std::optional<Micros> told(Micros span) {
    for (const Micros end = now + span; now < end;) {
      if (next()) return now;
    }
    return std::nullopt;
  }

  RateWatch watch{};
  Micros now{};
  WallTime came{};
  std::uint64_t first = 0;
};

const std::vector<Micros> pieces{100ms, 256ms, 1s};  // of SDC, of IntelliVue, of HL7

std::optional<Micros> without_time(Micros) {
  return std::nullopt;
}
/// each calls for the times within `part` of each `whole`.
bool each(Micros whole, Micros part, Micros t) {
  return t % whole < part;
}
std::function<Micros(Micros)> jitter(Micros most) {
  return [most, random = std::mt19937(7)](Micros) mutable {
    return Micros(std::uniform_int_distribution<std::int64_t>(0, most.count())(random));
  };
}

TEST(RateWatch, AnotherRateThanIsStatedIsTold) {
  for (const Micros piece : pieces) {
    for (const double hz : {300.0, 200.0, 500.0, 125.0, 80.0, 260.0, 240.0}) {
      const auto after = Sender{.samples_hz = hz, .piece = piece, .late = jitter(400ms)}.told(5min);
      ASSERT_TRUE(after) << hz << " " << piece.count();
      EXPECT_LT(*after, std::abs(hz - 250) > 20 ? 62s : 82s) << hz << " " << piece.count();
    }
  }
}

TEST(RateWatch, ByWhenTheyComeWhereThereIsNoTime) {
  for (const Micros piece : pieces) {
    for (const double hz : {300.0, 200.0, 270.0}) {
      const auto after =
          Sender{.samples_hz = hz, .piece = piece, .clock = without_time, .late = jitter(1s)}.told(10min);
      ASSERT_TRUE(after) << hz << " " << piece.count();
      EXPECT_GT(*after, 2min);
      EXPECT_LT(*after, 4min);
    }
  }
}

TEST(RateWatch, ByWholeSecondsLater) {
  const auto whole = [](Micros t) { return std::optional<Micros>(std::chrono::floor<std::chrono::seconds>(t)); };
  for (const double hz : {300.0, 200.0}) {
    const auto after = Sender{.samples_hz = hz, .clock = whole}.told(5min);
    ASSERT_TRUE(after) << hz;
    EXPECT_LT(*after, 150s);
  }
}

TEST(RateWatch, ATimeThatIsCountedFromSamplesHidesNoneThatAreTooMany) {
  const auto counted = [](Micros t) { return std::optional(t * 300 / 250); };
  EXPECT_TRUE((Sender{.samples_hz = 300, .clock = counted}.told(5min)));
}

TEST(RateWatch, ItIsOverAMinuteAfterTheRateIsRight) {
  Sender sender{.samples_hz = 300, .piece = 256ms};
  ASSERT_TRUE(sender.told(1min));
  sender.samples_hz = 250;
  const Micros right = sender.now;
  while (sender.next() && sender.now < 1h) continue;
  EXPECT_GT(sender.now - right, 50s);
  EXPECT_LT(sender.now - right, 90s);
  EXPECT_FALSE(sender.told(30min));
}

/// honest: nothing of what a sender does is another rate, whatever its pieces are.
void honest(const char* what, const std::function<void(Sender&)>& change) {
  for (const Micros piece : pieces) {
    for (const bool timed : {true, false}) {
      Sender sender{.piece = piece};
      change(sender);
      if (!timed) sender.clock = without_time;
      EXPECT_FALSE(sender.told(40min)) << what << ", pieces of " << piece.count() << (timed ? "" : ", without a time");
    }
  }
}

TEST(RateWatch, WhatIsLateLostOrHeldUpIsNoOtherRate) {
  honest("as it says", [](Sender&) {});
  honest("a clock of quartz, and some", [](Sender& s) { s.samples_hz = 252.5; });
  honest("jitter", [](Sender& s) { s.late = jitter(3s); });
  honest("a reader that stands still for 20 s each minute",
         [](Sender& s) { s.late = [](Micros t) { return each(1min, 20s, t) ? 20s - t % 1min : Micros{}; }; });
  honest("a network that is later and later for a minute",
         [](Sender& s) { s.late = [](Micros t) { return each(10min, 1min, t) ? t % 10min / 20 : Micros{}; }; });
  honest("a device that was not heard for a minute",
         [](Sender& s) { s.sends = [](Micros t) { return !each(5min, 1min, t); }; });
}

TEST(RateWatch, WhatPilesUpOnItsWayIsNoOtherRateWhereItsTimesKeepUp) {
  for (const Micros piece : pieces) {
    const auto late = [](Micros t) { return each(10min, 4min, t) ? t % 10min / 20 : Micros{}; };
    EXPECT_FALSE((Sender{.piece = piece, .late = late}.told(40min)));
  }
}

TEST(RateWatch, WhatIsMissingIsNoOtherRate) {
  for (const Micros piece : pieces) {
    EXPECT_FALSE(
        (Sender{.piece = piece, .sends = [=](Micros t) { return t / piece % 7 != 3; }, .gaps_are_known = true}.told(
            40min)))
        << "each seventh piece is known to be lost";
    for (const Micros pause : {1s, 2s, 4s}) {
      EXPECT_FALSE((Sender{.piece = piece, .sends = [=](Micros t) { return !each(10s, pause, t); }}.told(40min)))
          << "a pause of " << pause.count() << " each 10 s, pieces of " << piece.count();
    }
    EXPECT_FALSE(
        (Sender{.piece = piece, .clock = without_time, .sends = [](Micros t) { return !each(10s, 6s, t); }}.told(
            40min)));
  }
}

TEST(RateWatch, AClockThatIsRoundedSetOrStandsIsNoOtherRate) {
  for (const Micros piece : {100ms, 256ms, 975ms, 1000ms, 1024ms, 2000ms}) {
    for (const Micros unit : {1s, 5s, 60s}) {
      const auto rounded = [=](Micros t) { return std::optional<Micros>((t + 400ms) / unit * unit); };
      EXPECT_FALSE((Sender{.piece = piece, .clock = rounded, .late = jitter(100ms)}.told(40min)))
          << piece.count() << " " << unit.count();
    }
    const auto slewed = [](Micros t) { return std::optional(t + t / 5min * 2s + std::min<Micros>(t % 5min / 5, 2s)); };
    EXPECT_FALSE((Sender{.piece = piece, .clock = slewed}.told(40min)));
    const auto still = [](Micros) { return std::optional<Micros>(7s); };
    EXPECT_FALSE((Sender{.piece = piece, .clock = still}.told(40min)));
    const auto set = [](Micros t) { return std::optional<Micros>(t + (t / 1min % 2) * 1h); };
    EXPECT_FALSE((Sender{.piece = piece, .clock = set}.told(40min)));
  }
}

TEST(RateWatch, APieceThatIsSaidTwiceIsOne) {
  RateWatch watch;
  for (int i = 0; i < 600; ++i) {
    const RatePiece piece{static_cast<std::uint64_t>(i) * 250, noon + i * 1s, Micros(i * 1s), 250, 250};
    EXPECT_FALSE(watch.note(piece));
    EXPECT_FALSE(watch.note(piece));
  }
}

TEST(RateWatch, AnotherStatedRateIsAnotherTrace) {
  RateWatch watch;
  bool off = false;
  for (int i = 0; i < 600; ++i) {
    const double hz = i / 20 % 2 == 0 ? 250 : 200;
    off = off || watch.note({static_cast<std::uint64_t>(i) * 250, noon + i * 1s, Micros(i * 1s), 250, hz});
  }
  EXPECT_FALSE(off) << "none stood for long enough";
}

}  // namespace
}  // namespace cordon::gateway
