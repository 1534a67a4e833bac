// SPDX-License-Identifier: Apache-2.0
// The whole way from frames to activities. An input is records: two bytes of length, little-endian, and that many bytes
// of an Ethernet frame; the length's two highest bits let a second or an hour pass first. Whatever comes, every report
// makes sense and every bound holds.
#include <cmath>
#include <cstdlib>
#include <utility>

#include "observe/observer.h"
#include "observe/path.h"

namespace {

using namespace cordon;

struct Judge final : observe::Sink {
  void activity(const event::FileActivity& a) override {
    const auto sane = [](double share) { return std::isfinite(share) && share >= 0 && share <= 1; };
    if (!sane(a.kept_share) || !sane(a.before.text_share) || !sane(a.after.text_share)) std::abort();
    if (!std::isfinite(a.before.chi_squared) || !std::isfinite(a.after.chi_squared)) std::abort();
    if (a.file == 0 || a.path.empty() || a.share.empty()) std::abort();
    if (a.altered != (a.first_altered != WallTime{})) std::abort();
    if (a.created && a.altered) std::abort();
    if (a.path.size() > observe::path_bytes_max || a.new_path == a.path) std::abort();
  }
  void flow_seen(const event::FlowSeen& f) override {
    if (f.port >= event::ports_given_out_from || f.host.ip == IpAddress{}) std::abort();
    if (f.transport == event::Transport::tcp && f.state != event::FlowState::answered) std::abort();
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Judge judge;
  observe::Options options{.sensor = "fuzz", .decoys = {"\\\\*\\commun\\decoy.docx"}};
  options.files.clients = {6, 4};
  options.files.nodes = {12, 8};
  options.files.records = {12, 8};
  options.files.handles = {12, 8};
  options.files.sessions = {4, 3};
  options.files.content_bytes_max = 64 << 10;
  options.conversations = {8, 4};
  options.hosts_max = 4;
  options.flows = {.flows = {6, 4}, .clients_max = 3, .client_hour_max = 4, .second_max = 3};
  options.udp_flows = options.flows;
  options.one_way_flows = options.flows;
  options.net.udp = {.talks_max = 8, .one_way_max = 8};
  options.net.tcp.table = {.half_open_max = 4, .unproven_max = 4, .established_max = 16, .closed_max = 4};
  observe::Observer observer(std::move(options), judge);
  ByteReader in(ByteView(data, size));
  WallTime now{std::chrono::seconds(1'670'097'605)};
  while (in.left() >= 2) {
    const std::uint16_t head = *in.u16le();
    if ((head & 0x8000U) != 0) now += std::chrono::seconds(1);
    if ((head & 0x4000U) != 0) now += std::chrono::hours(1);
    const auto bytes = in.take(std::min<std::size_t>(head & 0x3fffU, in.left()));
    now += Micros(100);
    observer.frame({net::LinkType::ethernet, now, *bytes, static_cast<std::uint32_t>(bytes->size())});
    if (observer.counters().hosts > 4) std::abort();
  }
  observer.finish();
  return 0;
}
