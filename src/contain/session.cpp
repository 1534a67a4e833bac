// SPDX-License-Identifier: Apache-2.0
#include "contain/session.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "contain/lines.h"
#include "contain/rulings.h"
#include "estate/harm.h"
#include "event/login.h"

namespace cordon::contain {

namespace {

using event::Disposition;

constexpr std::size_t sessions_max = 16;  // as many logins as one request to cordon-smb takes

std::string host_name(const estate::Estate& estate, const event::HostKey& key) {
  const auto host = host_of(estate, key);
  return host ? estate.hosts[host->value].name : key.ip.text();
}

Ruling rule_on(const PlanRequest& request, double harm) {
  const std::string& login = request.verdict.name;
  if (auto ruling = identity_ruling(request)) return *std::move(ruling);
  const estate::Account* account = account_of(request.estate, login);
  if (account != nullptr && account->is_protected) {
    return {Disposition::withheld, fmt::format("{} is a protected account: it is never refused; go and see", login)};
  }
  if (!event::is_plain(login)) {
    return {Disposition::advised, "this name cannot be written down safely: end the session by hand"};
  }
  return limits_ruling(request, harm, "files were encrypted in this session: its user is refused, others work on");
}

}  // namespace

std::string session_key(const estate::Estate& estate, const event::HostKey& host, const std::string& login) {
  return fmt::format("{} {}@{}", event::end_sessions, login, host_name(estate, host));
}

const estate::Account* account_of(const estate::Estate& estate, const std::string& login) {
  const auto found =
      std::ranges::find(estate.accounts, login, [](const estate::Account& a) { return event::login_of(a.name); });
  return found == estate.accounts.end() ? nullptr : &*found;
}

double harm_of_session(const estate::Estate& estate, const event::HostKey& host, const std::string& login,
                       std::size_t users) {
  const double hours = estate.weights.incident_hours;
  if (const estate::Account* account = account_of(estate, login)) return harm_of_account(estate, *account, hours);
  const auto known = host_of(estate, host);
  if (!known) return 0;
  return harm_of_host(estate, *known).block_out / static_cast<double>(std::max<std::size_t>(1, users));
}

event::PlanMade make_session_plan(const PlanRequest& request, std::size_t users) {
  const event::HostKey& key = request.verdict.host;
  const std::string& login = request.verdict.name;
  event::PlannedAction line;
  line.key = session_key(request.estate, key, login);
  line.action = event::end_sessions;
  line.host = key;
  line.what = fmt::format("{}@{}", login, host_name(request.estate, key));
  line.harm = harm_of_session(request.estate, key, login, users);
  auto [disposition, why] = rule_on(request, line.harm);
  line.disposition = disposition;
  line.why = std::move(why);
  std::set<IpAddress> clients{key.ip};
  if (const auto host = host_of(request.estate, key)) {
    const auto& declared = request.estate.hosts[host->value].addresses;
    clients.insert(declared.begin(), declared.end());
  }
  for (const IpAddress& client : clients) {
    if (line.sessions.size() < sessions_max) line.sessions.push_back({client, login});
  }

  event::PlanMade plan;
  plan.at = request.verdict.at;
  plan.why = {request.verdict_entry};
  plan.rule = session_rule;
  plan.harm_cut = line.disposition == Disposition::cut ? line.harm : 0;
  plan.actions.push_back(std::move(line));
  return plan;
}

}  // namespace cordon::contain
