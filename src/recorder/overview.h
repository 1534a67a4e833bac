// SPDX-License-Identifier: Apache-2.0
// Overview: hours of one bed, as many as a screen can show at a glance: of each channel the lowest and the highest in
// each column of time. Nothing is averaged, so nothing short is lost; where nothing came a column is empty, and where a
// part of it is missing it says so. Not for measuring: that is review.h.
#pragma once

#include <limits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "recorder/review.h"

namespace cordon::recorder {

constexpr std::size_t columns_max = 2000;
/// overview_span_max: four hours of 32 traces at 500 Hz are 922 MB, which are read channel by channel and not kept.
constexpr std::chrono::hours overview_span_max{4};
constexpr std::uint64_t overview_bytes_max = 1ULL << 30U;

/// Column is what one channel had in one column of time.
struct Column {
  enum class Held : std::uint8_t {
    nothing,  // nothing came
    none,     // what came says that there is no value
    part,     // some of it is missing
    whole,
  };
  float low = std::numeric_limits<float>::quiet_NaN();
  float high = std::numeric_limits<float>::quiet_NaN();
  Held held = Held::nothing;
  event::Validity validity = event::Validity::valid;  // the least believable of what is in it
};

struct Lane {
  std::string device;
  event::Channel channel;
  double rate_hz = 0;  // 0: a numeric
  std::vector<Column> columns;
};

/// overview gives the channels of a bed, each with `columns` columns of the same length from wanted.from to wanted.to.
/// A number that no screen would show as one (invalid, being calibrated) is none. Fails as each_track does, and with
/// `limit` for more than overview_span_max, overview_bytes_max or columns_max, or no column.
Result<std::vector<Lane>> overview(const std::string& folder, const Wanted& wanted, std::size_t columns);

/// Heights is how high traces usually are, in their own units, by device and handle.
using Heights = std::map<std::pair<std::string, std::string>, double>;
/// usual_heights gives it for the ten minutes before wanted.from: what a quarter of their columns of three seconds
/// exceeds, so that some minutes of a flat line are not what is usual. Empty where that cannot be read.
Heights usual_heights(const std::string& folder, const Wanted& wanted);

/// to_csv writes "from,to,device,channel,code,label,unit,lowest,highest,held,validity,bed,exported,zone,stay,patient",
/// one line a column that is not empty, as to_csv of review.h does.
std::string to_csv(const std::vector<Lane>& lanes, const Wanted& wanted, const Export& made);

/// word gives "nothing", "none", "part" or "whole".
const char* word(Column::Held held);

}  // namespace cordon::recorder
