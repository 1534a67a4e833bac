// SPDX-License-Identifier: Apache-2.0
#include "net/udp.h"

#include <algorithm>

namespace cordon::net {
namespace {

// What servers listen on by UDP and no client is given as its own (IANA's registry of services; 24105: Philips
// IntelliVue Data Export). The clients' ends of DHCP, 68 and 546, are none.
constexpr std::array<std::uint16_t, 48> known_services{
    7,    13,   19,   37,   42,   49,   53,   67,   69,   88,   111,  123,  135,  137,  138,  161,
    162,  177,  389,  427,  443,  464,  500,  514,  520,  547,  623,  1434, 1645, 1646, 1719, 1812,
    1813, 1900, 2049, 2055, 3389, 3478, 3702, 3799, 4500, 5060, 5246, 5247, 5353, 5355, 6343, 24105};
static_assert(std::ranges::is_sorted(known_services));
constexpr std::uint16_t chosen_by_clients_from = 32'768;  // Linux; Windows from 49,152 on (RFC 6335 6)

// service_rank says how much a port is a server's.
int service_rank(std::uint16_t port) {
  if (std::ranges::binary_search(known_services, port)) return 2;
  if (port == 0 || port == 68 || port == 546) return 0;
  return port < chosen_by_clients_from ? 1 : 0;
}

// Both ports of media (RTP) are agreed upon call by call, out of ranges that begin here or higher (Asterisk 10,000,
// Cisco 16,384).
constexpr std::uint16_t media_ports_from = 10'000;

bool agreed_upon(std::uint16_t client, std::uint16_t server) {
  const int rank = service_rank(server);
  return rank == 0 || (rank == 1 && service_rank(client) == 1 && std::min(client, server) >= media_ports_from);
}

bool is_group(const IpAddress& address) {
  return address.bytes[0] >= (address.v6 ? 0xffU : 224U);  // IPv4: multicast, reserved, 255.255.255.255
}

// Whom a datagram to several reaches is not in it, nor who sent one that has no sender.
bool between_two(const PacketView& packet, const DatagramPorts& ports) {
  static constexpr Mac everybody{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
  return packet.destination_mac != everybody && !is_group(packet.destination) && !is_group(packet.source) &&
         !packet.source.unspecified() && !packet.destination.unspecified() && packet.source != packet.destination &&
         ports.destination != 0;
}

// apart: further apart than `most`, whichever is later; a clock may have been set.
bool apart(WallTime a, WallTime b, Micros most) {
  return a - b > most || b - a > most;
}

KeyWords<5> service_key(const Vlan& vlan, const IpAddress& from, const Endpoint& to) {
  const std::uint64_t rest = std::uint64_t{to.port} << 32 | std::uint64_t{vlan.outer} << 16 |
                             std::uint64_t{vlan.inner} << 4 | (from.v6 ? 1U : 0U);
  return {address_word(from, 0), address_word(from, 8), address_word(to.address, 0), address_word(to.address, 8), rest};
}

}  // namespace

UdpTracker::UdpTracker(const UdpOptions& options, Sink& sink, Counters& counters)
    : options_(options),
      sink_(sink),
      counters_(counters),
      talks_(options.talks_max, options.hash_seed),
      one_way_(options.one_way_max, options.hash_seed) {
  static_assert(sizeof(Talk) <= 104 && sizeof(OneWay) <= 72, "the arithmetic at the top of udp.h");
}

void UdpTracker::datagram(const PacketView& packet, const DatagramPorts& ports, WallTime now) {
  ++counters_.udp_datagrams;
  if (!watching_) watching_since_ = now;
  watching_ = true;
  if (!between_two(packet, ports)) {
    ++counters_.udp_to_groups;
    return;
  }
  const Step step{packet, ports, flow_key(packet, ports.source, ports.destination), now};
  Talk& talk = talk_of(step);
  const std::size_t mine = step.keyed.source_is_low ? 0 : 1;
  const std::size_t other = 1 - mine;
  talk.last = now;
  talk.heard[mine] = now;
  talk.spoke[mine] = true;
  talk.macs[mine] = packet.source_mac;
  if (talk.spoke[other] && !apart(now, talk.heard[other], options_.answer_wait)) {
    answered(step, talk);
  } else if (!talk.answered) {
    one_way(step, talk);
  }
}

UdpTracker::Talk& UdpTracker::talk_of(const Step& step) {
  Talk* talk = talks_.find(step.keyed.key);
  if (talk != nullptr && !apart(step.now, talk->last, options_.idle)) return *talk;
  if (talk == nullptr) {
    // Who was answered stays longer than who was not.
    talk = &talks_.place(step.keyed.key, [&](const Talk& t) {
      return std::pair(t.answered && !apart(step.now, t.last, options_.idle), t.last);
    });
    if (talk->used && !apart(step.now, talk->last, options_.idle)) ++counters_.udp_talks_evicted;
  }
  ++counters_.udp_talks;
  *talk = Talk{};
  talk->key = step.keyed.key;
  talk->used = true;
  talk->low_began = step.keyed.source_is_low;
  talk->began_before = !apart(step.now, watching_since_, options_.idle);
  return *talk;
}

void UdpTracker::answered(const Step& step, Talk& talk) {
  if (talk.answered && !apart(step.now, talk.told, options_.again)) return;
  const bool source_began = talk.low_began == step.keyed.source_is_low;
  const std::size_t mine = step.keyed.source_is_low ? 0 : 1;
  const Endpoint source{step.packet.source, step.ports.source, talk.macs[mine]};
  const Endpoint target{step.packet.destination, step.ports.destination, talk.macs[1 - mine]};
  const Endpoint& began = source_began ? source : target;
  const Endpoint& asked = source_began ? target : source;
  const int more = service_rank(asked.port) - service_rank(began.port);
  UdpView view{step.packet.vlan, began, asked, step.now, UdpWay::answered, false};
  if (more < 0) std::swap(view.client, view.server);
  if (more < 0 || (more == 0 && talk.began_before)) view.way = UdpWay::unclear;
  view.port_given_out = agreed_upon(view.client.port, view.server.port);
  const KeyWords<5> key = service_key(view.vlan, view.client.address, view.server);
  if (OneWay* unanswered = talk.answered ? nullptr : one_way_.find(key)) *unanswered = OneWay{};
  talk.answered = true;
  talk.told = step.now;
  sink_.on_udp(view);
}

void UdpTracker::one_way(const Step& step, Talk& talk) {
  if (service_rank(step.ports.destination) < service_rank(step.ports.source)) {
    if (!talk.answer_alone) ++counters_.udp_answers_alone;
    talk.answer_alone = true;
    return;
  }
  const Micros second = std::chrono::seconds(1);
  if (talk.was_counted && !apart(step.now, talk.counted, second - Micros(1))) return;
  talk.was_counted = true;
  talk.counted = step.now;
  const Endpoint target{step.packet.destination, step.ports.destination, step.packet.receiver()};
  const KeyWords<5> key = service_key(step.packet.vlan, step.packet.source, target);
  OneWay* count = one_way_.find(key);
  if (count == nullptr) count = &one_way_.place(key, [](const OneWay& c) { return c.last; });
  if (!count->used || count->key != key || apart(step.now, count->last, options_.one_way_idle)) {
    *count = OneWay{.key = key, .first = step.now, .last = step.now, .told = {}, .datagrams = 1, .used = true};
    return;
  }
  if (!apart(step.now, count->last, second - Micros(1))) return;
  count->last = step.now;
  ++count->datagrams;
  if (count->datagrams < options_.one_way_datagrams_min || step.now - count->first < options_.one_way_span_min) return;
  if (count->was_told && !apart(step.now, count->told, options_.again)) return;
  count->was_told = true;
  count->told = step.now;
  const Endpoint source{step.packet.source, step.ports.source, step.packet.source_mac};
  sink_.on_udp({step.packet.vlan, source, target, step.now, UdpWay::one_way, agreed_upon(source.port, target.port)});
}

void UdpTracker::finish() {
  talks_.clear();
  one_way_.clear();
  watching_ = false;
}

}  // namespace cordon::net
