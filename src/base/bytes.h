// SPDX-License-Identifier: Apache-2.0
// ByteReader and ByteWriter: the one bounds-checked cursor under all decoding. No struct is ever laid over wire bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cordon {

using ByteView = std::span<const std::uint8_t>;

/// le16 and le32 read a number at a place that is known to exist.
inline std::uint32_t le16(ByteView in, std::size_t at) {
  return in[at] | (std::uint32_t{in[at + 1]} << 8U);
}
inline std::uint32_t le32(ByteView in, std::size_t at) {
  return le16(in, at) | (le16(in, at + 2) << 16U);
}

/// ByteReader walks over borrowed bytes; they must outlive it. A read past the end returns `truncated` with the offset
/// and moves nothing.
class ByteReader {
 public:
  explicit ByteReader(ByteView in) : in_(in) {}

  std::size_t offset() const { return at_; }
  std::size_t left() const { return in_.size() - at_; }
  ByteView rest() const { return in_.subspan(at_); }

  Result<std::uint8_t> u8() { return unsigned_le<std::uint8_t>(); }
  Result<std::uint16_t> u16le() { return unsigned_le<std::uint16_t>(); }
  Result<std::uint32_t> u32le() { return unsigned_le<std::uint32_t>(); }
  Result<std::uint64_t> u64le() { return unsigned_le<std::uint64_t>(); }
  Result<std::uint16_t> u16be() { return unsigned_be<std::uint16_t>(); }
  Result<std::uint32_t> u32be() { return unsigned_be<std::uint32_t>(); }

  /// take gives the next `size` bytes, borrowed.
  Result<ByteView> take(std::size_t size) {
    if (size > left()) return fail(ErrorCode::truncated, "bytes", at_);
    const ByteView out = in_.subspan(at_, size);
    at_ += size;
    return out;
  }
  Result<void> skip(std::size_t size) {
    if (size > left()) return fail(ErrorCode::truncated, "bytes", at_);
    at_ += size;
    return {};
  }
  /// seek moves to an absolute offset; the end itself is allowed.
  Result<void> seek(std::size_t offset) {
    if (offset > in_.size()) return fail(ErrorCode::truncated, "bytes", offset);
    at_ = offset;
    return {};
  }

 private:
  template <class T>
  Result<T> unsigned_le() {
    if (left() < sizeof(T)) return fail(ErrorCode::truncated, "bytes", at_);
    T value = 0;
    for (std::size_t i = sizeof(T); i-- > 0;) value = static_cast<T>((std::uint64_t{value} << 8U) | in_[at_ + i]);
    at_ += sizeof(T);
    return value;
  }
  template <class T>
  Result<T> unsigned_be() {
    if (left() < sizeof(T)) return fail(ErrorCode::truncated, "bytes", at_);
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>((std::uint64_t{value} << 8U) | in_[at_ + i]);
    at_ += sizeof(T);
    return value;
  }

  ByteView in_;
  std::size_t at_ = 0;
};

/// ByteWriter appends to a vector it owns.
class ByteWriter {
 public:
  void u8(std::uint8_t v) { out_.push_back(v); }
  void u16le(std::uint16_t v) { unsigned_le(v); }
  void u32le(std::uint32_t v) { unsigned_le(v); }
  void u64le(std::uint64_t v) { unsigned_le(v); }
  void u16be(std::uint16_t v) { unsigned_be(v); }
  void u32be(std::uint32_t v) { unsigned_be(v); }
  void u64be(std::uint64_t v) { unsigned_be(v); }
  void bytes(ByteView in) { out_.insert(out_.end(), in.begin(), in.end()); }
  void text(std::string_view in) { out_.insert(out_.end(), in.begin(), in.end()); }
  std::size_t size() const { return out_.size(); }
  const std::vector<std::uint8_t>& view() const { return out_; }
  std::vector<std::uint8_t> release() { return std::move(out_); }

 private:
  template <class T>
  void unsigned_le(T v) {
    for (std::size_t i = 0; i < sizeof(T); ++i) out_.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
  }
  template <class T>
  void unsigned_be(T v) {
    for (std::size_t i = sizeof(T); i-- > 0;) out_.push_back(static_cast<std::uint8_t>(v >> (8 * i)));
  }

  std::vector<std::uint8_t> out_;
};

/// utf8_from_utf16le turns UTF-16LE text into UTF-8. Lone surrogates become U+FFFD, an odd last byte is ignored, NUL
/// ends nothing.
std::string utf8_from_utf16le(ByteView in);

/// as_bytes views the bytes of text.
inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace cordon
