// SPDX-License-Identifier: Apache-2.0
// File names as looks need them: last component, stem, extension, and what an extension promises. Text is compared in
// ASCII lower case; nothing is resolved or normalised.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "event/activity.h"

namespace cordon::detect {

std::string_view name_of(std::string_view path);    // last component
std::string_view folder_of(std::string_view path);  // everything before it
std::string_view stem_of(std::string_view name);    // without the last extension
/// extension_of gives the last extension in lower case, without its dot; empty when there is none or it is longer than
/// extension_length_max.
std::string extension_of(std::string_view name);
std::string lower(std::string_view text);

constexpr std::size_t extension_length_max = 24;

/// Promise is what a known extension says about a file's beginning; `unseen` entries are empty, and all of them are
/// for extensions whose formats have no beginning we know.
using Promise = std::array<event::ContentType, 4>;

/// promise_of gives the promise of a known extension, nullptr for one no office or hospital program is known to use.
/// extension: lower case, without dot. Numbers and dates (log rotation, numbered series) are known, without a promise.
const Promise* promise_of(std::string_view extension);

/// same_kind: both types are what one program may write for the same document (text, XML and RTF are one kind).
bool same_kind(event::ContentType a, event::ContentType b);
std::string_view word(event::ContentType type);

}  // namespace cordon::detect
