// SPDX-License-Identifier: Apache-2.0
// Recorder: numerics and waves on disk, one SQLite file an hour, committed once a second, bounded by days and by bytes.
// The hour being written is never given up. Where room is needed, hours of the future go first (the clock is, or was,
// wrong), then the oldest; hours of the future never go by their age, since it is the clock of now that may be wrong,
// and they last night's record. It loses at most what came since the last commit. Not for alarms and people's deeds:
// those are the logbook's. Reading is review.h.
//
//   channel(id, bed, device, handle, code, label, unit, rate)     rate 0: a numeric
//   numeric(channel, at, value, validity, measured)                at: microseconds since 1970; value null: none;
//                                                                  measured: when, null where the device does not say
//   wave(channel, at, first, rate, samples, validity)              at: of the first sample; samples: float32,
//                                                                  little-endian
// Hours of the first version have neither `measured` nor a wave's validity (null: valid); the columns are added to one
// that is written on.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/time.h"
#include "event/bedside.h"
#include "sqlite/sqlite.h"

namespace cordon::recorder {

/// pending_bytes_max bounds what waits for a disk that takes nothing; beyond it the newest is not recorded, and
/// counted.
constexpr std::size_t pending_bytes_max = 32U << 20U;
constexpr std::size_t channels_per_hour_max = 16'384;
/// What one device may have, so that it takes no room from another's: channels and bytes of an hour (32 traces of 500
/// Hz are 230 MB), bytes that wait.
constexpr std::size_t channels_per_device_max = 512;
constexpr std::uint64_t device_hour_bytes_max = 256ULL << 20U;
constexpr std::size_t device_pending_bytes_max = 2U << 20U;
constexpr std::size_t chunk_bytes_max = 1U << 20U;  // of one wave in one second
/// waiting_for_space_max bounds what waits while the disk is too full, so that it fits when there is room again.
constexpr std::size_t waiting_for_space_max = 4U << 20U;

struct Options {
  std::string folder;  // must exist
  std::chrono::hours keep{72};
  std::uint64_t bytes_max = 16ULL << 30U;
  /// free_bytes_min of the disk are the logbook's: twice what it sets aside, so that what it frees for itself on a full
  /// disk is never taken by a trace, and can be set aside anew.
  std::uint64_t free_bytes_min = 32ULL << 20U;
};

/// Health is what the screens say of the recorder.
struct Health {
  std::string trouble;     // why it does not record; empty: it does
  std::uint64_t lost = 0;  // values and chunks that were not recorded since the start
  std::uint64_t bytes = 0;
  WallTime oldest;  // the beginning of the oldest hour that is kept
};

class Recorder {
 public:
  /// open makes nothing yet: a folder that cannot be written is told by commit. Fails with `io` when it is not there.
  static Result<Recorder> open(Options options);

  /// note keeps what was said at a bed until the next commit. What is not numbers (NaN, missing) is kept as such.
  void note(const std::string& bed, const std::string& device, const event::NumericsHeard& heard);
  void note(const std::string& bed, const std::string& device, const event::WaveHeard& heard);

  /// commit writes durably all that was noted; call it once a second. When less than free_bytes_min of the disk would
  /// be left, hours are given up if there are enough to make room; else no hour is, nothing is written, what was noted
  /// waits and health() says why, as where it fails otherwise.
  void commit(WallTime now);

  const Health& health() const { return health_; }
  /// take_unkept gives the devices of which something was not recorded since it was last called.
  std::set<std::string> take_unkept() { return std::exchange(unkept_, {}); }

 private:
  struct Key {
    std::string bed, device, handle;
    auto operator<=>(const Key&) const = default;
  };
  /// Chunk is one channel since the last commit.
  struct Chunk {
    event::Channel channel;
    double rate = 0;
    struct Value {
      WallTime at;
      double value;
      event::Validity validity;
      std::optional<WallTime> measured;
    };
    std::vector<Value> values;
    struct Samples {
      WallTime at;
      std::uint64_t first;
      std::vector<float> samples;
      event::Validity validity;
    };
    std::vector<Samples> samples;
  };
  struct Hour {
    std::string path;
    sqlite::Database db;
    sqlite::Statement channel, numeric, wave;
    std::map<Key, std::int64_t> channels;
    std::map<std::string, std::size_t> channels_of;  // by device
  };

  /// Use is what one device takes.
  struct Use {
    std::int64_t hour = 0;  // since 1970
    std::uint64_t hour_bytes = 0;
    std::size_t pending_bytes = 0;
  };

  explicit Recorder(Options options) : options_(std::move(options)) {}
  /// Place is where a channel belongs, and when it was heard.
  struct Place {
    const std::string& bed;
    const std::string& device;
    WallTime at;
  };
  Chunk* chunk_of(const Place& place, const event::Channel& channel, double rate, std::size_t bytes);
  bool may_take(const Place& place, std::size_t bytes);
  void lose(const std::string& device);
  Result<void> open_hour(const std::string& path);
  Result<void> write(const std::string& path);
  Result<std::int64_t> channel_of(const Key& key, const Chunk& chunk);
  void make_room(WallTime now);
  bool has_space(WallTime now);
  /// hours_to_give_up lists all but the hour of `now`, in the order in which they may go.
  std::vector<std::string> hours_to_give_up(WallTime now) const;

  Options options_;
  Health health_;
  Hour hour_;
  std::map<Key, Chunk> pending_;
  std::size_t pending_bytes_ = 0;
  std::map<std::string, Use> uses_;  // by device
  std::set<std::string> unkept_;
  WallTime looked_;   // when the folder was last counted
  WallTime gave_up_;  // when hours last went for space
  bool lacks_space_ = false;
};

/// hour_path gives the file that a time is recorded in: FOLDER/2022-12-03T21.rec
std::string hour_path(const std::string& folder, WallTime at);
/// hours_in lists the recorded hours of a folder, oldest first.
std::vector<std::string> hours_in(const std::string& folder);
/// hour_of is the inverse of hour_path; the epoch for any other name.
WallTime hour_of(const std::string& path);

}  // namespace cordon::recorder
