// SPDX-License-Identifier: Apache-2.0
// cordon station --forget-patient: erases a patient from the station's logbook by destroying that patient's key.
#include <fmt/format.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "app/patient_keys.h"
#include "app/say.h"
#include "app/station.h"
#include "app/station_journal.h"

namespace cordon::app {

namespace {

/// Found is where a patient stands in a logbook.
struct Found {
  std::set<std::string> keys;
  std::uint64_t entries = 0;
  std::map<std::string, std::string> key_at_bed;  // of everybody
};

bool is_meant(const event::PatientOffer& patient, const std::string& who) {
  return !who.empty() && (patient.identifier == who || patient.family + " " + patient.born == who);
}

Result<Found> find(const logbook::Reader& book, PatientKeys& keys, const std::string& who) {
  Found out;
  for (Sequence from{1};;) {
    const auto entries = CORDON_TRY(book.read(from, logbook::read_entries_max));
    if (entries.empty()) return out;
    for (const logbook::Entry& entry : entries) {
      const auto event = CORDON_TRY(event_of(entry, &keys));
      const auto* placed = std::get_if<event::PatientPlaced>(&event);
      if (placed == nullptr) continue;
      const std::string key = key_of(entry);
      out.key_at_bed[placed->bed] = key;
      if (key.empty() || !is_meant(placed->patient, who)) continue;
      out.keys.insert(key);
      ++out.entries;
    }
    from = Sequence{entries.back().sequence.value + 1};
  }
}

}  // namespace

int forget_patient(const StationConfig& config, const std::string& who, bool as_json) {
  auto keys = PatientKeys::open(config.patients_folder());
  auto book = logbook::Reader::open(config.book_path());
  if (!keys || !book) {
    const Error error = keys ? book.error() : keys.error();
    complain(sentence_for(error, keys ? config.book_path() : config.patients_folder()) +
             "; run this as root or as the user of the station");
    return exit_input;
  }
  const auto found = find(*book, *keys, who);
  if (!found) {
    complain(sentence_for(found.error(), config.book_path()));
    return exit_input;
  }
  for (const auto& [bed, key] : found->key_at_bed) {
    if (!found->keys.contains(key)) continue;
    complain(fmt::format("that patient lies in {}: free the bed first", bed));
    return exit_no;
  }
  if (found->keys.empty()) {
    complain("no entry is about that patient: give the identifier, or \"FAMILY YYYY-MM-DD\", as it was typed");
    return exit_no;
  }
  for (const std::string& key : found->keys) {
    if (const auto gone = keys->destroy(key); !gone) {
      complain(sentence_for(gone.error(), config.patients_folder()));
      return exit_input;
    }
  }
  if (as_json) {
    fmt::print("{}\n",
               nlohmann::json{{"type", "forgotten"}, {"keys", found->keys.size()}, {"entries", found->entries}}.dump());
  } else {
    fmt::print(
        "{} key{} destroyed: {} entr{} of the logbook cannot be read any more, and it still verifies. A running "
        "station "
        "forgets at its next start; copies of the data folder have to be destroyed by themselves.\n",
        found->keys.size(), found->keys.size() == 1 ? "" : "s", found->entries, found->entries == 1 ? "y" : "ies");
  }
  return exit_done;
}

}  // namespace cordon::app
