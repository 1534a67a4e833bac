// SPDX-License-Identifier: Apache-2.0
// StationWriter makes the station's events durable, on a thread of its own, so that a full or stalled disk holds up
// neither a sound nor a screen. What waits is counted; what was durable is told by its number. A patient whose key
// cannot be written holds up nothing: the entry says that somebody lies there, and another one who, as soon as it can
// be said.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/station_journal.h"
#include "base/queue.h"
#include "bedside/station.h"
#include "logbook/logbook.h"

namespace cordon::app {

/// unwritten_station_max: events that wait for a disk. Each is under 2 KiB: 128 MiB at most, hours of a busy unit.
constexpr std::size_t unwritten_station_max = 65536;
constexpr std::chrono::milliseconds write_again{250};  // after a failure
constexpr std::chrono::seconds name_again{5};          // after a patient's key could not be written
constexpr std::size_t unnamed_told_max = 4096;

enum class BookTrouble : std::uint8_t {
  none,
  full,     // the disk is full
  tight,    // the disk was full: the logbook lives on the space that was set aside
  failed,   // the disk refuses in another way
  unnamed,  // a patient's key cannot be written: an entry does not say who lies there
  absent,   // there is no logbook in this run
};

class StationWriter {
 public:
  /// `written` is told each entry that is durable, as the page has it, on the writer's thread; patients are not in it.
  using Written = std::function<void(std::vector<std::string> entries)>;

  /// `head` is told the logbook's head when entries are durable, and again while it gives false. The writer's thread.
  using Head = std::function<bool(logbook::Head head)>;

  /// Store is where it writes. Without a book nothing is recorded; without keys no patient is, until `open_keys` gives
  /// some: it is asked again and again.
  struct Store {
    std::optional<logbook::Logbook> book;
    std::optional<PatientKeys> keys;
    std::function<Result<PatientKeys>()> open_keys = {};
  };

  StationWriter(Store store, Written written, Head head = {});

  /// push hands over what one input led to, which is on the disk whole or not at all, and gives the number of its last
  /// event, counted from 1; nothing when there is no room or no book: then all of it is lost. One thread.
  std::optional<std::uint64_t> push(bedside::Events step);
  /// durable gives the number up to which every event is on the disk. Any thread.
  std::uint64_t durable() const { return durable_; }
  /// pushed gives the number of the last event that was handed over. The pushing thread.
  std::uint64_t pushed() const { return pushed_; }
  /// waiting counts events that are not durable yet. The pushing thread.
  std::uint64_t waiting() const { return pushed_ - durable_; }
  std::uint64_t lost() const { return lost_; }
  /// take_unnamed gives the numbers of durable events whose patient is not recorded yet, each once. Ask after
  /// durable().
  std::vector<std::uint64_t> take_unnamed() {
    return unnamed_told_.pop_batch(unnamed_told_max, std::chrono::milliseconds(0));
  }
  BookTrouble trouble() const { return trouble_; }

  /// run writes until closed and empty, or until stopped.
  void run(const std::stop_token& stop);
  /// close has run end when it has written what waits, or cannot.
  void close() { queue_.close(); }

 private:
  /// Pushed is an event, and whether the next one is of the same step.
  struct Pushed {
    event::BedsideEvent event;
    bool more = false;
  };

  void take_more();
  std::size_t batch() const;
  void draft_more();
  logbook::Draft draft(const event::BedsideEvent& event, std::uint64_t number);
  void name_again_if_due();
  bool commit();
  void note(BookTrouble trouble, const Error* why);
  void tell_head();

  Store store_;
  Written written_;
  Head head_;
  bool head_untold_ = false;
  BoundedQueue<Pushed> queue_{unwritten_station_max};
  std::uint64_t pushed_ = 0;  // the pushing thread's
  std::uint64_t lost_ = 0;
  std::atomic<std::uint64_t> durable_{0};
  std::atomic<BookTrouble> trouble_{BookTrouble::none};
  std::deque<Pushed> events_;           // the writer's: taken, not durable
  std::vector<logbook::Draft> drafts_;  // of the first of them
  std::size_t draft_bytes_ = 0;
  std::map<std::string, event::PatientPlaced> unnamed_;  // by bed: who lies there, and the logbook does not say so
  std::vector<std::uint64_t> unnamed_drafts_;            // numbers of events
  BoundedQueue<std::uint64_t> unnamed_told_{unnamed_told_max};
  std::chrono::steady_clock::time_point name_next_;
};

}  // namespace cordon::app
