// SPDX-License-Identifier: Apache-2.0
// UdpTracker: who speaks UDP with whom, and which of the two serves the other. UDP has no opening and proves nothing,
// so this is what the frames say, no more. Not for what a datagram carries, nor for multicast and broadcast: whom those
// reach is not in them.
//
// Who serves. Of the two ports the one that is more a server's decides, where one is: a known service, else below
// 32,768, else any. Of equal ones, the one who was spoken to first serves, if the capture had run for `idle` by then.
// Where the ports and the first to speak contradict each other, the ports decide and the way is `unclear`.
//
// Memory at the default bounds: 32,768 talks of 104 bytes and 16,384 one-way counts of 72 bytes: 4.6 MB. Both forget
// whoever was quiet longest of four (set_table.h): under a flood of forged datagrams what is slow may not be learned.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "net/counters.h"
#include "net/flow_key.h"
#include "net/set_table.h"
#include "net/sink.h"

namespace cordon::net {

struct UdpOptions {
  std::size_t talks_max = 32'768;
  std::size_t one_way_max = 16'384;
  Micros idle = std::chrono::seconds(60);         // after which a talk begins anew
  Micros answer_wait = std::chrono::seconds(10);  // between a datagram and its answer: a resolver gives up after 5 s
  Micros again = std::chrono::minutes(10);        // after which what goes on is said again
  // A datagram a second counts. A scanner's tries of one port come within seconds; who forges one datagram can forge
  // six.
  std::uint32_t one_way_datagrams_min = 6;
  Micros one_way_span_min = std::chrono::minutes(5);
  Micros one_way_idle = std::chrono::hours(24);
  std::uint64_t hash_seed = 0;  // random in live capture
};

class UdpTracker {
 public:
  UdpTracker(const UdpOptions& options, Sink& sink, Counters& counters);

  /// datagram takes one datagram at capture time `now`.
  void datagram(const PacketView& packet, const DatagramPorts& ports, WallTime now);
  /// finish forgets everything.
  void finish();

 private:
  struct Talk {
    FlowKey key{};
    WallTime last;
    std::array<WallTime, 2> heard{};  // by end of the key: its last datagram
    WallTime told;
    WallTime counted;  // as one-way
    std::array<Mac, 2> macs{};
    std::array<bool, 2> spoke{};
    bool used = false;
    bool low_began = false;
    bool began_before = false;  // it may have been under way when the capture began
    bool answered = false;
    bool was_counted = false;
    bool answer_alone = false;
  };
  struct OneWay {
    KeyWords<5> key{};
    WallTime first;
    WallTime last;
    WallTime told;
    std::uint32_t datagrams = 0;
    bool used = false;
    bool was_told = false;
  };
  /// Step is the datagram in hand.
  struct Step {
    const PacketView& packet;
    const DatagramPorts& ports;
    KeyedPacket keyed;
    WallTime now;
  };

  Talk& talk_of(const Step& step);
  void answered(const Step& step, Talk& talk);
  void one_way(const Step& step, Talk& talk);

  const UdpOptions options_;
  Sink& sink_;
  Counters& counters_;
  SetTable<Talk> talks_;
  SetTable<OneWay> one_way_;
  bool watching_ = false;
  WallTime watching_since_;
};

}  // namespace cordon::net
