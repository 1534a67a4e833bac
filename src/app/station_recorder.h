// SPDX-License-Identifier: Apache-2.0
// StationRecorder: the recorder on a thread of its own, and the answers about what it kept (GET /api/station/review,
// export.csv, strip.pdf) on another: a disk that stands still holds up neither the station nor the screens.
#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <variant>

#include "app/station_past.h"
#include "base/queue.h"
#include "bedside/view.h"
#include "event/bedside.h"
#include "http/server.h"
#include "logbook/logbook.h"
#include "recorder/recorder.h"
#include "recorder/review.h"

namespace cordon::app {

constexpr std::size_t pieces_waiting_max = 65'536;  // of 64 beds, half a minute
constexpr std::size_t questions_waiting_max = 16;
constexpr std::chrono::milliseconds record_period{1000};
constexpr std::size_t placements_waiting_max = 4096;  // of people, who are slower
constexpr std::size_t devices_told_max = 64;          // in a second, of which something was not recorded

class StationRecorder {
 public:
  struct Options {
    recorder::Options recorder;
    std::string hospital;  // on the strip's paper
    std::string unit;
    std::string book_path;  // of the station's logbook, for the alarms of a review
    Placements placements;  // until now
    bedside::Names names = bedside::Names::full;
    std::function<WallTime()> now;
    std::function<void(event::BedsideInput)> say;
  };
  /// open fails as recorder::Recorder::open does.
  static Result<std::unique_ptr<StationRecorder>> open(Options options);
  ~StationRecorder();

  /// heard keeps what was said at a bed; on the station's thread, never waits. Of what does not fit the device is told.
  void heard(const event::BedsideInput& input, const event::DeviceIdentity& device, const std::string& bed);
  /// happened keeps who was put into which bed; on the station's thread, never waits.
  void happened(const event::BedsideEvent& event);
  /// take takes a question about what was recorded; false for any other path (Callbacks::fetch).
  bool take(const http::Get& get, const http::Reply& reply);

 private:
  struct Piece {
    std::string bed;
    std::string device;
    std::variant<event::NumericsHeard, event::WaveHeard> said;
  };
  struct Question {
    http::Get get;
    http::Reply reply;
  };
  StationRecorder(Options options, recorder::Recorder recorder);
  void record(const std::stop_token& stop);
  void tell_unkept();
  void answer(const std::stop_token& stop);
  void note_placements();
  http::Answer answer_to(const http::Get& get) const;
  std::vector<Placements::Stay> stays(const recorder::Wanted& wanted) const;
  void add_stays(const recorder::Wanted& wanted, nlohmann::json& out) const;
  recorder::Export exported(const recorder::Wanted& wanted) const;
  /// overview answers for a span in columns (recorder/overview.h).
  http::Answer overview(const http::Get& get, const recorder::Wanted& wanted, std::size_t columns) const;
  http::Answer review_json(const recorder::Wanted& wanted, const std::vector<recorder::Track>& tracks) const;
  http::Answer strip(const http::Get& get, const recorder::Wanted& wanted, std::vector<recorder::Track> tracks) const;

  Options options_;
  recorder::Recorder recorder_;  // the recording thread's own
  BoundedQueue<Piece> pieces_{pieces_waiting_max};
  BoundedQueue<Question> questions_{questions_waiting_max};
  BoundedQueue<event::PatientPlaced> placed_{placements_waiting_max};
  std::atomic<bool> placements_lost_{false};             // then no strip names anybody
  BoundedQueue<std::string> unheard_{devices_told_max};  // devices of which a piece found no room
  std::jthread recording_;
  std::jthread answering_;
};

}  // namespace cordon::app
