// SPDX-License-Identifier: Apache-2.0
#include "sdc/consumer.h"

namespace cordon::sdc {

Remedy remedy(TroubleKind kind) {
  switch (kind) {
    case TroubleKind::unreachable:
      return {"L’appareil ne répond pas. Vérifiez son câble réseau et qu’il est allumé.",
              "The device does not answer. Check its network cable and that it is on."};
    case TroubleKind::timeout:
      return {"L’appareil répond trop tard. Vérifiez le commutateur ; le poste réessaie seul.",
              "The device answers too late. Check the switch; the station tries again by itself."};
    case TroubleKind::certificate:
      return {
          "L’appareil et le poste ne se font pas confiance. Installez sur chacun le certificat de l’autorité de "
          "l’autre.",
          "The device and the station do not trust each other. Install the other's authority certificate on each."};
    case TroubleKind::refused:
      return {"L’appareil a refusé la demande. Vérifiez dans son menu que l’accès SDC est permis à ce poste.",
              "The device refused the request. Check in its menu that SDC access is allowed for this station."};
    case TroubleKind::unreadable:
      return {
          "L’appareil a envoyé un message illisible. Notez son modèle et sa version pour l’assistance ; surveillez au "
          "lit.",
          "The device sent a message that cannot be read. Note its model and version for support; watch at the "
          "bedside."};
    case TroubleKind::no_service:
      return {"L’appareil ne propose ni mesures ni événements SDC. Activez la sortie SDC dans son menu de service.",
              "The device offers no SDC readings or events. Enable SDC output in its service menu."};
    case TroubleKind::lost_messages:
      return {
          "Des messages de l’appareil se sont perdus. Le poste redemande tout ; si cela dure, vérifiez le réseau.",
          "Messages of the device were lost. The station asks for everything again; if it lasts, check the network."};
    case TroubleKind::subscription:
      return {"L’appareil a cessé d’envoyer. Le poste s’abonne de nouveau ; vérifiez que l’appareil n’est pas arrêté.",
              "The device stopped sending. The station subscribes again; check that the device is not shut down."};
    case TroubleKind::began_anew:
      return {"L’appareil a redémarré. Le poste relit tout ; vérifiez que le patient et le lit sont toujours les bons.",
              "The device was started again. The station reads everything anew; check that patient and bed are still "
              "right."};
    case TroubleKind::wrong_device:
      return {"Un autre appareil répond à cette adresse. Vérifiez au lit lequel, avant d’afficher ce lit.",
              "Another device answers at this address. Check at the bedside which one before this bed is shown."};
  }
  return {};
}

}  // namespace cordon::sdc
