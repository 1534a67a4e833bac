# SPDX-License-Identifier: Apache-2.0
"""What the reference hospital consists of: tables alone; make_hospital turns them into files.

Patterned on what was published about Versailles (three sites, the units that a general hospital of that size has), with 700 beds in
all: sources give 700 to 800, some for the main site alone. Every name is invented, every number without a source is an estimate and says so in docs/ESTATE.md.
"""

HOSPITAL = "Centre hospitalier de Saint-Orvain (hôpital de référence, inventé)"

# site code, name, part of its name in hosts, grain at its workstations' ports
SITES = [
    ("m", "Site Aurélien-Vasse", "spreading"),  # VLANs meet at a router where Cordon's bridge stands
    ("n", "Site Montclerc", "isolate"),         # switches with 802.1X: the port or nothing
    ("e", "EHPAD Les Charmilles", "isolate"),
]
MAIN = "m"

# site, building code, name
BUILDINGS = [
    ("m", "a", "Vasse A Hospitalisation"),
    ("m", "b", "Vasse B Plateau technique"),
    ("m", "c", "Vasse C Femme-mère-enfant"),
    ("m", "d", "Vasse D Psychiatrie"),
    ("m", "l", "Vasse L Logistique et administration"),
    ("n", "n", "Montclerc Principal"),
    ("n", "o", "Montclerc Consultations"),
    ("e", "e", "Charmilles Résidence"),
]

