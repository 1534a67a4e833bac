// SPDX-License-Identifier: Apache-2.0
#include "net/decoder.h"

namespace cordon::net {
namespace {

// Timeouts are looked at this often in capture time; the shortest is a second.
constexpr Micros sweep_every = std::chrono::milliseconds(50);
// Frames from several queues or interfaces arrive a little out of order: time stands still for them. More than this is
// a clock that was set, or another capture: time starts again there.
constexpr Micros disorder_max = std::chrono::seconds(10);

}  // namespace

Decoder::Decoder(Sink& sink, const DecoderOptions& options)
    : sink_(sink), fragments_(options.fragments, counters_), tcp_(options.tcp, sink, counters_), udp_(options.udp, sink, counters_) {}

void Decoder::take_time(WallTime time) {
  if (time >= now_) {
    now_ = time;
  } else if (now_ - time > disorder_max) {
    counters_.weird.add(Weird::time_backwards);
    now_ = time;
    swept_ = time;
  }
  if (now_ - swept_ < sweep_every) return;
  swept_ = now_;
  fragments_.advance(now_);
  tcp_.advance(now_);
}

void Decoder::frame(const Frame& frame) {
  ++counters_.packets;
  counters_.bytes += frame.wire_bytes;
  counters_.bytes_captured += frame.bytes.size();
  take_time(frame.time);
  std::optional<PacketView> packet = decode_frame(frame, counters_.weird);
  if (!packet) return;
  ++counters_.ip_packets;
  sink_.on_packet(*packet);
  if (packet->protocol == protocol_udp) return take_udp(*packet);
  if (packet->fragment) {
    packet = fragments_.add(*packet, now_);
    if (!packet) return;
    if (packet->source.v6 && (!skip_ip6_headers(*packet, counters_.weird) || packet->fragment)) return;
  }
  if (packet->protocol == protocol_udp) return take_udp(*packet);
  if (packet->protocol != protocol_tcp) return;
  const std::optional<SegmentView> segment = decode_segment(*packet, counters_.weird);
  if (segment) tcp_.segment(*packet, *segment, now_);
}

// Of UDP only the ports are wanted, which the first fragment has: fragments of it are not joined.
void Decoder::take_udp(const PacketView& packet) {
  if (packet.fragment) {
    ++counters_.fragments;
    if (packet.fragment->offset != 0) {
      ++counters_.udp_later_fragments;
      return;
    }
  }
  const std::optional<DatagramPorts> ports = decode_datagram(packet, counters_.weird);
  if (ports) udp_.datagram(packet, *ports, now_);
}

void Decoder::advance(WallTime now) {
  take_time(now);
}

void Decoder::finish() {
  tcp_.finish(now_);
  udp_.finish();
}

}  // namespace cordon::net
