// SPDX-License-Identifier: Apache-2.0
#include "base/french.h"

namespace cordon {
namespace {

// Our own facet: which locales a machine has installed must not change what the logbook says.
class DecimalComma : public std::numpunct<char> {
 protected:
  char do_decimal_point() const override { return ','; }
};

}  // namespace

const std::locale& french_numbers() {
  static const std::locale locale(std::locale::classic(), new DecimalComma);  // the locale owns the facet
  return locale;
}

}  // namespace cordon