# building, code of hosts, name, kind, beds, patients (None: as many as 92 % of the beds), share of the workstations, VLAN group
UNITS = [
    ("b", "rea", "Réanimation polyvalente", "reanimation", 16, None, 34, "critique"),
    ("b", "usip", "USIP Soins intensifs polyvalents", "usip", 8, None, 16, "critique"),
    ("b", "usic", "USIC Soins intensifs de cardiologie", "usip", 10, None, 18, "critique"),
    ("b", "usinv", "USINV Soins intensifs neurovasculaires", "usip", 8, None, 12, "critique"),
    ("b", "usc", "USC Surveillance continue", "usip", 8, None, 14, "critique"),
    ("b", "bloc", "Bloc opératoire", "bloc", 0, 13, 62, "bloc"),
    ("b", "sspi", "SSPI Salle de réveil", "bloc", 12, 10, 16, "bloc"),
    ("b", "ambu", "Chirurgie ambulatoire", "chirurgie", 0, 18, 26, "bloc"),
    ("b", "endo", "Endoscopies", "chirurgie", 0, 6, 18, "bloc"),
    ("b", "urg", "Urgences adultes", "urgences", 8, 46, 78, "urgences"),
    ("b", "smur", "SAMU-SMUR", "smur", 0, 7, 34, "urgences"),
    ("b", "img", "Imagerie", "imagerie", 0, 32, 92, "imagerie"),
    ("b", "imgi", "Imagerie interventionnelle", "imagerie", 0, 4, 18, "imagerie"),
    ("b", "lab", "Laboratoire de biologie", "laboratoire", 0, 90, 84, "labo"),
    ("b", "ana", "Anatomopathologie", "laboratoire", 0, 20, 26, "labo"),
    ("b", "efs", "Dépôt de sang", "laboratoire", 0, 12, 6, "labo"),
    ("b", "pha", "Pharmacie", "pharmacie", 0, 110, 58, "pharmacie"),
    ("b", "ste", "Stérilisation", "sterilisation", 0, 30, 18, "pharmacie"),
    ("b", "dia", "Dialyse", "dialyse", 0, 24, 24, "specialites"),
    ("b", "onc", "Oncologie et hématologie", "oncologie", 22, None, 40, "specialites"),
    ("b", "hdj", "Hôpital de jour d'oncologie", "oncologie", 0, 22, 24, "specialites"),
    ("b", "rad", "Radiothérapie", "oncologie", 0, 9, 26, "specialites"),
    ("a", "car", "Cardiologie", "medecine", 25, None, 38, "medecine-1"),
    ("a", "pne", "Pneumologie", "medecine", 22, None, 32, "medecine-1"),
    ("a", "gas", "Gastro-entérologie", "medecine", 21, None, 30, "medecine-1"),
    ("a", "neu", "Neurologie", "medecine", 22, None, 34, "medecine-1"),
    ("a", "mpu", "Médecine post-urgences", "medecine", 24, None, 32, "medecine-1"),
    ("a", "inf", "Maladies infectieuses", "medecine", 15, None, 24, "medecine-2"),
    ("a", "end", "Endocrinologie et diabète", "medecine", 17, None, 26, "medecine-2"),
    ("a", "nep", "Néphrologie", "medecine", 15, None, 24, "medecine-2"),
    ("a", "rhu", "Rhumatologie", "medecine", 14, None, 20, "medecine-2"),
    ("a", "min", "Médecine interne", "medecine", 20, None, 28, "medecine-2"),
    ("a", "ger", "Gériatrie aiguë", "geriatrie", 22, None, 28, "medecine-2"),
    ("a", "vis", "Chirurgie viscérale", "chirurgie", 24, None, 34, "chirurgie"),
    ("a", "ort", "Chirurgie orthopédique", "chirurgie", 27, None, 36, "chirurgie"),
    ("a", "uro", "Urologie", "chirurgie", 17, None, 26, "chirurgie"),
    ("a", "orl", "ORL, ophtalmologie et stomatologie", "chirurgie", 13, None, 24, "chirurgie"),
    ("a", "vas", "Chirurgie vasculaire et thoracique", "chirurgie", 17, None, 26, "chirurgie"),
    ("a", "csa", "Consultations A", "consultations", 0, 60, 120, "consultations"),
    ("a", "csb", "Explorations fonctionnelles", "consultations", 0, 22, 46, "consultations"),
    ("c", "mat", "Maternité", "maternite", 30, None, 48, "enfant"),
    ("c", "nai", "Salle de naissance", "maternite", 7, 8, 26, "enfant"),
    ("c", "neo", "Néonatologie", "neonatologie", 17, None, 26, "enfant"),
    ("c", "ren", "Réanimation néonatale", "neonatologie", 8, None, 16, "enfant"),
    ("c", "gyn", "Gynécologie", "chirurgie", 13, None, 22, "enfant"),
    ("c", "ped", "Pédiatrie", "pediatrie", 22, None, 34, "enfant"),
    ("c", "upd", "Urgences pédiatriques", "urgences", 3, 16, 26, "enfant"),
    ("c", "csc", "Consultations mère-enfant", "consultations", 0, 24, 44, "enfant"),
    ("d", "psa", "Psychiatrie adultes", "psychiatrie", 31, None, 40, "psychiatrie"),
    ("d", "psb", "Psychiatrie de crise", "psychiatrie", 11, None, 22, "psychiatrie"),
    ("l", "std", "Standard téléphonique", "telephonie", 0, 60, 12, "logistique"),
    ("l", "bio", "Service biomédical", "technique", 0, 8, 30, "logistique"),
    ("l", "tec", "Services techniques et sécurité", "technique", 0, 12, 44, "logistique"),
    ("l", "log", "Restauration et blanchisserie", "technique", 0, 40, 26, "logistique"),
    ("l", "dsi", "Direction du système d'information", "informatique", 0, 20, 74, "dsi"),
    ("l", "adm", "Administration", "administration", 0, 30, 250, "administration"),
    ("l", "dim", "Information médicale et archives", "administration", 0, 20, 46, "administration"),
    ("l", "bur", "Bureau des entrées", "administration", 0, 40, 60, "administration"),
    ("n", "mssr", "Soins de suite de Montclerc", "geriatrie", 31, None, 36, "mc-soins"),
    ("n", "mger", "Gériatrie de Montclerc", "geriatrie", 25, None, 28, "mc-soins"),
    ("n", "musl", "Soins de longue durée", "geriatrie", 28, None, 22, "mc-soins"),
    ("n", "mdia", "Dialyse de Montclerc", "dialyse", 0, 12, 12, "mc-soins"),
    ("n", "mimg", "Imagerie de Montclerc", "imagerie", 0, 8, 18, "mc-plateau"),
    ("n", "mpha", "Pharmacie de Montclerc", "pharmacie", 0, 30, 14, "mc-plateau"),
    ("o", "mcs", "Consultations de Montclerc", "consultations", 0, 40, 90, "mc-consultations"),
    ("o", "mcmp", "Centre médico-psychologique", "psychiatrie", 0, 14, 34, "mc-consultations"),
    ("n", "madm", "Administration de Montclerc", "administration", 0, 12, 44, "mc-administration"),
    ("e", "ehp", "EHPAD", "ehpad", 67, None, 34, "eh-soins"),
    ("e", "eadm", "Accueil de l'EHPAD", "administration", 0, 6, 10, "eh-soins"),
]

