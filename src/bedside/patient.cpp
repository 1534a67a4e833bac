// SPDX-License-Identifier: Apache-2.0
#include "bedside/patient.h"

namespace cordon::bedside {

namespace {

// in_small writes a name in small letters: ASCII and the Latin letters of U+00C0 to U+00DE. A ward writes HÉLÈNE where
// a monitor has Hélène.
std::string in_small(std::string name) {
  for (std::size_t i = 0; i < name.size(); ++i) {
    auto byte = static_cast<unsigned char>(name[i]);
    const bool ascii = byte >= 'A' && byte <= 'Z';
    const bool latin =
        i > 0 && static_cast<unsigned char>(name[i - 1]) == 0xC3 && byte >= 0x80 && byte <= 0x9E && byte != 0x97;
    if (ascii || latin) byte += 0x20;
    name[i] = static_cast<char>(byte);
  }
  return name;
}

}  // namespace

bool is_known(const event::PatientOffer& patient) {
  return !patient.identifier.empty() || (!patient.family.empty() && !patient.born.empty());
}

bool differs(const event::PatientOffer& a, const event::PatientOffer& b) {
  const auto other = [](const std::string& x, const std::string& y) { return !x.empty() && !y.empty() && x != y; };
  return other(a.identifier, b.identifier) || other(in_small(a.family), in_small(b.family)) || other(a.born, b.born);
}

}  // namespace cordon::bedside
