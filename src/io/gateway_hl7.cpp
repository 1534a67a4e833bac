// SPDX-License-Identifier: Apache-2.0
#include "io/gateway_hl7.h"

#include <algorithm>
#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <map>
#include <utility>

#include "hl7/answer.h"
#include "hl7/framing.h"
#include "hl7/interpret.h"
#include "io/allowance.h"

namespace cordon::io {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Steady = std::chrono::steady_clock;

constexpr std::size_t read_bytes = 16 * 1024;           // of one sender before the others have their turn
constexpr std::chrono::seconds first_message_wait{30};  // for who connects and says nothing
constexpr std::chrono::minutes idle_max{5};             // between two messages; whoever lives sends again before
constexpr std::chrono::seconds answer_wait{10};         // for a sender that does not read its answers
constexpr std::chrono::seconds sweep_every{1};
constexpr std::chrono::seconds trouble_after{10};         // a flood or an unreadable message is over after this
constexpr std::chrono::milliseconds flood_wait_min{200};  // a shorter wait is no trouble
constexpr std::chrono::seconds flood_wait_max{20};        // then the sender is read again, whatever it owes
constexpr std::chrono::seconds echo_every{1};             // to a monitor that speaks Mindray PDS
constexpr int listen_backlog = 128;

auto to(error_code& error) {
  return asio::redirect_error(asio::use_awaitable, error);
}

struct Connection {
  Connection(tcp::socket from, std::string peer, const Hl7GatewayOptions& options)
      : socket(std::move(from)),
        address(std::move(peer)),
        messages(options.messages_a_second),
        bytes(options.bytes_a_second) {}

  tcp::socket socket;
  std::string address;
  hl7::MllpReader reader;
  Allowance messages;
  Allowance bytes;
  std::map<std::string, Hl7Link> links;  // by device
  Steady::time_point deadline = Steady::now() + first_message_wait;
  Steady::time_point echoed{};
  Steady::time_point troubled_until{};  // the epoch: no trouble
  std::string why = "the connection was closed";
};

/// Core lives as long as any coroutine does; once closed it says nothing more.
class Core : public std::enable_shared_from_this<Core> {
 public:
  Core(asio::io_context& context, Hl7GatewayOptions options, GatewaySink sink)
      : context_(context), options_(std::move(options)), sink_(std::move(sink)), acceptor_(context), timer_(context) {}

  Result<void> listen();
  void start();
  void close();

 private:
  asio::awaitable<void> accept_all(std::shared_ptr<Core> self);
  asio::awaitable<void> serve(std::shared_ptr<Core> self, std::shared_ptr<Connection> c);
  asio::awaitable<void> sweep_all(std::shared_ptr<Core> self);
  void take_in(tcp::socket socket);
  void end(const std::shared_ptr<Connection>& c);
  std::string take(Connection& c, const hl7::Frame& frame);
  std::string take_message(Connection& c, const hl7::Message& message);
  std::string unreadable(Connection& c, const char* what);
  Hl7Link* link_of(Connection& c, const hl7::Report& report);
  void trouble(Connection& c, const event::TroubleHeard& what);
  std::string answer(const hl7::Message& asked, hl7::Outcome outcome, const char* text);
  void say(std::vector<event::BedsideInput> inputs);

  asio::io_context& context_;
  Hl7GatewayOptions options_;
  GatewaySink sink_;
  tcp::acceptor acceptor_;
  asio::steady_timer timer_;
  std::map<Connection*, std::shared_ptr<Connection>> connections_;
  std::uint64_t answers_ = 0;
  bool closed_ = false;
};

class Hl7Gateway : public Gateway {
 public:
  explicit Hl7Gateway(std::shared_ptr<Core> core) : core_(std::move(core)) {}
  ~Hl7Gateway() override { core_->close(); }

