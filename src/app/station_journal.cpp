// SPDX-License-Identifier: Apache-2.0
#include "app/station_journal.h"

#include <nlohmann/json.hpp>

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

/// body_of gives an entry's body when it is an object that can be read; null otherwise.
json body_of(const logbook::Entry& entry) {
  try {
    return json::parse(entry.body, nullptr, false);
  } catch (const std::exception&) {  // a number out of range, say
    return nullptr;
  }
}

}  // namespace

Result<logbook::Draft> draft_of(const event::BedsideEvent& event, PatientKeys& keys) {
  std::string body = event::to_text(event);
  const auto* placed = std::get_if<event::PatientPlaced>(&event);
  if (placed != nullptr && !placed->patient.empty()) {
    const SealedPatient sealed = CORDON_TRY(keys.seal(placed->patient));
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

Result<bedside::State> rebuild_station(const logbook::Logbook& book, PatientKeys& keys,
                                       const std::function<void(const event::BedsideEvent&)>& each) {
  bedside::State state;
  for (Sequence from{1};;) {
    const auto entries = CORDON_TRY(book.read(from, logbook::read_entries_max));
    if (entries.empty()) return state;
    for (const logbook::Entry& entry : entries) {
      const event::BedsideEvent event = CORDON_TRY(event_of(entry, &keys));
      if (each) each(event);
      state.apply(event);
    }
    from = Sequence{entries.back().sequence.value + 1};
  }
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
