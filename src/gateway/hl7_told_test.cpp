// SPDX-License-Identifier: Apache-2.0
// Seeded sequences of alarms, from the message that a device would send to what the station is told.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "gateway/hl7_sender.h"
#include "gateway/inputs_testing.h"
#include "gateway/testing.h"
#include "hl7/build.h"
#include "hl7/interpret.h"

namespace cordon::gateway {
namespace {

using namespace std::chrono_literals;
using testing::any_priority;
using testing::Wording;

/// Manner is how a device tells which alarm a report is about.
enum class Manner : std::uint8_t {
  first_report,  // OBR-29 has the first report; all are of one kind at one place, as a pump's are
  last_report,   // OBR-29 has the one before
  source,        // nothing but their sources tells them apart: OBR-3 is always the same
  place,         // nothing but where in the device they are
  words,         // private terms
};

constexpr int pool = 6;  // alarms that a device may have

/// Telling is a device that tells changes (IHE PCD-04), over connections that break.
struct Telling {
  explicit Telling(Manner manner) : manner(manner) {}

  void say(const hl7::Report& report) {
    const auto message = hl7::parse(hl7::print(hl7::build(report)));
    RC_ASSERT(message);
    const hl7::Report read = hl7::interpret(*message);
    const Hl7Place place = sender.place(read, connection, now += 1s, [this] { return ++links; });
    RC_ASSERT(place.link != nullptr);
    account.hear(place.link->take({read, now, "10.0.0.5"}));
  }
  hl7::Report report(hl7::Kind kind) {
    hl7::Report out;
    out.kind = kind;
    out.sender = "LAB";
    out.bed.bed = "R1";
    out.control_id = std::to_string(++messages);
    return out;
  }
  bool refers() const { return manner == Manner::first_report || manner == Manner::last_report; }
  bool may_be_reworded() const { return manner != Manner::words; }
  bool is_worded(const std::string& text) const {
    return std::ranges::any_of(account.now(), [&](const auto& a) { return a.second.first == text; });
  }
  /// words_for gives words that none of the others has.
  std::string words_for(int which) const {
    if (!may_be_reworded()) return fmt::format("WORDS {}", which);
    for (;;) {
      const std::string out = *rc::gen::element<std::string>("A", "B", "C", "D", "E", "F", "G", "H");
      const auto own = account.now().find(which);
      if (!is_worded(out) || (own != account.now().end() && own->second.first == out)) return out;
    }
  }
  hl7::AlarmEvent event_of(int which, const Wording& words, hl7::Phase phase) {
    hl7::AlarmEvent out;
    out.event = {"196670", "MDC_EVT_PUMP_GENERAL_ALARM", "MDC"};
    if (manner == Manner::words) out.event = {"0", "LAB_ALARM", "99LAB"};
    out.source = {"69985", "MDC_DEV_PUMP_INFUS_MDS", "MDC"};
    if (manner == Manner::source) out.source = {std::to_string(147842 + which), "MDC_X", "MDC"};
    out.containment = hl7::Containment{manner == Manner::place ? fmt::format("1.1.{}.1", which + 1) : "1.1.0.1", {}};
    out.text = words.first;
    out.phase = phase;
    out.state = phase == hl7::Phase::end ? hl7::AlarmState::inactive : hl7::AlarmState::active;
    out.priority = words.second == event::AlarmPriority::high     ? hl7::Priority::high
                   : words.second == event::AlarmPriority::medium ? hl7::Priority::medium
                                                                  : hl7::Priority::low;
    out.type = hl7::AlarmType::physiological;
    out.id = refers() ? fmt::format("r{}", ++reports) : "1";
    if (refers() && phase != hl7::Phase::start) {
      out.first_id = reported.try_emplace(which, fmt::format("unheard{}", ++reports)).first->second;
    }
    if (manner == Manner::last_report || phase == hl7::Phase::start) {
      reported[which] = out.id;
    }
    return out;
  }
  /// tell says how alarms are now, in one message.
  void tell(const std::vector<std::pair<int, hl7::Phase>>& changes) {
    hl7::Report out = report(hl7::Kind::alarm);
    for (const auto& [which, phase] : changes) {
      const auto found = account.now().find(which);
      const Wording before = found == account.now().end() ? Wording() : found->second;
      const bool again = *rc::gen::inRange(0, 3) == 0 && !before.first.empty();
      const Wording words = again ? before : Wording{words_for(which), any_priority()};
      if (phase == hl7::Phase::end) {
        const bool may_be_other = may_be_reworded() && !before.first.empty();
        const Wording said = before.first.empty() ? words : before;
        const Wording last = may_be_other ? *rc::gen::element(said, words, Wording("", said.second)) : said;
        out.alarms.push_back(event_of(which, last, phase));
        reported.erase(which);
        account.ends(which);
        continue;
      }
      out.alarms.push_back(event_of(which, words, phase));
      account.has(which, words);
    }
    say(out);
    account.agrees();
  }
  void step();

