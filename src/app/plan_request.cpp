// SPDX-License-Identifier: Apache-2.0
#include "app/plan_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <optional>
#include <string_view>

#include "contain/firebreak.h"
#include "contain/session.h"
#include "estate/names.h"
#include "event/login.h"

namespace cordon::app {

namespace {

using contain::Action;
using contain::ActionKind;
using estate::Estate;
using estate::HostIndex;

constexpr std::size_t listed_max = 6;                 // of what exists, in one sentence
constexpr std::uint32_t session_people_max = 10'000;  // on one host

/// listed gives some of what there is, and counts the rest.
std::string listed(std::vector<std::string> all) {
  std::ranges::sort(all);
  all.erase(std::unique(all.begin(), all.end()), all.end());
  std::string out;
  for (std::size_t i = 0; i < std::min(all.size(), listed_max); ++i) out += (i == 0 ? "" : ", ") + all[i];
  if (all.size() > listed_max) out += fmt::format(" and {} more", all.size() - listed_max);
  return out.empty() ? "none" : out;
}

/// unknown_name says what was probably meant.
template <class Things>
std::string unknown_name(std::string_view kind, const Things& things, const std::string& name) {
  estate::Names names(kind);
  for (const auto& thing : things) names.declare(thing.name, {});
  return names.unknown(name);
}

/// Reader reads one request; a word that cannot be read gives nothing and a complaint.
class Reader {
 public:
  Reader(Estate& estate, PlanAsked& out) : estate_(estate), out_(out) {}

  std::optional<HostIndex> host(const std::string& text, const std::string& word) {
    const auto named = std::ranges::find(estate_.hosts, text, &estate::Host::name);
    const estate::Host* found = named == estate_.hosts.end() ? nullptr : &*named;
    if (const auto ip = IpAddress::parse(text); found == nullptr && ip) found = estate_.find(*ip);
    if (const auto mac = Mac::parse(text); found == nullptr && mac) found = estate_.find(*mac);
    if (found != nullptr) return HostIndex{static_cast<std::uint32_t>(found - estate_.hosts.data())};
    complain(word, unknown_name("host, address or MAC", estate_.hosts, text));
    return std::nullopt;
  }

  void suspect(const std::string& word) {
    const std::size_t equals = word.rfind('=');
    double probability = 0;
    const char* end = word.data() + word.size();
    if (equals == std::string::npos || std::from_chars(word.data() + equals + 1, end, probability).ptr != end ||
        !(probability >= 0) || probability > 1) {
      complain(word, "write a suspect as HOST=PROBABILITY, as in pc-12=0.4");
    } else if (const auto found = host(word.substr(0, equals), word)) {
      const auto same = [&](const contain::Suspect& other) { return other.host == *found; };
      if (std::ranges::any_of(out_.suspects, same)) {
        complain(word, fmt::format("{} is named as a suspect twice; keep one", name_of(*found)));
      } else if (std::ranges::find(out_.infected, *found) != out_.infected.end()) {
        complain(word, fmt::format("{} is named with --infected too, beside which it counts for nothing; keep one",
                                   name_of(*found)));
      } else {
        out_.suspects.push_back({*found, probability});
      }
    }
  }

  void session(const std::string& word) {
    const std::size_t at = word.find('@');
    const std::size_t equals = std::min(word.find('=', std::min(at, word.size())), word.size());
    std::uint32_t people = 1;
    const char* end = word.data() + word.size();
    const bool counted = equals < word.size();
    if (at == std::string::npos || at == 0 ||
        (counted && (std::from_chars(word.data() + equals + 1, end, people).ptr != end || people == 0 ||
                     people > session_people_max))) {
      complain(word,
               "write a session as USER@HOST, or USER@HOST=PEOPLE with how many work there, as in b.martin@ts-1=8");
      return;
    }
    const auto where = host(word.substr(at + 1, equals - at - 1), word);
    if (!where) return;
    const estate::Host& known = estate_.hosts[where->value];
    if (known.role != estate::Role::terminal_server && known.role != estate::Role::nat) {
      complain(word,
               fmt::format("{} is a {}, which stands for nobody but itself: name it with --infected. A session is "
                           "of a terminal_server or nat; there are: {}",
                           known.name, estate::word(known.role), listed(shared_hosts())));
      return;
    }
    event::HostKey key;
    if (!known.addresses.empty()) key.ip = known.addresses.front();
    auto session = contain::session_of(estate_, key, event::login_of(word.substr(0, at)), people);
    if (!session) {
      complain(word, fmt::format("{} has no address, so nobody can be refused there", known.name));
      return;
    }
    const std::string name = contain::session_name(estate_, *session);
    if (std::ranges::any_of(estate_.sessions,
                            [&](const auto& other) { return contain::session_name(estate_, other) == name; })) {
      complain(word, fmt::format("the session {} is named twice; keep one", name));
      return;
    }
    session->can_end = true;
    estate_.sessions.push_back(std::move(*session));
  }

