// SPDX-License-Identifier: Apache-2.0
// Cusum: Page's cumulative sum of log-likelihood ratios, and the threshold that belongs to a wished distance between
// false alarms. Whose evidence is summed is tally.h's business.
#pragma once

#include <algorithm>
#include <cmath>

namespace cordon::detect {

/// Cusum sums evidence and never falls below zero, so that honest work buys no credit and no window forgets a slow
/// attack. Source: E. S. Page, "Continuous Inspection Schemes", Biometrika 41 (1954).
struct Cusum {
  double score = 0;
  void add(double llr) { score = std::max(0.0, score + llr); }
  friend bool operator==(const Cusum&, const Cusum&) = default;
};

/// threshold_for gives the score h at which the mean number of work files until a false alarm is at least
/// `files_between_false_alarms`: h = ln of it, because the average run length under work is at least e^h when every
/// addend is a log-likelihood ratio (more exactly: when the mean of e^llr under work is at most 1) and files are
/// independent. Values under 1 or not finite give 0.
/// Source: G. Lorden, "Procedures for Reacting to a Change in Distribution", Ann. Math. Statist. 42 (1971), theorem 2.
inline double threshold_for(double files_between_false_alarms) {
  return std::isfinite(files_between_false_alarms) && files_between_false_alarms > 1
             ? std::log(files_between_false_alarms)
             : 0.0;
}

}  // namespace cordon::detect
