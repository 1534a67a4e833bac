// SPDX-License-Identifier: Apache-2.0
// Strip: recorded traces and values of one bed on paper, as a monitor prints them: 25 mm/s, ECG at 10 mm/mV, on a
// millimetre grid. A4 across, as PDF.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "recorder/overview.h"
#include "recorder/review.h"
#include "report/paper.h"

namespace cordon::report {

/// strip_max bounds what one strip shows: of each four traces twelve sheets.
constexpr auto strip_max = std::chrono::seconds(120);

struct StripRequest {
  std::string hospital;
  std::string unit;
  std::string bed;
  event::PatientOffer patient;   // who lay there then; empty: nobody was placed there
  bool patient_changed = false;  // another one for a part of the span; nobody is named then
  bool patient_known = true;     // false: nobody can say who lay there, and the paper says so
  WallTime from;
  Micros span = std::chrono::seconds(10);  // at most strip_max
  Made made;
  /// Doubt is a time in which a device was another one than a person put at the bed, or maybe.
  struct Doubt {
    std::string device;
    WallTime from, to;
  };
  std::vector<Doubt> doubts;
  bool doubts_known = true;             // false: nobody can say, and the paper says so
  recorder::Heights usual;              // of the time before, of what has no unit
  std::vector<recorder::Track> tracks;  // what is printed: all waves, four a sheet, and all numerics at `from`
};

/// strip_pdf gives the bytes of the PDF. Where samples are missing the line is missing. What is invalid is not printed
/// as a number; what is doubtful, of a demonstration, of a device in doubt or old is marked as such, and a trace that
/// is not valid or of a device in doubt is broken and named. Beside each trace stands its scale in mm of its unit; one
/// that is not in mV is scaled to its extremes, which stand there, too, and one without a unit has these alone. A trace
/// in mV has a mark of 1 mV before it. Times are those of the screen that asked, and say so. Fails with `limit` over
/// strip_max, `io` when the drawing library fails.
Result<std::string> strip_pdf(const StripRequest& request);

}  // namespace cordon::report
