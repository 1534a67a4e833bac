// SPDX-License-Identifier: Apache-2.0
#include "logbook/head.h"

#include <fmt/format.h>
#include <sodium/crypto_sign.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <memory>

namespace cordon::logbook {

namespace {

using namespace std::string_view_literals;

constexpr std::string_view head_domain = "cordon logbook head 1\0"sv;
constexpr std::size_t paper_bytes_max = 256;  // box 64 + two numbers of 20 + 16 groups of 5, and room for spaces typed

/// Cursor walks over one line of text; `at` is where it stopped.
struct Cursor {
  std::string_view text;
  std::size_t at = 0;

  bool literal(std::string_view expected) {
    if (text.substr(at, expected.size()) != expected) return false;
    at += expected.size();
    return true;
  }
  bool until(char end, std::string_view& out) {
    const std::size_t found = text.find(end, at);
    if (found == std::string_view::npos) return false;
    out = text.substr(at, found - at);
    at = found;
    return true;
  }
  template <class T>
  bool number(T& out) {
    const char* begin = text.data() + at;
    const auto [end, error] = std::from_chars(begin, text.data() + text.size(), out);
    const auto size = static_cast<std::size_t>(end - begin);
    // One form for one number: no sign but minus, no leading zero.
    if (error != std::errc{} || (size > 1 && *begin == '0') || (size > 1 && *begin == '-' && begin[1] == '0'))
      return false;
    at += size;
    return true;
  }
  bool hex(std::span<std::uint8_t> out) {
    if (!from_hex(text.substr(at, out.size() * 2), out)) return false;
    at += out.size() * 2;
    return true;
  }
};

bool head_ok(const Head& head) {
  return box_name_ok(head.box) && head.epoch <= INT64_MAX && head.sequence.value <= INT64_MAX;
}

}  // namespace

std::vector<std::uint8_t> signed_bytes(const Head& head, WallTime sealed_at) {
  ByteWriter to;
  to.text(head_domain);
  to.u16le(static_cast<std::uint16_t>(head.box.size()));
  to.text(head.box);
  to.u64le(head.epoch);
  to.u64le(head.sequence.value);
  to.bytes(head.hash);
  to.u64le(static_cast<std::uint64_t>(sealed_at.time_since_epoch().count()));
  return to.release();
}

bool signature_ok(const SignedHead& head, const PublicKey& key) {
  const std::vector<std::uint8_t> bytes = signed_bytes(head.head, head.sealed_at);
  return crypto_sign_verify_detached(head.signature.data(), bytes.data(), bytes.size(), key.data()) == 0;
}

std::string head_line(const SignedHead& head) {
  return fmt::format(R"({{"box":"{}","epoch":{},"sequence":{},"hash":"{}","sealed_at":{},"signature":"{}"}})",
                     head.head.box, head.head.epoch, head.head.sequence.value, to_hex(head.head.hash),
                     head.sealed_at.time_since_epoch().count(), to_hex(head.signature));
}

Result<SignedHead> parse_head_line(std::string_view line) {
  if (line.size() > head_line_bytes_max) return fail(ErrorCode::malformed, "head line", head_line_bytes_max);
  SignedHead out;
  Cursor c{line};
  std::string_view box;
  std::int64_t sealed_at = 0;
  const bool read = c.literal(R"({"box":")") && c.until('"', box) && c.literal(R"(","epoch":)") &&
                    c.number(out.head.epoch) && c.literal(R"(,"sequence":)") && c.number(out.head.sequence.value) &&
                    c.literal(R"(,"hash":")") && c.hex(out.head.hash) && c.literal(R"(","sealed_at":)") &&
                    c.number(sealed_at) && c.literal(R"(,"signature":")") && c.hex(out.signature) &&
                    c.literal(R"("})") && c.at == line.size();
  out.head.box = box;
  out.sealed_at = WallTime{Micros{sealed_at}};
  if (!read || !head_ok(out.head)) return fail(ErrorCode::malformed, "head line", c.at);
  return out;
}

std::string paper_form(const Head& head) {
  const std::string digits = to_hex(head.hash);
  std::string out = fmt::format("{}/{}/{}", head.box, head.epoch, head.sequence.value);
  for (std::size_t i = 0; i < digits.size(); i += 4) out.append(" ").append(digits, i, 4);
  return out;
}

Result<Head> parse_paper_form(std::string_view text) {
  if (text.size() > paper_bytes_max) return fail(ErrorCode::malformed, "paper head", paper_bytes_max);
  Head head;
  Cursor c{text};
  std::string_view box;
  if (!c.until('/', box) || !c.literal("/") || !c.number(head.epoch) || !c.literal("/") ||
      !c.number(head.sequence.value)) {
    return fail(ErrorCode::malformed, "paper head", c.at);
  }
  head.box = box;
  std::string digits;
  for (const char typed : text.substr(c.at)) {
    if (typed == ' ') continue;
    digits += typed >= 'A' && typed <= 'F' ? static_cast<char>(typed - 'A' + 'a') : typed;
  }
  if (!from_hex(digits, head.hash) || !head_ok(head)) return fail(ErrorCode::malformed, "paper head", c.at);
  return head;
}

Result<PublicKey> read_public_key(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "re"), &std::fclose);
  if (file == nullptr) return fail(ErrorCode::io, "public key", static_cast<std::uint64_t>(errno));
  char text[66] = {};
  std::size_t size = std::fread(text, 1, sizeof text, file.get());
  if (size > 0 && text[size - 1] == '\n') --size;
  PublicKey key;
  if (!from_hex({text, size}, key)) return fail(ErrorCode::malformed, "public key");
  return key;
}

}  // namespace cordon::logbook
