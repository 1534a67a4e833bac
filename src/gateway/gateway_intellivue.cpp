// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_intellivue.h"

#include <algorithm>
#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <charconv>
#include <map>
#include <utility>

#include "gateway/allowance.h"
#include "gateway/intellivue_inputs.h"
#include "gateway/keep_running.h"
#include "gateway/lost_watch.h"
#include "intellivue/client.h"
#include "io/awaiting.h"
#include "io/datagrams_lost.h"

namespace cordon::gateway {

namespace {

namespace asio = boost::asio;
namespace iv = intellivue;
using asio::ip::udp;
using boost::system::error_code;
using Steady = std::chrono::steady_clock;

constexpr std::chrono::milliseconds tick_every{250};
constexpr std::chrono::seconds announced_for{60};  // an announced monitor that never associated goes
constexpr std::chrono::minutes known_for{10};      // one that did keeps its place: it may be starting again
constexpr std::chrono::seconds tried_for{2};       // so long nobody takes the place of one that was just announced
constexpr std::size_t announced_per_address = 2;   // ports of one address; a monitor has one
constexpr double announced_a_second = 32;          // new ones: a ward that is switched on, and no flood of sockets
constexpr std::chrono::seconds full_over{60};
constexpr std::chrono::seconds flood_over{10};  // a flood is over when nothing was dropped for so long
constexpr std::chrono::milliseconds error_pause{50};
constexpr std::size_t datagram_bytes_max = iv::message_bytes_max;
constexpr int receive_buffer_bytes = 256 * 1024;  // of each monitor: seconds of a full one

using io::to;

Result<udp::endpoint> endpoint_of(const std::string& text) {
  const std::size_t colon = text.find(':');
  error_code error;
  const auto ip = asio::ip::make_address_v4(text.substr(0, colon), error);
  if (error) return fail(ErrorCode::malformed, "intellivue monitor address");
  std::uint16_t port = iv::data_port;
  if (colon != std::string::npos) {
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data() + colon + 1, end, port);
    if (read.ec != std::errc() || read.ptr != end || port == 0) {
      return fail(ErrorCode::malformed, "intellivue monitor port");
    }
  }
  return udp::endpoint{ip, port};
}

std::string text_of(const udp::endpoint& at) {
  std::string out = at.address().to_string();
  if (at.port() != iv::data_port) out += ":" + std::to_string(at.port());
  return out;
}

/// IntellivuePeer is one monitor: a socket of its own, so that what floods it fills no other's buffer.
struct IntellivuePeer {
  IntellivuePeer(udp::socket connected, const udp::endpoint& at, const IntellivueGatewayOptions& options, bool by_name,
                 const GatewaySink& sink)
      : socket(std::move(connected)),
        client([&] {
          iv::ClientOptions out;
          out.waves = options.waves;
          return out;
        }()),
        link(text_of(at), sink.new_link),
        datagrams(options.datagrams_a_second),
        configured(by_name) {}

  udp::socket socket;
  iv::Client client;
  IntellivueLink link;
  Allowance datagrams;
  bool configured;
  bool associated = false;  // once
  Steady::time_point since = Steady::now();
  Steady::time_point seen = since;  // announced, or associated
  Steady::time_point flooded{};     // when a datagram was dropped
  std::uint32_t lost = 0;           // of them, what the kernel had dropped by the last tick
};

/// IntellivueCore lives as long as any coroutine does; once closed it says nothing more.
class IntellivueCore : public std::enable_shared_from_this<IntellivueCore> {
 public:
  IntellivueCore(asio::io_context& context, IntellivueGatewayOptions options, GatewaySink sink)
      : context_(context), options_(std::move(options)), sink_(std::move(sink)), beacons_(context), timer_(context) {}

  Result<void> open();
  void start();
  void close();

