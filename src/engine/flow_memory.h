// SPDX-License-Identifier: Apache-2.0
// FlowMemory: who was seen to open connections to whom, or to speak UDP with him, so that each flow is recorded once,
// and again when it was not recorded for long. A flow is known by its addresses and port alone: the same flow behind a
// router, on another VLAN or under another sensor is the same. Part of the state: the fold of FlowsSeen.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "event/host.h"

namespace cordon::engine {

/// flows_max bounds all flows that are remembered, at some 150 bytes each: 10 MB. When they are that many, those not
/// seen for flow_kept are forgotten, at most once an hour; further ones are not taken.
constexpr std::size_t flows_max = 65'536;
constexpr std::size_t flows_per_client_max = 4'096;
/// Flows over UDP can be forged by one datagram, and those over one way by six: they have rooms of their own, so that
/// they cost no flow over TCP its place. With theirs it is 16 MB.
constexpr std::size_t udp_flows_max = 32'768;
constexpr std::size_t udp_flows_per_client_max = 2'048;
constexpr std::size_t one_way_flows_max = 8'192;
constexpr std::size_t one_way_flows_per_client_max = 512;
/// ports_per_pair_max: further ports between the same two machines become one, event::port_given_out.
constexpr std::size_t ports_per_pair_max = 32;
/// flow_again_min: a flow seen again this long after it was recorded is recorded again. A sensor tells each once a day.
constexpr Micros flow_again_min = std::chrono::hours(12);
constexpr Micros flow_kept = std::chrono::hours(30 * 24);

/// KnownFlow: `first` and `last` are when it was recorded first and last.
struct KnownFlow {
  IpAddress client;
  IpAddress server;
  std::uint16_t port = 0;  // or event::port_given_out
  WallTime first;
  WallTime last;
  event::Transport transport = event::Transport::tcp;
  event::FlowState state = event::FlowState::answered;  // the most that was proven of it
};

class FlowMemory {
 public:
  enum class Answer : std::uint8_t { news, known, beyond };
  struct Taken {
    Answer answer;
    event::ServerSeen seen;
  };

  /// take notes a flow that was seen and says whether it is to be recorded, and as what; `beyond`: it was not taken.
  /// One way is known where an answer is.
  Taken take(const event::FlowSeen& flow);

  /// apply folds in what was recorded.
  void apply(const event::FlowsSeen& flows);

  /// shift: the clock by which all times were counted is another now.
  void shift(Micros by);

  std::uint64_t beyond() const { return beyond_; }
  /// changes grows whenever a flow comes, goes or is recorded again.
  std::uint64_t changes() const { return changes_; }
  std::size_t size() const;
  /// list gives every flow: over TCP, then over UDP, then over one way; each by client, server and port.
  std::vector<KnownFlow> list() const;

 private:
  struct Service {
    IpAddress server;
    std::uint16_t port = 0;
    friend auto operator<=>(const Service&, const Service&) = default;
  };
  struct Times {
    WallTime first;
    WallTime last;
    event::FlowState state;
  };
  using Services = std::map<Service, Times>;
  struct Room {
    std::size_t flows_max;
    std::size_t per_client_max;
    std::map<IpAddress, Services> clients{};
    std::size_t size = 0;
    WallTime looked{};  // when those long unseen were last looked for
  };

  static std::size_t room_of(const event::ServerSeen& seen);
  const Times* find(std::size_t room, const IpAddress& client, const Service& service) const;
  bool note(const IpAddress& client, const event::ServerSeen& seen);
  void make_room(Room& room, WallTime now);
  void forget_one_way(const IpAddress& client, const Service& service);

  std::array<Room, 3> rooms_{Room{flows_max, flows_per_client_max}, Room{udp_flows_max, udp_flows_per_client_max},
                             Room{one_way_flows_max, one_way_flows_per_client_max}};
  std::uint64_t beyond_ = 0;
  std::uint64_t changes_ = 0;
};

}  // namespace cordon::engine
