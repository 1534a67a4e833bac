// SPDX-License-Identifier: Apache-2.0
// Strip: recorded traces and values of one bed on paper, as a monitor prints them: 25 mm/s, ECG at 10 mm/mV, on a
// millimetre grid. A4 across, as PDF.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "recorder/review.h"

namespace cordon::report {

/// strip_max bounds what one strip shows: six sheets of two rows each.
constexpr auto strip_max = std::chrono::seconds(120);
constexpr std::size_t strip_traces_max = 4;

enum class Language : std::uint8_t { french, english };

struct StripRequest {
  std::string hospital;
  std::string unit;
  std::string bed;
  std::string patient;  // as it is to be printed; empty: not named
  WallTime from;
  Micros span = std::chrono::seconds(10);  // at most strip_max
  Language language = Language::french;
  std::vector<recorder::Track> tracks;  // what is printed: the first strip_traces_max waves, and all numerics at `from`
};

/// strip_pdf gives the bytes of the PDF. Where samples are missing the line is missing. What is invalid is not printed
/// as a number; what is doubtful, of a demonstration or old is marked as such, and a trace that is not valid is broken
/// and named. A unit that is not mV is scaled to its extremes, which are printed beside it. Times are UTC and say so.
/// Fails with `limit` over strip_max, `io` when the drawing library fails.
Result<std::string> strip_pdf(const StripRequest& request);

}  // namespace cordon::report
