#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Measures detection on labelled captures: files altered when the verdict fell, misses, false alarms; as a Markdown table.

usage: measure_detection.py --program build/release/tools/judge_capture [--files-max N] RUN.pcap…

Beside each RUN.pcap lies its RUN.truth.jsonl. Files altered are counted in the truth, not in what was detected: those
whose first write came before the packet that decided. Exit status 1 for a miss, a false verdict, or with --files-max an
attack that altered more.
"""

import argparse
import json
import math
import os
import subprocess
import sys


def truth_of(capture):
    with open(capture.removesuffix(".pcap") + ".truth.jsonl", encoding="utf-8") as lines:
        entries = [json.loads(line) for line in lines]
    return entries[0], [e["time_first_write"] for e in entries if e["type"] == "altered" and e["altered"]]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True)
    parser.add_argument("--files-max", type=int, default=None, help="most files an attack may have altered at the verdict")
    parser.add_argument("captures", nargs="+")
    given = parser.parse_args()

    print("| run | altered in all | altered at `infected` | false verdicts | files of work judged |")
    print("| --- | --- | --- | --- | --- |")
    at_verdict, missed, false, work_files, work_means = [], 0, 0, 0, 0.0
    for capture in sorted(given.captures, key=os.path.basename):
        header, began = truth_of(capture)
        done = subprocess.run([given.program, capture], stdout=subprocess.PIPE, check=True)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        verdicts = [v for v in lines if v["type"] == "verdict"]
        client = header.get("client")
        right = [v for v in verdicts if v["name"] == client and v["level"] == "infected"]
        wrong = [v for v in verdicts if v["subject"] == "host" and v["name"] != client or not client]
        altered_by_others = {(r["host"], r["file"]): r["llr"] for r in lines
                             if r["type"] == "report" and r["altered"] and r["host"] != client}
        work_files += len(altered_by_others)
        work_means += sum(math.exp(llr) for llr in altered_by_others.values())
        false += len(wrong)
        shown = "—"
        if client:
            if right:
                count = sum(t <= right[0]["at"] for t in began)
                at_verdict.append(count)
                shown = str(count)
            else:
                missed += 1
                shown = "missed"
        name = os.path.basename(capture).removesuffix(".pcap")
        print(f"| {name} | {len(began)} | {shown} | {len(wrong)} | {len(altered_by_others)} |")
    at_verdict.sort()
    if at_verdict:
        print(f"\n{len(at_verdict)} attacks found, {missed} missed; files altered at the verdict: median "
              f"{at_verdict[len(at_verdict) // 2]}, most {at_verdict[-1]}.")
    if work_files:
        print(f"{work_files} altered files of work, {false} false verdicts; 95 % upper bound on verdicts a file where none was "
              f"seen: {3 / work_files:.1e}. Mean of e^llr over them: {work_means / work_files:.3f} (the bound on run lengths "
              "needs at most 1).")
    late = given.files_max is not None and at_verdict and at_verdict[-1] > given.files_max
    sys.exit(1 if missed or false or late else 0)


if __name__ == "__main__":
    main()
