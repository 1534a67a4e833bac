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

constexpr std::uint64_t block_ticks = ticks_in(100ms);
constexpr std::chrono::milliseconds numerics_every = 1s;
constexpr int flood_a_turn = 20;
constexpr double none = std::numeric_limits<double>::quiet_NaN();

/// TraceOut is one of the traces that the device may send.
struct TraceOut {
  Trace kind;
  const char* handle;
  std::uint32_t mdc;
  std::uint32_t unit;
  unsigned every;  // of the body's samples
};
constexpr std::uint32_t some_lead = 131328;     // MDC_ECG_ELEC_POTL, of a lead that is not II
constexpr std::uint32_t without_unit = 262656;  // MDC_DIM_DIMLESS
constexpr std::array<TraceOut, trace_kinds> traces{
    TraceOut{Trace::ecg, "ecg", 131330, 266418, 1}, TraceOut{Trace::pleth, "pleth", 150452, without_unit, 2},
    TraceOut{Trace::pressure, "abp", 150036, 266016, 2}, TraceOut{Trace::respiration, "resp", 151552, 266432, 4}};

/// NumberOut is one of the numbers that it may send; `from`: what has to be attached.
struct NumberOut {
  std::optional<Trace> from;
  sdc::NumericPlan plan;
  double Numbers::*value;
};

std::vector<NumberOut> numbers_of(const Body& body) {
  std::vector<NumberOut> out{{Trace::ecg, {"hr", 147842, "HR", 264864, 1}, &Numbers::heart_rate},
                             {Trace::respiration, {"rr", 151562, "RR", 264928, 1}, &Numbers::respiration},
                             {Trace::pleth, {"spo2", 150456, "SpO2", 262688, 1}, &Numbers::saturation},
                             {Trace::pressure, {"abp.sys", 150037, "ABPs", 266016, 1}, &Numbers::systolic},
                             {Trace::pressure, {"abp.dia", 150038, "ABPd", 266016, 1}, &Numbers::diastolic},
                             {Trace::pressure, {"abp.mean", 150039, "ABPm", 266016, 1}, &Numbers::mean},
                             {{}, {"temp", 150344, "Temp", 268192, 0.1}, &Numbers::temperature}};
  std::erase_if(out, [&](const NumberOut& number) { return number.from && !body.lead(*number.from).attached; });
  return out;
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
  for (NumberOut& number : numbers_of(bed.body)) out.numerics.push_back(std::move(number.plan));
  for (const TraceOut& trace : traces) {
    const Lead& lead = bed.body.lead(trace.kind);
    if (!lead.attached) continue;
    const std::uint32_t mdc = trace.kind == Trace::ecg && lead.label != "II" ? some_lead : trace.mdc;
    const sdc::Nanos period{static_cast<std::int64_t>(1e9 / body_rate_hz) * trace.every};
    out.waves.push_back({trace.handle, mdc, lead.label, lead.has_unit ? trace.unit : without_unit, period, lead.step});
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

/// spoil makes a report say what no printer of ours writes: values that are no numbers, or an end in its middle.
void spoil(std::string& report, Lie lie) {
  constexpr std::string_view value = " Value=\"";
  if (lie == Lie::lengths) report.resize(report.size() / 2);
  if (lie != Lie::number) return;
  for (std::size_t at = report.find(value); at != std::string::npos; at = report.find(value, at + 1)) {
    const std::size_t begin = at + value.size();
    report.replace(begin, report.find('"', begin) - begin, "NaN");
  }
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

/// clock gives what the device's clock shows; no time before 1970 can be written in SDC.
WallTime SdcBed::clock(const Now& now) {
  const WallTime shown = bed_.clock(now.wall);
  return shown < WallTime{} ? shown + (WallTime{} - year_1900) : shown;
}

void SdcBed::begin(const Now& now) {
  serial_ = bed_.serial;
  provider_.emplace(plan_of(bed_, url_, now));
  told_.clear();
  patient_.reset();
  last_block_.clear();
  began_ = true;
}

void SdcBed::say(std::vector<sdc::Notification> owed) {
  std::ranges::move(owed, std::back_inserter(owed_));
}

void SdcBed::sample(const Now& now) {
  if (ticks_ % block_ticks == 0) {
    block_begin_ = clock(now);
    block_.clear();
    for (const TraceOut& trace : traces) {
      if (!bed_.body.lead(trace.kind).attached) continue;
      block_.push_back({trace.handle, {}, sdc::Validity::valid});
    }
  }
  auto samples = block_.begin();
  for (const TraceOut& trace : traces) {
    const Lead& lead = bed_.body.lead(trace.kind);
    if (!lead.attached) continue;
    const double value = bed_.off(trace.kind) ? none : bed_.body.value(trace.kind);
    if (!std::isfinite(value)) {  // a sample is a decimal, and a piece that has not all of them says none
      samples->validity = sdc::Validity::unavailable;
      samples->samples.clear();
    } else if (ticks_ % trace.every == 0 && !bed_.left_out(ticks_) && samples->validity == sdc::Validity::valid) {
      if (samples->samples.empty()) samples->begin = clock(now);
      samples->samples.push_back(on_grid(value, lead.step));
    }
    ++samples;
  }
  if (++ticks_ % block_ticks == 0) say_waves(now);
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
  const Numbers measured = bed_.body.numbers();
  std::vector<sdc::Measured> all;
  for (const NumberOut& number : numbers_of(bed_.body)) {
    const double step = number.plan.resolution;
    const double value = measured.*number.value;
    const bool there = std::isfinite(value) && !(number.from && bed_.off(*number.from));
    all.push_back({number.plan.handle, there ? std::optional(on_grid(value, step)) : std::nullopt,
                   there ? Validity::valid : Validity::unavailable});
  }
  auto owed = provider_->set_numerics(all, clock(now), now.mono);
  for (sdc::Notification& one : owed) spoil(one.body, bed_.faults.lie);
  for (int i = 0; i < (bed_.faults.flood ? flood_a_turn : 1); ++i) say(owed);
}

void SdcBed::say_alarms(const Now& now) {
  const auto set = [&](const Alarm& alarm, bool present) {
    const auto signals = present ? sdc::SignalPresence::on : sdc::SignalPresence::off;
    say(provider_->set_alarm(handle_of(alarm), present, signals, clock(now), now.mono));
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
  if (const Person said = bed_.said(); patient_ != said) {
    patient_ = said;
    sdc::Person person;
    person.family_name = said.family;
    person.given_name = said.given;
    person.date_of_birth = said.born.substr(0, 4) + "-" + said.born.substr(4, 2) + "-" + said.born.substr(6, 2);
    say(provider_->set_patient(person, {{"LAB", said.identifier, {}}}, now.mono));
  }
  if (now.mono >= numerics_at_ || bed_.faults.flood) {
    numerics_at_ = now.mono + numerics_every;
    say_numerics(now);
  }
  say_alarms(now);
  return std::exchange(owed_, {});
}

}  // namespace cordon::lab
