// SPDX-License-Identifier: Apache-2.0
// The live channel: one WebSocket a page, a bounded queue each, and what other threads publish.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/time.h"
#include "http/server_impl.h"

namespace cordon::http {

namespace websocket = beast::websocket;

namespace {

constexpr std::chrono::seconds unanswered_max{30};  // a client that answers no ping

double wall_seconds() {
  const auto now = std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
  return seconds_of(now);
}

}  // namespace

/// LiveClient is one open /live. Its coroutines own it; Impl only points at it.
struct LiveClient {
  struct Waiting {
    Message message;
    bool situation = false;
  };

  LiveClient(Wire wire, Who w) : socket(std::move(wire)), wake(socket.get_executor()), who(std::move(w)) {
    wake.expires_at(Steady::time_point::max());
  }

  /// offer queues a message; false when the client is too far behind. A situation that still waits is replaced.
  bool offer(const Message& message, bool situation) {
    if (situation) {
      for (std::size_t i = writing ? 1 : 0; i < queue.size(); ++i) {
        if (queue[i].situation) {
          waiting_bytes += message->size();
          waiting_bytes -= queue[i].message->size();
          queue[i].message = message;
          return true;
        }
      }
    }
    if (queue.size() >= live_queue_max) return false;
    if (!queue.empty() && waiting_bytes + message->size() > live_queue_bytes_max) return false;
    waiting_bytes += message->size();
    queue.push_back({message, situation});
    wake.cancel();
    return true;
  }

  /// offer_frame queues a binary message; the oldest gives way. False when one did.
  bool offer_frame(const Message& frame) {
    const bool full = frames.size() >= live_frames_max;
    if (full) frames.pop_front();
    frames.push_back(frame);
    wake.cancel();
    return !full;
  }

  void drop() {
    dropped = true;
    wake.cancel();
    beast::get_lowest_layer(socket).close();
  }

