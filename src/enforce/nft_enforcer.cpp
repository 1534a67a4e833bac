// SPDX-License-Identifier: Apache-2.0
#include "enforce/nft_enforcer.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace cordon::enforce {

namespace {

constexpr std::chrono::seconds rounding{2};  // the helper's timeouts and what remains of them are whole seconds

template <class Named>
std::vector<NftTarget> targets_of(const Named& named) {
  std::vector<NftTarget> out(named.macs.begin(), named.macs.end());
  out.insert(out.end(), named.ips.begin(), named.ips.end());
  for (const event::FlowTarget& f : named.flows) out.emplace_back(NftFlow{f.client, f.server, f.port});
  for (const event::BorderTarget& b : named.borders) {
    out.emplace_back(NftBorder{{b.from.address, b.from.bits}, {b.to.address, b.to.bits}});
  }
  return out;
}

NftCut nft_cut(const event::ApplyCut& cut, WallTime now) {
  NftCut out;
  out.id = cut.id;
  out.kind = grammar::cut_kind_of(cut.action).value_or(grammar::CutKind::block_spread);
  out.timeout = std::chrono::duration_cast<std::chrono::milliseconds>(cut.until - now);
  for (const NftTarget& target : targets_of(cut)) {
    if (const auto* mac = std::get_if<Mac>(&target)) out.macs.push_back(*mac);
    if (const auto* ip = std::get_if<IpAddress>(&target)) out.ips.push_back(*ip);
    if (const auto* flow = std::get_if<NftFlow>(&target)) out.flows.push_back(*flow);
    if (const auto* border = std::get_if<NftBorder>(&target)) out.borders.push_back(*border);
  }
  return out;
}

event::InForce in_force_of(const NftListing& listing, WallTime now) {
  std::map<grammar::CutKind, event::InForceKind> kinds;
  for (const NftElement& e : listing.elements) {
    event::InForceKind& kind = kinds[e.kind];
    kind.action = grammar::to_string(e.kind);
    if (const auto* mac = std::get_if<Mac>(&e.target)) kind.macs.push_back(*mac);
    if (const auto* ip = std::get_if<IpAddress>(&e.target)) kind.ips.push_back(*ip);
    if (const auto* f = std::get_if<NftFlow>(&e.target)) kind.flows.push_back({f->client, f->server, f->port});
    if (const auto* b = std::get_if<NftBorder>(&e.target)) {
      kind.borders.push_back({{b->from.address, b->from.bits}, {b->to.address, b->to.bits}});
    }
  }
  event::InForce out;
  out.at = now;
  for (auto& [kind, found] : kinds) out.kinds.push_back(std::move(found));
  return out;
}

}  // namespace

Result<event::InForce> NftMeans::connect(WallTime now) {
  client_.reset();  // and what it was refused before: that is not why it fails now
  there_.clear();
  client_.emplace(CORDON_TRY(NftClient::connect(socket_)));
  CORDON_TRY_VOID(client_->ensure(config_));
  const NftListing listing = CORDON_TRY(list(now));
  return in_force_of(listing, now);
}

Result<std::optional<event::InForce>> NftMeans::survey(WallTime now) {
  const NftListing listing = CORDON_TRY(list(now));
  return in_force_of(listing, now);
}

Result<NftListing> NftMeans::list(WallTime now) {
  there_.clear();
  NftListing listing = CORDON_TRY(client_->list());
  for (const NftElement& e : listing.elements) there_[{e.kind, e.target}] = {e.cut, now + e.remaining};
  return listing;
}

bool NftMeans::is_there(const NftCut& cut, const std::vector<NftTarget>& targets, WallTime until) const {
  return !targets.empty() && std::ranges::all_of(targets, [&](const NftTarget& target) {
    const auto found = there_.find({cut.kind, target});
    return found != there_.end() && found->second.cut == cut.id && found->second.until > until - rounding &&
           found->second.until < until + rounding;
  });
}

