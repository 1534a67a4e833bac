// SPDX-License-Identifier: Apache-2.0
#include "app/station_past.h"

#include <algorithm>
#include <set>

#include "app/station_journal.h"
#include "bedside/patient.h"
#include "event/bedside_json.h"

namespace cordon::app {

namespace {

/// clock_slack: the wall clock may have been set back meanwhile, and a disk may have been late.
constexpr Micros clock_slack = std::chrono::hours(1);

bool overlaps(const bedside::Alarm& alarm, const Span& span) {
  const bool ended_before = alarm.ended != WallTime{} && alarm.ended < span.from;
  return alarm.bed == span.bed && alarm.raised < span.to && !ended_before;
}

WallTime written_at(const logbook::Entry& entry) {
  return WallTime{Micros{entry.hlc.micros}};
}

/// Fold applies what concerns alarms, and takes out what has ended.
class Fold {
 public:
  Fold(const Span& span, WallTime begins) : span_(span), begins_(begins) {}

  void take(const logbook::Entry& entry) {
    static const std::set<std::string, std::less<>> kinds = [] {
      std::set<std::string, std::less<>> out;
      for (const event::BedsideEvent& event :
           {event::BedsideEvent{event::AlarmChanged{}}, event::BedsideEvent{event::AlarmAcknowledged{}},
            event::BedsideEvent{event::AlarmOver{}}, event::BedsideEvent{event::AudioPaused{}},
            event::BedsideEvent{event::DeviceAssigned{}}}) {
        out.emplace(event::type_of(event));
      }
      return out;
    }();
    if (!kinds.contains(entry.kind)) return;
    const auto event = event_of(entry, nullptr);
    if (!event) return;  // damaged: `cordon log verify` says so
    supply(*event);
    state_.apply(*event);
    for (bedside::Alarm& alarm : state_.ended) keep(std::move(alarm));
    state_.ended.clear();
  }

  /// open tells whether an alarm of the span is not over yet.
  bool open() const {
    return std::ranges::any_of(state_.open, [&](const auto& entry) { return overlaps(entry.second, span_); });
  }

  std::vector<bedside::Alarm> finish() {
    for (auto& [number, alarm] : state_.open) keep(std::move(alarm));
    std::ranges::sort(out_, {}, [](const bedside::Alarm& alarm) { return std::pair(alarm.raised, alarm.number); });
    return std::move(out_);
  }

 private:
  /// supply adds what stands in entries before the first that is read: the beginning of an alarm, a device.
  void supply(const event::BedsideEvent& event) {
    if (const auto* assigned = std::get_if<event::DeviceAssigned>(&event)) {
      if (!state_.devices.contains(assigned->device)) {
        event::DeviceKnown known;
        known.identity.device = assigned->device;
        state_.apply(known);
      }
    }
    const auto* changed = std::get_if<event::AlarmChanged>(&event);
    if (changed == nullptr || changed->step == event::AlarmStep::raised || state_.open.contains(changed->alarm)) {
      return;
    }
    const auto* goes_on = state_.present_alarm({changed->origin, changed->device, changed->condition});
    const bool moved = goes_on != nullptr && goes_on->number > changed->alarm;  // to another bed, with its device
    event::AlarmChanged raised = *changed;
    raised.step = event::AlarmStep::raised;
    raised.at = begins_;
    if (!moved) return state_.apply(raised);
    if (kept_.contains(changed->alarm)) return;
    bedside::State left;
    left.apply(raised);
    left.apply(*changed);
    for (bedside::Alarm& alarm : left.ended) keep(std::move(alarm));
    for (auto& [number, alarm] : left.open) keep(std::move(alarm));
  }

  void keep(bedside::Alarm alarm) {
    kept_.insert(alarm.number);
    if (overlaps(alarm, span_)) out_.push_back(std::move(alarm));
  }

