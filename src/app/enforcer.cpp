// SPDX-License-Identifier: Apache-2.0
#include "app/enforcer.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "app/clock.h"
#include "app/say.h"
#include "io/nft_client.h"

namespace cordon::app {

using event::EnforcerStep;

namespace {

constexpr std::size_t effects_at_once = 64;
constexpr std::chrono::milliseconds idle_wait{200};

io::NftConfig nft_config(const estate::Estate& estate) {
  io::NftConfig out;
  for (const estate::CareFlow& flow : estate.care_flows) out.care.push_back({flow.server, flow.port});
  for (const estate::Host& host : estate.hosts) {
    if (!host.is_protected) continue;
    out.protected_macs.insert(out.protected_macs.end(), host.macs.begin(), host.macs.end());
    out.protected_ips.insert(out.protected_ips.end(), host.addresses.begin(), host.addresses.end());
  }
  return out;
}

template <class Named>
std::vector<io::NftTarget> targets_of(const Named& named) {
  std::vector<io::NftTarget> out(named.macs.begin(), named.macs.end());
  out.insert(out.end(), named.ips.begin(), named.ips.end());
  for (const event::FlowTarget& f : named.flows) out.emplace_back(io::NftFlow{f.client, f.server, f.port});
  for (const event::BorderTarget& b : named.borders) {
    out.emplace_back(io::NftBorder{{b.from.address, b.from.bits}, {b.to.address, b.to.bits}});
  }
  return out;
}

io::NftCut nft_cut(const event::ApplyCut& cut, std::chrono::milliseconds timeout) {
  io::NftCut out;
  out.id = cut.id;
  out.kind = grammar::cut_kind_of(cut.action).value_or(grammar::CutKind::block_spread);
  out.timeout = timeout;
  for (const io::NftTarget& target : targets_of(cut)) {
    if (const auto* mac = std::get_if<Mac>(&target)) out.macs.push_back(*mac);
    if (const auto* ip = std::get_if<IpAddress>(&target)) out.ips.push_back(*ip);
    if (const auto* flow = std::get_if<io::NftFlow>(&target)) out.flows.push_back(*flow);
    if (const auto* border = std::get_if<io::NftBorder>(&target)) out.borders.push_back(*border);
  }
  return out;
}

event::InForce in_force_of(const io::NftListing& listing, WallTime now) {
  std::map<grammar::CutKind, event::InForceKind> kinds;
  for (const io::NftElement& e : listing.elements) {
    event::InForceKind& kind = kinds[e.kind];
    kind.action = grammar::to_string(e.kind);
    if (const auto* mac = std::get_if<Mac>(&e.target)) kind.macs.push_back(*mac);
    if (const auto* ip = std::get_if<IpAddress>(&e.target)) kind.ips.push_back(*ip);
    if (const auto* f = std::get_if<io::NftFlow>(&e.target)) kind.flows.push_back({f->client, f->server, f->port});
    if (const auto* b = std::get_if<io::NftBorder>(&e.target)) {
      kind.borders.push_back({{b->from.address, b->from.bits}, {b->to.address, b->to.bits}});
    }
  }
  event::InForce out;
  out.at = now;
  for (auto& [kind, found] : kinds) out.kinds.push_back(std::move(found));
  return out;
}

// NftEnforcer holds what is wanted and makes the kernel agree with it.
class NftEnforcer {
 public:
  NftEnforcer(const Report& report, std::string socket, const estate::Estate& estate)
      : report_(report), socket_(std::move(socket)), config_(nft_config(estate)) {}

  void take(event::Effect effect) {
    if (const auto* apply = std::get_if<event::ApplyCut>(&effect)) {
      wanted_[apply->id] = {*apply, false, false};
      if (client_) apply_one(wanted_.at(apply->id));
    } else {
      event::LiftCut lift = std::get<event::LiftCut>(std::move(effect));
      wanted_.erase(lift.id);
      lifts_.push_back(std::move(lift));
      if (client_) lift_all();
    }
  }

  /// tend connects, carries out what is outstanding and reads back.
  void tend() {
    if (!client_ && !connect()) {
      for (auto& [id, wanted] : wanted_) fail_if_late(wanted, "cordon-nft does not answer");
      return;
    }
    for (auto& [id, wanted] : wanted_) {
      if (!wanted.applied) apply_one(wanted);
    }
    lift_all();
    if (client_ && !wanted_.empty()) read_back();
    drop_ended();
  }

 private:
  struct Wanted {
    event::ApplyCut cut;
    bool applied = false;
    bool failure_told = false;
  };

  bool connect() {
    auto client = io::NftClient::connect(socket_);
    if (!client) {
      tell_process(false, "cordon-nft does not answer");
      return false;
    }
    client_.emplace(std::move(*client));
    if (const auto ensured = client_->ensure(config_); !ensured) {
      lose(ensured.error());
      return false;
    }
    const auto listing = client_->list();
    if (!listing) {
      lose(listing.error());
      return false;
    }
    tell_process(true, "");
    report_(in_force_of(*listing, wall_now()));
    return true;
  }

