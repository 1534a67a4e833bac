// SPDX-License-Identifier: Apache-2.0
#include "samba/helper.h"

#include <algorithm>
#include <iterator>
#include <type_traits>
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

std::optional<Refusal> end_problem(const std::string& id, std::uint64_t until, const Now& now) {
  if (until <= now.seconds) return Refusal{id, Code::malformed, 0, "until is past by the clock of this machine"};
  if (until - now.seconds > static_cast<std::uint64_t>(until_max_s)) {
    return Refusal{id, Code::limit, 0, "until is more than 7 days away"};
  }
  return std::nullopt;
}

/// drop takes the cuts of whom `ends(target, cut, until)` is true off their addresses and logins, and frees what no
/// cut names any more.
template <class Ends>
void drop(Lists& lists, const Ends& ends) {
  const auto drop_from = [&](auto& list) {
    for (auto& entry : list) {
      std::erase_if(entry.second, [&](const auto& owner) { return ends(entry.first, owner.first, owner.second); });
    }
    std::erase_if(list, [](const auto& entry) { return entry.second.empty(); });
  };
  drop_from(lists.ips);
  drop_from(lists.logins);
}

void drop_ended(Lists& lists, const Now& now) {
  drop(lists, [&](const auto&, const std::string&, std::uint64_t until) { return until <= now.seconds; });
}

/// own adds a cut to what it names; gives the target that too many cuts name already, if one is.
template <class List, class Targets>
std::optional<std::string> own(List& list, const Targets& targets, const std::string& cut, std::uint64_t until) {
  for (const auto& target : targets) {
    Owners& owners = list[target];
    owners[cut] = until;
    if (owners.size() > owners_max) return target.text();
  }
  return std::nullopt;
}

Refusal too_many_cuts(const std::string& id, const std::string& target) {
  return {id, Code::limit, 0, "more than 8 cuts name " + target};
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
  Lists lists = parse_include(*text, options_.include_path).value_or(Lists{});
  drop_ended(lists, now);
  std::erase_if(lists.ips, [&](const auto& entry) { return options_.protected_ips.contains(entry.first); });
  std::erase_if(lists.logins, [&](const auto& entry) { return is_protected(entry.first); });
  return put(lists);
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
    if (hello->version != version) return failed(id, "only version 2 is spoken here");
    return line(Ok{id, 0, 0, Rules::unchecked});
  }
  if (const auto* body = std::get_if<Deny>(&request.body)) return deny(id, *body, now);
  if (const auto* body = std::get_if<Refuse>(&request.body)) return refuse(id, *body, now);
  if (const auto* body = std::get_if<Allow>(&request.body)) return allow(id, *body);
  if (std::holds_alternative<List>(request.body)) return list(id, now);
  return health(id, now);
}

