// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <pcap/pcap.h>
#include <poll.h>

#include "io/capture.h"
#include "io/capture_frame.h"

namespace cordon::io {

namespace {

thread_local std::string live_open_error;

}  // namespace

struct CaptureLive::State {
  pcap_t* handle = nullptr;
  int descriptor = -1;
  net::LinkType link_type = net::LinkType::ethernet;
  std::string error;

  ~State() {
    if (handle != nullptr) pcap_close(handle);
  }
};

CaptureLive::CaptureLive(std::unique_ptr<State> state) : state_(std::move(state)) {}
CaptureLive::CaptureLive(CaptureLive&&) noexcept = default;
CaptureLive& CaptureLive::operator=(CaptureLive&&) noexcept = default;
CaptureLive::~CaptureLive() = default;

const std::string& CaptureLive::open_error() {
  return live_open_error;
}
const std::string& CaptureLive::last_error() const {
  return state_->error;
}

Result<CaptureLive> CaptureLive::open(Options options) {
  auto state = std::make_unique<State>();
  char why[PCAP_ERRBUF_SIZE] = {};
  state->handle = pcap_create(options.interface.c_str(), why);
  if (state->handle == nullptr) {
    live_open_error = why;
    return fail(ErrorCode::io, "interface");
  }
  pcap_set_snaplen(state->handle, options.snaplen);
  pcap_set_promisc(state->handle, 1);
  pcap_set_timeout(state->handle, live_timeout_ms);
  pcap_set_immediate_mode(state->handle, options.immediate ? 1 : 0);
  pcap_set_buffer_size(state->handle, options.buffer_bytes);
  const int activated = pcap_activate(state->handle);
  if (activated < 0) {
    const bool denied = activated == PCAP_ERROR_PERM_DENIED || activated == PCAP_ERROR_PROMISC_PERM_DENIED;
    live_open_error = denied ? "this user may not capture: it needs CAP_NET_RAW"
                             : fmt::format("{}: {}", pcap_statustostr(activated), pcap_geterr(state->handle));
    return fail(denied ? ErrorCode::denied : ErrorCode::io, "interface");
  }
  const auto link = link_type_of(state->handle);
  if (!link) {
    live_open_error = fmt::format("its link type {} is not read", pcap_datalink(state->handle));
    return fail(ErrorCode::unsupported, "link type");
  }
  state->link_type = *link;
  if (pcap_setnonblock(state->handle, 1, why) != 0) {
    live_open_error = why;
    return fail(ErrorCode::io, "interface");
  }
  state->descriptor = pcap_get_selectable_fd(state->handle);
  return CaptureLive(std::move(state));
}

Result<int> CaptureLive::dispatch(int frames_max, const std::function<void(const net::Frame&)>& take) {
  struct Context {
    State& state;
    const std::function<void(const net::Frame&)>& take;
  } context{*state_, take};
  pollfd waiting{state_->descriptor, POLLIN, 0};
  if (::poll(&waiting, 1, live_timeout_ms) < 0) return 0;  // a signal; the caller looks at its own flag
  const int got = pcap_dispatch(
      state_->handle, frames_max,
      [](u_char* user, const pcap_pkthdr* header, const u_char* data) {
        auto& c = *reinterpret_cast<Context*>(user);
        c.take(frame_of(*header, data, c.state.link_type));
      },
      reinterpret_cast<u_char*>(&context));
  if (got >= 0) return got;
  state_->error = pcap_geterr(state_->handle);
  return fail(ErrorCode::io, "interface");
}

CaptureStatistics CaptureLive::statistics() const {
  pcap_stat seen{};
  if (pcap_stats(state_->handle, &seen) != 0) return {};
  return {seen.ps_recv, seen.ps_drop, seen.ps_ifdrop};
}

}  // namespace cordon::io
