// SPDX-License-Identifier: Apache-2.0
// gunzip opens what a peer has compressed for HTTP, into a bounded place. Source: RFC 1952; RFC 9110, 8.4.1.3.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace cordon::gateway {

/// gunzip gives the content of one gzip member, at most `bytes_max` long. `limit` where it is longer, `truncated` where
/// it ends early, `malformed` for what is no gzip, fails its checksum, or has bytes after its end.
Result<std::string> gunzip(ByteView compressed, std::size_t bytes_max);

}  // namespace cordon::gateway
