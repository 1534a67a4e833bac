// SPDX-License-Identifier: Apache-2.0
// What became of the name. Ransomware marks its files: an extension nobody uses, appended or in place of the old one.
//   novel      the new name, or the name of a new file, ends in an extension no known program uses
//   converted  another known extension, appended or replaced: conversion, compression, log rotation, backup
//   dropped    the extension is gone
//   renamed    another name, same extension
//   moved      same name, another folder
//   same       nothing changed
#include <fmt/format.h>

#include "detect/look.h"
#include "detect/path.h"

namespace cordon::detect {

namespace {
// What office programs lay beside an open document: ~$name.docx, .~lock.name.odt#
bool owner_mark(std::string_view name) {
  return name.starts_with("~$") || name.starts_with(".~lock.");
}
}  // namespace

Finding look_name(const event::FileActivity& a, const ClientMemory&) {
  const auto old_name = name_of(a.path);
  const std::string old_extension = extension_of(old_name);
  if (a.new_path.empty() || a.new_path == a.path) {
    // A new file beside the old one (x.docx.locked) that could not be tied to it.
    if (a.created && !old_extension.empty() && !owner_mark(old_name) && promise_of(old_extension) == nullptr) {
      return {"novel", fmt::format("new file ends in .{}", old_extension)};
    }
    return {"same", {}};
  }
  const auto new_name = name_of(a.new_path);
  if (lower(new_name) == lower(old_name)) return {"moved", {}};
  const std::string new_extension = extension_of(new_name);
  if (new_extension == old_extension) return {"renamed", {}};
  if (new_extension.empty()) {
    // an extension longer than any in use is not "none"
    const bool overlong = stem_of(new_name).size() != new_name.size();
    return overlong ? Finding{"novel", "extension of unusual length"} : Finding{"dropped", {}};
  }
  if (promise_of(new_extension) != nullptr)
    return {"converted", fmt::format(".{} → .{}", old_extension, new_extension)};
  const bool appended = new_name.starts_with(old_name);
  return {"novel", fmt::format("{} .{}", appended ? "appended" : "replaced by", new_extension)};
}

}  // namespace cordon::detect
