// SPDX-License-Identifier: Apache-2.0
// CaptureFile and CaptureLive: frames from a pcap or pcapng file, and from a network interface, through libpcap. Not
// for looking into frames (net). Neither keeps a frame: its bytes are borrowed until the next call.
#pragma once

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "net/frame.h"

namespace cordon::io {

/// CaptureFile reads one capture from front to back, in constant memory: a read buffer of 1 MiB and what libpcap allots
/// for one frame (256 KiB) or one pcapng block (16 MiB at most; it refuses longer ones).
class CaptureFile {
 public:
  /// open opens a file, or standard input for "-". It fails with
  ///   io           it cannot be opened (errno)
  ///   malformed    it is no capture
  ///   truncated    it is empty, or ends within its own header
  ///   unsupported  its link type is none that net reads (the number)
  /// open_error then says the rest of the sentence that begins with the file's name.
  static Result<CaptureFile> open(const std::string& path);
  /// open_stream reads an open stream and closes it.
  static Result<CaptureFile> open_stream(std::FILE* stream);
  /// open_error is why the last open of this thread failed.
  static const std::string& open_error();

  CaptureFile(CaptureFile&&) noexcept;
  CaptureFile& operator=(CaptureFile&&) noexcept;
  ~CaptureFile();

  /// next gives the next frame, or nothing at the end. It fails with `truncated` where the capture ends in the middle
  /// of a frame and `malformed` where what follows cannot be a frame; all before it was given.
  Result<std::optional<net::Frame>> next();
  /// last_error is why next failed, the rest of a sentence that begins with the file's name.
  const std::string& last_error() const;

 private:
  struct State;
  explicit CaptureFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// live_timeout_ms is how long TPACKET_V3 may hold a block that is not full. Measured with bench/capture_latency.cpp on
/// a veth pair, two cores that others kept busy (load about 28), three runs: single frames arrive after 5 to 7 ms in
/// the median with blocks and 40 us in immediate mode; but of 200,000 frames of 1,000 bytes sent at once, blocks lost
/// none at 0.25 us of processor a frame, immediate mode lost 2 to 20 % at 1.9 to 2.5 us. A lost frame is a gap in the
/// evidence, 7 ms only a delay: blocks are the default.
inline constexpr int live_timeout_ms = 10;

/// CaptureStatistics counts since the capture was opened.
struct CaptureStatistics {
  std::uint64_t received = 0;
  std::uint64_t dropped_by_kernel = 0;  // the ring was full: we were too slow
  std::uint64_t dropped_by_interface = 0;
};

/// CaptureLive reads an interface. Opening needs CAP_NET_RAW; reading needs no right.
class CaptureLive {
 public:
  struct Options {
    std::string interface;
    int snaplen = 262'144;        // bytes; longer than any offloaded segment
    int buffer_bytes = 64 << 20;  // the kernel's ring: half a second at 1 Gbit/s
    bool immediate = false;       // hand over each frame at once, without TPACKET_V3's blocks
  };

  /// open fails with denied (no right), io (no such interface, or it is down) or unsupported (link type).
  static Result<CaptureLive> open(Options options);
  /// open_error is why the last open of this thread failed.
  static const std::string& open_error();

  CaptureLive(CaptureLive&&) noexcept;
  CaptureLive& operator=(CaptureLive&&) noexcept;
  ~CaptureLive();

  /// dispatch waits up to live_timeout_ms, then hands over what is there, at most `frames_max` frames. Returns their
  /// number; fails with io when the interface is gone.
  Result<int> dispatch(int frames_max, const std::function<void(const net::Frame&)>& take);
  CaptureStatistics statistics() const;
  const std::string& last_error() const;

 private:
  struct State;
  explicit CaptureLive(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace cordon::io
