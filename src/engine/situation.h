// SPDX-License-Identifier: Apache-2.0
// Situation: the state as the page "Situation" shows it, and one logbook entry as a sentence. Views only; nothing here
// decides.
#pragma once

#include <string>
#include <string_view>

#include "engine/engine.h"

namespace cordon::engine {

struct SituationFrame {
  std::string box;
  std::string version;
  WallTime now;
  std::string trouble{};      // why the logbook cannot be written, empty when it can
  std::uint64_t refused = 0;  // observations not taken meanwhile
  std::string network{};      // revision of the network that can be read now; empty: none
};

/// situation_json gives the message {"type":"situation", …} that the browser shows whole.
std::string situation_json(const Engine& engine, const SituationFrame& frame);

struct Sentence {
  std::string fr;
  std::string en;
};

/// sentence_of tells an event in one line in both languages.
Sentence sentence_of(const event::Event& event);

/// in_french gives the French of a reason that the engine, the plan or an enforcer wrote in English; what it does not
/// know stays as it is.
std::string in_french(std::string_view reason);

/// entry_json gives the message {"type":"entry", …} for one logbook entry.
std::string entry_json(Sequence sequence, std::uint64_t epoch, const event::Event& event);

}  // namespace cordon::engine
