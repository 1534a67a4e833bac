// SPDX-License-Identifier: Apache-2.0
// Segments as we write them: the usual delimiters, UNICODE UTF-8, CR. Internal to hl7: the others include build.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hl7/message.h"
#include "hl7/moment.h"
#include "hl7/text.h"

namespace cordon::hl7 {

Segment segment(std::string_view name);
/// header_segment has MSH-2, -7, -9 and -18. type: raw.
Segment header_segment(std::string_view type, const Moment& at);
/// joined escapes each text and puts the delimiter between them; empty ones at the end are left out.
std::string joined(const std::vector<std::string>& texts, char delimiter = '^');
/// rewritten makes of a raw field of another message the same field under the usual delimiters.
std::string rewritten(std::string_view raw, const TextReader& text);

}  // namespace cordon::hl7
