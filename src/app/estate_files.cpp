// SPDX-License-Identifier: Apache-2.0
#include "app/estate_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace cordon::app {

namespace {

namespace fs = std::filesystem;

constexpr const char* not_read = "cannot be read; name an existing file of at most 16 MiB that this user may read";

bool read_text(const fs::path& path, std::string& out) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error || size > estate::Limits{}.file_bytes) return false;
  std::ifstream in(path, std::ios::binary);
  if (!in) return false;
  std::ostringstream bytes;
  bytes << in.rdbuf();
  out = bytes.str();
  return out.size() >= size;
}

// read_entry gives an entry of the folder with its bytes, or with why there are none; nothing for what is none of an
// estate.
std::optional<estate::NamedText> read_entry(const fs::path& path) {
  const std::string name = path.filename().string();
  estate::NamedText out{path.string(), {}, estate::why_not_taken(name)};
  if (!out.unread.empty()) return out;
  if (!estate::is_estate_file(name)) return std::nullopt;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) {
    out.unread = fmt::format("is a link to {}, where nothing is; mend the link, or remove it",
                             fs::read_symlink(path, error).string());
  } else if (status.type() == fs::file_type::directory) {
    out.unread = "is a folder, and folders here are not read; put its files beside the others, or give it another name";
  } else if (status.type() != fs::file_type::regular && status.type() != fs::file_type::none) {
    out.unread = "is no plain file; put one in its place, or give it another name";
  } else if (!read_text(path, out.bytes)) {
    out.unread = "cannot be read; let this user read it, and keep it to 16 MiB";
  }
  return out;
}

}  // namespace

EstateFiles read_estate_files(const std::string& path) {
  EstateFiles out;
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    estate::NamedText& text = out.texts.emplace_back();
    text.name = path;
    if (!read_text(path, text.bytes)) out.unreadable = fmt::format("{} {}", path, not_read);
    return out;
  }
  fs::directory_iterator entry(path, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    if (auto text = read_entry(entry->path())) out.texts.push_back(std::move(*text));
  }
  if (error) {
    out.unreadable = fmt::format("{} cannot be read: {}; let this user read the folder", path, error.message());
  } else if (out.texts.empty()) {
    out.unreadable = fmt::format("{} holds no .toml and no .csv; docs/ESTATE.md says what belongs there", path);
  }
  std::ranges::sort(out.texts, {}, &estate::NamedText::name);
  return out;
}

estate::Loaded read_estate(const std::string& path) {
  const EstateFiles files = read_estate_files(path);
  if (files.unreadable.empty()) return estate::load(files.texts);
  estate::Loaded out;
  out.problems.push_back({path, 0, files.unreadable});
  return out;
}

}  // namespace cordon::app
