// SPDX-License-Identifier: Apache-2.0
// Any bytes as a capture file, read to its end or its damage and decoded on the way.
#include <cstdint>
#include <cstdio>

#include "io/capture.h"
#include "net/decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;  // fmemopen refuses it
  // The stream is opened for reading only: fmemopen does not write through the pointer.
  std::FILE* stream = ::fmemopen(const_cast<std::uint8_t*>(data), size, "rb");
  if (stream == nullptr) return 0;
  auto file = cordon::io::CaptureFile::open_stream(stream);
  if (!file) return 0;
  cordon::net::Sink sink;
  cordon::net::DecoderOptions options;  // small tables: a fuzzer makes thousands a second
  options.tcp.table = {.half_open_max = 32, .unproven_max = 32, .established_max = 32, .closed_max = 32};
  cordon::net::Decoder decoder(sink, options);
  while (true) {
    const auto next = file->next();
    if (!next || !*next) break;
    decoder.frame(**next);
  }
  decoder.finish();
  return 0;
}
