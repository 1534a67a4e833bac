// SPDX-License-Identifier: Apache-2.0
// Sentence: one line for an entry of the station's logbook, in French and English. It never names a patient: whom an
// entry is about stands in its body alone, under that patient's key.
#pragma once

#include <string>

#include "bedside/state.h"
#include "event/bedside.h"

namespace cordon::bedside {

struct Sentence {
  std::string fr;
  std::string en;
};

/// condition_of says what is wrong: in the device's own words, or in ours.
Sentence condition_of(const Alarm& alarm);

Sentence sentence_of(const event::StationStarted& e);
Sentence sentence_of(const event::DeviceKnown& e);
Sentence sentence_of(const event::DeviceAssigned& e);
Sentence sentence_of(const event::PatientPlaced& e);
Sentence sentence_of(const event::AlarmChanged& e);
Sentence sentence_of(const event::AlarmAcknowledged& e);
Sentence sentence_of(const event::AlarmOver& e);
Sentence sentence_of(const event::NumberTakenOff& e);
Sentence sentence_of(const event::AudioPaused& e);
Sentence sentence_of(const event::LimitSet& e);
Sentence sentence_of(const event::SoundChanged& e);
Sentence sentence_of(const event::PaperPrinted& e);

}  // namespace cordon::bedside
