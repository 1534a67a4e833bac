# SPDX-License-Identifier: Apache-2.0
"""The firebreak on a real bridge, whole: a hospital of 29 networks, one cut of its 812 borders, which two people approve.
Over each border spreading protocols stop, also of a machine that nobody suspects, and care goes on; the kernel has every
border; who makes it is killed while it is made and while it is lifted; taken back, everybody works again.

usage: firebreak_test.py FOLDER [unittest arguments]
Needs root, network namespaces and the lab's packages; exit status 77 says that something of it is missing.
"""
import itertools
import json
import os
import re
import signal
import subprocess
import time
import unittest

import live
from live import Night, Plan, network, until
from cordon_lab import truth

KEY = "firebreak"
ILL, OTHERS = network.WORKSTATIONS[0], network.WORKSTATIONS[1:]
WIDE = [(f"10.78.{n}.0/24", f"fd00:78:0:{n + 1:x}::/64") for n in range(24)]  # wings of the house that the lab has no machine in
NETWORKS = [(f"{h.ipv4}/32", f"{h.ipv6}/128") for h in network.HOSTS] + WIDE
WAIT, STAYS = live.SETTLE_MAX, 3.0


def of_many_networks(text):
    """of_many_networks gives each of the lab's machines a network of its own, among others; each may spread to each. What
    the file server is worth makes it worth while to close them all."""
    name = '[[network]]\nname = "{}"\nsite = "Vallombre"\nprefixes = {}\ninside = ["spreading", "other"]\n\n'
    names = [f"n{number}" for number in range(len(NETWORKS))]
    border = '[[border]]\nfrom = {0}\nto = {1}\npermits = ["spreading", "other"]\ncan_close = true\n\n'
    networks = "".join(name.format(*each) for each in zip(names, (json.dumps(prefixes) for prefixes in NETWORKS)))
    borders = "".join(border.format(json.dumps([one]), json.dumps([n for n in names if n != one])) for one in names)
    text, found = re.subn(r"\[\[network\]\]\n(?:.+\n)+\n", lambda _: networks + borders, text)
    assert found == 1
    assert "harm_if_lost = 200\n" in text
    return text.replace("harm_if_lost = 200\n", "harm_if_lost = 2000\n")


def prefix_of(side):
    """prefix_of gives one side of a set's element as it stands in NETWORKS."""
    if isinstance(side, dict):
        return f"{side['prefix']['addr']}/{side['prefix']['len']}"
    return f"{side}/{128 if ':' in side else 32}"


class Whole(unittest.TestCase):
    def test_every_border_is_closed_by_one_cut_and_opened_by_one(self):
        with Night(Plan(files=800, scale=0.1), hospital=of_many_networks) as night:
            self.night, self.cordon = night, night.cordon
            names = [h.name for h in OTHERS]
            self.works = dict(zip(names, night.lab.start_work(3600, hosts=names, pace=1.5, command_line=False)))
            self.care = dict(zip(names, night.lab.start_care(3600, hosts=names, interval=0.5)))
            self.others_work()
            task = night.lab.start_encrypt("in-place-rename", host=ILL.name, files=60, rate=10.0)
            until("the firebreak is advised", WAIT, lambda: self.cordon.line(KEY))
            self.assertEqual(set(), self.closed())
            task.stop()
            self.two_people_say_yes()
            self.is_whole()
            self.spreading_stops_and_care_goes_on()
            self.control_dies()
            self.is_taken_back()
            for name, task in self.care.items():
                self.assertEqual([], [m for m in truth.load(task.out) if not m["acknowledged"]], f"care of {name}")

    def cut(self):
        return next((c for c in self.cordon.situation()["cuts"] if c["action"] == "close_border" and c["id"]), None)

    def closed(self):
        """closed gives the borders that the kernel closes, (from, to), asked of it and not of Cordon."""
        done = subprocess.run(network.inside(self.night.prefix, "core", "nft", "-j", "list", "table", "bridge", "cordon"),
                              check=True, capture_output=True, text=True)
        found = set()
        for item in json.loads(done.stdout)["nftables"]:
            if item.get("set", {}).get("name") in ("border4", "border6"):
                for each in item["set"].get("elem", []):
                    found.add(tuple(prefix_of(side) for side in each["elem"]["val"]["concat"]))
        return found

    def works_since(self, host, since):
        return [e for e in truth.load(self.works[host.name].out) if e["time"] > since and e["ok"] and "path" in e]

    def others_work(self):
        since = time.time()
        for host in OTHERS:
            until(f"work of {host.name}", WAIT, lambda: self.works[host.name].out.exists() and self.works_since(host, since))

    def two_people_say_yes(self):
        """After the second, cordon-nft is killed as soon as it has begun: its successor makes it whole."""
        self.cordon.approve(KEY)
        second = self.cordon.second_person()
        time.sleep(STAYS)
        self.assertIsNone(self.cut(), "one person is not two")
        self.cordon.approve(KEY, second)
        until("it has begun", WAIT, self.closed, 0.0)
        os.kill(self.cordon.children()["cordon-nft"], signal.SIGKILL)

    def is_whole(self):
        wanted = {pair for family in zip(*NETWORKS) for pair in itertools.permutations(family, 2)}
        begun = time.monotonic()
        until(lambda: f"{len(self.closed())} of {len(wanted)} borders are closed", WAIT, lambda: self.closed() == wanted, 0.2)
        until(lambda: f"it is told: {self.cut()}", WAIT, lambda: self.cut()["state"] in ("holds", "unproven"))
        print(f"borders={len(wanted)} seconds_after_the_kill={time.monotonic() - begun:.1f} cut={self.cut()['state']}: "
              f"{self.cut()['detail']['en']}", flush=True)

    def spreading_stops_and_care_goes_on(self):
        time.sleep(1)  # what was under way
        since = time.time()
        for host in OTHERS:
            until(f"care of {host.name} goes on", WAIT,
                  lambda: len([m for m in truth.load(self.care[host.name].out) if m["time"] > since]) > STAYS)
            self.assertEqual([], self.works_since(host, since), "the file server is over a border")

    def control_dies(self):
        before = self.closed()
        os.kill(self.cordon.children()["control"], signal.SIGKILL)
        time.sleep(STAYS)
        self.cordon.wait_ready()
        self.assertEqual(before, self.closed())

    def is_taken_back(self):
        name = self.cut()["id"]
        self.assertEqual(202, self.cordon.roll_back(name)[0])
        until("it is being lifted", WAIT, lambda: self.cordon.cuts()[name].state == "lifting", 0.0)
        os.kill(self.cordon.children()["cordon-nft"], signal.SIGKILL)
        until(lambda: f"lifted: {self.cordon.cuts()[name]}, {len(self.closed())} closed", WAIT, lambda: self.cordon.cuts()[name].state == "lifted")
        self.assertEqual(set(), self.closed())
        self.others_work()
        done = self.cordon.verify()
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)


if __name__ == "__main__":
    live.main(__doc__)
