// SPDX-License-Identifier: Apache-2.0
#include "app/analysis.h"

#include <algorithm>

namespace cordon::app {

Analysis::Analysis(Options options, Out out)
    : options_(std::move(options)),
      out_(std::move(out)),
      observer_(observe::Options{.sensor = options_.sensor,
                                 .decoys = options_.decoys,
                                 .files = {},
                                 .net = {.tcp = {.table = {.hash_seed = options_.hash_seed}},
                                         .fragments = {.hash_seed = options_.hash_seed},
                                         .udp = {.hash_seed = options_.hash_seed}}},
                *this) {}

void Analysis::frame(const net::Frame& frame) {
  now_ = std::max(now_, frame.time);
  observer_.frame(frame);
}

void Analysis::advance(WallTime now) {
  now_ = std::max(now_, now);
  observer_.advance(now_);
}

void Analysis::finish() {
  observer_.finish();
}

void Analysis::activity(const event::FileActivity& activity) {
  if (auto observation = examiner_.examine(activity)) out_(std::move(*observation));
}

void Analysis::host_seen(const event::HostSeen& seen) {
  out_(seen);
}

void Analysis::flow_seen(const event::FlowSeen& seen) {
  out_(seen);
}

void Analysis::flow_progress(const event::FlowProgress& progress) {
  out_(progress);
}

event::SensorReport Analysis::report(WallTime now, std::uint64_t drops, bool finished) const {
  const observe::Counters seen = observer_.counters();
  event::SensorReport out;
  out.at = now;
  out.sensor = options_.sensor;
  out.source_kind = options_.source_kind;
  out.source_name = options_.source_name;
  out.packets = seen.net.packets;
  out.bytes = seen.net.bytes;
  out.drops = drops;
  out.gaps = seen.net.gaps;
  out.weird = seen.weird;
  out.finished = finished;
  return out;
}

}  // namespace cordon::app