  const Span& span_;
  WallTime begins_;
  bedside::State state_;
  std::set<std::uint64_t> kept_;  // numbers of those that are over
  std::vector<bedside::Alarm> out_;
};

bool stands_in(const event::PatientOffer& patient) {
  return patient.identifier.starts_with('(');  // app/patient_keys.h
}

bool is_another(const event::PatientOffer& before, const event::PatientOffer& after) {
  if (before.empty() || after.empty()) return before.empty() != after.empty();
  return stands_in(before) || stands_in(after) || bedside::differs(before, after);
}

}  // namespace

Result<Sequence> first_since(const logbook::Reader& book, WallTime at) {
  const auto last = CORDON_TRY(book.last());
  std::uint64_t low = 1;
  std::uint64_t high = last ? last->sequence.value + 1 : 1;
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    const auto entries = CORDON_TRY(book.read(Sequence{middle}, 1));
    if (!entries.empty() && written_at(entries.front()) < at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return Sequence{low};
}

Result<PastAlarms> past_alarms(const logbook::Reader& book, const Span& span, const PastBounds& bounds) {
  const std::uint64_t first = CORDON_TRY(first_since(book, span.from)).value;
  Sequence next{first > bounds.before ? first - bounds.before : 1};
  std::optional<Fold> fold;
  PastAlarms out;
  for (std::size_t read = 0;;) {
    const auto entries = CORDON_TRY(book.read(next, logbook::read_entries_max));
    if (entries.empty()) break;
    if (!fold) fold.emplace(span, entries.front().time);
    for (const logbook::Entry& entry : entries) {
      const bool after = written_at(entry) > span.to + clock_slack && entry.time >= span.to;
      if (after && !fold->open()) return PastAlarms{fold->finish(), out.whole};
      if (++read > bounds.all) {
        out.whole = after;  // of what is open still only the end is missing
        return PastAlarms{fold->finish(), out.whole};
      }
      fold->take(entry);
    }
    next = Sequence{entries.back().sequence.value + 1};
  }
  if (fold) out.alarms = fold->finish();
  return out;
}

std::vector<report::StripRequest::Doubt> doubts_of(const std::vector<bedside::Alarm>& alarms) {
  std::vector<report::StripRequest::Doubt> out;
  for (const bedside::Alarm& alarm : alarms) {
    if (alarm.origin != event::AlarmOrigin::station || alarm.condition != "doubted") continue;
    out.push_back({alarm.device, alarm.raised - doubt_told_within, alarm.present ? WallTime::max() : alarm.ended});
  }
  return out;
}

void Placements::note(const event::PatientPlaced& placed) {
  Kept& bed = beds_[placed.bed];
  bed.placed.push_back({placed.at, placed.patient, ++bed.count});
  if (bed.placed.size() <= placements_per_bed_max) return;
  bed.placed.pop_front();
  bed.whole = false;
}

std::vector<Placements::Stay> Placements::stays(const Span& span) const {
  const auto bed = beds_.find(span.bed);
  std::vector<Stay> out(1);
  if (bed == beds_.end()) return out;
  out.back().known = bed->second.whole;
  for (const Placed& placed : bed->second.placed) {
    if (placed.at >= span.to) break;
    Stay& last = out.back();
    if (last.known && !is_another(last.patient, placed.patient)) {
      last.patient = placed.patient;
    } else {
      out.push_back({placed.number, placed.at, placed.patient});
    }
  }
  const auto over = [&](const Stay& stay) { return stay.from <= span.from; };
  const auto first = std::ranges::find_if_not(out.begin() + 1, out.end(), over) - 1;
  out.erase(out.begin(), first);
  return out;
}

Placements::Lying Placements::during(const Span& span) const {
  Lying out;
  const auto bed = beds_.find(span.bed);
  if (bed == beds_.end()) return out;
  if (const Kept& kept = bed->second; !kept.whole && kept.placed.front().at > span.from) return {{}, false, false};
  for (const Placed& placed : bed->second.placed) {
    if (placed.at >= span.to) break;
    if (placed.at <= span.from) {
      out.patient = placed.patient;
    } else if (!(placed.patient == out.patient)) {
      return {{}, true};
    }
  }
  return out;
}

}  // namespace cordon::app
