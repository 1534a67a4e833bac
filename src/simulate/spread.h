// SPDX-License-Identifier: Apache-2.0
// Spread: runs one attack (attack.h) through an estate in steps of minutes, lets a policy see what a sensor would see
// and act with what enforcers can do, and counts the harm. A model, not a proof: docs/CONTAINMENT.md says what it
// leaves out. It shares with the planner the estate and the meaning of an action, no figure and no graph.
//
// Every broken host tries others: half of its tries go to servers it has flows to, half to hosts of networks that it
// may reach. A try succeeds where the host can be exploited at all (drawn once a host and attack) or a stolen account
// may sign in there. By hand, all broken hosts begin to encrypt at one order after the dwell; a worm's at once. A host
// is lost when its disk is through, a server also when its shares are, by way of its clients' drives. What is broken
// but not lost at the end is cleaned and counts nothing.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "contain/weigh.h"
#include "simulate/attack.h"

namespace cordon::simulate {

/// Sight is what a policy knows: verdicts and suspicions, not the truth.
struct Sight {
  std::span<const estate::HostIndex> infected;
  std::span<const contain::Suspect> suspects;
  std::span<const contain::Action> in_force;  // as far as it knows; decided by people or not
  double minutes = 0;                         // since the entry; only differences mean anything to a policy
};

/// Task is one line that waits for people, and whose work it is.
struct Task {
  enum class Work : std::uint8_t { one_person, two_persons, by_hand };
  contain::Action action;
  Work work = Work::one_person;
};

/// Orders: by_people is all that waits now, what waited before included; one person goes through it in this order, one
/// line after the other. The first is begun Attack::person_minutes after something was asked for the first time, one
/// takes approve_minutes (two persons twice that) or hand_minutes, and is done if the person agrees. A line that he
/// declined is not asked again.
struct Orders {
  std::vector<contain::Action> now;
  std::vector<Task> by_people;
  bool pull = false;  // everything, after Attack::pull_minutes
};

/// Answer is a policy: called in every step with a new verdict, and for new suspicions within ten minutes.
using Answer = std::function<Orders(const Sight&)>;

struct Outcome {
  double harm = 0;       // patient-hours, the union: each flow once, no unit over all its care (estate::harm_together)
  double harm_cuts = 0;  // of the cuts alone, had nothing been lost
  std::size_t hosts_broken = 0;
  std::size_t hosts_lost = 0;
  std::size_t actions = 0;
  double hours_to_verdict = 0;  // from the entry
};

/// Terrain is an estate read for simulation. The estate must outlive it.
class Terrain {
 public:
  explicit Terrain(const estate::Estate& estate);
  const estate::Estate& estate() const { return *estate_; }

 private:
  friend class Night;
  struct Link {
    std::uint32_t from;
    std::uint32_t to;
    std::uint32_t border;  // no_border: inside a network
    bool spreading;
  };
  static constexpr std::uint32_t no_border = 0xffffffff;
  const estate::Estate* estate_;
  std::vector<std::vector<std::uint32_t>> members_;  // of each network
  std::vector<Link> links_;
  std::vector<double> targets_;                       // of each network: hosts that it may reach, spreading
  std::vector<std::vector<std::uint32_t>> shares_;    // of each host: flows it opens on spreading ports
  std::vector<std::vector<std::uint32_t>> accounts_;  // of each host: accounts that sign in there
  std::vector<std::uint32_t> firebreak_;              // borders that the firebreak closes
};

/// run plays one attack against one policy. The same arguments give the same outcome.
Outcome run(const Terrain& terrain, const Attack& attack, const Answer& answer);

}  // namespace cordon::simulate
