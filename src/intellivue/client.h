// SPDX-License-Identifier: Apache-2.0
// Client: the side that asks one monitor for its data, as a state machine. Datagrams and time go in, datagrams and
// Reports come out; it has no socket and no clock. Call tick() about four times a second.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/time.h"
#include "intellivue/association.h"
#include "intellivue/decoder.h"

namespace cordon::intellivue {

struct ClientOptions {
  bool waves = true;
  std::vector<std::uint32_t>
      wave_labels;  // which waves to ask for (NOM_ATTR_ID_LABEL); empty: those the monitor's screen shows
  std::uint32_t bytes_max = Wish{}.bytes_max;     // largest message the monitor may send
  std::chrono::seconds poll_active{60};           // for how long an extended poll asks; renewed at half of it
  std::chrono::seconds details_every{30};         // patient and device are asked again
  std::chrono::milliseconds retry{1500};          // an unanswered request is repeated
  std::chrono::milliseconds refused_again{5000};  // one that was refused is made again
  std::chrono::milliseconds silent_after{3000};
  std::chrono::seconds unreadable_for{10};  // it is told until so long after the last
  std::chrono::seconds refused_wait{10};    // before a monitor that refused the association is asked again …
  std::chrono::seconds eager_for{15};  // … but 1 s so long after the first try: what holds it may be our dead self
};

/// ClientCounts: what came and was not used.
struct ClientCounts {
  std::uint64_t malformed = 0;
  std::uint64_t duplicates = 0;
  std::uint64_t late = 0;  // overtaken by a later answer
  std::uint64_t gaps = 0;  // holes in the numbering of answers
  std::uint64_t damaged = 0;
  std::uint64_t unseen = 0;  // of these, what was never shown (decoder.h)
};

/// ClientOutput: datagrams for the monitor, in order, and what was learned. `fed`: an answer to a repeated poll came,
/// be it empty; the answer to a keep-alive is none.
struct ClientOutput {
  std::vector<Bytes> send;
  std::vector<Report> reports;
  bool fed = false;
};

class Client {
 public:
  explicit Client(ClientOptions options = {}) : options_(std::move(options)) {}

  /// receive takes one datagram of the monitor.
  ClientOutput receive(ByteView datagram, MonoTime now);
  /// tick asks, repeats, renews and gives up as time goes by. The first call begins the association.
  ClientOutput tick(MonoTime now);
  /// stop releases the monitor for others; afterwards the client stays silent.
  ClientOutput stop();

  Phase phase() const { return phase_; }
  ClientCounts counts() const;

 private:
  struct Poll {
    bool wanted = false;
    bool answered = false;
    bool refused = false;
    bool missing = false;         // told: a repeated one brings nothing
    std::uint16_t number = 0;     // of the newest request
    std::uint16_t invoke_id = 0;  // the same; what answers one of them answers it
    MonoTime asked{};
    MonoTime fed{};  // a repeated one: when it last brought something
  };
  struct Stream {
    std::uint16_t poll_number = 0;
    std::uint16_t sequence = 0;
  };
  enum PollIndex : std::size_t {
    poll_wave_static,
    poll_wave_dynamic,
    poll_numerics,
    poll_waves,
    poll_alarms,
    poll_patient,
    poll_device,
    poll_count
  };

  void enter(Phase phase, MonoTime now, ClientOutput& out);
  void give_up(TroubleKind kind, std::chrono::milliseconds wait, MonoTime now, ClientOutput& out);
  void associate(MonoTime now, ClientOutput& out);
  void accepted(const UserInfo& info, MonoTime now, ClientOutput& out);
  void session(const Association& association, MonoTime now, ClientOutput& out);
  void take(ByteView datagram, MonoTime now, ClientOutput& out);
  void message(const Message& message, MonoTime now, ClientOutput& out);
  void created(const Message& message, const EventReport& event, MonoTime now, ClientOutput& out);
  void answered(const PollReply& reply, MonoTime now, ClientOutput& out);
  void refused(const RemoteError& error, std::uint16_t invoke_id, ClientOutput& out);
  void mark_answered(std::uint16_t invoke_id, std::optional<std::uint16_t> poll_number);
  void feed(PollIndex index, MonoTime now, ClientOutput& out);
  void tell_missing(MonoTime now, ClientOutput& out);
  void tell_unreadable(MonoTime now, ClientOutput& out);
  void ask_for_context(MonoTime now, ClientOutput& out);
  std::chrono::milliseconds wait_of(std::size_t index, MonoTime now) const;
  bool in_time(const PollReply& reply, bool& gap);
  bool duplicate(ByteView datagram);
  void ask(PollIndex index, MonoTime now, ClientOutput& out);
  void ask_all_due(MonoTime now, ClientOutput& out);
  void choose_waves(ClientOutput& out);
  void send(Message message, ClientOutput& out);
  void send(SessionKind kind, ClientOutput& out);
  std::chrono::milliseconds timeout() const;

  ClientOptions options_;
  Phase phase_ = Phase::waiting;
  MonoTime entered_{};   // when the phase began
  MonoTime again_at_{};  // waiting: not before
  MonoTime heard_{};     // anything of the monitor
  MonoTime data_at_{};   // a reading
  MonoTime kept_alive_{};
  std::optional<MonoTime> first_try_;
  std::chrono::milliseconds context_wait_{};  // between two requests for what describes the waves
  bool silent_told_ = false;
  bool no_answer_told_ = false;
  /// Unreadable is what could not be read, as it was last looked at.
  struct Unreadable {
    std::uint64_t counted = 0;
    std::optional<MonoTime> at;  // told, and the last
  };
  void tell_unreadable(Unreadable& told, std::uint64_t counted, Trouble what, ClientOutput& out, MonoTime now);
  Unreadable unreadable_;
  Unreadable unseen_;
  Wish granted_;
  std::uint16_t invoke_id_ = 0;
  std::uint16_t poll_number_ = 0;
  std::array<Poll, poll_count> polls_{};
  std::map<std::uint16_t, Stream> streams_;  // by object class; at most streams_max
  std::array<std::uint64_t, 64> recent_{};   // digests of the last datagrams
  std::size_t recent_at_ = 0;
  Decoder decoder_;
  ClientCounts counts_;
};

}  // namespace cordon::intellivue
