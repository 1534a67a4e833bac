// SPDX-License-Identifier: Apache-2.0
// What the file's beginning was, and what it is now. Work keeps or exchanges a structure; encryption leaves none.
//   kept       same kind as before (or as the extension promises)
//   packed     an archive now, of something that was none: zip, gzip, 7z and their kin, with their structure intact
//   changed    another known kind: conversion
//   gained     unknown before, known now
//   lost       known before, unknown now
//   broken     the beginning was never read, and now it is not what the extension promises
//   opaque     unknown before and now
//   none       the beginning was not written
#include <fmt/format.h>
#include <algorithm>

#include "detect/look.h"
#include "detect/path.h"

namespace cordon::detect {

using event::ContentType;

namespace {

std::string both(ContentType before, ContentType after) {
  return fmt::format("{} → {}", word(before), word(after));
}

bool archive(ContentType type) {
  return type == ContentType::zip || type == ContentType::gzip || type == ContentType::bzip2 ||
         type == ContentType::xz || type == ContentType::seven_zip || type == ContentType::rar;
}

Finding exchanged(ContentType before, ContentType after) {
  return {archive(after) && !archive(before) ? "packed" : "changed", both(before, after)};
}

}  // namespace

Finding look_structure(const event::FileActivity& a, const ClientMemory&) {
  const ContentType after = a.after.type;
  const ContentType before = a.before.type;
  if (after == ContentType::unseen || a.after.bytes == 0) return {};
  if (before == ContentType::unknown) {
    return after == ContentType::unknown ? Finding{"opaque", both(before, after)}
                                         : Finding{"gained", both(before, after)};
  }
  if (before != ContentType::unseen) {
    if (after == ContentType::unknown) return {"lost", both(before, after)};
    return same_kind(before, after) ? Finding{"kept", std::string(word(after))} : exchanged(before, after);
  }
  const std::string extension = extension_of(name_of(a.path));
  const Promise* promise = promise_of(extension);
  if (promise == nullptr || (*promise)[0] == ContentType::unseen) {
    return after == ContentType::unknown ? Finding{"opaque", "no known beginning"}
                                         : Finding{"kept", std::string(word(after))};
  }
  const bool held = std::any_of(promise->begin(), promise->end(),
                                [&](ContentType t) { return t != ContentType::unseen && same_kind(t, after); });
  if (held) return {"kept", std::string(word(after))};
  if (after == ContentType::unknown) {
    return {"broken", fmt::format(".{} promises {}, found no known beginning", extension, word((*promise)[0]))};
  }
  return exchanged((*promise)[0], after);
}

}  // namespace cordon::detect
