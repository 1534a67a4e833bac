// SPDX-License-Identifier: Apache-2.0
// Desk: somebody at the station's own screen who puts each simulated monitor at the bed that it names, as a nurse does
// on the page Devices. For ./run: a station itself assigns nothing.
#pragma once

#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <set>
#include <string>

namespace cordon::lab {

/// place_at_desk asks a station on this machine's loopback once in a while until each of `labels` has its device; it
/// moves none that stands at a bed already. It says so as "desk (lab)". Runs on `context`.
void place_at_desk(boost::asio::io_context& context, std::uint16_t port, std::set<std::string> labels);

}  // namespace cordon::lab
