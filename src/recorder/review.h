// SPDX-License-Identifier: Apache-2.0
// Review: what was recorded at one bed, between two times. It reads beside the writer and writes nothing.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "event/bedside.h"
#include "sqlite/sqlite.h"

namespace cordon::recorder {

/// review_bytes_max bounds one answer: ten minutes of eight traces at 500 Hz are 10 MB.
constexpr std::size_t review_bytes_max = 64U << 20U;

struct Wanted {
  std::string bed;
  WallTime from;
  WallTime to;  // not included
  bool waves = true;
  std::function<bool()> unwanted = {};  // asked between rows: nobody waits for it any more; empty: somebody does
};

struct Track {
  std::string device;
  event::Channel channel;
  double rate_hz = 0;  // 0: a numeric
  struct Value {
    WallTime at;
    double value = 0;  // not a number: there was none
    event::Validity validity = event::Validity::valid;
    std::optional<WallTime> measured{};  // where the device says so
  };
  std::vector<Value> values;
  /// Piece is an unbroken stretch of samples of one validity; not a number: no sample.
  struct Piece {
    WallTime at;  // of the first sample
    std::uint64_t first = 0;
    std::vector<float> samples;
    event::Validity validity = event::Validity::valid;
    double spread = 1;  // how much further apart than its rate says the samples came (timeline.h)
  };
  /// rate_of gives how many samples of a piece came in a second.
  double rate_of(const Piece& piece) const { return rate_hz / piece.spread; }
  std::vector<Piece> pieces;
};

/// each_track gives every channel of a bed with something to show, one after another, by device and handle; it holds
/// one at a time. At most `bytes_max` are read. What was stored at once is joined (timeline.h), and is in it when it
/// came before `to` and ends after `from`. Fails with `limit`, `malformed` for a damaged file, `timeout` when it is
/// unwanted, `io`.
Result<void> each_track(const std::string& folder, const Wanted& wanted, std::uint64_t bytes_max,
                        const std::function<void(Track&&)>& take);

/// review gives all of each_track. Fails as it does; with `limit` when it is more than review_bytes_max (ask for less).
Result<std::vector<Track>> review(const std::string& folder, const Wanted& wanted);

/// Stay is whose a bed's data are from a time on: `number` tells one from another, `patient` says who, as far as the
/// hospital has the screens say it; empty: nobody was recorded.
struct Stay {
  WallTime from;
  std::string number;
  std::string patient;
};

/// Export is what each line of a table says of the table itself, and whose it is.
struct Export {
  std::string bed;
  WallTime at;  // when it was made
  std::vector<Stay> stays{};
};

/// to_csv writes "time,device,channel,code,label,unit,value,validity,measured,bed,exported,zone,stay,patient", one line
/// a value or sample, times in UTC with microseconds (zone says so), text quoted where it must be and never beginning a
/// formula.
std::string to_csv(const std::vector<Track>& tracks, const Export& made);

/// LineEnds writes the last five fields of a line, each after a comma, and ends it.
class LineEnds {
 public:
  explicit LineEnds(const Export& made);
  /// of gives those of a line about the time from `from` until `to`, which is not included; of several stays, each.
  const std::string& of(WallTime from, WallTime to);

 private:
  std::string same_;
  std::vector<Stay> stays_;
  std::size_t first_ = 0, last_ = 0;  // of the stays in line_
  std::string line_;
};

/// quoted writes a field of it.
std::string quoted(const std::string& text);

}  // namespace cordon::recorder
