// SPDX-License-Identifier: Apache-2.0
// Which labels to buy, when each has one price and takes capacity from a network in many places (minimum label cut):
// the master of a Benders decomposition (Benders 1962), solved by CBC. The network itself is cut.cpp's; every cut it
// finds with some labels bought bounds from below what any other choice can cost, and this finds the choice that is
// least by all bounds so far. Knows numbers, not accounts.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace cordon::contain {

/// LabelBound: with the labels y (0 or 1 each) bought, the network costs at least value − Σ saves·y. From a maximum
/// flow of `value` found with some labels bought: without the arcs of another label it is less by no more than what it
/// sent over these. saves is 0 for those bought.
struct LabelBound {
  std::int64_t value = 0;
  std::vector<std::int64_t> saves;
};

struct Labels {
  std::vector<bool> chosen;
  std::int64_t least = 0;  // nothing costs less than this, prices included; rounded down
};

/// least_labels minimises Σ price·y + max(bounds), exactly but for the solver's tolerance (a billionth of the costs).
/// Every bound has as many `saves` as there are prices. Without bounds, nothing is chosen.
Labels least_labels(std::span<const std::int64_t> prices, std::span<const LabelBound> bounds);

}  // namespace cordon::contain
