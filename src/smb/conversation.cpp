// SPDX-License-Identifier: Apache-2.0
#include "smb/conversation.h"

#include "smb/exchanges.h"
#include "smb/framing.h"
#include "smb/message_reader.h"

namespace cordon::smb {

class Conversation::State {
 public:
  State(Sink& sink, Limits limits)
      : limits_(limits),
        exchanges_(sink, counters_, limits_),
        client_(Direction::client_to_server, sink, *this),
        server_(Direction::server_to_client, sink, *this) {}

  void feed(Direction direction, WallTime time, ByteView bytes) {
    Half& half = side(direction, time);
    if (direction == Direction::server_to_client && !bytes.empty()) exchanges_.server_seen();
    half.framer.feed(bytes);
    exchanges_.expire(time);
  }
  void gap(Direction direction, WallTime time, std::uint64_t bytes) {
    Half& half = side(direction, time);
    half.framer.gap(bytes);
    if (direction == Direction::server_to_client) exchanges_.server_gap(time);
    exchanges_.expire(time);
  }
  void finish() {
    client_.framer.finish();
    server_.framer.finish();
    exchanges_.finish();
  }

  const Counters& counters() const { return counters_; }
  std::size_t waiting() const { return exchanges_.waiting(); }

 private:
  struct Half {
    Half(Direction direction, Sink& sink, State& state)
        : reader(direction, sink, state.exchanges_, state.counters_, state.limits_), framer(reader) {}
    MessageReader reader;
    Framer framer;
  };

  Half& side(Direction direction, WallTime time) {
    Half& half = direction == Direction::client_to_server ? client_ : server_;
    half.reader.set_time(time);
    return half;
  }

  Limits limits_;
  Counters counters_;
  Exchanges exchanges_;
  Half client_;
  Half server_;
};

Conversation::Conversation(Sink& sink, Limits limits) : state_(std::make_unique<State>(sink, limits)) {}
Conversation::~Conversation() = default;
Conversation::Conversation(Conversation&&) noexcept = default;
Conversation& Conversation::operator=(Conversation&&) noexcept = default;

void Conversation::feed(Direction direction, WallTime time, ByteView bytes) {
  state_->feed(direction, time, bytes);
}
void Conversation::gap(Direction direction, WallTime time, std::uint64_t bytes) {
  state_->gap(direction, time, bytes);
}
void Conversation::finish() {
  state_->finish();
}
const Counters& Conversation::counters() const {
  return state_->counters();
}
std::size_t Conversation::waiting() const {
  return state_->waiting();
}

}  // namespace cordon::smb
