// SPDX-License-Identifier: Apache-2.0
#include "app/station_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <thread>
#include <utility>

#include "app/say.h"
#include "io/thread_name.h"

namespace cordon::app {

namespace {

constexpr std::chrono::milliseconds queue_wait{100};

bool disk_full(const Error& error) {
  return error.code == ErrorCode::io && (error.offset == ENOSPC || error.offset == EDQUOT);
}

/// without_patient is what goes to every screen at once; who lies where is read with its key.
event::BedsideEvent without_patient(const event::BedsideEvent& event) {
  event::BedsideEvent out = event;
  if (auto* placed = std::get_if<event::PatientPlaced>(&out); placed != nullptr && !placed->patient.empty()) {
    placed->patient = unopened_patient;
  }
  return out;
}

}  // namespace

StationWriter::StationWriter(Store store, Written written, Head head)
    : store_(std::move(store)), written_(std::move(written)), head_(std::move(head)) {
  if (!store_.book) trouble_ = BookTrouble::absent;
}

std::optional<std::uint64_t> StationWriter::push(bedside::Events step) {
  const std::size_t count = step.size();
  std::vector<Pushed> all;
  for (event::BedsideEvent& event : step) all.push_back({std::move(event), all.size() + 1 < count});
  if (!store_.book || !queue_.push_all(std::move(all))) {
    lost_ += count;
    return std::nullopt;
  }
  pushed_ += count;
  return pushed_;
}

void StationWriter::run(const std::stop_token& stop) {
  io::name_thread("logbook");
  while (!stop.stop_requested()) {
    take_more();
    name_again_if_due();
    if (events_.empty()) {
      if (head_untold_) tell_head();
      if (queue_.closed()) return;
      continue;
    }
    draft_more();
    if (commit()) continue;
    if (queue_.closed()) return;  // the end of the process; the disk had its chance
    std::this_thread::sleep_for(write_again);
  }
}

/// take_more takes what was handed over, and the rest of a step of which it has a part.
void StationWriter::take_more() {
  const std::size_t room = logbook::batch_entries_max - std::min(events_.size(), logbook::batch_entries_max);
  const auto take = [&](std::size_t most, std::chrono::milliseconds wait) {
    std::ranges::move(queue_.pop_batch(most, wait), std::back_inserter(events_));
  };
  take(room, events_.empty() ? queue_wait : std::chrono::milliseconds(0));
  while (!events_.empty() && events_.back().more) take(1, std::chrono::milliseconds(0));
}

/// batch gives how many events the next transaction has: what belongs together is in one, where one has room for it.
std::size_t StationWriter::batch() const {
  const std::size_t most = std::min(events_.size(), logbook::batch_entries_max);
  for (std::size_t count = most; count > drafts_.size(); --count) {
    if (!events_[count - 1].more) return count;
  }
  return drafts_.empty() ? most : drafts_.size();
}

/// draft_more makes the drafts of the next transaction.
void StationWriter::draft_more() {
  constexpr std::size_t one_more = logbook::batch_bytes_max - logbook::body_bytes_max;
  for (const std::size_t count = batch(); drafts_.size() < count && draft_bytes_ <= one_more;) {
    logbook::Draft next = draft(events_[drafts_.size()].event, durable_ + drafts_.size() + 1);
    draft_bytes_ += next.body.size();
    drafts_.push_back(std::move(next));
  }
}

/// draft makes one, without the patient where there is no key: then that is owed.
logbook::Draft StationWriter::draft(const event::BedsideEvent& event, std::uint64_t number) {
  PatientKeys* const keys = store_.keys ? &*store_.keys : nullptr;
  const auto* placed = std::get_if<event::PatientPlaced>(&event);
  if (placed != nullptr) unnamed_.erase(placed->bed);
  auto out = draft_of(event, keys);
  if (out) return std::move(*out);
  note(BookTrouble::unnamed, &out.error());
  event::PatientPlaced nobody = std::get<event::PatientPlaced>(event);
  unnamed_[nobody.bed] = nobody;
  unnamed_[nobody.bed].limits_kept.reset();  // said now; limits that are set before the name is recorded stay
  unnamed_drafts_.push_back(number);
  name_next_ = std::chrono::steady_clock::now() + name_again;
  nobody.patient = unrecorded_patient;
  return *draft_of(nobody, keys);  // names nobody, so it needs no key
}

/// name_again_if_due records who lies where the logbook does not say so yet.
void StationWriter::name_again_if_due() {
  const bool due = std::chrono::steady_clock::now() >= name_next_ || queue_.closed();
  if (unnamed_.empty() || !drafts_.empty() || !due) return;
  name_next_ = std::chrono::steady_clock::now() + name_again;
  if (store_.open_keys) {
    auto keys = store_.open_keys();
    if (!store_.keys && keys) store_.keys = std::move(*keys);
  }
  while (!unnamed_.empty()) {
    const event::BedsideEvent event = unnamed_.begin()->second;
    const auto draft = draft_of(event, store_.keys ? &*store_.keys : nullptr);
    if (!draft) return;
    const auto appended = store_.book->append(std::vector{*draft});
    if (!appended) return;  // whoever writes the rest tells it
    unnamed_.erase(unnamed_.begin());
    if (written_) written_({entry_json(appended->first, store_.book->epoch(), without_patient(event))});
    tell_head();
  }
  if (trouble_ == BookTrouble::unnamed) note(BookTrouble::none, nullptr);
}

bool StationWriter::commit() {
  const auto appended = store_.book->append(drafts_);
  if (!appended) {
    note(disk_full(appended.error()) ? BookTrouble::full : BookTrouble::failed, &appended.error());
    return false;
  }
  const logbook::Health health = store_.book->health();
  const bool tight = health.reserve_used && !health.reserve_held && !store_.book->restore_reserve();
  note(tight ? BookTrouble::tight : unnamed_.empty() ? BookTrouble::none : BookTrouble::unnamed, nullptr);
  for (const std::uint64_t number : std::exchange(unnamed_drafts_, {})) unnamed_told_.push(number);
  durable_ += appended->count;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < appended->count; ++i) {
    texts.push_back(
        entry_json(Sequence{appended->first.value + i}, store_.book->epoch(), without_patient(events_[i].event)));
  }
  events_.erase(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(appended->count));
  drafts_.clear();
  draft_bytes_ = 0;
  if (written_) written_(std::move(texts));
  tell_head();
  return true;
}

void StationWriter::tell_head() {
  head_untold_ = head_ && !head_(store_.book->head());
}

void StationWriter::note(BookTrouble trouble, const Error* why) {
  if (trouble_.exchange(trouble) == trouble) return;
  if (trouble == BookTrouble::none) {
    log_line("component=station event=logbook_written_again");
  } else if (why != nullptr) {
    const char* what =
        trouble == BookTrouble::unnamed ? "a patient's key cannot be written" : "the logbook cannot be written";
    log_line(fmt::format("component=station event=trouble why=\"{}\"", sentence_for(*why, what)));
  } else if (trouble == BookTrouble::unnamed) {
    log_line("component=station event=trouble why=\"a patient is not recorded yet\"");
  } else {
    log_line(
        "component=station event=trouble why=\"the disk is full: the logbook lives on the space set aside; free some "
        "space\"");
  }
}

}  // namespace cordon::app
