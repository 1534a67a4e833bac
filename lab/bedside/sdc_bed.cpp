// SPDX-License-Identifier: Apache-2.0
#include "sdc_bed.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace cordon::lab {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds wave_block = 100ms;
constexpr std::chrono::milliseconds numerics_every = 1s;
constexpr int flood_a_turn = 50;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// TraceOut is one of the traces that the device sends.
struct TraceOut {
  const char* handle;
  std::uint32_t mdc;
  const char* label;
  std::uint32_t unit;
  unsigned every;  // of the body's samples
  double (Body::*read)() const;
  bool electrode;  // falls off with the leads
};
constexpr std::array<TraceOut, 4> traces{TraceOut{"ecg", 131330, "II", 266418, 1, &Body::ecg, true},
                                         TraceOut{"pleth", 150452, "Pleth", 262656, 2, &Body::pleth, false},
                                         TraceOut{"abp", 150036, "ABP", 266016, 2, &Body::pressure, false},
                                         TraceOut{"resp", 151552, "Resp", 266432, 4, &Body::respiration, true}};
constexpr double steps_a_unit = 1000;  // of a sample

std::vector<sdc::NumericPlan> numerics() {
  return {{"hr", 147842, "HR", 264864, 1},        {"rr", 151562, "RR", 264928, 1},
          {"spo2", 150456, "SpO2", 262688, 1},    {"abp.sys", 150037, "ABPs", 266016, 1},
          {"abp.dia", 150038, "ABPd", 266016, 1}, {"abp.mean", 150039, "ABPm", 266016, 1},
          {"temp", 150344, "Temp", 268192, 0.1}};
}

std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325U;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3U;
  return hash;
}

/// urn_of makes an address of a text: equal ones are one device to whoever hears them.
std::string urn_of(std::string_view text) {
  const std::uint64_t hash = hash_of(text);
  return fmt::format("urn:uuid:{:08x}-{:04x}-4000-8000-{:012x}", hash >> 32U, hash >> 16U & 0xFFFFU,
                     hash & 0xFFFFFFFFFFFFU);
}

sdc::BedPlan plan_of(const Bed& bed, const std::string& url, const Now& now) {
  sdc::BedPlan out;
  const auto second = std::chrono::duration_cast<std::chrono::seconds>(now.wall.time_since_epoch()).count();
  out.address = urn_of(bed.serial);
  out.url = url;
  out.instance = static_cast<std::uint64_t>(second);
  out.sequence = urn_of(fmt::format("{} {}", bed.serial, now.wall.time_since_epoch().count()));
  out.seed = hash_of(out.sequence);
  out.manufacturer = "Cordon";
  out.model = "Lab SDC";
  out.serial_number = bed.serial;
  out.location.bed = bed.label;
  out.numerics = numerics();
  for (const TraceOut& trace : traces) {
    const sdc::Nanos period{static_cast<std::int64_t>(1e9 / body_rate_hz) * trace.every};
    out.waves.push_back({trace.handle, trace.mdc, trace.label, trace.unit, period, 1 / steps_a_unit});
  }
  return out;
}

std::string handle_of(const Alarm& alarm) {
  return fmt::format("alarm.{}.{:016x}", static_cast<int>(alarm.urgency), hash_of(alarm.words));
}

sdc::AlarmPlan plan_of(const Alarm& alarm) {
  sdc::AlarmPlan out;
  out.handle = handle_of(alarm);
  out.label = alarm.words;
  out.priority = alarm.urgency == Urgency::high     ? sdc::Priority::high
                 : alarm.urgency == Urgency::medium ? sdc::Priority::medium
                                                    : sdc::Priority::low;
  out.kind = alarm.technical ? sdc::ConditionKind::technical : sdc::ConditionKind::physiological;
  out.source = alarm.technical ? "mds" : "hr";
  out.signals = {sdc::Manifestation::audible, sdc::Manifestation::visible};
  return out;
}

bool is_same(const Alarm& a, const Alarm& b) {
  return a.words == b.words && a.urgency == b.urgency;
}

bool holds(const std::vector<Alarm>& list, const Alarm& alarm) {
  return std::ranges::any_of(list, [&](const Alarm& each) { return is_same(each, alarm); });
}

}  // namespace

SdcBed::SdcBed(Bed& bed, std::string url, const Now& now) : bed_(bed), url_(std::move(url)) {
  begin(now);
}

