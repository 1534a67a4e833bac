// SPDX-License-Identifier: Apache-2.0
#include "people/desk.h"

#include <algorithm>

namespace cordon::people {

using event::PersonStep;
using event::SessionStep;

namespace {

Said said(std::string word) {
  Said out;
  out.word = std::move(word);
  return out;
}

// Guesses at a code are counted apart from guesses at a passphrase.
std::string entering(const std::string& name) {
  return "enter " + name;
}

// What was typed may be a passphrase in the wrong field: only what has the form of a name is recorded.
std::string recorded_name(std::string name) {
  if (name.starts_with(entering(""))) name.erase(0, entering("").size());
  return name_ok(name) ? name : std::string();
}

}  // namespace

HashDone run(const HashJob& job, const HashCost& cost) {
  HashDone out;
  out.right = job.check.empty() || is_secret_of(job.check, job.against);
  if (!out.right || job.make_hash_of.empty()) return out;
  auto hash = hash_of(job.make_hash_of, cost);
  out.failed = !hash;
  if (hash) out.hash = std::move(*hash);
  return out;
}

Roster roster_of(const Accounts& accounts) {
  Roster out;
  for (const auto& [name, a] : accounts) {
    out.apply(event::PersonChanged{a.changed, name, a.active() ? PersonStep::entered : PersonStep::disabled,
                                   a.roles.list(), ""});
  }
  return out;
}

Desk::Desk(Options options, Store store) : options_(std::move(options)), store_(std::move(store)) {}

Result<Desk> Desk::open(Options options, const Roster& roster) {
  Store store = CORDON_TRY(Store::open(options.folder));
  Desk out(std::move(options), std::move(store));
  out.accounts_ = CORDON_TRY(out.store_.accounts());
  out.nobody_hash_ = CORDON_TRY(hash_of(make_token(out.options_.random), out.options_.cost));
  out.note_differences(out.accounts_, roster, "reconciled");
  if (out.accounts_.empty()) {
    out.set_up_code_ = CORDON_TRY(out.store_.set_up_code());
    if (code_of(out.set_up_code_).empty()) {
      out.set_up_code_ = make_code(out.options_.random);
      CORDON_TRY_VOID(out.store_.save_set_up_code(out.set_up_code_));
    }
  } else {
    out.store_.forget_set_up_code();
  }
  // Sessions are a comfort: a damaged file costs signing in again, no more.
  auto sessions = out.store_.sessions();
  const WallTime now = out.options_.now();
  if (sessions) {
    for (auto& [digest, session] : *sessions) {
      const Person* person = roster.find(session.name);
      const bool told = person != nullptr && person->sessions.contains(session.number);
      if (told && out.live(session, now) && out.sessions_.size() < sessions_max) out.sessions_[digest] = session;
    }
  }
  for (const auto& [name, person] : roster.persons()) {
    for (const std::string& number : person.sessions) {
      const bool kept = std::ranges::any_of(out.sessions_, [&](const auto& s) { return s.second.number == number; });
      if (!kept) out.tell(event::SessionChanged{now, name, number, SessionStep::ended, "", 1, "over at the start"});
    }
  }
  out.reloaded_ = out.minute_ = out.sessions_saved_ = now;
  return out;
}

bool Desk::wants_second() const {
  return accounts_.size() == 1 && accounts_.begin()->second.active();
}

bool Desk::live(const Session& session, WallTime now) const {
  const auto found = accounts_.find(session.name);
  if (found == accounts_.end() || !found->second.active() || found->second.generation != session.generation)
    return false;
  const Micros lasts = only_sees(found->second.roles) ? watcher_lasts : session_lasts;
  return now - session.began < lasts;
}

Visitor Desk::visitor(const std::string& token) const {
  Visitor out;
  if (token.size() != 2 * token_bytes) return out;
  const auto found = sessions_.find(token_digest(token));
  const WallTime now = options_.now();
  if (found == sessions_.end() || !live(found->second, now)) return out;
  const Session& session = found->second;
  out.signed_in = true;
  out.acts = now - session.used < act_idle_max;
  out.name = session.name;
  out.roles = accounts_.at(session.name).roles;
  out.session = session.number;
  out.digest = found->first;
  out.page_token = page_token_of(token);
  return out;
}

void Desk::use(const Visitor& visitor) {
  const auto found = sessions_.find(visitor.digest);
  if (found == sessions_.end()) return;
  found->second.used = options_.now();
  if (found->second.used - sessions_saved_ >= used_kept_every) save_sessions();
}

bool Desk::known_at(const std::string& name, const std::string& address) const {
  const auto found = accounts_.find(name);
  return found != accounts_.end() &&
         std::ranges::find(found->second.addresses, network_of(address)) != found->second.addresses.end();
}

Desk::Begun Desk::begin_sign_in(const std::string& typed, const std::string& passphrase, const std::string& address) {
  reload();
  const std::string name = name_of(typed);
  if (!name_ok(name) || passphrase.empty() || passphrase.size() > passphrase_bytes_max) {
    return refuse({"", address, false, options_.now()}, "no name or passphrase");
  }
  const Throttle::Attempt attempt{name, address, known_at(name, address), options_.now()};
  if (const Micros wait = throttle_.wait(attempt); wait > Micros(0)) {
    Said out = said("wait");
    out.wait_seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    return out;
  }
  // Counted before it is judged, so that many at once are not all free; a right one takes it back.
  throttle_.failed(attempt);
  const auto found = accounts_.find(name);
  HashJob job;
  job.name = name;
  job.address = address;
  job.known = attempt.known;
  job.check = passphrase;
  const bool there = found != accounts_.end() && found->second.active();
  job.against = there ? found->second.hash : nobody_hash_;
  job.generation = there ? found->second.generation : 0;
  return job;
}

Desk::Begun Desk::begin_enter(const std::string& code, const std::string& typed, const std::string& passphrase,
                              const std::string& address) {
  reload();
  const std::string name = name_of(typed);
  if (!name_ok(name)) return said("name_bad");
  if (const auto fault = judge_passphrase(passphrase, name); fault != PassphraseFault::none) {
    return said(std::string(word(fault)));
  }
  const Throttle::Attempt attempt{entering(name), address, false, options_.now()};
  if (const Micros wait = throttle_.wait(attempt); wait > Micros(0)) {
    Said out = said("wait");
    out.wait_seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    return out;
  }
  throttle_.failed(attempt);
  HashJob job;
  job.kind = HashJob::Kind::enter;
  job.name = name;
  job.address = address;
  job.make_hash_of = passphrase;
  const std::string folded = code_of(code);
  if (set_up_open()) {
    if (!same(folded, set_up_code_)) return refuse(attempt, "wrong set-up code");
    return job;
  }
  const auto found = accounts_.find(name);
  const bool waits = found != accounts_.end() && !found->second.disabled && !found->second.code_hash.empty() &&
                     options_.now() < found->second.code_until;
  job.check = folded.empty() ? "no code" : folded;
  job.against = waits ? found->second.code_hash : nobody_hash_;
  job.generation = waits ? found->second.generation : 0;
  return job;
}

Desk::Begun Desk::begin_change(const Visitor& visitor, const std::string& old, const std::string& passphrase,
                               const std::string& address) {
  reload();
  const auto found = accounts_.find(visitor.name);
  if (!visitor.signed_in || found == accounts_.end() || !found->second.active()) return said("sign_in");
  if (const auto fault = judge_passphrase(passphrase, visitor.name); fault != PassphraseFault::none) {
    return said(std::string(word(fault)));
  }
  if (old.empty() || old.size() > passphrase_bytes_max) return said("wrong");
  // Who sits at an open session may not guess at the passphrase for nothing.
  const Throttle::Attempt attempt{visitor.name, address, true, options_.now()};
  if (const Micros wait = throttle_.wait(attempt); wait > Micros(0)) {
    Said out = said("wait");
    out.wait_seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
    return out;
  }
  throttle_.failed(attempt);
  HashJob job;
  job.kind = HashJob::Kind::change;
  job.check = old;
  job.against = found->second.hash;
  job.make_hash_of = passphrase;
  job.name = visitor.name;
  job.address = address;
  job.known = true;
  job.generation = found->second.generation;
  job.digest = visitor.digest;
  return job;
}

Desk::Begun Desk::begin_invite(const Visitor& visitor, const std::string& typed) {
  reload();
  if (!visitor.signed_in) return said("sign_in");
  if (!visitor.acts) return said("idle");
  if (!may(visitor.roles, Action::invite)) return said("not_allowed");
  if (!wants_second()) return said("console");
  const std::string name = name_of(typed);
  if (!name_ok(name)) return said("name_bad");
  if (accounts_.contains(name)) return said("name_taken");
  HashJob job;
  job.kind = HashJob::Kind::invite;
  job.make_hash_of = make_code(options_.random);
  job.name = name;
  job.known = true;
  job.roles = Roles({Role::cyber, Role::director});
  job.digest = visitor.digest;
  return job;
}

Said Desk::finish(const HashJob& job, const HashDone& done) {
  reload();
  if (done.failed) return said("busy");
  switch (job.kind) {
    case HashJob::Kind::sign_in:
      return finish_sign_in(job, done);
    case HashJob::Kind::enter:
      return finish_enter(job, done);
    case HashJob::Kind::change:
      return finish_change(job, done);
    case HashJob::Kind::invite:
      return finish_invite(job, done);
  }
  return said("wrong");
}

Said Desk::finish_sign_in(const HashJob& job, const HashDone& done) {
  const Throttle::Attempt attempt{job.name, job.address, job.known, options_.now()};
  const auto found = accounts_.find(job.name);
  const bool there = found != accounts_.end() && found->second.active() && found->second.generation == job.generation;
  if (!done.right || !there) return refuse(attempt, "wrong passphrase, or no such account");
  throttle_.succeeded(attempt);
  return come_in(job.name, job.address);
}

Said Desk::finish_enter(const HashJob& job, const HashDone& done) {
  const Throttle::Attempt attempt{entering(job.name), job.address, false, options_.now()};
  if (!done.right || done.hash.empty()) return refuse(attempt, "wrong code, or nobody invited");
  const bool first = job.check.empty();  // the code of the set-up was right when this began
  Account account;
  const auto found = accounts_.find(job.name);
  if (first) {
    if (!set_up_open()) return refuse(attempt, "the set-up is over");  // another was quicker
    account.name = job.name;
    account.roles = Roles({Role::cyber, Role::director});
  } else {
    if (found == accounts_.end() || found->second.disabled || found->second.generation != job.generation ||
        found->second.code_hash.empty() || options_.now() >= found->second.code_until) {
      return refuse(attempt, "wrong code, or nobody invited");
    }
    account = found->second;
  }
  account.hash = done.hash;
  account.code_hash.clear();
  account.changed = options_.now();
  ++account.generation;
  if (!change(account)) return said("busy");
  tell(PersonStep::entered, account, first ? "set-up" : account.name);
  if (first) {
    set_up_code_.clear();
    store_.forget_set_up_code();
  }
  throttle_.succeeded(attempt);
  return come_in(job.name, job.address);
}

Said Desk::finish_change(const HashJob& job, const HashDone& done) {
  const Throttle::Attempt attempt{job.name, job.address, true, options_.now()};
  const auto found = accounts_.find(job.name);
  const bool there = found != accounts_.end() && found->second.active() && found->second.generation == job.generation;
  if (!done.right || done.hash.empty() || !there) return refuse(attempt, "wrong passphrase when changing it");
  throttle_.succeeded(attempt);
  Account account = found->second;
  account.hash = done.hash;
  account.changed = options_.now();
  ++account.generation;
  if (!change(account)) return said("busy");
  tell(PersonStep::passphrase_changed, account, account.name);
  end_stale("the passphrase was changed");
  return come_in(job.name, job.address);
}

Said Desk::finish_invite(const HashJob& job, const HashDone& done) {
  if (done.hash.empty() || !wants_second() || accounts_.contains(job.name)) return said("busy");
  const auto asking = sessions_.find(job.digest);
  if (asking == sessions_.end() || !live(asking->second, options_.now())) return said("sign_in");
  Account account;
  account.name = job.name;
  account.roles = job.roles;
  account.code_hash = done.hash;
  account.changed = options_.now();
  account.code_until = account.changed + invitation_lasts;
  if (!change(account)) return said("busy");
  tell(PersonStep::invited, account, asking->second.name);
  Said out;
  out.ok = true;
  out.name = job.name;
  out.code = show_code(job.make_hash_of);
  return out;
}

Said Desk::refuse(const Throttle::Attempt& attempt, const char* why) {
  if (refusals_told_ < refusals_told_max) {
    ++refusals_told_;
    tell(event::SessionChanged{attempt.at, recorded_name(attempt.name), "", SessionStep::refused, attempt.address, 1,
                               why});
  } else {
    ++refusals_summed_;
  }
  return said("wrong");
}

Said Desk::come_in(const std::string& name, const std::string& address) {
  const WallTime now = options_.now();
  // One person's screens and all together are bounded; the one unused for longest ends.
  const auto oldest_of = [&](bool own) {
    auto oldest = sessions_.end();
    for (auto it = sessions_.begin(); it != sessions_.end(); ++it) {
      if (own && it->second.name != name) continue;
      if (oldest == sessions_.end() || it->second.used < oldest->second.used) oldest = it;
    }
    return oldest;
  };
  const auto own = std::ranges::count_if(sessions_, [&](const auto& s) { return s.second.name == name; });
  if (static_cast<std::size_t>(own) >= sessions_per_person_max) {
    end(oldest_of(true)->first, SessionStep::ended, "too many sessions of one person");
  }
  if (sessions_.size() >= sessions_max) end(oldest_of(false)->first, SessionStep::ended, "too many sessions");
  note_address(name, address);
  Said out;
  out.ok = true;
  out.name = name;
  out.token = make_token(options_.random);
  Session session{
      token_digest(out.token), make_number(options_.random), name, accounts_.at(name).generation, now, now, address};
  tell(event::SessionChanged{now, name, session.number, SessionStep::signed_in, address, 1, ""});
  sessions_[session.digest] = std::move(session);
  save_sessions();  // if it fails, a restart asks for the passphrase again
  return out;
}

void Desk::note_address(const std::string& name, const std::string& address) {
  if (known_at(name, address)) return;
  Account account = accounts_.at(name);
  account.addresses.push_back(network_of(address));
  if (account.addresses.size() > addresses_max) account.addresses.erase(account.addresses.begin());
  if (!change(account)) return;  // a comfort only
}

void Desk::end(const std::string& digest, SessionStep step, const char* why) {
  const auto found = sessions_.find(digest);
  if (found == sessions_.end()) return;
  tell(event::SessionChanged{options_.now(), found->second.name, found->second.number, step, found->second.address, 1,
                             why});
  sessions_.erase(found);
}

void Desk::end_stale(const char* why) {
  const WallTime now = options_.now();
  std::vector<std::string> over;
  for (const auto& [digest, session] : sessions_) {
    if (!live(session, now)) over.push_back(digest);
  }
  for (const std::string& digest : over) end(digest, SessionStep::ended, why);
  if (!over.empty()) save_sessions();
}

void Desk::sign_out(const Visitor& visitor) {
  if (!visitor.signed_in) return;
  end(visitor.digest, SessionStep::signed_out, "");
  save_sessions();
}

Result<void> Desk::change(const Account& account) {
  const Store::Lock lock = CORDON_TRY(store_.lock());
  Accounts accounts = CORDON_TRY(store_.accounts());
  if (!accounts.contains(account.name) && accounts.size() >= accounts_max) return fail(ErrorCode::limit, "accounts");
  // What the console changed since must not be undone by a write that did not know of it.
  const auto theirs = accounts.find(account.name);
  const auto ours = accounts_.find(account.name);
  const bool as_known = theirs == accounts.end()
                            ? ours == accounts_.end()
                            : ours != accounts_.end() && theirs->second.generation == ours->second.generation;
  if (!as_known) return fail(ErrorCode::denied, "account changed meanwhile");
  accounts[account.name] = account;
  CORDON_TRY_VOID(store_.save(accounts, lock));
  accounts_[account.name] = account;
  return {};
}

void Desk::reload() {
  if (!store_.changed()) return;
  auto accounts = store_.accounts();
  if (!accounts) return;  // being replaced, or damaged: what was known stays
  const Roster before = roster_of(accounts_);
  note_differences(*accounts, before, "console");
  for (const auto& [name, account] : *accounts) {
    const auto old = accounts_.find(name);
    const Person* person = before.find(name);
    if (old == accounts_.end() || old->second.generation == account.generation || person == nullptr) continue;
    if (person->active == account.active() && person->roles == account.roles) {
      tell(account.active() ? PersonStep::passphrase_changed : PersonStep::reset, account, "console");
    }
  }
  accounts_ = std::move(*accounts);
  end_stale("the account was changed on the console");
  if (!accounts_.empty() && !set_up_code_.empty()) {
    set_up_code_.clear();
    store_.forget_set_up_code();
  }
}

void Desk::note_differences(const Accounts& now, const Roster& roster, const char* by) {
  for (const auto& [name, account] : now) {
    const Person* person = roster.find(name);
    if (person == nullptr) {
      tell(account.active()   ? PersonStep::entered
           : account.disabled ? PersonStep::disabled
                              : PersonStep::invited,
           account, by);
    } else if (person->active != account.active()) {
      tell(account.active()   ? PersonStep::enabled
           : account.disabled ? PersonStep::disabled
                              : PersonStep::reset,
           account, by);
    } else if (person->roles != account.roles) {
      tell(PersonStep::roles_changed, account, by);
    }
  }
  for (const auto& [name, person] : roster.persons()) {
    if (now.contains(name) || (!person.active && person.roles.empty())) continue;
    Account gone;
    gone.name = name;
    tell(PersonStep::disabled, gone, by);
  }
}

void Desk::tend() {
  const WallTime now = options_.now();
  if (now - reloaded_ >= reload_period || now < reloaded_) {
    reloaded_ = now;
    reload();
  }
  end_stale("its time is up");
  if (now - minute_ >= std::chrono::minutes(1) || now < minute_) {
    if (refusals_summed_ > 0) {
      tell(event::SessionChanged{now, "", "", SessionStep::refused, "", refusals_summed_, "within a minute"});
    }
    minute_ = now;
    refusals_told_ = 0;
    refusals_summed_ = 0;
  }
}

void Desk::tell(PersonStep step, const Account& account, const std::string& by) {
  tell(event::PersonChanged{options_.now(), account.name, step, account.roles.list(), by});
}

void Desk::tell(event::Input input) {
  if (events_.size() >= events_waiting_max) {
    ++events_lost_;
    return;
  }
  events_.push_back(std::move(input));
}

std::vector<event::Input> Desk::take_events() {
  return std::exchange(events_, {});
}

bool Desk::save_sessions() {
  sessions_saved_ = options_.now();
  if (options_.keep) {
    options_.keep(sessions_);
    return true;
  }
  return store_.save(sessions_).has_value();
}

}  // namespace cordon::people