 private:
  asio::awaitable<void> hear_beacons(std::shared_ptr<IntellivueCore> self);
  asio::awaitable<void> hear(std::shared_ptr<IntellivueCore> self, std::shared_ptr<IntellivuePeer> peer);
  asio::awaitable<void> tick_all(std::shared_ptr<IntellivueCore> self);
  void begin_to_hear(const std::shared_ptr<IntellivuePeer>& peer);
  void announced(ByteView datagram, const udp::endpoint& from);
  bool has_room_for(const asio::ip::address& address);
  bool replace_oldest(const asio::ip::address* address);
  void say_full(bool is_full);
  void flooded(IntellivuePeer& peer);
  Result<udp::socket> socket_to(const udp::endpoint& at);
  Result<void> add(const udp::endpoint& at, bool configured);
  void add_known();
  void received(IntellivuePeer& peer, ByteView datagram);
  void carry_out(IntellivuePeer& peer, const iv::ClientOutput& out);
  void say(IntellivuePeer& peer, std::vector<event::BedsideInput> inputs);
  void tend(IntellivuePeer& peer, Steady::time_point now);
  void tick();

  asio::io_context& context_;
  IntellivueGatewayOptions options_;
  GatewaySink sink_;
  asio::ip::address_v4 local_;
  udp::socket beacons_;
  asio::steady_timer timer_;
  std::map<udp::endpoint, std::shared_ptr<IntellivuePeer>> peers_;
  Allowance announcements_{announced_a_second};
  Steady::time_point full_at_{};  // when one found no place
  bool full_told_ = false;
  LostWatch beacons_lost_{"intellivue"};
  bool closed_ = false;
};

class IntellivueGateway : public Gateway {
 public:
  explicit IntellivueGateway(std::shared_ptr<IntellivueCore> core) : core_(std::move(core)) {}
  ~IntellivueGateway() override { core_->close(); }

