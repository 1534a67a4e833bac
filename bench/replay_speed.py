#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""How fast `cordon replay` reads a capture, as a ratio to tcpdump (reading alone) and to tshark, in one run on one core.

    sudo lab/lab record --bulk --name bulk --profile in-place-rename --files 1500 --scale 4 \\
        --seconds 60 --pace 4 --encrypt-after 10 --encrypt-files 800 --out /var/tmp/bench
    bench/replay_speed.py build/release/cordon /var/tmp/bench/bulk.pcap
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys

SKIPPED = 77


def seconds(command):
    """Processor seconds (user and system) of one run: on a machine that does other things too, wall time says little."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return max(usage.ru_utime + usage.ru_stime, 1e-6)  # the kernel may count a tiny capture as nothing


def packets(capture):
    told = subprocess.run(["capinfos", "-Mc", capture], capture_output=True, text=True, check=True).stdout
    return int(told.split()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="build/release/cordon")
    parser.add_argument("capture", help="a lab capture of at least 500 MB")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--core", type=int, default=min(os.sched_getaffinity(0)), help="the core everything is bound to")
    options = parser.parse_args()
    if absent := [tool for tool in ("tcpdump", "tshark", "capinfos") if shutil.which(tool) is None]:
        print(f"{', '.join(absent)} is missing: packages.txt has it", file=sys.stderr)
        sys.exit(SKIPPED)
    size = os.path.getsize(options.capture)
    if size < 500_000_000:
        print(f"only {size / 1e6:.0f} MB: the figures below are of a capture too small to be quoted", file=sys.stderr)
    os.sched_setaffinity(0, {options.core})
    commands = {
        "tcpdump": ["tcpdump", "-r", options.capture, "-w", "/dev/null"],
        "cordon replay": [options.program, "replay", options.capture, "--json"],
        "tshark": ["tshark", "-n", "-r", options.capture],
    }
    seconds(commands["tcpdump"])  # into the page cache
    taken = {name: [] for name in commands}
    for _ in range(options.rounds):
        for name, command in commands.items():
            if name != "tshark" or len(taken[name]) < 2:  # slow: two rounds say enough
                taken[name].append(seconds(command))
    count = packets(options.capture)
    print(f"{size / 1e6:.0f} MB, {count} packets, one core, median of {options.rounds} rounds (tshark: {len(taken['tshark'])})\n")
    print("| program | CPU seconds | MB/s | packets/s | speed of cordon / its |\n| --- | --- | --- | --- | --- |")
    ours = statistics.median(taken["cordon replay"])
    for name in commands:
        median = statistics.median(taken[name])
        print(f"| {name} | {median:.2f} | {size / 1e6 / median:.0f} | {count / median:.0f} | {median / ours:.2f} |")


if __name__ == "__main__":
    main()
