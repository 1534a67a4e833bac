// SPDX-License-Identifier: Apache-2.0
#include "contain/means.h"

#include <algorithm>

#include "contain/lines.h"

namespace cordon::contain {

namespace {

bool care_would_stop(const event::HostKey& key, const estate::Estate& estate) {
  const auto serves_care = [&](const estate::CareFlow& flow) { return flow.server == key.ip; };
  if (std::ranges::any_of(estate.care_flows, serves_care)) return true;
  const auto host = host_of(estate, key);
  if (!host) return false;
  const estate::Host& declared = estate.hosts[host->value];
  if (declared.is_protected) return true;
  return std::ranges::any_of(estate.flows, [&](const estate::Flow& flow) {
    return flow.care && (flow.client.value == host->value || flow.server.value == host->value);
  });
}

}  // namespace

bool suits(const event::MeansOffer& offer, const std::string& action, const event::HostKey& host,
           const estate::Estate& estate) {
  if (action == event::end_sessions) return offer.ends_sessions;
  switch (offer.reach) {
    case event::Reach::exact:
      return true;
    case event::Reach::file_service:
      return action == "block_spread" || action == "block_out" || action == "isolate";
    case event::Reach::whole_host:
      return action == "isolate" && !care_would_stop(host, estate);
  }
  return false;
}

const event::MeansOffer* next_means(std::span<const event::MeansOffer> offers, std::span<const std::string> asked,
                                    const std::string& action, const event::HostKey& host,
                                    const estate::Estate& estate) {
  const auto found = std::ranges::find_if(offers, [&](const event::MeansOffer& offer) {
    return std::ranges::find(asked, offer.name) == asked.end() && suits(offer, action, host, estate);
  });
  return found != offers.end() ? &*found : nullptr;
}

}  // namespace cordon::contain