  void overruling(const std::string& word) {
    const std::size_t first = std::min(word.find(':'), word.size());
    const std::size_t second = first == word.size() ? first : std::min(word.find(':', first + 1), word.size());
    const std::string verb = word.substr(0, first);
    if (verb != "force" && verb != "forbid") {
      complain(word, fmt::format("begins with '{}'; write force: or forbid:, as in forbid:isolate:pc-12", verb));
      return;
    }
    const std::string kind = word.substr(std::min(first + 1, word.size()), second - first - 1);
    if (second == word.size() && kind != contain::firebreak_key) {
      complain(word, fmt::format("write {}:KIND:WHAT, as in {}:isolate:pc-12", verb, verb));
      return;
    }
    const std::string what = word.substr(std::min(second + 1, word.size()));
    const auto action = action_named(kind, what, word);
    if (!action) return;
    const bool force = verb == "force";
    const auto [earlier, fresh] = ruled_.emplace(*action, std::pair(word, force));
    if (fresh) {
      out_.overruled.push_back({*action, force});
    } else if (earlier->second.second != force) {
      complain(fmt::format("{} and {}", earlier->second.first, word), "the one line cannot be both; keep one of them");
    }
  }

 private:
  void complain(const std::string& word, std::string text) {
    out_.complaints.push_back(fmt::format("{}: {}", word, text));
  }

  std::vector<std::string> shared_hosts() const {
    std::vector<std::string> out;
    for (const estate::Host& host : estate_.hosts) {
      if (host.role == estate::Role::terminal_server || host.role == estate::Role::nat) out.push_back(host.name);
    }
    return out;
  }

  const std::string& name_of(HostIndex host) const { return estate_.hosts[host.value].name; }

  std::optional<Action> action_named(const std::string& kind, const std::string& what, const std::string& word) {
    if (kind == "block" || kind == "shield" || kind == "isolate") {
      const auto found = host(what, word);
      if (!found) return std::nullopt;
      return Action{kind == "block"    ? ActionKind::block_out
                    : kind == "shield" ? ActionKind::shield
                                       : ActionKind::isolate,
                    found->value};
    }
    if (kind == "flow") return flow_named(what, word);
    if (kind == "passage" || kind == "passage_other") return passage_named(what, kind == "passage_other", word);
    if (kind == "close_border" || kind == "close_border_other") {
      return border_named(what, kind == "close_border_other", word);
    }
    if (kind == contain::firebreak_key) return Action{ActionKind::firebreak};
    if (kind == "account") return account_named(what, word);
    if (kind == "session") return session_named(what, word);
    complain(word, fmt::format("'{}' is no kind; there are: block, shield, isolate, flow, passage, passage_other, "
                               "close_border, close_border_other, account, session, firebreak",
                               kind));
    return std::nullopt;
  }

  /// two splits FROM>TO.
  std::optional<std::pair<std::string, std::string>> two(const std::string& what, const char* form,
                                                         const std::string& word) {
    const std::size_t arrow = what.find('>');
    if (arrow != std::string::npos) return std::pair(what.substr(0, arrow), what.substr(arrow + 1));
    complain(word, fmt::format("write {}, in quotes for the shell", form));
    return std::nullopt;
  }

  /// ends reads FROM>TO as two hosts.
  std::optional<std::pair<HostIndex, HostIndex>> ends(const std::string& what, const char* form,
                                                      const std::string& word) {
    const auto names = two(what, form, word);
    if (!names) return std::nullopt;
    const auto from = host(names->first, word);
    const auto to = host(names->second, word);
    if (!from || !to) return std::nullopt;
    return std::pair(*from, *to);
  }

  static std::string port_of(const estate::Flow& flow) {
    return (flow.port == 0 ? "any" : std::to_string(flow.port)) + (flow.udp ? "/udp" : "");
  }

  std::optional<Action> flow_named(const std::string& what, const std::string& word) {
    constexpr const char* form = "CLIENT>SERVER@PORT, as in forbid:flow:pc-12>lis-1@1433";
    const std::size_t at = what.rfind('@');
    if (at == std::string::npos) {
      complain(word, fmt::format("write {}, in quotes for the shell", form));
      return std::nullopt;
    }
    const auto pair = ends(what.substr(0, at), form, word);
    if (!pair) return std::nullopt;
    const std::string port = what.substr(at + 1);
    std::vector<std::string> of_client;
    for (std::uint32_t i = 0; i < estate_.flows.size(); ++i) {
      const estate::Flow& flow = estate_.flows[i];
      if (flow.client != pair->first) continue;
      if (flow.server == pair->second && port_of(flow) == port) return Action{ActionKind::cut_flow, i};
      of_client.push_back(fmt::format("{}@{}", name_of(flow.server), port_of(flow)));
    }
    complain(word, fmt::format("{} is declared to open no such flow; it opens: {}", name_of(pair->first),
                               listed(std::move(of_client))));
    return std::nullopt;
  }

