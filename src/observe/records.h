// SPDX-License-Identifier: Apache-2.0
// What the model of files is made of: clients, nodes (files as servers have them) and records (what one client did to
// one file), and every bound on their number. Only values: what happens to them is in file_store.h and lineage.cpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/address.h"
#include "base/time.h"
#include "event/host.h"
#include "observe/content.h"
#include "observe/owned_table.h"

namespace cordon::observe {

using ClientId = OwnerId;  // from 2 on; also the owner of a client's entries if it is proven
using NodeId = std::uint64_t;
using RecordId = std::uint64_t;

/// When: the request's time, the time of the packet that completed the operation, and whether a coherent server reply
/// said that it succeeded.
struct When {
  WallTime asked;
  WallTime at;
  bool confirmed = false;
};

/// FileBounds names every bound of the model. A record with its paths takes about 0.5 KB, 2.5 KB at worst; a node 0.3
/// KB and 1.3 KB; with the contents' 64 MiB the whole stays under 400 MB whatever arrives, near 120 MB in practice.
struct FileBounds {
  TableBounds clients{5'120, 4'096};
  TableBounds nodes{65'536, 16'384};
  TableBounds records{65'536, 16'384};
  TableBounds handles{65'536, 8'192};
  TableBounds sessions{16'384, 1'024};
  TableBounds keys{4'096, 512};       // resume keys of server-side copies
  TableBounds opens{1'024, 1'024};    // flows with CREATEs whose answer was never seen
  std::size_t opens_of_flow_max = 8;  // of those, the latest
  TableBounds staged{1'024, 128};     // WRITEs inside a compound whose CREATE has no answer yet
  std::size_t content_bytes_max = 64 << 20;
  std::size_t folders_max = 4'096;       // distinct folders counted for a client
  std::size_t clients_of_node_max = 16;  // records at one file; the oldest gives way
  std::size_t trees_max = 256;           // tree connections of a session
  std::size_t link_candidates_max = 16;  // looked at when files are joined
  // What a client made itself and left alone so long is a file like any other when it changes again.
  Micros settled_after = std::chrono::seconds(60);
  // A changed file left alone so long starts a new life with a new number: its next change is judged against now.
  Micros quiet_after = std::chrono::minutes(30);
  // A deleted or renamed file waits so long for what replaces it.
  Micros link_within = std::chrono::minutes(5);
};

struct ClientKey {
  event::HostKey host;
  std::string user;
  bool proven = false;
  friend bool operator==(const ClientKey&, const ClientKey&) = default;
};
struct ClientKeyHash {
  std::size_t operator()(const ClientKey& k) const noexcept {
    return std::hash<IpAddress>{}(k.host.ip) ^ std::hash<Mac>{}(k.host.mac) * 31 ^ std::hash<std::string>{}(k.user) ^
           (k.proven ? 0x9e3779b97f4a7c15ULL : 0);
  }
};

/// Client is a host and a user on it.
struct Client {
  ClientId id = 0;
  ClientKey key;
  std::unordered_set<std::uint64_t> folders;  // hashes of those in which it altered files
};

/// Node is one file of one server. Either `content` is what is known of it, or the newest state stands in the record
/// `state_of`.
struct Node {
  NodeId id = 0;
  OwnerId owner = nobody;
  bool proven = false;
  IpAddress server;
  std::string share;
  std::string path;    // full UNC, as it was first written
  std::string folded;  // the same, for comparing
  bool gone = false;   // deleted or replaced: no path leads here any more
  bool size_known = false;
  std::uint64_t size = 0;
  std::shared_ptr<Content> content;
  RecordId state_of = 0;
  std::vector<std::pair<ClientId, RecordId>> records;
};

/// Record is what one client did to one file, until now.
struct Record {
  RecordId id = 0;
  std::uint64_t number = 0;  // event::FileActivity::file
  ClientId client = 0;
  NodeId node = 0;
  std::string origin;  // path before this client changed anything
  std::string origin_folded;
  IpAddress server;
  std::string share;
  bool existed = true;  // before this client
  bool created = false;
  bool altered = false;
  bool truncated = false;
  bool replaced = false;  // by what was written elsewhere: nothing of `before` stands in `after`'s file
  bool renamed = false;
  bool removed = false;
  bool backup = false;      // the old copy of a file that was saved anew: removing it loses nothing
  bool reported = false;    // at least once
  bool unreported = false;  // changed since the last report
  bool solid = false;       // some change since begin_change was not refused
  bool rests = false;       // on at least one operation
  bool confirmed = false;
  bool confirmed_write = false;
  std::uint32_t writers = 0;  // open handles that write
  WallTime first_altered;
  WallTime last;   // latest operation
  WallTime moved;  // when the file left its path
  std::shared_ptr<Content> before;
  std::shared_ptr<Content> after;
  std::vector<std::uint64_t> links;  // keys under which lineage finds it
};

}  // namespace cordon::observe
