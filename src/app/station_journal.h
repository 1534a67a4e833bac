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

/// draft_of gives the entry of an event. Fails as PatientKeys::seal does, and with `denied` without keys, for an event
/// that names a patient; then it may be tried again.
Result<logbook::Draft> draft_of(const event::BedsideEvent& event, PatientKeys* keys);

/// event_of reads an entry back. Without keys a patient is unopened_patient. `unsupported` or `malformed` with the
/// entry's sequence as offset, or as PatientKeys::unseal fails.
Result<event::BedsideEvent> event_of(const logbook::Entry& entry, PatientKeys* keys);

/// key_of gives by which key the patient of an entry is sealed; empty for every entry without a patient.
std::string key_of(const logbook::Entry& entry);

/// Pages gives up to `limit` entries of a book from a sequence on, as logbook::Reader::read does.
using Pages = std::function<Result<std::vector<logbook::Entry>>(Sequence from, std::size_t limit)>;

/// unread_in_a_row_max: after so many entries that the disk does not give, the rest is not asked for.
constexpr std::size_t unread_in_a_row_max = 64;

/// Rebuilt is what a book amounts to, as far as it can be read.
struct Rebuilt {
  bedside::State state;
  std::uint64_t unread = 0;   // entries that say nothing to this version, or nothing at all
  bool pages_failed = false;  // some of those could not be taken from the disk
};

/// rebuild_station folds a whole book, up to entry `last`, and shows each event on the way. What an entry that cannot
/// be read may have said of who lies or stands where is not known from there on: each bed is told to `each` as one that
/// nobody is named in, and devices wait for a person to confirm them. A patient whose key is missing or cannot be read
/// is erased_patient or unopened_patient.
Rebuilt rebuild_station(const Pages& pages, Sequence last, PatientKeys* keys,
                        const std::function<void(const event::BedsideEvent&)>& each = {});

/// sentence_of says an event in a line, for people's events as `cordon serve` does.
engine::Sentence sentence_of(const event::BedsideEvent& event);

/// entry_json is an entry as the page has it (engine::entry_json).
std::string entry_json(Sequence sequence, std::uint64_t epoch, const event::BedsideEvent& event);

/// entry_page gives entries of a book as the page has them; none when they cannot be read.
std::vector<std::string> entry_page(const logbook::Reader& book, PatientKeys* keys, std::uint64_t from,
                                    std::size_t limit);

}  // namespace cordon::app
