// SPDX-License-Identifier: Apache-2.0
#include "observe/file_store.h"

#include <algorithm>

#include "observe/path.h"

namespace cordon::observe {
namespace {

std::uint64_t path_key(bool proven, std::string_view folded) {
  return hash_text(folded, proven ? 1 : 2);
}

}  // namespace

FileStore::FileStore(const FileBounds& bounds, const std::vector<std::string>& decoys, Report report,
                     ClientGone client_gone)
    : bounds_(bounds),
      report_(std::move(report)),
      client_gone_(std::move(client_gone)),
      pool_(bounds.content_bytes_max),
      clients_(bounds.clients,
               [this](const ClientKey& key, Client& c) {
                 if (key.proven) {  // else its entries are nobody's
                   if (client_gone_) client_gone_(c.id);
                   records_.erase_owner(c.id);
                   nodes_.erase_owner(c.id);
                 }
                 clients_by_id_.erase(c.id);
               }),
      nodes_(bounds.nodes, [this](NodeId id, Node& n) { retire(id, n); }),
      records_(bounds.records, [this](RecordId, Record& r) { leave_record(r); }) {
  for (const std::string& d : decoys) decoys_.insert(fold(d));
}

// Contents leave before the pool that counts them.
FileStore::~FileStore() {
  records_.all([](RecordId, Record& r) { r.before = r.after = nullptr; });
  nodes_.all([](NodeId, Node& n) { n.content = nullptr; });
}

ClientId FileStore::client(const event::HostKey& host, const std::string& user, bool proven) {
  const ClientKey key{host, user, proven};
  if (const Client* c = clients_.touch(key)) return c->id;
  Client& c = clients_.insert(proven ? 1 : nobody, key);
  c.id = ++clients_made_;
  c.key = key;
  clients_by_id_[c.id] = &c;
  return c.id;
}

OwnerId FileStore::owner(ClientId client) const {
  const auto it = clients_by_id_.find(client);
  return it != clients_by_id_.end() && it->second->key.proven ? client : nobody;
}

NodeId FileStore::node(ClientId client, const IpAddress& server, const std::string& share, const std::string& path) {
  const std::string folded = fold(path);
  const bool proven = owner(client) != nobody;
  const std::uint64_t key = path_key(proven, folded);
  if (const auto it = nodes_by_path_.find(key); it != nodes_by_path_.end()) {
    const NodeId id = it->second;
    const Node* n = nodes_.touch(id);
    if (n != nullptr && n->folded == folded) return id;
  }
  const NodeId id = ++nodes_made_;
  Node& n = nodes_.insert(owner(client), id);
  n.id = id;
  n.owner = owner(client);
  n.proven = proven;
  n.server = server;
  n.share = share;
  n.path = path;
  n.folded = folded;
  nodes_by_path_[key] = id;
  return id;
}

void FileStore::resized(NodeId id, std::uint64_t bytes) {
  Node* n = nodes_.find(id);
  if (n == nullptr) return;
  if (n->size_known && n->size != bytes && n->state_of == 0) n->content = nullptr;  // changed behind our back
  n->size = bytes;
  n->size_known = true;
}

std::optional<std::uint64_t> FileStore::size(NodeId id) {
  const Node* n = nodes_.find(id);
  return n != nullptr && n->size_known ? std::optional(n->size) : std::nullopt;
}

void FileStore::named(NodeId id, const std::string& path) {
  Node* n = nodes_.find(id);
  if (n == nullptr || n->gone) return;
  const auto it = nodes_by_path_.find(path_key(n->proven, n->folded));
  if (it != nodes_by_path_.end() && it->second == id) nodes_by_path_.erase(it);
  n->path = path;
  n->folded = fold(path);
  nodes_by_path_[path_key(n->proven, n->folded)] = id;
  for (const auto& entry : n->records) {
    Record* r = records_.find(entry.second);
    if (r == nullptr) continue;
    r->origin = n->path;
    r->origin_folded = n->folded;
    link(*r);
  }
}

std::string FileStore::path(NodeId id) {
  const Node* n = nodes_.find(id);
  return n == nullptr ? std::string() : n->path;
}

// ---- records ----

Record* FileStore::record(ClientId client, const Node& node) {
  for (const auto& [who, id] : node.records) {
    if (who == client) return records_.touch(id);
  }
  return nullptr;
}

Record& FileStore::make_record(ClientId client, NodeId id, bool existed) {
  nodes_.touch(id);
  const RecordId made = ++records_made_;
  Record& r = records_.insert(owner(client), made);
  r.id = made;
  r.number = ++files_made_;
  r.client = client;
  r.node = id;
  r.existed = existed;
  Node& n = *nodes_.find(id);
  r.origin = n.path;
  r.origin_folded = n.folded;
  r.server = n.server;
  r.share = n.share;
  if (n.records.size() >= bounds_.clients_of_node_max) drop_record(n.records.front().second);
  n.records.emplace_back(client, made);
  link(r);
  return r;
}

Record& FileStore::changing_record(ClientId client, NodeId id, WallTime now) {
  Node& n = *nodes_.touch(id);
  Record* r = record(client, n);
  if (r == nullptr) r = &make_record(client, id, true);
  renew(*r, n, now);
  begin_change(*r, n);
  r->last = now;
  return *r;
}

void FileStore::begin_change(Record& r, Node& n) {
  if (r.after) return;
  ensure_before(r, n);
  r.after = pool_.make(owner(r.client));
  if (r.before) r.after->inherit_head(*r.before);
  r.solid = false;
  n.content = nullptr;
  n.state_of = r.id;
}

// A file that its maker or changer left alone long enough is judged anew against what it is now.
void FileStore::renew(Record& r, Node& n, WallTime now) {
  if (!r.after || r.writers > 0 || r.removed) return;
  if (now - r.last < (r.existed ? bounds_.quiet_after : bounds_.settled_after)) return;
  r.before = final_content(r, owner(r.client));
  r.after = nullptr;
  r.number = ++files_made_;
  r.origin = n.path;
  r.origin_folded = n.folded;
  r.existed = true;
  r.created = r.altered = r.truncated = r.replaced = r.renamed = r.reported = r.rests = r.confirmed_write = false;
  r.first_altered = {};
  n.state_of = 0;
  link(r);
}

void FileStore::ensure_before(Record& r, Node& n) {
  if (r.before || !r.existed) return;
  r.before = n.content ? n.content : n.state_of != r.id ? knowledge(n, owner(r.client)) : nullptr;
  if (!r.before) r.before = pool_.make(owner(r.client));
  r.before->settle();
}

std::shared_ptr<Content> FileStore::knowledge(Node& n, OwnerId who) {
  if (n.content) return n.content;
  const Record* r = n.state_of == 0 ? nullptr : records_.find(n.state_of);
  return r == nullptr ? nullptr : final_content(*r, who);
}

std::shared_ptr<Content> FileStore::final_content(const Record& r, OwnerId who) {
  auto out = pool_.make(who);
  if (r.before && !r.truncated && !r.replaced) {
    out->copy_from(*r.before);
    if (r.after) out->lay_over(*r.after);
  } else if (r.after) {
    out->copy_from(*r.after);
  }
  return out;
}

// Nobody leaves without a word: what was changed since the last report is reported now.
void FileStore::leave_record(Record& r) {
  if (r.unreported) report(r, r.last);
  unlink(r);
  Node* n = nodes_.find(r.node);
  if (n == nullptr) return;
  std::erase_if(n->records, [&](const auto& entry) { return entry.second == r.id; });
  if (n->state_of != r.id) return;
  n->state_of = 0;
  if (!n->gone) n->content = final_content(r, n->owner);
}

void FileStore::drop_record(RecordId id) {
  if (Record* r = records_.find(id)) {
    leave_record(*r);
    records_.erase(id);
  }
}

// retire takes a node off its path and lets go of the records at it: for a node that leaves the table.
void FileStore::retire(NodeId id, Node& n) {
  const auto it = nodes_by_path_.find(path_key(n.proven, n.folded));
  if (it != nodes_by_path_.end() && it->second == id) nodes_by_path_.erase(it);
  const auto records = n.records;
  for (const auto& entry : records) drop_record(entry.second);
  n.gone = true;
}

// A write without an answer on top of answered writes does not make the file's judgement weaker: a capture that lost
// one reply has still seen the server take the others.
void FileStore::rest_on(Record& r, bool confirmed, bool write) {
  if (!r.rests) {
    r.confirmed = confirmed;
    r.rests = true;
  } else if (!(write && r.confirmed_write)) {
    r.confirmed = r.confirmed && confirmed;
  }
  if (write && confirmed) r.confirmed_write = true;
}

void FileStore::alter(Record& r, WallTime at) {
  r.solid = true;
  r.unreported = true;
  if (!r.existed) return;
  if (!r.altered) r.first_altered = at;
  r.altered = true;
  const auto it = clients_by_id_.find(r.client);
  if (it == clients_by_id_.end()) return;
  auto& folders = it->second->folders;
  if (folders.size() < bounds_.folders_max) {
    folders.insert(hash_text(folder_of(r.origin_folded)));
  } else {
    ++counters_.folders_full;
  }
}

// ---- operations ----

NodeId FileStore::created(ClientId client, const IpAddress& server, const std::string& share, const std::string& path,
                          When when) {
  NodeId id = node(client, server, share, path);
  Node* n = nodes_.find(id);
  if (n->content || n->state_of != 0 || !n->records.empty()) {
    // What stood here before was removed unseen.
    nodes_by_path_.erase(path_key(n->proven, n->folded));
    n->gone = true;
    id = node(client, server, share, path);
    n = nodes_.find(id);
  }
  n->size = 0;
  n->size_known = true;
  Record& r = make_record(client, id, false);
  r.created = true;
  r.last = when.at;
  rest_on(r, when.confirmed, false);
  begin_change(r, *n);
  return id;
}

void FileStore::read(ClientId client, NodeId id, std::uint64_t offset, ByteView bytes) {
  Node* n = nodes_.find(id);
  if (n == nullptr) return;
  if (Record* r = record(client, *n); r != nullptr && r->after) {
    // Old bytes are what this client has not written over yet.
    if (r->existed && !r->truncated && !r->replaced && !r->after->covers(offset, offset + bytes.size())) {
      r->before->add(offset, bytes, false);
    }
    return;
  }
  if (n->state_of != 0) return;  // as another client left it
  if (!n->content) n->content = pool_.make(n->owner);
  n->content->add(offset, bytes, false);
}

void FileStore::writing(ClientId client, NodeId id, WallTime now, std::uint64_t offset, ByteView bytes) {
  if (nodes_.find(id) == nullptr) return;
  Record& r = changing_record(client, id, now);
  r.after->add(offset, bytes, true);
  Node& n = *nodes_.find(id);
  n.size = std::max(n.size, offset + bytes.size());
}

void FileStore::writing(ClientId client, NodeId id, WallTime now, const Content& staged) {
  if (nodes_.find(id) == nullptr) return;
  changing_record(client, id, now).after->lay_over(staged);
}

void FileStore::written(ClientId client, NodeId id, When when) {
  if (nodes_.find(id) == nullptr) return;
  Record& r = changing_record(client, id, when.at);
  alter(r, when.asked);
  rest_on(r, when.confirmed, true);
}

void FileStore::refused(ClientId client, NodeId id, std::uint64_t bytes) {
  Node* n = nodes_.find(id);
  Record* r = n == nullptr ? nullptr : record(client, *n);
  if (r == nullptr || !r->after) return;
  r->after->take_back(bytes);
  if (r->solid || r->created) return;
  // Nothing was changed after all.
  n->content = r->before;
  n->state_of = 0;
  r->before = r->after = nullptr;
  if (!r->reported && !r->rests) drop_record(r->id);
}

void FileStore::wiped(ClientId client, NodeId id, When when, std::optional<NodeId> source) {
  if (nodes_.find(id) == nullptr) return;
  std::shared_ptr<Content> copied;
  if (source && *source != id) {
    if (Node* from = nodes_.touch(*source)) copied = knowledge(*from, owner(client));
  }
  Record& r = changing_record(client, id, when.at);
  if (copied) r.after->lay_over(*copied);
  alter(r, when.asked);
  rest_on(r, when.confirmed, true);
}

void FileStore::truncated(ClientId client, NodeId id, When when, std::uint64_t bytes) {
  if (nodes_.find(id) == nullptr) return;
  Record& r = changing_record(client, id, when.at);
  r.truncated = r.existed;
  if (bytes == 0) r.after->restart();
  alter(r, when.asked);
  rest_on(r, when.confirmed, false);
  Node& n = *nodes_.find(id);
  n.size = bytes;
  n.size_known = true;
}

void FileStore::opened_for_writing(ClientId client, NodeId id) {
  Node* n = nodes_.find(id);
  if (Record* r = n == nullptr ? nullptr : record(client, *n)) ++r->writers;
}

void FileStore::closed(ClientId client, NodeId id, bool writer, When when) {
  Node* n = nodes_.touch(id);
  Record* r = n == nullptr ? nullptr : record(client, *n);
  if (r == nullptr) return;
  if (writer && r->writers > 0) --r->writers;
  if (r->after) r->after->settle();
  r->last = when.at;
  if (Record* original = n->gone ? nullptr : replaced_by(*r, when)) {
    report(*original, when.at);
  } else {
    report(*r, when.at);
  }
}

void FileStore::progressed(ClientId client, NodeId id, When when) {
  Node* n = nodes_.touch(id);
  if (Record* r = n == nullptr ? nullptr : record(client, *n)) report(*r, when.at);
}

// ---- reports ----

bool FileStore::is_decoy(const std::string& folded) const {
  if (decoys_.empty()) return false;
  if (decoys_.contains(folded)) return true;
  // A decoy written as \\*\share\… stands on any server.
  const auto share = folded.find('\\', 2);
  return share != std::string::npos && decoys_.contains("\\\\*" + folded.substr(share));
}

void FileStore::report(Record& r, WallTime at) {
  r.unreported = false;
  const auto who = clients_by_id_.find(r.client);
  if (who == clients_by_id_.end()) return;
  if (!r.reported && !r.altered && r.removed) return;  // a temporary file came and went
  if (r.backup && !r.altered) return;
  const Node* n = nodes_.find(r.node);
  event::FileActivity a;
  a.file = r.number;
  a.at = at;
  a.first_altered = r.first_altered;
  a.client = who->second->key.host;
  a.server = r.server;
  a.user = who->second->key.user;
  a.share = r.share;
  a.path = r.origin;
  bool moved_onto_decoy = false;
  if (n != nullptr && !n->gone && n->folded != r.origin_folded) {
    a.new_path = n->path;
    moved_onto_decoy = is_decoy(n->folded);
  }
  if (r.before) a.before = r.before->summary();
  if (r.after && r.solid) a.after = r.after->summary();
  if (r.before && r.after && r.solid) {
    const Similarity s = Content::compare(*r.before, *r.after);
    a.compared_bytes = s.compared_bytes;
    a.kept_share = s.kept_share;
  }
  a.created = r.created;
  a.truncated = r.truncated;
  a.renamed = r.renamed;
  a.removed = r.removed;
  a.altered = r.altered;
  a.confirmed = r.confirmed;
  a.decoy = is_decoy(r.origin_folded) || moved_onto_decoy;
  a.folders_altered = static_cast<std::uint32_t>(who->second->folders.size());
  r.reported = true;
  ++counters_.activities;
  report_(a);
}

}  // namespace cordon::observe
