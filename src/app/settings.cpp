// SPDX-License-Identifier: Apache-2.0
#include "app/settings.h"

#include <sodium.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "logbook/entry.h"

namespace cordon::app {

namespace {

constexpr std::size_t file_bytes_max = 16 * 1024 * 1024;

}  // namespace

const toml::source_region& place_in(const toml::table& root, std::string_view section, std::string_view key,
                                    std::string_view item) {
  const toml::node* head = section.empty() ? &root : root.get(section);
  if (head == nullptr) return root.source();
  const toml::table* table = head->as_table();
  const toml::node* node = table == nullptr ? nullptr : table->get(key);
  if (node == nullptr) return head->source();
  const toml::node* found = node;
  if (const toml::array* list = node->as_array()) {
    for (const toml::node& one : *list) {
      if (one.is_string() && one.as_string()->get() == item) found = &one;
    }
  }
  return found->source();
}

void in_line_order(std::vector<estate::Problem>& problems) {
  std::vector<std::string> files;
  for (const estate::Problem& p : problems) {
    if (std::ranges::find(files, p.file) == files.end()) files.push_back(p.file);
  }
  std::ranges::stable_sort(problems, {}, [&](const estate::Problem& p) {
    return std::pair(std::ranges::find(files, p.file) - files.begin(), p.line);
  });
}

bool allowed(std::string_view words, std::string_view text) {
  if (words.empty()) return true;
  for (std::size_t at = 0; at <= words.size();) {
    const std::size_t end = std::min(words.find('|', at), words.size());
    if (words.substr(at, end - at) == text) return true;
    at = end + 1;
  }
  return false;
}

bool read_settings_file(const std::string& path, std::string& out) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error || size > file_bytes_max) return false;
  std::ifstream in(path, std::ios::binary);
  if (!in) return false;
  std::ostringstream bytes;
  bytes << in.rdbuf();
  out = bytes.str();
  return true;
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\u{:04X}", byte);
      continue;
    }
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

std::string digest_of(std::string_view text) {
  logbook::Hash digest{};
  crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return logbook::to_hex(digest);
}

}  // namespace cordon::app
