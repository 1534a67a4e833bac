// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "load_speakers.h"

namespace cordon::bench {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t chunk_samples = block_samples / 2;
constexpr std::chrono::milliseconds chunk_every = block_every / 2;
constexpr std::chrono::milliseconds numerics_every = 1s;
constexpr std::size_t waiting_most = 8;  // reports; a line forgets what waits beyond 32

/// unit_of gives the 32-bit code: partition 4 (dimensions) of ISO/IEC 11073-10101.
constexpr std::uint32_t unit_of(std::uint16_t unit) {
  return 4U * 65536U + unit;
}

std::string urn_of(unsigned kind, std::uint64_t number) {
  const std::string digits = std::to_string(1'000'000'000'000 + number % 1'000'000'000'000).substr(1);
  return "urn:uuid:0000000" + std::to_string(kind) + "-0000-4000-8000-" + digits;
}

WallTime wall_now() {
  return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
}

std::string handle_of(std::string_view what, std::size_t number) {
  return std::string(what) + std::to_string(number);
}

std::string handle_of(const LoadAlarm& alarm) {
  return alarm.technical ? handle_of("fill.", alarm.number) : "bench";
}

sdc::AlarmPlan plan_of(const LoadAlarm& alarm) {
  sdc::AlarmPlan out;
  out.handle = handle_of(alarm);
  out.label = alarm.text();
  out.priority = alarm.urgency == Urgency::high     ? sdc::Priority::high
                 : alarm.urgency == Urgency::medium ? sdc::Priority::medium
                                                    : sdc::Priority::low;
  out.kind = alarm.technical ? sdc::ConditionKind::technical : sdc::ConditionKind::physiological;
  out.source = alarm.technical ? "mds" : "number.0";
  out.signals = {sdc::Manifestation::audible};
  return out;
}

sdc::BedPlan plan_of(unsigned number, const std::string& label, std::string url) {
  sdc::BedPlan out;
  const auto began = static_cast<std::uint64_t>(wall_now().time_since_epoch().count());
  out.address = urn_of(1, number);
  out.url = std::move(url);
  out.instance = began / 1'000'000;
  out.sequence = urn_of(2, began + number);
  out.seed = number;
  out.manufacturer = "Cordon";
  out.model = "Bench SDC";
  out.serial_number = "bench-" + label;
  out.location.bed = label;
  for (const NumericKind& kind : numeric_kinds) {
    out.numerics.push_back({handle_of("number.", out.numerics.size()), mdc_of(kind.physio_id), kind.label,
                            unit_of(kind.unit), kind.decimals == 0 ? 1 : 0.1});
  }
  constexpr sdc::Nanos period{static_cast<std::int64_t>(1e9 / sample_rate_hz)};
  for (const TraceKind& kind : trace_kinds) {
    out.waves.push_back({handle_of("trace.", out.waves.size()), mdc_of(kind.physio_id), kind.label, unit_of(kind.unit),
                         period, kind.step});
  }
  out.alarms.push_back(plan_of(LoadAlarm{}));
  for (unsigned k = 1; k <= fill_alarms; ++k) out.alarms.push_back(plan_of({k, Urgency::low, true}));
  return out;
}

class SdcBed final : public LoadBed, public lab::SdcDevice {
 public:
  SdcBed(unsigned number, Log& log, const lab::SdcWard& ward, const lab::SdcWard::Address& at, MonoTime now)
      : LoadBed(number, log),
        provider_(plan_of(number, label(), ward.url_of(at))),
        wall_at_begin_(wall_now() - std::chrono::duration_cast<Micros>(std::chrono::steady_clock::now() - now)),
        begin_(now),
        next_chunk_(now + 37ms * (number % 7)),
        numerics_at_(now + 61ms * (number % 16)) {
    sdc::Person person;
    person.family_name = "BENCH";
    person.given_name = label();
    provider_.set_patient(person, {{"BENCH", std::to_string(700000 + number), {}}}, now);
  }

  Result<void> open(lab::SdcWard& ward, const lab::SdcWard::Address& at) {
    line_ = CORDON_TRY(ward.line(*this, at));
    return {};
  }

  void turn(MonoTime now) override;
  bool ready(MonoTime) const override {
    return is_heard() && alarms_.empty() && told_.empty() && line_->waiting() == 0;
  }
  void unplug() override { plugged_ = false; }
  void plug() override {
    plugged_ = true;
    announced_ = false;
  }

