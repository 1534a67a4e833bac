// SPDX-License-Identifier: Apache-2.0
#include "engine/question.h"

#include "contain/care_plan.h"
#include "contain/identity.h"
#include "contain/keys.h"
#include "contain/lines.h"

namespace cordon::engine {

namespace {

/// strangers_of gives those who have a part in the plan whether or not somebody declared them.
std::vector<event::HostKey> strangers_of(const Question& question) {
  const Grounds& grounds = question.grounds;
  std::vector<event::HostKey> out = grounds.infected;
  for (const contain::Suspicion& suspicion : grounds.suspects) out.push_back(suspicion.host);
  out.insert(out.end(), grounds.named.begin(), grounds.named.end());
  for (event::HostKey& key : out) {
    if (contain::is_router(*question.estate, key.mac, question.seen)) key.mac = Mac{};  // all behind it would be cut
  }
  return out;
}

/// actions_of gives what a cut in force is in the model. block_spread is both directions of a host, where something
/// reaches the host; where the estate says that nothing does, a rule that nobody runs into is no cut to rely on until
/// it is proven.
std::vector<contain::Action> actions_of(const contain::Graph& graph, const contain::Keys& keys,
                                        const Grounds::Cut& cut) {
  std::vector<contain::Action> out;
  if (cut.key.empty()) {
    const auto host = contain::host_of(graph.estate(), cut.host);
    if (!host) return out;
    for (const auto kind : {contain::ActionKind::block_out, contain::ActionKind::shield}) {
      const contain::Action block{kind, host->value};
      if (graph.offered(block) || (cut.proven && !graph.isolates_only(host->value))) out.push_back(block);
    }
  } else if (const auto action = keys.find(cut.key)) {
    out.push_back(*action);
  }
  return out;
}

/// Reckoned is all that is in force, by an enforcer and as people say that they did it by hand, by what it counts as.
struct Reckoned {
  std::vector<contain::Standing> done;
  std::vector<contain::Action> refused;  // the others: no means does it, so it is not asked for again
  std::vector<contain::Action> doubted;  // of these, what only a sensor speaks against
};

Reckoned in_force_of(const Grounds& grounds, const contain::Graph& graph, const contain::Keys& keys) {
  Reckoned out;
  for (const Grounds::Cut& cut : grounds.cuts) {
    std::vector<contain::Action> actions = actions_of(graph, keys, cut);
    if (cut.counts_as == event::CountsAs::done) {
      out.done.push_back({{cut.id, cut.key}, std::move(actions), cut.proven, cut.ordered});
      continue;
    }
    out.refused.insert(out.refused.end(), actions.begin(), actions.end());
    if (cut.counts_as == event::CountsAs::contradicted) {
      out.doubted.insert(out.doubted.end(), actions.begin(), actions.end());
    }
  }
  for (const Grounds::Word& hand : grounds.by_hand) {
    const auto action = keys.find(hand.key);
    if (action) out.done.push_back({{"", hand.key}, {*action}, false, hand.ordered});
  }
  return out;
}

}  // namespace

std::optional<event::PlanMade> weigh(const Question& question) {
  const Grounds& grounds = question.grounds;
  estate::Estate estate = contain::with_seen(*question.estate, strangers_of(question), question.seen);
  estate.sessions = grounds.sessions;
  const auto graph = contain::Graph::build(estate);
  if (!graph) return std::nullopt;
  const contain::Keys keys(estate);
  const Reckoned standing = in_force_of(grounds, *graph, keys);
  std::vector<contain::Overruling> overruled;
  for (const Grounds::Word& word : grounds.overruled) {
    const auto action = keys.find(word.key);
    if (action) overruled.push_back({*action, word.ordered});
  }
  return contain::make_care_plan({.graph = *graph,
                                  .at = question.at,
                                  .seen = question.seen,
                                  .infected = grounds.infected,
                                  .suspects = grounds.suspects,
                                  .standing = standing.done,
                                  .refused = standing.refused,
                                  .doubted = standing.doubted,
                                  .overruled = overruled,
                                  .mode = grounds.mode,
                                  .frozen = grounds.frozen,
                                  .budget = grounds.budget,
                                  .automatic_cuts_left = grounds.automatic_cuts_left,
                                  .lone_left = grounds.lone_left,
                                  .means = question.means,
                                  .silent = grounds.silent});
}

}  // namespace cordon::engine
