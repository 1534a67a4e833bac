// SPDX-License-Identifier: Apache-2.0
// Recording: what was measured at a real bed, as PhysioNet gives it away: a record of the WFDB formats 16 and 212. It
// is read where it lies and never copied. Played, its end is followed by its beginning.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "body.h"

namespace cordon::lab {

/// Recorded is one signal of a record, in the unit of its header.
struct Recorded {
  std::string label;  // "II", "ABP"
  double rate_hz = 0;
  double step = 0;  // what one count of its converter is
  Range range{};
  std::vector<float> samples;  // NaN: not recorded

  /// at gives the sample of a tick of body_rate_hz. A rate that divides it or is divided by it gives its own samples;
  /// between two samples the straight line; nothing is filtered.
  double at(std::uint64_t tick) const;
};

class Recording {
 public:
  /// open reads NAME.hea and the one file of samples that it names, beside it. `io` where one is missing, `unsupported`
  /// for another format or several files, `malformed` where header, length or a signal's checksum do not fit, `limit`
  /// for more than record_bytes_max or record_ticks_max.
  static Result<std::shared_ptr<const Recording>> open(const std::filesystem::path& header);

  const std::string& name() const { return name_; }
  /// trace gives the first signal of that kind, null where the record has none.
  const Recorded* trace(Trace kind) const;
  std::uint64_t ticks() const { return ticks_; }
  /// numbers are what the signals of the seconds before this tick give; NaN: nothing.
  const Numbers& numbers(std::uint64_t tick) const;

 private:
  void count();

  std::string name_;
  std::vector<Recorded> signals_;
  std::array<std::optional<std::size_t>, trace_kinds> kinds_{};
  std::uint64_t ticks_ = 0;
  std::vector<Numbers> numbers_;  // of each second
};

constexpr std::size_t record_bytes_max = std::size_t{16} << 20U;
/// record_ticks_max is four hours at body_rate_hz: what is counted of a signal takes 8 bytes a tick, however few it has.
constexpr std::uint64_t record_ticks_max = 4'000'000;

/// beats_of gives the ticks at which the slopes of an ECG are steepest, once a beat.
std::vector<std::size_t> beats_of(std::span<const double> ecg);
/// breaths_of gives the ticks at which a trace of the lungs rises through its own mean.
std::vector<std::size_t> breaths_of(std::span<const double> trace);

}  // namespace cordon::lab
