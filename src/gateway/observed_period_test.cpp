// SPDX-License-Identifier: Apache-2.0
// Seeded senders that do not say how often they send: none is told silent while it sends, and each is when it stops.
#include "gateway/observed_period.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <array>
#include <functional>
#include <utility>

#include "gateway/inputs_testing.h"

namespace cordon::gateway {
namespace {

using namespace std::chrono_literals;

constexpr Micros configured = 10s;

/// told_after is how soon the station tells that nothing came (docs/STATION.md, "bed silent").
Micros told_after(Micros period) {
  return std::max<Micros>(3s, 2 * period + 1s) - 300ms;
}

/// Watched is one sender, from its first message on.
struct Watched {
  ObservedPeriod observed{configured};
  WallTime now = noon;
  void say() { observed.note(now); }
  /// after lets a pause go by, in which nobody may have been told that the sender is silent.
  void after(Micros pause) {
    RC_ASSERT(pause < told_after(observed.period()));
    now += pause;
    say();
  }
};

Micros part_of(Micros whole, int percent) {
  return whole * percent / 100;
}

/// Rhythm is how a sender sends: `next` gives the pause before its next message, none longer than `longest`.
struct Rhythm {
  Micros longest;
  std::function<Micros()> next;
};

/// steady: a message each period, each pause longer or shorter by up to three tenths.
Rhythm steady() {
  const Micros every = std::chrono::milliseconds(*rc::gen::inRange(50, 7600));
  return {part_of(every, 130), [every] { return part_of(every, *rc::gen::inRange(70, 131)); }};
}

/// late: a message each period, each up to half a period late, which delays no other.
Rhythm late() {
  const Micros every = std::chrono::milliseconds(*rc::gen::inRange(50, 6600));
  return {part_of(every, 150), [every, before = Micros{}]() mutable {
            const Micros delay = part_of(every, *rc::gen::inRange(0, 51));
            return every + delay - std::exchange(before, delay);
          }};
}

/// bursts: up to thirty messages within 2.9 s, and then nothing until the period has passed.
Rhythm bursts() {
  const Micros every = std::chrono::milliseconds(*rc::gen::inRange(3000, 10000));
  const int count = *rc::gen::inRange(2, 31);
  const Micros within = std::chrono::milliseconds(*rc::gen::inRange(10, 2900)) / (count - 1);
  return {std::max(within, every - within * (count - 1)), [=, said = 0]() mutable {
            if (++said % count != 0) return within;
            return every - within * (count - 1);
          }};
}

TEST(ObservedPeriod, WhoSendsIsNeverToldSilentAndWhoStopsIsWithinTwoOfHisPausesAndASecond) {
  EXPECT_TRUE(rc::check([] {
    constexpr std::array kinds{steady, late, bursts};
    const Rhythm rhythm = kinds.at(*rc::gen::inRange<std::size_t>(0, kinds.size()))();
    const Micros bound = std::max<Micros>(3s, 2 * rhythm.longest + 1s);
    Watched watched;
    for (int connection = 0; connection < 2; ++connection) {
      watched.say();
      for (int i = 0; i < 120; ++i) {  // four bursts of thirty
        if (connection == 1) RC_ASSERT(told_after(watched.observed.period()) <= bound);
        watched.after(rhythm.next());
      }
      RC_ASSERT(told_after(watched.observed.period()) <= bound);
      watched.observed.connected_anew();
      watched.now += std::chrono::seconds(*rc::gen::inRange(0, 300));
    }
  }));
}

/// regular gives the period of a sender after messages at these pauses.
Micros regular(ObservedPeriod& observed, WallTime& now, int messages, Micros every) {
  for (int i = 0; i < messages; ++i) observed.note(now += every);
  return observed.period();
}

TEST(ObservedPeriod, FiveMessagesAreEnoughAndAPauseIsAsLongAsItWas) {
  WallTime now = noon;
  ObservedPeriod each_second(configured);
  EXPECT_EQ(regular(each_second, now, 4, 1020ms), configured);
  EXPECT_EQ(regular(each_second, now, 1, 1020ms), Micros(1020ms));
  EXPECT_EQ(regular(each_second, now, 60, 1019ms), Micros(1020ms)) << "in hundredths, rounded up";
  ObservedPeriod slow(configured);
  EXPECT_EQ(regular(slow, now, 5, 4s), Micros(4s));
  ObservedPeriod slower(configured);
  EXPECT_EQ(regular(slower, now, 5, 40s), configured) << "never more than is configured";
  ObservedPeriod quick(configured);
  EXPECT_EQ(regular(quick, now, 15, 200ms), configured) << "what comes close together is one turn";
  EXPECT_EQ(regular(quick, now, 5, 200ms), Micros(1s));
}

TEST(ObservedPeriod, APauseOfTheNetworkIsForgottenAndOneOfTheSendersIsNot) {
  WallTime now = noon;
  ObservedPeriod observed(configured);
  regular(observed, now, 60, 1s);
  EXPECT_EQ(regular(observed, now, 1, 4s), Micros(4s)) << "who slows down is given the time at once";
  EXPECT_EQ(regular(observed, now, 3, 1s), Micros(4s));
  EXPECT_EQ(regular(observed, now, 1, 1s), Micros(1s)) << "it was one pause";
  regular(observed, now, 1, 4s);
  EXPECT_EQ(regular(observed, now, 10, 1s), Micros(4s)) << "it came again";
  EXPECT_EQ(regular(observed, now, 90, 1s), Micros(1s)) << "and not for a minute and a half";
}

TEST(ObservedPeriod, APauseThatComesEachHalfMinuteIsHowItSends) {
  WallTime now = noon;
  ObservedPeriod observed(configured);
  for (int i = 0; i < 2; ++i) {
    regular(observed, now, 24, 1s);
    regular(observed, now, 1, 6s);
  }
  for (int i = 0; i < 20; ++i) {
    regular(observed, now, 24, 1s);
    EXPECT_EQ(observed.period(), Micros(6s)) << i;
    regular(observed, now, 1, 6s);
  }
}

}  // namespace
}  // namespace cordon::gateway
