// SPDX-License-Identifier: Apache-2.0
// RadiusMeans cuts a host off the access port it sits on: the switch that has its session is asked to end it
// (Disconnect) or to change it (CoA: a quarantine VLAN or filter). It stops the whole host, its care flows included.
//
// Nobody needs to know which port a host is on: every switch is asked at once, and those without a session of the
// station say so (Session-Context-Not-Found). A switch keeps nothing of a Disconnect: a station that may log on again
// does so, and is then found authorised and disconnected again, where somebody can read the port; where nobody can, the
// cut stays unproven. docs/ENFORCERS.md says what that means for each kind of switch.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "enforce/enforcer.h"
#include "enforce/hostapd_control.h"
#include "enforce/radius_client.h"

namespace cordon::enforce {

constexpr std::chrono::milliseconds radius_patience_max{2000};
constexpr std::chrono::milliseconds radius_patience_min{300};

/// RadiusSwitch is one switch, how it wants to be asked, and who can read its ports.
struct RadiusSwitch {
  RadiusNas nas;
  std::string nas_identifier;            // NAS-Identifier; some switches refuse a request without their own
  std::optional<IpAddress> nas_address;  // NAS-IP-Address or NAS-IPv6-Address, likewise
  radius::MacStyle style = radius::MacStyle::dashes;
  std::vector<radius::Attribute> cut;      // empty: Disconnect-Request; else CoA-Request with these
  std::vector<radius::Attribute> release;  // CoA-Request that takes `cut` back; there is one with `cut`
  std::string hostapd_control;             // hostapd's control socket of the port; empty: nobody reads it back
};

struct RadiusConfig {
  std::vector<RadiusSwitch> switches;
  std::vector<Mac> protected_macs;  // never asked about
  std::string own_folder;           // where sockets towards hostapd are bound
};

class RadiusMeans final : public Means {
 public:
  /// open fails with `limit`, `malformed` (no switch, a change without what takes it back) or `io`. A hostapd that is
  /// not there yet is looked for again.
  static Result<std::unique_ptr<RadiusMeans>> open(RadiusConfig config);

  std::string name() const override { return "radius"; }
  std::string process() const override { return "radius"; }
  /// note names the switches that were silent when last asked.
  std::string note() const override;

  /// connect asks every switch about a station that nobody has: whoever refuses it is alive and knows the secret. A
  /// switch keeps no list of what was asked of it, so nothing is ever in force here and all is asked for again.
  Result<event::InForce> connect(WallTime now) override;
  /// survey asks as connect does, so that a switch that is silent is known before it is needed.
  Result<std::optional<event::InForce>> survey(WallTime now) override;
  Outcome apply(const event::ApplyCut& cut, WallTime now) override;
  Outcome rehearse(const event::ApplyCut& cut, WallTime now) override;
  /// lift is refused while one switch that may hold the station is silent or does not take its change back; it is lost
  /// when every switch is silent.
  Outcome lift(const event::LiftCut& cut, WallTime now) override;
  Result<std::vector<Reading>> read_back(const std::vector<event::ApplyCut>& cuts, WallTime now) override;

  const RadiusClient& client() const { return client_; }

 private:
  RadiusMeans(RadiusConfig config, RadiusClient client) : config_(std::move(config)), client_(std::move(client)) {
    readers_.resize(config_.switches.size());
  }

  Result<void> ask_who_is_there(WallTime now);
  RadiusAsk ask_about(std::size_t index, const Mac& mac, WallTime now, bool release) const;
  std::optional<std::string> refusal(const event::ApplyCut& cut) const;
  Outcome release_one(const Mac& mac, WallTime now);
  Outcome cut_one(const Mac& mac, WallTime now, std::chrono::milliseconds patience);
  std::optional<PortState> port(std::size_t index, const Mac& mac);
  Reading::Kind look_at(const Mac& mac);

  RadiusConfig config_;
  RadiusClient client_;
  std::vector<std::optional<HostapdControl>> readers_;
  std::set<std::size_t> silent_;
  std::map<Mac, std::set<std::size_t>> acknowledged_;  // which switches said yes; bounded by enforcer_cuts_max
};

}  // namespace cordon::enforce
