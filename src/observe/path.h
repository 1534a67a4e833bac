// SPDX-License-Identifier: Apache-2.0
// Paths as a file server compares them: without case. Also the parts of a path, and when two names are siblings of one
// stem. Nothing is resolved; no file system is asked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace cordon::observe {

/// path_bytes_max bounds a path that is kept. Windows' classic limit is 260 characters; a longer path is cut and ends
/// in a mark made of its hash, so that two long paths stay two.
inline constexpr std::size_t path_bytes_max = 1024;

/// fold gives the key under which a path is compared: lower case for ASCII, Latin-1, Latin Extended-A, Greek and
/// Cyrillic, '/' as '\'. Other bytes, also broken UTF-8, stay as they are.
std::string fold(std::string_view path);

/// share_bytes_max bounds a share's name; Windows allows 80 characters.
inline constexpr std::size_t share_bytes_max = 256;

/// bounded_path gives the path itself, or its cut form when it is longer than `bytes_max` (at least 32).
std::string bounded_path(std::string path, std::size_t bytes_max = path_bytes_max);

std::string_view leaf_of(std::string_view path);    // last component
std::string_view folder_of(std::string_view path);  // everything before it, without the last '\'
std::string_view stem_of(std::string_view leaf);    // without its last extension; a leading dot is no extension
std::string_view root_of(std::string_view leaf);    // up to the first dot that is not leading

/// same_stem says whether `made` can be what became of `original` in the same folder: a.docx → a.docx.locked,
/// a.locked, a.docx.id-7.x; also a.docx_x and x~a.docx. Folded leaves are expected.
bool same_stem(std::string_view original, std::string_view made);

/// hash_text: 64 bits, the same in every run.
std::uint64_t hash_text(std::string_view text, std::uint64_t seed = 0);

}  // namespace cordon::observe