# Service: code → (name, without it, the same in English, hours a unit can wait, fallback)
SERVICES = {
    "mon": ("surveillance centrale des lits", "une personne dans chaque chambre", "one carer in every room", 0, "none"),
    "ven": ("alarmes des respirateurs au poste de soins", "une personne dans chaque chambre", "one carer in every room", 0, "none"),
    "per": ("bibliothèque et suivi des perfusions", "réglage et relevé à la main au lit", "set and noted by hand at the bed", 4, "by_hand"),
    "aem": ("appel malade", "rondes et clochettes", "rounds and hand bells", 0, "by_hand"),
    "tel": ("téléphonie", "téléphones mobiles et talkies-walkies", "mobile telephones and hand-held radios", 0, "by_hand"),
    "reg": ("régulation du SAMU", "fiches papier, appels repris par un SAMU voisin", "paper, calls taken by a neighbouring SAMU", 0.25, "by_hand"),
    "dpi": ("dossier patient et prescriptions", "dossiers et feuilles de prescription sur papier", "records and prescriptions on paper", 1, "by_hand"),
    "res": ("résultats de laboratoire", "par téléphone et par coursier", "by telephone and messenger", 1, "by_hand"),
    "ima": ("images et comptes rendus", "lecture à la console, compte rendu par téléphone", "read at the console, reported by telephone", 0.5, "by_hand"),
    "med": ("circuit du médicament", "dotations et ordonnances papier", "ward stocks and paper prescriptions", 3, "by_hand"),
    "blo": ("programme et dossier d'anesthésie", "programme affiché, feuille d'anesthésie papier", "posted list, paper anaesthesia record", 0.5, "by_hand"),
    "ste": ("traçabilité de stérilisation", "registre papier; les boîtes non tracées attendent", "paper register; untraced sets wait", 2, "by_hand"),
    "urg": ("dossier des urgences", "tableau blanc et fiches papier", "white board and paper sheets", 0.5, "by_hand"),
    "ana": ("automates reliés au laboratoire", "saisie manuelle des résultats", "results typed by hand", 0.5, "by_hand"),
    "dic": ("envoi des images des modalités", "images gardées sur la modalité", "images kept on the modality", 1, "by_hand"),
    "ris": ("listes de travail d'imagerie", "identité saisie à la console", "identity typed at the console", 0.5, "by_hand"),
    "dia": ("suivi des séances de dialyse", "feuilles de séance papier", "paper session sheets", 1, "by_hand"),
    "chi": ("prescription des chimiothérapies", "protocoles papier, contrôle à deux", "paper protocols checked by two", 2, "by_hand"),
    "rad": ("pilotage de la radiothérapie", "pas de séance", "no treatment", 0, "none"),
    "san": ("délivrance des produits sanguins", "bons papier, contrôle à deux", "paper orders checked by two", 0.5, "by_hand"),
    "ids": ("ouverture de session", "comptes locaux de secours", "local emergency accounts", 2, "by_hand"),
    "fic": ("fichiers partagés", "classeurs du service", "the unit's own binders", 6, "by_hand"),
    "imp": ("impression", "étiquettes et ordonnances à la main", "labels and prescriptions by hand", 2, "by_hand"),
    "idt": ("identité et mouvements des patients", "registre papier, étiquettes à la main", "paper register, labels by hand", 1, "by_hand"),
    "rdv": ("rendez-vous", "agendas papier", "paper diaries", 4, "by_hand"),
    "mel": ("messagerie", "téléphone", "telephone", 12, "by_hand"),
    "gtb": ("gestion technique du bâtiment", "rondes des services techniques", "rounds by the technical staff", 4, "by_hand"),
    "bad": ("contrôle d'accès", "clés et gardiens", "keys and guards", 1, "by_hand"),
    "sau": ("sauvegardes", "pas de sauvegarde", "no backup", 48, "none"),
}

