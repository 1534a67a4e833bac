// SPDX-License-Identifier: Apache-2.0
// Names for codes: UCUM units, MDC codes and labels. Pure tables; what is not in them is told as such, never guessed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cordon::intellivue {

/// ucum gives the UCUM text of a unit code (partition 4 of ISO/IEC 11073-10101, and Philips' own above 0xF000), empty
/// for one that is not listed. Counts carry an annotation: 0x0AA0 is "{beat}/min".
std::string_view ucum(std::uint16_t unit);
/// unit_of is the inverse for what ucum lists.
std::optional<std::uint16_t> unit_of(std::string_view ucum_text);

/// mdc_code gives the 32-bit code of ISO/IEC 11073-10101 for a physio id of the SCADA partition (2 * 65536 + id), none
/// for Philips' own (0xF000 and above) and 0.
std::optional<std::uint32_t> mdc_code(std::uint16_t physio_id);
/// mdc_name gives its reference identifier (MDC_PULS_OXIM_SAT_O2), empty for one that is not listed.
std::string_view mdc_name(std::uint16_t physio_id);
/// physio_label gives the few letters that monitors write beside the number (SpO2), empty for one that is not listed.
std::string_view physio_label(std::uint16_t physio_id);

}  // namespace cordon::intellivue
