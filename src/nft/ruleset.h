// SPDX-License-Identifier: GPL-2.0-only
// The table of Cordon as libnftables JSON, on a bridge or on a router (hop.h): what may be dropped, in which order, and
// how its elements are written and read. Text in, text out; the kernel is elsewhere (kernel.h), who may ask for what
// too (helper.h).
//
// How a frame is judged, in the chain `forward` (hook forward, priority 0, policy accept):
//   1. ARP passes, but for what an isolated host announces that is not its own (own_addresses.h). Care flows over TCP
//      and UDP pass before anything is dropped: towards a care server's port always, from it unless the receiving port
//      is a spread port (a cut host could else borrow the care server's address and port to reach one). Whose MAC it is
//      is no matter: a care server's answers may come from a router that is isolated.
//   2. A segment with a fixed spread port as source or destination is judged, so live flows stop in both directions.
//   3. Dynamic ports (remote procedure calls) also are the client ports of every ordinary connection. There only a
//      connection's first segment is judged, and a segment whose two ports both are dynamic, which no client of a
//      well-known service sends. So web, mail or DICOM of a cut host go on.
//   4. Fragments are judged whatever they carry: ports stand in the first fragment only, and a first fragment may be
//      made too short to show them or the TCP flags. Later fragments to or from a care server pass; without a first
//      fragment, which is judged by its port, they are worth nothing to an attacker.
//   5. A connection that a client opens to a spread port is judged with its direction known (chains `request` for what
//      the client sends, `reply` for what the server sends): block_out drops by the client, shield by the server,
//      close_border by both networks. What neither drops goes on to `judged`.
//   6. An isolated host keeps care flows, and without which care flows end too: ARP, neighbour and router
//      solicitations and neighbour advertisements about itself, DHCP as a client. It is no DHCP server, no router and
//      announces nobody else's address.
//      A blocked flow is dropped in both directions; ports stand in every first fragment (8 bytes at least).
//   7. A frame with two or more VLAN tags is judged by its MACs alone: nftables reads ports behind one tag, not behind
//      two. A cut host's doubly tagged frames are dropped whole, care included; end stations do not send such frames.
// `judged` drops what comes from or goes to an address in the sets spread_mac, spread_ip4, spread_ip6. The other kinds
// of cuts have such sets too (out_, shield_, isolate_), flows and borders sets of their own. Not seen: what
// is packed into another protocol (PPPoE, GRE, VXLAN, ESP) is left alone, unless its own ports are spread ports; frames
// that do not cross this bridge never come here.
//
// On a router the same sets, counters and rules in the same order, by address, but for what is said on one wire: no ARP
// and no neighbour discovery, which no router forwards, so nothing is bound to own addresses; no VLAN tags, which it
// takes off. Of MACs:
//   - The receiver's is the router's own, on every packet. No rule looks at it: towards a cut host its addresses count.
//   - The sender's is that of the last hop. Of a host on a network of this router it is its own, and it is judged: a
//     host that takes another address, IPv6's temporary ones too, stays cut. Of who is further away it is that of the
//     router between, under which a sensor on this wire may have seen the host; a cut that names it must not cut all
//     behind. So a MAC counts only on packets that no router forwarded before this one: their hop count is one below
//     the 64 (RFC 1700), 128 (Windows) or 255 that hosts begin with. Who sets another count
//     and takes another address escapes, as on a bridge does who takes another MAC and another address.
// Not seen on a router: what stays within one network; what is said to the router itself; what a flowtable or hardware
// forwards past the hook. Where the router translates addresses, the rules see those behind the translation, in both
// directions: it is done before the hook for what comes in, and after it for what goes out.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "grammar/answer.h"
#include "nft/hop.h"
#include "nft/kernel.h"

namespace cordon::nft {

constexpr unsigned elements_max = 4096;  // in each set of cut addresses: a whole hospital of workstations
constexpr std::size_t care_flows_max = 1024;
constexpr std::size_t ports_max = 64;  // ranges, for TCP and for UDP

/// Configuration is what `ensure` puts into force.
struct Configuration {
  std::set<grammar::CareFlow> care_tcp;
  std::set<grammar::CareFlow> care_udp;
  std::set<grammar::Mac> protected_macs;
  std::set<grammar::Ip> protected_ips;
  std::set<grammar::PortRange> spread_tcp;
  std::set<grammar::PortRange> spread_udp;
  std::optional<grammar::PortRange> dynamic_tcp;
  std::set<grammar::Flow> own_ways;

  std::size_t entries() const;
  /// care gives those of one protocol, "tcp" or "udp".
  const std::set<grammar::CareFlow>& care(std::string_view protocol) const;
  /// protects: a cut of this kind may not touch this target. A protected host may be shielded; a care flow is none of
  /// block_flow's; at a border, care flows pass anyway. Of control's own ways neither end may be cut or shielded, nor
  /// may a flow or a border come between the two.
  bool protects(grammar::CutKind kind, const grammar::Target& target) const;
};

/// ruleset gives the commands that make `table` or bring it up to date: rules and configuration are replaced, elements
/// of cuts and counters stay. On a bridge the set of own6_text (own_addresses.h) must be there.
Json ruleset(const Configuration& configuration, const Table& table);

/// Commands about one element of a cut.
enum class ElementVerb : std::uint8_t {
  create,  // fails if it is there
  add,     // on Linux ≥ 6.12 gives an element that is there the new timeout
  remove,
};
Json element_command(const Table& table, ElementVerb verb, grammar::CutKind kind, const grammar::Target& target,
                     std::string_view cut = {}, std::int64_t timeout = 0);

Json list_command(const Table& table);
Json delete_table_command(const Table& table);

/// elements_of reads the elements of cuts out of a listing; what does not read as an element of ours is left out.
std::vector<grammar::Element> elements_of(const Json& listing);
/// counters_of reads the named counters out of a listing.
std::vector<grammar::Counter> counters_of(const Json& listing);
/// shape_of is everything of a listing but cut elements, counts and handles: two equal shapes judge frames equally.
std::string shape_of(const Json& listing);

}  // namespace cordon::nft
