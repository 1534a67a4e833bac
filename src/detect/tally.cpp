// SPDX-License-Identifier: Apache-2.0
#include "detect/tally.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <tuple>

#include "event/json.h"
#include "event/login.h"

namespace cordon::detect {

using event::Level;
using event::Subject;

namespace {

constexpr const char* rule_name = "detect.cusum/1";
constexpr std::size_t hosts_for_shared_suspicion = 2;

// A log-likelihood from outside (a damaged entry) that is not a number adds nothing.
double sane(double llr) {
  return std::isfinite(llr) ? std::clamp(llr, -1e6, 1e6) : 0;
}

bool empty(const Sum& s) {
  return s.all.score <= 0 && s.confirmed.score <= 0;
}

void forget_at_zero(Sum& s) {
  const Level level = s.level == Level::infected ? Level::infected : Level::quiet;
  s = Sum{};
  s.level = level;
}

template <class Key>
auto rank(const std::pair<const Key, Sum>& entry) {
  const Sum& s = entry.second;
  return std::make_tuple(s.confirmed.score, s.all.score, s.last);
}

template <class Key>
Sum& entry_of(std::map<Key, Sum>& table, const Key& key, std::size_t entries_max) {
  const auto at = table.find(key);
  if (at != table.end()) return at->second;
  if (table.size() >= std::max<std::size_t>(1, entries_max)) {
    table.erase(std::min_element(table.begin(), table.end(),
                                 [](const auto& a, const auto& b) { return rank<Key>(a) < rank<Key>(b); }));
  }
  return table[key];
}

template <class Key>
void apply_to(std::map<Key, Sum>& table, const Key& key, std::size_t entries_max, Sequence entry,
              const event::Observation& o, bool note_host) {
  const double llr = sane(o.llr);
  if (llr <= 0 && !table.contains(key)) return;
  Sum& s = entry_of(table, key, entries_max);
  const bool from_zero = empty(s);
  s.all.add(llr);
  if (o.confirmed) s.confirmed.add(llr);
  if (empty(s)) {
    forget_at_zero(s);
    if (s.level == Level::quiet) table.erase(key);
    return;
  }
  if (o.altered && (o.new_file || from_zero)) ++s.files_touched;
  if (llr <= 0) return;
  if (from_zero) s.first = o.at;
  s.last = std::max(s.last, o.at);
  s.evidence.push_back(entry);
  if (s.evidence.size() > evidence_max) s.evidence.pop_front();
  if (!note_host) return;
  const auto place = std::lower_bound(s.hosts.begin(), s.hosts.end(), o.host);
  if (place != s.hosts.end() && *place == o.host) return;
  if (s.hosts.size() < contributors_max) s.hosts.insert(place, o.host);
}

template <class Key>
void apply_work(std::map<Key, Sum>& table, const Key& key, const event::WorkSummed& work) {
  const auto at = table.find(key);
  if (at == table.end()) return;
  Sum& s = at->second;
  if (empty(s)) return;
  s.all.add(std::min(0.0, sane(work.llr)));
  s.confirmed.add(std::min(0.0, sane(work.llr_confirmed)));
  if (!empty(s)) {
    const auto room = std::numeric_limits<std::uint32_t>::max() - s.files_touched;
    s.files_touched += static_cast<std::uint32_t>(std::min<std::uint64_t>(work.files, room));
    return;
  }
  forget_at_zero(s);
  if (s.level == Level::quiet) table.erase(at);
}

template <class Key>
const Sum* find(const std::map<Key, Sum>& table, const Key& key) {
  const auto at = table.find(key);
  return at == table.end() ? nullptr : &at->second;
}

event::Verdict verdict_of(const event::Observation& last, Subject subject, std::string name, Level level, double score,
                          double threshold, const Sum& s) {
  event::Verdict v;
  v.at = last.at;
  v.subject = subject;
  v.name = std::move(name);
  v.host = last.host;
  v.level = level;
  v.score = score;
  v.threshold = threshold;
  v.files_touched = s.files_touched;
  v.why.assign(s.evidence.begin(), s.evidence.end());
  v.rule = rule_name;
  return v;
}

nlohmann::json dump(const Sum& s) {
  nlohmann::json hosts = nlohmann::json::array();
  for (const auto& h : s.hosts)
    hosts.push_back({h.sensor, h.vlan, h.mac.text(), h.ip.text(), h.since.time_since_epoch().count()});
  nlohmann::json evidence = nlohmann::json::array();
  for (const auto e : s.evidence) evidence.push_back(e.value);
  return {{"confirmed", s.confirmed.score},
          {"all", s.all.score},
          {"files_touched", s.files_touched},
          {"first", s.first.time_since_epoch().count()},
          {"last", s.last.time_since_epoch().count()},
          {"evidence", std::move(evidence)},
          {"hosts", std::move(hosts)},
          {"level", std::string(event::word(s.level))}};
}

}  // namespace

Tally::Tally(TallyOptions options) : options_(options) {}

void Tally::apply(Sequence entry, const event::Observation& o) {
  apply_to(hosts_, o.host, options_.hosts_max, entry, o, false);
  if (!o.user.empty()) apply_to(users_, o.user, options_.users_max, entry, o, true);
  if (!o.share.empty()) apply_to(shares_, o.share, options_.shares_max, entry, o, true);
  apply_to(sessions_, {o.host, event::login_of(o.user)}, options_.sessions_max, entry, o, false);
}

void Tally::apply(const event::WorkSummed& work) {
  apply_work(hosts_, work.host, work);
  apply_work(users_, work.user, work);
  apply_work(shares_, work.share, work);
  apply_work(sessions_, {work.host, event::login_of(work.user)}, work);
}

void Tally::apply(const event::Verdict& v) {
  const auto raise = [&](auto& table, const auto& key) {
    const auto at = table.find(key);
    if (at != table.end()) at->second.level = std::max(at->second.level, v.level);
  };
  switch (v.subject) {
    case Subject::host:
      return raise(hosts_, v.host);
    case Subject::user:
      return raise(users_, v.name);
    case Subject::share:
      return raise(shares_, v.name);
    case Subject::session:
      return raise(sessions_, std::pair(v.host, v.name));
  }
}

std::optional<event::Verdict> Tally::judge(const event::Observation& last) const {
  if (const Sum* s = host(last.host)) {
    if (s->level < Level::infected && s->confirmed.score >= threshold_infected()) {
      return verdict_of(last, Subject::host, last.host.ip.text(), Level::infected, s->confirmed.score,
                        threshold_infected(), *s);
    }
    if (s->level < Level::suspect && s->all.score >= threshold_suspect()) {
      return verdict_of(last, Subject::host, last.host.ip.text(), Level::suspect, s->all.score, threshold_suspect(),
                        *s);
    }
  }
  const auto shared = [&](const Sum* s, Subject subject, const std::string& name) -> std::optional<event::Verdict> {
    if (s == nullptr || s->level >= Level::suspect || s->hosts.size() < hosts_for_shared_suspicion ||
        s->all.score < threshold_infected()) {
      return std::nullopt;
    }
    return verdict_of(last, subject, name, Level::suspect, s->all.score, threshold_infected(), *s);
  };
  if (auto v = shared(user(last.user), Subject::user, last.user)) return v;
  return shared(share(last.share), Subject::share, last.share);
}

std::optional<event::Verdict> Tally::judge_session(const event::Observation& last) const {
  const std::string login = event::login_of(last.user);
  const Sum* s = login.empty() ? nullptr : session(last.host, login);
  if (s == nullptr || s->level >= Level::infected || s->confirmed.score < threshold_infected()) return std::nullopt;
  return verdict_of(last, Subject::session, login, Level::infected, s->confirmed.score, threshold_infected(), *s);
}

void Tally::acquit(const event::HostKey& key) {
  hosts_.erase(key);
  std::erase_if(sessions_, [&](const auto& entry) { return entry.first.first == key; });
}

void Tally::acquit(const event::HostKey& key, const std::string& login) {
  sessions_.erase({key, login});
}

void Tally::shift(Micros by) {
  const auto shift_all = [&](auto& table) {
    for (auto& [key, sum] : table) {
      sum.first += by;
      sum.last += by;
    }
  };
  shift_all(hosts_);
  shift_all(users_);
  shift_all(shares_);
  shift_all(sessions_);
}

const Sum* Tally::host(const event::HostKey& key) const {
  return find(hosts_, key);
}
const Sum* Tally::user(const std::string& name) const {
  return find(users_, name);
}
const Sum* Tally::share(const std::string& name) const {
  return find(shares_, name);
}
const Sum* Tally::session(const event::HostKey& key, const std::string& login) const {
  return find(sessions_, std::pair(key, login));
}

WallTime Tally::last_of(const IpAddress& client, const std::string& login) const {
  WallTime out = WallTime::min();
  for (const auto& [session, sum] : sessions_) {
    if (session.first.ip == client && session.second == login) out = std::max(out, sum.last);
  }
  return out;
}

std::set<std::string> Tally::infected_sessions(const event::HostKey& host) const {
  std::set<std::string> out;
  for (auto at = sessions_.lower_bound({host, ""}); at != sessions_.end() && at->first.first == host; ++at) {
    if (at->second.level >= Level::infected) out.insert(at->first.second);
  }
  return out;
}

double Tally::confirmed_beside(const event::HostKey& host, const std::set<std::string>& logins) const {
  double sum = 0;
  for (auto at = sessions_.lower_bound({host, ""}); at != sessions_.end() && at->first.first == host; ++at) {
    if (!logins.contains(at->first.second)) sum += at->second.confirmed.score;
  }
  return sum;
}

void to_json(nlohmann::json& out, const Tally& tally) {
  out = nlohmann::json::object();
  const auto text_of = [](const event::HostKey& key) -> nlohmann::json {
    return {key.sensor, key.vlan, key.mac.text(), key.ip.text(), key.since.time_since_epoch().count()};
  };
  auto& hosts = out["hosts"] = nlohmann::json::array();
  for (const auto& [key, s] : tally.hosts_) {
    auto entry = dump(s);
    entry["host"] = text_of(key);
    hosts.push_back(std::move(entry));
  }
  auto& sessions = out["sessions"] = nlohmann::json::array();
  for (const auto& [key, s] : tally.sessions_) {
    auto entry = dump(s);
    entry["host"] = text_of(key.first);
    entry["name"] = key.second;
    sessions.push_back(std::move(entry));
  }
  for (const auto& [name, table] : {std::pair{"users", &tally.users_}, std::pair{"shares", &tally.shares_}}) {
    auto& list = out[name] = nlohmann::json::array();
    for (const auto& [key, s] : *table) {
      auto entry = dump(s);
      entry["name"] = key;
      list.push_back(std::move(entry));
    }
  }
}

void add_work(event::WorkSummed& sum, const event::Observation& o) {
  const bool fresh = sum.files == 0 && sum.llr == 0 && sum.from == WallTime{};
  if (fresh) {
    sum.from = sum.to = o.at;
    sum.host = o.host;
    sum.user = o.user;
    sum.share = o.share;
  }
  sum.from = std::min(sum.from, o.at);
  sum.to = std::max(sum.to, o.at);
  const double llr = std::min(0.0, sane(o.llr));
  sum.llr += llr;
  if (o.confirmed) sum.llr_confirmed += llr;
  if (o.altered && o.new_file) ++sum.files;
}

}  // namespace cordon::detect
