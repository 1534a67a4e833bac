// SPDX-License-Identifier: Apache-2.0
// StationPaper: the printed list of the unit (GET /api/station/list.pdf), drawn on a thread of its own; and what every
// paper of the station asks: who prints it, in which language, at which clock. Paper names patients by both identifiers
// whatever [unit] names says, so only who may attend to patients gets it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "app/station_loop.h"
#include "base/queue.h"
#include "bedside/station.h"
#include "http/server.h"
#include "report/unit_list.h"

namespace cordon::app {

constexpr std::size_t papers_waiting_max = 8;

/// paper_asked reads "lang=fr|en", "who=" (initials) and "zone=" (minutes east of UTC, as the asking screen has it) of
/// a question, each of them optional. Nothing for who may not attend to patients.
std::optional<report::Made> paper_asked(const http::Get& get, WallTime now);

/// value_place orders values as the tiles do: rate, saturation, pressures, breath, temperature; then the rest.
std::size_t value_place(std::uint32_t code);

/// unit_list_of is what the paper says of the station as it is.
report::UnitList unit_list_of(const bedside::Station& station, report::UnitList empty);

class StationPaper {
 public:
  struct Options {
    std::string hospital;
    std::string unit;
  };
  StationPaper(Options options, StationInbox& inbox) : options_(std::move(options)), inbox_(inbox) {}

  /// take takes GET /api/station/list.pdf; false for any other path (Callbacks::fetch).
  bool take(const http::Get& get, const http::Reply& reply);
  /// run draws until stopped.
  void run(const std::stop_token& stop);
  void close() { jobs_.close(); }

 private:
  struct Job {
    report::UnitList list;
    http::Reply reply;
  };

  Options options_;
  StationInbox& inbox_;
  BoundedQueue<Job> jobs_{papers_waiting_max};
};

}  // namespace cordon::app
