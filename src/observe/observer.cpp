// SPDX-License-Identifier: Apache-2.0
#include "observe/observer.h"

#include <algorithm>
#include <array>

#include "event/spreading.h"
#include "observe/path.h"
#include "smb/names.h"

namespace cordon::observe {
namespace {

constexpr std::array<std::uint16_t, 2> smb_ports{445, 139};
constexpr Micros second = std::chrono::seconds(1);

// What FlowView::user says about a flow.
constexpr std::uint64_t hosts_known = 1;
constexpr std::uint64_t not_smb = 2;
constexpr std::uint64_t looked_to_server = 4;
constexpr std::uint64_t looked_to_client = 8;
constexpr std::uint64_t flow_settled = 16;  // told, or never to be told
constexpr std::uint64_t flow_withheld = 32;

// Connections are opened before they are proven; until then they may hold little. 256 requests are more than an honest
// client has under way; older ones are only taken earlier as unanswered.
constexpr smb::Limits unproven_limits{
    .message_buffer_bytes_max = 16 * 1024, .pending_requests_max = 256, .pending_text_bytes_max = 64 * 1024};

template <std::size_t N>
bool contains(const std::array<std::uint16_t, N>& ports, std::uint16_t port) {
  return std::find(ports.begin(), ports.end(), port) != ports.end();
}

// The server's endpoint is the one at the service's port. A connection picked up in the middle, between two high ports,
// may have been taken the wrong way round; SMB cannot be read then, and says so in its counters.
bool at_smb_port(const net::FlowView& flow) {
  return contains(smb_ports, flow.server.port);
}

HostTable::Binding binding_of(const net::FlowView& flow, const net::Endpoint& end) {
  return {flow.vlan.outer, end.address, end.mac};
}

// Who a connection is charged to: its client. Two clients may share a number, at no harm.
OwnerId owner_of(const IpAddress& client, bool proven) {
  return proven ? static_cast<OwnerId>(std::hash<IpAddress>{}(client)) | 1U : nobody;
}

void add(smb::Counters& sum, const smb::Counters& more) {
  for (std::size_t i = 0; i < smb::weird_count; ++i) sum.weird[i] += more.weird[i];
  sum.messages += more.messages;
  sum.data_bytes += more.data_bytes;
  sum.data_gap_bytes += more.data_gap_bytes;
  sum.skipped_bytes += more.skipped_bytes;
  sum.transforms += more.transforms;
  sum.compressions += more.compressions;
  sum.smb1_messages += more.smb1_messages;
}

smb::Direction direction_of(net::Direction d) {
  return d == net::Direction::to_server ? smb::Direction::client_to_server : smb::Direction::server_to_client;
}

}  // namespace

class Observer::State final : public net::Sink {
 public:
  State(Options options, observe::Sink& sink);

  void frame(const net::Frame& frame) {
    pass(frame.time);
    decoder_.frame(frame);
  }
  void advance(WallTime now) {
    decoder_.advance(now);
    pass(now);
  }
  void finish();
  Counters counters() const;
  std::vector<DarkTraffic> dark() const;

 private:
  // A connection that speaks SMB, on its way into the model.
  class Talk final : public smb::Sink {
   public:
    Talk(State& state, const net::FlowView& flow)
        : conversation(*this, flow.coherent ? smb::Limits{} : unproven_limits), state_(state) {
      origin.flow = flow.id.value;
    }
    void exchange(const smb::Exchange& exchange) override { state_.exchange(*this, exchange); }
    void data(const smb::DataPiece& piece, ByteView bytes) override { state_.model_.data(origin, piece, bytes); }
    void transform(const smb::Transform& transform) override { state_.transform(origin, transform); }
    void smb1(const smb::Smb1Message& message) override { state_.smb1(message); }

    Origin origin;
    HostTable::Binding client;
    bool named = false;  // origin is filled in
    smb::Conversation conversation;

   private:
    State& state_;
  };
  using TalkTable = OwnedTable<std::uint64_t, std::unique_ptr<Talk>>;

  struct ProgressKey {
    HostTable::Binding client;
    IpAddress server;
    std::uint16_t port = 0;
    friend bool operator==(const ProgressKey&, const ProgressKey&) = default;
  };
  struct ProgressHash {
    std::size_t operator()(const ProgressKey& k) const noexcept {
      return std::hash<IpAddress>{}(k.client.ip) * 31 ^ std::hash<IpAddress>{}(k.server) ^
             std::hash<Mac>{}(k.client.mac) ^ std::size_t{k.port} << 40U;
    }
  };
  struct Progress {
    std::uint64_t serial = 0;
    WallTime sent;
    WallTime acked;
    std::uint64_t bytes = 0;
  };
  struct DarkKey {
    event::HostKey client;
    IpAddress server;
    friend bool operator==(const DarkKey&, const DarkKey&) = default;
  };
  struct DarkHash {
    std::size_t operator()(const DarkKey& k) const noexcept {
      return std::hash<IpAddress>{}(k.client.ip) * 31 ^ std::hash<IpAddress>{}(k.server);
    }
  };

