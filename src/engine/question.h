// SPDX-License-Identifier: Apache-2.0
// Question: all that weighing the whole estate rests on, as one value that owns its parts. So the weighing, which can
// take a second, may be done on another thread while the engine answers verdicts; and so the engine can tell whether an
// answer still is one to the state as it has become. Pure.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "contain/care_plan.h"
#include "estate/estate.h"
#include "event/containment.h"
#include "event/host.h"
#include "event/means.h"

namespace cordon::engine {

/// Grounds is what decides the answer: while it stays the same, an answer holds.
struct Grounds {
  /// Cut is one in force.
  struct Cut {
    std::string id;
    std::string key;  // empty: of an older version, which blocked both ways of `host`
    event::HostKey host;
    event::CountsAs counts_as = event::CountsAs::done;
    bool proven = false;
    bool ordered = false;
    friend bool operator==(const Cut&, const Cut&) = default;
  };
  /// Word is what a person said of a line, by its key.
  struct Word {
    std::string key;
    bool ordered = false;  // to be done, else forbidden; of what was done by hand: whether it was ordered too
    friend bool operator==(const Word&, const Word&) = default;
  };

  std::vector<event::HostKey> infected;
  std::vector<contain::Suspicion> suspects;
  std::vector<event::HostKey> named;  // seen, and by its address the subject of a person's word
  std::vector<estate::Session> sessions;
  std::vector<Cut> cuts;
  std::vector<Word> by_hand;
  std::vector<Word> overruled;
  bool begins = false;  // there is a verdict, a person's word, or a suspicion that servers' own answers confirm
  event::Mode mode = event::Mode::guard;
  bool frozen = false;
  double budget = 0;  // patient-hours that automatic cuts may still cost
  std::uint32_t automatic_cuts_left = 0;
  double lone_left = 0;             // patient-hours that may still be cut on one person's word each
  std::vector<std::string> silent;  // means that do not answer now
  friend bool operator==(const Grounds&, const Grounds&) = default;
};

struct Question {
  std::uint64_t number = 0;  // of this run
  WallTime at;
  std::shared_ptr<const estate::Estate> estate;
  std::vector<event::MeansOffer> means;
  std::vector<event::HostKey> seen;  // lately; who comes or goes meanwhile moves no ground
  Grounds grounds;
};

/// Weighed is the answer to a question.
struct Weighed {
  std::uint64_t number = 0;             // the question's
  WallTime at;                          // when it came
  std::optional<event::PlanMade> plan;  // nothing: it could not be weighed
};

/// weigh gives the plan for a question, without id and causes: what make_care_plan says. Nothing for an estate with
/// more ways than a graph holds. Takes up to a second (docs/CONTAINMENT.md, "How fast").
std::optional<event::PlanMade> weigh(const Question& question);

}  // namespace cordon::engine
