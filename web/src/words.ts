// SPDX-License-Identifier: Apache-2.0
// Every word the page says, in French and English, in one table. {name} is filled in by fill().

import type { Language } from "./format";

const table = {
  language_other: ["English", "Français"],
  skip: ["Aller à la situation", "Skip to the situation"],
  page: ["Situation", "Situation"],

  // The head line: what is happening.
  calm: ["Calme : rien à signaler", "Calm: nothing to report"],
  blind: ["Aveugle : {process} arrêté, rien n’est observé", "Blind: {process} is down, nothing is being observed"],
  helpless: ["Sans moyen d’agir : {process} arrêté", "Unable to act: {process} is down"],
  unsealed: [
    "Main courante non signée : cordon-seal arrêté (les coupures continuent)",
    "Logbook not signed: cordon-seal is down (cuts go on)",
  ],
  unwritten: [
    "La main courante ne s’écrit plus : aucune décision ne part",
    "The logbook cannot be written: no decision goes out",
  ],
  on_reserve: [
    "Disque plein : la main courante vit sur sa réserve",
    "Disk full: the logbook lives on its reserve",
  ],
  no_source: ["Aucune source : rien n’est observé", "No source: nothing is being observed"],
  starting: ["Démarrage : en attente du premier état", "Starting: waiting for the first state"],
  suspect: ["Poste {host} suspect sur le partage {share}", "Workstation {host} is suspect on share {share}"],
  suspect_bare: ["Poste {host} suspect", "Workstation {host} is suspect"],
  encrypts: ["Poste {host} chiffre le partage {share}", "Workstation {host} is encrypting share {share}"],
  encrypts_bare: ["Poste {host} chiffre des fichiers", "Workstation {host} is encrypting files"],
  encrypted: ["Poste {host} chiffrait le partage {share}", "Workstation {host} was encrypting share {share}"],
  encrypted_bare: ["Poste {host} chiffrait des fichiers", "Workstation {host} was encrypting files"],
  and_others: [" et {n} autre(s)", " and {n} more"],
  tail_none: ["rien n’est coupé", "nothing is cut"],
  tail_decided: ["coupure décidée, pas encore en place", "cut decided, not in place yet"],
  tail_applied: ["coupé, preuve attendue", "cut, proof awaited"],
  tail_holds: ["coupé, tenu", "cut, holds"],
  tail_unproven: ["coupé, non prouvé", "cut, unproven"],
  tail_failed: ["la coupure a échoué", "the cut failed"],
  tail_rehearsed: ["essai à blanc, rien n’est coupé", "dry run, nothing is cut"],
  tail_lifted: ["coupure levée", "cut lifted"],
  tail_lifting: ["levée demandée, coupure encore en place", "lifting, the cut is still in place"],
  tail_expired: ["coupure arrivée à terme", "cut expired"],
  tail_withheld: ["coupure retenue", "cut withheld"],
  title_alarm: ["ATTAQUE", "ATTACK"],
  title_warn: ["Attention", "Attention"],
  title_lost: ["LIAISON PERDUE", "LINK LOST"],

  // The one thing to do next.
  next: ["À faire", "Do next"],
  do_nothing: ["Rien à faire.", "Nothing to do."],
  do_nothing_watch: [
    "Rien à faire. En mode veille, Cordon conseille et ne coupe rien.",
    "Nothing to do. In watch mode Cordon advises and cuts nothing.",
  ],
  do_restart: ["Relancer {process} ; il revient seul d’ordinaire.", "Restart {process}; it normally comes back by itself."],
  do_free_space: ["Libérer de la place sur le disque de Cordon.", "Free some space on Cordon’s disk."],
  do_await_lift: [
    "Attendre quelques secondes que la règle soit levée pour {host}.",
    "Wait seconds until the rule is lifted for {host}.",
  ],
  do_source: ["Indiquer une interface ou une capture à lire.", "Name an interface or a capture to read."],
  do_wait: ["Attendre quelques secondes.", "Wait a few seconds."],
  do_suspect: [
    "Demander à {user} ce que fait ce poste ; les preuves sont ci-dessous.",
    "Ask {user} what this workstation is doing; the evidence is below.",
  ],
  do_unplug: [
    "Débrancher {host} du réseau, sans l’éteindre : {files}.",
    "Unplug {host} from the network, do not power it off: {files}.",
  ],
  do_unplug_failed: [
    "Débrancher {host} du réseau maintenant, sans l’éteindre : Cordon ne l’a pas coupé.",
    "Unplug {host} from the network now, do not power it off: Cordon has not cut it.",
  ],
  do_withheld: [
    "Décider pour {host} : une règle de sécurité retient la coupure.",
    "Decide about {host}: a safety rule withholds the cut.",
  ],
  do_check_proof: [
    "Vérifier au commutateur que {host} est coupé : la preuve manque.",
    "Check at the switch that {host} is cut: the proof is missing.",
  ],
  do_await_proof: ["Attendre la preuve quelques secondes ; préparer l’accès à {host}.", "Wait seconds for the proof; get ready to go to {host}."],
  do_contained: [
    "Aller voir {host} sans l’éteindre, puis restaurer : {files}.",
    "Go to {host}, do not power it off, then restore: {files}.",
  ],
  do_rehearsed: [
    "Essai à blanc : en réel, {host} aurait été coupé après {files}.",
    "Dry run: for real, {host} would have been cut after {files}.",
  ],
  do_over: [
    "Confirmer que {host} est sain : plus rien ne le retient.",
    "Confirm that {host} is clean: nothing holds it any more.",
  ],
  files_one: ["1 fichier touché", "1 file touched"],
  files_many: ["{n} fichiers touchés", "{n} files touched"],
  files_none: ["aucun fichier touché", "no file touched"],
  somebody: ["son utilisateur", "its user"],

  // Lost.
  lost: [
    "Liaison perdue depuis {age} — les données affichées datent de {time}",
    "Link lost for {age} — the data shown date from {time}",
  ],
  lost_never: ["Liaison perdue depuis {age} — aucune donnée reçue", "Link lost for {age} — no data received"],
  lost_retry: ["Nouvel essai dans {age}. La page revient seule.", "Next attempt in {age}. The page comes back by itself."],
  lost_trying: ["Nouvel essai en cours. La page revient seule.", "Trying again now. The page comes back by itself."],
  lost_last: ["Dernier état connu : {text}", "Last known state: {text}"],

  // The strip.
  box: ["Boîtier", "Box"],
  mode: ["Mode", "Mode"],
  mode_watch: ["veille", "watch"],
  mode_guard: ["garde", "guard"],
  mode_island: ["île", "island"],
  mode_watch_hint: ["conseille, ne coupe rien", "advises, cuts nothing"],
  mode_guard_hint: ["coupe seul dans son budget", "cuts by itself within its budget"],
  mode_island_hint: ["réseau de l’hôpital débranché", "hospital network is off"],
  source: ["Source", "Source"],
  source_live: ["direct, {name}", "live, {name}"],
  source_replay: ["relecture d’une capture, {name}", "replay of a capture, {name}"],
  source_none: ["aucune", "none"],
  replay_flag: ["Relecture", "Replay"],
  broken_flag: ["Affichage incomplet : recharger la page", "Display incomplete: reload the page"],
  packets: ["Paquets", "Packets"],
  packets_value: ["{n}, {drops} perdus, {gaps} trous", "{n}, {drops} dropped, {gaps} gaps"],
  sequence: ["Entrée", "Entry"],
  sequence_value: ["n° {n}", "no. {n}"],
  age: ["Reçu il y a", "Received"],
  age_value: ["{age}", "{age} ago"],
  processes: ["Processus", "Processes"],
  process_up: ["{name} en marche", "{name} up"],
  process_down: ["{name} arrêté depuis {age}", "{name} down for {age}"],
  version: ["Version", "Version"],

  // Cuts.
  cuts: ["Coupures", "Cuts"],
  cuts_none: ["Aucune coupure.", "No cut."],
  action_block_spread: ["blocage des protocoles de propagation", "block of the spreading protocols"],
  action_isolate: ["isolement du réseau", "isolation from the network"],
  action_block_out: ["blocage de la propagation sortante", "block of outbound spreading"],
  action_shield: ["protection contre la propagation entrante", "shield from inbound spreading"],
  action_block_flow: ["blocage d’un flux", "block of a flow"],
  action_close_border: ["fermeture d’une frontière à la propagation", "border closed to spreading"],
  action_disable_account: ["désactivation d’un compte", "account disabled"],

  // The plan for the whole estate.
  plan: ["Plan", "Plan"],
  plan_this: ["Ce plan", "This plan"],
  plan_sum: ["{cut} (coupures) + {left} (perdu) heures-patients", "{cut} (cuts) + {left} (lost) patient-hours"],
  plan_nothing: ["Ne rien faire", "Do nothing"],
  plan_infected: ["Isoler les infectés", "Isolate infected"],
  plan_all: ["Tout débrancher", "Pull everything"],
  patient_hours: ["{n} heures-patients", "{n} patient-hours"],
  plan_costs: ["coûte {n} heures-patients", "costs {n} patient-hours"],
  plan_needs: ["Attend l’accord de : {roles}", "Waits for the approval of: {roles}"],
  plan_given: ["Attend l’accord de : {roles} ; déjà donné par {given}", "Waits for the approval of: {roles}; already given by {given}"],
  plan_reason: ["Raison ", "Reason "],
  plan_approve: ["Approuver", "Approve"],
  plan_decline: ["Refuser", "Decline"],
  plan_forbid: ["Interdire cette ligne", "Forbid this line"],
  plan_free: ["Rendre au calcul", "Leave to the model"],
  plan_freeze: ["Geler les coupures automatiques", "Freeze automatic cuts"],
  plan_unfreeze: ["Rétablir les coupures automatiques", "Allow automatic cuts again"],
  plan_frozen: ["Coupures automatiques gelées par {who}", "Automatic cuts frozen by {who}"],
  plan_sent: ["Envoyé…", "Sent…"],
  plan_taken: ["Pris en compte ; le plan est recalculé.", "Taken; the plan is made anew."],
  plan_refused: ["Refusé : {why}", "Refused: {why}"],
  plan_more: ["Et {n} autres lignes", "And {n} more lines"],
  line_cut: ["coupé", "cut"],
  line_waits: ["attend", "waits"],
  line_advised: ["conseillé", "advised"],
  line_withheld: ["retenu", "withheld"],
  wish_force: ["imposé", "ordered"],
  wish_forbid: ["interdit", "forbidden"],
  means_nftables: ["nftables, sur le pont", "nftables, on the bridge"],
  means_radius: ["RADIUS, au commutateur", "RADIUS, at the switch"],
  means_samba: ["Samba, au serveur de fichiers", "Samba, at the file server"],
  means_dry_run: ["à blanc (rien n’est appliqué)", "dry run (nothing is enforced)"],
  state_decided: ["décidée", "decided"],
  state_applied: ["appliquée, preuve attendue", "applied, proof awaited"],
  state_holds: ["tient", "holds"],
  state_unproven: ["non prouvée", "unproven"],
  state_failed: ["échec", "failed"],
  state_rehearsed: ["à blanc", "dry run"],
  state_lifted: ["levée", "lifted"],
  state_lifting: ["levée en cours", "being lifted"],
  state_expired: ["à terme", "expired"],
  state_withheld: ["retenue", "withheld"],
  what: ["Quoi", "What"],
  by: ["Par", "By"],
  since: ["Depuis", "Since"],
  decided: ["Décidée", "Decided"],
  until: ["Jusqu’à", "Until"],
  left: ["encore {age}", "{age} left"],
  over: ["échéance passée", "past its end"],
  covers: ["Couvre", "Covers"],
  proof: ["Preuve", "Proof"],
  proof_none: ["aucune pour l’instant", "none yet"],
  proof_rehearsed: ["aucune : rien n’est appliqué", "none: nothing is enforced"],
  drops: ["{n} paquets rejetés", "{n} packets dropped"],
  because: ["Verdict", "Verdict"],
  roll_back: ["Lever la coupure", "Roll back"],
  roll_back_of: ["Lever la coupure de {host}", "Roll back the cut of {host}"],
  roll_back_reason: ["Raison (inscrite à la main courante)", "Reason (written to the logbook)"],
  roll_back_warning: [
    "Le poste pourra de nouveau écrire sur les partages.",
    "The workstation will be able to write to shares again.",
  ],
  roll_back_confirm: ["Confirmer la levée", "Confirm rollback"],
  cancel: ["Annuler", "Cancel"],
  roll_back_need: ["Écrire une raison.", "Write a reason."],
  roll_back_sent: ["Envoi…", "Sending…"],
  roll_back_ok: [
    "Demandée à {time}. Levée quand l’état ci-dessus le dit.",
    "Asked at {time}. Lifted once the state above says so.",
  ],
  roll_back_denied: ["Refusée : {why}", "Refused: {why}"],
  roll_back_failed: [
    "Pas de réponse du serveur : l’état de la coupure est inconnu d’ici.",
    "No answer from the server: the state of the cut is unknown from here.",
  ],

  // Signing in.
  door_sign_in: ["Se connecter", "Sign in"],
  door_sign_in_hint: ["Pour agir, et pour voir hors du boîtier.", "To act, and to look from beyond the box."],
  door_sign_in_send: ["Se connecter", "Sign in"],
  door_enter: ["Choisir sa phrase de passe", "Choose your passphrase"],
  door_enter_first: ["Première mise en service", "First set-up"],
  door_enter_hint: [
    "Avec le code affiché sur la console du boîtier, ou celui d’une invitation. Douze lettres ou plus : une phrase se retient mieux qu’un mot.",
    "With the code shown on the console of the box, or that of an invitation. Twelve letters or more: a sentence is easier to keep than a word.",
  ],
  door_enter_send: ["Entrer", "Enter"],
  door_to_enter: ["J’ai un code", "I have a code"],
  door_to_sign_in: ["J’ai un compte", "I have an account"],
  door_name: ["Nom", "Name"],
  door_name_new: ["Nom (comme a.durand)", "Name (such as a.durand)"],
  door_code: ["Code", "Code"],
  door_passphrase: ["Phrase de passe", "Passphrase"],
  door_passphrase_old: ["Phrase de passe actuelle", "Present passphrase"],
  door_passphrase_new: ["Nouvelle phrase de passe", "New passphrase"],
  door_again: ["La même, encore une fois", "The same once more"],
  door_passphrase_hint: ["Toutes les autres sessions de ce compte se terminent.", "Every other session of this account ends."],
  door_passphrase_send: ["Changer", "Change"],
  door_invite: ["Inviter la seconde personne", "Invite the second person"],
  door_invite_hint: [
    "Certaines décisions en demandent deux. Les comptes suivants se créent sur la console : cordon people add.",
    "Some decisions take two. Further accounts are made on the console: cordon people add.",
  ],
  door_invite_name: ["Son nom (comme b.martin)", "Their name (such as b.martin)"],
  door_invite_send: ["Inviter", "Invite"],
  door_invited: ["Code pour {name}", "Code for {name}"],
  door_invited_hint: [
    "À lui donner de vive voix. Valable une fois, pendant 72 heures ; il n’est plus affiché ensuite.",
    "Tell it in person. Valid once, for 72 hours; it is not shown again.",
  ],
  door_second: ["· seconde personne à inviter", "· invite the second person"],
  door_sign_out: ["Se déconnecter", "Sign out"],
  door_close: ["Fermer", "Close"],
  door_asking: ["Vérification…", "Checking…"],
  door_empty: ["Tout remplir.", "Fill in everything."],
  door_differ: ["Les deux ne sont pas pareilles.", "The two are not the same."],
  door_failed: ["Pas de réponse du serveur.", "No answer from the server."],
  door_wrong: ["Refusé : nom, code ou phrase de passe inexacts.", "Refused: wrong name, code or passphrase."],
  door_wait: ["Trop d’essais : attendre {n} s.", "Too many attempts: wait {n} s."],
  door_busy: ["Cordon est occupé : réessayer.", "Cordon is busy: try again."],
  door_malformed: ["Demande illisible.", "The request cannot be read."],
  door_idle: ["Sans activité depuis une demi-heure : se connecter de nouveau.", "Nobody was here for half an hour: sign in again."],
  door_not_allowed: ["votre rôle ne le permet pas.", "your role does not allow it."],
  door_name_bad: ["Un nom a 2 à 32 lettres sans accent, chiffres, points ou tirets.", "A name has 2 to 32 plain letters, digits, dots or dashes."],
  door_name_taken: ["Ce nom est pris.", "This name is taken."],
  door_console: ["Les autres comptes se créent sur la console du boîtier : cordon people add.", "Further accounts are made on the console of the box: cordon people add."],
  door_passphrase_short: ["Trop courte : douze lettres ou plus.", "Too short: twelve letters or more."],
  door_passphrase_long: ["Trop longue.", "Too long."],
  door_passphrase_not_text: ["Ce n’est pas un texte.", "This is no text."],
  door_passphrase_name: ["Ce n’est que le nom.", "This is only the name."],
  door_passphrase_monotone: ["Trop peu de lettres différentes.", "Too few different letters."],
  role_of_observer: ["observation", "observer"],
  role_of_nurse: ["soins", "nurse"],
  role_of_regulator: ["régulation", "regulator"],
  role_of_cyber: ["cybersécurité", "cyber"],
  role_of_director: ["direction", "director"],
  role_of_investigator: ["enquête", "investigator"],

  // Verdicts and evidence.
  verdicts: ["Verdicts et preuves", "Verdicts and evidence"],
  verdicts_none: ["Aucun verdict.", "No verdict."],
  level_quiet: ["calme", "quiet"],
  level_suspect: ["suspect", "suspect"],
  level_infected: ["infecté", "infected"],
  level_cut: ["coupé", "cut"],
  verdict_at: ["à {time}", "at {time}"],
  score_of: ["somme {score} pour un seuil de {threshold}", "sum {score} against a threshold of {threshold}"],
  rule: ["Règle", "Rule"],
  evidence_count_one: ["1 preuve", "1 piece of evidence"],
  evidence_count: ["{n} preuves", "{n} pieces of evidence"],
  evidence_none: ["Les preuves ne sont pas encore arrivées.", "The evidence has not arrived yet."],
  time: ["Heure", "Time"],
  file: ["Fichier", "File"],
  seen: ["Ce qui a été vu", "What was seen"],
  llr: ["Poids", "Weight"],
  llr_hint: [
    "logarithme du rapport de vraisemblance : attaque contre travail",
    "log-likelihood ratio: attack against work",
  ],
  sum: ["Somme", "Sum"],
  renamed_to: ["devenu", "became"],
  confirmed: ["confirmé par le serveur", "confirmed by the server"],
  one_sided: ["un seul sens, non confirmé", "one-sided, not confirmed"],
  entry_link: ["n° {n}", "no. {n}"],
  entry_link_hint: ["Voir l’entrée {n} de la main courante", "See logbook entry {n}"],
  under_user: ["sous {user}", "as {user}"],

  // Hosts.
  hosts: ["Postes et serveurs", "Hosts"],
  hosts_none: ["Aucun poste vu.", "No host seen."],
  host_state: ["État", "State"],
  address: ["Adresse", "Address"],
  name: ["Nom", "Name"],
  role: ["Rôle", "Role"],
  user: ["Utilisateur", "User"],
  touched: ["Fichiers", "Files"],
  first_seen: ["Vu depuis", "First seen"],
  protected: ["protégé", "protected"],
  protected_hint: [
    "Jamais isolé, ses flux de soin ne sont jamais coupés",
    "Never isolated, its care flows are never cut",
  ],
  role_workstation: ["poste", "workstation"],
  role_server: ["serveur", "server"],
  role_file_server: ["serveur de fichiers", "file server"],
  role_medical_device: ["dispositif médical", "medical device"],
  role_domain_controller: ["contrôleur de domaine", "domain controller"],
  role_hypervisor: ["hyperviseur", "hypervisor"],
  role_backup: ["sauvegarde", "backup"],
  role_bedside_gateway: ["passerelle de moniteurs", "bedside gateway"],
  role_telephony: ["téléphonie", "telephony"],
  role_building: ["bâtiment", "building automation"],
  role_terminal_server: ["serveur de bureaux à distance", "terminal server"],
  role_nat: ["passerelle NAT", "NAT gateway"],
  role_network: ["équipement réseau", "network equipment"],
  role_device: ["dispositif", "device"],
  role_printer: ["imprimante", "printer"],
  role_unknown: ["inconnu", "unknown"],

  // Logbook.
  logbook: ["Main courante", "Logbook"],
  filter: ["Filtrer", "Filter"],
  filter_hint: ["touche /", "key /"],
  log_number: ["N°", "No."],
  log_kind: ["Genre", "Kind"],
  log_sentence: ["Fait", "Fact"],
  log_none: ["Rien encore.", "Nothing yet."],
  log_no_match: ["Aucune entrée ne correspond au filtre.", "No entry matches the filter."],
  log_page: ["Entrées {from} à {to}, hors du direct.", "Entries {from} to {to}, not live."],
  log_back: ["Revenir au direct", "Back to live"],
  log_missing: ["L’entrée {n} n’a pas pu être lue.", "Entry {n} could not be read."],
  log_bound: ["Les {n} dernières entrées.", "The last {n} entries."],

  legal: [
    "Cordon n’est pas un dispositif médical et ne porte pas le marquage CE. Il n’éteint ni ne commande aucun appareil au lit du patient. Aide à la décision : un humain reste responsable.",
    "Cordon is not a medical device and bears no CE mark. It neither silences nor commands any bedside device. It supports decisions: a person remains responsible.",
  ],

  // What the looks found, as an engineer would say it.
  "structure.lost": ["structure perdue : {detail}", "structure lost: {detail}"],
  "structure.broken": ["structure absente : {detail}", "structure missing: {detail}"],
  "structure.kept": ["structure conservée : {detail}", "structure kept: {detail}"],
  "structure.changed": ["autre structure : {detail}", "another structure: {detail}"],
  "structure.packed": ["mis en archive : {detail}", "packed into an archive: {detail}"],
  "structure.gained": ["structure trouvée : {detail}", "structure gained: {detail}"],
  "structure.opaque": ["format inconnu, avant comme après", "unknown format, before and after"],
  structure_change: ["commençait par {before}, maintenant {after}", "began with {before}, now {after}"],
  structure_promise: ["« .{extension} » annonce {kind}, début inconnu", ".{extension} promises {kind}, unknown beginning"],
  "content.random": ["contenu aléatoire : {detail}", "random content: {detail}"],
  "content.random_some": ["contenu aléatoire, peu d’octets : {detail}", "random content, few bytes: {detail}"],
  "content.random_hint": ["contenu aléatoire, très peu d’octets : {detail}", "random content, very few bytes: {detail}"],
  "content.encoded": ["texte encodé, sans langue : {detail}", "encoded text, no language: {detail}"],
  "content.text": ["texte lisible", "readable text"],
  "content.text_lost": ["texte lisible avant, plus maintenant", "readable text before, not now"],
  "content.short": ["trop court pour juger : {detail}", "too short to judge: {detail}"],
  "content.compressed": ["contenu comprimé : {detail}", "compressed content: {detail}"],
  "content.plain": ["contenu ordinaire : {detail}", "ordinary content: {detail}"],
  chi_squared: ["χ² {chi} sur {bytes} (hasard pur : 255 ± 23)", "χ² {chi} over {bytes} (pure chance: 255 ± 23)"],
  "similarity.replaced": ["ne ressemble plus à l’ancien contenu : {detail}", "no longer resembles the old content: {detail}"],
  "similarity.partly": ["ressemble en partie à l’ancien contenu : {detail}", "resembles the old content in part: {detail}"],
  "similarity.kept": ["ressemble à l’ancien contenu : {detail}", "resembles the old content: {detail}"],
  kept_share: ["{share} % de {bytes} retrouvés", "{share} % of {bytes} found again"],
  "name.novel": ["extension qu’aucun logiciel n’annonce : {detail}", "extension that no known program uses: {detail}"],
  "name.converted": ["extension changée : {detail}", "extension changed: {detail}"],
  "name.renamed": ["renommé, même extension", "renamed, same extension"],
  "name.moved": ["déplacé, même nom", "moved, same name"],
  "name.dropped": ["extension ôtée", "extension dropped"],
  "name.same": ["même nom", "same name"],
  unusual_length: ["de longueur inhabituelle", "of unusual length"],
  "removal.removed": ["original supprimé", "original removed"],
  "removal.sibling": ["original supprimé, une copie d’à côté le remplace", "original removed, a sibling stands in its place"],
  "removal.replaced": ["original remplacé par renommage", "original replaced by a rename"],
  "removal.renamed": ["original renommé", "original renamed"],
  "removal.overwritten": ["original écrasé depuis le début", "original overwritten from the start"],
  "removal.written": ["réécrit sur place", "written in place"],
  "removal.created": ["fichier nouveau", "new file"],
  "removal.copied": ["copie écrite à côté, l’original demeure", "a sibling was written, the original stands"],
  "note.repeated": ["même texte nouveau dans {detail}", "same new text in {detail}"],
  "breadth.several": ["parcours : {detail}", "walk: {detail}"],
  "breadth.wide": ["parcours large : {detail}", "wide walk: {detail}"],
  folders: ["{n} dossiers", "{n} folders"],
  "decoy.touched": ["leurre touché", "decoy touched"],
  "kind.structure_lost": ["structure perdue", "structure lost"],
  "kind.text_lost": ["texte perdu", "text lost"],
  "kind.content_encoded": ["contenu encodé", "encoded content"],
  "kind.content_replaced": ["contenu remplacé", "content replaced"],
  "kind.content_random": ["contenu aléatoire", "random content"],
  "kind.novel_extension": ["extension inconnue", "novel extension"],
  "kind.original_removed": ["original supprimé", "original removed"],
  "kind.note_repeated": ["demande de rançon probable", "likely ransom note"],
  "kind.decoy_touched": ["leurre touché", "decoy touched"],
  "kind.work": ["travail ordinaire", "ordinary work"],
} as const satisfies Record<string, readonly [string, string]>;

export type Word = keyof typeof table;

let current: Language = "fr";
const remembered = "cordon.language";

export function language(): Language {
  return current;
}

/** restoreLanguage takes the language chosen last time; French when there is none or the browser keeps nothing. */
export function restoreLanguage(): void {
  try {
    current = localStorage.getItem(remembered) === "en" ? "en" : "fr";
  } catch {
    current = "fr";
  }
}

export function chooseLanguage(chosen: Language): void {
  current = chosen;
  try {
    localStorage.setItem(remembered, chosen);
  } catch {
    // Remembering is a comfort; the choice holds for this page.
  }
}

function fill(text: string, values: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** say gives a word or sentence in the language chosen. */
export function say(word: Word, values: Record<string, string> = {}): string {
  return fill(table[word][current === "fr" ? 0 : 1], values);
}

/** sayMaybe looks up a word that came from the server; undefined when the table does not know it. */
export function sayMaybe(word: string, values: Record<string, string> = {}): string | undefined {
  return Object.prototype.hasOwnProperty.call(table, word) ? say(word as Word, values) : undefined;
}
