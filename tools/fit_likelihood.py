#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Fits src/detect/likelihood_table.inc from labelled laboratory runs; docs/DETECTION.md says why each step is as it is.

usage: fit_likelihood.py --program build/release/tools/judge_capture RUN.pcap… > src/detect/likelihood_table.inc

Beside each RUN.pcap lies its RUN.truth.jsonl. The same runs give the same bytes.
"""

import argparse
import collections
import json
import math
import os
import subprocess
import sys

ALPHA = 0.5  # pseudo-count of every cell (Krichevsky and Trofimov 1981)
HONEST_SHARE = 0.5  # of the files an attacking host alters, as much may be honest work
LLR_MAX = 8.0  # no file weighs more
STRANGE_SHARE = (1 - HONEST_SHARE) * math.exp(-LLR_MAX)  # of work may look like an attack for reasons unknown
CELL_COUNT_MIN = 5  # reports that a cell needs to stand for itself; under it the coarse cell speaks
COARSE_COUNT_MIN = 3
NOTE_NAME = "LIRE-MOI.txt"  # what the replay leaves in folders
CLOCK_SLACK = 0.5  # seconds between the truth's clock and the capture's

# Words of the last-but-one look (removal) for files that lost nothing: they are compared among themselves only.
LOST_NOTHING = ("created", "copied", "none")


def truth_of(capture):
    """truth_of gives (profile or None, client, {path: time of first write})."""
    header, paths = {}, {}
    with open(capture.removesuffix(".pcap") + ".truth.jsonl", encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            if entry["type"] == "header":
                header = entry
            elif entry["type"] == "altered":
                for path in (entry["path"], entry.get("new_path")):
                    if path:
                        paths[path.lower()] = entry["time_first_write"]
    return header.get("profile"), header.get("client"), header.get("seed"), paths


def reports_of(program, capture):
    """reports_of runs the looks over a capture and gives its reports."""
    done = subprocess.run([program, capture], stdout=subprocess.PIPE, check=True)
    return [r for r in map(json.loads, done.stdout.splitlines()) if r["type"] == "report"]


def by_attacker(report, client, paths):
    if report["host"] != client:
        return False
    if report["path"].endswith("\\" + NOTE_NAME):
        return True
    for path in (report["path"], report.get("new_path", "")):
        began = paths.get(path.lower())
        if began is not None and report["at"] >= began - CLOCK_SLACK:
            return True
    return False


def lost_nothing(cell):
    return cell.split()[-2] in LOST_NOTHING


def fit(attack, work, count_min):
    """fit gives [(cell, llr, attack reports, work reports)]. attack: {profile: Counter of cells}; each profile weighs the
    same. Files that lost something and files that did not are two populations, each with its own total."""
    rows = []
    for side in (False, True):
        here = lambda counter: {c: n for c, n in counter.items() if lost_nothing(c) == side}
        profiles = [p for p in map(here, attack.values()) if p]
        plain = here(work)
        cells = sorted(set(plain).union(*profiles))
        attack_total = sum(sum(p.values()) for p in profiles)
        work_total = sum(plain.values())
        for cell in cells:
            share = sum(p.get(cell, 0) / sum(p.values()) for p in profiles) / max(1, len(profiles))
            p1 = (share * attack_total + ALPHA) / (attack_total + ALPHA * len(cells))
            p0 = (plain.get(cell, 0) + ALPHA) / (work_total + ALPHA * len(cells))
            ratio = ((1 - HONEST_SHARE) * p1 + HONEST_SHARE * p0) / ((1 - STRANGE_SHARE) * p0 + STRANGE_SHARE * p1)
            seen = sum(p.get(cell, 0) for p in profiles)
            if seen + plain.get(cell, 0) >= count_min:
                rows.append((cell, math.log(ratio), seen, plain.get(cell, 0)))
    return sorted(rows)


def table(name, rows):
    print(f"constexpr std::array<Counted, {len(rows)}> {name}{{{{")
    for cell, llr, attack, work in rows:
        print(f'    {{"{cell}", {llr:.4f}, {attack}, {work}}},')
    print("}};")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("captures", nargs="+")
    given = parser.parse_args()

    cells = collections.defaultdict(collections.Counter), collections.Counter()
    coarse = collections.defaultdict(collections.Counter), collections.Counter()
    files, seeds = collections.defaultdict(set), collections.defaultdict(list)
    for capture in sorted(given.captures, key=os.path.basename):
        profile, client, seed, paths = truth_of(capture)
        seeds[profile or "work"].append(seed)
        said = set()
        for report in reports_of(given.program, capture):
            if profile and not by_attacker(report, client, paths):
                continue  # work beside an attack is left to the evaluation
            once = (report["host"], report["file"], report["cell"])
            if once in said:  # the same word about the same file adds nothing
                continue
            said.add(once)
            files[profile or "work"].add((capture, report["host"], report["file"]))
            for counted, key in ((cells, report["cell"]), (coarse, report["coarse"])):
                (counted[0][profile] if profile else counted[1])[key] += 1

    print("// SPDX-License-Identifier: Apache-2.0")
    print("// Written by tools/fit_likelihood.py from labelled laboratory runs; not edited by hand. Rows: cell, log-likelihood")
    print("// ratio, reports counted in attacks and in work.")
    for kind in sorted(seeds):
        reports = sum((cells[1] if kind == "work" else cells[0][kind]).values())
        print(f"//   {kind}: seeds {', '.join(map(str, sorted(seeds[kind])))}; {len(files[kind])} files, {reports} reports")
    print("// clang-format off")
    table("fitted_cells", fit(*cells, CELL_COUNT_MIN))
    table("fitted_coarse", fit(*coarse, COARSE_COUNT_MIN))
    print("// clang-format on")
    if not cells[0] or not cells[1]:
        sys.exit("fit_likelihood: needs runs with and without an attack")


if __name__ == "__main__":
    main()
