// SPDX-License-Identifier: Apache-2.0
#include "gateway/gateway_hl7.h"

#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <map>
#include <tuple>
#include <utility>

#include "gateway/hl7_connection.h"
#include "gateway/keep_running.h"
#include "gateway/pds_caller.h"
#include "hl7/answer.h"
#include "hl7/framing.h"
#include "hl7/interpret.h"
#include "io/awaiting.h"

namespace cordon::gateway {

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Steady = std::chrono::steady_clock;
using Connection = Hl7Connection;

constexpr std::size_t read_bytes = 16 * 1024;        // of one sender before the others have their turn
constexpr std::chrono::minutes idle_max{5};          // between two messages; whoever lives sends again before
constexpr std::chrono::seconds called_idle_max{10};  // of a monitor that is asked each second; then it is called anew
constexpr std::chrono::seconds answer_wait{10};      // for a sender that does not read its answers
constexpr std::chrono::seconds sweep_every{1};
constexpr std::chrono::seconds trouble_after{10};         // a flood or an unreadable message is over after this
constexpr std::chrono::milliseconds flood_wait_min{200};  // a shorter wait is no trouble, unless …
constexpr std::chrono::seconds behind_max{2};             // … more has been waiting to be read for so long
constexpr std::chrono::seconds flood_wait_max{20};        // then the sender is read again, whatever it owes
constexpr std::chrono::seconds echo_every{1};             // to a monitor that speaks Mindray PDS
constexpr std::chrono::seconds kept_within{2};            // senders wait 5 s for an answer, and then hang up
constexpr std::chrono::milliseconds kept_look{5};
constexpr int listen_backlog = 128;
constexpr int unread_max = 64 * 1024;             // bytes of a connection: what waits here is late
constexpr std::size_t message_bytes_min = 512;    // a shorter one counts as much: to read it takes about as long
constexpr int answers_unread_max = 16 * 1024;     // bytes; then nobody hears that a message was left out
constexpr std::uint64_t stray_bytes_max = 4096;   // outside of any message, before the sender is told to be faulty
constexpr std::chrono::minutes peer_kept{10};     // without a connection: so long it owes what it owed
constexpr std::size_t peers_max = 1024;           // with and without
constexpr std::chrono::minutes full_told_for{1};  // after the last one that found no place
constexpr const char* left_out = "more is said at once than is taken";
constexpr const char* full = "hl7_full";  // web/src/station/words.ts
constexpr const char* unread = "hl7_unread";
constexpr std::chrono::minutes unread_told_for{2};  // a sender that nobody can read is told so long after its last word
constexpr std::size_t unread_max_told = 8;          // of their addresses

using io::to;

/// Hl7Core lives as long as any coroutine does; once closed it says nothing more.
class Hl7Core : public std::enable_shared_from_this<Hl7Core> {
 public:
  Hl7Core(asio::io_context& context, Hl7GatewayOptions options, GatewaySink sink)
      : context_(context),
        options_(std::move(options)),
        sink_(std::move(sink)),
        known_(std::make_shared<Hl7Known>(sink_.known, sink_.bed_of)),
        acceptor_(context),
        timer_(context) {}

  Result<void> listen();
  void start();
  void close();