 private:
  std::shared_ptr<Core> core_;
};

Result<void> Core::listen() {
  error_code error;
  const auto address = asio::ip::make_address(options_.address, error);
  if (error) return fail(ErrorCode::malformed, "hl7 address");
  const tcp::endpoint endpoint{address, options_.port};
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(listen_backlog, error);
  if (error) return fail(ErrorCode::io, "hl7 listen", static_cast<std::uint64_t>(error.value()));
  if (options_.listening) options_.listening(acceptor_.local_endpoint(error).port());
  return {};
}

void Core::start() {
  asio::co_spawn(context_, accept_all(shared_from_this()), asio::detached);
  asio::co_spawn(context_, sweep_all(shared_from_this()), asio::detached);
}

void Core::close() {
  closed_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  timer_.cancel();
  for (auto& [key, connection] : connections_) connection->socket.close(ignored);
  connections_.clear();
}

void Core::say(std::vector<event::BedsideInput> inputs) {
  for (event::BedsideInput& input : inputs) sink_.say(std::move(input));
}

asio::awaitable<void> Core::accept_all(std::shared_ptr<Core> self) {
  while (!self->closed_) {
    error_code error;
    tcp::socket socket = co_await acceptor_.async_accept(to(error));
    if (closed_) co_return;
    if (error) {  // out of descriptors, say: those that are open may close
      asio::steady_timer pause(context_, std::chrono::milliseconds(100));
      co_await pause.async_wait(to(error));
      continue;
    }
    take_in(std::move(socket));
  }
}

void Core::take_in(tcp::socket socket) {
  error_code error;
  auto peer = socket.remote_endpoint(error).address();
  if (error) return;
  if (peer.is_v6() && peer.to_v6().is_v4_mapped()) peer = asio::ip::make_address_v4(asio::ip::v4_mapped, peer.to_v6());
  const std::string address = peer.to_string();
  const auto same = std::ranges::count_if(connections_, [&](const auto& c) { return c.second->address == address; });
  if (connections_.size() >= options_.connections_max ||
      static_cast<std::size_t>(same) >= options_.connections_per_address_max) {
    return;
  }
  socket.set_option(asio::socket_base::keep_alive(true), error);
  socket.set_option(tcp::no_delay(true), error);
  const auto c = std::make_shared<Connection>(std::move(socket), address, options_);
  connections_[c.get()] = c;
  asio::co_spawn(context_, serve(shared_from_this(), c), asio::detached);
}

asio::awaitable<void> Core::serve(std::shared_ptr<Core> self, std::shared_ptr<Connection> c) {
  std::array<std::uint8_t, read_bytes> buffer;
  error_code error;
  while (!self->closed_) {
    const std::size_t got = co_await c->socket.async_read_some(asio::buffer(buffer), to(error));
    if (error || closed_) break;
    std::string answers;
    const auto frames = c->reader.feed({buffer.data(), got});
    for (const hl7::Frame& frame : frames) answers += take(*c, frame);
    if (!frames.empty()) c->deadline = Steady::now() + idle_max;
    if (!answers.empty()) {
      c->deadline = Steady::now() + answer_wait;
      co_await asio::async_write(c->socket, asio::buffer(answers), to(error));
      if (error || closed_) break;
      c->deadline = Steady::now() + idle_max;
    }
    const auto wait = std::max(c->messages.spend(static_cast<double>(frames.size()), Steady::now()),
                               c->bytes.spend(static_cast<double>(got), Steady::now()));
    if (wait < std::chrono::milliseconds(1)) continue;
    if (wait >= flood_wait_min) {
      trouble(*c, {sink_.now(), 0, "flood", "The sender sends more than a unit has to say",
                   "Look for a fault at the sender; what it says arrives late, and others are not held up"});
    }
    asio::steady_timer pause(context_, std::min<std::chrono::milliseconds>(wait, flood_wait_max));
    co_await pause.async_wait(to(error));
  }
  if (!closed_) end(c);
}

void Core::end(const std::shared_ptr<Connection>& c) {
  error_code ignored;
  c->socket.close(ignored);
  for (const auto& [device, link] : c->links) sink_.say(event::DeviceGone{sink_.now(), link.link(), c->why});
  connections_.erase(c.get());
}

asio::awaitable<void> Core::sweep_all(std::shared_ptr<Core> self) {
  error_code error;
  while (!self->closed_) {
    timer_.expires_after(sweep_every);
    co_await timer_.async_wait(to(error));
    if (closed_) co_return;
    const auto now = Steady::now();
    for (const auto& [key, c] : connections_) {
      if (now > c->deadline) {
        c->why = "nothing came for too long";
        c->socket.close(error);  // its coroutine ends by that
      }
      if (c->troubled_until == Steady::time_point{} || now < c->troubled_until) continue;
      c->troubled_until = {};
      for (auto& [device, link] : c->links) say(link.clear(sink_.now()));
    }
  }
}

void Core::trouble(Connection& c, const event::TroubleHeard& what) {
  c.troubled_until = Steady::now() + trouble_after;
  for (auto& [device, link] : c.links) say(link.trouble(what));
}

std::string Core::answer(const hl7::Message& asked, hl7::Outcome outcome, const char* text) {
  hl7::Answer answer;
  answer.outcome = outcome;
  answer.text = text;
  answer.control_id = "C" + std::to_string(++answers_);
  answer.application = "CORDON";
  answer.at = {sink_.now(), std::chrono::minutes(0), hl7::ZoneOrigin::stated, 14, false};
  const auto built = hl7::build_ack(asked, answer);
  if (!built) return {};
  const auto framed = hl7::frame(hl7::print(*built));
  return framed ? *framed : std::string();
}

std::string Core::unreadable(Connection& c, const char* what) {
  trouble(c, {sink_.now(), 0, "dialect", what, "Have the sender send whole HL7 2 messages in MLLP (docs/STATION.md)"});
  return {};
}

std::string Core::take(Connection& c, const hl7::Frame& frame) {
  if (hl7::trimmed(frame.bytes).empty()) {  // some say no more than that they live
    if (c.links.size() == 1) sink_.say(event::LinkAlive{sink_.now(), c.links.begin()->second.link()});
    return {};
  }
  const auto message = hl7::parse(frame.bytes);
  if (!message) return unreadable(c, "A message is no HL7");
  if (frame.end == hl7::FrameEnd::missing) {  // half a number is another number
    unreadable(c, "A message was cut short");
    return answer(*message, hl7::Outcome::error, "the message was cut short");
  }
  return take_message(c, *message);
}

Hl7Link* Core::link_of(Connection& c, const hl7::Report& report) {
  const std::string device = hl7_device(report, c.address);
  if (device.empty()) return c.links.size() == 1 ? &c.links.begin()->second : nullptr;
  const auto found = c.links.find(device);
  if (found != c.links.end()) return &found->second;
  if (c.links.size() >= options_.devices_per_connection_max) return nullptr;
  return &c.links.try_emplace(device, sink_.new_link(), device, options_.reading).first->second;
}

std::string Core::take_message(Connection& c, const hl7::Message& message) {
  const hl7::Report report = hl7::interpret(message);
  if (report.kind == hl7::Kind::answer) return {};
  if (report.kind == hl7::Kind::other) {
    return answer(message, hl7::Outcome::reject, "observations, alarms and heartbeats are taken here");
  }
  if (Hl7Link* link = link_of(c, report); link != nullptr) {
    say(link->take({message, report, sink_.now(), c.address}));
  } else if (report.kind != hl7::Kind::heartbeat) {
    trouble(c, {sink_.now(), 0, "crowded", "More devices on one connection than are taken",
                "Spread the devices over several connections"});
    return answer(message, hl7::Outcome::error, "too many devices on this connection");
  }
  if (report.dialect != hl7::Dialect::mindray_pds) return answer(message, hl7::Outcome::accept, "");
  if (Steady::now() - c.echoed < echo_every) return {};
  c.echoed = Steady::now();
  const auto framed = hl7::frame(hl7::print(hl7::pds_echo()));
  return framed ? *framed : std::string();
}

}  // namespace

Result<std::unique_ptr<Gateway>> open_hl7_gateway(asio::io_context& context, Hl7GatewayOptions options,
                                                  GatewaySink sink) {
  auto core = std::make_shared<Core>(context, std::move(options), std::move(sink));
  CORDON_TRY_VOID(core->listen());
  core->start();
  return std::make_unique<Hl7Gateway>(std::move(core));
}

}  // namespace cordon::io
