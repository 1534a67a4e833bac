// SPDX-License-Identifier: GPL-2.0-only
// What an isolated host may say about addresses. It needs ARP and neighbour discovery, or its care flows end with the
// neighbours' caches; but who may announce any address draws others' traffic, care too, to himself. So a cut that
// isolates a MAC and names addresses binds it to those: in sets beside the cut's own, the MAC of each family of which
// an address is named (bound4, bound6), and each MAC with each of its addresses (own4, own6). Of IPv6 the link-local
// address that belongs to the MAC is its own too (RFC 4291, appendix A). A MAC of which no address of a family is known
// is bound to nothing in it: rather a hole, which SECURITY.md states, than care that ends.
//
// Bindings have the end and the id of their cut, as its elements have, and judge nobody who is not isolated.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grammar/request.h"
#include "nft/words.h"

namespace cordon::nft {

constexpr const char* neighbours_chain = "neighbours";
constexpr unsigned own_elements_max = 4 * 4096;  // of each family: four addresses for each MAC that can be isolated

/// Binding is one element of those sets; without an address it says that the MAC is bound.
struct Binding {
  grammar::Mac mac;
  bool v6 = false;
  std::optional<grammar::Ip> ip;
  std::string cut = "-";
  std::int64_t remaining = 0;  // seconds
};

/// own6_text makes the set own6 in nftables' own language: nftables 1.0.6 has no name for the target of a neighbour
/// advertisement, and its JSON takes no set of bits without one. Nothing happens where the set is.
std::string own6_text(std::string_view table);
/// make_own_sets makes the others.
void make_own_sets(words::Commands& commands);
bool is_own_set(std::string_view name);

/// write_neighbours judges ARP: what a bound MAC announces must be its own. Its probes (RFC 5227) too: who answers to
/// every probe keeps newcomers from any address.
void write_neighbours(words::Commands& commands);
/// write_solicitations lets in `chain` pass what hosts say to find each other over IPv6, of a bound MAC if it is about
/// itself. Router advertisements and redirects are no part of it.
void write_solicitations(words::Commands& commands, const char* chain);

std::vector<Binding> bindings_of(const Json& listing);
/// bind_commands gives the commands that bind the MACs of an isolation to its addresses; what is bound for longer stays
/// so.
Json bind_commands(const std::string& id, const grammar::Cut& cut, const std::vector<Binding>& there);
Json unbind_command(const Binding& binding);

}  // namespace cordon::nft