 private:
  asio::awaitable<void> accept_all(std::shared_ptr<Hl7Core> self);
  asio::awaitable<void> serve(std::shared_ptr<Hl7Core> self, std::shared_ptr<Connection> c);
  asio::awaitable<void> sweep_all(std::shared_ptr<Hl7Core> self);
  asio::awaitable<void> ask(std::shared_ptr<Hl7Core> self, std::shared_ptr<Connection> c);
  static bool is_behind(Connection& c, bool more_waits);
  static bool reads_answers(Connection& c);
  static bool has_room(Connection& c, const hl7::Report& report, Allowance& own);
  asio::awaitable<void> until_kept(std::shared_ptr<Hl7Core> self);
  LoopGuard guard();
  bool knows(const std::string& address) const;
  void take_in(tcp::socket socket, bool called);
  void end(const std::shared_ptr<Connection>& c);
  bool make_room(const Hl7Peer& peer);
  std::size_t devices() const;
  void say_full(bool is_full);
  void say_unread();
  void tidy_peers(Steady::time_point now);
  std::string take(Connection& c, const hl7::Frame& frame);
  std::string take_message(Connection& c, const hl7::Message& message);
  const char* take_report(Connection& c, const hl7::Report& report);
  std::string unreadable(Connection& c, const char* what);
  void check_framing(Connection& c);
  void trouble(Connection& c, const event::TroubleHeard& what);
  event::TroubleHeard flood() const;
  std::string answer(const hl7::Message& asked, hl7::Outcome outcome, const char* text);
  bool say(std::vector<event::BedsideInput> inputs);

  asio::io_context& context_;
  Hl7GatewayOptions options_;
  GatewaySink sink_;
  std::shared_ptr<Hl7Known> known_;
  tcp::acceptor acceptor_;
  std::shared_ptr<PdsCaller> caller_;  // null: nobody is called
  asio::steady_timer timer_;
  std::map<std::uint64_t, std::shared_ptr<Connection>> connections_;  // by number, the oldest first
  std::map<std::string, std::shared_ptr<Hl7Peer>> peers_;             // by address
  std::uint64_t numbered_ = 0;
  std::uint64_t answers_ = 0;
  Steady::time_point full_until_{};                   // the epoch: not told
  std::map<std::string, Steady::time_point> unread_;  // by address: until when it is told
  std::shared_ptr<const std::atomic<bool>> behind_;   // what the logbook did not keep in time, until it does
  bool closed_ = false;
};

class Hl7Gateway : public Gateway {
 public:
  explicit Hl7Gateway(std::shared_ptr<Hl7Core> core) : core_(std::move(core)) {}
  ~Hl7Gateway() override { core_->close(); }

