// SPDX-License-Identifier: Apache-2.0
// StationLoop: the one thread that steps bedside::Station. For each batch of inputs: step; sound and screens are told;
// only then what happened is handed to the writer. Who asked for something is answered when it is durable.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "app/station_seen.h"
#include "app/station_waves.h"
#include "app/station_writer.h"
#include "base/queue.h"
#include "bedside/signal.h"
#include "bedside/station.h"
#include "bedside/view.h"
#include "http/server.h"

namespace cordon::app {

constexpr std::size_t said_max = 8192;         // of gateways, without waves: some KiB each, seconds of a whole unit
constexpr std::size_t waves_said_max = 16384;  // a second of 512 devices with eight traces, every 250 ms
constexpr std::size_t wishes_max = 256;        // of people
constexpr std::size_t looks_max = 8;           // printed lists
constexpr std::size_t marks_max = 1024;        // of what is to be kept; a gateway has one under way for each connection
constexpr std::size_t turn_inputs_max = 1024;  // taken in one turn, so that screens are told in between
constexpr std::chrono::milliseconds turn_wait{20};
constexpr std::chrono::milliseconds tick_period{250};
constexpr std::chrono::milliseconds view_period{200};             // a screen that nothing happens on
constexpr std::chrono::milliseconds urgent_view_period{40};       // one where alarms change: within 50 ms
constexpr std::chrono::milliseconds frame_period{40};             // of waves
constexpr Micros unwritten_told_after = std::chrono::seconds(2);  // then a technical alarm says that nothing is written
constexpr Micros wish_unwritten_after = std::chrono::seconds(5);  // then whoever asked is told that it is not durable
constexpr Micros box_clock_set_min = std::chrono::minutes(1);     // a clock that was set by more than this is told
constexpr Micros lost_told_for = std::chrono::seconds(60);        // after the last message of a device that was lost

/// link_share_max: so much of a queue may be one link's: what one device floods with takes no room from others.
constexpr std::size_t link_share_max = 512;
/// shares_max: links whose numbers are a multiple of this apart share one share.
constexpr std::size_t shares_max = 8192;

/// LinkShares counts what waits of each link. Any thread.
class LinkShares {
 public:
  /// take says whether there is room for one more; link 0 is nobody's and has no bound of its own.
  bool take(std::uint64_t link);
  void give_back(std::uint64_t link);

 private:
  std::array<std::atomic<std::uint32_t>, shares_max> waiting_{};
};

/// StationInbox is what other threads say to the station. push never blocks.
class StationInbox {
 public:
  struct Wish {
    event::BedsideInput input;
    http::Reply reply;
  };

  /// say takes what gateways, sound and recorder say; false for what does not fit, which is counted.
  bool say(event::BedsideInput input);
  /// ask takes a person's wish; false when it does not fit.
  bool ask(Wish wish) { return wishes_.push(std::move(wish)); }
  /// Look sees the station as it is, on its thread, and must not keep it waiting.
  using Look = std::function<void(const bedside::Station& station, WallTime now)>;
  /// look has the station seen in its next turn; false when too many look.
  bool look(Look look) { return looks_.push(std::move(look)); }
  /// record takes what people at the door did; false when it cannot be taken now.
  bool record(event::BedsideInput input) { return said_.push(std::move(input)); }

  /// kept gives a mark that becomes true when what came of all that was said before is durable; null when too many
  /// wait.
  std::shared_ptr<const std::atomic<bool>> kept();

  std::uint64_t lost() const { return lost_; }  // of everything but waves
  std::uint64_t waves_lost() const { return waves_lost_; }