# What a workstation of a unit needs, by kind: service → share of the unit's care. With the devices' shares below, and less what goes
# on by hand, a unit loses less than all its care even with everything off.
NEEDS = {
    "reanimation": {"dpi": 0.12, "res": 0.12, "ima": 0.05, "med": 0.05, "ids": 0.03, "fic": 0.01, "imp": 0.01},
    "usip": {"dpi": 0.12, "res": 0.10, "ima": 0.05, "med": 0.05, "ids": 0.03, "fic": 0.01, "imp": 0.01},
    "bloc": {"blo": 0.20, "dpi": 0.08, "ima": 0.12, "res": 0.08, "ids": 0.03, "fic": 0.02, "imp": 0.01},
    "urgences": {"urg": 0.20, "dpi": 0.08, "res": 0.15, "ima": 0.18, "med": 0.03, "ids": 0.04, "fic": 0.01, "imp": 0.04},
    "smur": {"reg": 0.35, "ids": 0.03, "fic": 0.02, "imp": 0.01},
    "maternite": {"dpi": 0.14, "res": 0.08, "ima": 0.04, "med": 0.03, "ids": 0.03, "fic": 0.01, "imp": 0.02},
    "neonatologie": {"dpi": 0.12, "res": 0.12, "ima": 0.04, "med": 0.06, "ids": 0.03, "fic": 0.01, "imp": 0.01},
    "pediatrie": {"dpi": 0.18, "res": 0.12, "ima": 0.06, "med": 0.06, "ids": 0.04, "fic": 0.01, "imp": 0.02},
    "medecine": {"dpi": 0.22, "res": 0.14, "ima": 0.08, "med": 0.10, "ids": 0.05, "fic": 0.02, "imp": 0.02},
    "chirurgie": {"dpi": 0.20, "res": 0.10, "ima": 0.10, "med": 0.08, "ids": 0.05, "fic": 0.02, "imp": 0.02},
    "dialyse": {"dpi": 0.10, "res": 0.10, "med": 0.04, "ids": 0.04, "fic": 0.02, "imp": 0.01},
    "oncologie": {"chi": 0.22, "dpi": 0.14, "res": 0.14, "ima": 0.06, "ids": 0.04, "fic": 0.02, "imp": 0.01},
    "geriatrie": {"dpi": 0.18, "res": 0.06, "ima": 0.03, "med": 0.10, "ids": 0.04, "fic": 0.02, "imp": 0.02},
    "ehpad": {"dpi": 0.12, "med": 0.08, "ids": 0.03, "fic": 0.02, "imp": 0.01},
    "psychiatrie": {"dpi": 0.18, "med": 0.08, "res": 0.03, "ids": 0.04, "fic": 0.02, "imp": 0.01},
    "imagerie": {"ima": 0.20, "dpi": 0.05, "ids": 0.04, "fic": 0.02, "imp": 0.02},
    "laboratoire": {"res": 0.22, "ids": 0.03, "fic": 0.03, "imp": 0.03},
    "pharmacie": {"med": 0.40, "dpi": 0.08, "ids": 0.04, "fic": 0.04, "imp": 0.03},
    "sterilisation": {"ste": 0.45, "ids": 0.05, "fic": 0.03, "imp": 0.03},
    "consultations": {"dpi": 0.22, "rdv": 0.15, "ima": 0.06, "res": 0.05, "ids": 0.05, "fic": 0.03, "imp": 0.05},
    "telephonie": {"ids": 0.05, "fic": 0.05},
    "technique": {"ids": 0.08, "fic": 0.15, "mel": 0.10, "imp": 0.03},
    "informatique": {"ids": 0.20, "fic": 0.15, "mel": 0.10},
    "administration": {"ids": 0.10, "fic": 0.25, "mel": 0.15, "rdv": 0.05, "imp": 0.05},
}
NEEDS_OF_UNIT = {  # beside those of the kind
    "efs": {"san": 0.30}, "bloc": {"ste": 0.10, "san": 0.05}, "rea": {"san": 0.03}, "bur": {"idt": 0.30}, "urg": {"idt": 0.06, "san": 0.02},
    "std": {"tel": 0.60}, "img": {"ris": 0.20}, "imgi": {"ris": 0.15}, "mimg": {"ris": 0.20},
}

# Service → (server, port) that workstations use. 88 is Kerberos, 445 SMB; the rest are web applications.
WORKSTATION_SERVER = {
    "dpi": ("srv-dpi-app", 443), "res": ("srv-sgl-web", 443), "ima": ("srv-pacs-web", 443), "med": ("srv-pharma", 443),
    "blo": ("srv-bloc", 443), "ste": ("srv-steri", 443), "urg": ("srv-urgences", 443), "chi": ("srv-chimio", 443), "san": ("srv-transfusion", 443),
    "ids": ("srv-ad-1", 88), "fic": ("srv-fic", 445), "imp": ("srv-impression", 445), "idt": ("srv-admissions", 443), "rdv": ("srv-rdv", 443),
    "mel": ("srv-mel", 443), "reg": ("srv-regulation", 443), "tel": ("srv-autocom-1", 5061), "ris": ("srv-ris", 443),
}