 private:
  std::shared_ptr<Hl7Core> core_;
};

Result<void> Hl7Core::listen() {
  error_code error;
  const auto address = asio::ip::make_address(options_.address, error);
  if (error) return fail(ErrorCode::malformed, "hl7 address");
  const tcp::endpoint endpoint{address, options_.port};
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.set_option(asio::socket_base::receive_buffer_size(unread_max), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(listen_backlog, error);
  if (error) return fail(ErrorCode::io, "hl7 listen", static_cast<std::uint64_t>(error.value()));
  if (options_.listening) options_.listening(acceptor_.local_endpoint(error).port());
  if (!options_.announcements) return {};
  caller_ = std::make_shared<PdsCaller>(
      context_, PdsCaller::Calls{[this](const std::string& at) { return knows(at); },
                                 [this](tcp::socket socket) { take_in(std::move(socket), true); }, sink_.failed});
  const std::uint16_t heard_on = CORDON_TRY(caller_->listen(address, *options_.announcements));
  if (options_.hearing) options_.hearing(heard_on);
  return {};
}

void Hl7Core::start() {
  const auto self = shared_from_this();
  keep_running(
      context_, [self] { return self->accept_all(self); }, guard());
  keep_running(
      context_, [self] { return self->sweep_all(self); }, guard());
}

LoopGuard Hl7Core::guard() {
  const auto self = shared_from_this();
  return {[self] { return self->closed_; }, [self] { self->sink_.failed(); }};
}

void Hl7Core::close() {
  closed_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  if (caller_) caller_->close();
  timer_.cancel();
  for (auto& [key, connection] : connections_) connection->socket.close(ignored);
  connections_.clear();
}

/// say tells whether all of it found room.
bool Hl7Core::say(std::vector<event::BedsideInput> inputs) {
  bool out = true;
  for (event::BedsideInput& input : inputs) out = sink_.say(std::move(input)) && out;
  return out;
}

asio::awaitable<void> Hl7Core::accept_all(std::shared_ptr<Hl7Core> self) {
  while (!self->closed_) {
    error_code error;
    tcp::socket socket = co_await acceptor_.async_accept(to(error));
    if (closed_) co_return;
    if (error) {  // out of descriptors, say: those that are open may close
      asio::steady_timer pause(context_, std::chrono::milliseconds(100));
      co_await pause.async_wait(to(error));
      continue;
    }
    take_in(std::move(socket), false);
  }
}

void Hl7Core::take_in(tcp::socket socket, bool called) {
  error_code error;
  auto at = socket.remote_endpoint(error).address();
  if (error) return;
  if (at.is_v6() && at.to_v6().is_v4_mapped()) at = asio::ip::make_address_v4(asio::ip::v4_mapped, at.to_v6());
  const std::string address = at.to_string();
  auto& peer = peers_[address];
  if (!peer) peer = std::make_shared<Hl7Peer>(address, options_, known_);
  if (peer->connections >= options_.connections_per_address_max) return;
  if (connections_.size() >= options_.connections_max && !make_room(*peer)) return say_full(true);
  CutWatch::prepare(socket);
  socket.set_option(tcp::no_delay(true), error);
  const auto c = std::make_shared<Connection>(++numbered_, std::move(socket), address, peer);
  connections_[c->number] = c;
  ++peer->connections;
  c->called = called;
  const auto failed = [self = shared_from_this(), c] {
    self->sink_.failed();
    if (!self->closed_) self->end(c);
  };
  if (called) run_once(context_, ask(shared_from_this(), c), failed);
  run_once(context_, serve(shared_from_this(), c), failed);
}

std::size_t Hl7Core::devices() const {
  std::size_t out = 0;
  for (const auto& [address, peer] : peers_) out += peer->sender.devices();
  return out;
}

bool Hl7Core::knows(const std::string& address) const {
  return std::ranges::any_of(connections_, [&](const auto& c) { return c.second->address == address; });
}

/// ask asks a monitor of Mindray PDS for what it measures, and once more when it has said what it says first: older
/// ones do not hear a query before. It wants a sign of life each second.
asio::awaitable<void> Hl7Core::ask(std::shared_ptr<Hl7Core> self, std::shared_ptr<Connection> c) {
  const hl7::Moment now{sink_.now(), std::chrono::minutes(0), hl7::ZoneOrigin::local, 14, false};
  const auto query = hl7::frame(hl7::print(hl7::pds_query(now, "Q" + std::to_string(c->number))));
  const auto echo = hl7::frame(hl7::print(hl7::pds_echo()));
  asio::steady_timer pause(context_);
  error_code error;
  std::string next = *query;
  for (bool again = true; !self->closed_;) {
    co_await asio::async_write(c->socket, asio::buffer(next), to(error));
    if (error) co_return;
    pause.expires_after(echo_every);
    co_await pause.async_wait(to(error));
    next = *echo;
    if (again && c->ready) next += *query;
    again = again && !c->ready;
  }
}

/// make_room closes a connection for the sake of one of `peer`: that of an address which has more than this one will
/// have, else one over which no device has spoken. Whoever floods the gateway with connections takes no place from
/// others.
bool Hl7Core::make_room(const Hl7Peer& peer) {
  using Rank = std::tuple<bool, bool, std::size_t>;
  std::shared_ptr<Connection> chosen;
  Rank best;
  for (const auto& [number, c] : connections_) {
    const bool more = c->peer->connections > peer.connections + 1;
    const bool silent = c->peer->sender.links_of(number).empty();
    const Rank rank{more, silent, c->peer->connections};
    const bool may_go = c->socket.is_open() && (more || (silent && peer.connections == 0));
    if (!may_go || (chosen && rank <= best)) continue;
    chosen = c;
    best = rank;
  }
  if (!chosen) return false;
  error_code ignored;
  chosen->why = "another sender needed the place";
  chosen->socket.close(ignored);  // its coroutine ends by that
  return true;
}

void Hl7Core::say_full(bool is_full) {
  full_until_ = is_full ? Steady::now() + full_told_for : Steady::time_point{};
  sink_.say(event::OwnTrouble{sink_.now(), full, event::AlarmPriority::medium, "", is_full});
}

/// say_unread tells who sends and is no bed, because nothing of it can be read.
void Hl7Core::say_unread() {
  std::string addresses;
  for (const auto& [address, until] : unread_) addresses += (addresses.empty() ? "" : ", ") + address;
  sink_.say(event::OwnTrouble{sink_.now(), unread, event::AlarmPriority::low, addresses, !unread_.empty()});
}

void Hl7Core::tidy_peers(Steady::time_point now) {
  std::erase_if(peers_, [&](const auto& entry) {
    return entry.second->connections == 0 && (now - entry.second->last > peer_kept || peers_.size() > peers_max);
  });
}

asio::awaitable<void> Hl7Core::serve(std::shared_ptr<Hl7Core> self, std::shared_ptr<Connection> c) {
  std::array<std::uint8_t, read_bytes> buffer;
  error_code error;
  while (!self->closed_) {
    const std::size_t got = co_await c->socket.async_read_some(asio::buffer(buffer), to(error));
    if (error || closed_) break;
    std::string answers;
    const auto frames = c->reader.feed({buffer.data(), got});
    for (const hl7::Frame& frame : frames) {
      c->more = &frame != &frames.back() || c->socket.available(error) > 0;
      answers += take(*c, frame);
    }
    check_framing(*c);
    if (!frames.empty()) c->deadline = Steady::now() + (c->called ? called_idle_max : idle_max);
    if (std::exchange(c->alarmed, false) && !answers.empty() && !c->called) co_await until_kept(self);
    if (closed_) break;
    if (!answers.empty() && !c->called) {
      c->deadline = Steady::now() + answer_wait;
      co_await asio::async_write(c->socket, asio::buffer(answers), to(error));
      if (error || closed_) break;
      c->deadline = Steady::now() + idle_max;
    }
    const auto bytes = static_cast<double>(std::max(got, frames.size() * message_bytes_min));
    const auto wait = std::max(c->peer->messages.spend(0, Steady::now()), c->peer->bytes.spend(bytes, Steady::now()));
    const bool waits = wait >= std::chrono::milliseconds(1);
    if (wait >= flood_wait_min || is_behind(*c, waits || c->socket.available(error) > 0)) {
      trouble(*c, flood());
    }
    if (!waits) continue;
    asio::steady_timer pause(context_, std::min<std::chrono::milliseconds>(wait, flood_wait_max));
    co_await pause.async_wait(to(error));
  }
  if (!closed_) end(c);
}

/// has_room tells whether a message is taken. Who waits for answers is read later. Whoever says more at once than is
/// taken would say its alarms behind it, and is heard in part: what it tells of alarms, and something of all else.
bool Hl7Core::has_room(Connection& c, const hl7::Report& report, Allowance& own) {
  const auto now = Steady::now();
  if (c.more && report.alarms.empty() && !report.alarms_are_all)
    return c.peer->messages.take(1, now) || own.take(1, now);
  c.peer->messages.spend(1, now);
  return true;
}

/// reads_answers tells whether an answer more would not wait for those before it.
bool Hl7Core::reads_answers(Connection& c) {
  int unread = 0;
  return ::ioctl(c.socket.native_handle(), TIOCOUTQ, &unread) == 0 && unread < answers_unread_max;
}

/// is_behind tells whether all along more has been waiting to be read, whatever keeps it from being read.
bool Hl7Core::is_behind(Connection& c, bool more_waits) {
  if (!more_waits) {
    c.behind_since.reset();
    return false;
  }
  if (!c.behind_since) c.behind_since = Steady::now();
  return Steady::now() - *c.behind_since >= behind_max;
}

/// until_kept waits until what was said is durable: an alarm that was acknowledged is lost by no kill, though its
/// sender never says it again. A disk that stands still is told on the screens, and holds up no sender for longer.
asio::awaitable<void> Hl7Core::until_kept(std::shared_ptr<Hl7Core> self) {
  if (!sink_.kept || (behind_ && !*behind_)) co_return;
  const auto kept = sink_.kept();
  const auto until = Steady::now() + kept_within;
  asio::steady_timer pause(context_);
  error_code error;
  while (kept && !*kept && Steady::now() < until && !self->closed_) {
    pause.expires_after(kept_look);
    co_await pause.async_wait(to(error));
  }
  behind_ = kept && !*kept ? kept : nullptr;
}

void Hl7Core::end(const std::shared_ptr<Connection>& c) {
  if (connections_.erase(c->number) == 0) return;
  error_code ignored;
  c->socket.close(ignored);
  say(c->peer->sender.leave(c->number, sink_.now(), c->why));
  --c->peer->connections;
  c->peer->last = Steady::now();
}

asio::awaitable<void> Hl7Core::sweep_all(std::shared_ptr<Hl7Core> self) {
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
      } else if (c->cut.came_back(c->socket)) {
        c->why = "the network was cut";
        reset(c->socket);
      }
      if (c->troubled_until == Steady::time_point{} || now < c->troubled_until) continue;
      c->troubled_until = {};
      for (Hl7Link* link : c->peer->sender.links_of(c->number)) say(link->clear(sink_.now()));
    }
    tidy_peers(now);
    if (caller_) caller_->look(sink_);
    if (full_until_ != Steady::time_point{} && now > full_until_) say_full(false);
    if (std::erase_if(unread_, [&](const auto& one) { return now > one.second; }) > 0) say_unread();
  }
}

