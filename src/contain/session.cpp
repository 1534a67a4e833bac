// SPDX-License-Identifier: Apache-2.0
#include "contain/session.h"

#include <fmt/format.h>

#include <algorithm>

#include "contain/lines.h"
#include "contain/rulings.h"
#include "estate/harm.h"
#include "event/login.h"

namespace cordon::contain {

namespace {

using event::Disposition;

constexpr std::size_t sessions_max = 16;  // as many logins as one request to cordon-smb takes

std::optional<std::uint32_t> account_of(const estate::Estate& estate, const std::string& login) {
  const auto found =
      std::ranges::find(estate.accounts, login, [](const estate::Account& a) { return event::login_of(a.name); });
  if (found == estate.accounts.end()) return std::nullopt;
  return static_cast<std::uint32_t>(found - estate.accounts.begin());
}

Ruling rule_on(const PlanRequest& request, const estate::Session& session, double harm) {
  if (auto ruling = identity_ruling(request)) return *std::move(ruling);
  if (session.account && request.estate.accounts[*session.account].is_protected) {
    return {Disposition::withheld,
            fmt::format("{} is a protected account: it is never refused; go and see", session.login)};
  }
  if (!event::is_plain(session.login)) {
    return {Disposition::advised, "this name cannot be written down safely: end the session by hand"};
  }
  return limits_ruling(request, harm, "files were encrypted in this session: its user is refused, others work on");
}

}  // namespace

std::optional<estate::Session> session_of(const estate::Estate& estate, const event::HostKey& host,
                                          const std::string& login, std::size_t users) {
  const auto known = host_of(estate, host);
  if (!known) return std::nullopt;
  estate::Session out{*known, login, account_of(estate, login), static_cast<std::uint32_t>(users)};
  const std::vector<IpAddress>& declared = estate.hosts[known->value].addresses;
  if (std::ranges::find(declared, host.ip) == declared.end()) out.also_at.push_back(host.ip);
  return out;
}

std::string session_name(const estate::Estate& estate, const estate::Session& session) {
  return fmt::format("{}@{}", session.login, estate.hosts[session.host.value].name);
}

std::vector<event::SessionTarget> targets_of(const estate::Estate& estate, const estate::Session& session) {
  std::vector<event::SessionTarget> out;
  const auto add = [&](const IpAddress& client) {
    if (out.size() < sessions_max) out.push_back({client, session.login});
  };
  std::ranges::for_each(session.also_at, add);  // from where he was seen to encrypt goes first
  std::ranges::for_each(estate.hosts[session.host.value].addresses, add);
  std::ranges::sort(out);
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

event::PlanMade make_session_plan(const PlanRequest& request, const estate::Session& session) {
  const estate::Estate& estate = request.estate;
  event::PlannedAction line;
  line.action = event::end_sessions;
  line.host = request.verdict.host;
  line.what = session_name(estate, session);
  line.key = fmt::format("{} {}", line.action, line.what);
  line.harm = estate::harm_of_session(estate, session, estate::harm_of_host(estate, session.host));
  line.sessions = targets_of(estate, session);
  auto [disposition, why] = rule_on(request, session, line.harm);
  line.disposition = disposition;
  line.why = std::move(why);

  event::PlanMade plan;
  plan.at = request.verdict.at;
  plan.why = {request.verdict_entry};
  plan.rule = session_rule;
  plan.harm_cut = line.disposition == Disposition::cut ? line.harm : 0;
  plan.actions.push_back(std::move(line));
  return plan;
}

}  // namespace cordon::contain