  void lose(const Error& error) {
    const std::string said = client_ ? client_->refusal() : "";
    tell_process(false, said.empty() ? sentence_for(error, "cordon-nft") : said);
    client_.reset();
    for (auto& [id, wanted] : wanted_) wanted.applied = false;
  }

  void apply_one(Wanted& wanted) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(wanted.cut.until - wall_now());
    if (left.count() <= 0) return;
    const auto done = client_->cut(nft_cut(wanted.cut, left));
    if (done) {
      wanted.applied = true;
      tell(wanted.cut.id, EnforcerStep::applied, 0, "");
      return;
    }
    if (done.error().code == ErrorCode::io || done.error().code == ErrorCode::timeout) {
      lose(done.error());
      fail_if_late(wanted, "cordon-nft does not answer");
    } else if (!wanted.failure_told) {
      wanted.failure_told = true;
      tell(wanted.cut.id, EnforcerStep::failed, 0, fmt::format("cordon-nft refused: {}", client_->refusal()));
    }
  }

  void fail_if_late(Wanted& wanted, const char* why) {
    if (wanted.failure_told || wanted.applied || wall_now() < wanted.cut.deadline) return;
    wanted.failure_told = true;
    tell(wanted.cut.id, EnforcerStep::failed, 0, why);
  }

  void lift_all() {
    while (client_ && !lifts_.empty()) {
      const event::LiftCut& lift = lifts_.front();
      const bool stray = lift.id == "stray";
      const auto done = stray ? client_->lift_targets(targets_of(lift)) : client_->lift(lift.id);
      if (!done) {
        lose(done.error());
        return;
      }
      if (!stray) tell(lift.id, EnforcerStep::lifted, 0, "");
      lifts_.erase(lifts_.begin());
    }
  }

  void read_back() {
    const auto listing = client_->list();
    if (!listing) {
      lose(listing.error());
      return;
    }
    const bool rules_whole = listing->rules == grammar::Rules::whole;
    if (!rules_whole)
      (void)client_->ensure(config_);  // somebody else changed the table: put it right, and say so below
    for (auto& [id, wanted] : wanted_) {
      if (!wanted.applied) continue;
      const auto named = targets_of(wanted.cut);
      std::set<io::NftTarget> missing(named.begin(), named.end());
      std::uint64_t drops = 0;
      for (const io::NftElement& e : listing->elements) {
        if (grammar::to_string(e.kind) == wanted.cut.action && missing.erase(e.target) > 0) drops += e.packets;
      }
      if (rules_whole && missing.empty()) {
        tell(id, EnforcerStep::read_back, drops, "");
      } else {
        wanted.applied = false;
        tell(id, EnforcerStep::missing, drops,
             rules_whole ? "the rule was not there when read back; asked for again"
                         : "somebody else changed the bridge's rules; put back");
      }
    }
  }

  void drop_ended() {
    std::erase_if(wanted_, [](const auto& item) { return item.second.cut.until <= wall_now(); });
  }

  void tell(const std::string& id, EnforcerStep step, std::uint64_t drops, std::string detail) {
    report_(event::EnforcerReport{wall_now(), id, step, drops, std::move(detail)});
  }
  void tell_process(bool up, std::string detail) {
    report_(event::ProcessChanged{wall_now(), "cordon-nft", up, std::move(detail)});
  }

  const Report& report_;
  std::string socket_;
  io::NftConfig config_;
  std::optional<io::NftClient> client_;
  std::map<std::string, Wanted> wanted_;
  std::vector<event::LiftCut> lifts_;
};

}  // namespace

void run_dry_enforcer(std::stop_token stop, EffectQueue& effects, const Report& report) {
  while (!stop.stop_requested()) {
    for (const event::Effect& effect : effects.pop_batch(effects_at_once, idle_wait)) {
      const auto* apply = std::get_if<event::ApplyCut>(&effect);
      const std::string& id = apply != nullptr ? apply->id : std::get<event::LiftCut>(effect).id;
      report(event::EnforcerReport{wall_now(), id, apply != nullptr ? EnforcerStep::rehearsed : EnforcerStep::lifted, 0,
                                   ""});
    }
  }
}

void run_nft_enforcer(std::stop_token stop, EffectQueue& effects, const Report& report, const std::string& socket,
                      const estate::Estate& estate) {
  NftEnforcer enforcer(report, socket, estate);
  auto next = std::chrono::steady_clock::now();
  while (!stop.stop_requested()) {
    for (event::Effect& effect : effects.pop_batch(effects_at_once, idle_wait)) enforcer.take(std::move(effect));
    if (std::chrono::steady_clock::now() < next) continue;
    enforcer.tend();
    next = std::chrono::steady_clock::now() + enforcer_poll;
  }
}

}  // namespace cordon::app
