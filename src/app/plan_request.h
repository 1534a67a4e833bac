// SPDX-License-Identifier: Apache-2.0
// What a person asks of cordon plan, read against the estate: who is infected, suspected, overruled. Where a name is
// unknown the answer says what there is.
#pragma once

#include <string>
#include <vector>

#include "contain/weigh.h"

namespace cordon::app {

/// overrule_help is what --help says of --overrule.
extern const char* const overrule_help;

struct PlanWords {
  std::vector<std::string> infected;   // names, addresses or MACs of hosts
  std::vector<std::string> sessions;   // USER@HOST or USER@HOST=PEOPLE
  std::vector<std::string> suspects;   // HOST=PROBABILITY
  std::vector<std::string> overruled;  // force:block:HOST, forbid:flow:CLIENT>SERVER@PORT …
};

struct PlanAsked {
  std::vector<estate::HostIndex> infected;
  std::vector<contain::Suspect> suspects;
  std::vector<contain::Overruling> overruled;
  std::vector<std::string> complaints;  // a sentence for every word that cannot be read; with any, nothing is planned
};

/// read_plan_words adds the sessions to the estate and gives the rest as places in it.
PlanAsked read_plan_words(const PlanWords& words, estate::Estate& estate);

}  // namespace cordon::app