event::TroubleHeard Hl7Core::flood() const {
  return {sink_.now(), 0, "flood", "The sender sends more than a unit has to say",
          "Look for a fault at the sender; some of its numbers and traces are left out, and others are not held up"};
}

void Hl7Core::trouble(Connection& c, const event::TroubleHeard& what) {
  c.troubled_until = Steady::now() + trouble_after;
  for (Hl7Link* link : c.peer->sender.links_of(c.number)) say(link->trouble(what));
}

std::string Hl7Core::answer(const hl7::Message& asked, hl7::Outcome outcome, const char* text) {
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

/// unreadable tells it at the beds of that connection; where it has none, the station says of which address it is.
std::string Hl7Core::unreadable(Connection& c, const char* what) {
  const bool is_known = unread_.contains(c.address);
  if (c.peer->sender.links_of(c.number).empty() && (is_known || unread_.size() < unread_max_told)) {
    unread_[c.address] = Steady::now() + unread_told_for;
    if (!is_known) say_unread();
  }
  trouble(c, {sink_.now(), 0, "dialect", what, "Have the sender send whole HL7 2 messages in MLLP (docs/STATION.md)"});
  return {};
}

std::string Hl7Core::take(Connection& c, const hl7::Frame& frame) {
  if (hl7::trimmed(frame.bytes).empty()) {  // some say no more than that they live, as does what comes behind
    const Hl7Link* link = c.peer->sender.itself(c.number);
    if (link != nullptr && !c.more) sink_.say(event::LinkAlive{sink_.now(), link->link()});
    return {};
  }
  std::string answers;
  for (const std::string_view bytes : hl7::messages(frame.bytes)) {
    const auto message = hl7::parse(bytes);
    if (!message) {
      unreadable(c, "A message is no HL7");
    } else if (frame.end == hl7::FrameEnd::missing) {  // half a number is another number
      unreadable(c, "A message was cut short");
      answers += answer(*message, hl7::Outcome::error, "the message was cut short");
    } else {
      answers += take_message(c, *message);
    }
  }
  return answers;
}

/// check_framing tells of a sender whose bytes are no messages.
void Hl7Core::check_framing(Connection& c) {
  const hl7::FramingCounters& now = c.reader.counters();
  if (now.too_long > c.counted.too_long) {
    unreadable(c, "A message is longer than any that is taken");
  } else if (now.bytes_discarded - c.counted.bytes_discarded > stray_bytes_max) {
    unreadable(c, "What is sent stands in no message");
  } else {
    return;
  }
  c.counted = now;
}

/// take_report gives why a report cannot be taken, null when it was.
const char* Hl7Core::take_report(Connection& c, const hl7::Report& report) {
  const auto new_link = [this] { return devices() < options_.devices_max ? sink_.new_link() : 0; };
  Hl7Place place = c.peer->sender.place(report, c.number, sink_.now(), new_link);
  say(std::move(place.before));
  if (place.link != nullptr) {
    if (!has_room(c, report, *place.own)) {
      c.troubled_until = Steady::now() + trouble_after;
      say(place.link->trouble(flood()));
      return left_out;
    }
    c.alarmed = c.alarmed || !report.alarms.empty();
    if (say(place.link->take({report, sink_.now(), c.address}))) return nullptr;
    place.link->tell_again();
    return "there is no room for it now";
  }
  if (place.refusal == Hl7Place::Refusal::crowded) {
    trouble(c, {sink_.now(), 0, "crowded", "More devices than are taken", "Spread the devices over several senders"});
    return "too many devices";
  }
  if (place.refusal != Hl7Place::Refusal::ambiguous) return nullptr;
  trouble(c, {sink_.now(), 0, "beds", "A sender has several beds and does not say of which it speaks",
              "Have it send PV1-3 or OBX-18 with every message (docs/STATION.md)"});
  // A monitor whose bed was renamed connects anew and says but one.
  error_code ignored;
  c.why = "it was not clear of which bed it spoke";
  if (report.dialect == hl7::Dialect::mindray_pds) c.socket.close(ignored);
  return "the message does not say of which bed it is";
}

std::string Hl7Core::take_message(Connection& c, const hl7::Message& message) {
  const auto reports = hl7::interpret_all(message);
  if (!reports) {
    unreadable(c, "A message is about more patients than are taken at once");
    return answer(message, hl7::Outcome::reject, "too many patients in one message");
  }
  const hl7::Report& first = reports->front();
  if (first.kind == hl7::Kind::answer) return {};
  if (first.kind == hl7::Kind::other) {
    return answer(message, hl7::Outcome::reject, "observations, alarms and heartbeats are taken here");
  }
  const char* refused = nullptr;
  for (const hl7::Report& report : *reports) {
    const char* why = take_report(c, report);
    if (why != nullptr) refused = why;
  }
  if (refused == left_out && !reads_answers(c)) return {};
  if (refused != nullptr) return answer(message, hl7::Outcome::error, refused);
  c.ready = c.ready || first.heartbeat;
  if (first.dialect != hl7::Dialect::mindray_pds) return answer(message, hl7::Outcome::accept, "");
  if (Steady::now() - c.echoed < echo_every) return {};
  c.echoed = Steady::now();
  const auto framed = hl7::frame(hl7::print(hl7::pds_echo()));
  return framed ? *framed : std::string();
}

}  // namespace

Result<std::unique_ptr<Gateway>> open_hl7_gateway(asio::io_context& context, Hl7GatewayOptions options,
                                                  GatewaySink sink) {
  auto core = std::make_shared<Hl7Core>(context, std::move(options), std::move(sink));
  CORDON_TRY_VOID(core->listen());
  core->start();
  return std::make_unique<Hl7Gateway>(std::move(core));
}

}  // namespace cordon::gateway
