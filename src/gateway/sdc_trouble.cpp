// SPDX-License-Identifier: Apache-2.0
// The words of trouble: the first sentence says what is wrong, the rest what to do.
#include <string_view>

#include "base/text.h"
#include "gateway/gateway.h"
#include "gateway/sdc_readings.h"

namespace cordon::gateway {
namespace {

std::string_view code_of(sdc::TroubleKind kind) {
  switch (kind) {
    case sdc::TroubleKind::unreachable:
      return "unreachable";
    case sdc::TroubleKind::timeout:
      return "timeout";
    case sdc::TroubleKind::certificate:
      return "certificate";
    case sdc::TroubleKind::refused:
      return "refused";
    case sdc::TroubleKind::unreadable:
      return "dialect";
    case sdc::TroubleKind::no_service:
      return "no_service";
    case sdc::TroubleKind::lost_messages:
      return "lost_messages";
    case sdc::TroubleKind::subscription:
      return "subscription";
    case sdc::TroubleKind::began_anew:
      return "began_anew";
    case sdc::TroubleKind::wrong_device:
      return "wrong_device";
  }
  return "dialect";
}

struct Words {
  std::string_view code;
  sdc::Remedy text;
};

Words words_of(SdcTroubleKind kind) {
  switch (kind) {
    case SdcTroubleKind::plain:
      return {"plain",
              {"L’appareil parle sans chiffrement. Activez TLS dans son menu SDC, ou permettez-le dans la "
               "configuration du poste pour un réseau séparé.",
               "The device speaks without encryption. Enable TLS in its SDC menu, or allow it in the station's "
               "configuration for a separate network."}};
    case SdcTroubleKind::no_key:
      return {"no_key",
              {"Le poste n’a ni clé ni certificat pour cet appareil. Donnez key, certificate et authorities sous [sdc] "
               "dans station.toml et relancez le poste ; jusque-là, surveillez au lit.",
               "The station has neither key nor certificate for this device. Give key, certificate and authorities "
               "under [sdc] in station.toml and restart the station; until then watch at the bedside."}};
    case SdcTroubleKind::duplicate:
      return {
          "duplicate",
          {"Plus de deux appareils disent être celui-ci. Débranchez ceux qui ne sont pas à ce lit ; le dernier venu "
           "n’est pas lu.",
           "More than two devices say that they are this one. Unplug those that are not at this bed; the last to come "
           "is not read."}};
    case SdcTroubleKind::own_fault:
      return {"own_fault",
              {"L’appareil signale une panne. Lisez son écran ; jusque-là, surveillez au lit.",
               "The device reports a fault of its own. Read its screen; until then watch at the bedside."}};
    case SdcTroubleKind::flood:
      return {"flood",
              {"Il vient de l’adresse de l’appareil plus qu’un appareil n’envoie. Cherchez une panne, ou quelqu’un qui "
               "se sert de son adresse ; les autres lits ne sont pas retenus.",
               "More comes from the device's address than a device sends. Look for a fault, or for somebody who uses "
               "its address; the other beds are not held up."}};
    case SdcTroubleKind::no_number:
      return {
          "no_number",
          {"L’appareil envoie comme valeur ce qui n’est pas un nombre. Lisez les valeurs au lit ; faites vérifier et "
           "redémarrer l’appareil.",
           "The device sends as a value what is no number. Read the values at the bed; have the device checked, and "
           "restarted."}};
    case SdcTroubleKind::odd_name:
      return {"odd_name",
              {"L’appareil envoie un nom avec des caractères de commande ou du HTML. Comparez patient et appareil au "
               "lit ; ressaisissez le nom à l’appareil.",
               "The device sends a name with control characters or marks of HTML. Compare patient and device at the "
               "bed; type the name anew at the device."}};
    case SdcTroubleKind::odd_rate:
      return {"odd_rate",
              {"L’appareil envoie plus ou moins d’échantillons par seconde qu’il ne dit. Lisez les tracés au lit ; "
               "faites vérifier et redémarrer l’appareil.",
               "The device sends more or fewer samples a second than it states. Read the traces at the bed; have the "
               "device checked, and restarted."}};
    case SdcTroubleKind::unheard_traces:
      return {
          "unheard_traces",
          {"Les courbes de l’appareil ne viennent pas à qui s’y abonne, ainsi le poste ne les lit pas. Regardez-les au "
           "lit ; demandez au fabricant si l’appareil peut les envoyer aux abonnés plutôt que par multidiffusion.",
           "The device's traces do not come to whoever subscribes, so the station does not read them. Watch them at "
           "the bedside; ask the maker whether the device can send them to subscribers instead of by multicast."}};
    case SdcTroubleKind::several_patients:
      return {"several_patients",
              {"L’appareil mesure plusieurs patients. Ne l’affectez à aucun lit : ses valeurs ne se séparent pas ici.",
               "The device measures several patients. Assign it to no bed: its values cannot be told apart here."}};
  }
  return {};
}

event::TroubleHeard trouble_of(const Words& words, std::string_view detail, SdcLanguage language) {
  const std::string_view all = language == SdcLanguage::french ? words.text.french : words.text.english;
  const auto end = all.find(". ");
  event::TroubleHeard out;
  out.code = words.code;
  out.text = all.substr(0, end == std::string_view::npos ? end : end + 1);
  if (end != std::string_view::npos) out.remedy = all.substr(end + 2);
  if (const std::string said = shown(detail, device_text_bytes_max); !said.empty()) out.text += " (" + said + ")";
  return out;
}

}  // namespace

event::TroubleHeard sdc_trouble(const sdc::Trouble& trouble, SdcLanguage language) {
  return trouble_of({code_of(trouble.kind), sdc::remedy(trouble.kind)}, trouble.detail, language);
}

event::TroubleHeard sdc_trouble(SdcTroubleKind kind, std::string_view detail, SdcLanguage language) {
  return trouble_of(words_of(kind), detail, language);
}

}  // namespace cordon::gateway
