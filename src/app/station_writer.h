// SPDX-License-Identifier: Apache-2.0
// StationWriter makes the station's events durable, on a thread of its own, so that a full or stalled disk holds up
// neither a sound nor a screen. What waits is counted; what was durable is told by its number.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/station_journal.h"
#include "base/queue.h"
#include "logbook/logbook.h"

namespace cordon::app {

/// unwritten_station_max: events that wait for a disk. Each is under 2 KiB: 128 MiB at most, hours of a busy unit.
constexpr std::size_t unwritten_station_max = 65536;
constexpr std::chrono::milliseconds write_again{250};  // after a failure

enum class BookTrouble : std::uint8_t {
  none,
  full,    // the disk is full
  tight,   // the disk was full: the logbook lives on the space that was set aside
  failed,  // the disk, or a patient's key, refuses in another way
};

class StationWriter {
 public:
  /// `written` is told each entry that is durable, as the page has it, on the writer's thread; patients are not in it.
  using Written = std::function<void(std::vector<std::string> entries)>;

  /// `head` is told the logbook's head when entries are durable, and again while it gives false. The writer's thread.
  using Head = std::function<bool(logbook::Head head)>;

  StationWriter(logbook::Logbook book, PatientKeys keys, Written written, Head head = {});

  /// push hands an event over and gives its number, from 1; nothing when there is no room: the event is lost.
  /// One thread.
  std::optional<std::uint64_t> push(event::BedsideEvent event);
  /// durable gives the number up to which every event is on the disk. Any thread.
  std::uint64_t durable() const { return durable_; }
  /// pushed gives the number of the last event that was handed over. The pushing thread.
  std::uint64_t pushed() const { return pushed_; }
  /// waiting counts events that are not durable yet. The pushing thread.
  std::uint64_t waiting() const { return pushed_ - durable_; }
  std::uint64_t lost() const { return lost_; }
  BookTrouble trouble() const { return trouble_; }

  /// run writes until closed and empty, or until stopped.
  void run(const std::stop_token& stop);
  /// close has run end when it has written what waits, or cannot.
  void close() { queue_.close(); }

 private:
  bool draft_more();
  bool commit();
  void note(BookTrouble trouble, const Error* why);
  void tell_head();

  logbook::Logbook book_;
  PatientKeys keys_;
  Written written_;
  Head head_;
  bool head_untold_ = false;
  BoundedQueue<event::BedsideEvent> queue_{unwritten_station_max};
  std::uint64_t pushed_ = 0;  // the pushing thread's
  std::uint64_t lost_ = 0;
  std::atomic<std::uint64_t> durable_{0};
  std::atomic<BookTrouble> trouble_{BookTrouble::none};
  std::deque<event::BedsideEvent> events_;  // the writer's: taken, not durable
  std::vector<logbook::Draft> drafts_;      // of the first of them
  std::size_t draft_bytes_ = 0;
};

}  // namespace cordon::app
