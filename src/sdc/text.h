// SPDX-License-Identifier: Apache-2.0
// The simple values of XML Schema as BICEPS uses them. A text that is not such a value gives nothing: no value is
// invented.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace cordon::sdc {

using Nanos = std::chrono::nanoseconds;

/// read_duration reads xsd:duration with days and smaller ("PT15S", "P1DT2H", "PT0.004S", "-PT5S"), to the nanosecond,
/// under 10^9 s. Years and months have no fixed length and give nothing.
std::optional<Nanos> read_duration(std::string_view text);
/// print_duration writes "PT15S", "PT0.004S".
std::string print_duration(Nanos duration);

/// read_decimal reads xsd:decimal, and an exponent, which some write. NaN, INF and anything else give nothing.
std::optional<double> read_decimal(std::string_view text);
/// print_decimal writes the shortest decimal that reads back the same; "" for what is not finite.
std::string print_decimal(double value);

std::optional<std::uint64_t> read_unsigned(std::string_view text);
std::optional<bool> read_bool(std::string_view text);

/// read_timestamp reads pm:Timestamp, milliseconds since 1970 UTC, up to the year 9999.
std::optional<WallTime> read_timestamp(std::string_view text);
std::string print_timestamp(WallTime at);

/// percent_decoded and percent_encoded: RFC 3986, section 2.1. A broken %-sequence stays as it is; bytes that are no
/// UTF-8 become U+FFFD. What is not "unreserved" is encoded.
std::string percent_decoded(std::string_view text);
std::string percent_encoded(std::string_view text);

}  // namespace cordon::sdc
