# SPDX-License-Identifier: Apache-2.0
"""Care flows lose no message and no association while the attack beside them is cut: HL7 and DICOM of the infected host
itself and of its neighbour go on through the cut of its spreading protocols, its isolation, and its end.

usage: care_test.py FOLDER [unittest arguments]
  FOLDER     where cordon, cordon-launch, cordon-nft, cordon-seal and cordon-smb are
Needs root, network namespaces, the lab's packages, dcmtk and python3-hl7; exit status 77 says that something is missing.
"""
import sys
import time
import types
import unittest

import care_peers
import live
import netlab
from care_peers import Care
from live import Night, Plan, network, until
from smb_helper import WAIT, SmbHelper

ILL, WELL = network.workstation("ws1"), network.workstation("ws3")
DECLARED = "ws1-urgences"  # as the hospital's file calls ILL
FILES, FILES_RATE = 200, 10.0
OTHER_PORT = 8080  # a service that nobody declared: it passes a block of spreading protocols, and no isolation
ISOLATED = ("isolate_mac", "isolate_ip4", "isolate_ip6")


def hospital(text):
    return care_peers.declare(DECLARED, "ws3-maternite")(text)


class OfCare(unittest.TestCase):
    """OfCare has what every night here does: the attack, an order of two persons, and the accounts."""

    def begin(self, night):
        self.night, self.cordon = night, night.cordon
        self.care = Care(night, (ILL, WELL))
        self.moments = [("before", time.time())]
        self.care.start()
        until("care before the attack", WAIT, lambda: self.care.goes_on(self.moments[0][1]))

    def passes(self, name):
        """passes notes that a cut holds as of now, and waits until care has gone on under it."""
        self.moments.append((name, time.time()))
        until(lambda: f"care: {name}: {self.care.counts(self.moments[-1][1])}", WAIT,
              lambda: self.care.goes_on(self.moments[-1][1]))

    def cut(self, action):
        return next((c for c in self.cordon.situation()["cuts"] if c["host"] == ILL.ipv4 and c["action"] == action and c["id"]),
                    None)

    def attack(self, is_over):
        """attack encrypts until is_over() gives something true, which means that it must have stopped; gives that."""
        task = self.night.lab.start_encrypt("in-place-rename", host=ILL.name, files=FILES, rate=FILES_RATE)
        try:
            found = until(lambda: f"a cut; cuts: {self.cordon.situation()['cuts']}", WAIT, is_over)
            over = time.time()
            self.passes("cut")
            altered = self.night.attack_is_over(self, task, over)
        finally:
            task.stop()
        fell = self.cordon.entry("verdict", lambda body: body["level"] == "infected" and body["subject"] == "host")
        self.assertEqual(ILL.ipv4, fell["host"])
        self.spans = [("cut", fell["ts"], over)]
        print(f"files_altered={len(altered)} s_verdict_to_cut={over - fell['ts']:.1f}", flush=True)
        return found

    def isolate(self):
        """isolate is for two persons to decide: patients depend on what else the host does."""
        key = f"isolate {DECLARED}"
        self.cordon.approve(key)
        until("the first person's yes is heard", WAIT, lambda: self.cordon.line(key)["approval"]["given"] == [live.FIRST])
        self.assertIsNone(self.cut("isolate"), "isolated before the second person said yes")
        self.cordon.approve(key, self.cordon.second_person())
        return until("it is isolated", WAIT, lambda: self.cut("isolate"))

    def end(self):
        """end lets care finish, and looks at all of it."""
        self.care.stop()
        last = time.time()
        for (name, since), (_, until_then) in zip(self.moments, [*self.moments[1:], ("", last)]):
            told = " ".join(f"{host}_hl7={m} {host}_dicom={a}" for host, (m, a) in self.care.counts(since, until_then).items())
            print(f"{name}: seconds={until_then - since:.1f} {told}", flush=True)
        for host in self.care.hosts:
            print(f"slowest_hl7_ms={self.care.slowest_ms(host):.0f} host={host.name}", flush=True)
        self.care.check(self)
        for name, first, held in self.spans:
            for host in self.care.hosts:
                self.assertTrue(self.care.open_across(host, first, held), f"no association of {host.name} was open across: {name}")


class Bridge(OfCare):
    ON = "bridge"

    def test_care_passes_both_grains_of_cut_and_their_end(self):
        with Night(Plan(files=400, scale=0.2), hospital=hospital, on=self.ON) as night:
            self.begin(night)
            other = self.other_flow()
            block = self.attack(lambda: (c := self.cut("block_spread")) and c["state"] == "holds" and c)
            self.assertGreater(other.trips(), 5, "a block of spreading protocols stopped more than those")
            isolation = self.isolate()
            self.assertEqual("isolate", isolation["action"])
            until(lambda: f"isolation holds: {self.cut('isolate')}", WAIT, lambda: self.cut("isolate")["state"] == "holds")
            self.spans.append(("isolation", isolation["decided"], time.time()))
            self.assertEqual({ILL.mac, ILL.ipv4, ILL.ipv6}, self.cordon.in_force(ISOLATED))
            self.assertEqual(0, other.trips(), "isolated, and it reaches a service that is no care flow")
            self.passes("isolation")
            for cut in (isolation, block):
                status, answer = self.cordon.roll_back(cut["id"])
                self.assertEqual((202, True), (status, answer.get("ok")), answer)
            until("both are lifted", WAIT, lambda: not self.cordon.in_force((*live.CUT_SETS, *ISOLATED)))
            self.assertTrue(other.runs_again(), "taken back, and it does not reach it")
            self.passes("taken back")
            self.end()

    def other_flow(self):
        def place(host):
            return types.SimpleNamespace(namespace=network.namespace(self.night.prefix, host.name), ip=host.address)

        netlab.EchoServer(place(network.CARE), OTHER_PORT)
        flow = netlab.Flow(place(ILL), place(network.CARE), OTHER_PORT)
        self.addCleanup(flow.close)
        self.assertTrue(flow.runs_again())
        return flow


class Router(Bridge):
    ON = "route"


def by_the_file_server(night):
    """The bridge whose rules cordon-nft keeps is in the sensor's namespace, where nobody's frames are forwarded."""
    return f"""[enforcer]
means = ["nftables", "samba"]
netns = "/run/netns/{night.prefix}-mon"
{SmbHelper.configuration(night)}"""


class FileServer(OfCare):
    def test_care_does_not_notice_that_the_file_server_turns_its_host_away(self):
        with Night(Plan(files=400, scale=0.2), by_the_file_server, hospital) as night:
            helper = SmbHelper(night)
            helper.start()
            self.begin(night)
            self.attack(lambda: helper.denied(ILL.ipv4))
            self.assertEqual(["nftables", "samba"], self.cut("block_spread")["means"])
            status, answer = self.cordon.roll_back(self.cut("block_spread")["id"])
            self.assertEqual((202, True), (status, answer.get("ok")), answer)
            until("the file server lets it in again", WAIT, lambda: not helper.denied(ILL.ipv4), 0.2)
            self.passes("taken back")
            self.end()


if __name__ == "__main__":
    if why := care_peers.missing():
        print(f"SKIPPED: {why}")
        sys.exit(live.SKIPPED)
    live.main(__doc__)