# Device: what it is, network, protected, administered by, service, server, port, care flow, and the share of the unit's care that
# hangs on all of them together. "passerelle" is the bedside gateway of the unit's VLAN group.
DEVICES = {
    "mon": ("moniteur", "moniteurs", True, "biomédical", "mon", "passerelle", 2575, True, 0.34),
    "ven": ("respirateur", "respirateurs", True, "biomédical", "ven", "passerelle", 2576, True, 0.08),
    "pmp": ("rack de pompes", "perfusion", True, "biomédical", "per", "srv-perfusion", 443, False, 0.06),
    "ane": ("appareil d'anesthésie", "respirateurs", True, "biomédical", "blo", "passerelle", 2575, True, 0.08),
    "cou": ("incubateur", "couveuses", True, "biomédical", "mon", "passerelle", 2577, True, 0.04),
    "ctg": ("cardiotocographe", "couveuses", True, "biomédical", "mon", "passerelle", 2578, True, 0.15),
    "gen": ("générateur de dialyse", "dialyse", True, "fournisseur dialyse", "dia", "srv-dialyse", 443, True, 0.20),
    "acc": ("accélérateur", "radiotherapie", True, "fournisseur radiothérapie", "rad", "srv-radiotherapie", 104, True, 0.35),
    "sca": ("scanner", "modalites", False, "fournisseur imagerie", "dic", "srv-pacs-dicom", 11112, True, 0.14),
    "irm": ("IRM", "modalites", False, "fournisseur imagerie", "dic", "srv-pacs-dicom", 11112, True, 0.10),
    "rx": ("table de radiologie", "modalites", False, "fournisseur imagerie", "dic", "srv-pacs-dicom", 11112, True, 0.12),
    "ech": ("échographe", "echographes", False, "biomédical", "dic", "srv-pacs-dicom", 104, True, 0.06),
    "arc": ("salle d'angiographie", "modalites", True, "fournisseur imagerie", "dic", "srv-pacs-dicom", 11112, True, 0.25),
    "aut": ("automate d'analyse", "automates", False, "fournisseur laboratoire", "ana", "srv-middleware-labo", 2575, True, 0.40),
    "gaz": ("analyseur de gaz du sang", "delocalises", False, "fournisseur laboratoire", "ana", "srv-middleware-labo", 2576, True, 0.05),
    "rob": ("robot de dispensation", "automates", False, "fournisseur pharmacie", "med", "srv-pharma", 9443, False, 0.10),
    "lav": ("laveur ou autoclave", "automates", False, "fournisseur stérilisation", "ste", "srv-steri", 8443, False, 0.20),
    "ecg": ("électrocardiographe", "mobiles", False, "biomédical", "dpi", "srv-dpi-hl7", 2575, False, 0.03),
    "aem": ("centrale d'appel malade", "appel", True, "services techniques", "aem", "srv-appel-malade", 5060, True, 0.03),
}

# How many of each a unit has; "lit" is one a bed, "2lit" one every second bed.
DEVICES_OF_UNIT = {
    "rea": {"mon": "lit", "ven": "lit", "pmp": "lit", "gaz": 2, "ech": 1, "aem": 1},
    "usip": {"mon": "lit", "pmp": "lit", "ven": 4, "aem": 1}, "usic": {"mon": "lit", "pmp": "lit", "ecg": 2, "ech": 1, "aem": 1},
    "usinv": {"mon": "lit", "pmp": "lit", "aem": 1}, "usc": {"mon": "lit", "pmp": "lit", "ven": 2, "aem": 1},
    "bloc": {"mon": 16, "ane": 14, "pmp": 14, "ech": 3, "gaz": 1}, "sspi": {"mon": "lit", "aem": 1}, "ambu": {"mon": 6, "aem": 1},
    "endo": {"mon": 4, "ane": 2}, "urg": {"mon": 22, "ven": 4, "pmp": 10, "ecg": 4, "ech": 3, "gaz": 2, "aem": 1}, "smur": {"mon": 7},
    "img": {"sca": 4, "irm": 3, "rx": 9, "ech": 8}, "imgi": {"arc": 3, "ane": 1, "mon": 3}, "lab": {"aut": 34, "gaz": 1}, "ana": {"aut": 6},
    "efs": {"aut": 2}, "pha": {"rob": 4}, "ste": {"lav": 11}, "dia": {"gen": 24, "mon": 4, "aem": 1}, "onc": {"pmp": "2lit", "aem": 1},
    "hdj": {"pmp": 14}, "rad": {"acc": 3, "sca": 1}, "car": {"mon": 12, "ecg": 3, "aem": 1}, "pne": {"mon": 6, "ecg": 1, "aem": 1},
    "gas": {"ecg": 1, "aem": 1}, "neu": {"mon": 4, "ecg": 1, "aem": 1}, "mpu": {"ecg": 2, "aem": 1}, "inf": {"ecg": 1, "aem": 1},
    "end": {"ecg": 1, "aem": 1}, "nep": {"ecg": 1, "aem": 1}, "rhu": {"aem": 1}, "min": {"ecg": 1, "aem": 1}, "ger": {"ecg": 1, "aem": 1},
    "vis": {"pmp": "2lit", "aem": 1}, "ort": {"aem": 1}, "uro": {"aem": 1}, "orl": {"aem": 1}, "vas": {"mon": 6, "aem": 1},
    "csb": {"ecg": 6, "ech": 6}, "mat": {"ctg": 6, "aem": 1}, "nai": {"ctg": "lit", "mon": 4, "aem": 1},
    "neo": {"mon": "lit", "cou": 14, "pmp": "2lit", "aem": 1}, "ren": {"mon": "lit", "ven": "lit", "pmp": "lit", "cou": "lit", "gaz": 1, "aem": 1},
    "gyn": {"ech": 2, "aem": 1}, "ped": {"mon": 10, "pmp": "2lit", "aem": 1}, "upd": {"mon": 6, "aem": 1}, "csc": {"ech": 4, "ctg": 2},
    "psa": {"aem": 1}, "psb": {"aem": 1}, "mssr": {"aem": 1, "ecg": 1}, "mger": {"aem": 1, "ecg": 1}, "musl": {"aem": 1},
    "mdia": {"gen": 12, "aem": 1}, "mimg": {"sca": 1, "rx": 3, "ech": 2}, "ehp": {"aem": 2},
}

