// SPDX-License-Identifier: Apache-2.0
#include "observe/session_table.h"

#include "observe/path.h"

namespace cordon::observe {

Session& SessionTable::find_or_add(const SessionKey& key, OwnerId owner) {
  if (Session* s = sessions_.touch(key)) return *s;
  return sessions_.insert(owner, key);
}

Session& SessionTable::set_up(const SessionKey& key, OwnerId owner, const SetUp& setup) {
  const smb::SessionSetupRequest& request = setup.request;
  Session& s = find_or_add(key, owner);
  if (!s.host_known) {
    s.host = setup.host;
    s.host_known = true;
  }
  if (!setup.named) {
    if (!request.binding) s.user.clear();
  } else if (!request.user.empty() && (s.user.empty() || !request.binding)) {
    s.user = request.domain.empty() ? request.user : request.domain + '\\' + request.user;
  }
  return s;
}

void SessionTable::connect(Session& session, std::uint32_t tree, const std::string& path, smb::ShareType type) const {
  Tree t;
  t.share = bounded_path(share_of(path), share_bytes_max);
  t.files = type != smb::ShareType::pipe && type != smb::ShareType::print && fold(t.share) != "ipc$";
  session.trees[tree] = std::move(t);
  if (session.trees.size() > trees_max_) session.trees.erase(session.trees.begin());
}

void ServerAliases::learn(const Guid& guid, const IpAddress& address) {
  if (guid == Guid{}) return;
  const auto it = first_.find(guid);
  if (it == first_.end()) {
    if (first_.size() < servers_max) first_.emplace(guid, address);
    return;
  }
  if (it->second != address && canonical_.size() < servers_max) canonical_.emplace(address, it->second);
}

const IpAddress& ServerAliases::canonical(const IpAddress& address) const {
  const auto it = canonical_.find(address);
  return it == canonical_.end() ? address : it->second;
}

std::string share_of(const std::string& tree_path) {
  if (!tree_path.starts_with("\\\\")) return {};
  const auto server_end = tree_path.find('\\', 2);
  if (server_end == std::string::npos) return {};
  const auto share_end = tree_path.find('\\', server_end + 1);
  return tree_path.substr(server_end + 1, share_end == std::string::npos ? share_end : share_end - server_end - 1);
}

}  // namespace cordon::observe
