// SPDX-License-Identifier: Apache-2.0
#include "logbook/seal_wire.h"

#include <algorithm>

namespace cordon::logbook {

namespace {

constexpr std::uint8_t request_type = 1;

}  // namespace

std::vector<std::uint8_t> encode_seal_request(const Head& head) {
  ByteWriter to;
  to.u32le(static_cast<std::uint32_t>(1 + 2 + head.box.size() + 8 + 8 + head.hash.size()));
  to.u8(request_type);
  to.u16le(static_cast<std::uint16_t>(head.box.size()));
  to.text(head.box);
  to.u64le(head.epoch);
  to.u64le(head.sequence.value);
  to.bytes(head.hash);
  return to.release();
}

Result<Head> decode_seal_request(ByteView in) {
  ByteReader from(in);
  if (CORDON_TRY(from.u8()) != request_type) return fail(ErrorCode::malformed, "seal request");
  Head head;
  const std::uint16_t box_bytes = CORDON_TRY(from.u16le());
  const ByteView box = CORDON_TRY(from.take(box_bytes));
  head.box.assign(box.begin(), box.end());
  head.epoch = CORDON_TRY(from.u64le());
  head.sequence.value = CORDON_TRY(from.u64le());
  const ByteView hash = CORDON_TRY(from.take(head.hash.size()));
  std::copy(hash.begin(), hash.end(), head.hash.begin());
  // SQLite's integers, and so sequences and epochs, end at 2^63 - 1.
  if (from.left() != 0 || !box_name_ok(head.box) || head.epoch > INT64_MAX || head.sequence.value > INT64_MAX) {
    return fail(ErrorCode::malformed, "seal request", from.offset());
  }
  return head;
}

std::vector<std::uint8_t> encode_seal_answer(const SealAnswer& answer) {
  ByteWriter to;
  to.u32le(static_cast<std::uint32_t>(1 + 8 + 8 + answer.signature.size()));
  to.u8(static_cast<std::uint8_t>(answer.status));
  to.u64le(static_cast<std::uint64_t>(answer.sealed_at.time_since_epoch().count()));
  to.u64le(answer.last.value);
  to.bytes(answer.signature);
  return to.release();
}

Result<SealAnswer> decode_seal_answer(ByteView in) {
  ByteReader from(in);
  SealAnswer answer;
  const std::uint8_t status = CORDON_TRY(from.u8());
  if (status > static_cast<std::uint8_t>(SealStatus::disk)) return fail(ErrorCode::malformed, "seal answer");
  answer.status = static_cast<SealStatus>(status);
  answer.sealed_at = WallTime{Micros{static_cast<std::int64_t>(CORDON_TRY(from.u64le()))}};
  answer.last.value = CORDON_TRY(from.u64le());
  const ByteView signature = CORDON_TRY(from.take(answer.signature.size()));
  std::copy(signature.begin(), signature.end(), answer.signature.begin());
  if (from.left() != 0) return fail(ErrorCode::malformed, "seal answer", from.offset());
  return answer;
}

}  // namespace cordon::logbook
