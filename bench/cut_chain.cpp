// SPDX-License-Identifier: Apache-2.0
// From the last observation to the report of whoever cuts, through all that stands between in `cordon serve`: the
// engine's verdict and plan, the logbook's durable commit, the enforcer's thread and what it asks. Sensor and capture
// are not in it (capture_latency.cpp). Driven by --bench of nft_test.py, radius_test.py and samba_test.py in
// tests/netns, which watch the packets (chain.py):
//   bench_cut_chain CONFIGURATION MAC IPV4 IPV6
// It says `ready` once every configured means is there. `cut` on standard input makes a cut and answers `cut BEFORE
// APPLIED` (CLOCK_MONOTONIC, nanoseconds; before the verdict, and when the enforcer reported); `lift` takes it back and
// answers `lifted`.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <iostream>
#include <string>

#include "app/clock.h"
#include "app/config.h"
#include "app/control.h"
#include "app/enforcer.h"
#include "app/say.h"
#include "base/queue.h"

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
    applied_at_ = 0;
    const std::int64_t before = monotonic_now();
    control_.take({{observation()}});
    while (applied_at_ == 0) control_.take(inputs_.pop_batch(64, 10ms));
    fmt::print("cut {} {}\n", before, applied_at_);
    std::fflush(stdout);
  }

  void lift() {
    const std::string id = newest().decision.id;
    control_.take({{event::RollBack{app::wall_now(), id, "bench", "bench", ""}}});
    while (newest().state != event::CutState::lifted) control_.take(inputs_.pop_batch(64, 10ms));
    fmt::print("lifted\n");
    std::fflush(stdout);
  }

  /// hear takes what an enforcer reports, on the enforcer's thread.
  void hear(event::Input input) {
    const auto* report = std::get_if<event::EnforcerReport>(&input);
    if (report != nullptr && report->step == event::EnforcerStep::applied) applied_at_ = monotonic_now();
    inputs_.push(std::move(input));
  }
  void wait_for_means(std::size_t count) {
    const auto up = [&] {
      return std::ranges::count_if(control_.engine().state().processes, [](const auto& p) { return p.second.up; });
    };
    while (static_cast<std::size_t>(up()) < count) control_.take(inputs_.pop_batch(64, 10ms));
    fmt::print("ready\n");
    std::fflush(stdout);
  }

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
  app::Control& control_;
  BoundedQueue<event::Input>& inputs_;
  event::HostKey host_;
  std::atomic<std::int64_t> applied_at_ = 0;
  int files_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: bench_cut_chain CONFIGURATION MAC IPV4 IPV6\n";
    return 2;
  }
  const auto mac = Mac::parse(argv[2]);
  const auto ipv4 = IpAddress::parse(argv[3]);
  const auto ipv6 = IpAddress::parse(argv[4]);
  const app::Checked checked = app::read_config(argv[1]);
  app::print_problems(checked.problems);
  if (!mac || !ipv4 || !ipv6 || !checked.problems.empty()) return 2;
  auto book = logbook::Logbook::open({.path = checked.config.book_path(), .box = "bench", .now = app::wall_now});
  std::string why;
  const auto enforcers = app::Enforcers::open(checked.config, checked.estate, why);
  if (!book || enforcers == nullptr) {
    app::complain(why);
    return 3;
  }
  engine::Policy policy = checked.config.policy();
  policy.automatic_cuts_per_hour_max = 1'000'000;
  policy.harm_budget = 1e9;

  BoundedQueue<event::Input> inputs(1024);
  app::Control control(engine::Engine(policy, checked.estate, engine::State{}), std::move(*book),
                       {[](std::span<const engine::Recorded>) {}, [&](const event::Effect& e) { enforcers->take(e); }});
  const event::HostKey host{"span0", 0, *mac, *ipv4, {}};
  Chain chain(control, inputs, host);
  enforcers->start([&](event::Input input) { chain.hear(std::move(input)); });
  const WallTime start = app::wall_now();
  control.take({{event::Started{start, "bench", "", event::Mode::guard},
                 event::PersonChanged{start, "bench", event::PersonStep::entered, {event::Role::cyber}, "console"},
                 event::SessionChanged{start, "bench", "bench", event::SessionStep::signed_in, "127.0.0.1", 1, ""},
                 event::HostSeen{app::wall_now(), host, "", false},
                 event::HostSeen{app::wall_now(), {"span0", 0, *mac, *ipv6, {}}, "", false}}});
  chain.wait_for_means(policy.means.size());
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "cut") chain.cut();
    if (line == "lift") chain.lift();
  }
  enforcers->stop();
  return 0;
}