# Server, network, role, unit, protected, administered by, harm if lost beside its flows (data typed again, in patient-hours)
SERVERS = [
    ("srv-ad-1", "srv-annuaire", "domain_controller", "dsi", False, "internal", 1500),
    ("srv-ad-2", "srv-annuaire", "domain_controller", "dsi", False, "internal", 1500),
    ("srv-pki", "srv-annuaire", "server", "dsi", False, "internal", 300),
    ("srv-fic", "srv-fichiers", "server", "dsi", False, "internal", 900),
    ("srv-fic-2", "srv-fichiers", "server", "adm", False, "internal", 400),
    ("srv-impression", "srv-fichiers", "server", "dsi", False, "internal", 60),
    ("srv-bureau-distant", "srv-fichiers", "terminal_server", "dsi", False, "internal", 80),
    ("srv-mel", "srv-fichiers", "server", "dsi", False, "internal", 200),
    ("srv-dpi-app", "srv-dossier", "server", "dsi", False, "fournisseur dossier", 2500),
    ("srv-dpi-base", "srv-dossier", "server", "dsi", False, "fournisseur dossier", 4000),
    ("srv-dpi-hl7", "srv-dossier", "server", "dsi", False, "internal", 300),
    ("srv-admissions", "srv-dossier", "server", "bur", False, "fournisseur dossier", 800),
    ("srv-rdv", "srv-dossier", "server", "csa", False, "fournisseur dossier", 200),
    ("srv-urgences", "srv-dossier", "server", "urg", False, "fournisseur urgences", 400),
    ("srv-bloc", "srv-dossier", "server", "bloc", False, "fournisseur bloc", 500),
    ("srv-pharma", "srv-dossier", "server", "pha", False, "fournisseur pharmacie", 500),
    ("srv-chimio", "srv-dossier", "server", "onc", False, "fournisseur pharmacie", 500),
    ("srv-steri", "srv-dossier", "server", "ste", False, "fournisseur stérilisation", 200),
    ("srv-dialyse", "srv-dossier", "server", "dia", False, "fournisseur dialyse", 150),
    ("srv-regulation", "srv-samu", "server", "smur", True, "fournisseur régulation", 600),
    ("srv-sgl-base", "srv-labo", "server", "lab", False, "fournisseur laboratoire", 1200),
    ("srv-sgl-web", "srv-labo", "server", "lab", False, "fournisseur laboratoire", 100),
    ("srv-middleware-labo", "srv-labo", "server", "lab", False, "fournisseur laboratoire", 300),
    ("srv-transfusion", "srv-labo", "server", "efs", False, "fournisseur laboratoire", 200),
    ("srv-pacs-dicom", "srv-imagerie", "server", "img", False, "fournisseur imagerie", 600),
    ("srv-pacs-web", "srv-imagerie", "server", "img", False, "fournisseur imagerie", 100),
    ("srv-pacs-archive", "srv-imagerie", "server", "img", False, "fournisseur imagerie", 1800),
    ("srv-ris", "srv-imagerie", "server", "img", False, "fournisseur imagerie", 300),
    ("srv-radiotherapie", "srv-imagerie", "server", "rad", False, "fournisseur radiothérapie", 700),
    ("srv-perfusion", "srv-biomedical", "server", "bio", False, "biomédical", 100),
    ("srv-biomed", "srv-biomedical", "server", "bio", False, "biomédical", 50),
    ("srv-autocom-1", "telephonie", "telephony", "std", True, "fournisseur téléphonie", 200),
    ("srv-autocom-2", "telephonie", "telephony", "std", True, "fournisseur téléphonie", 100),
    ("srv-appel-malade", "telephonie", "telephony", "tec", True, "services techniques", 100),
    ("srv-gtb", "batiment", "server", "tec", False, "services techniques", 60),
    ("srv-badges", "batiment", "server", "tec", False, "services techniques", 40),
    ("srv-sauvegarde-1", "srv-sauvegarde", "backup", "dsi", False, "internal", 6000),
    ("srv-sauvegarde-2", "srv-sauvegarde", "backup", "dsi", False, "internal", 3000),
    ("srv-teledistribution", "srv-gestion", "server", "dsi", False, "internal", 150),
    ("srv-antivirus", "srv-gestion", "server", "dsi", False, "internal", 60),
    ("srv-supervision", "srv-gestion", "server", "dsi", False, "internal", 40),
    ("srv-rebond", "srv-gestion", "terminal_server", "dsi", False, "internal", 40),
    ("srv-radius", "srv-gestion", "server", "dsi", False, "internal", 80),
    ("srv-telemaintenance", "telemaintenance", "terminal_server", "bio", False, "fournisseurs", 30),
    ("srv-messagerie-securisee", "zone-exterieure", "server", "dsi", False, "internal", 40),
    ("srv-portail-patient", "zone-exterieure", "server", "dsi", False, "internal", 40),
    ("srv-vpn", "zone-exterieure", "server", "dsi", False, "internal", 40),
]
# Hardened: who has no account there cannot break in. Every account that signs in there stands in ACCOUNTS.
HARDENED_ROLES = ("domain_controller", "hypervisor", "backup")
HARDENED = ("srv-dpi-base", "srv-sgl-base")
HYPERVISORS = 14  # each carries a part of the servers above
OTHER_SERVERS = 96  # applications of one office or another: on the network, of no weight for care

