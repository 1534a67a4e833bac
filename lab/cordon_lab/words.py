# SPDX-License-Identifier: Apache-2.0
"""Invented French hospital text: names, sentences, table rows. Every person and number in it is made up."""

FIRST = ("Anne Bruno Camille Denis Élodie François Gaëlle Hugo Inès Jérôme Karine Loïc Maëlle Noël Océane Pierre Quentin "
         "Rose Sébastien Thérèse Ugo Valérie William Yannick Zoé").split()
LAST = ("Aubry Barbotin Chevrel Delmas Estève Fournel Garrec Hénault Imbert Jacquot Kerdoncuff Lefèvre Maréchaux Nédélec "
        "Ollivier Périer Quéméneur Rivoal Sénéchal Thiébaut Urvoy Vasseur Wibaux Yvon Zeller").split()
_WORDS = ("patient patiente service unité chambre lit admission sortie transfert surveillance tension pouls saturation "
          "température douleur évaluation prescription posologie perfusion antibiotique prélèvement hémogramme ionogramme "
          "créatinine lactate radiographie scanner échographie compte rendu avis spécialisé réanimation urgences maternité "
          "néonatologie bloc opératoire stérilisation pharmacie laboratoire imagerie cardiologie pédiatrie gériatrie équipe "
          "infirmière aide-soignante cadre médecin interne astreinte garde planning effectif absence remplacement formation "
          "procédure protocole qualité hygiène risque événement indésirable déclaration audit indicateur objectif commande "
          "stock péremption fournisseur marché budget dépense recette convention réunion décision validation signature date "
          "heure semaine mois trimestre année le la les un une des du de en pour avec sans sous sur dans par selon après "
          "avant pendant depuis et ou est sont doit doivent peut reste prévu réalisé conforme non renouvelé contrôlé vérifié "
          "immédiatement quotidien hebdomadaire mensuel stable favorable défavorable modéré sévère normal élevé diminué").split()
_LABS = (("Na", "mmol/L", 138, 4), ("K", "mmol/L", 4.1, 0.5), ("Créat", "umol/L", 85, 30), ("CRP", "mg/L", 20, 25),
         ("Hb", "g/dL", 12.5, 1.8), ("Leuco", "10*9/L", 8.5, 3), ("Plaq", "10*9/L", 250, 70), ("Lactate", "mmol/L", 1.6, 0.9))


def sentence(rng):
    words = rng.choices(_WORDS, k=rng.randint(6, 18))
    if rng.random() < 0.3:
        words.insert(rng.randrange(len(words)), str(rng.randint(1, 9999)))
    return " ".join(words).capitalize() + "."


def paragraph(rng, sentences=None):
    return " ".join(sentence(rng) for _ in range(sentences or rng.randint(2, 6)))


def text(rng, size):
    """text gives about `size` characters of paragraphs."""
    parts, total = [], 0
    while total < size:
        parts.append(paragraph(rng))
        total += len(parts[-1]) + 2
    return parts


def person(rng):
    return rng.choice(FIRST), rng.choice(LAST)


def result_row(rng):
    """result_row is one laboratory result: id, last name, first name, stamp, test, value, unit."""
    first, last = person(rng)
    name, unit, mean, spread = rng.choice(_LABS)
    stamp = f"2022-{rng.randint(1, 12):02}-{rng.randint(1, 28):02} {rng.randint(0, 23):02}:{rng.randint(0, 59):02}"
    return (f"{rng.randint(10**8, 10**9)}", last, first, stamp, name, f"{max(0.1, rng.gauss(mean, spread)):.1f}", unit)


def hl7_message(rng, number, host="med"):
    """hl7_message is one ORU^R01 with vital signs (IHE PCD-01 in shape), segments ended by CR."""
    first, last = person(rng)
    stamp = f"202212{rng.randint(1, 28):02}{rng.randint(0, 23):02}{rng.randint(0, 59):02}{rng.randint(0, 59):02}"
    return "\r".join((
        f"MSH|^~\\&|MONITEUR|{host}|CORDON|CH|{stamp}||ORU^R01^ORU_R01|{number}|P|2.6|||||FRA|UNICODE UTF-8",
        f"PID|||{rng.randint(10**8, 10**9)}^^^CH^PI||{last}^{first}||19{rng.randint(30, 99)}0{rng.randint(1, 9)}11|F",
        "OBR|1|||182777000^monitoring of patient^SCT",
        f"OBX|1|NM|147842^MDC_ECG_HEART_RATE^MDC||{rng.randint(55, 120)}|264864^MDC_DIM_BEAT_PER_MIN^MDC|||||R",
        f"OBX|2|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC||{rng.randint(88, 100)}|262688^MDC_DIM_PERCENT^MDC|||||R", ""))
