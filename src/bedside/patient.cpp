// SPDX-License-Identifier: Apache-2.0
#include "bedside/patient.h"

namespace cordon::bedside {

bool is_known(const event::PatientOffer& patient) {
  return !patient.identifier.empty() || (!patient.family.empty() && !patient.born.empty());
}

bool differs(const event::PatientOffer& a, const event::PatientOffer& b) {
  const auto other = [](const std::string& x, const std::string& y) { return !x.empty() && !y.empty() && x != y; };
  return other(a.identifier, b.identifier) || other(a.family, b.family) || other(a.born, b.born);
}

}  // namespace cordon::bedside
