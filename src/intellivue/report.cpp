// SPDX-License-Identifier: Apache-2.0
#include "intellivue/report.h"

#include "intellivue/codes.h"

namespace cordon::intellivue {

Validity validity_of(std::uint16_t state) {
  if ((state & code::state_invalid) != 0) return Validity::invalid;
  if ((state & code::state_unavailable) != 0) return Validity::unavailable;
  if ((state & code::state_test) != 0) return Validity::test;
  if ((state & code::state_demo) != 0) return Validity::demonstration;
  if ((state & code::state_calibrating) != 0) return Validity::calibrating;
  if ((state & (code::state_questionable | code::state_early)) != 0) return Validity::questionable;
  return Validity::valid;
}

Remedy remedy(TroubleKind kind) {
  switch (kind) {
    case TroubleKind::no_answer:
      return {
          "No answer from the monitor: check its cable and address, and that LAN Data Export is on (Configuration, "
          "Network).",
          "Le moniteur ne répond pas : vérifier le câble, l'adresse, et que l'export de données LAN est activé "
          "(Configuration, Réseau)."};
    case TroubleKind::refused:
      return {
          "The monitor refuses: another client (a central station, a gateway) holds its only data export. End that "
          "one, or unplug it.",
          "Le moniteur refuse : un autre client (centrale, passerelle) occupe son unique export de données. L'arrêter "
          "ou le débrancher."};
    case TroubleKind::aborted:
      return {"The monitor broke the connection; it is asked again. If this repeats, restart its data export.",
              "Le moniteur a coupé la connexion ; nouvel essai en cours. Si cela se répète, relancer son export de "
              "données."};
    case TroubleKind::released:
      return {"The monitor ended the connection; it is asked again.",
              "Le moniteur a terminé la connexion ; nouvel essai en cours."};
    case TroubleKind::silent:
      return {"The monitor is connected but sends no data: look at the patient at the bedside, check the network.",
              "Le moniteur est connecté mais n'envoie plus de données : regarder le patient sur place, vérifier le "
              "réseau."};
    case TroubleKind::no_alarms:
      return {"The monitor sends no alarms: none of this bed's will sound here. Stay within earshot of the bedside.",
              "Le moniteur n'envoie pas d'alarmes : aucune de ce lit ne sonnera ici. Rester à portée de voix du lit."};
    case TroubleKind::no_numerics:
      return {"The monitor sends no numbers: read them at the bedside.",
              "Le moniteur n'envoie pas de valeurs : les lire au lit du patient."};
    case TroubleKind::no_waves:
      return {"The monitor sends no waves: look at waves at the bedside.",
              "Le moniteur n'envoie pas de courbes : regarder les courbes au lit du patient."};
    case TroubleKind::request_refused:
      return {"The monitor refused a request: part of its data is missing here. Look at the bedside.",
              "Le moniteur a refusé une demande : une partie de ses données manque ici. Regarder sur place."};
    case TroubleKind::damaged_alarms:
      return {"An alarm list came damaged: alarms of this bed may be missing here. Listen at the bedside.",
              "Une liste d'alarmes est arrivée abîmée : des alarmes de ce lit peuvent manquer ici. Écouter sur place."};
    case TroubleKind::unreadable:
      return {"Part of what the monitor sends cannot be read: something may be missing here. Look at the bedside.",
              "Une partie de ce qu'envoie le moniteur est illisible : il peut manquer quelque chose ici. Regarder sur "
              "place."};
    case TroubleKind::unseen:
      return {
          "Nothing that was shown is missing, and alarms are read. Note maker, model and version for biomed.",
          "Rien de ce qui était affiché ne manque et les alarmes sont lues. Noter marque, modèle et version pour le "
          "biomédical."};
    case TroubleKind::too_many_objects:
      return {"The monitor shows more measurements than are kept: some are missing here. Look at the bedside.",
              "Le moniteur montre plus de mesures que la limite : certaines manquent ici. Regarder sur place."};
  }
  return {};
}

}  // namespace cordon::intellivue