Outcome NftMeans::apply(const event::ApplyCut& cut, WallTime now) {
  const NftCut asked = nft_cut(cut, now);
  const std::vector<NftTarget> targets = targets_of(cut);
  if (is_there(asked, targets, cut.until)) return {};
  for (const NftTarget& target : targets) there_.erase({asked.kind, target});
  const auto done = client_->cut(asked);
  return done ? Outcome{} : failure(done.error());
}

Outcome NftMeans::rehearse(const event::ApplyCut& cut, WallTime now) {
  if (cut.action != grammar::to_string(grammar::CutKind::shield)) {
    for (const Mac& mac : cut.macs) {
      if (std::ranges::find(config_.protected_macs, mac) != config_.protected_macs.end()) {
        return {Outcome::Kind::refused, mac.text() + " is protected"};
      }
    }
    for (const IpAddress& ip : cut.ips) {
      if (std::ranges::find(config_.protected_ips, ip) != config_.protected_ips.end()) {
        return {Outcome::Kind::refused, ip.text() + " is protected"};
      }
    }
  }
  if (const std::string why = complaint_about(nft_cut(cut, now)); !why.empty()) {
    return {Outcome::Kind::refused, why};
  }
  // Without its configuration the helper cuts nobody; that it is there is worth knowing.
  if (!client_) {
    auto client = NftClient::connect(socket_);
    if (!client) return {Outcome::Kind::lost, process() + " does not answer"};
    client_.emplace(std::move(*client));
  }
  if (const auto listing = client_->list(); !listing) return failure(listing.error());
  return {Outcome::Kind::done, std::to_string(targets_of(cut).size()) + " addresses would be blocked"};
}

Outcome NftMeans::lift(const event::LiftCut& cut, WallTime) {
  if (cut.id != stray_cut_id) {
    std::erase_if(there_, [&](const auto& one) { return one.second.cut == cut.id; });
    const auto done = client_->lift(cut.id);
    return done ? Outcome{} : failure(done.error());
  }
  const auto kind = grammar::cut_kind_of(cut.action);
  if (!kind) return {Outcome::Kind::refused, "a stray without its kind"};
  const std::vector<NftTarget> targets = targets_of(cut);
  for (const NftTarget& target : targets) there_.erase({*kind, target});
  const auto done = client_->lift_targets(*kind, targets);
  return done ? Outcome{} : failure(done.error());
}

Result<std::vector<Reading>> NftMeans::read_back(const std::vector<event::ApplyCut>& cuts, WallTime now) {
  const NftListing listing = CORDON_TRY(list(now));
  const bool rules_whole = listing.rules == grammar::Rules::whole;
  // Somebody else changed the table: put it right, and say so below.
  if (!rules_whole) CORDON_TRY_VOID(client_->ensure(config_));
  std::vector<Reading> out;
  for (const event::ApplyCut& cut : cuts) {
    const auto named = targets_of(cut);
    std::set<NftTarget> missing(named.begin(), named.end());
    Reading reading{Reading::Kind::in_force, 0, ""};
    for (const NftElement& e : listing.elements) {
      if (grammar::to_string(e.kind) == cut.action && missing.erase(e.target) > 0) reading.drops += e.packets;
    }
    if (!rules_whole) {
      reading = {Reading::Kind::missing, reading.drops, "somebody else changed the rules of nftables; put back"};
    } else if (!missing.empty()) {
      reading = {Reading::Kind::missing, reading.drops, "the rule was not there when read back; asked for again"};
    }
    out.push_back(std::move(reading));
  }
  return out;
}

Outcome NftMeans::failure(const Error& error) const {
  if (error.code == ErrorCode::io || error.code == ErrorCode::timeout) {
    return {Outcome::Kind::lost, process() + " does not answer"};
  }
  return {Outcome::Kind::refused, client_->refusal()};
}

}  // namespace cordon::enforce
