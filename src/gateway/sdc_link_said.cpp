// SPDX-License-Identifier: Apache-2.0
// What a device said, told to the station: once, in order, on the link that is open.
#include <algorithm>

#include "gateway/sdc_link.h"

namespace cordon::gateway {
namespace {

constexpr std::chrono::seconds period = sdc::quiet_max;  // who says nothing for so long is asked
constexpr std::chrono::seconds unsaid_again_after{1};    // what found no room is said again
constexpr std::chrono::seconds reports_within{2};        // then a request that fails is no loss of the device

constexpr std::string_view odd_name_code = "odd_name";
constexpr std::string_view odd_rate_code = "odd_rate";
constexpr std::string_view several_patients_code = "several_patients";
constexpr std::string_view unheard_traces_code = "unheard_traces";

bool is_same_said(const event::DeviceHeard& a, const event::DeviceHeard& b) {
  return a.link == b.link && a.identity == b.identity && a.patient == b.patient && a.values_period == b.values_period;
}

bool is_reached(sdc::TroubleKind kind) {
  return kind != sdc::TroubleKind::unreachable && kind != sdc::TroubleKind::timeout;
}

}  // namespace

void SdcLink::take(const sdc::Outcome& outcome) {
  for (const sdc::Trouble& each : outcome.troubles) {
    if (each.kind == sdc::TroubleKind::began_anew) {
      leave("began anew");
    } else if (each.kind != sdc::TroubleKind::lost_messages) {  // told when patience is over: note_gap
      trouble(each);
    }
  }
  if (outcome.missed) tell_gap();
  const SdcSaying saying = sdc_saying(outcome, link_ != 0);
  if (saying.whole) whole();
  if (saying.changes) changes(*outcome.applied, saying);
}

/// whole says everything there is: after an MDIB, a change of description, or on a link that opens.
void SdcLink::whole() {
  if (link_ == 0) {
    link_ = shared_->sink.new_link();
    last_link_ = link_;
    index_ = SdcWaveIndex();
    rates_.clear();
    told_.clear();
    ahead_.reset();
  }
  const sdc::Readings all = consumer_->mdib().all();
  index_.keep(all.waves);
  const auto of = [&](const std::string& handle) {
    return std::ranges::find_if(all.waves, [&](const auto& wave) { return wave.subject.handle == handle; });
  };
  std::erase_if(rates_, [&](const auto& trace) { return of(trace.first) == all.waves.end(); });
  std::erase_if(flowing_, [&](const auto& trace) {
    const auto found = of(trace.first);
    return (found == all.waves.end() || !sdc_is_measured(*found)) && say_ended(trace.second);
  });
  // What stands on is not taken back to be told anew.
  const bool stands = (told_.code() == unheard_traces_code && consumer_->has_unheard_traces()) ||
                      (told_.code() == odd_name_code && sdc_has_odd_name(all, consumer_->metadata())) ||
                      (told_.code() == several_patients_code && sdc_has_several_patients(all.patients)) ||
                      told_.outlives_reading(shared_->mono(), gaps_go_on_);
  if (!consumer_->mdib().needs_mdib() && !told_.empty() && !stands) {
    told_.clear();
    say(event::TroubleHeard{stamp().at, link_, {}, {}, {}});
  }
  frame(all);
  for (const sdc::Numeric& each : all.numerics) note_clock(each.determined, false);
  for (const sdc::Wave& each : all.waves) note_clock(each.determined, false);
  auto numerics = sdc_numerics(all.numerics, stamp());
  if (!numerics) return;
  numerics->device_time.reset();  // they may be old: each says when it was measured, and none what time it is
  say(std::move(*numerics));
}

/// note_clock learns from what the device has just measured what time it has. `is_now`: a piece of a trace always is; a
/// number may be an old one said again, so that a later time alone counts.
void SdcLink::note_clock(std::optional<WallTime> determined, bool is_now) {
  if (!determined) return;
  const Micros ahead = *determined - shared_->sink.now();
  if (is_now || !ahead_ || ahead > *ahead_) ahead_ = ahead;
}

/// frame says what stands around the values, and no value: an old one said again would look new.
void SdcLink::frame(const sdc::Readings& all) {
  systems_ = all.alert_systems;
  patients_ = all.patients;
  locations_ = all.locations;
  introduce();
  say(sdc_alarms({all.alarms, systems_, true}, stamp()));
  has_odd_name_ = sdc_has_odd_name(all, consumer_->metadata());
  tell_standing();
}

void SdcLink::changes(const sdc::Applied& applied, const SdcSaying& saying) {
  const sdc::Readings& said = applied.readings;
  if (saying.frame) frame(consumer_->mdib().all());
  if (saying.alarms) say(sdc_alarms({said.alarms, systems_, false}, stamp()));
  for (const sdc::Wave& each : said.waves) note_clock(each.determined, true);
  for (const sdc::Numeric& each : said.numerics) note_clock(each.determined, false);
  if (auto numerics = sdc_numerics(said.numerics, stamp())) {
    values_.note(numerics->at);
    introduce();
    say(std::move(*numerics));
  }
  if (sdc_has_no_number(said.numerics)) tell_odd(SdcTroubleKind::no_number);
  waves(said.waves, applied.order == sdc::Order::gap);
  for (const sdc::SystemError& error : applied.errors) {
    const std::string& word = error.text.empty() ? error.code : error.text;
    tell(sdc_trouble(SdcTroubleKind::own_fault, word, shared_->options.language));
  }
  if (said.numerics.empty() && said.waves.empty() && said.alarms.empty()) say(event::LinkAlive{stamp().at, link_});
}

void SdcLink::waves(const std::vector<sdc::Wave>& all, bool after_gap) {
  bool is_said = false;
  bool is_odd = false;
  const SdcStamp came = stamp();
  for (const sdc::Wave& wave : all) {
    note_flow(wave);
    const auto first = index_.place(wave, after_gap);
    auto heard = first ? sdc_wave(wave, *first, came) : std::nullopt;
    is_said = is_said || heard;
    is_odd = note_rate(wave, heard, after_gap) || is_odd;
    if (heard) shared_->say(std::move(*heard));
  }
  if (is_odd) tell_odd(SdcTroubleKind::odd_rate);
  if (!all.empty()) introduce();
  if (!all.empty() && !is_said) say(event::LinkAlive{stamp().at, link_});
}

/// note_rate tells whether a trace comes at another rate than is stated.
bool SdcLink::note_rate(const sdc::Wave& wave, const std::optional<event::WaveHeard>& heard, bool after_gap) {
  if (!heard && !rates_.contains(wave.subject.handle)) return false;
  RateWatch& rate = rates_[wave.subject.handle];
  if (after_gap || wave.samples.empty()) rate.gap();
  if (!heard) return false;
  const auto begin = wave.determined ? std::optional(wave.determined->time_since_epoch()) : std::nullopt;
  return rate.note({heard->first, heard->at, begin, heard->samples.size(), heard->rate_hz});
}

/// note_flow: a trace that stops because the device says so stands still for a reason.
void SdcLink::note_flow(const sdc::Wave& wave) {
  const auto found = flowing_.find(wave.subject.handle);
  if (!sdc_is_measured(wave)) {
    if (found != flowing_.end() && say_ended(found->second)) flowing_.erase(found);
  } else if (!wave.samples.empty() && found == flowing_.end() && flowing_.size() < sdc_waves_max) {
    flowing_.emplace(wave.subject.handle, sdc_channel(wave.subject, wave.unit));
  }
}

/// say_ended tells of a trace that comes no more; what finds no room is said with the whole.
bool SdcLink::say_ended(const event::Channel& channel) {
  const bool said = shared_->say(sdc_wave_ended(channel, stamp()));
  if (!said && !unsaid_since_) unsaid_since_ = shared_->mono();
  return said;
}

/// introduce says who the device is where that, its patient or its period has changed.
void SdcLink::introduce() {
  if (link_ == 0) return;
  event::DeviceHeard heard;
  heard.at = shared_->sink.now();
  heard.link = link_;
  heard.identity = sdc_identity({device_, consumer_->metadata(), locations_}, address_);
  heard.patient = sdc_patient(patients_);
  heard.period = period;
  if (flowing_.empty()) heard.values_period = std::chrono::ceil<std::chrono::seconds>(values_.period());
  if (said_ && is_same_said(*said_, heard)) return;
  said_ = heard;
  say(std::move(heard));
}

void SdcLink::leave(const std::string& why) {
  if (link_ == 0) return;
  say(event::DeviceGone{shared_->sink.now(), link_, why});
  link_ = 0;
  flowing_.clear();
  values_.connected_anew();
  said_.reset();
}

void SdcLink::trouble(const sdc::Trouble& what) {
  const auto heard = consumer_ ? consumer_->last_heard() : std::nullopt;
  const bool still_comes = heard && shared_->mono() - *heard < reports_within;
  if (!still_comes && (what.kind == sdc::TroubleKind::unreachable || what.kind == sdc::TroubleKind::timeout ||
                       what.kind == sdc::TroubleKind::certificate)) {
    leave("does not answer");
  }
  if (last_link_ == 0 && !is_reached(what.kind)) return;  // anybody can announce what is not there
  tell(sdc_trouble(what, shared_->options.language));
}

/// tell says a trouble once, unless a graver one stands. A device of which nothing but trouble is known is named for
/// it, as one that is not there.
void SdcLink::tell(event::TroubleHeard trouble) {
  if (!told_.note(trouble.code, shared_->mono(), {link_ != 0, told_stands()})) return;
  if (last_link_ == 0) {
    last_link_ = shared_->sink.new_link();
    event::DeviceHeard heard;
    heard.at = shared_->sink.now();
    heard.link = last_link_;
    heard.identity = sdc_identity({device_, consumer_ ? consumer_->metadata() : sdc::Metadata{}, {}}, address_);
    heard.period = period;
    heard.spoke = false;
    say(std::move(heard));
    say(event::DeviceGone{shared_->sink.now(), last_link_, trouble.text});
  }
  trouble.at = shared_->sink.now();
  trouble.link = last_link_;
  say(std::move(trouble));
}

/// tell_odd tells of what does no harm beside no other trouble; values before names before rates.
void SdcLink::tell_odd(SdcTroubleKind kind) {
  event::TroubleHeard what = sdc_trouble(kind, {}, shared_->options.language);
  const bool before =
      told_.code() == odd_rate_code || (told_.code() == odd_name_code && kind == SdcTroubleKind::no_number);
  if (told_.empty() || told_.code() == what.code || before) tell(std::move(what));
}

/// tell_standing tells of what is so until the device says something else.
void SdcLink::tell_standing() {
  if (sdc_has_several_patients(patients_))
    tell(sdc_trouble(SdcTroubleKind::several_patients, {}, shared_->options.language));
  if (consumer_->has_unheard_traces()) tell(sdc_trouble(SdcTroubleKind::unheard_traces, {}, shared_->options.language));
  if (has_odd_name_) tell_odd(SdcTroubleKind::odd_name);
}

bool SdcLink::told_stands() const {
  const std::string& code = told_.code();
  return (code == several_patients_code && sdc_has_several_patients(patients_)) ||
         (code == unheard_traces_code && consumer_ && consumer_->has_unheard_traces()) ||
         (code == odd_name_code && has_odd_name_);
}

/// note_gap tells once of each gap that reports are missing: an alarm may be among them until all was asked again.
void SdcLink::note_gap() {
  const bool lacks = consumer_ && consumer_->lacks_reports(shared_->mono());
  if (lacks && !gap_told_) tell_gap();
  gap_told_ = lacks;
}

void SdcLink::tell_gap() {
  gaps_go_on_ = gap_at_ && shared_->mono() - *gap_at_ < sdc_calm_after;
  gap_at_ = shared_->mono();
  trouble({sdc::TroubleKind::lost_messages, sdc::Ask::get_mdib, {}});
}

/// say hands over what must not be missing: what finds no room is said again with all there is.
void SdcLink::say(event::BedsideInput input) {
  if (!shared_->say(std::move(input)) && !unsaid_since_) unsaid_since_ = shared_->mono();
}

void SdcLink::say_again() {
  if (!unsaid_since_ || link_ == 0 || shared_->mono() - *unsaid_since_ < unsaid_again_after) return;
  unsaid_since_.reset();
  said_.reset();
  told_.clear();
  whole();
}

/// calm takes back a trouble that did not come again while all is well.
void SdcLink::calm() {
  const bool is_well = link_ != 0 && consumer_->stage() == sdc::Stage::live && !consumer_->mdib().needs_mdib();
  if (!is_well || told_.empty() || told_.is_fresh(shared_->mono()) || told_stands()) return;
  told_.clear();
  say(event::TroubleHeard{shared_->sink.now(), link_, {}, {}, {}});
  tell_standing();
}

}  // namespace cordon::gateway
