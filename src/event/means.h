// SPDX-License-Identifier: Apache-2.0
// What a means offers: how much of a cut it carries out, and what it can tell of it. No event; cuts are weighed by it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/address.h"

namespace cordon::event {

/// Reach is how much of a cut a means carries out, or how much more.
enum class Reach : std::uint8_t {
  exact,         // what was decided, whatever it is
  file_service,  // of a host that is cut: one server's files, and no other way to spread
  whole_host,    // of a host that is cut: everything it says, its care flows included
};

/// MeansOffer is one way to carry cuts out, as it is configured.
struct MeansOffer {
  std::string name;     // nftables, radius, samba, dry-run
  std::string process;  // who answers for it, as ProcessChanged names him
  Reach reach = Reach::exact;
  bool counts_drops = false;         // it tells what it stopped, so that a cut which stops nothing is seen
  bool ends_sessions = false;        // it can tell the users of one address apart
  std::vector<IpAddress> servers{};  // of Reach::file_service: whose files; empty: nobody said
  bool rehearses = false;            // it says what it would do, and changes nothing
};

}  // namespace cordon::event