# Server to server: client, server, port, service, unit of the patients, share, tolerance (None: the service's), care
SERVER_FLOWS = [
    ("srv-dpi-app", "srv-dpi-base", 1521, "dpi", "mpu", 0.15, None, False),
    ("srv-sgl-web", "srv-sgl-base", 1433, "res", "lab", 0.10, None, False),
    ("srv-middleware-labo", "srv-sgl-base", 2575, "ana", "lab", 0.15, None, True),
    ("srv-sgl-base", "srv-dpi-hl7", 2575, "res", "mpu", 0.05, None, False),
    ("srv-ris", "srv-pacs-dicom", 11112, "ris", "img", 0.10, None, False),
    ("srv-pacs-dicom", "srv-pacs-archive", 11112, "dic", "img", 0.05, 24, False),
    ("srv-pacs-web", "srv-pacs-archive", 445, "ima", "img", 0.08, 4, False),
    ("srv-admissions", "srv-dpi-hl7", 2575, "idt", "bur", 0.15, None, False),
    ("srv-admissions", "srv-sgl-base", 2575, "idt", "lab", 0.05, None, False),
    ("srv-admissions", "srv-ris", 2575, "idt", "img", 0.05, None, False),
    ("srv-urgences", "srv-dpi-base", 1521, "urg", "urg", 0.05, None, False),
    ("srv-bloc", "srv-dpi-hl7", 2575, "blo", "bloc", 0.03, None, False),
    ("srv-pharma", "srv-dpi-hl7", 2575, "med", "pha", 0.08, None, False),
    ("srv-perfusion", "srv-dpi-hl7", 2575, "per", "rea", 0.02, None, False),
    ("srv-regulation", "srv-autocom-1", 5061, "tel", "smur", 0.25, None, True),
    ("srv-autocom-2", "srv-autocom-1", 5061, "tel", "std", 0.10, None, True),
    ("srv-appel-malade", "srv-autocom-1", 5061, "aem", "mpu", 0.02, None, True),
    ("srv-telemaintenance", "srv-biomed", 443, "sau", "bio", 0.05, None, False),
]

# Networks of servers and things on the main site, and what is permitted inside each
OTHER_NETWORKS = {
    "srv-annuaire": "spreading other", "srv-fichiers": "spreading other", "srv-dossier": "spreading other", "srv-samu": "other",
    "srv-labo": "spreading other", "passerelles": "other", "srv-imagerie": "spreading other", "srv-biomedical": "spreading other", "srv-sauvegarde": "spreading other",
    "srv-gestion": "spreading other", "srv-hyperviseurs": "spreading other", "telephonie": "other", "batiment": "other",
    "telemaintenance": "none", "zone-exterieure": "none", "equipements": "spreading other", "impression": "other",
}

