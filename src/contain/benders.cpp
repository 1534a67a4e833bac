// SPDX-License-Identifier: Apache-2.0
#include "contain/benders.h"

#include <algorithm>
#include <cmath>
#include <coin/CbcModel.hpp>
#include <coin/CoinPackedVector.hpp>
#include <coin/OsiClpSolverInterface.hpp>
#include <functional>

namespace cordon::contain {

Labels least_labels(std::span<const std::int64_t> prices, std::span<const LabelBound> bounds) {
  Labels out{std::vector<bool>(prices.size(), false), 0};
  if (bounds.empty()) return out;
  // Where one bound already says that no label is worth its price, there is nothing to solve.
  for (const LabelBound& bound : bounds) {
    if (!std::ranges::equal(bound.saves, prices, std::less_equal{})) continue;
    out.least = std::max(out.least, bound.value);
  }
  const auto most = std::ranges::max(bounds, {}, &LabelBound::value).value;
  if (out.least == most) return out;
  // Costs span orders of magnitude and the solver has one tolerance: the largest cost is 1.
  std::int64_t largest = 1;
  for (const LabelBound& bound : bounds) largest = std::max(largest, bound.value);
  const double unit = static_cast<double>(largest);

  // Columns: one a label, and last what the network costs.
  OsiClpSolverInterface program;
  program.messageHandler()->setLogLevel(0);
  const int labels = static_cast<int>(prices.size());
  const CoinPackedVector no_row_yet;
  for (const std::int64_t price : prices) program.addCol(no_row_yet, 0, 1, static_cast<double>(price) / unit);
  program.addCol(no_row_yet, 0, program.getInfinity(), 1);
  for (int label = 0; label < labels; ++label) program.setInteger(label);
  for (const LabelBound& bound : bounds) {
    CoinPackedVector row;
    for (int label = 0; label < labels; ++label) {
      // Who saves more than there is saves all.
      const std::int64_t saves = std::min(bound.saves[static_cast<std::size_t>(label)], bound.value);
      if (saves > 0) row.insert(label, static_cast<double>(saves) / unit);
    }
    row.insert(labels, 1);
    program.addRow(row, static_cast<double>(bound.value) / unit, program.getInfinity());
  }
  CbcModel model(program);
  model.setLogLevel(0);
  model.setAllowableGap(0);
  model.branchAndBound();
  const double* solution = model.bestSolution();
  if (solution == nullptr) return out;  // never seen: the program is feasible and bounded
  double cost = solution[labels];
  for (int label = 0; label < labels; ++label) {
    const auto at = static_cast<std::size_t>(label);
    out.chosen[at] = solution[label] > 0.5;
    if (out.chosen[at]) cost += static_cast<double>(prices[at]) / unit;
  }
  out.least = static_cast<std::int64_t>(std::floor(cost * unit * (1 - 1e-9)));
  return out;
}

}  // namespace cordon::contain
