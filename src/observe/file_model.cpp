// SPDX-License-Identifier: Apache-2.0
#include "observe/file_model.h"

#include <fmt/format.h>

#include <algorithm>

#include "observe/path.h"

namespace cordon::observe {
namespace {

constexpr std::uint8_t info_type_file = 1;  // [MS-SMB2] 2.2.39

// A DCE/RPC bind, request or alter context of version 5.0 in a WRITE: a named pipe whose CREATE was not seen.
// Source: C706 12.6.3.1.
bool looks_like_rpc(ByteView bytes) {
  return bytes.size() >= 8 && bytes[0] == 5 && bytes[1] == 0 && bytes[2] <= 19 && (bytes[4] == 0x10 || bytes[4] == 0);
}

template <class T>
const T* body(const smb::Request& request) {
  return std::get_if<T>(&request);
}
template <class T>
const T* body(const smb::Response& response) {
  return std::get_if<T>(&response);
}

}  // namespace

FileModel::FileModel(const FileBounds& bounds, const std::vector<std::string>& decoys, Report report)
    : bounds_(bounds),
      store_(bounds, decoys, std::move(report), [this](OwnerId owner) { handles_.erase_owner(owner); }),
      sessions_(bounds.sessions, bounds.trees_max),
      handles_(bounds.handles,
               [this](const HandleKey&, Handle& h) {
                 if (h.changed) store_.closed(h.client, h.node, h.writes, {h.last, h.last, false});
                 changed_.erase(h.serial);
                 latest_ = nullptr;
               }),
      resume_keys_(bounds.keys),
      opens_(bounds.opens),
      staged_(bounds.staged) {}

SessionKey FileModel::session_key(const Origin& origin, std::uint64_t id) const {
  return {aliases_.canonical(origin.server), id, origin.proven};
}

ClientId FileModel::client_of(const Origin& origin, const SessionKey& key) {
  const Session* s = sessions_.find(key);
  const bool known = s != nullptr && s->host_known;
  return store_.client(known ? s->host : origin.client, s == nullptr ? std::string() : s->user, origin.proven);
}

std::string FileModel::user(const Origin& origin, std::uint64_t session_id) {
  const Session* s = sessions_.find(session_key(origin, session_id));
  return s == nullptr ? std::string() : s->user;
}

std::string FileModel::share_path(const SessionKey& key, std::uint32_t tree) {
  std::string share = "?";
  if (const Session* s = sessions_.find(key)) {
    if (const auto it = s->trees.find(tree); it != s->trees.end() && !it->second.share.empty())
      share = it->second.share;
  }
  return fmt::format("\\\\{}\\{}", key.server.text(), share);
}

// ---- handles ----

FileModel::Handle* FileModel::find_handle(const HandleKey& key) {
  if (latest_ != nullptr && latest_key_ == key) return latest_;
  latest_ = handles_.touch(key);
  latest_key_ = key;
  return latest_;
}

void FileModel::forget(const HandleKey& key) {
  if (const Handle* h = handles_.find(key)) changed_.erase(h->serial);
  latest_ = nullptr;
  handles_.erase(key);
}

FileModel::Handle& FileModel::midstream_handle(const Origin& origin, const HandleKey& key, std::uint32_t tree) {
  const ClientId client = client_of(origin, key.session);
  latest_ = nullptr;
  Handle& h = handles_.insert(store_.owner(client), key);
  h.serial = ++serials_;
  h.client = client;
  h.tree = tree;
  h.share = share_path(key.session, tree);
  h.path = fmt::format("{}{}\\fileid-{:016x}{:016x}", h.share, h.share.ends_with("\\?") ? "" : "\\?",
                       key.file.persistent_part, key.file.volatile_part);
  h.path_known = false;
  h.open_confirmed = origin.proven;
  if (Session* s = sessions_.find(key.session)) {
    if (const auto it = s->trees.find(tree); it != s->trees.end()) h.ignored = !it->second.files;
  }
  ++counters_.midstream_opens;
  return h;
}

// A FileId without CREATE was opened before the capture began; its path is unknown, and said so in its place.
FileModel::Handle* FileModel::handle_of(const Origin& origin, const smb::Exchange& exchange, HandleKey& key) {
  key = {session_key(origin, exchange.session_id), exchange.file};
  if (!exchange.file_known) {
    // Neither the FileId nor its CREATE's answer: the element of a compound stands for both.
    if (exchange.answered || exchange.related_to == smb::id_unset) return nullptr;
    key.file = {smb::id_unset, exchange.related_to};
  }
  Handle* h = find_handle(key);
  if (h == nullptr) h = &midstream_handle(origin, key, exchange.tree_id);
  if (!exchange.answered && !h->path_known) bind_open(origin, exchange, *h, key.session);
  return h;
}

// Where only one direction is captured, the first FileId that turns up after a CREATE is taken to be its own.
void FileModel::bind_open(const Origin& origin, const smb::Exchange& exchange, Handle& handle, const SessionKey& key) {
  std::deque<Open>* opens = opens_.touch(origin.flow);
  if (opens == nullptr) return;
  for (auto it = opens->rbegin(); it != opens->rend(); ++it) {
    const bool fits = exchange.related_to != smb::id_unset ? it->message_id == exchange.related_to
                                                           : it->message_id < exchange.message_id && !it->used;
    if (!fits || it->session_id != exchange.session_id) continue;
    it->used = true;
    handle.path_known = true;
    handle.path = bounded_path(handle.share + '\\' + it->name);
    if (handle.node != 0) {
      store_.named(handle.node, handle.path);
    } else if (it->makes) {
      handle.node = store_.created(handle.client, key.server, handle.share, handle.path,
                                   {exchange.request_time, exchange.request_time, false});
    }
    return;
  }
}

NodeId FileModel::node_of(Handle& handle, const SessionKey& key) {
  if (handle.node == 0) {
    handle.node = store_.node(handle.client, key.server, handle.share, handle.path);
    if (handle.size_known) store_.resized(handle.node, handle.size);
  }
  return handle.node;
}

void FileModel::mark_changed(const HandleKey& key, Handle& handle, WallTime now) {
  handle.changed = true;
  handle.unreported = true;
  handle.last = now;
  changed_[handle.serial] = key;
}

void FileModel::close_handle(const HandleKey& key, Handle& handle, When when) {
  const Handle h = std::move(handle);
  forget(key);
  if (h.ignored) return;
  if (h.delete_pending || h.delete_on_close) {
    Handle again = h;
    const NodeId node = node_of(again, key.session);
    const bool asked_before = h.delete_pending;
    store_.removed(h.client, node,
                   {asked_before ? h.delete_asked : when.asked, when.at,
                    when.confirmed && h.open_confirmed && (!asked_before || h.delete_confirmed)});
  } else if (h.changed) {
    store_.closed(h.client, h.node, h.writes, when);
  }
}

void FileModel::close_session(const SessionKey& key, ClientId client, std::uint32_t tree, When when) {
  std::vector<HandleKey> keys;
  handles_.each(store_.owner(client), [&](const HandleKey& k, const Handle& h) {
    if (k.session == key && (tree == smb::tree_unset || h.tree == tree)) keys.push_back(k);
  });
  for (const HandleKey& k : keys) {
    if (Handle* h = handles_.find(k)) close_handle(k, *h, when);
  }
}

// ---- payload ----

void FileModel::data(const Origin& origin, const smb::DataPiece& piece, ByteView bytes) {
  const bool write = piece.kind == smb::DataPiece::Kind::write;
  if (!piece.known) {
    if (!write || piece.related_to == smb::id_unset) return;
    const FlowMessage at{origin.flow, piece.related_to};
    auto* staged = staged_.touch(at);
    if (staged == nullptr) {
      staged = &staged_.insert(origin.proven ? 1 : nobody, at);
      *staged = store_.contents().make(nobody);
    }
    (*staged)->add(piece.offset, bytes, true);
    return;
  }
  const HandleKey key{session_key(origin, piece.session_id), piece.file};
  Handle* h = find_handle(key);
  if (h == nullptr) {
    h = &midstream_handle(origin, key, piece.tree_id);
    // Without the tree's name a pipe looks like a file; its content does not.
    if (looks_like_rpc(bytes) && (piece.offset == 0 || piece.offset == smb::id_unset)) h->ignored = true;
  }
  if (h->ignored) {
    ++counters_.pipe_pieces;
    return;
  }
  const NodeId node = node_of(*h, key.session);
  if (write) {
    counters_.written_bytes += bytes.size();
    if (!h->write_begun) {
      h->write_begun = true;
      h->first_write = piece.time;
    }
    store_.writing(h->client, node, piece.time, piece.offset, bytes);
  } else {
    counters_.read_bytes += bytes.size();
    store_.read(h->client, node, piece.offset, bytes);
  }
}

// ---- exchanges ----

void FileModel::exchange(const Origin& origin, const smb::Exchange& exchange) {
  ++counters_.exchanges;
  if (exchange.answered && exchange.status != smb::status_success) {
    ++counters_.refused;
    return on_refused(origin, exchange);
  }
  if (!exchange.has_request && exchange.command != smb::Command::negotiate) return;
  if (!exchange.answered) ++counters_.unanswered;
  const When when{exchange.request_time, exchange.answered ? exchange.response_time : exchange.request_time,
                  exchange.answered && origin.proven};
  switch (exchange.command) {
    case smb::Command::negotiate:
    case smb::Command::session_setup:
    case smb::Command::logoff:
    case smb::Command::tree_connect:
    case smb::Command::tree_disconnect:
      return session_exchange(origin, exchange, when);
    case smb::Command::create:
      return on_create(origin, exchange, when);
    case smb::Command::write:
      return on_write(origin, exchange, when);
    case smb::Command::close:
      return on_close(origin, exchange, when);
    case smb::Command::set_info:
      return on_set_info(origin, exchange, when);
    case smb::Command::ioctl:
      return on_ioctl(origin, exchange, when);
    case smb::Command::read:
    case smb::Command::flush:
    case smb::Command::lock:
    case smb::Command::cancel:
    case smb::Command::echo:
    case smb::Command::query_directory:
    case smb::Command::change_notify:
    case smb::Command::query_info:
    case smb::Command::oplock_break:
      return;
  }
}

void FileModel::session_exchange(const Origin& origin, const smb::Exchange& exchange, When when) {
  if (const auto* hello = body<smb::NegotiateResponse>(exchange.response)) {
    if (origin.proven) aliases_.learn(hello->server_guid, origin.server);
    return;
  }
  const SessionKey key = session_key(origin, exchange.session_id);
  if (const auto* setup = body<smb::SessionSetupRequest>(exchange.request)) {
    // A proven name is one of which the server said that it believed it ([MS-SMB2] 2.2.6, SessionFlags).
    const auto* answer = body<smb::SessionSetupResponse>(exchange.response);
    const bool believed = answer != nullptr && (answer->session_flags & smb::session_flags_nobody) == 0;
    sessions_.set_up(key, store_.owner(store_.client(origin.client, {}, origin.proven)),
                     {*setup, origin.client, believed || (!origin.proven && answer == nullptr)});
    return;
  }
  if (const auto* connect = body<smb::TreeConnectRequest>(exchange.request)) {
    if (!exchange.answered) return;
    Session& s = sessions_.find_or_add(key, store_.owner(store_.client(origin.client, {}, origin.proven)));
    const auto* type = body<smb::TreeConnectResponse>(exchange.response);
    sessions_.connect(s, exchange.tree_id, connect->path, type == nullptr ? smb::ShareType::unknown : type->share_type);
    return;
  }
  const bool logoff = exchange.command == smb::Command::logoff;
  if (!logoff && exchange.command != smb::Command::tree_disconnect) return;
  close_session(key, client_of(origin, key), logoff ? smb::tree_unset : exchange.tree_id, when);
  if (logoff && exchange.answered) sessions_.end(key);
}

void FileModel::on_create(const Origin& origin, const smb::Exchange& exchange, When when) {
  const auto* request = body<smb::CreateRequest>(exchange.request);
  if (request == nullptr) return;
  if (!exchange.answered) {
    auto* opens = opens_.touch(origin.flow);
    if (opens == nullptr) opens = &opens_.insert(origin.proven ? 1 : nobody, origin.flow);
    opens->push_back({exchange.message_id, exchange.session_id, exchange.tree_id,
                      request->disposition == smb::Disposition::create, false, bounded_path(request->name)});
    if (opens->size() > bounds_.opens_of_flow_max) opens->pop_front();
    return;
  }
  const auto* response = body<smb::CreateResponse>(exchange.response);
  if (response == nullptr) return;
  const HandleKey key{session_key(origin, exchange.session_id), response->file};
  // The server gave the number anew: the end of the earlier open was not seen.
  if (Handle* old = handles_.find(key)) close_handle(key, *old, when);
  const ClientId client = client_of(origin, key.session);
  latest_ = nullptr;
  Handle& h = handles_.insert(store_.owner(client), key);
  h.serial = ++serials_;
  h.client = client;
  h.tree = exchange.tree_id;
  h.share = share_path(key.session, exchange.tree_id);
  h.path = request->name.empty() ? h.share : bounded_path(h.share + '\\' + request->name);
  h.open_confirmed = when.confirmed;
  h.delete_on_close = request->delete_on_close();
  h.ignored = (response->attributes & smb::attribute_directory) != 0 || (request->options & smb::option_directory) != 0;
  if (const Session* s = sessions_.find(key.session)) {
    if (const auto it = s->trees.find(exchange.tree_id); it != s->trees.end() && !it->second.files) h.ignored = true;
  }
  if (h.ignored) return;
  switch (response->action) {
    case smb::CreateAction::created:
      h.node = store_.created(client, key.session.server, h.share, h.path, when);
      return;
    case smb::CreateAction::superseded:
    case smb::CreateAction::overwritten:
      store_.truncated(client, node_of(h, key.session), when, 0);
      mark_changed(key, h, when.at);
      return;
    case smb::CreateAction::opened:
      break;
  }
  h.size = response->end_of_file;
  h.size_known = true;
}

void FileModel::on_write(const Origin& origin, const smb::Exchange& exchange, When when) {
  const auto* request = body<smb::WriteRequest>(exchange.request);
  HandleKey key;
  Handle* h = request == nullptr ? nullptr : handle_of(origin, exchange, key);
  if (h == nullptr || h->ignored) return;
  const NodeId node = node_of(*h, key.session);
  if (exchange.related_to != smb::id_unset) {
    const FlowMessage at{origin.flow, exchange.related_to};
    if (const auto* staged = staged_.find(at)) {
      (*staged)->settle();
      store_.writing(h->client, node, when.at, **staged);
      staged_.erase(at);
    }
  }
  if (!h->write_begun) {
    h->write_begun = true;
    h->first_write = when.asked;
  }
  store_.written(h->client, node, {h->first_write, when.at, when.confirmed && h->open_confirmed});
  if (!h->writes) {
    h->writes = true;
    store_.opened_for_writing(h->client, node);
  }
  mark_changed(key, *h, when.at);
  const std::uint64_t before = h->written_bytes;
  h->written_bytes += request->length;
  const auto passed = [&](std::uint64_t mark) { return before < mark && h->written_bytes >= mark; };
  if (std::any_of(report_marks_bytes.begin(), report_marks_bytes.end(), passed)) {
    changed_.erase(h->serial);
    h->unreported = false;
    store_.progressed(h->client, node, when);
  }
}

void FileModel::on_close(const Origin& origin, const smb::Exchange& exchange, When when) {
  HandleKey key{session_key(origin, exchange.session_id), exchange.file};
  Handle* h = find_handle(key);
  if (h == nullptr && !exchange.answered) h = handle_of(origin, exchange, key);
  if (h == nullptr) return;
  if (!exchange.answered && !h->path_known) bind_open(origin, exchange, *h, key.session);
  close_handle(key, *h, when);
}

void FileModel::on_set_info(const Origin& origin, const smb::Exchange& exchange, When when) {
  const auto* request = body<smb::SetInfoRequest>(exchange.request);
  if (request == nullptr || request->info_type != info_type_file ||
      std::holds_alternative<std::monostate>(request->change)) {
    return;
  }
  HandleKey key;
  Handle* h = handle_of(origin, exchange, key);
  if (h == nullptr || h->ignored) return;
  const When resting{when.asked, when.at, when.confirmed && h->open_confirmed};
  if (const auto* rename = std::get_if<smb::Rename>(&request->change)) {
    std::string_view name = rename->new_name;
    while (name.starts_with('\\')) name.remove_prefix(1);
    if (name.empty() || name.starts_with(':')) return;  // a stream of the same file
    const NodeId node = node_of(*h, key.session);
    h->path = bounded_path(h->share + '\\' + std::string(name));
    h->path_known = true;
    store_.renamed(h->client, node, h->path, resting);
  } else if (const auto* disposition = std::get_if<smb::SetDisposition>(&request->change)) {
    h->delete_pending = disposition->delete_pending;
    if (!h->delete_pending) h->delete_on_close = false;
    h->delete_asked = when.asked;
    h->delete_confirmed = when.confirmed;
  } else {
    std::uint64_t bytes = 0;
    if (const auto* end = std::get_if<smb::SetEndOfFile>(&request->change)) {
      bytes = end->bytes;
    } else if (const auto* allocation = std::get_if<smb::SetAllocation>(&request->change)) {
      bytes = allocation->bytes;
    } else {
      return;
    }
    // Growing a file alters nothing that was there; neither does giving an empty one the size 0.
    const NodeId node = node_of(*h, key.session);
    const auto size = store_.size(node);
    if (size ? bytes >= *size : bytes != 0) return;
    store_.truncated(h->client, node, resting, bytes);
    mark_changed(key, *h, when.at);
  }
}

void FileModel::on_ioctl(const Origin& origin, const smb::Exchange& exchange, When when) {
  const auto* request = body<smb::IoctlRequest>(exchange.request);
  if (request == nullptr || !exchange.answered) return;
  const bool copies = request->code == smb::fsctl_copychunk || request->code == smb::fsctl_copychunk_write;
  const bool clones = request->code == smb::fsctl_duplicate_extents || request->code == smb::fsctl_duplicate_extents_ex;
  if (!copies && !clones && request->code != smb::fsctl_set_zero_data &&
      request->code != smb::fsctl_request_resume_key) {
    return;
  }
  HandleKey key;
  Handle* h = handle_of(origin, exchange, key);
  if (h == nullptr || h->ignored) return;
  const NodeId node = node_of(*h, key.session);
  if (request->code == smb::fsctl_request_resume_key) {
    const auto* response = body<smb::IoctlResponse>(exchange.response);
    if (response == nullptr) return;
    const ResumeKey resume{key.session.server, response->resume_key};
    NodeId* kept = resume_keys_.touch(resume);
    if (kept == nullptr) kept = &resume_keys_.insert(store_.owner(h->client), resume);
    *kept = node;
    return;
  }
  std::optional<NodeId> source;
  if (copies) {
    if (const NodeId* from = resume_keys_.touch({key.session.server, request->source_key})) source = *from;
  } else if (clones) {
    if (const Handle* from = handles_.find({key.session, request->source_file}); from != nullptr && from->node != 0) {
      source = from->node;
    }
  }
  store_.wiped(h->client, node, {when.asked, when.at, when.confirmed && h->open_confirmed}, source);
  if (!h->writes) {
    h->writes = true;
    store_.opened_for_writing(h->client, node);
  }
  mark_changed(key, *h, when.at);
}

// What was refused changed nothing. Bytes of a refused WRITE were already taken into account as they passed.
void FileModel::on_refused(const Origin& origin, const smb::Exchange& exchange) {
  if (exchange.command != smb::Command::write || !exchange.has_request) return;
  const auto* request = body<smb::WriteRequest>(exchange.request);
  Handle* h = request == nullptr || !exchange.file_known
                  ? nullptr
                  : find_handle({session_key(origin, exchange.session_id), exchange.file});
  if (exchange.related_to != smb::id_unset) staged_.erase({origin.flow, exchange.related_to});
  if (h == nullptr || h->ignored || h->node == 0) return;
  if (!h->writes) h->write_begun = false;
  store_.refused(h->client, h->node, request->length);
}

void FileModel::tick(WallTime now) {
  for (auto it = changed_.begin(); it != changed_.end();) {
    Handle* h = handles_.find(it->second);
    if (h != nullptr && now - h->last < quiet_report_after) {
      ++it;
      continue;
    }
    if (h != nullptr && h->unreported) {
      h->unreported = false;
      store_.progressed(h->client, h->node, {h->last, h->last, false});
    }
    it = changed_.erase(it);
  }
}

void FileModel::finish(WallTime now) {
  tick(std::max(now, WallTime{}) + quiet_report_after + Micros{1});
  for (const auto& [serial, key] : std::exchange(changed_, {})) {
    if (const Handle* h = handles_.find(key); h != nullptr && h->unreported) {
      store_.progressed(h->client, h->node, {h->last, h->last, false});
    }
  }
}

}  // namespace cordon::observe
