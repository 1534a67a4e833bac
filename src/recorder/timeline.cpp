// SPDX-License-Identifier: Apache-2.0
#include "recorder/timeline.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

namespace cordon::recorder {

namespace {

using Seconds = std::chrono::duration<double>;
using Rows = std::span<Row>;

constexpr double as_said = 1;

bool goes_on(const Row& before, const Row& row) {
  return before.first + before.count == row.first;
}

/// Clock gives times after the first row of a run, in seconds.
struct Clock {
  WallTime origin;
  std::uint64_t first;
  double rate_hz;

  double said(std::uint64_t index) const { return static_cast<double>(index - first) / rate_hz; }
  double late(const Row& row) const { return Seconds(row.at - origin).count() - said(row.first); }
};

/// on_time tells whether a row after samples that are missing came when the count says, so that one line holds for
/// both.
bool on_time(const Row& before, const Row& row, double rate_hz) {
  if (row.first < before.first + before.count) return false;
  return std::fabs(Clock{before.at, before.first, rate_hz}.late(row)) < Seconds(gap_min).count();
}

/// follows_gap tells whether a row that goes on in count came after a time without samples.
bool follows_gap(Rows rows, std::size_t i, double rate_hz) {
  const Clock clock{rows[i - 1].at, rows[i - 1].first, rate_hz};
  for (std::size_t j = i; j < rows.size() && rows[j].at - rows[i].at <= late_for; ++j) {
    if (j > i && !goes_on(rows[j - 1], rows[j])) break;
    if (clock.late(rows[j]) <= Seconds(gap_min).count()) return false;
  }
  return true;
}

double earliest(Rows rows, const Clock& clock, const Row** which) {
  double least = std::numeric_limits<double>::infinity();
  for (const Row& row : rows) {
    if (clock.late(row) >= least) continue;
    least = clock.late(row);
    *which = &row;
  }
  return least;
}

/// Line is how the samples of some minutes stand: `late` in the beginning, and by how much more for each second.
struct Line {
  double late = 0;
  double drift = 0;
};

/// line_of goes through the earliest row of the first quarter and that of the last.
Line line_of(Rows rows, const Clock& clock) {
  const Row* early = nullptr;
  const Row* last = nullptr;
  const double least = earliest(rows, clock, &early);
  if (rows.back().at - rows.front().at < line_min || rows.size() < 8) return {least, 0};
  const std::size_t quarter = rows.size() / 4;
  const double begins = earliest(rows.first(quarter), clock, &early);
  const double ends = earliest(rows.last(quarter), clock, &last);
  const double between = clock.said(last->first) - clock.said(early->first);
  const double drift = (ends - begins) / between;
  if (!(std::fabs(drift) < 0.5)) return {least, 0};  // no rate is so far off: something else is wrong
  return {begins - drift * (clock.said(early->first) - clock.said(rows.front().first)), drift};
}

/// Placer puts the rows of one run on the station's time.
class Placer {
 public:
  Placer(Rows run, double rate_hz, std::vector<Track::Piece>& out)
      : clock_{run.front().at, run.front().first, rate_hz}, out_(out) {}

  /// place takes the next rows, which have one rate.
  void place(Rows rows) {
    const Line line = line_of(rows, clock_);
    const Row& last = rows.back();
    const double begins = clock_.said(rows.front().first);
    const double said = clock_.said(last.first + last.count) - begins;
    const double ends = begins + line.late + said * (1 + line.drift);
    const double from = ended_.value_or(begins + line.late);
    const double off = ends - from - said;
    const double spread = std::fabs(off) >= Seconds(off_min).count() ? 1 + off / said : as_said;
    for (Row& row : rows) take(row, from + (clock_.said(row.first) - begins) * spread, spread);
    ended_ = from + said * spread;
  }

 private:
  void take(Row& row, double at, double spread) {
    if (row.samples.empty()) return;
    if (begun_ && out_.back().first + out_.back().samples.size() == row.first && out_.back().validity == row.validity &&
        out_.back().spread == spread) {
      auto& samples = out_.back().samples;
      samples.insert(samples.end(), row.samples.begin(), row.samples.end());
      return;
    }
    begun_ = true;
    out_.push_back(
        {clock_.origin + Micros(std::llround(at * 1e6)), row.first, std::move(row.samples), row.validity, spread});
  }

  Clock clock_;
  std::vector<Track::Piece>& out_;
  std::optional<double> ended_;
  bool begun_ = false;
};

void place_run(Rows run, double rate_hz, std::vector<Track::Piece>& out) {
  Placer placer(run, rate_hz, out);
  const auto parts = static_cast<std::size_t>((run.back().at - run.front().at) / line_max) + 1;
  std::size_t from = 0;
  for (std::size_t part = 1; part <= std::min(parts, run.size()); ++part) {
    const std::size_t to = run.size() * part / std::min(parts, run.size());
    placer.place(run.subspan(from, to - from));
    from = to;
  }
}

}  // namespace

std::vector<Track::Piece> pieces_of(std::vector<Row> rows, double rate_hz) {
  std::vector<Track::Piece> out;
  const Rows all(rows);
  std::size_t from = 0;
  for (std::size_t i = 1; i <= rows.size(); ++i) {
    if (i < rows.size() &&
        (goes_on(rows[i - 1], rows[i]) ? !follows_gap(all, i, rate_hz) : on_time(rows[i - 1], rows[i], rate_hz)))
      continue;
    place_run(all.subspan(from, i - from), rate_hz, out);
    from = i;
  }
  return out;
}

}  // namespace cordon::recorder
