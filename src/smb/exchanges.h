// SPDX-License-Identifier: Apache-2.0
// Exchanges pairs requests with responses by MessageId, resolves the FileIds of related compounds, and gives up
// requests that are never answered. Part of Conversation, not for other folders. Source:
// [MS-SMB2] 3.2.4.1.4, 3.2.5.1, 3.3.4.2.
#pragma once

#include <cstdint>
#include <list>
#include <unordered_map>

#include "smb/conversation.h"

namespace cordon::smb {

class Exchanges {
 public:
  Exchanges(Sink& sink, Counters& counters, const Limits& limits)
      : sink_(&sink), counters_(&counters), limits_(&limits) {}

  /// begin_message forgets the compound before: what is related is related inside one message.
  void begin_message() { chain_ = {}; }
  /// add takes a request that waits for its response, and gives it back with FileId, session and tree resolved.
  Exchange add(const Header& header, WallTime time, DecodedRequest&& request);
  /// waiting_for is the request that a response answers, or nullptr. Borrowed until the next call of add or respond.
  const Exchange* waiting_for(const Header& response) const;
  /// respond takes a response. Interim ones only mark their request.
  void respond(const Header& header, WallTime time, Response&& response);

  void server_seen() { server_seen_ = true; }
  void server_gap(WallTime time) { last_server_gap_ = time; }
  /// expire gives up what can no longer be answered at `now`.
  void expire(WallTime now);
  void finish();
  /// smb2_offered: an SMB1 negotiate offered SMB2, so one NEGOTIATE response without request is to come.
  void smb2_offered() { smb2_offered_ = true; }
  std::size_t waiting() const { return index_.size(); }

 private:
  struct Entry {
    Exchange exchange;
    std::uint64_t next_related = id_unset;  // MessageId of the next element of its compound
    std::size_t text_bytes = 0;
    bool interim = false;
  };
  using List = std::list<Entry>;

  /// Chain is what a related element inherits. Source: [MS-SMB2] 3.3.5.2.7.2.
  struct Chain {
    bool started = false;
    std::uint64_t last_id = id_unset;
    std::uint64_t session_id = 0;
    std::uint32_t tree_id = tree_unset;
    bool file_known = false;
    FileId file;
    std::uint64_t create_id = id_unset;
    std::size_t elements = 0;
  };

  void inherit(Exchange& exchange, const Header& header, const DecodedRequest& request);
  void extend_chain(const Exchange& exchange);
  void make_room(std::size_t text_bytes);
  void give_up(List::iterator entry);
  Entry remove(List::iterator entry);
  void resolve_related(std::uint64_t first, std::uint64_t create_id, FileId file);
  void count(Weird weird) { ++counters_->weird[static_cast<std::size_t>(weird)]; }

  Sink* sink_;
  Counters* counters_;
  const Limits* limits_;
  List prompt_;   // waiting, oldest first
  List delayed_;  // the server said STATUS_PENDING, oldest first
  std::unordered_map<std::uint64_t, List::iterator> index_;
  std::size_t text_bytes_ = 0;
  Chain chain_;
  bool server_seen_ = false;
  bool smb2_offered_ = false;
  WallTime last_server_gap_ = WallTime::min();
};

}  // namespace cordon::smb
