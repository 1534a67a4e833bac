// SPDX-License-Identifier: Apache-2.0
// StationReader answers questions about the logbook on a thread of its own, so that a disk that stands still holds up
// the page of the logbook and no other.
#pragma once

#include <optional>
#include <stop_token>

#include "app/station_journal.h"
#include "base/queue.h"
#include "http/server.h"
#include "http/rules.h"

namespace cordon::app {

constexpr std::size_t log_questions_max = 64;

class StationReader {
 public:
  /// Without keys nobody is named; without a book there is no entry.
  StationReader(std::optional<logbook::Reader> book, std::optional<PatientKeys> keys);

  /// take takes GET /api/log; false for any other path (Callbacks::fetch).
  bool take(const http::Get& get, const http::Reply& reply);
  /// run answers until stopped.
  void run(const std::stop_token& stop);
  void close() { questions_.close(); }

 private:
  struct Question {
    http::LogPage page;
    http::Reply reply;
  };

  std::optional<logbook::Reader> book_;
  std::optional<PatientKeys> keys_;
  BoundedQueue<Question> questions_{log_questions_max};
};

}  // namespace cordon::app
