// SPDX-License-Identifier: Apache-2.0
// recognise: what the first bytes of a file say it is. It judges beginnings only; whether the rest of the file is
// sound is not asked here.
#pragma once

#include <cstddef>

#include "base/bytes.h"
#include "event/activity.h"

namespace cordon::observe {

/// head_bytes_max is how many bytes from offset 0 recognition may need: DICOM's mark stands at 128..131, and whether
/// something is text is safer to say from a few lines than from a few words.
inline constexpr std::size_t head_bytes_max = 512;

/// recognise names the type of a file from its first bytes.
/// head: bytes from offset 0 on, 0..n; only the first head_bytes_max are looked at.
/// Returns `unseen` for an empty head, `unknown` when no known beginning fits. Never fails.
/// Source: the formats' own specifications; DICOM PS3.10 7.1, [MS-CFB] 2.2, APPNOTE 4.3.7, RFC 1952, PNG 5.2.
event::ContentType recognise(ByteView head);

}  // namespace cordon::observe
