// SPDX-License-Identifier: Apache-2.0
// A ransom note: the same new small readable file, under the same name, in three folders or more. Words are not read.
//   repeated  the third folder and every further one
//   none      otherwise
#include <fmt/format.h>
#include <algorithm>
#include <array>

#include "detect/look.h"
#include "detect/path.h"

namespace cordon::detect {

namespace {
constexpr std::uint64_t note_bytes_max = 64 * 1024;
// What systems leave in every folder they visit.
constexpr std::array<std::string_view, 5> left_by_systems{"desktop.ini", "thumbs.db", ".ds_store", "folder.jpg",
                                                          "albumart.jpg"};
constexpr std::array<std::string_view, 7> readable{"txt", "htm", "html", "hta", "rtf", "md", "url"};
}  // namespace

bool may_be_note(const event::FileActivity& a) {
  using event::ContentType;
  if (!a.created || a.altered || a.after.bytes == 0 || a.after.bytes > note_bytes_max) return false;
  const std::string name = lower(name_of(a.path));
  if (std::find(left_by_systems.begin(), left_by_systems.end(), name) != left_by_systems.end()) return false;
  const std::string extension = extension_of(name);
  return a.after.type == ContentType::text || a.after.type == ContentType::xml || a.after.type == ContentType::rtf ||
         std::find(readable.begin(), readable.end(), extension) != readable.end();
}

Finding look_note(const event::FileActivity& a, const ClientMemory& memory) {
  if (!may_be_note(a)) return {};
  const auto folders = memory.folders_with(name_of(a.path));
  if (folders < ClientMemory::folders_of_a_note) return {};
  return {"repeated", fmt::format("the same new text in {} folders", folders)};
}

}  // namespace cordon::detect