# Border: networks from, networks to (each also where another site has one of that name), what it permits, whether it can be closed
BORDERS = [
    ("postes-*", "postes-*", "spreading other", True),  # as in most houses: a router without a filter
    ("postes-*", "srv-annuaire", "spreading other", False),
    ("postes-*", "srv-fichiers", "spreading other", True),
    ("postes-*", "srv-dossier srv-labo srv-imagerie srv-samu srv-biomedical", "other", True),
    ("postes-*", "impression", "other", False),
    ("postes-*", "telephonie", "other", False),
    ("postes-*", "zone-exterieure", "other", True),
    ("postes-imagerie postes-mc-plateau", "modalites echographes", "spreading other", True),
    ("postes-labo postes-pharmacie", "automates", "spreading other", True),
    ("postes-critique postes-bloc postes-enfant", "passerelles perfusion-*", "other", True),
    ("postes-dsi", "srv-* telemaintenance equipements zone-exterieure", "spreading other", True),
    ("postes-logistique", "batiment", "spreading other", True),
    ("srv-annuaire", "postes-*", "spreading other", True),
    ("srv-gestion", "postes-*", "spreading other", True),
    ("srv-gestion", "srv-annuaire srv-fichiers srv-dossier srv-labo srv-imagerie srv-biomedical srv-hyperviseurs equipements", "spreading other", True),
    ("srv-annuaire", "srv-fichiers srv-dossier srv-labo srv-imagerie srv-biomedical srv-gestion", "spreading other", True),
    ("srv-fichiers srv-dossier srv-labo srv-imagerie srv-biomedical srv-gestion", "srv-annuaire", "spreading other", False),
    ("srv-dossier", "srv-labo srv-imagerie srv-fichiers", "spreading other", True),
    ("srv-labo srv-imagerie srv-biomedical srv-samu", "srv-dossier", "other", True),
    ("srv-imagerie", "srv-fichiers", "spreading other", True),
    ("srv-samu", "telephonie", "other", False),
    ("srv-sauvegarde", "srv-annuaire srv-fichiers srv-dossier srv-labo srv-imagerie srv-hyperviseurs", "spreading other", True),
    ("srv-hyperviseurs", "srv-sauvegarde", "spreading other", True),
    ("moniteurs-* respirateurs-* couveuses-*", "passerelles", "other", False),
    ("passerelles", "srv-dossier srv-biomedical", "other", True),
    ("perfusion-*", "srv-biomedical", "other", False),
    ("mobiles-*", "srv-dossier", "other", True),
    ("modalites echographes radiotherapie", "srv-imagerie", "other", False),
    ("modalites", "srv-fichiers", "spreading other", True),
    ("automates", "srv-labo srv-dossier", "other", False),
    ("delocalises", "srv-labo", "other", False),
    ("dialyse", "srv-dossier", "other", False),
    ("appel", "telephonie", "other", False),
    ("telemaintenance", "modalites radiotherapie automates srv-labo srv-imagerie srv-biomedical", "spreading other", True),
    ("zone-exterieure", "srv-annuaire srv-fichiers", "spreading other", True),
    ("zone-exterieure", "srv-dossier", "other", True),
    ("batiment", "srv-annuaire", "other", True),
]

# Account: name, signs in on, shared, unit whose work stops, share
ACCOUNTS = [
    ("adm-domaine-1", "role:domain_controller|role:server|role:workstation|role:terminal_server", False, "dsi", 0.1),
    ("adm-domaine-2", "role:domain_controller|role:server|role:workstation|role:terminal_server", False, "dsi", 0.1),
    ("adm-postes", "role:workstation", True, "dsi", 0.1),
    ("adm-virtualisation", "role:hypervisor", True, "dsi", 0.1),
    ("svc-teledistribution", "role:workstation", True, "dsi", 0.1),
    ("svc-antivirus", "role:workstation|role:server", True, "dsi", 0.05),
    ("svc-sauvegarde", "role:server|role:hypervisor|role:backup", True, "dsi", 0.1),
    ("svc-dossier", "srv-dpi-app|srv-dpi-base|srv-dpi-hl7|srv-urgences|srv-bloc|srv-rdv", True, "mpu", 0.15),
    ("svc-laboratoire", "srv-sgl-base|srv-sgl-web|srv-middleware-labo", True, "lab", 0.3),
    ("svc-pacs", "srv-pacs-dicom|srv-pacs-web|srv-pacs-archive|srv-ris", True, "img", 0.25),
    ("fournisseur-imagerie", "srv-telemaintenance|srv-pacs-dicom|srv-ris|network:modalites", True, "img", 0.02),
    ("fournisseur-laboratoire", "srv-telemaintenance|srv-sgl-base|srv-middleware-labo|network:automates", True, "lab", 0.02),
    ("fournisseur-biomedical", "srv-telemaintenance|srv-biomed|srv-perfusion", True, "bio", 0.05),
    ("fournisseur-dossier", "srv-dpi-app|srv-dpi-base|srv-admissions", True, "dsi", 0.02),
    ("fournisseur-gtb", "srv-gtb|srv-badges", True, "tec", 0.02),
]

# Firewall exceptions that grew over the years: from, to, permits
PASSAGES = [
    ("srv-telemaintenance", "srv-regulation", "other"),
    ("srv-telemaintenance", "srv-gtb", "spreading"),
    ("srv-telemaintenance", "srv-perfusion", "spreading"),
    ("srv-fic-2", "srv-portail-patient", "spreading"),
    ("srv-dpi-hl7", "srv-messagerie-securisee", "other"),
    ("srv-steri", "srv-fic", "spreading"),
    ("srv-radiotherapie", "srv-fic", "spreading"),
    ("srv-supervision", "srv-sauvegarde-1", "spreading"),
    ("srv-rebond", "srv-sauvegarde-2", "spreading"),
]
