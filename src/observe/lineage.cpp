// SPDX-License-Identifier: Apache-2.0
// The part of FileStore that follows a file through renames and removals, and joins what programs do in several steps:
//   sibling   X is read, Y of the same stem is written in the same folder, X is deleted (in whichever order)
//   save      X is renamed or deleted, and a file the client wrote takes the path of X; or it is renamed over X
//   move      Y with the content of X is written elsewhere under the same name, X is deleted
// Each becomes one record, that of X, which takes over Y's node and content; Y's own record ends.
#include <algorithm>

#include "observe/file_store.h"
#include "observe/path.h"

namespace cordon::observe {
namespace {

// A copy has all of the original's measured bytes, but a copying program may have been seen reading less than all.
constexpr double move_kept_share_min = 0.9;

}  // namespace

// ---- the index ----

void FileStore::link(Record& r) {
  unlink(r);
  const Node* n = nodes_.find(r.node);
  const std::string& now = n == nullptr || n->gone ? r.origin_folded : n->folded;
  const auto add = [&](LinkKind kind, std::string_view text) {
    const std::uint64_t key = hash_text(text, std::uint64_t{r.client} << 3U | static_cast<std::uint64_t>(kind));
    links_.emplace(key, r.id);
    r.links.push_back(key);
  };
  add(LinkKind::origin, r.origin_folded);
  add(LinkKind::stem, std::string(folder_of(now)) + '\\' + std::string(root_of(leaf_of(now))));
  add(LinkKind::leaf, leaf_of(now));
}

void FileStore::unlink(Record& r) {
  for (const std::uint64_t key : r.links) {
    const auto [from, to] = links_.equal_range(key);
    const auto it = std::find_if(from, to, [&](const auto& entry) { return entry.second == r.id; });
    if (it != to) links_.erase(it);
  }
  r.links.clear();
}

// linked gives the newest records under a key: the order inside the hash table decides nothing.
std::vector<RecordId> FileStore::linked(LinkKind kind, ClientId client, std::string_view text) const {
  const auto [from, to] =
      links_.equal_range(hash_text(text, std::uint64_t{client} << 3U | static_cast<std::uint64_t>(kind)));
  std::vector<RecordId> out;
  std::size_t looked = 0;
  for (auto it = from; it != to && looked < 4 * bounds_.link_candidates_max; ++it, ++looked) out.push_back(it->second);
  std::sort(out.begin(), out.end(), std::greater<>());
  if (out.size() > bounds_.link_candidates_max) out.resize(bounds_.link_candidates_max);
  return out;
}

// ---- who belongs together ----

// replaced_by: `made` was written or got a new path. If it stands for a file that went away, that file's record takes
// it over and is returned.
Record* FileStore::replaced_by(Record& made, When when) {
  const Node* n = nodes_.find(made.node);
  if (made.existed || !made.after || !made.solid || n == nullptr) return nullptr;
  const std::string folded = n->folded;
  const auto recent = [&](const Record& r) { return when.at - r.moved <= bounds_.link_within; };
  for (const RecordId id : linked(LinkKind::origin, made.client, folded)) {
    Record* r = records_.find(id);
    if (r == nullptr || r == &made || !r->existed || r->backup || r->origin_folded != folded || !recent(*r)) continue;
    if (!r->removed && !r->renamed) continue;
    adopt(*r, made, when, false);
    return r;
  }
  const std::string_view folder = folder_of(folded);
  const std::string_view leaf = leaf_of(folded);
  for (const RecordId id :
       linked(LinkKind::stem, made.client, std::string(folder) + '\\' + std::string(root_of(leaf)))) {
    Record* r = records_.find(id);
    if (r == nullptr || r == &made || !r->existed || r->backup || !r->removed || !recent(*r)) continue;
    const Node* gone = nodes_.find(r->node);
    if (gone == nullptr || !gone->gone || folder_of(r->origin_folded) != folder ||
        !same_stem(leaf_of(r->origin_folded), leaf)) {
      continue;
    }
    adopt(*r, made, when, false);
    return r;
  }
  for (const RecordId id : linked(LinkKind::leaf, made.client, leaf)) {
    Record* r = records_.find(id);
    if (r == nullptr || r == &made || !r->existed || r->backup || !r->removed || !recent(*r)) continue;
    const Node* gone = nodes_.find(r->node);
    if (gone == nullptr || !gone->gone || leaf_of(r->origin_folded) != leaf || !is_move(*r, made)) continue;
    adopt(*r, made, when, true);
    return r;
  }
  return nullptr;
}

// made_for: `gone` was just removed. Gives the record of what this client had written in its place.
Record* FileStore::made_for(Record& gone, When when, bool& moved) {
  const auto fits = [&](const Record* r) {
    return r != nullptr && r != &gone && !r->existed && r->after && r->solid && !r->removed &&
           r->server == gone.server && when.at - r->last <= bounds_.link_within;
  };
  const std::string_view folder = folder_of(gone.origin_folded);
  const std::string_view leaf = leaf_of(gone.origin_folded);
  for (const RecordId id :
       linked(LinkKind::stem, gone.client, std::string(folder) + '\\' + std::string(root_of(leaf)))) {
    Record* r = records_.find(id);
    if (!fits(r)) continue;
    const Node* n = nodes_.find(r->node);
    if (n != nullptr && folder_of(n->folded) == folder && same_stem(leaf, leaf_of(n->folded))) return r;
  }
  for (const RecordId id : linked(LinkKind::leaf, gone.client, leaf)) {
    Record* r = records_.find(id);
    if (!fits(r)) continue;
    const Node* n = nodes_.find(r->node);
    if (n != nullptr && leaf_of(n->folded) == leaf && is_move(gone, *r)) {
      moved = true;
      return r;
    }
  }
  return nullptr;
}

bool FileStore::is_move(Record& gone, const Record& made) {
  if (!gone.before) return false;
  const Similarity s = Content::compare(*gone.before, *made.after);
  return s.compared_bytes > 0 && s.kept_share >= move_kept_share_min;
}

// adopt lets the original's record go on with what was made in its place. No reference other than these two is held
// here, and both are touched, so that making the backup's record evicts neither.
void FileStore::adopt(Record& original, Record& made, When when, bool moved) {
  records_.touch(original.id);
  records_.touch(made.id);
  const NodeId old_id = original.node;
  const NodeId new_id = made.node;
  nodes_.touch(new_id);
  if (Node* old = nodes_.touch(old_id)) {
    ensure_before(original, *old);
    std::erase_if(old->records, [&](const auto& entry) { return entry.second == original.id; });
    if (old->state_of == original.id) old->state_of = 0;
    if (!old->gone && old_id != new_id) {
      // The old file still stands under another name: a backup.
      old->content = nullptr;
      if (original.before) {
        old->content = pool_.make(old->owner);
        old->content->copy_from(*original.before);
      }
      make_record(original.client, old_id, true).backup = true;
    }
  }
  Node& n = *nodes_.find(new_id);
  std::erase_if(n.records, [&](const auto& entry) { return entry.second == made.id; });
  n.records.emplace_back(original.client, original.id);
  n.state_of = original.id;
  n.content = nullptr;
  original.node = new_id;
  original.after = std::exchange(made.after, nullptr);
  original.solid = true;
  original.writers = made.writers;
  original.last = when.at;
  rest_on(original, made.confirmed && when.confirmed, false);
  const bool same_path = n.folded == original.origin_folded;
  if (moved) {
    // The content stands elsewhere, whole: a rename by other means.
    original.removed = false;
    original.altered = false;
    original.first_altered = {};
    original.renamed = true;
    ++counters_.linked_moves;
  } else {
    original.removed = !same_path;
    original.renamed = false;
    original.replaced = true;
    alter(original, when.asked);
    ++(same_path ? counters_.linked_saves : counters_.linked_siblings);
  }
  link(original);
  unlink(made);
  records_.erase(made.id);
}

// ---- operations ----

void FileStore::removed(ClientId client, NodeId id, When when) {
  Node* n = nodes_.touch(id);
  if (n == nullptr || n->gone) return;
  Record* r = record(client, *n);
  if (r == nullptr) {
    r = &make_record(client, id, true);
    n = nodes_.find(id);
  }
  const auto at_path = nodes_by_path_.find(hash_text(n->folded, n->proven ? 1 : 2));
  if (at_path != nodes_by_path_.end() && at_path->second == id) nodes_by_path_.erase(at_path);
  ensure_before(*r, *n);
  rest_on(*r, when.confirmed, false);
  const bool settled_own = !r->existed && when.at - r->last >= bounds_.settled_after;
  if (r->existed || settled_own) {
    bool moved = false;
    if (settled_own) r->before = final_content(*r, owner(client));
    Record* made = made_for(*r, when, moved);
    if (made != nullptr && settled_own) {
      // What the client had made itself is a file like any other by now: its content is replaced.
      r->existed = true;
      r->created = false;
      r->number = ++files_made_;
    }
    if (made != nullptr) {
      n->gone = true;
      r->removed = true;
      r->moved = when.at;
      adopt(*r, *made, when, moved);
      report(*r, when.at);
      return;
    }
    if (settled_own) r->before = nullptr;
  }
  n->gone = true;
  r->removed = true;
  r->moved = when.at;
  r->last = when.at;
  if (!r->backup) alter(*r, when.asked);
  link(*r);
  report(*r, when.at);
}

void FileStore::renamed(ClientId client, NodeId id, const std::string& path, When when) {
  Node* n = nodes_.touch(id);
  if (n == nullptr || n->gone) return;
  const std::string folded = fold(path);
  if (const auto it = nodes_by_path_.find(hash_text(folded, n->proven ? 1 : 2));
      it != nodes_by_path_.end() && it->second != id) {
    const Node* target = nodes_.find(it->second);
    if (target != nullptr && target->folded == folded) return replace(client, it->second, id, path, when);
  }
  Record* r = record(client, *n);
  if (r == nullptr) {
    r = &make_record(client, id, true);
    n = nodes_.find(id);
  }
  const auto at_path = nodes_by_path_.find(hash_text(n->folded, n->proven ? 1 : 2));
  if (at_path != nodes_by_path_.end() && at_path->second == id) nodes_by_path_.erase(at_path);
  n->path = path;
  n->folded = folded;
  nodes_by_path_[hash_text(folded, n->proven ? 1 : 2)] = id;
  rest_on(*r, when.confirmed, false);
  r->renamed = folded != r->origin_folded;
  r->moved = when.at;
  r->last = when.at;
  if (r->after) r->after->settle();
  link(*r);
  Record* original = replaced_by(*r, when);
  report(original != nullptr ? *original : *r, when.at);
}

// replace: `id` is renamed over the existing file `target`.
void FileStore::replace(ClientId client, NodeId target, NodeId id, const std::string& path, When when) {
  Node* over = nodes_.touch(target);
  Node* n = nodes_.touch(id);
  Record* lost = record(client, *over);
  if (lost == nullptr) {
    lost = &make_record(client, target, true);
    over = nodes_.find(target);
    n = nodes_.touch(id);
  }
  if (n == nullptr || over == nullptr) return;
  ensure_before(*lost, *over);
  nodes_by_path_.erase(hash_text(over->folded, over->proven ? 1 : 2));
  over->gone = true;
  lost->removed = true;
  lost->moved = when.at;
  lost->last = when.at;
  rest_on(*lost, when.confirmed, false);
  const RecordId lost_id = lost->id;
  const Record* mine = record(client, *n);
  const bool own_work = mine != nullptr && !mine->existed && mine->solid && lost->existed;
  if (!own_work) {
    alter(*lost, when.asked);
    link(*lost);
    report(*lost, when.at);
  }
  renamed(client, id, path, when);  // the path is free now; own work is joined to the file it replaced
  if (own_work) {
    lost = records_.find(lost_id);
    // Not joined after all (the record's own path was another one): it is lost.
    if (lost != nullptr && lost->removed && !lost->altered) {
      alter(*lost, when.asked);
      link(*lost);
      report(*lost, when.at);
    }
  }
}

}  // namespace cordon::observe
