// SPDX-License-Identifier: Apache-2.0
#include "net/tcp.h"

#include <algorithm>

namespace cordon::net {
namespace {

constexpr std::uint32_t reuse_reply_bytes_max = 1 << 16;
constexpr std::int64_t reset_ahead_bytes_max = 1 << 16;

std::size_t number(Direction d) {
  return static_cast<std::size_t>(d);
}

}  // namespace

TcpTracker::TcpTracker(const TcpOptions& options, Sink& sink, Counters& counters)
    : options_(options), sink_(sink), counters_(counters), table_(options.table) {}

void TcpTracker::segment(const PacketView& packet, const SegmentView& segment, WallTime now) {
  ++counters_.tcp_segments;
  const KeyedPacket keyed = flow_key(packet, segment.source_port, segment.destination_port);
  const Step step{packet, segment, keyed.key, table_.hash(keyed.key), keyed.source_is_low, now};

  SlotIndex index = flow_of(step);
  if (index == no_slot) return;
  const auto direction = [&] {
    return step.source_is_low == table_[index].low_is_client ? Direction::to_server : Direction::to_client;
  };
  if (reuse_confirmed(step, table_[index], direction())) index = take_reuse(step, index);
  if (segment.syn) {
    if (segment.ack) {
      if (!handle_syn_ack(step, table_[index], direction())) return;
    } else {
      index = handle_syn(step, index, direction());
      if (index == no_slot) return;
    }
    if (segment.payload_bytes != 0) handle_payload(step, table_[index], direction(), 0);  // RFC 7413
    settle(step, index, direction());
    return;
  }

  Flow& flow = table_[index];
  const Direction d = direction();
  if (segment.reset) {
    if (!reset_fits(step, flow, d)) {
      counters_.weird.add(Weird::tcp_reset_out_of_window);
      return;
    }
    flow.reset[number(d)] = true;
    flow.view.last = now;
    end(index, FlowEnd::reset, now);
    return;
  }
  if (!flow[d].begun()) flow[d].begin(segment.sequence);
  if (!flow[d].near(flow[d].offset_of(segment.sequence), segment.payload_bytes) && !handle_far(step, flow, d)) return;
  flow.view[d].seen = true;
  if (segment.window == 0) ++counters_.zero_windows;
  if (segment.ack) handle_ack(step, flow, d);
  const std::int64_t offset = flow[d].offset_of(segment.sequence);
  if (offset + 1 == static_cast<std::int64_t>(flow[d].next()) && segment.payload_bytes <= 1 && !segment.fin) {
    ++counters_.keepalives;
  } else {
    if (segment.payload_bytes != 0) handle_payload(step, flow, d, offset);
    const std::int64_t end_offset = offset + segment.payload_bytes;
    if (segment.fin && end_offset >= 0 && !flow[d].fin(static_cast<std::uint64_t>(end_offset))) {
      counters_.weird.add(Weird::tcp_data_after_fin);
    }
  }
  settle(step, index, d);
}

// The flow to which the segment belongs, or a new one, or no_slot where the segment is not worth one.
SlotIndex TcpTracker::flow_of(const Step& step) {
  const SegmentView& segment = step.segment;
  const bool syn_only = segment.syn && !segment.ack;
  const SlotIndex index = table_.find(step.key, step.hash);
  if (index != no_slot) {
    Flow& flow = table_[index];
    if (flow.pool != Pool::closed) return index;
    const Direction d = step.source_is_low == flow.low_is_client ? Direction::to_server : Direction::to_client;
    if (!syn_only && straggler(step, flow, d)) return no_slot;
    erase(index);
  }
  if (segment.reset || (segment.fin && segment.payload_bytes == 0)) return no_slot;
  return start(step, source_is_client(segment));
}

SlotIndex TcpTracker::start(const Step& step, bool source_is_client) {
  const SlotIndex index = table_.insert(step.key, step.hash);
  Flow& flow = table_[index];
  flow.low_is_client = source_is_client == step.source_is_low;
  FlowView& view = flow.view;
  view.id = FlowId{++flows_};
  view.vlan = step.packet.vlan;
  const Endpoint source{step.packet.source, step.segment.source_port, step.packet.source_mac};
  const Endpoint destination{step.packet.destination, step.segment.destination_port, step.packet.receiver()};
  view.client = source_is_client ? source : destination;
  view.server = source_is_client ? destination : source;
  view.midstream = !step.segment.syn;
  view.started = step.now;
  view.last = step.now;
  ++counters_.flows;
  make_room(Pool::half_open, step.now);
  counters_.flows_now = table_.size();
  counters_.flows_peak = std::max(counters_.flows_peak, counters_.flows_now);
  sink_.on_flow_start(view);
  return index;
}

SlotIndex TcpTracker::restart(const Step& step, SlotIndex old, FlowEnd reason) {
  end(old, reason, step.now);
  erase(old);
  return start(step, source_is_client(step.segment));
}

bool TcpTracker::source_is_client(const SegmentView& segment) const {
  if (segment.syn) return !segment.ack;
  const int source = service_rank(segment.source_port);
  const int destination = service_rank(segment.destination_port);
  if (source != destination) return destination > source;
  return segment.source_port >= segment.destination_port;
}

int TcpTracker::service_rank(std::uint16_t port) const {
  const auto& ports = options_.service_ports;
  if (std::find(ports.begin(), ports.end(), port) != ports.end()) return 2;
  return port < 1024 ? 1 : 0;
}

// A closed flow swallows what was still on its way. Returns false when the segment must be the beginning of another.
bool TcpTracker::straggler(const Step& step, Flow& flow, Direction d) {
  const SegmentView& segment = step.segment;
  Stream& mine = flow[d];
  Stream& theirs = flow[opposite(d)];
  if (segment.reset) return true;
  if (segment.syn) {
    const std::int64_t acked = theirs.offset_of(segment.acknowledgement);
    return theirs.begun() && acked >= 0 && acked <= static_cast<std::int64_t>(theirs.highest()) + 1;
  }
  if (segment.payload_bytes == 0 || !mine.begun()) return true;
  const std::int64_t offset = mine.offset_of(segment.sequence);
  if (!mine.near(offset, segment.payload_bytes)) return false;
  // Who goes on sending after its own RST did not send that RST.
  if (!flow.reset[number(d)] || offset < static_cast<std::int64_t>(mine.next())) return true;
  counters_.weird.add(Weird::tcp_data_after_reset);
  return false;
}

// A SYN on a coherent flow proves nothing: anybody can send one. It counts once the other side answers it.
bool TcpTracker::reuse_confirmed(const Step& step, const Flow& flow, Direction d) const {
  return flow.reuse_announced && d == opposite(flow.reuse_direction) && step.segment.ack && !step.segment.reset &&
         step.segment.acknowledgement - flow.reuse_sequence <= reuse_reply_bytes_max;
}

SlotIndex TcpTracker::take_reuse(const Step& step, SlotIndex index) {
  const std::uint32_t first = table_[index].reuse_sequence;
  end(index, FlowEnd::reused, step.now);
  erase(index);
  const SlotIndex fresh = start(step, false);  // the one who answers is the server
  Flow& flow = table_[fresh];
  flow.view.midstream = false;
  flow.view[Direction::to_server].seen = true;
  flow.syn[number(Direction::to_server)] = true;
  flow[Direction::to_server].begin(first);
  return fresh;
}

SlotIndex TcpTracker::handle_syn(const Step& step, SlotIndex index, Direction d) {
  const std::uint32_t first = step.segment.sequence + 1;
  Flow* flow = &table_[index];
  const bool other_began = (*flow)[opposite(d)].begun() && !flow->syn[number(opposite(d))];
  const bool same = (*flow)[d].begun() && (*flow)[d].sequence_of(0) == first;
  if ((*flow)[d].begun() ? !same : other_began) {
    if (flow->view.coherent) {
      counters_.weird.add(Weird::tcp_syn_unexpected);
      flow->reuse_announced = true;
      flow->reuse_sequence = first;
      flow->reuse_direction = d;
      return no_slot;
    }
    index = restart(step, index, FlowEnd::reused);
    flow = &table_[index];
    d = Direction::to_server;
  }
  if (!(*flow)[d].begun()) (*flow)[d].begin(first);
  flow->syn[number(d)] = true;
  flow->view[d].seen = true;
  return index;
}

bool TcpTracker::handle_syn_ack(const Step& step, Flow& flow, Direction d) {
  const SegmentView& segment = step.segment;
  Stream& mine = flow[d];
  Stream& theirs = flow[opposite(d)];
  const std::uint32_t first = segment.sequence + 1;
  const std::int64_t acked = theirs.offset_of(segment.acknowledgement);
  const bool answers = !theirs.begun() || (acked >= 0 && acked <= static_cast<std::int64_t>(theirs.highest()));
  const bool same = mine.begun() && mine.sequence_of(0) == first;
  const bool untouched = mine.next() == 0 && mine.highest() == 0 && !flow.view.coherent;
  if (!answers || (mine.begun() && !same && !untouched)) {
    counters_.weird.add(Weird::tcp_bad_syn_ack);
    return false;
  }
  if (!theirs.begun()) theirs.begin(segment.acknowledgement);
  if (!same) {
    mine.reset();
    mine.begin(first);
  }
  flow.syn[number(d)] = true;
  flow.view[d].seen = true;
  handle_ack(step, flow, d);
  return true;
}

// A segment outside the window. Returns true when the stream moved there.
bool TcpTracker::handle_far(const Step& step, Flow& flow, Direction d) {
  counters_.weird.add(Weird::tcp_out_of_window);
  Stream& mine = flow[d];
  if (mine.fin_seen()) return false;
  const Far far = mine.far_segment(step.segment.sequence, step.segment.payload_bytes);
  const bool quiet = !flow.view.coherent || step.now - flow.view.last >= options_.far_quiet_min;
  if (far == Far::stray || (far == Far::run && !quiet)) return false;
  counters_.weird.add(Weird::tcp_resynchronised);
  mine.resynchronise(step.segment.sequence, outlet(flow, d, step.now));
  return true;
}

// RFC 5961 wants the exact next number; a capture may have lost some, so a little ahead is believed too.
bool TcpTracker::reset_fits(const Step& step, Flow& flow, Direction d) const {
  Stream& mine = flow[d];
  Stream& theirs = flow[opposite(d)];
  if (mine.begun()) {
    const std::int64_t offset = mine.offset_of(step.segment.sequence);
    if (offset >= static_cast<std::int64_t>(mine.acked()) &&
        offset <= static_cast<std::int64_t>(mine.highest()) + reset_ahead_bytes_max) {
      return true;
    }
  }
  // The refusal of a SYN, or of data for a dead connection, has no sequence number of its own.
  if (!step.segment.ack || !theirs.begun()) return false;
  const std::int64_t acked = theirs.offset_of(step.segment.acknowledgement);
  return acked >= static_cast<std::int64_t>(theirs.acked()) && acked <= static_cast<std::int64_t>(theirs.highest()) + 1;
}

void TcpTracker::handle_ack(const Step& step, Flow& flow, Direction d) {
  const Direction acked = opposite(d);
  Stream& theirs = flow[acked];
  if (!theirs.begun()) return;
  const std::int64_t offset = theirs.offset_of(step.segment.acknowledgement);
  const auto sent = static_cast<std::int64_t>(theirs.highest()) + (theirs.fin_seen() ? 1 : 0);
  if (offset - sent > window_bytes_max) {
    counters_.weird.add(Weird::tcp_ack_out_of_window);
    theirs.far_acknowledgement(step.segment.acknowledgement);
    return;
  }
  if (offset < 0) return;
  if (offset <= sent && flow.view[acked].seen) flow.acked[number(acked)] = true;
  if (flow.acked[0] && flow.acked[1] && !flow.view.coherent) {
    flow.view.coherent = true;
    ++counters_.flows_coherent;
  }
  const std::uint64_t news = theirs.acknowledge(static_cast<std::uint64_t>(offset));
  if (news != 0) {
    flow.view[acked].acked_bytes += news;
    flow.view[acked].acked_sequence = theirs.sequence_of(theirs.acked());
    sink_.on_ack(flow.view, acked, step.now, news);
  }
  // An answer with payload shows that the request is not merely late in the capture; a bare ACK may overtake its data.
  if (theirs.acked() > theirs.next()) theirs.skip_acked(step.segment.payload_bytes != 0, outlet(flow, acked, step.now));
}

void TcpTracker::handle_payload(const Step& step, Flow& flow, Direction d, std::int64_t offset) {
  flow[d].segment(offset, step.segment.payload, step.segment.payload_bytes, outlet(flow, d, step.now));
}

// What follows every segment that fitted: who was seen, which pool, which bounds, is it over.
void TcpTracker::settle(const Step& step, SlotIndex index, Direction d) {
  Flow& flow = table_[index];
  FlowView& view = flow.view;
  view.last = step.now;
  flow.heard[number(d)] = step.now;
  if (step.packet.destination_mac) {
    (d == Direction::to_server ? view.server : view.client).mac = step.packet.receiver();
  } else {
    (d == Direction::to_server ? view.client : view.server).mac = step.packet.source_mac;
  }
  promote(index);
  if (flow.in_holes || flow.streams[0].waiting() || flow.streams[1].waiting()) bound_streams(index, step.now);
  if (flow.pool != Pool::closed) end_if_finished(index, step.now);
}

void TcpTracker::promote(SlotIndex index) {
  Flow& flow = table_[index];
  const bool to_server = flow.streams[0].highest() != 0;
  const bool to_client = flow.streams[1].highest() != 0;
  Pool pool = Pool::half_open;
  if (flow.view.coherent) {
    pool = to_server && to_client ? Pool::busy : Pool::quiet;
  } else if (to_server || to_client) {
    pool = Pool::unproven;
  }
  if (pool == flow.pool) {
    table_.touch(index);
    return;
  }
  const bool crossed = flow.in_holes && flow.established() != (pool == Pool::quiet || pool == Pool::busy);
  if (crossed) leave_holes(index);
  table_.move(index, pool);
  if (crossed) update_holes(index, flow.view.last);
  make_room(pool, flow.view.last);
}

void TcpTracker::make_room(Pool pool, WallTime now) {
  for (SlotIndex index = table_.overfull(pool); index != no_slot; index = table_.overfull(pool)) {
    if (pool == Pool::half_open) ++counters_.flows_evicted_half_open;
    if (pool == Pool::unproven) ++counters_.flows_evicted_unproven;
    if (pool == Pool::quiet || pool == Pool::busy) ++counters_.flows_evicted_established;
    if (pool != Pool::closed) end(index, FlowEnd::evicted, now);
    erase(index);
  }
}

void TcpTracker::bound_streams(SlotIndex index, WallTime now) {
  Flow& flow = table_[index];
  const std::uint32_t limit =
      flow.established() ? options_.stream_pending_bytes_max : options_.unproven_pending_bytes_max;
  for (const Direction d : {Direction::to_server, Direction::to_client}) {
    while (flow[d].pending_bytes() > limit) {
      counters_.weird.add(Weird::tcp_pending_full);
      flow[d].skip_hole(outlet(flow, d, now));
    }
  }
  update_holes(index, now);
  const bool proven = flow.established();
  const std::uint64_t sum_max = proven ? options_.pending_proven_bytes_max : options_.pending_unproven_bytes_max;
  while (pending_[proven ? 1 : 0] > sum_max) {
    counters_.weird.add(Weird::tcp_pending_full);
    give_up_hole(holes_[proven ? 1 : 0].front(), now, false);
  }
}

void TcpTracker::update_holes(SlotIndex index, WallTime now) {
  Flow& flow = table_[index];
  bool waiting = false;
  bool stuck = false;
  for (std::size_t i = 0; i < 2; ++i) {
    waiting = waiting || flow.streams[i].waiting();
    stuck = stuck || (flow.streams[i].waiting() && flow.streams[i].next() == flow.hole_at[i]);
    flow.hole_at[i] = flow.streams[i].next();
  }
  if (!waiting) {
    leave_holes(index);
    return;
  }
  const std::size_t list = flow.established() ? 1 : 0;
  if (!flow.in_holes) {
    holes_[list].push_back(table_.slots(), index);
    flow.in_holes = true;
    flow.hole_since = now;
  } else if (!stuck) {
    holes_[list].touch(table_.slots(), index);
    flow.hole_since = now;
  }
  const std::uint32_t pending = flow.streams[0].pending_bytes() + flow.streams[1].pending_bytes();
  pending_[list] += pending;
  pending_[list] -= flow.pending_charged;
  flow.pending_charged = pending;
  counters_.pending_bytes_now = pending_[0] + pending_[1];
  counters_.pending_bytes_peak = std::max(counters_.pending_bytes_peak, counters_.pending_bytes_now);
}

void TcpTracker::leave_holes(SlotIndex index) {
  Flow& flow = table_[index];
  if (!flow.in_holes) return;
  const std::size_t list = flow.established() ? 1 : 0;
  holes_[list].remove(table_.slots(), index);
  pending_[list] -= flow.pending_charged;
  flow.pending_charged = 0;
  flow.in_holes = false;
  counters_.pending_bytes_now = pending_[0] + pending_[1];
}

void TcpTracker::give_up_hole(SlotIndex index, WallTime now, bool timed_out) {
  Flow& flow = table_[index];
  for (const Direction d : {Direction::to_server, Direction::to_client}) {
    Stream& stream = flow[d];
    if (!stream.waiting()) continue;
    // The receiver spoke since and did not acknowledge past the hole: it does not have these bytes. They are forged, or
    // they will be sent again.
    const bool refused = timed_out && flow.view.coherent && stream.acked() <= stream.next() &&
                         flow.heard[number(opposite(d))] > flow.hole_since;
    if (refused) {
      stream.discard_waiting();
    } else {
      stream.skip_hole(outlet(flow, d, now));
    }
  }
  update_holes(index, now);
  end_if_finished(index, now);
}

bool TcpTracker::end_if_finished(SlotIndex index, WallTime now) {
  Flow& flow = table_[index];
  const auto over = [&](Direction d) { return flow[d].fin_seen() && flow[d].finished(); };
  const bool to_server = over(Direction::to_server) || !flow.view[Direction::to_server].seen;
  const bool to_client = over(Direction::to_client) || !flow.view[Direction::to_client].seen;
  if (!to_server || !to_client) return false;
  end(index, FlowEnd::finished, now);
  return true;
}

// Ends a flow and leaves it in the pool of the closed ones.
void TcpTracker::end(SlotIndex index, FlowEnd reason, WallTime now) {
  Flow& flow = table_[index];
  for (const Direction d : {Direction::to_server, Direction::to_client}) flow[d].flush(outlet(flow, d, now));
  leave_holes(index);
  sink_.on_flow_end(flow.view, reason);
  table_.move(index, Pool::closed);
  if (reason == FlowEnd::finished || reason == FlowEnd::reset) make_room(Pool::closed, now);
}

void TcpTracker::erase(SlotIndex index) {
  table_.erase(index);
  counters_.flows_now = table_.size();
}

void TcpTracker::advance(WallTime now) {
  for (HoleList& list : holes_) {
    while (!list.empty() && now - table_[list.front()].hole_since > options_.hole_wait_max) {
      give_up_hole(list.front(), now, true);
    }
  }
  for (const Pool pool : {Pool::half_open, Pool::unproven, Pool::quiet, Pool::busy, Pool::closed}) {
    for (SlotIndex index = table_.idle(pool, now); index != no_slot; index = table_.idle(pool, now)) {
      if (pool != Pool::closed) end(index, FlowEnd::idle, now);
      erase(index);
    }
  }
}

void TcpTracker::finish(WallTime now) {
  for (const Pool pool : {Pool::busy, Pool::quiet, Pool::unproven, Pool::half_open, Pool::closed}) {
    for (SlotIndex index = table_.oldest(pool); index != no_slot; index = table_.oldest(pool)) {
      if (pool != Pool::closed) end(index, FlowEnd::capture_ended, now);
      erase(index);
    }
  }
}

}  // namespace cordon::net