 private:
  friend class StationLoop;
  /// Line is one queue with its shares.
  struct Line {
    explicit Line(std::size_t items_max) : queue(items_max) {}
    bool push(event::BedsideInput input);
    std::vector<event::BedsideInput> pop(std::size_t items_max, std::chrono::milliseconds wait);
    BoundedQueue<event::BedsideInput> queue;
    LinkShares shares;
  };
  Line said_{said_max};
  Line waves_{waves_said_max};
  BoundedQueue<Wish> wishes_{wishes_max};
  BoundedQueue<Look> looks_{looks_max};
  BoundedQueue<std::shared_ptr<std::atomic<bool>>> marks_{marks_max};
  std::atomic<std::uint64_t> lost_{0};
  std::atomic<std::uint64_t> waves_lost_{0};
};

/// StationHooks are parts of the station on threads of their own: the loudspeaker, the recorder. None may wait; an
/// empty one is a part that this box does not have.
struct StationHooks {
  /// signal is told what sounds now, each turn, on the station's thread.
  std::function<void(const bedside::Signal& signal, WallTime now)> signal;
  /// rest says that signals end, because the end was asked for.
  std::function<void()> rest;
  /// heard is told every input whose device stands at a bed, of its values those that the station took, on the
  /// station's thread.
  std::function<void(const event::BedsideInput& input, const event::DeviceIdentity& device, const std::string& bed)>
      heard;
  /// happened is told every event, on the station's thread.
  std::function<void(const event::BedsideEvent& event)> happened;
  /// test_sound sounds once for a person, on the server's thread; what comes of it is said as SoundChanged with `by`.
  std::function<void(const std::string& by)> test_sound;
  /// fetch answers questions about what was recorded, on the server's thread (Callbacks::fetch).
  std::function<bool(const http::Get& get, const http::Reply& reply)> fetch;
};

class StationLoop {
 public:
  struct Options {
    bedside::ViewOptions view;
    std::string box;
    std::string version;
    SeenKey seen_key{};
    std::function<WallTime()> now;        // StationClock
    std::function<Micros()> box_ahead{};  // likewise; nothing: it is not looked at
    std::function<void(std::string json, bool urgent)> show;
    std::function<void(std::string frame)> show_waves;
    StationHooks hooks;
  };

  StationLoop(Options options, bedside::Station station, StationInbox& inbox, StationWriter& writer);

  /// begin records that the station started, and tells the first view.
  void begin(const event::StationStarted& started);
  /// turn waits up to turn_wait for something to do, and does it.
  void turn();
  /// finish answers whoever still waits.
  void finish();

 private:
  struct Asked {
    std::uint64_t number = 0;  // of the event that has to be durable
    WallTime at;
    http::Reply reply;
  };

  struct Mark {
    std::uint64_t number = 0;  // of the event up to which all has to be durable
    std::shared_ptr<std::atomic<bool>> kept;
  };

  void take(const event::BedsideInput& input);
  bool take_said();
  void note_marks();
  void keep_marks();
  void grant(StationInbox::Wish wish);
  void pass_on(const event::BedsideInput& input);
  void show_wave(const event::WaveHeard& wave, const bedside::Link& link);
  void tick(WallTime now);
  void look_at_box_clock(WallTime now);
  void tell(WallTime now);
  void record();
  void answer(WallTime now);
  std::string trouble_of(WallTime now);
  std::string view(WallTime now) const;

  Options options_;
  bedside::Station station_;
  Seen seen_;
  StationInbox& inbox_;
  StationWriter& writer_;
  WavePacker waves_;
  std::vector<bedside::Events> happened_;  // of this turn, what each input led to, not handed over yet
  std::vector<Asked> granted_;             // of this turn: number counts within happened_
  std::deque<Asked> asked_;
  std::vector<std::shared_ptr<std::atomic<bool>>> marks_;  // what was said before them may wait in the inbox
  std::deque<Mark> marked_;
  bool unwritten_ = false;           // an event of this turn found no room
  std::set<std::uint64_t> unnamed_;  // events that are durable without their patient
  WallTime next_tick_;
  WallTime next_view_;
  WallTime next_urgent_view_;
  WallTime next_frame_;
  std::optional<WallTime> unwritten_since_;
  std::uint64_t durable_seen_ = 0;
  std::uint64_t lost_seen_ = 0;
  std::optional<WallTime> lost_at_;
  Micros box_ahead_{};  // as it is told
  bool urgent_ = false;
};

}  // namespace cordon::app