Helper::Reply Helper::deny(const std::string& id, const Deny& deny, const Now& now) {
  for (const Ip& ip : deny.ips) {
    if (options_.protected_ips.contains(ip)) return Refusal{id, Code::denied, 0, ip.text() + " is protected"};
  }
  if (auto problem = end_problem(id, deny.until, now)) return *std::move(problem);
  Lists lists = lists_;
  if (const auto full = own(lists.ips, deny.ips, id, deny.until)) return too_many_cuts(id, *full);
  if (lists.ips.size() > denied_max) return Refusal{id, Code::limit, 0, "more than 1024 addresses denied"};
  if (deny.dry_run) {
    const std::set<Ip> meant(deny.ips.begin(), deny.ips.end());
    const std::vector<Session> all = system_.sessions();
    const auto count =
        std::count_if(all.begin(), all.end(), [&](const Session& session) { return meant.contains(session.client); });
    return line(Ok{id, static_cast<std::uint64_t>(count), 0, Rules::unchecked});
  }
  if (const std::string problem = write(lists); !problem.empty()) return failed(id, problem);
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

Helper::Reply Helper::refuse(const std::string& id, const Refuse& refuse, const Now& now) {
  for (const Login& login : refuse.logins) {
    if (is_protected(login)) return Refusal{id, Code::denied, 0, login.text() + " is protected"};
  }
  if (auto problem = end_problem(id, refuse.until, now)) return *std::move(problem);
  const std::optional<std::string> shown = system_.testparm();
  if (!shown) return failed(id, "testparm does not take smb.conf");
  if (const std::string problem = logins_problem(*shown); !problem.empty()) return failed(id, problem);
  Lists lists = lists_;
  if (const auto full = own(lists.logins, refuse.logins, id, refuse.until)) return too_many_cuts(id, *full);
  if (lists.logins.size() > refused_max) return Refusal{id, Code::limit, 0, "more than 256 logins refused"};
  if (refuse.dry_run) {
    const std::optional<std::string> status = system_.status();
    const auto open = status ? open_logins_of(*status) : std::nullopt;
    if (!open) return failed(id, "smbstatus does not answer");
    const auto count = std::count_if(open->begin(), open->end(), [&](const OpenLogin& one) {
      return std::find(refuse.logins.begin(), refuse.logins.end(), one.login) != refuse.logins.end();
    });
    return line(Ok{id, static_cast<std::uint64_t>(count), 0, Rules::unchecked});
  }
  if (const std::string problem = write(lists); !problem.empty()) return failed(id, problem);
  // As for an address: fast first, then surely.
  system_.nudge();
  const Ended first = end_logins();
  const std::string unanswered = system_.reload();
  Ended ended = end_logins();
  ended.processes += first.processes;
  if (const std::string problem = system_.persist(); !problem.empty()) return failed(id, problem);
  if (!unanswered.empty()) return failed(id, unanswered);
  if (!ended.problem.empty()) return failed(id, "refused, but sessions live on: " + ended.problem);
  if (look() != Rules::whole) return failed(id, "the include file has no effect: something in smb.conf overrules it");
  return line(Ok{id, refuse.logins.size(), ended.processes, rules_});
}

bool Helper::is_protected(const Login& login) const {
  return options_.protected_ips.contains(login.ip) || options_.protected_users.contains(login.user);
}

Helper::Reply Helper::allow(const std::string& id, const Allow& allow) {
  Lists lists = lists_;
  const std::set<Ip> ips(allow.ips.begin(), allow.ips.end());
  const std::set<Login> logins(allow.logins.begin(), allow.logins.end());
  drop(lists, [&](const auto& target, const std::string& cut, std::uint64_t) {
    if (!allow.cut.empty() && cut == allow.cut) return true;
    if constexpr (std::is_same_v<std::decay_t<decltype(target)>, Ip>)
      return ips.contains(target);
    else
      return logins.contains(target);
  });
  const std::uint64_t count = lists_.size() - lists.size();
  if (lists != lists_) {
    if (const std::string problem = put(lists); !problem.empty()) return failed(id, problem);
    if (const std::string problem = system_.persist(); !problem.empty()) return failed(id, problem);
  }
  return line(Ok{id, count, 0, Rules::unchecked});
}

/// put makes the include file say this and smbd read it. What is denied is what was written, also when smbd could not
/// be told: it reads the file at its next start.
std::string Helper::put(const Lists& lists) {
  const std::string problem = write(lists);
  return problem.empty() ? system_.reload() : problem;
}

std::string Helper::write(const Lists& lists) {
  const std::string text = include_text(lists, options_.include_path);
  std::map<Ip, std::string> logins = login_texts(lists.logins);
  rules_ = Rules::unchecked;
  // Those first: what the include file names is there by then, and what nothing names is not read.
  if (std::string problem = system_.write_logins(logins); !problem.empty()) return problem;
  if (std::string problem = system_.write_include(text); !problem.empty()) return problem;
  lists_ = lists;
  written_ = text;
  logins_ = std::move(logins);
  return {};
}

/// refused_open gives the refused logins that have a share open, and which processes hold nobody else's.
std::optional<std::vector<OpenLogin>> Helper::refused_open(std::set<std::uint64_t>* alone) {
  if (lists_.logins.empty()) return std::vector<OpenLogin>{};
  const std::optional<std::string> status = system_.status();
  auto open = status ? open_logins_of(*status) : std::nullopt;
  if (!open) return std::nullopt;
  const auto refused = [&](const OpenLogin& one) { return lists_.logins.contains(one.login); };
  std::vector<OpenLogin> out;
  std::copy_if(open->begin(), open->end(), std::back_inserter(out),
               [&](const OpenLogin& one) { return refused(one) && one.shares > 0; });
  if (alone == nullptr) return out;
  for (const OpenLogin& one : out) alone->insert(one.pid);
  for (const OpenLogin& one : *open) {
    if (!refused(one)) alone->erase(one.pid);
  }
  return out;
}

/// end_logins ends what refused logins have open. A process that serves nobody else is ended. Where logins share one
/// (Windows puts all users of a machine on one connection) Samba itself is asked to close what may not be open.
Ended Helper::end_logins() {
  Ended out;
  for (int attempt = 0; attempt < end_attempts_max; ++attempt) {
    std::set<std::uint64_t> alone;
    const auto open = refused_open(&alone);
    out.problem = !open ? "smbstatus does not answer" : "";
    if (!open || open->empty()) return out;
    const Ended ended = system_.end_processes(alone);
    out.processes += ended.processes;
    const bool shared =
        std::any_of(open->begin(), open->end(), [&](const OpenLogin& one) { return !alone.contains(one.pid); });
    if (shared) system_.close_refused();
    out.problem = !ended.problem.empty() ? ended.problem
                  : shared               ? "another user's session shares its connection"
                                         : "a process did not end";
    system_.pause(std::chrono::milliseconds(10));
  }
  return out;
}

std::set<Ip> Helper::denied_ips() const {
  std::set<Ip> out;
  for (const auto& [ip, owners] : lists_.ips) out.insert(ip);
  return out;
}

std::vector<Session> Helper::denied_sessions() {
  std::vector<Session> out = system_.sessions();
  std::erase_if(out, [&](const Session& session) { return !lists_.ips.contains(session.client); });
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
  if (!include || *include != written_ || system_.read_logins() != logins_) return rules_ = Rules::changed;
  const std::string conf = system_.read_conf().value_or("");
  if (rules_ == Rules::whole && conf == conf_read_) return rules_;
  const std::optional<std::string> shown = system_.testparm();
  conf_read_ = conf;
  const bool whole = shown && shows(*shown, lists_.ips) && (lists_.logins.empty() || logins_problem(*shown).empty());
  return rules_ = whole ? Rules::whole : Rules::overruled;
}

Helper::Reply Helper::list(const std::string& id, const Now& now) {
  const Rules rules = lists_.empty() ? Rules::whole : look();
  std::map<Ip, std::uint64_t> sessions;
  for (const Session& session : lasting_sessions(now)) ++sessions[session.client];
  const auto open = refused_open();
  if (!open) return failed(id, "smbstatus does not answer");
  std::map<Login, std::uint64_t> logins;
  for (const OpenLogin& one : *open) ++logins[one.login];
  std::string out = line(Ok{id, lists_.owned(), 0, rules});
  for (const auto& [ip, owners] : lists_.ips) {
    for (const auto& [cut, until] : owners) out += line(Denied{ip, cut, until, sessions[ip]});
  }
  for (const auto& [login, owners] : lists_.logins) {
    for (const auto& [cut, until] : owners) out += line(Refused{login, cut, until, logins[login]});
  }
  return out + line(grammar::End{});
}

Helper::Reply Helper::health(const std::string& id, const Now& now) {
  const std::uint64_t pid = system_.server_pid();
  return line(Ok{id, 1, 0, lists_.empty() ? Rules::whole : look()}) + line(Server{pid, now.seconds, lists_.size()}) +
         line(grammar::End{});
}

std::string Helper::tend(const Now& now) {
  Lists lists = lists_;
  drop_ended(lists, now);
  if (lists != lists_) {
    if (std::string problem = put(lists); !problem.empty()) return problem;
    if (std::string problem = system_.persist(); !problem.empty()) return problem;
  }
  if (lists_.empty()) return {};
  const std::vector<Session> lasting = lasting_sessions(now);
  std::string problem = lasting.empty() ? std::string() : system_.end(lasting, denied_ips()).problem;
  const Ended ended = end_logins();
  return problem.empty() ? ended.problem : problem;
}

}  // namespace cordon::samba
