// SPDX-License-Identifier: Apache-2.0
// StationJournal: the station's events as entries of its logbook and back, and its state rebuilt from them. As
// engine/journal.h for `cordon serve`; but patients are sealed (patient_keys.h).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/patient_keys.h"
#include "bedside/state.h"
#include "engine/situation.h"
#include "logbook/logbook.h"

namespace cordon::app {

/// draft_of gives the entry of an event. Fails as PatientKeys::seal does, and then may be tried again.
Result<logbook::Draft> draft_of(const event::BedsideEvent& event, PatientKeys& keys);

/// event_of reads an entry back. Without keys a patient is unopened_patient. `unsupported` or `malformed` with the
/// entry's sequence as offset, or as PatientKeys::unseal fails.
Result<event::BedsideEvent> event_of(const logbook::Entry& entry, PatientKeys* keys);

/// key_of gives by which key the patient of an entry is sealed; empty for every entry without a patient.
std::string key_of(const logbook::Entry& entry);

/// rebuild_station folds a whole book, and shows each event on the way. Fails as reading does, or as event_of at the
/// first entry it cannot read.
Result<bedside::State> rebuild_station(const logbook::Logbook& book, PatientKeys& keys,
                                       const std::function<void(const event::BedsideEvent&)>& each = {});

/// sentence_of says an event in a line, for people's events as `cordon serve` does.
engine::Sentence sentence_of(const event::BedsideEvent& event);

/// entry_json is an entry as the page has it (engine::entry_json).
std::string entry_json(Sequence sequence, std::uint64_t epoch, const event::BedsideEvent& event);

/// entry_page gives entries of a book as the page has them; none when they cannot be read.
std::vector<std::string> entry_page(const logbook::Reader& book, PatientKeys* keys, std::uint64_t from,
                                    std::size_t limit);

}  // namespace cordon::app
