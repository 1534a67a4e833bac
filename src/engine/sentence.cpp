// SPDX-License-Identifier: Apache-2.0
// One line a logbook entry, in French and English.
#include <fmt/format.h>

#include "engine/situation.h"
#include "event/json.h"

namespace cordon::engine {

namespace {

using event::CutState;

Sentence of(const event::Started& e) {
  return {fmt::format("Cordon {} démarré, mode {}", e.version,
                      e.mode == event::Mode::watch   ? "veille"
                      : e.mode == event::Mode::guard ? "garde"
                                                     : "île"),
          fmt::format("Cordon {} started, mode {}", e.version, event::word(e.mode))};
}

Sentence of(const event::ProcessChanged& e) {
  const std::string detail = e.detail.empty() ? "" : " : " + e.detail;
  return {fmt::format("{} {}{}", e.name, e.up ? "en marche" : "arrêté", detail),
          fmt::format("{} {}{}", e.name, e.up ? "up" : "down", detail)};
}

Sentence of(const event::SensorReport& e) {
  return {fmt::format("Sonde {} ({}) : {} paquets, {} perdus, {} trous{}", e.sensor, e.source_name, e.packets, e.drops,
                      e.gaps, e.finished ? " ; fin de la capture" : ""),
          fmt::format("Sensor {} ({}): {} packets, {} dropped, {} gaps{}", e.sensor, e.source_name, e.packets, e.drops,
                      e.gaps, e.finished ? "; end of the capture" : "")};
}

Sentence of(const event::HostSeen& e) {
  const std::string user = e.user.empty() ? "" : ", " + e.user;
  return {fmt::format("{} vu ({}{})", e.host.ip.text(), e.host.mac.text(), user),
          fmt::format("{} seen ({}{})", e.host.ip.text(), e.host.mac.text(), user)};
}

Sentence of(const event::Observation& e) {
  const std::string to = e.new_path.empty() ? "" : " → " + e.new_path;
  return {fmt::format("{} : {}{} ({}, poids {:+.1f}{})", e.host.ip.text(), e.path, to, e.kind, e.llr,
                      e.confirmed ? "" : ", non confirmé par le serveur"),
          fmt::format("{}: {}{} ({}, weight {:+.1f}{})", e.host.ip.text(), e.path, to, e.kind, e.llr,
                      e.confirmed ? "" : ", not confirmed by the server")};
}

Sentence of(const event::WorkSummed& e) {
  return {fmt::format("{} : {} fichiers de travail ordinaire sur {} (somme {:.1f})", e.host.ip.text(), e.files, e.share,
                      e.llr),
          fmt::format("{}: {} files of ordinary work on {} (sum {:.1f})", e.host.ip.text(), e.files, e.share, e.llr)};
}

Sentence of(const event::Verdict& e) {
  const bool infected = e.level == event::Level::infected;
  return {fmt::format("Verdict : {} {} ({:.1f} sur {:.1f}, {} fichiers touchés)", e.name,
                      infected ? "infecté" : "suspect", e.score, e.threshold, e.files_touched),
          fmt::format("Verdict: {} {} ({:.1f} of {:.1f}, {} files touched)", e.name, event::word(e.level), e.score,
                      e.threshold, e.files_touched)};
}

Sentence of(const event::PlanMade& e) {
  if (e.actions.empty()) return {"Plan vide", "Empty plan"};
  const event::PlannedAction& a = e.actions.front();
  const char* fr = a.disposition == event::Disposition::cut       ? "couper"
                   : a.disposition == event::Disposition::advised ? "à décider par une personne"
                                                                  : "retenu";
  return {fmt::format("Plan pour {} : bloquer la propagation, {} ({})", a.host.ip.text(), fr, a.why),
          fmt::format("Plan for {}: block spreading, {} ({})", a.host.ip.text(), event::word(a.disposition), a.why)};
}

Sentence of(const event::CutDecided& e) {
  return {fmt::format("{} : coupure de la propagation de {} décidée ({} adresses)", e.id, e.host.ip.text(),
                      e.macs.size() + e.ips.size()),
          fmt::format("{}: cut of {}'s spreading decided ({} addresses)", e.id, e.host.ip.text(),
                      e.macs.size() + e.ips.size())};
}

const char* french(CutState state) {
  switch (state) {
    case CutState::decided:
      return "décidée";
    case CutState::applied:
      return "appliquée";
    case CutState::holds:
      return "tient";
    case CutState::unproven:
      return "non prouvée";
    case CutState::failed:
      return "échouée";
    case CutState::rehearsed:
      return "à blanc";
    case CutState::lifted:
      return "levée";
    case CutState::expired:
      return "arrivée à terme";
    case CutState::lifting:
      return "levée demandée";
  }
  return "";
}

Sentence of(const event::CutChanged& e) {
  const std::string detail = e.detail.empty() ? "" : " (" + e.detail + ")";
  return {fmt::format("{} : {}{}, par {}", e.id, french(e.state), detail, e.by),
          fmt::format("{}: {}{}, by {}", e.id, event::word(e.state), detail, e.by)};
}

}  // namespace

Sentence sentence_of(const event::Event& event) {
  return std::visit([](const auto& e) { return of(e); }, event);
}

}  // namespace cordon::engine
