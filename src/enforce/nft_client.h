// SPDX-License-Identifier: Apache-2.0
// NftClient asks the enforcer cordon-nft to cut, lift and list over its Unix socket. It decides nothing and proves
// nothing: an `ok` means that the kernel took the transaction, `list` is what the kernel says now.
//
// Blocking, each call with a deadline; for one thread at a time. The helper may die and come back at any moment: a call
// that finds the connection broken connects again, puts the last configuration into force again and repeats the
// request once, which is safe because every request is idempotent.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/address.h"
#include "base/result.h"
#include "event/spreading.h"
#include "grammar/answer.h"
#include "grammar/request.h"

namespace cordon::enforce {

constexpr std::uint64_t nft_answer_lines_max = 16 * 4096;  // the helper's sixteen sets of 4096 targets

constexpr std::size_t nft_protected_max = grammar::protected_max;  // addresses, and as many MACs
constexpr std::size_t nft_own_ways_max = grammar::own_ways_max;    // pairs of addresses

/// NftPorts is an inclusive range of ports.
struct NftPorts {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};

/// NftCare is a server and port that care depends on; its flows pass before anything is dropped.
struct NftCare {
  IpAddress server;
  std::uint16_t port = 0;
  bool udp = false;  // else TCP
};

/// NftFlow is what one client says to one TCP server.
struct NftFlow {
  IpAddress client;
  IpAddress server;
  std::uint16_t port = 0;
  friend auto operator<=>(const NftFlow&, const NftFlow&) = default;
};

/// nft_ports writes ports one by one, as ranges.
std::vector<NftPorts> nft_ports(std::span<const event::SpreadingPort> ports);

/// NftConfig is what the helper keeps in force. The ports are those of event/spreading.h, the same that a plan weighs
/// as spreading; `dynamic_tcp` is where the endpoint mapper sends remote service and task creation.
struct NftConfig {
  std::vector<NftCare> care;
  std::vector<Mac> protected_macs;
  std::vector<IpAddress> protected_ips;
  std::vector<NftFlow> own_ways;  // of control itself, in either direction; the port is not looked at
  std::vector<NftPorts> spread_tcp = nft_ports(event::spreading_tcp);
  std::vector<NftPorts> spread_udp = nft_ports(event::spreading_udp);
  std::optional<NftPorts> dynamic_tcp = NftPorts{event::spreading_given_out_first, event::spreading_given_out_last};
};

/// NftPrefix is a range of addresses without a bit below it.
struct NftPrefix {
  IpAddress address;
  std::uint8_t bits = 0;
  friend auto operator<=>(const NftPrefix&, const NftPrefix&) = default;
};

/// NftBorder is what clients of one network ask of servers of another over spreading protocols.
struct NftBorder {
  NftPrefix from;
  NftPrefix to;
  friend auto operator<=>(const NftBorder&, const NftBorder&) = default;
};

using NftTarget = std::variant<Mac, IpAddress, NftFlow, NftBorder>;

/// NftCut blocks what its kind says (grammar::CutKind) for `timeout` from now, rounded up to seconds, at most 7 days.
/// At most 4 MACs and 16 of each other target; a repeated id or target gets the new timeout.
struct NftCut {
  std::string id;  // grammar::valid_id
  grammar::CutKind kind = grammar::CutKind::block_spread;
  std::vector<Mac> macs;
  std::vector<IpAddress> ips;
  std::vector<NftFlow> flows;
  std::vector<NftBorder> borders;
  std::chrono::milliseconds timeout{};
};

/// complaint_about says what the grammar forbids about a cut; empty: nothing.
std::string complaint_about(const NftCut& cut);

/// NftElement is one target that the kernel has in force. A dropped packet counts for one of a cut's addresses, so a
/// cut's drops are the sum over its elements.
struct NftElement {
  grammar::CutKind kind = grammar::CutKind::block_spread;
  NftTarget target;
  std::string cut;  // "-" if the element is not from a cut of ours
  std::chrono::seconds remaining{};
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;
};

/// NftListing: elements cut only while `rules` is `whole`.
struct NftListing {
  grammar::Rules rules = grammar::Rules::unchecked;
  std::vector<NftElement> elements;
};

class NftClient {
 public:
  /// connect opens the helper's socket and agrees on the version. `call_timeout` bounds this and every later call.
  static Result<NftClient> connect(std::string path, std::chrono::milliseconds call_timeout = std::chrono::seconds(2));
  ~NftClient();
  NftClient(NftClient&& other) noexcept;
  NftClient& operator=(NftClient&& other) noexcept;

  /// ensure makes the table if it is missing and puts `config` into force; cuts in force stay. Remembered for
  /// reconnecting.
  Result<void> ensure(NftConfig config);
  /// cut fails with `denied` for a protected address, `limit` if a set is full, `malformed` for what the grammar
  /// forbids (a group address, over 16 addresses), `timeout`, else `io`. On failure nothing of it is in force, except
  /// on `timeout` and `io`, where only `list` knows.
  Result<void> cut(const NftCut& cut);
  /// lift takes back what the cut still owns; gives how many addresses that were. None is no failure.
  Result<std::uint64_t> lift(std::string_view cut_id);
  /// lift_targets takes back what this kind of cut does to these targets, whichever cut they belong to, in as many
  /// requests as it takes.
  Result<std::uint64_t> lift_targets(grammar::CutKind kind, std::vector<NftTarget> targets);
  Result<NftListing> list();
  Result<std::vector<grammar::Counter>> counters();

  /// refusal is what the helper said about the last call that it refused, for a person.
  const std::string& refusal() const { return refusal_; }
  /// reconnections counts how often the connection was made again.
  std::uint64_t reconnections() const { return reconnections_; }

 private:
  using Deadline = std::chrono::steady_clock::time_point;
  struct Answer {
    grammar::Ok ok;
    std::vector<grammar::AnswerLine> lines;
  };

  NftClient(std::string path, std::chrono::milliseconds call_timeout)
      : path_(std::move(path)), timeout_(call_timeout) {}

  Result<Answer> call(grammar::Request request);
  Result<Answer> exchange(const grammar::Request& request, Deadline deadline);
  Result<void> open(Deadline deadline);
  Result<void> configure(Deadline deadline);
  Result<void> send_line(const std::string& line, Deadline deadline);
  Result<grammar::AnswerLine> read_line(Deadline deadline);
  Result<void> wait(short events, Deadline deadline) const;
  void close();
  std::string next_id();

  std::string path_;
  std::chrono::milliseconds timeout_;
  int descriptor_ = -1;
  std::string unread_;
  std::optional<NftConfig> config_;
  std::string refusal_;
  bool absent_ = false;  // the last refusal asks for the configuration
  std::uint64_t requests_ = 0;
  std::uint64_t reconnections_ = 0;
};

}  // namespace cordon::enforce
