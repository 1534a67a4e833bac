// SPDX-License-Identifier: Apache-2.0
// Hand-made frames and a sink that remembers, for tests, fuzzers and benchmarks. Never included by the product.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "net/decoder.h"

namespace cordon::net::testing {

/// noon is when these tests happen; up and down are the ways of a conversation.
inline const WallTime noon{std::chrono::seconds(1'670'000'000)};
constexpr Direction up = Direction::to_server;
constexpr Direction down = Direction::to_client;

/// OwnedFrame owns the bytes that its Frame borrows.
struct OwnedFrame {
  std::vector<std::uint8_t> bytes;
  WallTime time;
  LinkType link_type = LinkType::ethernet;
  std::uint32_t wire_bytes = 0;  // 0: as many as were captured
  Frame view() const {
    return {link_type, time, bytes, wire_bytes != 0 ? wire_bytes : static_cast<std::uint32_t>(bytes.size())};
  }
};

struct Host {
  Mac mac;
  IpAddress address;
  std::uint16_t port = 0;
};

/// host makes 10.0.x.y with a MAC of the same numbers.
inline Host host(std::uint16_t number, std::uint16_t port) {
  const auto high = static_cast<std::uint8_t>(number >> 8);
  const auto low = static_cast<std::uint8_t>(number);
  Host h;
  h.mac.bytes = {2, 0x77, 0, 0, high, low};
  h.address.bytes = {10, 0, high, low};
  h.port = port;
  return h;
}

/// host6 makes fd00::number.
inline Host host6(std::uint16_t number, std::uint16_t port) {
  Host h = host(number, port);
  h.address = IpAddress{};
  h.address.v6 = true;
  h.address.bytes[0] = 0xfd;
  h.address.bytes[14] = static_cast<std::uint8_t>(number >> 8);
  h.address.bytes[15] = static_cast<std::uint8_t>(number);
  return h;
}

inline constexpr std::uint8_t fin_flag = 0x01;
inline constexpr std::uint8_t syn_flag = 0x02;
inline constexpr std::uint8_t reset_flag = 0x04;
inline constexpr std::uint8_t ack_flag = 0x10;

struct SegmentFields {
  std::uint32_t sequence = 0;
  std::uint32_t acknowledgement = 0;
  std::uint8_t flags = ack_flag;
  std::uint16_t window = 65'535;
  std::string_view payload{};
};

inline std::vector<std::uint8_t> tcp_bytes(const Host& from, const Host& to, const SegmentFields& fields) {
  ByteWriter w;
  w.u16be(from.port);
  w.u16be(to.port);
  w.u32be(fields.sequence);
  w.u32be(fields.acknowledgement);
  w.u8(0x50);
  w.u8(fields.flags);
  w.u16be(fields.window);
  w.u32be(0);
  w.text(fields.payload);
  return w.release();
}

struct IpFields {
  std::uint8_t protocol = protocol_tcp;
  std::uint32_t identification = 0;
  std::uint32_t offset = 0;  // of a fragment, bytes
  bool more = false;
};

/// ip_bytes makes an IPv4 or IPv6 packet, a fragment where fields say so.
inline std::vector<std::uint8_t> ip_bytes(const Host& from, const Host& to, ByteView payload, const IpFields& fields) {
  const bool fragment = fields.more || fields.offset != 0;
  ByteWriter w;
  if (from.address.v6) {
    w.u32be(0x60000000);
    w.u16be(static_cast<std::uint16_t>(payload.size() + (fragment ? 8 : 0)));
    w.u8(fragment ? 44 : fields.protocol);
    w.u8(64);
    w.bytes(from.address.bytes);
    w.bytes(to.address.bytes);
    if (fragment) {
      w.u8(fields.protocol);
      w.u8(0);
      w.u16be(static_cast<std::uint16_t>(fields.offset | (fields.more ? 1U : 0U)));
      w.u32be(fields.identification);
    }
  } else {
    w.u16be(0x4500);
    w.u16be(static_cast<std::uint16_t>(payload.size() + 20));
    w.u16be(static_cast<std::uint16_t>(fields.identification));
    w.u16be(static_cast<std::uint16_t>((fields.more ? 0x2000U : 0U) | fields.offset / 8));
    w.u8(64);
    w.u8(fields.protocol);
    w.u16be(0);  // checksum left to the network card
    w.bytes(ByteView(from.address.bytes).first(4));
    w.bytes(ByteView(to.address.bytes).first(4));
  }
  w.bytes(payload);
  return w.release();
}

inline OwnedFrame ethernet(const Host& from, const Host& to, ByteView packet, WallTime time, Vlan vlan = {}) {
  ByteWriter w;
  w.bytes(to.mac.bytes);
  w.bytes(from.mac.bytes);
  if (vlan.inner != 0) {
    w.u16be(0x88a8);
    w.u16be(vlan.outer);
  }
  if (vlan.outer != 0) {
    w.u16be(0x8100);
    w.u16be(vlan.inner != 0 ? vlan.inner : vlan.outer);
  }
  w.u16be(from.address.v6 ? 0x86dd : 0x0800);
  w.bytes(packet);
  return {w.release(), time, LinkType::ethernet, 0};
}

inline OwnedFrame tcp_frame(const Host& from, const Host& to, const SegmentFields& fields, WallTime time,
                            Vlan vlan = {}) {
  return ethernet(from, to, ip_bytes(from, to, tcp_bytes(from, to, fields), {}), time, vlan);
}

/// udp_bytes makes a datagram whose header says `length`; 0: as long as it is.
inline std::vector<std::uint8_t> udp_bytes(const Host& from, const Host& to, std::string_view payload,
                                           std::uint16_t length = 0) {
  ByteWriter w;
  w.u16be(from.port);
  w.u16be(to.port);
  w.u16be(length != 0 ? length : static_cast<std::uint16_t>(8 + payload.size()));
  w.u16be(0);  // no checksum
  w.text(payload);
  return w.release();
}

inline OwnedFrame udp_frame(const Host& from, const Host& to, std::string_view payload, WallTime time, Vlan vlan = {}) {
  return ethernet(from, to, ip_bytes(from, to, udp_bytes(from, to, payload), {.protocol = protocol_udp}), time, vlan);
}

/// Remembered is what a sink heard of one flow. A gap shows in `bytes` as that many '?', at most 64.
struct Remembered {
  FlowView view;
  std::array<std::string, 2> bytes;
  std::array<std::uint64_t, 2> gaps{};
  std::array<std::uint64_t, 2> acked{};
  bool ended = false;
  FlowEnd end = FlowEnd::capture_ended;
};

class MemorySink : public Sink {
 public:
  void on_packet(const PacketView& packet) override { sources[packet.source] = packet.source_mac; }
  void on_flow_start(FlowView& flow) override { flows[flow.id.value].view = flow; }
  void on_data(FlowView& flow, Direction d, WallTime, ByteView bytes) override {
    heard(flow).bytes[static_cast<std::size_t>(d)].append(bytes.begin(), bytes.end());
  }
  void on_gap(FlowView& flow, Direction d, std::uint64_t bytes) override {
    heard(flow).bytes[static_cast<std::size_t>(d)].append(std::min<std::uint64_t>(bytes, 64), '?');
    heard(flow).gaps[static_cast<std::size_t>(d)] += bytes;
  }
  void on_ack(FlowView& flow, Direction acked, WallTime, std::uint64_t bytes) override {
    heard(flow).acked[static_cast<std::size_t>(acked)] += bytes;
  }
  void on_flow_end(FlowView& flow, FlowEnd end) override {
    heard(flow).ended = true;
    heard(flow).end = end;
  }
  const std::string& to_server(std::uint64_t flow = 1) { return flows[flow].bytes[0]; }
  const std::string& to_client(std::uint64_t flow = 1) { return flows[flow].bytes[1]; }

  std::map<std::uint64_t, Remembered> flows;
  std::map<IpAddress, Mac> sources;

 private:
  Remembered& heard(const FlowView& flow) {
    Remembered& r = flows[flow.id.value];
    r.view = flow;
    return r;
  }
};

/// Talk drives a Decoder with a client and a server. Offsets count payload bytes from the first; each call is a frame.
class Talk {
 public:
  Talk(Decoder& decoder, Host client, Host server) : client_(client), server_(server), decoder_(decoder) {}

  std::uint32_t client_isn = 1'000;
  std::uint32_t server_isn = 0xfffffff0;  // wraps after 15 bytes
  WallTime now{std::chrono::seconds(1'670'097'605)};
  Vlan vlan;
  Mac client_sends_from;  // another than its own

  void send(Direction d, SegmentFields fields) {
    const bool from_client = d == Direction::to_server;
    Host from = from_client ? client_ : server_;
    if (from_client && client_sends_from.known()) from.mac = client_sends_from;
    decoder_.frame(tcp_frame(from, from_client ? server_ : client_, fields, now, vlan).view());
    now += Micros(100);
  }
  void handshake() {
    send(Direction::to_server, {.sequence = client_isn, .flags = syn_flag});
    send(Direction::to_client,
         {.sequence = server_isn, .acknowledgement = client_isn + 1, .flags = syn_flag | ack_flag});
    ack(Direction::to_server, 0, 0);
  }
  /// data sends payload that stands at `offset` of its direction; `acked` bytes of the other direction are
  /// acknowledged.
  void data(Direction d, std::uint32_t offset, std::string_view payload, std::uint32_t acked = 0,
            std::uint8_t more = 0) {
    const bool from_client = d == Direction::to_server;
    send(d, {.sequence = (from_client ? client_isn : server_isn) + 1 + offset,
             .acknowledgement = (from_client ? server_isn : client_isn) + 1 + acked,
             .flags = static_cast<std::uint8_t>(ack_flag | more),
             .payload = payload});
  }
  void ack(Direction d, std::uint32_t offset, std::uint32_t acked) { data(d, offset, {}, acked); }

 private:
  Host client_;
  Host server_;
  Decoder& decoder_;
};

}  // namespace cordon::net::testing
