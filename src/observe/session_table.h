// SPDX-License-Identifier: Apache-2.0
// SessionTable: who is behind a SessionId and which share behind a TreeId. Keyed by server and SessionId, not by
// connection, so that the channels of one session are one.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>

#include "event/host.h"
#include "observe/owned_table.h"
#include "smb/conversation.h"

namespace cordon::observe {

struct SessionKey {
  IpAddress server;
  std::uint64_t id = 0;
  bool proven = false;  // what no coherent flow showed lives in a world of its own
  friend bool operator==(const SessionKey&, const SessionKey&) = default;
};
struct SessionKeyHash {
  std::size_t operator()(const SessionKey& k) const noexcept {
    return std::hash<IpAddress>{}(k.server) ^ static_cast<std::size_t>(k.id * 0x9e3779b97f4a7c15ULL) ^
           (k.proven ? 1U : 0U);
  }
};

struct Tree {
  std::string share;  // the share's name alone
  bool files = true;  // not a pipe, not a printer
};

struct Session {
  event::HostKey host;  // of the first channel: the client is one machine, whichever of its addresses speaks
  bool host_known = false;
  std::string user;  // DOMAIN\name, or name
  std::map<std::uint32_t, Tree> trees;
};

class SessionTable {
 public:
  SessionTable(TableBounds bounds, std::size_t trees_max) : trees_max_(trees_max), sessions_(bounds) {}

  /// find gives the session, nullptr when it began before the capture.
  Session* find(const SessionKey& key) { return sessions_.touch(key); }
  /// find_or_add gives the session, making one for a SessionId that was not seen to begin.
  Session& find_or_add(const SessionKey& key, OwnerId owner);
  /// SetUp is a successful SESSION_SETUP. `named`: the server said that it believed the name; whoever was let in as a
  /// guest has proven none, whatever he said.
  struct SetUp {
    const smb::SessionSetupRequest& request;
    const event::HostKey& host;
    bool named = true;
  };
  /// set_up: a binding (multichannel) joins what is there.
  Session& set_up(const SessionKey& key, OwnerId owner, const SetUp& setup);
  /// connect takes a successful TREE_CONNECT. The tree with the lowest id gives way at the bound.
  void connect(Session& session, std::uint32_t tree, const std::string& path, smb::ShareType type) const;
  void end(const SessionKey& key) { sessions_.erase(key); }

  std::size_t size() const { return sessions_.size(); }
  std::uint64_t evicted() const { return sessions_.evicted(); }

 private:
  const std::size_t trees_max_;
  OwnedTable<SessionKey, Session, SessionKeyHash> sessions_;
};

/// ServerAliases joins the addresses of one server by the ServerGuid of its NEGOTIATE responses: the channels of a
/// session may end at different addresses. The first address seen names the server.
class ServerAliases {
 public:
  static constexpr std::size_t servers_max = 4'096;
  using Guid = std::array<std::uint8_t, 16>;

  void learn(const Guid& guid, const IpAddress& address);
  const IpAddress& canonical(const IpAddress& address) const;

 private:
  std::map<Guid, IpAddress> first_;
  std::unordered_map<IpAddress, IpAddress> canonical_;  // only addresses that are not their own name
};

/// share_of gives the share's name in \\server\share; empty when there is none.
std::string share_of(const std::string& tree_path);

}  // namespace cordon::observe