  void on_data(net::FlowView& flow, net::Direction d, WallTime time, ByteView bytes) override;
  void on_gap(net::FlowView& flow, net::Direction d, std::uint64_t bytes) override;
  void on_ack(net::FlowView& flow, net::Direction acked, WallTime time, std::uint64_t bytes) override;
  void on_flow_end(net::FlowView& flow, net::FlowEnd end) override;
  void on_udp(const net::UdpView& talk) override;

  void pass(WallTime now);
  void announce(net::FlowView& flow);
  void announce_hosts(net::FlowView& flow);
  void announce_flow(net::FlowView& flow);
  Talk* talk_of(net::FlowView& flow, net::Direction d, ByteView bytes);
  void name(Talk& talk, const net::FlowView& flow);
  void exchange(Talk& talk, const smb::Exchange& exchange);
  void transform(const Origin& origin, const smb::Transform& transform);
  void smb1(const smb::Smb1Message& message);
  void end(Talk& talk);
  void send(const ProgressKey& key, Progress& progress);

  observe::Sink& sink_;
  HostTable hosts_;
  FlowLedger flows_;
  FlowLedger udp_flows_;
  FlowLedger one_way_flows_;
  FileModel model_;
  TalkTable talks_;
  OwnedTable<ProgressKey, Progress, ProgressHash> progress_;
  std::map<std::uint64_t, ProgressKey> unsent_;
  OwnedTable<DarkKey, DarkTraffic, DarkHash> dark_;
  std::map<std::string, std::uint64_t> smb1_commands_;
  smb::Counters smb_ended_;
  std::uint64_t conversations_ = 0;
  std::uint64_t dark_messages_ = 0;
  std::uint64_t dark_bytes_ = 0;
  std::uint64_t serials_ = 0;
  std::uint64_t flows_withheld_ = 0;
  WallTime now_;
  WallTime next_tick_;
  net::Decoder decoder_;  // last: it calls the rest
};

Observer::State::State(Options options, observe::Sink& sink)
    : sink_(sink),
      hosts_(options.sensor, options.hosts_max),
      flows_(options.flows),
      udp_flows_(options.udp_flows),
      one_way_flows_(options.one_way_flows),
      model_(options.files, options.decoys, [this](const event::FileActivity& a) { sink_.activity(a); }),
      talks_(options.conversations, [this](std::uint64_t, std::unique_ptr<Talk>& talk) { end(*talk); }),
      progress_({progress_max, progress_max / 16},
                [this](const ProgressKey&, Progress& p) { unsent_.erase(p.serial); }),
      dark_({dark_max, dark_max / 4}),
      decoder_(*this, options.net) {}

void Observer::State::pass(WallTime now) {
  now_ = std::max(now_, now);
  if (now_ < next_tick_) return;
  next_tick_ = now_ + second;
  model_.tick(now_);
  for (auto it = unsent_.begin(); it != unsent_.end();) {
    const ProgressKey key = it->second;
    Progress* p = progress_.find(key);
    if (p != nullptr && now_ - p->sent < second) {
      ++it;
      continue;
    }
    it = unsent_.erase(it);
    if (p != nullptr) send(key, *p);
  }
}

void Observer::State::finish() {
  decoder_.finish();
  model_.finish(now_);
  const auto unsent = std::exchange(unsent_, {});
  for (const auto& entry : unsent) {
    if (Progress* p = progress_.find(entry.second)) send(entry.second, *p);
  }
}

// ---- hosts ----

void Observer::State::announce(net::FlowView& flow) {
  if (!flow.coherent) return;
  if ((flow.user & hosts_known) == 0) announce_hosts(flow);
  if ((flow.user & flow_settled) == 0) announce_flow(flow);
}

void Observer::State::announce_hosts(net::FlowView& flow) {
  flow.user |= hosts_known;
  for (const bool server : {false, true}) {
    const HostTable::Binding binding = binding_of(flow, server ? flow.server : flow.client);
    const event::HostKey key = hosts_.host(binding, true, flow.started);
    if (hosts_.first_time(binding, server)) sink_.host_seen({flow.last, key, {}, server});
  }
}

void Observer::State::announce_flow(net::FlowView& flow) {
  FlowLedger::Answer answer = FlowLedger::Answer::told;
  const auto seen = FlowLedger::folded({flow.client.address, flow.server.address, flow.server.port});
  if (!flow.midstream) answer = flows_.ask(seen, now_);
  if (answer == FlowLedger::Answer::withheld) {
    if ((flow.user & flow_withheld) == 0) ++flows_withheld_;
    flow.user |= flow_withheld;
    return;
  }
  flow.user |= flow_settled;
  if (answer == FlowLedger::Answer::told) return;
  const event::HostKey client = hosts_.host(binding_of(flow, flow.client), true, flow.started);
  sink_.flow_seen({flow.last, client, seen.server, seen.port, event::Transport::tcp, event::FlowState::answered});
}

// No host is told of: a datagram proves no address, and what a cut of a host covers rests on who was told of.
void Observer::State::on_udp(const net::UdpView& talk) {
  auto seen = FlowLedger::folded({talk.client.address, talk.server.address, talk.server.port});
  const bool one_way = talk.way == net::UdpWay::one_way;
  if (talk.port_given_out) seen.port = event::port_given_out;
  FlowLedger& ledger = one_way ? one_way_flows_ : udp_flows_;
  const FlowLedger::Answer answer = ledger.ask(seen, now_);
  if (answer == FlowLedger::Answer::withheld) ++flows_withheld_;
  if (answer != FlowLedger::Answer::tell) return;
  const event::HostKey client = hosts_.host({talk.vlan.outer, talk.client.address, talk.client.mac}, false, talk.last);
  const event::FlowState state = one_way                            ? event::FlowState::one_way
                                 : talk.way == net::UdpWay::unclear ? event::FlowState::unclear
                                                                    : event::FlowState::answered;
  sink_.flow_seen({talk.last, client, seen.server, seen.port, event::Transport::udp, state});
}

// The name a connection is known by is settled when it is proven, and never changes after: frames with another MAC
// that happen to fit do not move its evidence to somebody else.
void Observer::State::name(Talk& talk, const net::FlowView& flow) {
  if (talk.named && (talk.origin.proven || !flow.coherent)) return;
  talk.named = true;
  talk.client = binding_of(flow, flow.client);
  talk.origin.proven = flow.coherent;
  talk.origin.client = hosts_.host(talk.client, flow.coherent, flow.started);
  talk.origin.server = flow.server.address;
}

// ---- streams ----

Observer::State::Talk* Observer::State::talk_of(net::FlowView& flow, net::Direction d, ByteView bytes) {
  if ((flow.user & not_smb) != 0) return nullptr;
  if (auto* talk = talks_.touch(flow.id.value)) return talk->get();
  if (!at_smb_port(flow)) {
    const std::uint64_t looked = d == net::Direction::to_server ? looked_to_server : looked_to_client;
    if ((flow.user & looked) != 0 || !smb::looks_like_smb(bytes)) {
      flow.user |= looked;
      if ((flow.user & looked_to_server) != 0 && (flow.user & looked_to_client) != 0) flow.user |= not_smb;
      return nullptr;
    }
  }
  auto& talk = talks_.insert(owner_of(flow.client.address, flow.coherent), flow.id.value);
  talk = std::make_unique<Talk>(*this, flow);
  ++conversations_;
  return talk.get();
}

void Observer::State::on_data(net::FlowView& flow, net::Direction d, WallTime time, ByteView bytes) {
  announce(flow);
  Talk* talk = talk_of(flow, d, bytes);
  if (talk == nullptr) return;
  name(*talk, flow);
  talk->conversation.feed(direction_of(d), time, bytes);
}

void Observer::State::on_gap(net::FlowView& flow, net::Direction d, std::uint64_t bytes) {
  if ((flow.user & not_smb) != 0) return;
  auto* talk = talks_.find(flow.id.value);
  if (talk == nullptr) return;
  (*talk)->conversation.gap(direction_of(d), flow.last, bytes);
}

void Observer::State::on_flow_end(net::FlowView& flow, net::FlowEnd) {
  auto* talk = talks_.find(flow.id.value);
  if (talk == nullptr) return;
  end(**talk);
  talks_.erase(flow.id.value);
}

void Observer::State::end(Talk& talk) {
  talk.conversation.finish();
  add(smb_ended_, talk.conversation.counters());
}

// ---- SMB ----

void Observer::State::exchange(Talk& talk, const smb::Exchange& exchange) {
  model_.exchange(talk.origin, exchange);
  if (exchange.command != smb::Command::session_setup || !exchange.answered || !talk.origin.proven ||
      exchange.status != smb::status_success) {
    return;
  }
  const std::string user = model_.user(talk.origin, exchange.session_id);
  if (hosts_.new_user(talk.client, user)) {
    sink_.host_seen({exchange.response_time, talk.origin.client, user, false});
  }
}

void Observer::State::transform(const Origin& origin, const smb::Transform& transform) {
  if (transform.compressed) return;
  ++dark_messages_;
  dark_bytes_ += transform.wire_bytes;
  const DarkKey key{origin.client, origin.server};
  DarkTraffic* d = dark_.touch(key);
  if (d == nullptr) {
    d = &dark_.insert(owner_of(origin.client.ip, origin.proven), key);
    d->client = key.client;
    d->server = key.server;
  }
  ++d->messages;
  d->bytes += transform.wire_bytes;
}

void Observer::State::smb1(const smb::Smb1Message& message) {
  if (message.response) return;
  const char* name = smb::smb1_command_name(message.command);
  ++smb1_commands_[*name == '\0' ? "OTHER" : name];
}

// ---- progress ----

void Observer::State::on_ack(net::FlowView& flow, net::Direction acked, WallTime time, std::uint64_t bytes) {
  announce(flow);
  if (acked != net::Direction::to_server || bytes == 0 || !flow.coherent ||
      !event::is_spreading_tcp(flow.server.port)) {
    return;
  }
  const ProgressKey key{binding_of(flow, flow.client), flow.server.address, flow.server.port};
  Progress* p = progress_.touch(key);
  if (p == nullptr) {
    p = &progress_.insert(owner_of(flow.client.address, true), key);
    p->serial = ++serials_;
    p->sent = time - second;
  }
  p->acked = time;
  p->bytes += bytes;
  if (time - p->sent >= second) {
    unsent_.erase(p->serial);
    send(key, *p);
  } else {
    unsent_.emplace(p->serial, key);
  }
}

void Observer::State::send(const ProgressKey& key, Progress& p) {
  sink_.flow_progress({p.acked, hosts_.host(key.client, true, p.acked), key.server, key.port, p.bytes});
  p.sent = std::max(p.acked, now_);
  p.bytes = 0;
}

// ---- counters ----

Counters Observer::State::counters() const {
  Counters c;
  c.net = decoder_.counters();
  c.smb = smb_ended_;
  talks_.all([&](std::uint64_t, const std::unique_ptr<Talk>& talk) { add(c.smb, talk->conversation.counters()); });
  c.files = model_.counters();
  c.store = model_.store_counters();
  c.conversations = conversations_;
  c.conversations_evicted = talks_.evicted();
  c.entries_evicted = model_.evicted();
  c.contents_forgotten = model_.contents_forgotten();
  c.hosts = hosts_.size();
  c.hosts_rebound = hosts_.rebound();
  c.flows_withheld = flows_withheld_;
  c.flows_forgotten = flows_.forgotten() + udp_flows_.forgotten() + one_way_flows_.forgotten();
  c.dark_messages = dark_messages_;
  c.dark_bytes = dark_bytes_;
  c.smb1_commands = smb1_commands_;
  for (std::size_t i = 0; i < net::weird_count; ++i) {
    const auto w = static_cast<net::Weird>(i);
    if (c.net.weird[w] != 0) c.weird[std::string(net::weird_name(w))] = c.net.weird[w];
  }
  for (std::size_t i = 0; i < smb::weird_count; ++i) {
    if (c.smb.weird[i] != 0) c.weird[smb::weird_name(static_cast<smb::Weird>(i))] = c.smb.weird[i];
  }
  const std::array<std::pair<const char*, std::uint64_t>, 4> unseen{{{"flows_withheld", flows_withheld_},
                                                                     {"udp_answers_alone", c.net.udp_answers_alone},
                                                                     {"udp_later_fragments", c.net.udp_later_fragments},
                                                                     {"udp_talks_evicted", c.net.udp_talks_evicted}}};
  for (const auto& [name, times] : unseen) {
    if (times != 0) c.weird[name] = times;
  }
  return c;
}

std::vector<DarkTraffic> Observer::State::dark() const {
  std::vector<DarkTraffic> out;
  dark_.all([&](const DarkKey&, const DarkTraffic& d) { out.push_back(d); });
  return out;
}

Observer::Observer(Options options, Sink& sink) : state_(std::make_unique<State>(std::move(options), sink)) {}
Observer::~Observer() = default;
void Observer::frame(const net::Frame& frame) {
  state_->frame(frame);
}
void Observer::advance(WallTime now) {
  state_->advance(now);
}
void Observer::finish() {
  state_->finish();
}
Counters Observer::counters() const {
  return state_->counters();
}
std::vector<DarkTraffic> Observer::dark() const {
  return state_->dark();
}

}  // namespace cordon::observe