  websocket::stream<Wire, false> socket;  // without compression, which tells lengths of secrets and costs memory
  asio::steady_timer wake;
  const Who who;
  std::size_t waiting_bytes = 0;
  std::deque<Waiting> queue;   // the first one is being written while `writing`
  std::deque<Message> frames;  // wait behind the texts
  bool writing = false;        // a text
  bool writing_frame = false;
  bool dropped = false;
  Steady::time_point writing_since;
};

asio::awaitable<void> Server::Impl::live(Wire wire, Request request, std::string address) {
  const auto client = std::make_shared<LiveClient>(std::move(wire), who_of(request, address));
  websocket::stream_base::timeout timeouts{};
  timeouts.handshake_timeout = handshake_timeout;
  timeouts.idle_timeout = unanswered_max;
  timeouts.keep_alive_pings = true;
  client->socket.set_option(timeouts);
  client->socket.read_message_max(live_incoming_bytes_max);
  error_code error;
  co_await client->socket.async_accept(request, to(error));
  if (error) co_return;

  struct Registered {
    Impl& server;
    LiveClient* client;
    Registered(Impl& s, LiveClient* c) : server(s), client(c) {
      server.clients.push_back(client);
      ++server.counters.live_clients;
    }
    Registered(const Registered&) = delete;
    Registered& operator=(const Registered&) = delete;
    ~Registered() {
      std::erase(server.clients, client);
      --server.counters.live_clients;
    }
  };
  const Registered registered(*this, client.get());
  if (situation) client->offer(situation, true);
  client->offer(std::make_shared<const std::string>(joined("recent", recent)), false);
  asio::co_spawn(io, write_all(client), asio::detached);

  beast::flat_buffer buffer;
  while (!client->dropped) {  // the page has nothing to say; reading notices that it is gone
    co_await client->socket.async_read(buffer, to(error));
    if (error) break;
    buffer.clear();
  }
  client->drop();
}

asio::awaitable<void> Server::Impl::write_all(std::shared_ptr<LiveClient> client) {
  while (!client->dropped) {
    error_code error;
    if (client->queue.empty() && client->frames.empty()) {
      co_await client->wake.async_wait(to(error));  // ends by cancel
      continue;
    }
    client->writing_since = Steady::now();
    if (client->queue.empty()) {
      const Message frame = std::move(client->frames.front());
      client->frames.pop_front();
      client->writing_frame = true;
      client->socket.binary(true);
      co_await client->socket.async_write(asio::buffer(*frame), to(error));
      client->writing_frame = false;
      if (error) client->drop();
      continue;
    }
    client->writing = true;
    client->socket.text(true);
    const Message message = client->queue.front().message;
    co_await client->socket.async_write(asio::buffer(*message), to(error));
    client->writing = false;
    client->waiting_bytes -= message->size();
    client->queue.pop_front();
    if (error) client->drop();
  }
}

void Server::Impl::send(const Message& message, bool is_situation) {
  for (LiveClient* client : clients) {
    if (client->dropped || client->offer(message, is_situation)) continue;
    ++counters.slow_dropped;
    client->drop();
  }
}

asio::awaitable<void> Server::Impl::beat() {
  asio::steady_timer timer(io);
  for (;;) {
    timer.expires_after(beat_interval);
    error_code ignored;
    co_await timer.async_wait(to(ignored));
    const nlohmann::json json = {{"type", "beat"}, {"sequence", sequence}, {"at", wall_seconds()}};
    send(std::make_shared<const std::string>(json.dump()), false);
    if (options.callbacks.tend) options.callbacks.tend();
    for (LiveClient* client : clients) {
      if (!client->dropped && !options.callbacks.visitor(client->who).reads)
        client->drop();  // signed out, or its time is up
      const bool stuck =
          (client->writing || client->writing_frame) && Steady::now() - client->writing_since >= live_write_timeout;
      if (client->dropped || !stuck) continue;
      ++counters.slow_dropped;
      client->drop();
    }
  }
}

// --- what other threads publish ---

/// wake has the server's thread look at what was handed over; many calls before it looks are one.
void Server::Impl::wake() {
  if (!woken.exchange(true)) asio::post(io, [this] { take_over(); });
}

void Server::Impl::take_over() {
  if (flush_waiting) return;
  flush_waiting = true;
  asio::co_spawn(io, flush_after(entries_interval), asio::detached);
}

asio::awaitable<void> Server::Impl::flush_after(Steady::duration wait) {
  asio::steady_timer timer(io, wait);
  error_code ignored;
  co_await timer.async_wait(to(ignored));
  flush_waiting = false;
  flush();
}

void Server::Impl::flush_frames() {
  framed = false;
  for (std::string& bytes : next_frames.pop_batch(frames_waiting_max, std::chrono::milliseconds(0))) {
    const auto frame = std::make_shared<const std::string>(std::move(bytes));
    for (LiveClient* client : clients) {
      if (!client->dropped && !client->offer_frame(frame)) ++counters.frames_dropped;
    }
  }
}

void Server::Impl::flush() {
  woken = false;
  const bool at_once = urgent.exchange(false);
  if (const std::string* taken = next_situation.exchange(nullptr)) {
    situation = Message(taken);
    situation_due = true;
  }
  for (;;) {
    std::vector<std::string> taken = next_entries.pop_batch(live_recent_max, std::chrono::milliseconds(0));
    if (taken.empty()) break;
    std::vector<std::string> batch;
    for (std::string& entry : taken) {
      const auto number = entry_sequence(entry);
      if (!number) {
        ++counters.entries_lost;
        continue;
      }
      sequence = std::max(sequence, *number);
      recent.push_back(entry);
      if (recent.size() > live_recent_max) recent.pop_front();
      batch.push_back(std::move(entry));
    }
    if (!batch.empty()) send(std::make_shared<const std::string>(joined("entries", batch)), false);
  }
  if (!situation_due) return;
  const auto since = Steady::now() - situation_sent;
  if (at_once || since >= situation_interval) {
    situation_due = false;
    situation_sent = Steady::now();
    send(situation, true);
  } else if (!flush_waiting) {
    flush_waiting = true;
    asio::co_spawn(io, flush_after(situation_interval - since), asio::detached);
  }
}

}  // namespace cordon::http
