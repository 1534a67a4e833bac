// SPDX-License-Identifier: Apache-2.0
// The section [web], which `cordon serve` and `cordon station` have in common. For config.cpp and station_config.cpp
// alone.
#pragma once

#include <fmt/format.h>

#include <iterator>
#include <span>
#include <vector>

#include "app/settings.h"
#include "app/web_place.h"
#include "base/address.h"

namespace cordon::app {

/// with_web gives a file's own settings with those of [web] behind the ones at its top. C is a WebConfig.
template <class C>
std::vector<Setting<C>> with_web(std::span<const Setting<C>> own) {
  std::vector<Setting<C>> out;
  const auto sections = std::ranges::find_if(own, [](const Setting<C>& s) { return !s.section.empty(); });
  out.insert(out.end(), own.begin(), sections);
  out.insert(
      out.end(),
      {{"web", "address", &C::web_address, 1, 0, "",
        "where the page is served; beyond loopback always by TLS and for people with an account (docs/PEOPLE.md)"},
       {"web", "port", &C::web_port, 0, 65535, "", "TCP port; 0 takes any free one"},
       {"web", "tls", &C::web_tls, 0, 0, "", "TLS on loopback, too"},
       {"web", "names", &C::web_names, 0, 0, "", "by which browsers call this box, beside its host name and addresses"},
       {"web", "key", &C::web_key, 0, 0, "", "the hospital's own TLS key (PEM); empty: one is made"},
       {"web", "certificate", &C::web_certificate, 0, 0, "", "its certificate and what stands above it (PEM)"}});
  out.insert(out.end(), sections, own.end());
  return out;
}

/// check_web complains of what the keys of [web] cannot be together.
inline void check_web(const WebConfig& config, const toml::table& root, const Complaint& complain) {
  if (config.web_key.empty() != config.web_certificate.empty()) {
    complain(place_in(root, "web", config.web_key.empty() ? "certificate" : "key"),
             "[web] has one of 'key' and 'certificate'; give both or none");
  }
  if (!IpAddress::parse(config.web_address)) {
    complain(place_in(root, "web", "address"),
             fmt::format("[web] 'address' holds {}, which is no IP address; 127.0.0.1 serves this box alone, 0.0.0.0 "
                         "whoever reaches it",
                         in_quotes(config.web_address)));
  }
}

}  // namespace cordon::app
