// SPDX-License-Identifier: Apache-2.0
// Observer: frames in; hosts, file activities and progress of flows out. It owns the TCP decoder, one SMB conversation
// a connection, and the model of files. No clock, no I/O, no log: the same frames give the same calls to the sink.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "event/activity.h"
#include "event/containment.h"
#include "event/detection.h"
#include "net/decoder.h"
#include "observe/file_model.h"
#include "observe/flow_ledger.h"
#include "observe/host_table.h"
#include "smb/conversation.h"

namespace cordon::observe {

struct Options {
  std::string sensor{};  // name of the mirror port
  /// decoys: full UNC paths of files nobody has business with, \\server\share\path; \\*\share\path on any server.
  std::vector<std::string> decoys{};
  FileBounds files{};
  std::size_t hosts_max = HostTable::hosts_max;
  TableBounds conversations{32'768, 2'048};  // SMB connections at once; of one client
  FlowBounds flows{};
  FlowBounds udp_flows = udp_flow_bounds;  // and apart from them
  FlowBounds one_way_flows = one_way_bounds;
  net::DecoderOptions net{};
};

/// Sink receives what was observed, on the thread that calls the Observer, which it must not call back.
class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;
  virtual void activity(const event::FileActivity&) {}
  /// host_seen: once for each host that took part in a coherent connection, and again when a user is first named.
  virtual void host_seen(const event::HostSeen&) {}
  /// flow_seen: for each (client, server, port) at most once a day of capture time, after host_seen of both, when a
  /// connection is coherent, carried something, and its opening was captured: who opened it is never guessed. Of UDP,
  /// without a host_seen, what net::UdpView says.
  virtual void flow_seen(const event::FlowSeen&) {}
  /// flow_progress: at most one a second for each (client, server, port) on a spreading protocol.
  virtual void flow_progress(const event::FlowProgress&) {}
};

/// DarkTraffic is SMB that is encrypted between one client and one server: only its outside is known.
struct DarkTraffic {
  event::HostKey client;
  IpAddress server;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
};

/// Counters: totals since the start.
struct Counters {
  net::Counters net;
  smb::Counters smb;  // of all conversations
  FileModelCounters files;
  FileStoreCounters store;
  std::uint64_t conversations = 0;
  std::uint64_t conversations_evicted = 0;
  std::uint64_t entries_evicted = 0;     // of clients, sessions, open files, files and records
  std::uint64_t contents_forgotten = 0;  // sketches let go for want of memory
  std::uint64_t hosts = 0;
  std::uint64_t hosts_rebound = 0;    // an address stood under another MAC
  std::uint64_t flows_withheld = 0;   // connections and talks over UDP that were not told apart, for want of room
  std::uint64_t flows_forgotten = 0;  // told, and no more remembered: they will be told again
  std::uint64_t dark_messages = 0;
  std::uint64_t dark_bytes = 0;
  std::map<std::string, std::uint64_t> smb1_commands;  // requests by name
  /// weird: every oddity by name, of net and smb, and what could not be followed or told; without those that never were.
  std::map<std::string, std::uint64_t> weird;
};

class Observer {
 public:
  static constexpr std::size_t dark_max = 4'096;       // pairs of client and server
  static constexpr std::size_t progress_max = 16'384;  // (client, server, port)

  /// The sink must outlive the Observer.
  Observer(Options options, Sink& sink);
  ~Observer();
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;

  void frame(const net::Frame& frame);
  /// advance lets time pass where no frame comes. Live: once a second; not needed for a file.
  void advance(WallTime now);
  /// finish ends all connections and reports what is open.
  void finish();

  Counters counters() const;
  /// dark gives who speaks encrypted SMB, in no particular order.
  std::vector<DarkTraffic> dark() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace cordon::observe
