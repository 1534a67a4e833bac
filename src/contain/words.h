// SPDX-License-Identifier: Apache-2.0
// Words: the care that stops without some flows, in words. Internal to contain; account.h is what others ask.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "contain/account.h"

namespace cordon::contain {

std::string host_name(const estate::Estate& estate, estate::HostIndex host);

/// CareTouched sums up flows by service and unit: the care that stops without them for so many hours.
class CareTouched {
 public:
  CareTouched(const estate::Estate& estate, double hours) : estate_(estate), hours_(hours) {}
  void add(std::uint32_t flow);

  /// texts are at most `max` sentences, worst first; the last one then counts the others.
  std::vector<Text> texts(std::size_t max) const;

 private:
  using Where = std::pair<std::uint32_t, std::uint32_t>;  // service and unit
  struct Touch {
    double harm = 0;
    double tolerance = 0;
    bool none = false;  // nothing replaces it
  };
  Text text(const Where& where, const Touch& touch) const;

  const estate::Estate& estate_;
  double hours_;
  std::map<Where, Touch> touches_;
};

}  // namespace cordon::contain
