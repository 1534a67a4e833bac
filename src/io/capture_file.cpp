// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <pcap/pcap.h>
#include <stdio_ext.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <vector>

#include "io/capture.h"
#include "io/capture_frame.h"

namespace cordon::io {

namespace {

// Read through a buffer that stays in the processor's second cache beside what the analysis touches.
constexpr std::size_t read_buffer_bytes = std::size_t{1} << 17U;

thread_local std::string open_error_text;

// libpcap tells kinds of damage apart in words only.
bool says(const char* text, const char* word) {
  return std::strstr(text, word) != nullptr;
}

}  // namespace

struct CaptureFile::State {
  std::vector<char> buffer = std::vector<char>(read_buffer_bytes);  // outlives the stream that reads through it
  pcap_t* handle = nullptr;
  net::LinkType link_type = net::LinkType::ethernet;
  std::string error;

  ~State() {
    if (handle != nullptr) pcap_close(handle);
  }
};

CaptureFile::CaptureFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
CaptureFile::CaptureFile(CaptureFile&&) noexcept = default;
CaptureFile& CaptureFile::operator=(CaptureFile&&) noexcept = default;
CaptureFile::~CaptureFile() = default;

const std::string& CaptureFile::open_error() {
  return open_error_text;
}
const std::string& CaptureFile::last_error() const {
  return state_->error;
}

Result<CaptureFile> CaptureFile::open(const std::string& path) {
  std::FILE* stream = path == "-" ? ::fdopen(::dup(0), "rb") : std::fopen(path.c_str(), "rbe");
  if (stream == nullptr) {
    const int number = errno;
    open_error_text = fmt::format("cannot be opened: {}", std::strerror(number));
    return fail(ErrorCode::io, "capture", static_cast<std::uint64_t>(number));
  }
  return open_stream(stream);
}

Result<CaptureFile> CaptureFile::open_stream(std::FILE* stream) {
  auto state = std::make_unique<State>();
  ::__fsetlocking(stream, FSETLOCKING_BYCALLER);  // one thread reads it: no lock for each of a packet's two pieces
  std::setvbuf(stream, state->buffer.data(), _IOFBF, state->buffer.size());
  char why[PCAP_ERRBUF_SIZE] = {};
  state->handle = pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_MICRO, why);
  if (state->handle == nullptr) {
    std::fclose(stream);
    if (says(why, "truncated") || says(why, "only got")) {
      open_error_text = "is empty, or ends within its header: not a whole capture";
      return fail(ErrorCode::truncated, "capture");
    }
    if (says(why, "Is a directory")) {
      open_error_text = "is a folder; name a capture file";
      return fail(ErrorCode::io, "capture", EISDIR);
    }
    open_error_text = fmt::format("is no pcap or pcapng capture ({})", why);
    return fail(ErrorCode::malformed, "capture");
  }
  const auto link = link_type_of(state->handle);
  if (!link) {
    const int number = pcap_datalink(state->handle);
    const char* name = pcap_datalink_val_to_name(number);
    open_error_text = fmt::format(
        "has the link type {} ({}), which Cordon does not read; it reads Ethernet, Linux cooked, raw IP and loopback",
        name == nullptr ? "unknown" : name, number);
    return fail(ErrorCode::unsupported, "link type", static_cast<std::uint64_t>(number));
  }
  state->link_type = *link;
  return CaptureFile(std::move(state));
}

Result<std::optional<net::Frame>> CaptureFile::next() {
  pcap_pkthdr* header = nullptr;
  const u_char* data = nullptr;
  const int got = pcap_next_ex(state_->handle, &header, &data);
  if (got == 1) return std::optional(frame_of(*header, data, state_->link_type));
  if (got == PCAP_ERROR_BREAK) return std::optional<net::Frame>();
  const char* why = pcap_geterr(state_->handle);
  if (says(why, "truncated")) {
    state_->error = fmt::format("is cut in the middle of a packet ({})", why);
    return fail(ErrorCode::truncated, "capture");
  }
  state_->error = fmt::format("holds garbage ({})", why);
  return fail(ErrorCode::malformed, "capture");
}

}  // namespace cordon::io
