// SPDX-License-Identifier: Apache-2.0
// FlowLedger: which flows of one kind were told, and whether one more may be told now. A scan that is answered
// everywhere must neither fill the queue to control nor the logbook. Not for what a flow carries.
#pragma once

#include <cstdint>

#include "event/host.h"
#include "observe/owned_table.h"

namespace cordon::observe {

/// FlowBounds. Remembered at some 250 bytes each: 16 MB. An honest monitoring server opens thousands of flows: at 256
/// an hour all of its flows are told within a day. 256 a second for all clients together empties faster than control
/// takes it, and leaves the queue to evidence; the first hour of a hospital of 60,000 flows takes four minutes.
struct FlowBounds {
  TableBounds flows{65'536, 4'096};  // remembered at once; of one client
  std::size_t clients_max = 16'384;
  std::uint32_t client_hour_max = 256;
  std::uint32_t second_max = 256;
};

/// Over UDP one forged datagram makes a flow, and over one way six do: they have ledgers of their own, so that they cost
/// no flow over TCP its place, and smaller ones: 10 MB together.
constexpr FlowBounds udp_flow_bounds{{32'768, 2'048}, 8'192, 256, 64};
constexpr FlowBounds one_way_bounds{{8'192, 512}, 4'096, 32, 16};

class FlowLedger {
 public:
  static constexpr Micros repeat = std::chrono::hours(24);  // of capture time, after which a flow is told again

  struct Flow {
    IpAddress client;
    IpAddress server;
    std::uint16_t port = 0;
    friend bool operator==(const Flow&, const Flow&) = default;
  };

  /// withheld: there is no room now; the next connection of this flow asks again.
  enum class Answer : std::uint8_t { tell, told, withheld };

  explicit FlowLedger(const FlowBounds& bounds);

  /// folded is the flow under the port by which it is told: event::port_given_out for what servers give out anew.
  static Flow folded(Flow flow);

  /// ask says whether `flow`, which is folded, is to be told at capture time `now`; `tell` counts as told.
  Answer ask(const Flow& flow, WallTime now);

  std::uint64_t forgotten() const { return flows_.evicted(); }

 private:
  struct Hash {
    std::size_t operator()(const Flow& f) const noexcept;
  };
  struct Period {
    WallTime from;
    std::uint32_t told = 0;
    /// take counts one more in the period that `now` falls into, if it has room.
    bool take(WallTime now, Micros length, std::uint32_t most);
    void give_back() { --told; }
  };

  const FlowBounds bounds_;
  OwnedTable<Flow, WallTime, Hash> flows_;
  OwnedTable<IpAddress, Period> clients_;
  Period all_;
};

}  // namespace cordon::observe
