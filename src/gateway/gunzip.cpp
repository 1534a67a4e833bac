// SPDX-License-Identifier: Apache-2.0
#include "gateway/gunzip.h"

#include <zlib.h>

#include <algorithm>

namespace cordon::gateway {
namespace {

constexpr std::size_t step_bytes = std::size_t{64} << 10U;
constexpr int gzip_only = 16 + MAX_WBITS;  // zlib.h, inflateInit2

/// Inflater ends its stream when it is left.
struct Inflater {
  z_stream stream{};
  bool begun = inflateInit2(&stream, gzip_only) == Z_OK;
  Inflater() = default;
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (begun) inflateEnd(&stream);
  }
};

}  // namespace

Result<std::string> gunzip(ByteView compressed, std::size_t bytes_max) {
  Inflater inflater;
  if (!inflater.begun) return fail(ErrorCode::limit, "memory for gzip");
  if (compressed.empty()) return fail(ErrorCode::truncated, "gzip");
  z_stream& stream = inflater.stream;
  stream.next_in = const_cast<Bytef*>(compressed.data());  // zlib reads it only
  stream.avail_in = static_cast<uInt>(compressed.size());
  std::string out;
  for (int state = Z_OK; state != Z_STREAM_END;) {
    const std::size_t had = out.size();
    if (had > bytes_max) return fail(ErrorCode::limit, "gzip content");
    out.resize(std::min(had + step_bytes, bytes_max + 1));
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + had);
    stream.avail_out = static_cast<uInt>(out.size() - had);
    state = inflate(&stream, Z_NO_FLUSH);
    out.resize(out.size() - stream.avail_out);
    if (state == Z_BUF_ERROR && out.size() == had) return fail(ErrorCode::truncated, "gzip");
    if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR) return fail(ErrorCode::malformed, "gzip");
  }
  if (out.size() > bytes_max) return fail(ErrorCode::limit, "gzip content");
  if (stream.avail_in != 0) return fail(ErrorCode::malformed, "bytes after gzip");
  return out;
}

}  // namespace cordon::gateway
