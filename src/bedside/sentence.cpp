// SPDX-License-Identifier: Apache-2.0
#include "bedside/sentence.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <string_view>

#include "base/french.h"
#include "base/number.h"
#include "event/bedside_json.h"

namespace cordon::bedside {

namespace {

struct Words {
  std::string_view name;  // of a condition of ours, up to its colon
  const char* fr;
  const char* en;
};
constexpr std::array<Words, 30> own_conditions{{
    {"silent", "ne dit plus rien", "says nothing any more"},
    {"frozen", "tracé figé", "a trace stands still"},
    {"clock_still", "horloge de l'appareil arrêtée", "the device's clock stands still"},
    {"clock_astray", "horloge de l'appareil décalée", "the device's clock is astray"},
    {"unjudged", "limite sans valeur à juger", "a limit without a value to judge"},
    {"trouble", "liaison en difficulté", "trouble on its link"},
    {"impossible", "valeur impossible", "impossible value"},
    {"crowded", "trop de canaux", "too many channels"},
    {"doubted", "identité à confirmer", "its identity is to be confirmed"},
    {"claimed", "un autre appareil se donne pour lui", "another device says it is this one"},
    {"contested", "deux appareils se donnent pour lui", "two devices say they are this one"},
    {"poses", "se donne pour l'appareil d'un autre lit", "says it is another bed's device"},
    {"patient", "autre patient que celui du lit", "another patient than the bed's"},
    {"twice", "le même patient est à un autre lit", "the same patient is at another bed"},
    {"unwatched", "patient sans appareil", "a patient without a device"},
    {"sound", "haut-parleur en panne", "the loudspeaker does not work"},
    {"logbook", "journal non écrit", "the logbook is not written"},
    {"accounts", "comptes inutilisables", "the accounts cannot be used"},
    {"memory", "mémoire perdue ou incomplète", "memory lost or incomplete"},
    {"beds", "lits absents de station.toml", "beds that station.toml does not name"},
    {"box_clock", "horloge du boîtier réglée", "the box's clock was set"},
    {"inputs", "messages d'appareils perdus", "messages of devices were lost"},
    {"seal", "journal non scellé", "the logbook is not sealed"},
    {"recorder", "enregistreur en panne", "the recorder does not work"},
    {"gateway", "une passerelle ne s'ouvre pas", "a gateway cannot be opened"},
    {"gateway_fault", "faute du programme dans une passerelle", "a fault of the program in a gateway"},
    {"gateway_lost", "annonces de moniteurs perdues", "announcements of monitors were lost"},
    {"gateway_full", "trop de moniteurs s'annoncent", "too many monitors announce themselves"},
    {"hl7_full", "HL7 : plus de place", "HL7: no place left"},
    {"hl7_unread", "HL7 : rien de lisible", "HL7: nothing readable"},
}};

/// limit_words says what a limit's alarm says ("BE < -2.5 mmol/L", station_alarms.cpp) with its number as people write
/// it.
Sentence limit_words(const std::string& text) {
  const std::size_t sign = text.find_last_of("<>");
  if (sign == std::string::npos || sign + 2 > text.size()) return {text, text};
  double bound = 0;
  const auto read = std::from_chars(text.data() + sign + 2, text.data() + text.size(), bound);
  if (read.ec != std::errc()) return {text, text};
  const std::string before = text.substr(0, sign + 2);
  return {before + decimal(bound, french_numbers()) + read.ptr,
          before + decimal(bound, std::locale::classic()) + read.ptr};
}

/// words_of takes an event::AlarmChanged or an Alarm.
template <class T>
Sentence words_of(const T& e) {
  const std::string_view name = std::string_view(e.condition).substr(0, e.condition.find(':'));
  if (e.origin == event::AlarmOrigin::station) {
    for (const Words& words : own_conditions) {
      if (words.name != name) continue;
      if (name != "frozen" || e.text.empty()) return {words.fr, words.en};
      return {fmt::format("{} : {}", words.fr, e.text), fmt::format("{}: {}", words.en, e.text)};
    }
  }
  if (e.origin == event::AlarmOrigin::limit && (name == "low" || name == "high")) return limit_words(e.text);
  const std::string& shown = e.text.empty() ? e.condition : e.text;
  return {shown, shown};
}

const char* french(event::AlarmPriority priority) {
  constexpr std::array<const char*, 4> words{"information", "priorité basse", "priorité moyenne", "priorité haute"};
  return words.at(static_cast<std::size_t>(priority));
}

const char* english(event::AlarmPriority priority) {
  constexpr std::array<const char*, 4> words{"information", "low priority", "medium priority", "high priority"};
  return words.at(static_cast<std::size_t>(priority));
}

const char* french(event::AlarmStep step) {
  constexpr std::array<const char*, 5> words{"apparaît", "change", "cesse", "sans réponse, appelle plus loin",
                                             "sonne de nouveau, attend une réponse"};
  return words.at(static_cast<std::size_t>(step));
}

const char* english(event::AlarmStep step) {
  constexpr std::array<const char*, 5> words{"begins", "changes", "ends", "unanswered, calls further",
                                             "sounds again, wants an answer"};
  return words.at(static_cast<std::size_t>(step));
}

std::string at_bed(const std::string& bed, const char* none) {
  return bed.empty() ? none : bed;
}

std::int64_t seconds_between(WallTime from, WallTime to) {
  return std::chrono::duration_cast<std::chrono::seconds>(to - from).count();
}

std::string bounds(const event::LimitSet& e, const std::locale& numbers, const char* none) {
  if (!e.low && !e.high) return none;
  std::string out;
  if (e.low) out += "> " + decimal(*e.low, numbers);
  if (e.high) out += (e.low ? ", < " : "< ") + decimal(*e.high, numbers);
  return out + " " + e.unit;
}

}  // namespace

Sentence condition_of(const Alarm& alarm) {
  return words_of(alarm);
}

Sentence sentence_of(const event::StationStarted& e) {
  return {fmt::format("La station démarre (Cordon {})", e.version),
          fmt::format("The station starts (Cordon {})", e.version)};
}

Sentence sentence_of(const event::DeviceKnown& e) {
  const event::DeviceIdentity& i = e.identity;
  const std::string what = fmt::format("{} {} {} ({}, {})", i.maker, i.model, i.serial, i.device, i.address);
  return {"Appareil entendu : " + what, "Device heard: " + what};
}

Sentence sentence_of(const event::DeviceAssigned& e) {
  return {fmt::format("{} : appareil {}, par {}", at_bed(e.bed, "hors lit"), e.device, e.by),
          fmt::format("{}: device {}, by {}", at_bed(e.bed, "at no bed"), e.device, e.by)};
}

Sentence sentence_of(const event::PatientPlaced& e) {
  const bool free = e.patient.empty();
  std::string fr, en;
  if (e.limits_kept && e.limits_kept->empty()) {
    fr = ", aucune limite gardée";
    en = ", no limit kept";
  } else if (e.limits_kept) {
    const std::string codes = fmt::format("{}", fmt::join(*e.limits_kept, " "));
    fr = fmt::format(", limites gardées : {}", codes);
    en = fmt::format(", limits kept: {}", codes);
  }
  return {fmt::format("{} : {}{}, par {}", e.bed, free ? "lit libre" : "patient installé", fr, e.by),
          fmt::format("{}: {}{}, by {}", e.bed, free ? "bed free" : "patient placed", en, e.by)};
}

Sentence sentence_of(const event::AlarmChanged& e) {
  const Sentence words = words_of(e);
  const std::string device = e.device.empty() ? "" : " — " + e.device;
  return {fmt::format("{} : alarme {} ({}) : {} : {}{}", at_bed(e.bed, "station"), e.alarm, french(e.priority),
                      french(e.step), words.fr, device),
          fmt::format("{}: alarm {} ({}): {}: {}{}", at_bed(e.bed, "station"), e.alarm, english(e.priority),
                      english(e.step), words.en, device)};
}

Sentence sentence_of(const event::AlarmAcknowledged& e) {
  const std::int64_t pause = seconds_between(e.at, e.until);
  return {fmt::format("Alarme {} acquittée par {}, son en pause {} s", e.alarm, e.by, pause),
          fmt::format("Alarm {} acknowledged by {}, its sound pauses for {} s", e.alarm, e.by, pause)};
}

Sentence sentence_of(const event::AlarmOver& e) {
  return {fmt::format("Alarme {} dite finie par {} : l'appareil n'en dit plus rien", e.alarm, e.by),
          fmt::format("Alarm {} said to be over by {}: its device says nothing of it any more", e.alarm, e.by)};
}

Sentence sentence_of(const event::NumberTakenOff& e) {
  const std::string& what = e.label.empty() ? e.handle : e.label;
  return {fmt::format("{} : {} retiré par {}, l'appareil ne l'envoie plus — {}", e.bed, what, e.by, e.device),
          fmt::format("{}: {} taken off by {}, its device sends it no more — {}", e.bed, what, e.by, e.device)};
}

Sentence sentence_of(const event::AudioPaused& e) {
  const std::int64_t pause = seconds_between(e.at, e.until);
  const std::string where_fr = at_bed(e.bed, e.unplaced ? "station et hors lit" : "toute l'unité");
  const std::string where = at_bed(e.bed, e.unplaced ? "the station and at no bed" : "the whole unit");
  if (pause <= 0) {
    return {fmt::format("{} : fin de la pause du son, par {}", where_fr, e.by),
            fmt::format("{}: the pause of the sound ends, by {}", where, e.by)};
  }
  return {fmt::format("{} : son en pause {} s, par {}", where_fr, pause, e.by),
          fmt::format("{}: sound pauses for {} s, by {}", where, pause, e.by)};
}

Sentence sentence_of(const event::LimitSet& e) {
  return {fmt::format("{} : limite du paramètre {} : {} ({}), par {}", e.bed, e.code,
                      bounds(e, french_numbers(), "aucune"), french(e.priority), e.by),
          fmt::format("{}: limit of parameter {}: {} ({}), by {}", e.bed, e.code,
                      bounds(e, std::locale::classic(), "none"), english(e.priority), e.by)};
}

Sentence sentence_of(const event::SoundChanged& e) {
  const std::string by_fr = e.by.empty() ? "" : ", essai demandé par " + e.by;
  const std::string by = e.by.empty() ? "" : ", tested by " + e.by;
  const std::string detail = e.detail.empty() ? "" : " (" + e.detail + ")";
  return {fmt::format("Haut-parleur : {}{}{}", e.works ? "marche" : "en panne", detail, by_fr),
          fmt::format("Loudspeaker: {}{}{}", e.works ? "works" : "does not work", detail, by)};
}

Sentence sentence_of(const event::PaperPrinted& e) {
  const bool strip = e.paper == "strip";
  return {fmt::format("{} : {} imprimée par {}", at_bed(e.bed, "toute l'unité"), strip ? "bande" : "liste", e.by),
          fmt::format("{}: {} printed by {}", at_bed(e.bed, "the whole unit"), strip ? "strip" : "list", e.by)};
}

}  // namespace cordon::bedside
