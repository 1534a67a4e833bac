// SPDX-License-Identifier: Apache-2.0
#include "app/estate_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace cordon::app {

namespace {

namespace fs = std::filesystem;

bool read_text(const fs::path& path, std::string& out) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error || size > estate::Limits{}.file_bytes) return false;
  std::ifstream in(path, std::ios::binary);
  if (!in) return false;
  std::ostringstream bytes;
  bytes << in.rdbuf();
  out = bytes.str();
  return true;
}

}  // namespace

EstateFiles read_estate_files(const std::string& path) {
  EstateFiles out;
  std::error_code error;
  std::vector<fs::path> files;
  if (!fs::is_directory(path, error)) {
    files.emplace_back(path);
  } else {
    for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
      if (entry.is_regular_file(error) && estate::is_estate_file(entry.path().filename().string())) {
        files.push_back(entry.path());
      }
    }
    if (files.empty()) {
      out.unreadable = fmt::format("{} holds no .toml and no .csv; docs/ESTATE.md says what belongs there", path);
      return out;
    }
  }
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    estate::NamedText& text = out.texts.emplace_back();
    text.name = file.string();
    if (read_text(file, text.bytes)) continue;
    out.unreadable =
        fmt::format("{} cannot be read; name an existing file of at most 16 MiB that this user may read", text.name);
    return out;
  }
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