 private:
  std::shared_ptr<IntellivueCore> core_;
};

Result<void> IntellivueCore::open() {
  error_code error;
  local_ = asio::ip::make_address_v4(options_.address, error);
  if (error) return fail(ErrorCode::malformed, "intellivue address");
  for (const std::string& monitor : options_.monitors) {
    const udp::endpoint at = CORDON_TRY(endpoint_of(monitor));
    CORDON_TRY_VOID(add(at, true));
  }
  if (!options_.announced) return {};
  add_known();
  beacons_.open(udp::v4(), error);
  if (!error) beacons_.set_option(udp::socket::reuse_address(true), error);
  if (!error) beacons_.bind({local_, options_.beacon_port}, error);
  if (error) return fail(ErrorCode::io, "intellivue listen", static_cast<std::uint64_t>(error.value()));
  if (options_.listening) options_.listening(beacons_.local_endpoint(error).port());
  return {};
}

void IntellivueCore::start() {
  const auto self = shared_from_this();
  const LoopGuard guard{[self] { return self->closed_; }, sink_.failed};
  if (options_.announced)
    keep_running(
        context_, [self] { return self->hear_beacons(self); }, guard);
  for (const auto& [at, peer] : peers_) begin_to_hear(peer);
  keep_running(
      context_, [self] { return self->tick_all(self); }, guard);
}

void IntellivueCore::begin_to_hear(const std::shared_ptr<IntellivuePeer>& peer) {
  const auto self = shared_from_this();
  keep_running(context_, [self, peer] { return self->hear(self, peer); },
               {[self, peer] { return self->closed_ || !peer->socket.is_open(); }, sink_.failed});
}

void IntellivueCore::close() {
  closed_ = true;
  error_code ignored;
  for (auto& [at, peer] : peers_) {
    for (const iv::Bytes& datagram : peer->client.stop().send) peer->socket.send(asio::buffer(datagram), 0, ignored);
    peer->socket.close(ignored);
  }
  peers_.clear();
  beacons_.close(ignored);
  timer_.cancel();
}

std::uint16_t source_port(std::uint16_t first, const asio::ip::address_v4& monitor) {
  return static_cast<std::uint16_t>(first + monitor.to_uint() % source_ports_count);
}

Result<udp::socket> IntellivueCore::socket_to(const udp::endpoint& at) {
  udp::socket socket(context_);
  error_code error;
  socket.open(udp::v4(), error);
  error_code taken = asio::error::address_in_use;
  if (!error && options_.source_ports != 0) {
    socket.bind({local_, source_port(options_.source_ports, at.address().to_v4())}, taken);
  }
  if (!error && taken) socket.bind({local_, 0}, error);
  if (!error) socket.connect(at, error);
  if (!error) socket.non_blocking(true, error);
  if (error) return fail(ErrorCode::io, "intellivue socket", static_cast<std::uint64_t>(error.value()));
  socket.set_option(asio::socket_base::receive_buffer_size(receive_buffer_bytes), error);
  return socket;
}

Result<void> IntellivueCore::add(const udp::endpoint& at, bool configured) {
  if (peers_.contains(at)) return {};
  if (peers_.size() >= options_.monitors_max) return fail(ErrorCode::limit, "intellivue monitors");
  udp::socket socket = CORDON_TRY(socket_to(at));
  peers_[at] = std::make_shared<IntellivuePeer>(std::move(socket), at, options_, configured, sink_);
  return {};
}

/// add_known asks at once the monitors that stand at a bed: one that a dead station held announces itself only when it
/// has let go of it.
void IntellivueCore::add_known() {
  for (const auto& [known, bed, confirmed] : sink_.known) {
    if (bed.empty()) continue;
    const auto at = endpoint_of(known.address);
    if (known.protocol != event::Protocol::intellivue || !at || peers_.contains(*at) || !add(*at, false)) continue;
    peers_[*at]->associated = true;
    peers_[*at]->link.know(known);
  }
}

/// replace_oldest lets the one go that was announced first and never associated: a forged announcement, or a monitor
/// that somebody else has. With an address: of those there.
bool IntellivueCore::replace_oldest(const asio::ip::address* address) {
  auto oldest = peers_.end();
  for (auto at = peers_.begin(); at != peers_.end(); ++at) {
    const IntellivuePeer& peer = *at->second;
    if (peer.configured || peer.associated || Steady::now() - peer.since < tried_for) continue;
    if (address != nullptr && at->first.address() != *address) continue;
    if (oldest == peers_.end() || peer.since < oldest->second->since) oldest = at;
  }
  if (oldest == peers_.end()) return false;
  error_code ignored;
  oldest->second->socket.close(ignored);
  peers_.erase(oldest);
  return true;
}

bool IntellivueCore::has_room_for(const asio::ip::address& address) {
  if (!announcements_.take(1, Steady::now())) return false;
  const auto there = std::ranges::count_if(
      peers_, [&](const auto& entry) { return !entry.second->configured && entry.first.address() == address; });
  if (static_cast<std::size_t>(there) >= announced_per_address) return replace_oldest(&address);
  if (peers_.size() < options_.monitors_max || replace_oldest(nullptr)) return true;
  full_at_ = Steady::now();
  say_full(true);
  return false;
}

void IntellivueCore::say_full(bool is_full) {
  if (std::exchange(full_told_, is_full) == is_full) return;
  sink_.say(event::OwnTrouble{sink_.now(), "gateway_full:intellivue", event::AlarmPriority::medium,
                              std::to_string(options_.monitors_max), is_full});
}

/// announced takes a beacon. A monitor speaks for its own address alone: otherwise one forged datagram would have us
/// ask whomever it names.
void IntellivueCore::announced(ByteView datagram, const udp::endpoint& from) {
  const auto beacon = iv::parse_beacon(datagram);
  if (!beacon) return;
  const auto named = iv::beacon_endpoint(*beacon);
  if (!named || asio::ip::address_v4(named->ip) != from.address() || named->port == 0) return;
  const udp::endpoint at{from.address(), named->port};
  if (const auto known = peers_.find(at); known != peers_.end()) {
    known->second->seen = Steady::now();
    return;
  }
  if (!has_room_for(at.address()) || !add(at, false)) return;
  begin_to_hear(peers_[at]);
}

asio::awaitable<void> IntellivueCore::hear_beacons(std::shared_ptr<IntellivueCore> self) {
  std::array<std::uint8_t, 2048> buffer;
  error_code error;
  while (!self->closed_) {
    udp::endpoint from;
    const std::size_t got = co_await beacons_.async_receive_from(asio::buffer(buffer), from, to(error));
    if (closed_) co_return;
    if (!error) announced({buffer.data(), got}, from);
  }
}

asio::awaitable<void> IntellivueCore::hear(std::shared_ptr<IntellivueCore> self, std::shared_ptr<IntellivuePeer> peer) {
  std::vector<std::uint8_t> buffer(datagram_bytes_max);
  error_code error;
  while (!self->closed_ && peer->socket.is_open()) {
    const std::size_t got = co_await peer->socket.async_receive(asio::buffer(buffer), to(error));
    if (closed_ || error == asio::error::operation_aborted) co_return;
    if (!error) {
      received(*peer, {buffer.data(), got});
    } else {  // nobody listens there, which the client notices itself
      asio::steady_timer pause(context_, error_pause);
      co_await pause.async_wait(to(error));
    }
  }
}

void IntellivueCore::received(IntellivuePeer& peer, ByteView datagram) {
  if (!peer.datagrams.take(1, Steady::now())) return flooded(peer);
  const iv::ClientOutput out = peer.client.receive(datagram, Steady::now());
  // Neither an answer to a keep-alive nor what came twice: a monitor that sends nothing else is silent.
  if (out.reports.empty() && out.fed) say(peer, peer.link.alive(sink_.now()));
  carry_out(peer, out);
}

void IntellivueCore::flooded(IntellivuePeer& peer) {
  peer.flooded = Steady::now();
  say(peer, peer.link.flooded(sink_.now(), true));
}

void IntellivueCore::carry_out(IntellivuePeer& peer, const iv::ClientOutput& out) {
  error_code ignored;  // a datagram that does not leave is one that is lost; the client asks again
  for (const iv::Bytes& datagram : out.send) peer.socket.send(asio::buffer(datagram), 0, ignored);
  say(peer, peer.link.take(out.reports, sink_.now()));
}

/// say: what finds no room is said again with the next answer; of a trace what is lost is lost.
void IntellivueCore::say(IntellivuePeer& peer, std::vector<event::BedsideInput> inputs) {
  for (event::BedsideInput& input : inputs) {
    const bool wave = std::holds_alternative<event::WaveHeard>(input);
    if (!sink_.say(std::move(input)) && !wave) peer.link.tell_again();
  }
}

asio::awaitable<void> IntellivueCore::tick_all(std::shared_ptr<IntellivueCore> self) {
  error_code error;
  while (!self->closed_) {
    tick();
    timer_.expires_after(tick_every);
    co_await timer_.async_wait(to(error));
  }
}

void IntellivueCore::tend(IntellivuePeer& peer, Steady::time_point now) {
  carry_out(peer, peer.client.tick(now));
  const std::uint32_t lost = io::datagrams_lost(peer.socket.native_handle());
  if (std::exchange(peer.lost, lost) != lost) flooded(peer);
  if (now - peer.flooded > flood_over) say(peer, peer.link.flooded(sink_.now(), false));
  if (peer.client.phase() != iv::Phase::polling) return;
  peer.seen = now;
  peer.associated = true;
}

void IntellivueCore::tick() {
  const auto now = Steady::now();
  if (full_told_ && now - full_at_ > full_over) say_full(false);
  beacons_lost_.look({beacons_.native_handle()}, now, sink_);
  for (auto at = peers_.begin(); at != peers_.end();) {
    IntellivuePeer& peer = *at->second;
    try {  // a mistake of ours with one monitor holds up no other
      tend(peer, now);
    } catch (const std::exception&) {
      sink_.failed();
    }
    const auto kept = peer.associated ? std::chrono::seconds{known_for} : announced_for;
    if (peer.configured || now - peer.seen < kept) {
      ++at;
      continue;
    }
    error_code ignored;
    peer.socket.close(ignored);
    at = peers_.erase(at);
  }
}

}  // namespace

Result<std::unique_ptr<Gateway>> open_intellivue_gateway(asio::io_context& context, IntellivueGatewayOptions options,
                                                         GatewaySink sink) {
  auto core = std::make_shared<IntellivueCore>(context, std::move(options), std::move(sink));
  CORDON_TRY_VOID(core->open());
  core->start();
  return std::make_unique<IntellivueGateway>(std::move(core));
}

}  // namespace cordon::gateway