  Manner manner;
  Hl7Sender sender{"10.0.0.5", {}, 8};
  testing::Account account;
  std::map<int, std::string> reported;  // by alarm, the report that the next one refers to
  std::uint64_t connection = 1, links = 0, messages = 0, reports = 0;
  WallTime now = noon;
};

void Telling::step() {
  const int which = *rc::gen::inRange(0, pool);
  const bool is_there = account.now().contains(which);
  switch (*rc::gen::inRange(0, 6)) {
    case 0:
    case 1:
      tell({{which, is_there ? hl7::Phase::update : *rc::gen::element(hl7::Phase::start, hl7::Phase::present)}});
      break;
    case 2:  // also of one that was never told
      tell({{which, hl7::Phase::end}});
      break;
    case 3: {  // two at once
      const int other = (which + 1) % pool;
      const bool other_there = account.now().contains(other);
      tell({{which, is_there ? hl7::Phase::end : hl7::Phase::start},
            {other, other_there ? hl7::Phase::escalate : hl7::Phase::start}});
      break;
    }
    case 4: {  // the connection breaks; then the device says of each alarm that it goes on, or nothing
      account.hear(sender.leave(connection++, now, "closed"));
      std::vector<std::pair<int, hl7::Phase>> on;
      for (const auto& [alarm, words] : account.now()) on.emplace_back(alarm, hl7::Phase::continues);
      if (!on.empty() && *rc::gen::arbitrary<bool>()) tell(on);
      break;
    }
    default:
      say(report(hl7::Kind::observations));
  }
  account.agrees();
}

// Each condition that a device has is told with its words and priority, and no other: over raise, change of words and
// priority, end and reconnect, however it tells its alarms apart.
TEST(Hl7Told, EveryAlarmThatADeviceTellsOfAndNoOther) {
  EXPECT_TRUE(rc::check([] {
    Telling device(
        *rc::gen::element(Manner::first_report, Manner::last_report, Manner::source, Manner::place, Manner::words));
    for (int steps = *rc::gen::inRange(1, 30); steps > 0; --steps) device.step();
  }));
}

/// Listing is a monitor of Mindray PDS: it says all that is active of a kind, when that has changed and when connected.
struct Listing {
  void say(bool technical) {
    std::string out = fmt::format("MSH|^~\\&|||||||ORU^R01|{}|P|2.3.1|\r", technical ? 56 : 54);
    for (const auto& [which, words] : account.now()) {
      if ((which % 2 == 1) != technical) continue;
      const std::string stars(static_cast<std::size_t>(words.second), '*');
      out += fmt::format("OBX||CE|{}|1|{}^{}{}||||||F|||20221203211501|\r", technical ? 4 : 2, 10'000 + which / 2,
                         stars, words.first);
    }
    out += "OBX||CE|2040^||0^||||||F\r";
    const auto message = hl7::parse(out);
    RC_ASSERT(message);
    account.hear(link.take({hl7::interpret(*message), now += 1s, "10.0.0.5"}));
  }
  void step() {
    const int which = *rc::gen::inRange(0, pool);
    const bool technical = which % 2 == 1;
    const int what = *rc::gen::inRange(0, 5);
    if (what <= 1) {
      account.has(which, {fmt::format("ALARM {} {}", which, *rc::gen::inRange(0, 3)), any_priority()});
    } else if (what == 2) {
      account.ends(which);
    } else if (what == 3) {
      link = Hl7Link(link.link() + 1, "hl7:10.0.0.5", {}, link.memory());
      say(!technical);
    }
    say(technical);
    if (what == 3 || *rc::gen::arbitrary<bool>()) account.agrees();
  }

  Hl7Link link{1, "hl7:10.0.0.5", {}};
  testing::Account account;
  WallTime now = noon;
};

TEST(Hl7Told, EveryAlarmOfTheTwoListsOfMindrayPdsAndNoOther) {
  EXPECT_TRUE(rc::check([] {
    Listing device;
    for (int steps = *rc::gen::inRange(1, 40); steps > 0; --steps) device.step();
    device.account.agrees();
  }));
}

}  // namespace
}  // namespace cordon::gateway
