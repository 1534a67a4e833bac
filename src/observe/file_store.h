// SPDX-License-Identifier: Apache-2.0
// FileStore: the files of the observed servers, what is known of their content, and for each client a record of what it
// did to each of them. It takes file operations (created, written, renamed …) and reports activities; it joins the
// operations by which programs replace a file (write a sibling and delete, rename aside and rename over). It knows
// nothing of SMB, handles or sessions: that is file_model.h.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"
#include "event/activity.h"
#include "observe/content.h"
#include "observe/owned_table.h"
#include "observe/records.h"

namespace cordon::observe {

struct FileStoreCounters {
  std::uint64_t activities = 0;
  std::uint64_t linked_siblings = 0;  // written beside, then deleted
  std::uint64_t linked_saves = 0;     // replaced under its own name
  std::uint64_t linked_moves = 0;     // copied elsewhere, then deleted
  std::uint64_t folders_full = 0;
};

class FileStore {
 public:
  using Report = std::function<void(const event::FileActivity&)>;
  using ClientGone = std::function<void(OwnerId)>;

  FileStore(const FileBounds& bounds, const std::vector<std::string>& decoys, Report report, ClientGone client_gone);
  ~FileStore();
  FileStore(const FileStore&) = delete;
  FileStore& operator=(const FileStore&) = delete;

  /// client gives the number of (host, user). What is not proven is kept apart from what is: nobody can spoil a proven
  /// client's record with forged frames.
  ClientId client(const event::HostKey& host, const std::string& user, bool proven);
  /// node finds or makes the file at `path` (full UNC). A node's number stays over renames.
  NodeId node(ClientId client, const IpAddress& server, const std::string& share, const std::string& path);
  /// resized tells the size a CREATE reported for a file that was only opened; knowledge of another size is dropped.
  void resized(NodeId node, std::uint64_t bytes);

  /// named tells the path of a file that was known by its FileId only.
  void named(NodeId node, const std::string& path);

  /// created: the path did not exist and now holds a new file. Returns its node.
  NodeId created(ClientId client, const IpAddress& server, const std::string& share, const std::string& path,
                 When when);
  void read(ClientId client, NodeId node, std::uint64_t offset, ByteView bytes);
  /// writing: bytes on their way, before the server's answer. written or refused follows.
  void writing(ClientId client, NodeId node, WallTime now, std::uint64_t offset, ByteView bytes);
  void writing(ClientId client, NodeId node, WallTime now, const Content& staged);
  void written(ClientId client, NodeId node, When when);
  void refused(ClientId client, NodeId node, std::uint64_t bytes);
  /// wiped: content changed without bytes on the wire (server-side copy, zeroing); `source`: the file it came from.
  void wiped(ClientId client, NodeId node, When when, std::optional<NodeId> source);
  void truncated(ClientId client, NodeId node, When when, std::uint64_t bytes);
  void renamed(ClientId client, NodeId node, const std::string& path, When when);
  void removed(ClientId client, NodeId node, When when);
  /// opened_for_writing and closed bracket the handles that write. closed reports, also for a handle that only
  /// truncated and so was never counted as a writer.
  void opened_for_writing(ClientId client, NodeId node);
  void closed(ClientId client, NodeId node, bool writer, When when);
  /// progressed reports without closing.
  void progressed(ClientId client, NodeId node, When when);

  /// size gives the known size, if any.
  std::optional<std::uint64_t> size(NodeId node);
  std::string path(NodeId node);

  const FileStoreCounters& counters() const { return counters_; }
  ContentPool& contents() { return pool_; }
  const ContentPool& contents() const { return pool_; }
  OwnerId owner(ClientId client) const;
  std::size_t clients() const { return clients_.size(); }
  std::size_t nodes() const { return nodes_.size(); }
  std::size_t records() const { return records_.size(); }
  std::uint64_t evicted() const { return clients_.evicted() + nodes_.evicted() + records_.evicted(); }

 private:
  enum class LinkKind : std::uint8_t { origin, stem, leaf };

  Record* record(ClientId client, const Node& node);
  Record& make_record(ClientId client, NodeId id, bool existed);
  Record& changing_record(ClientId client, NodeId id, WallTime now);
  void begin_change(Record& r, Node& n);
  void renew(Record& r, Node& n, WallTime now);
  void ensure_before(Record& r, Node& n);
  std::shared_ptr<Content> knowledge(Node& n, OwnerId owner);
  std::shared_ptr<Content> final_content(const Record& r, OwnerId owner);
  static void rest_on(Record& r, bool confirmed, bool write);
  void alter(Record& r, WallTime at);
  void retire(NodeId id, Node& n);
  void leave_record(Record& r);
  void drop_record(RecordId id);
  void link(Record& r);
  void unlink(Record& r);
  std::vector<RecordId> linked(LinkKind kind, ClientId client, std::string_view text) const;
  Record* replaced_by(Record& made, When when);
  Record* made_for(Record& gone, When when, bool& moved);
  bool is_move(Record& gone, const Record& made);
  void adopt(Record& original, Record& made, When when, bool moved);
  void replace(ClientId client, NodeId target, NodeId id, const std::string& path, When when);
  void report(Record& r, WallTime at);
  bool is_decoy(const std::string& folded) const;

  const FileBounds bounds_;
  Report report_;
  ClientGone client_gone_;
  FileStoreCounters counters_;
  ContentPool pool_;
  std::unordered_map<ClientId, Client*> clients_by_id_;  // of entries in clients_
  std::unordered_map<std::uint64_t, NodeId> nodes_by_path_;
  std::unordered_multimap<std::uint64_t, RecordId> links_;
  std::unordered_set<std::string> decoys_;
  OwnedTable<ClientKey, Client, ClientKeyHash> clients_;
  OwnedTable<NodeId, Node> nodes_;
  OwnedTable<RecordId, Record> records_;
  ClientId clients_made_ = 1;
  NodeId nodes_made_ = 0;
  RecordId records_made_ = 0;
  std::uint64_t files_made_ = 0;
};

}  // namespace cordon::observe
