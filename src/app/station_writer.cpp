// SPDX-License-Identifier: Apache-2.0
#include "app/station_writer.h"

#include <fmt/format.h>

#include <cerrno>
#include <thread>

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

StationWriter::StationWriter(logbook::Logbook book, PatientKeys keys, Written written, Head head)
    : book_(std::move(book)), keys_(std::move(keys)), written_(std::move(written)), head_(std::move(head)) {}

std::optional<std::uint64_t> StationWriter::push(event::BedsideEvent event) {
  if (!queue_.push(std::move(event))) {
    ++lost_;
    return std::nullopt;
  }
  return ++pushed_;
}

void StationWriter::run(const std::stop_token& stop) {
  io::name_thread("logbook");
  while (!stop.stop_requested()) {
    const std::size_t room = logbook::batch_entries_max - std::min(events_.size(), logbook::batch_entries_max);
    for (event::BedsideEvent& event :
         queue_.pop_batch(room, events_.empty() ? queue_wait : std::chrono::milliseconds(0))) {
      events_.push_back(std::move(event));
    }
    if (events_.empty()) {
      if (head_untold_) tell_head();
      if (queue_.closed()) return;
      continue;
    }
    if (draft_more() && commit()) continue;
    if (queue_.closed()) return;  // the end of the process; the disk had its chance
    std::this_thread::sleep_for(write_again);
  }
}

/// draft_more makes the drafts of the next transaction; false when none could be made.
bool StationWriter::draft_more() {
  while (drafts_.size() < events_.size() && drafts_.size() < logbook::batch_entries_max) {
    auto draft = draft_of(events_[drafts_.size()], keys_);
    if (!draft) {
      note(disk_full(draft.error()) ? BookTrouble::full : BookTrouble::failed, &draft.error());
      break;
    }
    if (!drafts_.empty() && draft_bytes_ + draft->body.size() > logbook::batch_bytes_max) break;
    draft_bytes_ += draft->body.size();
    drafts_.push_back(std::move(*draft));
  }
  return !drafts_.empty();
}

bool StationWriter::commit() {
  const auto appended = book_.append(drafts_);
  if (!appended) {
    note(disk_full(appended.error()) ? BookTrouble::full : BookTrouble::failed, &appended.error());
    return false;
  }
  const logbook::Health health = book_.health();
  const bool tight = health.reserve_used && !health.reserve_held && !book_.restore_reserve();
  note(tight ? BookTrouble::tight : BookTrouble::none, nullptr);
  durable_ += appended->count;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < appended->count; ++i) {
    texts.push_back(entry_json(Sequence{appended->first.value + i}, book_.epoch(), without_patient(events_[i])));
  }
  events_.erase(events_.begin(), events_.begin() + static_cast<std::ptrdiff_t>(appended->count));
  drafts_.clear();
  draft_bytes_ = 0;
  if (written_) written_(std::move(texts));
  tell_head();
  return true;
}

void StationWriter::tell_head() {
  head_untold_ = head_ && !head_(book_.head());
}

void StationWriter::note(BookTrouble trouble, const Error* why) {
  if (trouble_.exchange(trouble) == trouble) return;
  if (trouble == BookTrouble::none) {
    log_line("component=station event=logbook_written_again");
  } else if (why != nullptr) {
    log_line(
        fmt::format("component=station event=trouble why=\"{}\"", sentence_for(*why, "the logbook cannot be written")));
  } else {
    log_line(
        "component=station event=trouble why=\"the disk is full: the logbook lives on the space set aside; free some "
        "space\"");
  }
}

}  // namespace cordon::app
