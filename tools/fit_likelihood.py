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

ALPHA = 0.5  # pseudo-count (Krichevsky and Trofimov 1981)
HONEST_SHARE = 0.5  # of the files an attacking host alters, as much may be honest work
LLR_MAX = 8.0  # no file weighs more
STRANGE_SHARE = (1 - HONEST_SHARE) * math.exp(-LLR_MAX)  # of work may look like an attack for reasons unknown
CELL_COUNT_MIN = 5  # reports that a cell needs to stand for itself; under it the coarse cell speaks
COARSE_COUNT_MIN = 3
CLOCK_SLACK = 0.5  # seconds between the truth's clock and the capture's


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
    for path in (report["path"], report.get("new_path", "")):
        began = paths.get(path.lower())
        if began is not None and report["at"] >= began - CLOCK_SLACK:
            return True
    return False


def prior(counts, groups, pooled):
    """prior gives each cell's pseudo-count: ALPHA where its coarse cell was seen in `counts`; where the coarse cell was never
    seen at all, ALPHA for the whole of it, shared by its cells as `pooled` has them."""
    seen, mass = collections.Counter(), collections.Counter()
    for cell, group in groups.items():
        seen[group] += counts.get(cell, 0)
        mass[group] += pooled[cell]
    return {c: ALPHA if seen[g] > 0 else ALPHA * pooled[c] / mass[g] for c, g in groups.items()}


def fit(attack, work, groups, count_min):
    """fit gives [(cell, llr, attack reports, work reports)]. attack: {profile: Counter of cells}, each profile weighs the
    same; work: Counter; groups: {cell: coarse cell}."""
    attack_total = sum(sum(p.values()) for p in attack.values())
    share = {c: sum(p[c] / sum(p.values()) for p in attack.values()) / len(attack) * attack_total for c in groups}
    pooled = {c: share[c] + work[c] for c in groups}
    prior1, prior0 = prior(share, groups, pooled), prior(work, groups, pooled)
    total1 = attack_total + sum(prior1.values())
    total0 = sum(work.values()) + sum(prior0.values())
    rows = []
    for cell in sorted(groups):
        p1, p0 = (share[cell] + prior1[cell]) / total1, (work[cell] + prior0[cell]) / total0
        ratio = ((1 - HONEST_SHARE) * p1 + HONEST_SHARE * p0) / ((1 - STRANGE_SHARE) * p0 + STRANGE_SHARE * p1)
        seen = sum(p[cell] for p in attack.values())
        if seen + work[cell] >= count_min:
            rows.append((cell, math.log(ratio), seen, work[cell]))
    return rows


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

    attack, work, groups = collections.defaultdict(collections.Counter), collections.Counter(), {}
    files, seeds = collections.defaultdict(set), collections.defaultdict(list)
    for capture in sorted(given.captures, key=os.path.basename):
        profile, client, seed, paths = truth_of(capture)
        seeds[profile or "work"].append(seed)
        said = set()
        for report in reports_of(given.program, capture):
            if not report["altered"]:
                continue  # a file that lost nothing is not weighed
            if profile and not by_attacker(report, client, paths):
                continue  # work beside an attack is left to the evaluation
            once = (report["host"], report["file"], report["cell"])
            if once in said:  # the same words about the same file add nothing
                continue
            said.add(once)
            files[profile or "work"].add((capture, report["host"], report["file"]))
            groups[report["cell"]] = report["coarse"]
            (attack[profile] if profile else work)[report["cell"]] += 1
    if not attack or not work:
        sys.exit("fit_likelihood: needs runs with and without an attack")

    rows = fit(attack, work, groups, CELL_COUNT_MIN)
    coarse_attack = {p: collections.Counter() for p in attack}
    coarse_work = collections.Counter()
    for cell, group in groups.items():
        coarse_work[group] += work[cell]
        for p in attack:
            coarse_attack[p][group] += attack[p][cell]
    coarse = fit(coarse_attack, coarse_work, {g: g for g in groups.values()}, COARSE_COUNT_MIN)

    print("// SPDX-License-Identifier: Apache-2.0")
    print("// Written by tools/fit_likelihood.py from labelled laboratory runs; not edited by hand. Rows: cell, log-likelihood")
    print("// ratio, reports of altered files counted in attacks and in work.")
    for kind in sorted(seeds):
        reports = sum((work if kind == "work" else attack[kind]).values())
        print(f"//   {kind}: seeds {', '.join(map(str, sorted(seeds[kind])))}; {len(files[kind])} files, {reports} reports")
    print("// clang-format off")
    table("fitted_cells", rows)
    table("fitted_coarse", coarse)
    print("// clang-format on")


if __name__ == "__main__":
    main()
