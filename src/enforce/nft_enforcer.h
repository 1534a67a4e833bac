// SPDX-License-Identifier: Apache-2.0
// NftMeans carries cuts out on the nftables bridge or router of this box, through the helper cordon-nft. It does
// exactly what was decided, counts what it drops, and what it has in force ends by itself in the kernel.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "enforce/enforcer.h"
#include "enforce/nft_client.h"

namespace cordon::enforce {

class NftMeans final : public Means {
 public:
  /// `socket` is the helper's, `config` what it keeps in force: care flows and protected addresses.
  NftMeans(std::string socket, NftConfig config) : socket_(std::move(socket)), config_(std::move(config)) {}

  std::string name() const override { return "nftables"; }
  std::string process() const override { return "cordon-nft"; }

  std::string note() const override { return client_ ? client_->refusal() : ""; }

  Result<event::InForce> connect(WallTime now) override;
  Outcome apply(const event::ApplyCut& cut, WallTime now) override;
  Outcome rehearse(const event::ApplyCut& cut, WallTime now) override;
  Outcome lift(const event::LiftCut& cut, WallTime now) override;
  Result<std::vector<Reading>> read_back(const std::vector<event::ApplyCut>& cuts, WallTime now) override;
  Result<std::optional<event::InForce>> survey(WallTime now) override;
  bool owned_by_last() const override { return true; }

 private:
  struct Found {
    std::string cut;
    WallTime until;
  };

  Outcome failure(const Error& error) const;
  Result<NftListing> list(WallTime now);
  bool is_there(const NftCut& cut, const std::vector<NftTarget>& targets, WallTime until) const;

  std::string socket_;
  NftConfig config_;
  std::optional<NftClient> client_;
  // What stood in the kernel when it was last listed, less what was asked about since: a cut of which all is there, is
  // not asked for once more. After a reconnect all cuts come at once, and each would have the helper read all elements.
  std::map<std::pair<grammar::CutKind, NftTarget>, Found> there_;
};

}  // namespace cordon::enforce