  /// passage_named: of two between the same hosts, that for spreading protocols unless the other one is named.
  std::optional<Action> passage_named(const std::string& what, bool other, const std::string& word) {
    const auto pair = ends(what, "FROM>TO, as in force:passage:srv-1>srv-2", word);
    if (!pair) return std::nullopt;
    std::vector<std::string> from_here;
    std::optional<Action> found;
    for (std::uint32_t i = 0; i < estate_.passages.size(); ++i) {
      const estate::Passage& passage = estate_.passages[i];
      if (passage.from != pair->first) continue;
      if (passage.to == pair->second && (!other || !passage.spreading) && (!found || passage.spreading)) {
        found = Action{ActionKind::close_passage, i};
      }
      from_here.push_back(name_of(passage.to) + (passage.spreading ? "" : " (other protocols)"));
    }
    if (found) return found;
    complain(word, fmt::format("no exception leads from {} there; from it they lead to: {}", name_of(pair->first),
                               listed(std::move(from_here))));
    return std::nullopt;
  }

  std::optional<Action> border_named(const std::string& what, bool other, const std::string& word) {
    const auto names = two(what, "NETWORK>NETWORK, as in forbid:close_border:offices>servers", word);
    if (!names) return std::nullopt;
    for (const std::string& name : {names->first, names->second}) {
      if (std::ranges::find(estate_.networks, name, &estate::Network::name) == estate_.networks.end()) {
        complain(word, unknown_name("network", estate_.networks, name));
        return std::nullopt;
      }
    }
    std::vector<std::string> from_here;
    for (std::uint32_t b = 0; b < estate_.borders.size(); ++b) {
      if (estate_.networks[estate_.borders[b].from.value].name != names->first) continue;
      const std::string& to = estate_.networks[estate_.borders[b].to.value].name;
      if (to == names->second) return Action{ActionKind::close_border, b, other};
      from_here.push_back(to);
    }
    complain(word, fmt::format("no border leads from {} to {}; from it they lead to: {}", names->first, names->second,
                               listed(std::move(from_here))));
    return std::nullopt;
  }

  std::optional<Action> account_named(const std::string& what, const std::string& word) {
    const auto at = std::ranges::find(estate_.accounts, what, &estate::Account::name);
    if (at != estate_.accounts.end()) {
      return Action{ActionKind::disable_account, static_cast<std::uint32_t>(at - estate_.accounts.begin())};
    }
    std::vector<std::string> all;
    for (const estate::Account& account : estate_.accounts) all.push_back(account.name);
    complain(word, fmt::format("{} (there are: {})", unknown_name("account", estate_.accounts, what),
                               listed(std::move(all))));
    return std::nullopt;
  }

  std::optional<Action> session_named(const std::string& what, const std::string& word) {
    std::vector<std::string> all;
    for (std::uint32_t s = 0; s < estate_.sessions.size(); ++s) {
      all.push_back(contain::session_name(estate_, estate_.sessions[s]));
      if (all.back() == what) return Action{ActionKind::end_sessions, s};
    }
    complain(word, fmt::format("no such session is under a verdict; name it with --session too. There are: {}",
                               listed(std::move(all))));
    return std::nullopt;
  }

  Estate& estate_;
  PlanAsked& out_;
  std::map<Action, std::pair<std::string, bool>> ruled_;  // by which word, and whether it is forced
};

}  // namespace

const char* const overrule_help =
    "a line that must be done (force:) or must not (forbid:), then what: block:HOST, shield:HOST, isolate:HOST, "
    "flow:CLIENT>SERVER@PORT (any for a flow on any port, /udp behind one over UDP), passage:FROM>TO between hosts or "
    "passage_other:…, "
    "close_border:NETWORK>NETWORK or close_border_other:…, account:NAME, session:USER@HOST, firebreak. With > in "
    "quotes, as in "
    "--overrule 'forbid:flow:pc-12>lis-1@1433'; more by commas";

PlanAsked read_plan_words(const PlanWords& words, Estate& estate) {
  PlanAsked out;
  Reader reader(estate, out);
  for (const std::string& word : words.infected) {
    if (const auto host = reader.host(word, word)) out.infected.push_back(*host);
  }
  for (const std::string& word : words.suspects) reader.suspect(word);
  for (const std::string& word : words.sessions) reader.session(word);
  for (const std::string& word : words.overruled) reader.overruling(word);
  return out;
}

}  // namespace cordon::app
