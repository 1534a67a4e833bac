// SPDX-License-Identifier: Apache-2.0
#include "observe/path.h"

#include <fmt/format.h>

namespace cordon::observe {
namespace {

// Simple case folding of the two-byte UTF-8 range as far as European names need it. Source: Unicode CaseFolding.txt.
unsigned fold_unit(unsigned c) {
  if (c >= 0xc0 && c <= 0xde && c != 0xd7) return c + 0x20;
  if (c >= 0x100 && c <= 0x137 && c != 0x130 && c != 0x131) return c | 1U;
  if (c >= 0x139 && c <= 0x148) return c + (c & 1U);
  if (c >= 0x14a && c <= 0x177) return c | 1U;
  if (c == 0x178) return 0xff;
  if (c >= 0x179 && c <= 0x17e) return c + (c & 1U);
  if (c >= 0x391 && c <= 0x3a9 && c != 0x3a2) return c + 0x20;
  if (c >= 0x400 && c <= 0x40f) return c + 0x50;
  if (c >= 0x410 && c <= 0x42f) return c + 0x20;
  return c;
}

}  // namespace

std::string fold(std::string_view path) {
  std::string out;
  out.reserve(path.size());
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto b = static_cast<unsigned char>(path[i]);
    if (b < 0x80) {
      out += b == '/' ? '\\' : b >= 'A' && b <= 'Z' ? static_cast<char>(b + 0x20) : path[i];
    } else if (b >= 0xc3 && b <= 0xd1 && i + 1 < path.size() &&
               (static_cast<unsigned char>(path[i + 1]) & 0xc0U) == 0x80) {
      const unsigned c = fold_unit((b & 0x1fU) << 6U | (static_cast<unsigned char>(path[i + 1]) & 0x3fU));
      out += static_cast<char>(0xc0U | c >> 6U);
      out += static_cast<char>(0x80U | (c & 0x3fU));
      ++i;
    } else {
      out += path[i];
    }
  }
  return out;
}

std::string bounded_path(std::string path, std::size_t bytes_max) {
  if (path.size() <= bytes_max) return path;
  const std::string mark = fmt::format("\\cut-{:016x}", hash_text(fold(path)));
  path.resize(bytes_max - mark.size());
  while (!path.empty() && (static_cast<unsigned char>(path.back()) & 0xc0U) == 0x80) path.pop_back();
  if (!path.empty() && static_cast<unsigned char>(path.back()) >= 0xc0) path.pop_back();
  return path + mark;
}

std::string_view leaf_of(std::string_view path) {
  const auto at = path.rfind('\\');
  return at == std::string_view::npos ? path : path.substr(at + 1);
}

std::string_view folder_of(std::string_view path) {
  const auto at = path.rfind('\\');
  return at == std::string_view::npos ? std::string_view{} : path.substr(0, at);
}

std::string_view stem_of(std::string_view leaf) {
  const auto at = leaf.rfind('.');
  return at == std::string_view::npos || at == 0 ? leaf : leaf.substr(0, at);
}

std::string_view root_of(std::string_view leaf) {
  const auto at = leaf.find('.', 1);
  return at == std::string_view::npos ? leaf : leaf.substr(0, at);
}

bool same_stem(std::string_view original, std::string_view made) {
  if (original.empty() || made.empty() || original == made) return false;
  // One letter says too little: "a" is a stem of half the folder. With its extension it is a name.
  if (made.size() > original.size() && original.size() >= 3) {
    if (made.starts_with(original)) return true;  // a.docx.locked, a.docx_x
    if (made.ends_with(original)) return true;    // locked.a.docx
  }
  const std::string_view stem = stem_of(original);
  return stem_of(made) == stem || stem_of(stem_of(made)) == stem || root_of(made) == stem;
}

std::uint64_t hash_text(std::string_view text, std::uint64_t seed) {
  std::uint64_t h = 0xcbf29ce484222325ULL ^ (seed * 0x9e3779b97f4a7c15ULL);  // FNV-1a
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  h ^= h >> 32U;
  h *= 0xd6e8feb86659fd93ULL;
  return h ^ h >> 32U;
}

}  // namespace cordon::observe
