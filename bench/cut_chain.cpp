// SPDX-License-Identifier: Apache-2.0
// From the last observation to the kernel's rule, through all that stands between in `cordon serve`: the engine's
// verdict and plan, the logbook's durable commit, the enforcer's thread, cordon-nft. Sensor and capture are not in it
// (capture_latency.cpp). Driven by tests/netns/nft_test.py --bench, which watches the packets:
//   bench_cut_chain SOCKET_OF_CORDON_NFT FOLDER MAC IPV4 IPV6
// `cut` on standard input makes one and answers `cut BEFORE APPLIED` (CLOCK_MONOTONIC, nanoseconds; before the verdict,
// and when the enforcer reported); `lift` takes it back and answers `lifted`.
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <string>
#include <thread>

#include "app/clock.h"
#include "app/control.h"
#include "base/queue.h"
#include "io/enforcer.h"
#include "io/nft_enforcer.h"

namespace {

using namespace cordon;
using namespace std::chrono_literals;

std::int64_t monotonic_now() {
  return std::chrono::steady_clock::now().time_since_epoch().count();
}

class Chain {
 public:
  Chain(app::Control& control, BoundedQueue<event::Input>& inputs, event::HostKey host)
      : control_(control), inputs_(inputs), host_(std::move(host)) {}

  void cut() {
    // Two files weigh, and are written; the third makes the verdict.
    for (int i = 0; i < 2; ++i) control_.take({{observation()}});
    const std::int64_t before = monotonic_now();
    control_.take({{observation()}});
    wait_for(event::CutState::applied);
    fmt::print("cut {} {}\n", before, applied_at_);
    std::fflush(stdout);
  }

  void lift() {
    const std::string id = newest().decision.id;
    control_.take({{event::RollBack{app::wall_now(), id, "bench", ""}}});
    wait_for(event::CutState::lifted);
    fmt::print("lifted\n");
    std::fflush(stdout);
  }

  std::atomic<std::int64_t> applied_at_ = 0;

 private:
  event::Input observation() {
    event::Observation o;
    o.at = o.first_altered = app::wall_now();
    o.host = host_;
    o.user = "CHV\\b.martin";
    o.share = "\\\\10.77.9.18\\commun";
    o.path = fmt::format("{}\\dossier {}.docx", o.share, ++files_);
    o.kind = "structure_lost";
    o.llr = 8;
    o.confirmed = o.altered = true;
    return o;
  }
  const engine::CutRecord& newest() const {
    const engine::CutRecord* out = nullptr;
    for (const auto& [id, cut] : control_.engine().state().cuts) {
      if (out == nullptr || cut.entry > out->entry) out = &cut;
    }
    return *out;
  }
  void wait_for(event::CutState state) {
    while (newest().state != state) control_.take(inputs_.pop_batch(64, 10ms));
  }

  app::Control& control_;
  BoundedQueue<event::Input>& inputs_;
  event::HostKey host_;
  int files_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::cerr << "usage: bench_cut_chain SOCKET FOLDER MAC IPV4 IPV6\n";
    return 2;
  }
  const auto mac = Mac::parse(argv[3]);
  const auto ipv4 = IpAddress::parse(argv[4]);
  const auto ipv6 = IpAddress::parse(argv[5]);
  if (!mac || !ipv4 || !ipv6) return 2;
  const std::string path = std::string(argv[2]) + "/book.db";
  auto book = logbook::Logbook::open({.path = path, .box = "bench", .now = app::wall_now});
  if (!book) return 3;

  BoundedQueue<event::Input> inputs(1024);
  BoundedQueue<event::Effect> effects(1024);
  engine::Policy policy;
  policy.automatic_cuts_per_hour_max = 1'000'000;
  policy.harm_budget = 1e9;
  app::Control control(engine::Engine(policy, {}, engine::State{}), std::move(*book),
                       {[](std::span<const engine::Recorded>) {}, [&](const event::Effect& e) { effects.push(e); }});
  const event::HostKey host{"span0", 0, *mac, *ipv4, {}};
  Chain chain(control, inputs, host);
  std::jthread enforcing([&](const std::stop_token& stop) {
    io::Enforcer enforcer(
        std::make_unique<io::NftMeans>(argv[1], io::NftConfig{}),
        [&](event::Input input) {
          const auto* report = std::get_if<event::EnforcerReport>(&input);
          if (report != nullptr && report->step == event::EnforcerStep::applied) {
            chain.applied_at_ = monotonic_now();
          }
          inputs.push(std::move(input));
        },
        app::wall_now);
    enforcer.tend();
    while (!stop.stop_requested()) {
      for (event::Effect& effect : effects.pop_batch(64, 100ms)) enforcer.take(std::move(effect));
    }
  });
  control.take({{event::Started{app::wall_now(), "bench", "", event::Mode::guard},
                 event::HostSeen{app::wall_now(), host, "", false},
                 event::HostSeen{app::wall_now(), {"span0", 0, *mac, *ipv6, {}}, "", false}}});
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "cut") chain.cut();
    if (line == "lift") chain.lift();
  }
  return 0;
}
