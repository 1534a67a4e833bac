// SPDX-License-Identifier: Apache-2.0
#include "app/station_loop.h"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "app/door.h"
#include "app/station_acts.h"

namespace cordon::app {

using nlohmann::json;

namespace {

/// link_of gives by which link an input came; 0 for what no gateway says.
std::uint64_t link_of(const event::BedsideInput& input) {
  return std::visit(
      [](const auto& i) -> std::uint64_t {
        if constexpr (requires { i.link; }) {
          return i.link;
        } else {
          return 0;
        }
      },
      input);
}

std::string_view word(BookTrouble trouble) {
  switch (trouble) {
    case BookTrouble::none:
      return "";
    case BookTrouble::full:
      return "full";
    case BookTrouble::tight:
      return "tight";
    case BookTrouble::unnamed:
      return "unnamed";
    case BookTrouble::absent:
      return "absent";
    case BookTrouble::failed:
      break;
  }
  return "failed";
}

}  // namespace

bool LinkShares::take(std::uint64_t link) {
  if (link == 0) return true;
  std::atomic<std::uint32_t>& waiting = waiting_[link % shares_max];
  if (waiting.fetch_add(1) < link_share_max) return true;
  --waiting;
  return false;
}

void LinkShares::give_back(std::uint64_t link) {
  if (link != 0) --waiting_[link % shares_max];
}

bool StationInbox::Line::push(event::BedsideInput input) {
  const std::uint64_t link = link_of(input);
  if (!shares.take(link)) return false;
  if (queue.push(std::move(input))) return true;
  shares.give_back(link);
  return false;
}

std::vector<event::BedsideInput> StationInbox::Line::pop(std::size_t items_max, std::chrono::milliseconds wait) {
  std::vector<event::BedsideInput> out = queue.pop_batch(items_max, wait);
  for (const event::BedsideInput& input : out) shares.give_back(link_of(input));
  return out;
}

bool StationInbox::say(event::BedsideInput input) {
  const bool wave = std::holds_alternative<event::WaveHeard>(input);
  const bool taken = (wave ? waves_ : said_).push(std::move(input));
  if (!taken) ++(wave ? waves_lost_ : lost_);
  return taken;
}

std::shared_ptr<const std::atomic<bool>> StationInbox::kept() {
  auto out = std::make_shared<std::atomic<bool>>(false);
  return marks_.push(out) ? out : nullptr;
}

StationLoop::StationLoop(Options options, bedside::Station station, StationInbox& inbox, StationWriter& writer)
    : options_(std::move(options)),
      station_(std::move(station)),
      seen_(options_.seen_key),
      inbox_(inbox),
      writer_(writer) {}

void StationLoop::begin(const event::StationStarted& started) {
  take(started);
  urgent_ = true;  // who is told the page's address finds a view there
  tell(options_.now());
  record();
}

void StationLoop::turn() {
  note_marks();
  const bool all_taken = take_said();
  for (StationInbox::Wish& wish : inbox_.wishes_.pop_batch(wishes_max, std::chrono::milliseconds(0))) {
    grant(std::move(wish));
  }
  for (const event::BedsideInput& wave : inbox_.waves_.pop(waves_said_max, std::chrono::milliseconds(0))) {
    take(wave);
  }
  const WallTime now = options_.now();
  if (now >= next_tick_) tick(now);
  for (const StationInbox::Look& look : inbox_.looks_.pop_batch(looks_max, std::chrono::milliseconds(0))) {
    look(station_, now);
  }
  tell(now);
  record();
  if (all_taken) keep_marks();
  answer(now);
}

/// take_said tells whether all that was said before has been taken.
bool StationLoop::take_said() {
  const auto said = inbox_.said_.pop(turn_inputs_max, turn_wait);
  for (const event::BedsideInput& input : said) take(input);
  return said.size() < turn_inputs_max;
}

/// note_marks goes before take_said: what was said before a mark is in the inbox when the mark is there.
void StationLoop::note_marks() {
  auto marks = inbox_.marks_.pop_batch(marks_max, std::chrono::milliseconds(0));
  std::ranges::move(marks, std::back_inserter(marks_));
}

void StationLoop::keep_marks() {
  for (auto& mark : marks_) {
    if (!unwritten_) marked_.push_back({writer_.pushed(), std::move(mark)});
  }
  marks_.clear();
}

void StationLoop::take(const event::BedsideInput& input) {
  bedside::Events events = station_.step(input);
  pass_on(input);
  if (options_.hooks.happened) std::ranges::for_each(events, options_.hooks.happened);
  if (!events.empty()) happened_.push_back(std::move(events));
}

/// pass_on hands what a device at a bed says to the recorder, and its samples to the screens; of both what the station
/// has a place for, so that a device that invents channels fills no other's room.
void StationLoop::pass_on(const event::BedsideInput& input) {
  const std::uint64_t number = link_of(input);
  const event::DeviceIdentity* device = number == 0 ? nullptr : station_.device_of(number);
  if (device == nullptr) return;
  const std::string& bed = station_.state().bed_of(device->device);
  if (bed.empty()) return;
  const bedside::Link& link = station_.links().at(number);
  const auto* wave = std::get_if<event::WaveHeard>(&input);
  if (wave != nullptr && !link.waves.contains(wave->channel.handle)) return;
  if (wave != nullptr) show_wave(*wave, link);
  if (!options_.hooks.heard) return;
  const auto* numerics = std::get_if<event::NumericsHeard>(&input);
  const auto is_taken = [&](const event::Numeric& each) { return link.numerics.contains(each.channel.handle); };
  const auto shown = [&](const event::Numeric& each) {
    return bedside::shown_validity(link.numerics.at(each.channel.handle), each);
  };
  const auto is_kept = [&](const event::Numeric& each) { return is_taken(each) && shown(each) == each.validity; };
  if (numerics == nullptr || std::ranges::all_of(numerics->numerics, is_kept)) {
    return options_.hooks.heard(input, *device, bed);
  }
  event::NumericsHeard taken = *numerics;
  std::erase_if(taken.numerics, std::not_fn(is_taken));
  for (event::Numeric& each : taken.numerics) each.validity = shown(each);
  options_.hooks.heard(taken, *device, bed);
}

void StationLoop::show_wave(const event::WaveHeard& wave, const bedside::Link& link) {
  const bool shown = waves_.add(link.waves.at(wave.channel.handle).id, wave);
  if (!shown) (void)station_.step(event::DeviceBeyond{wave.at, link.heard.identity.device});  // it records nothing
}

void StationLoop::grant(StationInbox::Wish wish) {
  if (seen_.changed(station_, wish.input)) {
    urgent_ = true;  // whoever has to look again has something to look at
    wish.reply([] { return refused(409, "changed"); });
    return;
  }
  const std::size_t before = happened_.size();
  take(wish.input);
  if (happened_.size() == before) {
    wish.reply([why = refusal_json(refusal_of(wish.input, station_))] { return http::Answer{409, why, std::nullopt}; });
    return;
  }
  granted_.push_back({happened_.size(), options_.now(), std::move(wish.reply)});
}

void StationLoop::tick(WallTime now) {
  next_tick_ = now + tick_period;
  take(event::StationTick{now});
  const std::string trouble = trouble_of(now);
  take(event::OwnTrouble{now, "logbook", event::AlarmPriority::medium, trouble, !trouble.empty()});
  if (const std::uint64_t lost = inbox_.lost() + inbox_.waves_lost(); lost != lost_seen_) {
    lost_seen_ = lost;
    lost_at_ = now;
  }
  look_at_box_clock(now);
  const bool lossy = lost_at_ && now - *lost_at_ < lost_told_for;
  take(event::OwnTrouble{now, "inputs", event::AlarmPriority::medium, "", lossy});
}

/// look_at_box_clock tells that the box's clock was set since the start: what is shown, printed and recorded goes on by
/// the time that it had.
void StationLoop::look_at_box_clock(WallTime now) {
  const Micros ahead = options_.box_ahead ? options_.box_ahead() : Micros{};
  if (std::chrono::abs(ahead - box_ahead_) > box_clock_set_min / 2) box_ahead_ = ahead;  // else it creeps
  const bool is_set = std::chrono::abs(box_ahead_) > box_clock_set_min;
  take(event::OwnTrouble{now, "box_clock", event::AlarmPriority::low, bedside::astray_text(box_ahead_), is_set});
}

/// trouble_of says in a word why the logbook is behind; empty when it is not.
std::string StationLoop::trouble_of(WallTime now) {
  const std::uint64_t durable = writer_.durable();
  if (writer_.waiting() == 0) {
    unwritten_since_.reset();
  } else if (!unwritten_since_ || durable != durable_seen_) {
    unwritten_since_ = now;
  }
  durable_seen_ = durable;
  if (writer_.trouble() == BookTrouble::absent) return "";  // told from the start on (station_memory.h)
  if (writer_.trouble() != BookTrouble::none) return std::string(word(writer_.trouble()));
  return unwritten_since_ && now - *unwritten_since_ > unwritten_told_after ? "stalled" : "";
}

void StationLoop::tell(WallTime now) {
  if (options_.hooks.signal) options_.hooks.signal(bedside::signal_of(station_.state(), now), now);
  const auto is_alarm = [](const event::BedsideEvent& e) { return std::holds_alternative<event::AlarmChanged>(e); };
  const auto has_alarm = [&](const bedside::Events& step) { return std::ranges::any_of(step, is_alarm); };
  urgent_ = urgent_ || std::ranges::any_of(happened_, has_alarm);
  const bool asked = !granted_.empty();  // whoever is answered finds what was asked done
  if (asked || now >= next_view_ || (urgent_ && now >= next_urgent_view_)) {
    options_.show(view(now), urgent_ || asked);
    urgent_ = false;
    next_view_ = now + view_period;
    next_urgent_view_ = now + urgent_view_period;
  }
  if (now < next_frame_) return;
  next_frame_ = now + frame_period;
  for (std::string& frame : waves_.take(now)) options_.show_waves(std::move(frame));
}

std::string StationLoop::view(WallTime now) const {
  json out = bedside::view_json(station_, options_.view, now);
  seen_.add(station_, out);
  out["box"] = options_.box;
  out["version"] = options_.version;
  const std::string_view trouble = word(writer_.trouble());
  out["logbook"] = {{"waiting", writer_.waiting()},
                    {"lost", writer_.lost()},
                    {"trouble", trouble.empty() ? json(nullptr) : json(trouble)}};
  out["lost"] = {{"inputs", inbox_.lost()}, {"waves", inbox_.waves_lost() + waves_.left_out()}};
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

/// record hands over what happened in this turn.
void StationLoop::record() {
  std::size_t next = 0;
  unwritten_ = false;
  for (std::size_t i = 0; i < happened_.size(); ++i) {
    const auto number = writer_.push(std::move(happened_[i]));
    unwritten_ = unwritten_ || !number;
    for (; next < granted_.size() && granted_[next].number == i + 1; ++next) {
      Asked asked = std::move(granted_[next]);
      if (number) {
        asked.number = *number;
        asked_.push_back(std::move(asked));
      } else {
        asked.reply([] { return refused(503, "unrecorded"); });
      }
    }
  }
  happened_.clear();
  granted_.clear();
}

/// answer tells whoever asked that it is durable, or that it is done and shown but not durable yet.
void StationLoop::answer(WallTime now) {
  const std::uint64_t durable = writer_.durable();
  for (; !marked_.empty() && marked_.front().number <= durable; marked_.pop_front()) *marked_.front().kept = true;
  for (const std::uint64_t number : writer_.take_unnamed()) unnamed_.insert(number);
  while (!asked_.empty()) {
    Asked& first = asked_.front();
    if (unnamed_.contains(first.number)) {
      first.reply([] { return refused(503, "unrecorded"); });  // who lies there is not
    } else if (first.number <= durable) {
      first.reply([] { return http::Answer{200, R"({"ok":true})", std::nullopt}; });
    } else if (now - first.at > wish_unwritten_after) {
      first.reply([] { return refused(503, "unrecorded"); });
    } else {
      return;
    }
    asked_.pop_front();
  }
  unnamed_.erase(unnamed_.begin(), unnamed_.upper_bound(durable));
}

void StationLoop::finish() {
  answer(options_.now() + wish_unwritten_after);
}

}  // namespace cordon::app