void SdcBed::begin(const Now& now) {
  serial_ = bed_.serial;
  provider_.emplace(plan_of(bed_, url_, now));
  told_.clear();
  patient_.clear();
  last_block_.clear();
  began_ = true;
}

void SdcBed::say(std::vector<sdc::Notification> owed) {
  std::ranges::move(owed, std::back_inserter(owed_));
}

void SdcBed::sample(const Now& now) {
  if (ticks_ == 0) {
    block_begin_ = bed_.clock(now.wall);
    block_.clear();
    for (const TraceOut& trace : traces) {
      const bool off = trace.electrode && bed_.faults.leads_off;
      block_.push_back({trace.handle, {}, off ? sdc::Validity::unavailable : sdc::Validity::valid});
    }
  }
  for (std::size_t i = 0; i < traces.size(); ++i) {
    const TraceOut& trace = traces.at(i);
    if (ticks_ % trace.every != 0) continue;
    const bool off = trace.electrode && bed_.faults.leads_off;
    const double value = (bed_.body.*trace.read)();
    block_[i].samples.push_back(off ? none : std::round(value * steps_a_unit) / steps_a_unit);
  }
  if (++ticks_ < body_rate_hz * std::chrono::duration<double>(wave_block).count()) return;
  ticks_ = 0;
  say_waves(now);
}

void SdcBed::say_waves(const Now& now) {
  // A trace that stands still: the device says the same block of the same time again.
  if (!bed_.faults.frozen || last_block_.empty()) {
    last_block_ = block_;
    last_begin_ = block_begin_;
  }
  say(provider_->push_waves(last_block_, last_begin_, now.mono));
}

void SdcBed::say_numerics(const Now& now) {
  using sdc::Validity;
  const Vitals& v = bed_.body.vitals;
  const auto of = [](const char* handle, double value, bool there) {
    return sdc::Measured{handle, there ? std::optional(std::round(value * 10) / 10) : std::nullopt,
                         there ? Validity::valid : Validity::unavailable};
  };
  const bool on = !bed_.faults.leads_off;
  const bool beats = v.heart_rate > 0;
  const std::vector<sdc::Measured> all{of("hr", std::round(v.heart_rate), on),
                                       of("rr", std::round(v.respiration), on),
                                       of("spo2", std::round(v.saturation), beats),
                                       of("abp.sys", std::round(v.systolic), beats),
                                       of("abp.dia", std::round(v.diastolic), beats),
                                       of("abp.mean", std::round(v.mean()), beats),
                                       of("temp", v.temperature, true)};
  const auto owed = provider_->set_numerics(all, bed_.clock(now.wall), now.mono);
  for (int i = 0; i < (bed_.faults.flood ? flood_a_turn : 1); ++i) say(owed);
}

void SdcBed::say_alarms(const Now& now) {
  const auto set = [&](const Alarm& alarm, bool present) {
    const auto signals = present ? sdc::SignalPresence::on : sdc::SignalPresence::off;
    say(provider_->set_alarm(handle_of(alarm), present, signals, bed_.clock(now.wall), now.mono));
  };
  for (const Alarm& alarm : told_)
    if (!holds(bed_.alarms, alarm)) set(alarm, false);
  for (const Alarm& alarm : bed_.alarms) {
    if (holds(told_, alarm)) continue;
    say(provider_->add_alarm(plan_of(alarm), now.mono));
    set(alarm, true);
  }
  told_ = bed_.alarms;
}

std::vector<sdc::Notification> SdcBed::turn(const Now& now) {
  if (serial_ != bed_.serial) begin(now);  // another device on the same cable
  if (patient_ != bed_.person.identifier) {
    patient_ = bed_.person.identifier;
    sdc::Person person;
    person.family_name = bed_.person.family;
    person.given_name = bed_.person.given;
    const std::string& born = bed_.person.born;
    person.date_of_birth = born.substr(0, 4) + "-" + born.substr(4, 2) + "-" + born.substr(6, 2);
    say(provider_->set_patient(person, {{"LAB", patient_, {}}}, now.mono));
  }
  if (now.mono >= numerics_at_ || bed_.faults.flood) {
    numerics_at_ = now.mono + numerics_every;
    say_numerics(now);
  }
  say_alarms(now);
  return std::exchange(owed_, {});
}

}  // namespace cordon::lab
