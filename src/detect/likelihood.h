// SPDX-License-Identifier: Apache-2.0
// The joint likelihood: what the findings of one file weigh together. Looks are correlated (a file that lost its
// structure is also dissimilar), so the words of all joint looks form one cell, and the cell as a whole was counted in
// labelled runs; nothing is multiplied. docs/DETECTION.md says how the table is fitted and on what.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "detect/look.h"

namespace cordon::detect {

/// llr_step: every judgement is a multiple of it, so that sums of up to 2^40 of them are exact in any order.
constexpr double llr_step = 1.0 / 1024;

/// llr_max: no single file weighs more than 8, so that at h = 20.7 at least three files are behind every cut, however
/// odd one of them looks. It stands for the belief that one work file in about 1,500 (e^-8 / 2^-1) looks like an attack
/// for a reason nobody thought of.
/// llr_min: ln(1/2). It stands for the belief that of the files an attacking host alters, up to half are honest work,
/// so that interleaved harmless writes cost an attacker twice the time but never hide it.
/// Source: the censored likelihood ratio is the least favourable pair of P. J. Huber, "A Robust Version of the
/// Probability Ratio Test", Ann. Math. Statist. 36 (1965).
constexpr double llr_max = 8.0;
constexpr double llr_min = -710.0 / 1024;  // -0.6934

/// note_llr is what a repeated note adds, once for a client. Set by hand and small: unpacking software leaves the same
/// README in every folder, and the laboratory's work does not show how often.
constexpr double note_llr = 2.0;

/// Found is a look and what it found.
struct Found {
  const Look* look = nullptr;
  Finding finding;
};

/// Basis says which table a judgement came from: the exact cell, the coarse one it belongs to, or, where both were
/// never seen, points set by experts.
enum class Basis : std::uint8_t { cell, coarse, expert };

struct Judgement {
  double llr = 0;  // within [llr_min, llr_max], a multiple of llr_step
  Basis basis = Basis::expert;
};

/// run_looks runs the whole table.
std::vector<Found> run_looks(const event::FileActivity& activity, const ClientMemory& memory);

/// cell_of spells the words of the joint looks, in the order of the table, parted by blanks.
std::string cell_of(std::span<const Found> found);

/// coarse_of maps a cell to the coarser one it belongs to: structure destroyed, intact or unknown; bytes flat,
/// ordered or unknown; old bytes replaced or not; marked by a novel name or not.
std::string coarse_of(std::string_view cell);

/// judge weighs a cell. Never fails: a cell nobody counted falls back to its coarse cell, then to expert points.
Judgement judge(std::string_view cell);

/// expert_points is the last resort, a sum of points per word that was set by hand, not fitted.
double expert_points(std::string_view cell);

/// in_bounds caps and rounds; not a number gives 0.
double in_bounds(double llr);

}  // namespace cordon::detect
