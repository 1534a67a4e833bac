// SPDX-License-Identifier: Apache-2.0
// FileModel: from SMB exchanges to file operations. It keeps sessions and open files, decides what succeeded and what
// is confirmed, and hands operations to FileStore, which reports. It is fed with exchanges and pieces of payload of any
// number of connections; packets and connections are observer.h's.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "event/activity.h"
#include "observe/file_store.h"
#include "observe/session_table.h"
#include "smb/conversation.h"

namespace cordon::observe {

/// Origin is the connection an exchange was seen on.
struct Origin {
  std::uint64_t flow = 0;
  event::HostKey client;
  IpAddress server;
  bool proven = false;  // both sides of the connection are coherent
};

struct FileModelCounters {
  std::uint64_t exchanges = 0;
  std::uint64_t refused = 0;          // answered with an error: changed nothing
  std::uint64_t unanswered = 0;       // taken as unconfirmed
  std::uint64_t midstream_opens = 0;  // files known by FileId only
  std::uint64_t pipe_pieces = 0;      // payload to named pipes and printers, not files
  std::uint64_t read_bytes = 0;
  std::uint64_t written_bytes = 0;
};

class FileModel {
 public:
  using Report = FileStore::Report;

  /// A handle that wrote is reported when it closes, when what it wrote passes one of these sums, and when it was quiet
  /// for quiet_report_after: whoever never closes a file is seen all the same.
  static constexpr std::array<std::uint64_t, 3> report_marks_bytes{64 << 10, 1 << 20, 16 << 20};
  static constexpr Micros quiet_report_after = std::chrono::seconds(2);

  FileModel(const FileBounds& bounds, const std::vector<std::string>& decoys, Report report);

  void exchange(const Origin& origin, const smb::Exchange& exchange);
  /// data takes payload of a WRITE or READ as it arrives, before its exchange.
  void data(const Origin& origin, const smb::DataPiece& piece, ByteView bytes);
  /// tick reports handles that have been quiet. Call it about once a second of capture time.
  void tick(WallTime now);
  /// finish reports what is still open.
  void finish(WallTime now);

  /// user gives DOMAIN\name of a session, empty when not known.
  std::string user(const Origin& origin, std::uint64_t session_id);

  const FileModelCounters& counters() const { return counters_; }
  const FileStoreCounters& store_counters() const { return store_.counters(); }
  std::size_t handles() const { return handles_.size(); }
  std::size_t sessions() const { return sessions_.size(); }
  std::size_t records() const { return store_.records(); }
  std::size_t nodes() const { return store_.nodes(); }
  std::size_t content_bytes() const { return store_.contents().bytes(); }
  std::uint64_t contents_forgotten() const { return store_.contents().forgotten(); }
  std::uint64_t evicted() const { return handles_.evicted() + sessions_.evicted() + store_.evicted(); }

 private:
  // [MS-SMB2] 3.3.1.10: a FileId is unique among the opens of a session; the tree is kept in the handle, since async
  // messages do not carry it.
  struct HandleKey {
    SessionKey session;
    smb::FileId file;
    friend bool operator==(const HandleKey&, const HandleKey&) = default;
  };
  struct HandleKeyHash {
    std::size_t operator()(const HandleKey& k) const noexcept {
      return SessionKeyHash{}(k.session) * 31 ^ std::hash<smb::FileId>{}(k.file);
    }
  };
  struct Handle {
    std::uint64_t serial = 0;
    ClientId client = 0;
    std::uint32_t tree = smb::tree_unset;
    std::string share;  // \\server\share
    std::string path;
    bool path_known = true;
    bool ignored = false;  // a folder, a pipe or a printer
    NodeId node = 0;       // made when something happens to the content
    std::uint64_t size = 0;
    bool size_known = false;
    bool open_confirmed = false;
    bool writes = false;      // counted as a writer at the store
    bool changed = false;     // something to report at the close
    bool unreported = false;  // since the last report
    bool delete_pending = false;
    bool delete_on_close = false;
    bool delete_confirmed = false;
    bool write_begun = false;
    WallTime delete_asked;
    WallTime first_write;
    WallTime last;
    std::uint64_t written_bytes = 0;
  };
  struct Open {  // a CREATE without answer
    std::uint64_t message_id = 0;
    std::uint64_t session_id = 0;
    std::uint32_t tree = smb::tree_unset;
    bool makes = false;
    bool used = false;
    std::string name;
  };
  struct FlowMessage {
    std::uint64_t flow = 0;
    std::uint64_t message_id = 0;
    friend bool operator==(const FlowMessage&, const FlowMessage&) = default;
  };
  struct FlowMessageHash {
    std::size_t operator()(const FlowMessage& m) const noexcept {
      return m.flow * 0x9e3779b97f4a7c15ULL ^ m.message_id;
    }
  };
  struct ResumeKey {
    IpAddress server;
    std::array<std::uint8_t, 24> key{};
    friend bool operator==(const ResumeKey&, const ResumeKey&) = default;
  };
  struct ResumeKeyHash {
    std::size_t operator()(const ResumeKey& k) const noexcept {
      return hash_bytes(k.key) ^ std::hash<IpAddress>{}(k.server);
    }
  };

  SessionKey session_key(const Origin& origin, std::uint64_t id) const;
  ClientId client_of(const Origin& origin, const SessionKey& key);
  std::string share_path(const SessionKey& key, std::uint32_t tree);
  Handle* find_handle(const HandleKey& key);
  Handle& midstream_handle(const Origin& origin, const HandleKey& key, std::uint32_t tree);
  Handle* handle_of(const Origin& origin, const smb::Exchange& exchange, HandleKey& key);
  NodeId node_of(Handle& handle, const SessionKey& key);
  void bind_open(const Origin& origin, const smb::Exchange& exchange, Handle& handle, const SessionKey& key);
  void close_handle(const HandleKey& key, Handle& handle, When when);
  void close_session(const SessionKey& key, ClientId client, std::uint32_t tree, When when);
  void mark_changed(const HandleKey& key, Handle& handle, WallTime now);
  void forget(const HandleKey& key);

  void session_exchange(const Origin& origin, const smb::Exchange& exchange, When when);
  void on_create(const Origin& origin, const smb::Exchange& exchange, When when);
  void on_write(const Origin& origin, const smb::Exchange& exchange, When when);
  void on_close(const Origin& origin, const smb::Exchange& exchange, When when);
  void on_set_info(const Origin& origin, const smb::Exchange& exchange, When when);
  void on_ioctl(const Origin& origin, const smb::Exchange& exchange, When when);
  void on_refused(const Origin& origin, const smb::Exchange& exchange);

  const FileBounds bounds_;
  FileModelCounters counters_;
  FileStore store_;
  SessionTable sessions_;
  ServerAliases aliases_;
  OwnedTable<HandleKey, Handle, HandleKeyHash> handles_;
  OwnedTable<ResumeKey, NodeId, ResumeKeyHash> resume_keys_;
  OwnedTable<std::uint64_t, std::deque<Open>> opens_;
  OwnedTable<FlowMessage, std::shared_ptr<Content>, FlowMessageHash> staged_;
  std::map<std::uint64_t, HandleKey> changed_;  // by serial: handles with unreported changes
  HandleKey latest_key_;                        // pieces of one file come in a row
  Handle* latest_ = nullptr;
  std::uint64_t serials_ = 0;
};

}  // namespace cordon::observe
