// SPDX-License-Identifier: Apache-2.0
#include "app/enforcer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "app/clock.h"
#include "app/own_ways.h"
#include "app/radius_secret.h"
#include "app/say.h"
#include "contain/own_way.h"
#include "enforce/nft_enforcer.h"
#include "enforce/radius_enforcer.h"
#include "enforce/samba_enforcer.h"
#include "estate/load.h"

namespace cordon::app {

namespace {

constexpr std::size_t effects_at_once = 64;
constexpr std::chrono::milliseconds idle_wait{200};

std::vector<Mac> spared_macs(const estate::Estate& estate) {
  std::vector<Mac> out;
  for (const estate::Host& host : estate.hosts) {
    if (contain::spared(host)) out.insert(out.end(), host.macs.begin(), host.macs.end());
  }
  return out;
}

// Beside those that an estate may declare there is room for Cordon's own hosts.
static_assert(estate::Limits{}.protected_addresses < enforce::nft_protected_max);

enforce::NftConfig nft_config(const estate::Estate& estate) {
  enforce::NftConfig out;
  // One that no frame can have would have cordon-nft refuse all of it; the estate's files may not hold one.
  for (const estate::CareFlow& flow : estate.care_flows) {
    if (flow.server.one_station()) out.care.push_back({flow.server, flow.port, flow.udp});
  }
  for (const estate::Host& host : estate.hosts) {
    if (!contain::spared(host)) continue;
    std::ranges::copy_if(host.addresses, std::back_inserter(out.protected_ips), &IpAddress::one_station);
  }
  out.protected_macs = spared_macs(estate);
  out.own_ways = own_ways_between(estate);
  return out;
}

radius::MacStyle mac_style_of(const std::string& word) {
  if (word == "colons") return radius::MacStyle::colons;
  if (word == "dots") return radius::MacStyle::dots;
  if (word == "bare") return radius::MacStyle::bare;
  return radius::MacStyle::dashes;
}

std::vector<radius::Attribute> into_vlan(std::int64_t id) {
  if (id == 0) return {};
  return radius::tunnel_vlan(static_cast<std::uint16_t>(id));
}

std::unique_ptr<enforce::Means> radius_means(const Config& config, const estate::Estate& estate, std::string& why) {
  enforce::RadiusConfig out;
  out.protected_macs = spared_macs(estate);
  out.own_folder = config.data_folder() + "/run";
  for (const RadiusConfig& one : config.radius) {
    auto secret = read_secret(config, one, why);
    if (!secret) return nullptr;
    if (secret->weak()) {
      log_line(fmt::format("component=control event=weak_radius_secret switch={} bytes_wanted={}", one.name,
                           enforce::radius_secret_bytes_good));
    }
    enforce::RadiusSwitch added;
    added.nas.name = one.name;
    added.nas.address = *IpAddress::parse(one.address);
    added.nas.port = static_cast<std::uint16_t>(one.port);
    added.nas.secret = std::move(*secret);
    if (one.authenticated_answers) added.nas.need = radius::Need::message_authenticator;
    added.nas_identifier = one.identifier;
    added.style = mac_style_of(one.mac_style);
    added.cut = into_vlan(one.quarantine_vlan);
    added.release = into_vlan(one.release_vlan);
    added.hostapd_control = one.hostapd_control;
    out.switches.push_back(std::move(added));
  }
  auto means = enforce::RadiusMeans::open(std::move(out));
  if (!means) {
    why = sentence_for(means.error(), "[radius]");
    return nullptr;
  }
  return std::move(*means);
}

void run_dry(const std::stop_token& stop, BoundedQueue<event::Effect>& effects, const Enforcers::Report& report,
             const std::function<WallTime()>& now, const std::string& name) {
  using event::EnforcerStep;
  while (!stop.stop_requested()) {
    for (const event::Effect& effect : effects.pop_batch(effects_at_once, idle_wait)) {
      const auto* apply = std::get_if<event::ApplyCut>(&effect);
      const std::string& id = apply != nullptr ? apply->id : std::get<event::LiftCut>(effect).id;
      report(event::EnforcerReport{now(), id, apply != nullptr ? EnforcerStep::rehearsed : EnforcerStep::lifted, 0, "",
                                   name});
    }
  }
}

void run_real(const std::stop_token& stop, BoundedQueue<event::Effect>& effects, enforce::Enforcer& enforcer) {
  auto next = std::chrono::steady_clock::now();
  while (!stop.stop_requested()) {
    for (event::Effect& effect : effects.pop_batch(effects_at_once, idle_wait)) enforcer.take(std::move(effect));
    if (std::chrono::steady_clock::now() < next) continue;
    enforcer.tend();
    next = std::chrono::steady_clock::now() + enforcer_poll;
  }
}

}  // namespace

std::unique_ptr<Enforcers> Enforcers::open(const Config& config, const estate::Estate& estate, std::string& why) {
  std::unique_ptr<Enforcers> out(new Enforcers);
  for (const std::string& name : config.enforcer_means) {
    auto line = std::make_unique<Line>();
    line->name = name;
    if (config.rehearses(name)) line->run = enforce::Enforcer::Run::dry;
    if (name == "nftables") line->means = std::make_unique<enforce::NftMeans>(config.nft_socket(), nft_config(estate));
    if (name == "samba") line->means = std::make_unique<enforce::SambaMeans>(config.path_of(config.samba_socket));
    if (name == "radius") {
      line->means = radius_means(config, estate, why);
      if (line->means == nullptr) return nullptr;
    }
    out->lines_.push_back(std::move(line));
  }
  return out;
}

Enforcers::~Enforcers() {
  stop();
}

void Enforcers::start(Report report, std::function<WallTime()> now) {
  report_ = std::move(report);
  now_ = std::move(now);
  for (const auto& line : lines_) {
    line->thread = std::jthread([this, &line = *line](const std::stop_token& stop) {
      if (line.means == nullptr) return run_dry(stop, line.effects, report_, now_, line.name);
      enforce::Enforcer enforcer(std::move(line.means), report_, now_, line.run);
      run_real(stop, line.effects, enforcer);
    });
  }
}

bool Enforcers::take(const event::Effect& effect) {
  const std::string& name = std::visit([](const auto& e) -> const std::string& { return e.means; }, effect);
  const auto line = std::ranges::find(lines_, name, [](const auto& l) { return l->name; });
  return line != lines_.end() && (*line)->effects.push(effect);
}

void Enforcers::stop() {
  for (const auto& line : lines_) line->thread.request_stop();
  for (const auto& line : lines_) {
    if (line->thread.joinable()) line->thread.join();
  }
}

}  // namespace cordon::app
