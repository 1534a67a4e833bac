// SPDX-License-Identifier: Apache-2.0
// One line a logbook entry, in French and English.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/french.h"
#include "contain/firebreak.h"
#include "engine/situation.h"
#include "event/json.h"

namespace cordon::engine {

namespace {

using event::CutState;

// Whole reasons first, then the parts of those that carry names and numbers.
constexpr std::pair<std::string_view, std::string_view> french_parts[] = {
    {"no enforcer here can do this: do it by hand", "aucun moyen ici ne le peut : à faire à la main"},
    {"in case somebody unseen is infected: two persons",
     "au cas où quelqu'un que personne n'a vu est infecté : deux personnes"},
    {"in case somebody unseen is infected: a person decides",
     "au cas où quelqu'un que personne n'a vu est infecté : une personne décide"},
    {"ordered by a person; patients depend on it: two persons",
     "ordonné par une personne ; des patients en dépendent : deux personnes"},
    {"ordered by a person, but a safety rule forbids it or no means offers it",
     "ordonné par une personne, mais une règle de sécurité l'interdit ou aucun moyen ne l'offre"},
    {"its spreading is blocked already; to stop its other protocols, too, a person decides",
     "sa propagation est déjà bloquée ; arrêter aussi ses autres protocoles, à une personne de décider"},
    {"it would cut Cordon's own way to what carries its cuts out, never done: ",
     "cela couperait le chemin de Cordon vers ce qui exécute ses coupures, jamais fait : "},
    {"ordered by a person", "ordonné par une personne"},
    {"within the clinical harm budget", "dans le budget de tort clinique"},
    {"beyond the clinical harm budget", "au-delà du budget de tort clinique"},
    {"suspected, not infected, and patients depend on it: two persons",
     "suspecte, non infectée, et des patients en dépendent : deux personnes"},
    {"patients depend on it: two persons", "des patients en dépendent : deux personnes"},
    {"what one person alone has agreed to is as much as one may: two persons",
     "ce qu'une personne seule a accepté atteint ce qu'une seule peut : deux personnes"},
    {"suspected, not infected: a person decides", "suspecte, non infectée : une personne décide"},
    {"automatic cuts are frozen", "les coupures automatiques sont gelées"},
    {"the limit of automatic cuts an hour is reached", "la limite de coupures automatiques par heure est atteinte"},
    {"mode island: the hospital network is off", "mode île : le réseau de l'hôpital est coupé"},
    {"too much waits for people already: decide what waits first",
     "trop de décisions attendent déjà : décidez d'abord celles-là"},
    {"the plan changed", "le plan a changé"},
    {"its order was taken back, or it was forbidden: who agreed until then is asked anew",
     "l'ordre a été retiré, ou l'action interdite : les accords donnés jusque-là sont redemandés"},
    {" on a spreading protocol; no sensor follows the others",
     " sur un protocole de propagation ; aucune sonde ne suit les autres"},
    {"; no sensor follows this port, so another way round would not be seen",
     " ; aucune sonde ne suit ce port, un autre chemin ne se verrait pas"},
    {"before Cordon was started a server acknowledged new data after the cut",
     "avant le démarrage de Cordon, un serveur a acquitté de nouvelles données après la coupure"},
    {"rule read back and it drops packets, but no live sensor watches for another way round",
     "règle relue, elle jette des paquets, mais aucune sonde en marche ne guette un autre chemin"},
    {"rule read back, but it has dropped nothing yet: the host may be idle",
     "règle relue, mais elle n'a encore rien jeté : le poste est peut-être inactif"},
    {"rule read back, but no live sensor watches for another way round",
     "règle relue, mais aucune sonde en marche ne guette un autre chemin"},
    {"rule read back; nothing counts or tries what it stops",
     "règle relue ; rien ne compte ni n'éprouve ce qu'elle arrête"},
    {"rule read back, it drops packets", "règle relue, elle jette des paquets"},
    {"rule read back", "règle relue"},
    {", no server acknowledged new data", ", aucun serveur n'a acquitté de nouvelles données"},
    {"the file server turns the host away; what it does elsewhere is not stopped",
     "le serveur de fichiers refuse le poste ; ce qu'il fait ailleurs n'est pas arrêté"},
    {"the file server refuses the user and he has no share open; elsewhere he is not stopped",
     "le serveur de fichiers refuse l'utilisateur, qui n'a plus de partage ouvert ; ailleurs il n'est pas arrêté"},
    {"files were encrypted in this session: its user is refused, others work on",
     "des fichiers ont été chiffrés dans cette session : son utilisateur est refusé, les autres travaillent"},
    {"this name cannot be written down safely: end the session by hand",
     "ce nom ne peut pas être écrit sans risque : mettre fin à la session à la main"},
    {" is a protected account: it is never refused; go and see", " est un compte protégé : jamais refusé ; allez voir"},
    {"refused, but sessions live on: ", "refusé, mais des sessions vivent encore : "},
    {"another user's session shares its connection", "la session d'un autre partage sa connexion"},
    {"Samba has a 'username map': it judges other names than those that clients say",
     "Samba a un « username map » : il juge d'autres noms que ceux que disent les clients"},
    {"what it was asked of is not configured any more", "le moyen demandé n'est plus configuré"},
    {"the enforcer has not read its rule back", "la règle n'a pas pu être relue"},
    {"the enforcer did not answer before the deadline", "aucune réponse de l'exécutant avant l'échéance"},
    {"the rule was not there when read back; asked for again", "la règle n'était plus là à la relecture ; redemandée"},
    {"somebody else changed the rules of nftables; put back",
     "quelqu'un d'autre a changé les règles de nftables ; remises en place"},
    {"somebody else changed the bridge's rules; put back",  // as older logbooks have it
     "quelqu'un d'autre a changé les règles du pont ; remises en place"},
    {"dry run: nothing was enforced", "essai à blanc : rien n'a été appliqué"},
    {"would be refused: ", "serait refusé : "},
    {" connections would be ended", " connexions seraient coupées"},
    {" addresses would be blocked", " adresses seraient bloquées"},
    {"the cut reached its end", "la coupure est arrivée à son terme"},
    {"in force, and soon at its end: agree anew if it is to go on",
     "en place, et bientôt à son terme : à accorder à nouveau pour qu'elle continue"},
    {"the estate has it otherwise now: ", "la description de l'hôpital en dit maintenant autrement : "},
    {"care would stop with it", "des soins s'arrêteraient avec elle"},
    {"its address was given out anew", "son adresse a été attribuée à une autre machine"},
    {"no open session of this person", "aucune session ouverte de cette personne"},
    {"this person's roles do not permit it", "les rôles de cette personne ne le permettent pas"},
    {"nothing under this number waits for approval", "rien sous ce numéro n'attend d'accord"},
    {"this is settled already", "c'est déjà réglé"},
    {"its time is up", "le délai est passé"},
    {"what was approved is not what waits: it changed meanwhile",
     "ce qui est approuvé n'est plus ce qui attend : cela a changé entre-temps"},
    {"the same person approves once only", "la même personne n'approuve qu'une fois ; il faut l'accord d'une autre"},
    {"too many persons approved who do not count any more", "trop d'accords de personnes qui ne comptent plus"},
    {"this person has none of the roles that are needed", "cette personne n'a aucun des rôles nécessaires"},
    {"another role has to approve this", "votre rôle a déjà donné son accord : il en faut un autre"},
    {"this line waits for nobody's hand any more: look at the plan again",
     "cette ligne n'attend plus d'être faite à la main : relisez le plan"},
    {"there is no such cut", "cette coupure n'existe pas"},
    {"this cut is not in force any more, or is being lifted already",
     "cette coupure n'est plus en place, ou sa levée est déjà demandée"},
    {"freeze automatic cuts", "geler les coupures automatiques"},
    {"allow automatic cuts again", "rétablir les coupures automatiques"},
    {"its rule was read back before, but nobody can look at it any more",
     "sa règle avait été relue, mais plus personne ne peut la voir"},
    {"; not lifted yet: ", " ; pas encore levée : "},
    {"not lifted yet: ", "pas encore levée : "},
    {"too many cuts at once for ", "trop de coupures à la fois pour "},
    {"not heard since the start", "pas entendu depuis le démarrage"},
    {"a stray without its kind", "un reste en vigueur, de sorte inconnue"},
    {"the host's MAC is not known, and a switch knows stations by nothing else",
     "la MAC du poste n'est pas connue, et un commutateur ne connaît rien d'autre"},
    {" is not the address of one station", " n'est pas l'adresse d'une station"},
    {" acknowledged for ", " a acquitté pour "},
    {" has no session any more", " n'a plus de session"},
    {"no switch has a session of ", "aucun commutateur n'a de session de "},
    {"CoA-Request to ", "CoA-Request à "},
    {"Disconnect-Request to ", "Disconnect-Request à "},
    {" would be sent about ", " seraient envoyées au sujet de "},
    {"the station may log on again", "la station peut se reconnecter"},
    {"the port of ", "le port de "},
    {" was authorised again; asked for again", " était de nouveau autorisé ; redemandée"},
    {"the server's clock differs by ", "l'horloge du serveur diffère de "},
    {"smbd does not run", "smbd ne tourne pas"},
    {"the host's IP address is not known, and Samba knows clients by it",
     "l'adresse IP du poste n'est pas connue, et Samba ne connaît les clients que par elle"},
    {"its end is past", "sa fin est déjà passée"},
    {" sessions ended", " sessions fermées"},
    {" addresses or users allowed again", " adresses ou utilisateurs admis de nouveau"},
    {"somebody else changed Samba's configuration; asked for again",
     "quelqu'un d'autre a changé la configuration de Samba ; redemandée"},
    {" was not denied when read back; asked for again", " n'était plus refusé à la relecture ; redemandée"},
    {" still has a session; asked for again", " a encore une session ; redemandée"},
    {"until is past by the clock of this machine", "la fin est passée selon l'horloge de ce serveur"},
    {"until is more than 7 days away", "la fin est à plus de 7 jours"},
    {"more than 8 cuts name ", "plus de 8 coupures nomment "},
    {"smb.conf cannot be read", "smb.conf ne peut pas être lu"},
    {" cannot be read", " ne peut pas être lu"},
    {" is not ours: somebody else wrote it", " n'est pas de nous : quelqu'un d'autre l'a écrit"},
    {"only version 2 is spoken here", "seule la version 2 est parlée ici"},
    {"more than 1024 addresses denied", "plus de 1024 adresses refusées"},
    {"more than 256 logins refused", "plus de 256 utilisateurs refusés"},
    {"denied, but a process of its sessions also serves another client and was spared",
     "refusé, mais un processus de ses sessions sert aussi un autre client et a été épargné"},
    {"denied, but its sessions live on: ", "refusé, mais ses sessions vivent encore : "},
    {"the include file has no effect: something in smb.conf overrules it",
     "le fichier inclus est sans effet : autre chose dans smb.conf l'emporte"},
    {"testparm does not take smb.conf", "testparm n'accepte pas smb.conf"},
    {"a process did not end", "un processus ne s'est pas arrêté"},
    {"a set is full: ", "un ensemble est plein : "},
    {"the table is gone: ", "la table a disparu : "},
    {"no right to change the rules: ", "pas le droit de changer les règles : "},
    {"the kernel refused without a word", "le noyau a refusé sans un mot"},
    {"more than 8192 own ways", "plus de 8192 chemins propres"},
    {"more than 1024 care flows", "plus de 1024 flux de soins"},
    {"more than 32768 protected addresses", "plus de 32768 adresses protégées"},
    {"more than 64 ranges of spread ports", "plus de 64 plages de ports de propagation"},
    {"no config line has this id", "aucune ligne de configuration n'a ce numéro"},
    {"no spread_tcp was configured", "aucun spread_tcp n'est configuré"},
    {"nothing is cut before ensure says who is protected", "rien n'est coupé avant de savoir qui est protégé"},
    {" does not answer", " ne répond pas"},
    {"silent: ", "sans réponse : "},
    {" refused: ", " a refusé : "},
    {"reconciled: ", "remis d'accord : "},
    {" cuts asked for again, ", " coupures redemandées, "},
    {" addresses in force that no cut asks for, lifted", " adresses en vigueur qu'aucune coupure ne demande, levées"},
    {"the head of the logbook is not signed", "la tête de la main courante n'est pas signée"},
    {"infected host: its spreading protocols are blocked, care flows stay open",
     "poste infecté : ses protocoles de propagation sont bloqués, les flux de soins restent ouverts"},
    {"mode watch: Cordon advises and cuts nothing", "mode veille : Cordon conseille et ne coupe rien"},
    {"no border between networks can be closed by a rule",
     "aucune frontière entre réseaux ne peut être fermée par une règle"},
    {" is protected: it is never cut, but may be shielded; go and see it",
     " est protégé : jamais coupé, mais peut être protégé de la propagation entrante ; allez le voir"},
    {" is protected: it is never cut; go and see it", " est protégé : jamais coupé ; allez le voir"},
    {" stands for many people or hosts: end the session or ask a person",
     " représente plusieurs personnes ou postes : fermez la session ou décidez à plusieurs"},
    {"its care with ", "ses soins avec "},
    {" would stop, for the estate names no address of the server: a person decides",
     " cesseraient, car le parc ne nomme aucune adresse du serveur : à une personne de décider"},
    {" serves others: a person decides", " sert d'autres postes : à une personne de décider"},
    {" automatic cuts in the last hour: the limit; a person decides",
     " coupures automatiques dans la dernière heure : c'est la limite ; à une personne de décider"},
    {"no machine's MAC was seen to receive the answers for ",
     "on n'a vu la MAC d'aucune machine recevoir les réponses pour "},
    {", which is declared with one: who used its address is not known; ",
     ", qui est déclaré avec une MAC : on ne sait pas qui a utilisé son adresse ; "},
    {" answers for ", " répond pour "},
    {", whose declared MAC is another: another machine uses this address; decide by hand",
     ", dont la MAC déclarée est autre : une autre machine utilise cette adresse ; décidez à la main"},
    {" and many others and is not declared: if it is a router, declare it; ",
     " et pour beaucoup d'autres et n'est pas déclarée : si c'est un routeur, déclarez-le ; "},
    {"nothing of this name is declared or was seen: choose it on the page Network",
     "rien de ce nom n'est déclaré ni n'a été vu : choisissez-le à la page Réseau"},
    {" orders stand already, which is the limit: leave some of them to Cordon first",
     " ordres sont déjà en vigueur, c'est la limite : rendez-en d'abord au calcul"},
    {" lines done by hand are kept already, which is the limit: take some of them back first",
     " lignes faites à la main sont déjà retenues, c'est la limite : défaites-en d'abord"},
    {" is protected", " est protégé"},
    {"declined by ", "refusé par "},
    {"forbidden by ", "interdit par "},
    {": Cordon does not do it", " : Cordon ne le fait pas"},
    {": an order or a new verdict asks anew", " : un ordre ou un nouveau verdict le redemande"},
    {" acknowledged ", " a acquitté "},
    {" new bytes on port ", " nouveaux octets sur le port "},
    {" after the cut: another way round, or an impostor", " après la coupure : un autre chemin, ou un imposteur"},
    {"nftables: ", "nftables : "},
    {"samba: ", "samba : "},
    {"radius: ", "radius : "},
    {"mode watch", "mode veille"},
    {"mode island", "mode île"},
    {": a person decides", " : à une personne de décider"},
    {"a person decides", "à une personne de décider"},
};

Sentence of(const event::Started& e) {
  return {fmt::format("Cordon {} démarré, mode {}", e.version,
                      e.mode == event::Mode::watch   ? "veille"
                      : e.mode == event::Mode::guard ? "garde"
                                                     : "île"),
          fmt::format("Cordon {} started, mode {}", e.version, event::word(e.mode))};
}

Sentence of(const event::ProcessChanged& e) {
  const bool bare = e.detail.empty();
  return {fmt::format("{} {}{}{}", e.name, e.up ? "en marche" : "arrêté", bare ? "" : " : ", in_french(e.detail)),
          fmt::format("{} {}{}{}", e.name, e.up ? "up" : "down", bare ? "" : ": ", e.detail)};
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

/// seen_max: servers that a sentence about flows names; the entry has them all.
constexpr std::size_t seen_max = 3;

Sentence of(const event::FlowsSeen& e) {
  const std::string who = e.host.ip.unspecified() ? "UDP" : e.host.ip.text();
  Sentence out{who + " : connexions vues vers ", who + ": connections seen to "};
  for (std::size_t i = 0; i < std::min(e.flows.size(), seen_max); ++i) {
    const event::ServerSeen& seen = e.flows[i];
    const char* between = i == 0 ? "" : ", ";
    const bool given_out = seen.port == event::port_given_out;
    const bool one_way = seen.state == event::FlowState::one_way;
    const char* udp = seen.transport == event::Transport::udp ? " UDP" : "";
    out.fr += fmt::format("{}{} {}{}{}", between, seen.server.text(),
                          given_out ? "port dynamique" : fmt::format("port {}", seen.port), udp,
                          one_way ? " (sans réponse)" : "");
    out.en +=
        fmt::format("{}{} {}{}{}", between, seen.server.text(),
                    given_out ? "dynamic port" : fmt::format("port {}", seen.port), udp, one_way ? " (no answer)" : "");
  }
  const std::size_t more = e.flows.size() - std::min(e.flows.size(), seen_max);
  if (more > 0) {
    out.fr += fmt::format(" et {} autre{}", more, more == 1 ? "" : "s");
    out.en += fmt::format(" and {} more", more);
  }
  if (e.flows.empty()) out = {who + " : aucune connexion retenue", who + ": no connection taken"};
  if (e.beyond > 0) {
    out.fr += fmt::format(" ; {} au-delà de ce qui est retenu", e.beyond);
    out.en += fmt::format("; {} beyond what is kept", e.beyond);
  }
  return out;
}

/// french_kinds: what an observation is chiefly about. The English is the logbook's own word.
constexpr std::pair<std::string_view, std::string_view> french_kinds[] = {
    {"decoy_touched", "leurre touché"},        {"note_repeated", "note répétée"},
    {"structure_lost", "structure perdue"},    {"text_lost", "texte perdu"},
    {"content_encoded", "contenu encodé"},     {"content_replaced", "contenu remplacé"},
    {"content_random", "contenu aléatoire"},   {"novel_extension", "extension inconnue"},
    {"original_removed", "original supprimé"}, {"work", "travail"},
};

std::string_view kind_in_french(std::string_view kind) {
  const auto* found = std::ranges::find(french_kinds, kind, &std::pair<std::string_view, std::string_view>::first);
  return found != std::end(french_kinds) ? found->second : kind;
}

Sentence of(const event::Observation& e) {
  const std::string to = e.new_path.empty() ? "" : " → " + e.new_path;
  return {fmt::format(french_numbers(), "{} : {}{} ({}, poids {:+.1Lf}{})", e.host.ip.text(), e.path, to,
                      kind_in_french(e.kind), e.llr, e.confirmed ? "" : ", non confirmé par le serveur"),
          fmt::format("{}: {}{} ({}, weight {:+.1f}{})", e.host.ip.text(), e.path, to, e.kind, e.llr,
                      e.confirmed ? "" : ", not confirmed by the server")};
}

const char* plural(std::uint64_t count) {
  return count == 1 ? "" : "s";
}
const char* plural_in_french(std::uint64_t count) {
  return count < 2 ? "" : "s";
}

Sentence of(const event::WorkSummed& e) {
  return {fmt::format(french_numbers(), "{} : {} fichier{} de travail ordinaire sur {} (somme {:.1Lf})",
                      e.host.ip.text(), e.files, plural_in_french(e.files), e.share, e.llr),
          fmt::format("{}: {} file{} of ordinary work on {} (sum {:.1f})", e.host.ip.text(), e.files, plural(e.files),
                      e.share, e.llr)};
}

Sentence of(const event::Verdict& e) {
  const bool infected = e.level == event::Level::infected;
  const char* s_fr = plural_in_french(e.files_touched);
  const char* s = plural(e.files_touched);
  if (e.subject == event::Subject::session) {
    return {fmt::format(french_numbers(),
                        "Verdict : session de {} depuis {} infectée ({:.1Lf} sur {:.1Lf}, {} fichier{} touché{})",
                        e.name, e.host.ip.text(), e.score, e.threshold, e.files_touched, s_fr, s_fr),
            fmt::format("Verdict: session of {} from {} infected ({:.1f} of {:.1f}, {} file{} touched)", e.name,
                        e.host.ip.text(), e.score, e.threshold, e.files_touched, s)};
  }
  return {fmt::format(french_numbers(), "Verdict : {} {} ({:.1Lf} sur {:.1Lf}, {} fichier{} touché{})", e.name,
                      infected ? "infecté" : "suspect", e.score, e.threshold, e.files_touched, s_fr, s_fr),
          fmt::format("Verdict: {} {} ({:.1f} of {:.1f}, {} file{} touched)", e.name, event::word(e.level), e.score,
                      e.threshold, e.files_touched, s)};
}

/// ActionWords: "coupure de la propagation", "block spreading".
struct ActionWords {
  const char* action;
  const char* fr;
  const char* en;
};
constexpr ActionWords action_words[] = {
    {"block_spread", "bloquer la propagation", "block spreading"},
    {"block_out", "bloquer la propagation sortante", "block outbound spreading"},
    {"shield", "protéger des propagations entrantes", "shield from inbound spreading"},
    {"isolate", "isoler (sauf flux de soins)", "isolate (care flows excepted)"},
    {"block_flow", "couper un flux", "block a flow"},
    {"close_passage", "fermer une exception", "close an exception"},
    {"close_border", "fermer une frontière à la propagation", "close a border to spreading"},
    {"disable_account", "désactiver un compte", "disable an account"},
    {"end_sessions", "mettre fin aux sessions de", "end the sessions of"},
};

ActionWords words_of(const std::string& action) {
  for (const ActionWords& words : action_words) {
    if (action == words.action) return words;
  }
  return {action.c_str(), action.c_str(), action.c_str()};
}

/// Named is what a key says: "close_border A>B other" is "close a border to other protocols" and "A → B".
struct Named {
  std::string fr;  // empty where the action is not known
  std::string en;
  std::string subject;
};

std::string with_arrow(std::string ends) {
  const std::size_t at = ends.find('>');
  return at == std::string::npos ? ends : ends.replace(at, 1, " → ");
}

/// named_after reads a key; a name without a known action stands alone.
Named named_after(const std::string& key) {
  if (key == contain::firebreak_key) {
    return {"fermer toutes les frontières à la propagation", "close every border to spreading",
            "coupe-feu (firebreak)"};
  }
  const std::size_t space = std::min(key.find(' '), key.size());
  const std::string verb = key.substr(0, space);
  const auto words = std::ranges::find(action_words, verb, [](const ActionWords& w) { return std::string(w.action); });
  if (space == key.size() || words == std::end(action_words)) return {"", "", key};
  std::string subject = key.substr(space + 1);
  if (verb == "close_border") {
    constexpr std::string_view other = " other";
    constexpr std::string_view spreading = " spreading";
    if (subject.ends_with(other)) {
      subject.resize(subject.size() - other.size());
      return {"fermer une frontière aux autres protocoles", "close a border to other protocols", with_arrow(subject)};
    }
    if (subject.ends_with(spreading)) subject.resize(subject.size() - spreading.size());
  }
  if (verb == "close_border" || verb == "close_passage" || verb == "block_flow") subject = with_arrow(subject);
  return {words->fr, words->en, subject};
}

/// asked_in_french says what is asked of people in French; the entry has it in English (contain/words.cpp).
std::string asked_in_french(const std::string& what) {
  struct Form {
    std::string_view begins, ends, fr, fr_end;
  };
  constexpr Form forms[] = {
      {"block spreading from ", "", "bloquer la propagation depuis ", ""},
      {"shield ", " from spreading protocols", "protéger ", " des protocoles de propagation"},
      {"cut the flow ", "", "couper le flux ", ""},
      {"close the exception ", " to other protocols", "fermer l'exception ", " aux autres protocoles"},
      {"close the exception ", " to spreading protocols", "fermer l'exception ", " aux protocoles de propagation"},
      {"close the exception ", "", "fermer l'exception ", ""},  // of an older version
      {"close the border ", " to other protocols", "fermer la frontière ", " aux autres protocoles"},
      {"close the border ", " to spreading protocols", "fermer la frontière ", " aux protocoles de propagation"},
      {"firebreak: close ", " borders between networks to spreading protocols", "coupe-feu : fermer ",
       " frontières entre réseaux aux protocoles de propagation"},
      {"disable the account ", " and end its sessions", "désactiver le compte ", " et fermer ses sessions"},
  };
  for (const Form& form : forms) {
    const std::size_t around = form.begins.size() + form.ends.size();
    if (what.size() < around || !what.starts_with(form.begins) || !what.ends_with(form.ends)) continue;
    return std::string(form.fr) + what.substr(form.begins.size(), what.size() - around) + std::string(form.fr_end);
  }
  return what;
}

/// named_of says a line or a cut: by its key, which a first answer has not.
template <class Action>
Named named_of(const Action& a) {
  Named out = named_after(!a.key.empty() ? a.key : !a.what.empty() ? a.what : a.host.ip.text());
  if (out.fr.empty()) {
    const ActionWords words = words_of(a.action);
    out.fr = words.fr;
    out.en = words.en;
  }
  return out;
}

const char* french(event::Disposition disposition) {
  constexpr const char* words[] = {"couper", "à décider par une personne", "retenu", "attend une approbation"};
  return words[static_cast<std::size_t>(disposition)];
}

/// compared gives the plan beside the other ways out: sums of one kind. An older plan has none of its own.
Sentence compared(const event::PlanMade& e) {
  if (e.harm_all == 0) return {"", ""};
  const std::string whole_fr =
      e.harm_together ? fmt::format(" ; le plan coûterait en tout {:.0f} heures-patients,", *e.harm_together) : " ;";
  const std::string whole =
      e.harm_together ? fmt::format("; the plan would cost {:.0f} patient-hours in all,", *e.harm_together) : ";";
  return {fmt::format("{} ne rien faire coûterait {:.0f} heures-patients, tout débrancher {:.0f}", whole_fr,
                      e.harm_nothing, e.harm_all),
          fmt::format("{} doing nothing would cost {:.0f} patient-hours, pulling everything {:.0f}", whole,
                      e.harm_nothing, e.harm_all)};
}

Sentence of(const event::PlanMade& e) {
  const auto [compared_fr, compared_en] = compared(e);
  const std::size_t spare = e.no_longer_needed.size();
  const std::string spare_fr = spare == 0 ? "" : fmt::format(" ; devenues inutiles : {}", spare);
  const std::string spare_en = spare == 0 ? "" : fmt::format("; no longer needed: {}", spare);
  if (e.actions.empty()) {
    return {"Plan : rien de plus à couper" + spare_fr + compared_fr,
            "Plan: nothing more to cut" + spare_en + compared_en};
  }
  const event::PlannedAction& a = e.actions.front();
  const Named words = named_of(a);
  const std::string more_fr = e.actions.size() == 1 ? "" : fmt::format(" ; et {} autres lignes", e.actions.size() - 1);
  const std::string more = e.actions.size() == 1 ? "" : fmt::format("; and {} more lines", e.actions.size() - 1);
  const std::string saves_fr = a.saves ? fmt::format(french_numbers(), "{:.1Lf}", *a.saves) : "–";
  const std::string saves = a.saves ? fmt::format("{:.1f}", *a.saves) : "–";
  return {fmt::format(french_numbers(), "Plan pour {} : {}, {} ({}), coûte {:.1Lf} et épargne {} heures-patients{}{}{}",
                      words.subject, words.fr, french(a.disposition), in_french(a.why), a.harm, saves_fr, more_fr,
                      spare_fr, compared_fr),
          fmt::format("Plan for {}: {}, {} ({}), costs {:.1f} and saves {} patient-hours{}{}{}", words.subject,
                      words.en, event::word(a.disposition), a.why, a.harm, saves, more, spare_en, compared_en)};
}

Sentence of(const event::CutDecided& e) {
  const Named words = named_of(e);
  const std::size_t targets = e.macs.size() + e.ips.size() + e.flows.size() + e.borders.size() + e.sessions.size();
  const std::string by_fr = e.by.empty() ? "" : ", approuvée par " + e.by;
  const std::string by = e.by.empty() ? "" : ", approved by " + e.by;
  return {fmt::format("{} : décidé, {} : {} ({} adresses){}", e.id, words.fr, words.subject, targets, by_fr),
          fmt::format("{}: decided, {}: {} ({} addresses){}", e.id, words.en, words.subject, targets, by)};
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

Sentence of(const event::CutHandedOn& e) {
  return {fmt::format("{} : demandée aussi à {} ({})", e.id, e.means, in_french(e.why)),
          fmt::format("{}: asked of {} too ({})", e.id, e.means, e.why)};
}

Sentence of(const event::CutProlonged& e) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(e.until - e.at).count();
  const std::string by_fr = e.by.empty() ? "" : ", approuvée par " + e.by;
  const std::string by = e.by.empty() ? "" : ", approved by " + e.by;
  return {fmt::format("{} : prolongée, encore {} min{}", e.id, minutes, by_fr),
          fmt::format("{}: prolonged, {} min more{}", e.id, minutes, by)};
}

Sentence of(const event::CutNarrowed& e) {
  return {fmt::format("{} : {} n’est plus coupée, {} a maintenant cette adresse", e.id, e.ip.text(), e.to),
          fmt::format("{}: {} is no longer cut, {} has this address now", e.id, e.ip.text(), e.to)};
}

Sentence of(const event::CutChanged& e) {
  const std::string detail_fr = e.detail.empty() ? "" : " (" + in_french(e.detail) + ")";
  const std::string detail = e.detail.empty() ? "" : " (" + e.detail + ")";
  return {fmt::format("{} : {}{}, par {}", e.id, french(e.state), detail_fr, e.by),
          fmt::format("{}: {}{}, by {}", e.id, event::word(e.state), detail, e.by)};
}

const char* french(event::Role role) {
  constexpr const char* words[] = {"observateur", "soignant", "régulateur", "cybersécurité", "direction", "enquêteur"};
  return words[static_cast<std::size_t>(role)];
}

const char* french(event::PersonStep step) {
  constexpr const char* words[] = {"invité",    "entré",   "nouvelle phrase de passe", "rôles changés", "réinitialisé",
                                   "désactivé", "réactivé"};
  return words[static_cast<std::size_t>(step)];
}

const char* french(event::SessionStep step) {
  constexpr const char* words[] = {"connecté", "refusé", "déconnecté", "session terminée"};
  return words[static_cast<std::size_t>(step)];
}

const char* french(event::ApprovalStep step) {
  constexpr const char* words[] = {"approuvée", "accordée", "déclinée", "tentative refusée", "expirée", "utilisée"};
  return words[static_cast<std::size_t>(step)];
}

Sentence of(const event::PersonChanged& e) {
  std::string fr;
  std::string en;
  for (const event::Role role : e.roles) {
    fr += (fr.empty() ? "" : ", ") + std::string(french(role));
    en += (en.empty() ? "" : ", ") + std::string(event::word(role));
  }
  std::string step(event::word(e.step));
  std::ranges::replace(step, '_', ' ');
  return {fmt::format("Compte {} : {} ({}), par {}", e.name, french(e.step), fr, e.by),
          fmt::format("Account {}: {} ({}), by {}", e.name, step, en, e.by)};
}

Sentence of(const event::SessionChanged& e) {
  std::string step(event::word(e.step));
  std::ranges::replace(step, '_', ' ');
  const std::string from_fr = e.address.empty() ? "" : ", depuis " + e.address;
  const std::string from = e.address.empty() ? "" : ", from " + e.address;
  const std::string times_fr = e.attempts == 1 ? "" : fmt::format(", {} fois", e.attempts);
  const std::string times = e.attempts == 1 ? "" : fmt::format(", {} times", e.attempts);
  const std::string detail_fr = e.detail.empty() ? "" : " (" + in_french(e.detail) + ")";
  const std::string detail = e.detail.empty() ? "" : " (" + e.detail + ")";
  return {fmt::format("{} : {}{}{}{}", e.name.empty() ? "plusieurs noms" : e.name, french(e.step), from_fr, times_fr,
                      detail_fr),
          fmt::format("{}: {}{}{}{}", e.name.empty() ? "several names" : e.name, step, from, times, detail)};
}

Sentence of(const event::ApprovalAsked& e) {
  const std::string who = e.by.empty() ? "Cordon" : e.by;
  const Named words = named_after(e.what);
  const char* between = words.fr.empty() ? "" : " ";
  const std::string many = e.needs.size() == 1 ? "" : "s";
  return {fmt::format("{} : {} demande l'accord de {} personne{} : {}{}{}", e.id, who, e.needs.size(), many, words.fr,
                      between, words.fr.empty() ? asked_in_french(e.what) : words.subject),
          fmt::format("{}: {} asks for the approval of {} person{}: {}{}{}", e.id, who, e.needs.size(), many, words.en,
                      between, words.subject)};
}

Sentence of(const event::ApprovalChanged& e) {
  const std::string by_fr = e.by.empty() ? "" : " par " + e.by;
  const std::string by = e.by.empty() ? "" : " by " + e.by;
  const std::string detail_fr = e.detail.empty() ? "" : " (" + in_french(e.detail) + ")";
  const std::string detail = e.detail.empty() ? "" : " (" + e.detail + ")";
  return {fmt::format("{} : demande {}{}{}", e.id, french(e.step), by_fr, detail_fr),
          fmt::format("{}: approval {}{}{}", e.id, event::word(e.step), by, detail)};
}

Sentence of(const event::LineDecided& e) {
  constexpr const char* fr[] = {"imposée", "interdite", "rendue au calcul"};
  constexpr const char* en[] = {"ordered", "forbidden", "left to the model again"};
  const auto wish = static_cast<std::size_t>(e.wish);
  const Named words = named_after(e.key);
  const char* between = words.fr.empty() ? "" : " : ";
  return {fmt::format("Ligne « {}{}{} » {} par {}{}", words.fr, between, words.subject, fr[wish], e.by,
                      e.reason.empty() ? "" : " : " + e.reason),
          fmt::format("Line \"{}{}{}\" {} by {}{}", words.en, words.en.empty() ? "" : ": ", words.subject, en[wish],
                      e.by, e.reason.empty() ? "" : ": " + e.reason)};
}

Sentence of(const event::HandDone& e) {
  const Named words = named_after(e.key);
  const char* between = words.fr.empty() ? "" : " ";
  const std::string remark_fr = e.remark.empty() ? "" : " : " + e.remark;
  const std::string remark = e.remark.empty() ? "" : ": " + e.remark;
  return {fmt::format("À la main, dit {} : {}{}{}, {}{}", e.by, words.fr, between, words.subject,
                      e.done ? "fait, non prouvé" : "défait", remark_fr),
          fmt::format("By hand, says {}: {}{}{}, {}{}", e.by, words.en, between, words.subject,
                      e.done ? "done, not proven" : "taken back", remark)};
}

Sentence of(const event::OrderRefused& e) {
  const Named words = named_after(e.key);
  const char* between = words.fr.empty() ? "" : " ";
  return {fmt::format("Ordre de {} non retenu, « {}{}{} » : {}", e.by, words.fr, between,
                      words.fr.empty() ? in_french(words.subject) : words.subject, in_french(e.why)),
          fmt::format("Order of {} not taken, \"{}{}{}\": {}", e.by, words.en, between, words.subject, e.why)};
}

Sentence of(const event::Freeze& e) {
  return {fmt::format("Coupures automatiques {} par {}", e.frozen ? "gelées" : "rétablies", e.by),
          fmt::format("Automatic cuts {} by {}", e.frozen ? "frozen" : "allowed again", e.by)};
}

Sentence of(const event::ModeChosen& e) {
  constexpr const char* fr[] = {"veille", "garde", "île"};
  return {fmt::format("Mode {}, par {}", fr[static_cast<std::size_t>(e.mode)], e.by),
          fmt::format("Mode {}, by {}", event::word(e.mode), e.by)};
}

Sentence of(const event::ClockSet& e) {
  const long minutes = std::lround(std::abs(e.ahead_s) / 60);
  const bool forward = e.ahead_s > 0;
  if (minutes == 0) {
    return {"L'horloge de la machine est revenue à l'heure de Cordon",
            "The clock of the machine agrees with Cordon's time again"};
  }
  return {
      fmt::format(
          "L'horloge de la machine a été mise, elle {} de {} h {:02} min sur Cordon : il continue à son heure, les "
          "coupures gardent leur durée ; redémarrez-le au calme pour qu'il prenne la nouvelle",
          forward ? "avance" : "retarde", minutes / 60, minutes % 60),
      fmt::format("The clock of the machine was set, it is {} h {:02} min {} Cordon's: Cordon goes on by its own time, "
                  "cuts last as long as they should; start it anew when it is calm, to take the new time",
                  minutes / 60, minutes % 60, forward ? "ahead of" : "behind")};
}

Sentence of(const event::CertificateChanged& e) {
  return {fmt::format("Certificat de la page ({}) : SHA-256 {}", e.origin, e.fingerprint),
          fmt::format("Certificate of the page ({}): SHA-256 {}", e.origin, e.fingerprint)};
}

}  // namespace

std::string in_french(std::string_view reason) {
  std::string out(reason);
  for (const auto& [english, french] : french_parts) {
    for (auto at = out.find(english); at != std::string::npos; at = out.find(english, at + french.size())) {
      out.replace(at, english.size(), french);
    }
  }
  return out;
}

Sentence sentence_of(const event::Event& event) {
  return std::visit([](const auto& e) { return of(e); }, event);
}

}  // namespace cordon::engine
