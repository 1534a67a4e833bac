// SPDX-License-Identifier: Apache-2.0
// The fields of a structure are listed once, in a function template fields(io, value), and serve both ways: a Reader
// fills them from bytes, a Writer makes bytes of them. Big-endian throughout (Data Export Interface Programming Guide,
// "Byte Order"). For the sources of this folder alone.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace cordon::intellivue {

using Bytes = std::vector<std::uint8_t>;

namespace wire {

/// Reader remembers its first failure; after it every field reads as zero and nothing more is taken.
class Reader {
 public:
  explicit Reader(ByteView in) : in_(in) {}

  bool ok() const { return !error_; }
  std::size_t left() const { return in_.left(); }
  void refuse(ErrorCode code) {
    if (!error_) error_ = Error{code, in_.offset(), "intellivue"};
  }
  /// done gives the failure, if any; bytes left over are one.
  Result<void> done() {
    if (ok() && in_.left() != 0) refuse(ErrorCode::malformed);
    if (error_) return tl::unexpected(*error_);
    return {};
  }

  void u8(std::uint8_t& out) {
    number(out, [](ByteReader& in) { return in.u8(); });
  }
  void u16(std::uint16_t& out) {
    number(out, [](ByteReader& in) { return in.u16be(); });
  }
  void u32(std::uint32_t& out) {
    number(out, [](ByteReader& in) { return in.u32be(); });
  }
  /// exactly takes a field that can have one value alone.
  void exactly(std::uint16_t value) {
    std::uint16_t in = 0;
    u16(in);
    if (ok() && in != value) refuse(ErrorCode::unsupported);
  }
  template <std::size_t N>
  void array(std::array<std::uint8_t, N>& out) {
    const ByteView in = take(N);
    if (in.size() == N) std::copy(in.begin(), in.end(), out.begin());
  }
  void rest(Bytes& out) {
    const ByteView in = take(in_.left());
    out.assign(in.begin(), in.end());
  }
  /// block: u16 length, then what `inner` reads of it, to the last byte.
  template <class Inner>
  void block(const Inner& inner) {
    std::uint16_t length = 0;
    u16(length);
    nested(take(length), inner);
  }
  /// list: u16 count, u16 length, then the elements.
  template <class T, class Element>
  void list(std::vector<T>& out, const Element& element) {
    std::uint16_t count = 0;
    u16(count);
    block([&](Reader& in) {
      for (std::size_t i = 0; i < count && in.ok(); ++i) {
        T value{};
        element(in, value);
        if (in.ok()) out.push_back(std::move(value));
      }
    });
  }
  ByteView take(std::size_t size) {
    if (!ok()) return {};
    const auto bytes = in_.take(size);
    if (bytes) return *bytes;
    refuse(bytes.error().code);
    return {};
  }
  template <class Inner>
  void nested(ByteView bytes, const Inner& inner) {
    if (!ok()) return;
    Reader in(bytes);
    inner(in);
    if (const auto end = in.done(); !end) refuse(end.error().code);
  }

 private:
  template <class T, class Get>
  void number(T& out, const Get& get) {
    if (!ok()) return;
    const auto value = get(in_);
    if (value) {
      out = *value;
    } else {
      refuse(value.error().code);
    }
  }

  ByteReader in_;
  std::optional<Error> error_;
};

/// Writer cannot fail: what is too long for its length field is cut by whoever makes the value (see text_bytes_max,
/// message_bytes_max).
class Writer {
 public:
  void u8(std::uint8_t value) { out_.u8(value); }
  void u16(std::uint16_t value) { out_.u16be(value); }
  void u32(std::uint32_t value) { out_.u32be(value); }
  void exactly(std::uint16_t value) { out_.u16be(value); }
  template <std::size_t N>
  void array(const std::array<std::uint8_t, N>& in) {
    out_.bytes(in);
  }
  void rest(const Bytes& in) { out_.bytes(in); }
  template <class Inner>
  void block(const Inner& inner) {
    Writer nested;
    inner(nested);
    u16(static_cast<std::uint16_t>(nested.out_.size()));
    out_.bytes(nested.out_.view());
  }
  template <class T, class Element>
  void list(const std::vector<T>& in, const Element& element) {
    u16(static_cast<std::uint16_t>(in.size()));
    block([&](Writer& out) {
      for (const T& value : in) element(out, value);
    });
  }
  std::size_t size() const { return out_.size(); }
  Bytes release() { return out_.release(); }

 private:
  ByteWriter out_;
};

/// Ref is how a fields() function takes its value: to be filled by a Reader, to be read by a Writer.
template <class Io, class T>
using Ref = std::conditional_t<std::is_same_v<Io, Reader>, T&, const T&>;

/// coded carries an enumeration as its number.
template <class E>
void coded(Reader& io, E& value) {
  std::uint16_t number = 0;
  io.u16(number);
  value = static_cast<E>(number);
}
template <class E>
void coded(Writer& io, const E& value) {
  io.u16(static_cast<std::uint16_t>(value));
}

}  // namespace wire
}  // namespace cordon::intellivue