  sdc::Provider& provider() override { return provider_; }
  bool off() const override { return !plugged_; }

 private:
  bool is_heard() const { return plugged_ && provider_.subscriber_count() > 0; }
  void say_chunks(MonoTime now);
  void say_chunk(MonoTime begin, MonoTime now);
  void say_numerics(MonoTime now);
  void say_alarms(MonoTime now);
  void set(const LoadAlarm& alarm, bool present, MonoTime now);

  sdc::Provider provider_;
  std::unique_ptr<lab::SdcLine> line_;
  bool plugged_ = true;
  bool announced_ = false;
  WallTime wall_at_begin_;
  MonoTime begin_;
  MonoTime next_chunk_;
  MonoTime numerics_at_;
  std::vector<LoadAlarm> told_;
  std::uint32_t chunks_ = 0;
  std::uint32_t rates_ = 0;
};

void SdcBed::say_chunks(MonoTime now) {
  for (; next_chunk_ <= now; next_chunk_ += chunk_every) {
    if (is_heard()) say_chunk(next_chunk_ - chunk_every, now);  // time goes on, and nobody asks for what was
  }
}

void SdcBed::say_chunk(MonoTime begin, MonoTime now) {
  const std::uint32_t block = chunks_ / 2;
  const std::size_t from = chunks_ % 2 * chunk_samples;
  std::vector<sdc::Samples> all;
  for (std::size_t trace = 0; trace < trace_kinds.size(); ++trace) {
    const Block counts = block_of(number_, trace, block, chunk_samples);
    sdc::Samples& piece = all.emplace_back(sdc::Samples{handle_of("trace.", trace), {}});
    for (std::size_t i = from; i < from + chunk_samples; ++i) {
      piece.samples.push_back((counts.at(i) - counts_middle) * trace_kinds.at(trace).step);
    }
  }
  if (++chunks_ % 2 == 0) log_.wave(number_, block);
  line_->owe(provider_.push_waves(all, wall_at_begin_ + std::chrono::duration_cast<Micros>(begin - begin_), now));
}

void SdcBed::say_numerics(MonoTime now) {
  std::vector<sdc::Measured> all;
  for (const NumericKind& kind : numeric_kinds) all.push_back({handle_of("number.", all.size()), kind.value});
  all.front().value = rate_of(rates_++);
  log_.number(number_, *all.front().value);
  line_->owe(provider_.set_numerics(all, wall_now(), now));
}

void SdcBed::set(const LoadAlarm& alarm, bool present, MonoTime now) {
  const auto signals = present ? sdc::SignalPresence::on : sdc::SignalPresence::off;
  line_->owe(provider_.set_alarm(handle_of(alarm), present, signals, wall_now(), now));
}

void SdcBed::say_alarms(MonoTime now) {
  for (; alarms_.empty() && !told_.empty() && line_->waiting() < waiting_most; told_.pop_back()) {
    set(told_.back(), false, now);
  }
  for (LoadAlarm& alarm : alarms_) {
    if (alarm.told) continue;
    if (line_->waiting() >= waiting_most) return;
    alarm.told = true;
    told_.push_back(alarm);
    if (!alarm.technical) {  // the one condition has another name and priority each time, which is a report more
      log_.alarm(alarm.number, number_);
      line_->owe(provider_.change_alarm(plan_of(alarm), now));
    }
    set(alarm, true, now);
  }
}

void SdcBed::turn(MonoTime now) {
  if (plugged_ && !std::exchange(announced_, true)) line_->announce();
  if (is_heard()) say_alarms(now);
  if (now >= numerics_at_) {
    numerics_at_ = std::max(numerics_at_ + numerics_every, now);
    if (is_heard()) say_numerics(now);
  }
  say_chunks(now);
}

}  // namespace

std::unique_ptr<LoadBed> sdc_bed(unsigned number, Log& log, lab::SdcWard& ward, MonoTime now) {
  const lab::SdcWard::Address at{127, 0, 79, static_cast<std::uint8_t>(number)};
  auto out = std::make_unique<SdcBed>(number, log, ward, at, now);
  if (!out->open(ward, at)) return nullptr;
  return out;
}

}  // namespace cordon::bench
