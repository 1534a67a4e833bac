// SPDX-License-Identifier: Apache-2.0
#include "app/settings.h"

#include <sodium.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "logbook/entry.h"

namespace cordon::app {

namespace {

constexpr std::size_t file_bytes_max = 16 * 1024 * 1024;

}  // namespace

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
