// SPDX-License-Identifier: Apache-2.0
// How late a live capture hands over a frame: from sendto() on one end of a veth pair to the callback on the other, one
// frame at a time and in a burst, in immediate mode and with TPACKET_V3's blocks. As root:
//   ip netns add latency && ip -n latency link add va type veth peer name vb
//   ip -n latency link set va up && ip -n latency link set vb up
//   ip netns exec latency bench_capture_latency va vb; ip netns del latency
#include <fmt/format.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include "io/capture.h"

namespace {

using namespace cordon;
constexpr std::size_t frame_bytes = 1'000;
constexpr std::size_t frames_each = 300;

std::int64_t nanoseconds_now() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

void send_frames(const char* interface, std::size_t count, std::chrono::microseconds pause) {
  const int raw = ::socket(AF_PACKET, SOCK_RAW, 0);
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = static_cast<int>(::if_nametoindex(interface));
  std::array<std::uint8_t, frame_bytes> frame{};
  frame.fill(0xff);
  frame[12] = 0x88;  // an EtherType for local experiments (IEEE 802, 9.2.3)
  frame[13] = 0xb5;
  for (std::size_t i = 0; i < count; ++i) {
    const std::int64_t now = nanoseconds_now();
    std::memcpy(frame.data() + 14, &now, sizeof now);
    ::sendto(raw, frame.data(), frame.size(), 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    if (pause.count() != 0) std::this_thread::sleep_for(pause);
  }
  ::close(raw);
}

double cpu_seconds() {
  rusage use{};
  ::getrusage(RUSAGE_THREAD, &use);
  return static_cast<double>(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
         static_cast<double>(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

int measure(const char* from, const char* to, bool immediate, std::size_t count, std::chrono::microseconds pause) {
  auto capture = io::CaptureLive::open({.interface = to, .immediate = immediate});
  if (!capture) {
    fmt::print(stderr, "{}: {}\n", to, io::CaptureLive::open_error());
    return 3;
  }
  std::vector<double> late;
  std::atomic<bool> sent = false;
  const double cpu_before = cpu_seconds();
  std::thread sender([&] {
    send_frames(from, count, pause);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    sent = true;
  });
  while (!sent) {
    const auto got = capture->dispatch(1'024, [&](const net::Frame& frame) {
      if (frame.bytes.size() != frame_bytes || frame.bytes[12] != 0x88 || frame.bytes[13] != 0xb5) return;
      std::int64_t then = 0;
      std::memcpy(&then, frame.bytes.data() + 14, sizeof then);
      late.push_back(static_cast<double>(nanoseconds_now() - then) / 1e3);
    });
    if (!got) break;
  }
  sender.join();
  std::sort(late.begin(), late.end());
  const auto at = [&](double share) {
    return late.empty() ? 0.0 : late[static_cast<std::size_t>(share * static_cast<double>(late.size() - 1))];
  };
  fmt::print(
      "{:9} pause={:>5}us sent={} received={} dropped={} median={:.0f}us p99={:.0f}us max={:.0f}us "
      "cpu={:.0f}ns/frame\n",
      immediate ? "immediate" : "blocks", pause.count(), count, late.size(), capture->statistics().dropped_by_kernel,
      at(0.5), at(0.99), at(1), (cpu_seconds() - cpu_before) * 1e9 / static_cast<double>(count));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: bench_capture_latency SENDING_INTERFACE CAPTURING_INTERFACE\n");
    return 2;
  }
  for (const bool immediate : {true, false}) {
    if (const int failed = measure(argv[1], argv[2], immediate, frames_each, std::chrono::microseconds(7'300)))
      return failed;
    if (const int failed = measure(argv[1], argv[2], immediate, 200'000, std::chrono::microseconds(0))) return failed;
  }
  return 0;
}
