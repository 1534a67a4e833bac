# SPDX-License-Identifier: Apache-2.0
"""A believable hospital share, made from a seed: departments, sub-folders, files of many kinds, and the manifest that
says what was made. Each share's root carries a marker file with the lab's id: the encryption replay wants to see it.
"""

import hashlib
import json
import math
import os
import random
from dataclasses import dataclass

from . import documents, words

MARKER = ".cordon-lab"
FILE_BYTES_MAX = 64 << 20
FILES_MAX = 100_000

# Which kinds, how often, the median size in bytes and the spread of its logarithm. Office shares are mostly small files
# with a long tail (Agrawal et al., A Five-Year Study of File-System Metadata, FAST 2007: log-normal body).
KINDS = {"docx": (18, 26_000, 1.0), "xlsx": (14, 20_000, 1.1), "pdf": (16, 80_000, 1.1), "jpg": (8, 120_000, 0.9),
         "png": (4, 60_000, 0.9), "pptx": (5, 150_000, 0.9), "odt": (4, 18_000, 0.8), "doc": (6, 40_000, 0.7),
         "xls": (5, 40_000, 0.8), "txt": (3, 4_000, 1.0), "csv": (5, 20_000, 1.2), "msg": (3, 40_000, 0.7),
         "zip": (2, 200_000, 1.0), "gz": (2, 60_000, 1.0), "hl7": (1, 20_000, 1.0), "xml": (1, 30_000, 1.0),
         "log": (1, 30_000, 1.0), "sql": (1, 60_000, 1.0), "dcm": (1, 280_000, 0.4)}
# Departments whose files differ from the common mix: kind to factor.
_TASTES = {"Imagerie": {"dcm": 40, "jpg": 2}, "Laboratoire": {"csv": 5, "hl7": 10, "xml": 4}, "DRH": {"xlsx": 2, "msg": 2},
           "Pharmacie": {"xlsx": 2, "csv": 3}, "Informatique": {"log": 25, "sql": 20, "gz": 6, "xml": 4},
           "Cardiologie": {"dcm": 12}, "Communication": {"jpg": 5, "png": 5, "pptx": 2}}
DEPARTMENTS = {
    "commun": ("Réanimation", "Urgences", "Maternité", "Imagerie", "Laboratoire", "Pharmacie", "DRH", "Direction des soins",
               "Stérilisation", "Bloc opératoire", "Qualité et risques", "Communication"),
    "services": ("Cardiologie", "Pédiatrie", "Gériatrie", "Néonatologie", "Hygiène", "Informatique", "Brancardage",
                 "Service social", "Achats", "Archives médicales")}
_FOLDERS = ("Plannings", "Protocoles", "Comptes rendus", "Réunions", "Formations", "Commandes", "Échanges", "Modèles",
            "Archives 2021", "2022", "À classer", "Effectifs", "Audits", "Photos", "Exports")
_SUBJECTS = ("Compte rendu", "Planning", "Protocole", "Procédure", "Tableau de garde", "Suivi", "Liste des lits",
             "Évaluation", "Fiche réflexe", "Commande", "Inventaire", "Réunion d'équipe", "Déclaration", "Note de service",
             "Rapport", "Synthèse", "Demande d'imagerie", "Bon de livraison", "Relevé", "Convention")
_ABOUT = ("réa", "urgences", "maternité", "été", "Noël", "semaine 48", "semaine 49", "nuit", "week-end", "2021", "2022",
          "novembre", "décembre", "v2", "définitif", "à relire", "copie", "cadres", "internes", "stérilité", "péremptions")


@dataclass(frozen=True)
class Plan:
    """Plan is what a share shall hold: how many files, the factor on every size, the seed of it all."""
    files: int = 400
    scale: float = 1.0
    seed: int = 1


def _name(rng, kind):
    if kind == "dcm":
        return f"IM{rng.randint(0, 999999):06}.dcm"
    if kind == "jpg" and rng.random() < 0.5:
        day = f"{rng.randint(1, 12):02}{rng.randint(1, 28):02}"
        return f"IMG_2022{day}_{rng.randint(7, 19):02}{rng.randint(0, 59):02}{rng.randint(0, 59):02}.jpg"
    if kind in ("csv", "sql", "gz", "hl7", "xml", "log"):
        stem = f"{rng.choice(('export', 'extraction', 'résultats', 'interface', 'sauvegarde', 'activité'))}_2022" \
               f"{rng.randint(1, 12):02}{rng.randint(1, 28):02}_{rng.randint(1, 999):03}"
        return stem + (rng.choice((".csv.gz", ".sql.gz")) if kind == "gz" else "." + kind)
    stem = f"{rng.choice(_SUBJECTS)} {rng.choice(_ABOUT)}"
    if rng.random() < 0.5:
        stem += " " + (words.person(rng)[1] if rng.random() < 0.4 else str(rng.randint(1, 60)))
    return f"{stem}.{kind}"


def tree(plan, share):
    """tree gives the share's files as (path, kind, size, seed of its content), in the order they are made."""
    rng = random.Random(f"{plan.seed}/{share}")
    total = min(plan.files, FILES_MAX)
    count = total * 6 // 10 if share == "commun" else total - total * 6 // 10
    departments = DEPARTMENTS[share]
    folders = {d: [d] + [f"{d}/{f}" for f in rng.sample(_FOLDERS, rng.randint(2, 6))] for d in departments}
    files, taken = [], set()
    for number in range(count):
        department = rng.choice(departments)
        taste = _TASTES.get(department, {})
        kind = rng.choices(list(KINDS), [KINDS[k][0] * taste.get(k, 1) for k in KINDS])[0]
        _, median, spread = KINDS[kind]
        size = max(600, min(FILE_BYTES_MAX, int(median * plan.scale * math.exp(rng.gauss(0, spread)))))
        folder = rng.choice(folders[department])
        name = _name(rng, kind)
        while f"{folder}/{name}" in taken:
            stem, dot, rest = name.partition(".")
            name = f"{stem} ({rng.randint(2, 9999)}){dot}{rest}"
        taken.add(f"{folder}/{name}")
        files.append((f"{folder}/{name}", kind, size, f"{plan.seed}/{share}/{number}"))
    return files


def make_file(entry):
    """make_file gives the bytes of one entry of `tree`."""
    _, kind, size, seed = entry
    return documents.make(kind, random.Random(seed), size)


def fill(root, share, plan, lab_id, owner=None):
    """fill writes a share below `root` (a Path to a new folder) and gives its manifest: a list of
    {share, path, kind, size, sha256}. owner: (uid, gid) of all, where given."""
    root.mkdir(parents=True)
    manifest = []
    for entry in tree(plan, share):
        path = root / entry[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        data = make_file(entry)
        path.write_bytes(data)
        manifest.append({"share": share, "path": entry[0], "kind": entry[1], "size": len(data),
                         "sha256": hashlib.sha256(data).hexdigest()})
    (root / MARKER).write_text(lab_id + "\n")
    if owner:
        for folder, _, names in os.walk(root):
            os.chown(folder, *owner)
            for name in names:
                os.chown(os.path.join(folder, name), *owner)
    return manifest


def save_manifest(path, manifest):
    with open(path, "w", encoding="utf-8") as out:
        for entry in manifest:
            out.write(json.dumps(entry, ensure_ascii=False) + "\n")


def load_manifest(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
