// SPDX-License-Identifier: Apache-2.0
// Own ways: from the configuration to what no cut may end: Cordon's box, who carries its cuts out, and the connections
// between them and from browsers (estate::Own, estate::OwnWay).
#pragma once

#include <string>
#include <vector>

#include "app/config.h"
#include "enforce/nft_client.h"
#include "estate/estate.h"

namespace cordon::app {

/// add_own_ways marks these hosts in the estate, adds those that nobody declared, and names the ways. The box is the
/// host that is declared under its name, and whoever has one of `addresses` or the address where the page is served
/// beyond loopback; the others are the switches of [radius.*] and the servers of [samba], where these are among the
/// means. The estate is indexed afterwards.
void add_own_ways(const Config& config, estate::Estate& estate);

/// own_ways_between gives the ways between this box and what carries its cuts out as pairs of addresses; the way of
/// browsers, who may be anywhere, is none.
std::vector<enforce::NftFlow> own_ways_between(const estate::Estate& estate);

/// own_ways_told says, a line each, what is kept open, and what is not known that should be.
std::vector<std::string> own_ways_told(const Config& config, const estate::Estate& estate);

}  // namespace cordon::app
