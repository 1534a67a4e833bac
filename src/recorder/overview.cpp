// SPDX-License-Identifier: Apache-2.0
#include "recorder/overview.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "event/bedside_json.h"
#include "recorder/timeline.h"

namespace cordon::recorder {

namespace {

using event::Validity;
using Seconds = std::chrono::duration<double>;
using Held = Column::Held;

/// Grid is how a span is cut into columns.
struct Grid {
  WallTime from;
  double width;  // of a column, in seconds
  std::size_t columns;

  double place(WallTime at) const { return Seconds(at - from).count() / width; }
  WallTime begin(std::size_t column) const {
    return from + Micros(std::llround(static_cast<double>(column) * width * 1e6));
  }
};

Grid grid_of(const Wanted& wanted, std::size_t columns) {
  return {wanted.from, Seconds(wanted.to - wanted.from).count() / static_cast<double>(columns), columns};
}

int doubt_of(Validity validity) {
  switch (validity) {
    case Validity::valid:
      return 0;
    case Validity::unconfirmed:
      return 1;
    case Validity::questionable:
      return 2;
    case Validity::calibrating:
      return 3;
    case Validity::missing:
      return 4;
    case Validity::invalid:
      return 5;
    case Validity::demo:
      return 6;
  }
  return 6;
}

/// is_shown tells whether a number of this validity is one on any screen.
bool is_shown(Validity validity) {
  return validity == Validity::valid || validity == Validity::unconfirmed || validity == Validity::questionable ||
         validity == Validity::demo;
}

void add(Column& column, float value, Validity validity) {
  if (!(column.low <= value)) column.low = value;
  if (!(column.high >= value)) column.high = value;
  if (doubt_of(validity) > doubt_of(column.validity)) column.validity = validity;
}

void add_values(const std::vector<Track::Value>& values, const Grid& grid, std::vector<Column>& columns) {
  for (const Track::Value& value : values) {
    const double place = grid.place(value.at);
    if (!(place >= 0) || place >= static_cast<double>(grid.columns)) continue;
    Column& column = columns[static_cast<std::size_t>(place)];
    const bool none = !std::isfinite(value.value) || !is_shown(value.validity);
    if (!none) add(column, static_cast<float>(value.value), value.validity);
    const Held now = none ? Held::none : Held::whole;
    column.held = column.held == Held::nothing || column.held == now ? now : Held::part;
  }
}

/// add_pieces puts each sample into its column; one that holds samples for all of its time, but for less than off_min,
/// is whole.
void add_pieces(const Track& track, const Grid& grid, std::vector<Column>& columns) {
  std::vector<double> held(grid.columns, 0);  // seconds
  for (const Track::Piece& piece : track.pieces) {
    const double each = 1 / track.rate_of(piece);
    const double step = each / grid.width;
    const double begin = grid.place(piece.at);
    const auto all = static_cast<double>(grid.columns);
    // One that is rarer than the columns holds until the next. A device may state any rate.
    const bool rare = step > 1;
    const double before = begin < 0 ? -begin / step : 0;
    const double skipped =
        std::min(rare ? std::floor(before) : std::ceil(before), static_cast<double>(piece.samples.size()));
    for (auto i = static_cast<std::size_t>(skipped); i < piece.samples.size(); ++i) {
      const double place = begin + static_cast<double>(i) * step;
      if (place >= all) break;
      const auto at = static_cast<std::size_t>(std::max(0.0, place));
      const std::size_t next = rare ? static_cast<std::size_t>(std::ceil(std::clamp(place + step, 0.0, all))) : at + 1;
      for (std::size_t c = at; c < next; ++c) {
        Column& column = columns[c];
        if (column.held == Held::nothing) column.held = Held::none;
        const float sample = piece.samples[i];
        if (!std::isfinite(sample)) continue;
        add(column, sample, piece.validity);
        column.held = Held::part;
        held[c] += each;
      }
    }
  }
  for (std::size_t i = 0; i < grid.columns; ++i) {
    const bool whole = grid.width - held[i] < std::max(Seconds(off_min).count(), 1.5 / track.rate_hz);
    if (columns[i].held == Held::part && whole) columns[i].held = Held::whole;
  }
}

}  // namespace

Result<std::vector<Lane>> overview(const std::string& folder, const Wanted& wanted, std::size_t columns) {
  if (columns == 0 || columns > columns_max) return fail(ErrorCode::limit, "columns of an overview");
  if (wanted.to - wanted.from > overview_span_max) return fail(ErrorCode::limit, "span of an overview");
  const Grid grid = grid_of(wanted, columns);
  std::vector<Lane> out;
  CORDON_TRY_VOID(each_track(folder, wanted, overview_bytes_max, [&](Track&& track) {
    Lane lane{track.device, track.channel, track.rate_hz, std::vector<Column>(columns)};
    if (track.rate_hz > 0) {
      add_pieces(track, grid, lane.columns);
    } else {
      add_values(track.values, grid, lane.columns);
    }
    const bool any = std::ranges::any_of(lane.columns, [](const Column& c) { return c.held != Held::nothing; });
    if (any) out.push_back(std::move(lane));
  }));
  return out;
}

Heights usual_heights(const std::string& folder, const Wanted& wanted) {
  constexpr std::size_t columns = 200;
  const auto lanes = overview(
      folder, {wanted.bed, wanted.from - std::chrono::minutes(10), wanted.from, true, wanted.unwanted}, columns);
  Heights out;
  if (!lanes) return out;
  for (const Lane& lane : *lanes) {
    std::vector<double> heights;
    for (const Column& column : lane.columns) {
      if (column.high > column.low)
        heights.push_back(static_cast<double>(column.high) - static_cast<double>(column.low));
    }
    if (lane.rate_hz <= 0 || heights.empty()) continue;
    std::ranges::sort(heights);
    out[{lane.device, lane.channel.handle}] = heights[heights.size() * 3 / 4];
  }
  return out;
}

const char* word(Column::Held held) {
  constexpr const char* words[] = {"nothing", "none", "part", "whole"};
  return words[static_cast<std::size_t>(held)];
}

std::string to_csv(const std::vector<Lane>& lanes, const Wanted& wanted, const Export& made) {
  std::string out =
      "from,to,device,channel,code,label,unit,lowest,highest,held,validity,bed,exported,zone,stay,patient\n";
  LineEnds ends(made);
  for (const Lane& lane : lanes) {
    const event::Channel& c = lane.channel;
    const std::string names =
        fmt::format("{},{},{},{},{}", quoted(lane.device), quoted(c.handle), c.code, quoted(c.label), quoted(c.unit));
    const Grid grid = grid_of(wanted, lane.columns.size());
    for (std::size_t i = 0; i < lane.columns.size(); ++i) {
      const Column& column = lane.columns[i];
      if (column.held == Held::nothing) continue;
      const bool none = column.held == Held::none;
      fmt::format_to(std::back_inserter(out), "{},{},{},", to_iso(grid.begin(i)), to_iso(grid.begin(i + 1)), names);
      if (!none) fmt::format_to(std::back_inserter(out), "{},{}", column.low, column.high);
      if (none) out += ',';
      fmt::format_to(std::back_inserter(out), ",{},{}", word(column.held),
                     event::word(none ? Validity::missing : column.validity));
      out += ends.of(grid.begin(i), grid.begin(i + 1));
    }
  }
  return out;
}

}  // namespace cordon::recorder
