// SPDX-License-Identifier: Apache-2.0
// Tally: the sequential test, one sum per host, user and share, and per session: a user on a host. It is a pure fold of
// events: the engine keeps it as part of its state and rebuilds it from the logbook. It knows no file contents and
// gives no orders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/id.h"
#include "detect/cusum.h"
#include "event/detection.h"

namespace cordon::detect {

/// TallyOptions: the wished distance between false alarms and the bounds.
struct TallyOptions {
  double files_between_false_infected = 1e9;  // h = ln(1e9) = 20.7
  /// A suspicion costs a look, not a cut: once in a million files by the bound (13.8, two thirds of h), which two clear
  /// destructions reach.
  double files_between_false_suspects = 1e6;
  std::size_t hosts_max = 8192;
  std::size_t users_max = 8192;
  std::size_t shares_max = 8192;
  std::size_t sessions_max = 8192;
  friend bool operator==(const TallyOptions&, const TallyOptions&) = default;
};

/// evidence_max bounds the evidence entries remembered for a subject: the latest ones are kept.
constexpr std::size_t evidence_max = 64;
/// contributors_max bounds the hosts remembered for a user or share; two are enough to say "several".
constexpr std::size_t contributors_max = 8;

/// Sum is the running evidence about one subject. Both sums at zero: everything but `level` is forgotten.
struct Sum {
  Cusum confirmed;                           // of confirmed observations only
  Cusum all;                                 // of every observation
  std::uint32_t files_touched = 0;           // files altered or removed since both sums last stood at zero
  WallTime first;                            // first evidence since then
  WallTime last;                             // latest evidence
  std::deque<Sequence> evidence;             // logbook entries with llr > 0, oldest first
  std::vector<event::HostKey> hosts;         // who contributed llr > 0, sorted; users and shares only
  event::Level level = event::Level::quiet;  // the highest verdict given; suspect falls back to quiet at zero
  friend bool operator==(const Sum&, const Sum&) = default;
};

class Tally {
 public:
  explicit Tally(TallyOptions options = {});

  /// apply folds one event. A subject whose sums stand at zero and that never became `infected` has no entry at all, so
  /// quiet subjects cost nothing and cannot displace anybody. At a bound the least charged entry gives way: lowest
  /// confirmed sum, then lowest sum, then longest silent.
  void apply(Sequence entry, const event::Observation& observation);
  void apply(const event::WorkSummed& work);
  void apply(const event::Verdict& verdict);

  /// judge gives a verdict when `last`, the observation just applied, lifted its host, user or share to a level for
  /// which no verdict was given yet; host first. Record it, apply it and ask again, until nullopt:
  ///     tally.apply(entry, o); while (auto v = tally.judge(o)) { record(*v); tally.apply(*v); }
  /// Host: infected when `confirmed` reaches h; suspect when `all` reaches the lower threshold, and one-sided evidence
  /// never leads further. User, share: suspect when `all` reaches h and at least two hosts contributed.
  std::optional<event::Verdict> judge(const event::Observation& last) const;

  /// judge_session gives a verdict `infected` on the user of `last` on its host, when his own confirmed evidence there
  /// reaches h: to be asked where a host stands for several people. What others do there neither adds to it nor takes
  /// from it. A file counts in one session only, so a host with many of them is no likelier to be judged wrongly, by
  /// files. Nobody is named by an observation without a user.
  std::optional<event::Verdict> judge_session(const event::Observation& last) const;

  /// acquit forgets what is held against a host and the sessions on it, or against one session, for when a person took
  /// a cut back: what they do from now on counts from zero and may lead to a new verdict.
  void acquit(const event::HostKey& host);
  void acquit(const event::HostKey& host, const std::string& login);

  /// shift: the clock by which all times were counted is another now.
  void shift(Micros by);

  const Sum* host(const event::HostKey& key) const;
  const Sum* user(const std::string& name) const;
  const Sum* share(const std::string& name) const;
  /// session: `login` as event::login_of names a user; empty for those that no session named.
  const Sum* session(const event::HostKey& host, const std::string& login) const;
  /// last_of gives when a user did last, at this address on whatever host, what counts; the earliest time when nothing
  /// is held against him. Linear in the sessions, which are few beside the hosts.
  WallTime last_of(const IpAddress& client, const std::string& login) const;
  /// infected_sessions gives the logins that have a verdict `infected` on this host.
  std::set<std::string> infected_sessions(const event::HostKey& host) const;
  /// confirmed_beside is what users other than these have done on a host: the sum of their sessions' confirmed scores,
  /// which is never below what one sum over all of them would be.
  double confirmed_beside(const event::HostKey& host, const std::set<std::string>& logins) const;
  std::size_t hosts() const { return hosts_.size(); }
  std::size_t users() const { return users_.size(); }
  std::size_t shares() const { return shares_.size(); }
  double threshold_infected() const { return threshold_for(options_.files_between_false_infected); }
  double threshold_suspect() const { return threshold_for(options_.files_between_false_suspects); }

  friend bool operator==(const Tally&, const Tally&) = default;
  friend void to_json(nlohmann::json& out, const Tally& tally);

 private:
  TallyOptions options_;
  std::map<event::HostKey, Sum> hosts_;
  std::map<std::string, Sum> users_;
  std::map<std::string, Sum> shares_;
  std::map<std::pair<event::HostKey, std::string>, Sum> sessions_;
};

/// add_work adds a harmless observation (llr ≤ 0) to a sum of its host, user and share, so that applying the sum gives
/// exactly what applying its parts would have given. The first one fills in whose sum it is.
void add_work(event::WorkSummed& sum, const event::Observation& observation);

}  // namespace cordon::detect
