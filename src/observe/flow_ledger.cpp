// SPDX-License-Identifier: Apache-2.0
#include "observe/flow_ledger.h"

namespace cordon::observe {

namespace {

// Two clients may share a number, at no harm.
OwnerId owner_of(const IpAddress& client) {
  return static_cast<OwnerId>(std::hash<IpAddress>{}(client)) | 1U;
}

}  // namespace

std::size_t FlowLedger::Hash::operator()(const Flow& f) const noexcept {
  return std::hash<IpAddress>{}(f.client) * 31 ^ std::hash<IpAddress>{}(f.server) ^ std::size_t{f.port} << 40U;
}

bool FlowLedger::Period::take(WallTime now, Micros length, std::uint32_t most) {
  if (now < from || now - from >= length) {
    from = now;
    told = 0;
  }
  if (told >= most) return false;
  ++told;
  return true;
}

FlowLedger::FlowLedger(const FlowBounds& bounds)
    : bounds_(bounds), flows_(bounds.flows), clients_({bounds.clients_max, bounds.clients_max}) {}

FlowLedger::Flow FlowLedger::folded(Flow flow) {
  if (flow.port >= event::ports_given_out_from) flow.port = event::port_given_out;
  return flow;
}

FlowLedger::Answer FlowLedger::ask(const Flow& flow, WallTime now) {
  WallTime* told = flows_.touch(flow);
  if (told != nullptr && now - *told < repeat) return Answer::told;
  Period* client = clients_.touch(flow.client);
  if (client == nullptr) client = &clients_.insert(nobody, flow.client);
  if (!client->take(now, std::chrono::hours(1), bounds_.client_hour_max)) return Answer::withheld;
  if (!all_.take(now, std::chrono::seconds(1), bounds_.second_max)) {
    client->give_back();
    return Answer::withheld;
  }
  if (told == nullptr) told = &flows_.insert(owner_of(flow.client), flow);
  *told = now;
  return Answer::tell;
}

}  // namespace cordon::observe
