// SPDX-License-Identifier: Apache-2.0
#include "samba/helper.h"

#include <algorithm>
#include <utility>

namespace cordon::samba {

namespace {

using grammar::Code;
using grammar::Ip;
using grammar::Refusal;

std::string line(const AnswerLine& answer) {
  return format(answer) + '\n';
}

Refusal failed(const std::string& id, const std::string& text) {
  return {id, Code::failed, 0, text};
}

}  // namespace

std::string Helper::start(const Now& now) {
  const std::optional<std::string> conf = system_.read_conf();
  if (!conf) return "smb.conf cannot be read";
  if (std::string problem = conf_problem(*conf, options_.include_path); !problem.empty()) return "smb.conf: " + problem;
  const std::optional<std::string> text = system_.read_include();
  if (!text) return options_.include_path + " cannot be read";
  if (!is_include(*text)) return options_.include_path + " is not ours: somebody else wrote it";
  // A damaged file is written anew: Cordon asks again for everything that is to be in force.
  Entries entries = parse_include(*text).value_or(Entries{});
  std::erase_if(entries, [&](const auto& entry) {
    return entry.second.until <= now.seconds || options_.protected_ips.contains(entry.first);
  });
  return put(entries);
}

std::string Helper::answer(std::string_view text, const Now& now) {
  const auto parsed = parse_request(text);
  if (const auto* complaint = std::get_if<grammar::Complaint>(&parsed)) {
    return line(Refusal{complaint->id, complaint->code, complaint->column, std::string(complaint->text)});
  }
  Reply reply = handle(std::get<Request>(parsed), now);
  if (const auto* refused = std::get_if<Refusal>(&reply)) return line(*refused);
  return std::get<std::string>(std::move(reply));
}

Helper::Reply Helper::handle(const Request& request, const Now& now) {
  const std::string& id = request.id;
  if (const auto* hello = std::get_if<Hello>(&request.body)) {
    if (hello->version != version) return failed(id, "only version 1 is spoken here");
    return line(Ok{id, 0, 0, Rules::unchecked});
  }
  if (const auto* body = std::get_if<Deny>(&request.body)) return deny(id, *body, now);
  if (const auto* body = std::get_if<Allow>(&request.body)) return allow(id, *body);
  if (std::holds_alternative<List>(request.body)) return list(id, now);
  return health(id, now);
}

Helper::Reply Helper::deny(const std::string& id, const Deny& deny, const Now& now) {
  for (const Ip& ip : deny.ips) {
    if (options_.protected_ips.contains(ip)) return Refusal{id, Code::denied, 0, ip.text() + " is protected"};
  }
  if (deny.until <= now.seconds) return Refusal{id, Code::malformed, 0, "until is past by the clock of this machine"};
  if (deny.until - now.seconds > static_cast<std::uint64_t>(until_max_s)) {
    return Refusal{id, Code::limit, 0, "until is more than 7 days away"};
  }
  Entries entries = entries_;
  for (const Ip& ip : deny.ips) entries[ip] = {id, deny.until};
  if (entries.size() > denied_max) return Refusal{id, Code::limit, 0, "more than 1024 addresses denied"};
  if (deny.dry_run) {
    const std::set<Ip> meant(deny.ips.begin(), deny.ips.end());
    const std::vector<Session> all = system_.sessions();
    const auto count =
        std::count_if(all.begin(), all.end(), [&](const Session& session) { return meant.contains(session.client); });
    return line(Ok{id, static_cast<std::uint64_t>(count), 0, Rules::unchecked});
  }
  if (const std::string problem = write(entries); !problem.empty()) return failed(id, problem);
  // Fast first: smbd is told, and what is open ends. It has nearly always read its list before the client is back;
  // then surely, for those who were quicker. A server that does not answer is no reason to leave a session open.
  system_.nudge();
  const Ended first = system_.end(denied_sessions(), denied_ips());
  const std::string unanswered = system_.reload();
  Ended ended = end_sessions();
  ended.processes += first.processes;
  if (const std::string problem = system_.persist(); !problem.empty()) return failed(id, problem);
  if (!unanswered.empty()) return failed(id, unanswered);
  if (ended.spared > 0) {
    return failed(id, "denied, but a process of its sessions also serves another client and was spared");
  }
  if (!ended.problem.empty()) return failed(id, "denied, but its sessions live on: " + ended.problem);
  if (look() != Rules::whole) return failed(id, "the include file has no effect: something in smb.conf overrules it");
  return line(Ok{id, deny.ips.size(), ended.processes, rules_});
}

Helper::Reply Helper::allow(const std::string& id, const Allow& allow) {
  Entries entries = entries_;
  const std::size_t before = entries.size();
  std::erase_if(entries, [&](const auto& entry) {
    return (!allow.cut.empty() && entry.second.cut == allow.cut) ||
           std::find(allow.ips.begin(), allow.ips.end(), entry.first) != allow.ips.end();
  });
  const std::uint64_t count = before - entries.size();
  if (count > 0) {
    if (const std::string problem = put(entries); !problem.empty()) return failed(id, problem);
    if (const std::string problem = system_.persist(); !problem.empty()) return failed(id, problem);
  }
  return line(Ok{id, count, 0, Rules::unchecked});
}

/// put makes the include file say this and smbd read it. What is denied is what was written, also when smbd could not
/// be told: it reads the file at its next start.
std::string Helper::put(const Entries& entries) {
  const std::string problem = write(entries);
  return problem.empty() ? system_.reload() : problem;
}

std::string Helper::write(const Entries& entries) {
  const std::string text = include_text(entries);
  rules_ = Rules::unchecked;
  if (std::string problem = system_.write_include(text); !problem.empty()) return problem;
  entries_ = entries;
  written_ = text;
  return {};
}

std::set<Ip> Helper::denied_ips() const {
  std::set<Ip> out;
  for (const auto& [ip, entry] : entries_) out.insert(ip);
  return out;
}

std::vector<Session> Helper::denied_sessions() {
  std::vector<Session> out = system_.sessions();
  std::erase_if(out, [&](const Session& session) { return !entries_.contains(session.client); });
  return out;
}

/// end_sessions ends what denied clients have open, until nothing of it is left. New attempts come and go meanwhile, so
/// it is each round's own connections that must be gone in the next.
Ended Helper::end_sessions() {
  Ended out;
  std::vector<Session> open = denied_sessions();
  for (int attempt = 0; attempt < end_attempts_max && !open.empty(); ++attempt) {
    const Ended ended = system_.end(open, denied_ips());
    out.processes += ended.processes;
    out.spared = ended.spared;
    out.problem = ended.problem;
    if (ended.spared > 0) return out;
    std::vector<Session> left;
    for (const Session& session : denied_sessions()) {
      if (std::find(open.begin(), open.end(), session) != open.end()) left.push_back(session);
    }
    // One that was being accepted while smbd read its configuration would be younger than these: it is asked for once
    // more in the first round.
    open = attempt == 0 && left.empty() ? denied_sessions() : left;
    if (!open.empty()) system_.pause(std::chrono::milliseconds(10));
  }
  if (!open.empty() && out.problem.empty()) out.problem = "a process did not end";
  if (open.empty()) out.problem.clear();
  return out;
}

std::vector<Session> Helper::lasting_sessions(const Now& now) {
  std::vector<Session> out;
  std::map<std::uint64_t, Instant> seen;
  for (const Session& session : denied_sessions()) {
    const auto known = first_seen_.find(session.inode);
    const Instant since = known != first_seen_.end() ? known->second : now.instant;
    seen.emplace(session.inode, since);
    if (now.instant - since >= lives_on) out.push_back(session);
  }
  first_seen_ = std::move(seen);
  return out;
}

/// look asks Samba itself whether the include file has its effect; again only when smb.conf changed.
Rules Helper::look() {
  const std::optional<std::string> include = system_.read_include();
  if (!include || *include != written_) return rules_ = Rules::changed;
  const std::string conf = system_.read_conf().value_or("");
  if (rules_ == Rules::whole && conf == conf_read_) return rules_;
  const std::optional<std::string> shown = system_.testparm();
  conf_read_ = conf;
  return rules_ = shown && shows(*shown, entries_) ? Rules::whole : Rules::overruled;
}

Helper::Reply Helper::list(const std::string& id, const Now& now) {
  const Rules rules = entries_.empty() ? Rules::whole : look();
  std::map<Ip, std::uint64_t> sessions;
  for (const Session& session : lasting_sessions(now)) ++sessions[session.client];
  std::string out = line(Ok{id, entries_.size(), 0, rules});
  for (const auto& [ip, entry] : entries_) out += line(Denied{ip, entry.cut, entry.until, sessions[ip]});
  return out + line(grammar::End{});
}

Helper::Reply Helper::health(const std::string& id, const Now& now) {
  const std::uint64_t pid = system_.server_pid();
  return line(Ok{id, 1, 0, entries_.empty() ? Rules::whole : look()}) +
         line(Server{pid, now.seconds, entries_.size()}) + line(grammar::End{});
}

std::string Helper::tend(const Now& now) {
  Entries entries = entries_;
  std::erase_if(entries, [&](const auto& entry) { return entry.second.until <= now.seconds; });
  if (entries.size() != entries_.size()) {
    if (std::string problem = put(entries); !problem.empty()) return problem;
    if (std::string problem = system_.persist(); !problem.empty()) return problem;
  }
  if (entries_.empty()) return {};
  const std::vector<Session> lasting = lasting_sessions(now);
  return lasting.empty() ? std::string() : system_.end(lasting, denied_ips()).problem;
}

}  // namespace cordon::samba
