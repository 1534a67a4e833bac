// SPDX-License-Identifier: Apache-2.0
#include "app/station_journal.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "bedside/sentence.h"
#include "event/bedside_json.h"

namespace cordon::app {

using nlohmann::json;

namespace {

std::string text_of(const json& j) {
  return j.dump(-1, ' ', false, json::error_handler_t::replace);
}

const std::string placed_kind(event::type_of(event::BedsideEvent{event::PatientPlaced{}}));

/// sealed_in finds the sealed patient of an entry's body; null without one.
const json* sealed_in(const json& body) {
  const auto patient = body.find("patient");
  return patient != body.end() && patient->is_object() && patient->contains("box") ? &*patient : nullptr;
}

SealedPatient sealed_of(const json& j) {
  return {j.value("key", std::string()), j.value("nonce", std::string()), j.value("box", std::string())};
}

Result<event::PatientOffer> open_patient(const json& sealed, PatientKeys* keys) {
  if (keys == nullptr) return unopened_patient;
  return keys->unseal(sealed_of(sealed));
}

/// names_patient says whether an event holds what only a key may open.
bool names_patient(const event::BedsideEvent& event) {
  const auto* placed = std::get_if<event::PatientPlaced>(&event);
  return placed != nullptr && !placed->patient.empty() && !(placed->patient == unrecorded_patient);
}

/// body_of gives an entry's body when it is an object that can be read; null otherwise.
json body_of(const logbook::Entry& entry) {
  try {
    return json::parse(entry.body, nullptr, false);
  } catch (const std::exception&) {  // a number out of range, say
    return nullptr;
  }
}

}  // namespace

Result<logbook::Draft> draft_of(const event::BedsideEvent& event, PatientKeys* keys) {
  std::string body = event::to_text(event);
  if (names_patient(event)) {
    if (keys == nullptr) return fail(ErrorCode::denied, "patients' keys");
    const SealedPatient sealed = CORDON_TRY(keys->seal(std::get<event::PatientPlaced>(event).patient));
    json j = event::to_json_value(event);
    j["patient"] = {{"key", sealed.key}, {"nonce", sealed.nonce}, {"box", sealed.box}};
    body = text_of(j);
  }
  return logbook::Draft{std::string(event::type_of(event)), event::bedside_schema_version, event::time_of(event),
                        std::move(body)};
}

Result<event::BedsideEvent> event_of(const logbook::Entry& entry, PatientKeys* keys) {
  std::string text = entry.body;
  if (entry.kind == placed_kind) {
    json body = body_of(entry);
    if (const json* sealed = body.is_object() ? sealed_in(body) : nullptr) {
      body["patient"] = event::to_json_value(CORDON_TRY(open_patient(*sealed, keys)));
      text = text_of(body);
    }
  }
  auto event = event::bedside_event_from_text(text, entry.version);
  if (!event) return fail(event.error().code, "logbook entry", entry.sequence.value);
  return std::move(*event);
}

std::string key_of(const logbook::Entry& entry) {
  if (entry.kind != placed_kind) return "";
  const json body = body_of(entry);
  const json* sealed = body.is_object() ? sealed_in(body) : nullptr;
  return sealed == nullptr ? "" : sealed_of(*sealed).key;
}

namespace {

/// Rebuilding folds entries, and what those that cannot be read leave.
class Rebuilding {
 public:
  Rebuilding(PatientKeys* keys, const std::function<void(const event::BedsideEvent&)>& each)
      : keys_(keys), each_(each) {}

  void take(const logbook::Entry& entry) {
    auto event = event_of(entry, keys_);
    if (!event) event = event_of(entry, nullptr);  // it may be the key alone that cannot be read
    if (event) return apply(*event);
    at_ = entry.time;
    missed(entry.kind);
  }

  /// missed takes an entry that says nothing: of this kind, or of one that nobody can tell.
  void missed(std::string_view kind) {
    ++out_.unread;
    static const std::set<std::string, std::less<>> of_alarms{
        std::string(event::type_of(event::BedsideEvent{event::AlarmChanged{}})),
        std::string(event::type_of(event::BedsideEvent{event::AlarmAcknowledged{}})),
        std::string(event::type_of(event::BedsideEvent{event::AlarmOver{}})),
        std::string(event::type_of(event::BedsideEvent{event::AudioPaused{}})),
        std::string(event::type_of(event::BedsideEvent{event::SoundChanged{}}))};
    if (of_alarms.contains(kind)) return;
    std::vector<std::string> named;
    for (const auto& [name, bed] : out_.state.beds) {
      if (!bed.patient.empty()) named.push_back(name);
    }
    for (const std::string& bed : named) apply(event::PatientPlaced{at_, bed, {}, "", ""});
    out_.state.doubt_devices();
  }

  Rebuilt finish(bool pages_failed) {
    out_.pages_failed = pages_failed;
    return std::move(out_);
  }

 private:
  void apply(const event::BedsideEvent& event) {
    at_ = event::time_of(event);
    if (each_) each_(event);
    out_.state.apply(event);
  }

  PatientKeys* keys_;
  const std::function<void(const event::BedsideEvent&)>& each_;
  WallTime at_{};
  Rebuilt out_;
};

}  // namespace

Rebuilt rebuild_station(const Pages& pages, Sequence last, PatientKeys* keys,
                        const std::function<void(const event::BedsideEvent&)>& each) {
  Rebuilding folding(keys, each);
  std::size_t failures = 0, in_a_row = 0;
  std::size_t limit = logbook::read_entries_max;
  for (std::uint64_t from = 1; from <= last.value && in_a_row < unread_in_a_row_max;) {
    const auto entries = pages(Sequence{from}, limit);
    if (entries && !entries->empty()) {
      for (const logbook::Entry& entry : *entries) {
        if (entry.sequence.value != from) folding.missed("");
        folding.take(entry);
        from = entry.sequence.value + 1;
      }
      in_a_row = 0;
      limit = logbook::read_entries_max;
    } else if (limit > 1) {
      limit = 1;  // one entry of the page may be all that cannot be read
    } else {
      ++failures;
      ++in_a_row;
      ++from;
      folding.missed("");
    }
  }
  return folding.finish(failures > 0);
}

engine::Sentence sentence_of(const event::BedsideEvent& event) {
  return std::visit(
      [](const auto& e) -> engine::Sentence {
        if constexpr (requires { bedside::sentence_of(e); }) {
          bedside::Sentence said = bedside::sentence_of(e);
          return {std::move(said.fr), std::move(said.en)};
        } else {
          return engine::sentence_of(event::Event(e));
        }
      },
      event);
}

std::string entry_json(Sequence sequence, std::uint64_t epoch, const event::BedsideEvent& event) {
  const engine::Sentence sentence = sentence_of(event);
  return text_of({{"type", "entry"},
                  {"sequence", sequence.value},
                  {"epoch", epoch},
                  {"ts", seconds_of(event::time_of(event))},
                  {"kind", std::string(event::type_of(event))},
                  {"text", {{"fr", sentence.fr}, {"en", sentence.en}}},
                  {"body", event::to_json_value(event)}});
}

std::vector<std::string> entry_page(const logbook::Reader& book, PatientKeys* keys, std::uint64_t from,
                                    std::size_t limit) {
  std::vector<std::string> out;
  const auto entries = book.read(Sequence{from}, limit);
  if (!entries) return out;
  for (const logbook::Entry& entry : *entries) {
    if (const auto event = event_of(entry, keys)) out.push_back(entry_json(entry.sequence, entry.epoch, *event));
  }
  return out;
}

}  // namespace cordon::app
