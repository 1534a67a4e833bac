// SPDX-License-Identifier: Apache-2.0
// The first byte chooses: a line of heads.jsonl, a printed head, a request or answer of the seal, or a whole database
// with a heads file before it (u16 little-endian length), which is verified.
#include <cstdlib>

#include "logbook/head.h"
#include "logbook/seal_wire.h"
#include "logbook/verify.h"

namespace {

using cordon::ByteView;

void require(bool holds) {
  if (!holds) std::abort();
}

std::string_view text_of(ByteView in) {
  return {reinterpret_cast<const char*>(in.data()), in.size()};
}

bool same_content(const std::vector<std::uint8_t>& frame, ByteView in) {
  const ByteView content = ByteView(frame).subspan(4);
  return std::equal(content.begin(), content.end(), in.begin(), in.end());
}

void database(ByteView in) {
  using namespace cordon::logbook;
  cordon::ByteReader from(in);
  const auto heads_bytes = from.u16le();
  if (!heads_bytes) return;
  const auto heads = from.take(*heads_bytes);
  if (!heads) return;
  VerifyOptions options;
  options.public_key = PublicKey{};
  const auto report = verify_image(from.rest(), text_of(*heads), options);
  if (!report) return;
  require(report->damages.size() <= 2 * damages_max);
  require(!describe(*report).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cordon::logbook;
  if (size == 0) return 0;
  const ByteView in(data + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      if (const auto head = parse_head_line(text_of(in))) require(head_line(*head) == text_of(in));
      break;
    case 1:
      if (const auto head = parse_paper_form(text_of(in))) require(*parse_paper_form(paper_form(*head)) == *head);
      break;
    case 2:
      if (const auto head = decode_seal_request(in)) require(same_content(encode_seal_request(*head), in));
      break;
    case 3:
      if (const auto answer = decode_seal_answer(in)) require(same_content(encode_seal_answer(*answer), in));
      break;
    default:
      database(in);
  }
  return 0;
}
