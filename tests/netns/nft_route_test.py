# SPDX-License-Identifier: Apache-2.0
"""cordon-nft --route on a router between networks: what a cut stops there, in both directions, and what it leaves alone.

usage: nft_route_test.py PROGRAM [--bench N [CHAIN] | unittest arguments]
  --bench  as of nft_test.py
Needs root and network namespaces; exit status 77 says that they are missing.
"""
import os
import signal
import socket
import subprocess
import sys
import time
import unittest

import netlab
import nft_test
from netlab import PREFIX, DatagramEcho, Datagrams, EchoServer, Flow, inside
from nft_test import CARE, DEVICE, SMB, WEB, Helper

PROGRAM = None
LAB = None


class Host(netlab.Host):
    """A host alone on its network, with a router on .1."""

    def __init__(self, name, index):
        super().__init__(name, index)
        self.net4, self.net6 = f"10.77.{index}", f"fd77:{index:x}:"
        self.ip4, self.ip6 = f"{self.net4}.2", f"{self.net6}:2"


class RoutedLab(netlab.Lab):
    """One router; ill, srv, well and gate each on a network of its own; gate is a router too, and deep is behind it."""

    def __init__(self):
        super().__init__([])
        self.hop = f"{PREFIX}{os.getpid()}-rt"
        self.hosts = [Host(name, index) for index, name in enumerate(("ill", "srv", "well", "gate", "deep"), 0x11)]
        self.gate, self.deep = self.hosts[3:]

    def __enter__(self):
        try:
            for name in (self.hop, *(host.namespace for host in self.hosts)):
                self._namespace(name)
            for host in self.hosts[:4]:
                self.link(host, self.hop)
            self.link(self.deep, self.gate.namespace)
            for prefix, via in ((f"{self.deep.net4}.0/24", self.gate.ip4), (f"{self.deep.net6}:/64", self.gate.ip6)):
                netlab.ip("-n", self.hop, "route", "add", prefix, "via", via)
            for name in (self.hop, self.gate.namespace):
                subprocess.run(["ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv4.ip_forward=1",
                                "net.ipv6.conf.all.forwarding=1"], check=True, capture_output=True)
        except BaseException:
            self.__exit__()
            raise
        return self

    def link(self, host, router):
        port = host.namespace.rsplit("-", 1)[1]
        for namespace, words in (
                (host.namespace, f"link add eth0 address {host.mac} type veth peer name {port} netns {router}"),
                (host.namespace, f"addr add {host.ip4}/24 dev eth0"),
                (host.namespace, f"addr add {host.ip6}/64 dev eth0 nodad"),
                (host.namespace, "link set eth0 up"),
                (router, f"addr add {host.net4}.1/24 dev {port}"),
                (router, f"addr add {host.net6}:1/64 dev {port} nodad"),
                (router, f"link set {port} up"),
                (host.namespace, f"route add default via {host.net4}.1"),
                (host.namespace, f"-6 route add default via {host.net6}:1")):
            netlab.ip("-n", namespace, *words.split())


def in_router(*words, check=True):
    return subprocess.run(["nsenter", f"--net=/run/netns/{LAB.hop}", *words], check=check, capture_output=True, text=True)


class Case(unittest.TestCase):
    def setUp(self):
        self.ill, self.server, self.well, self.gate, self.deep = LAB.hosts
        self.helper = Helper("route")
        self.addCleanup(in_router, "nft", "delete", "table", "inet", "cordon", check=False)
        self.addCleanup(self.helper.close)
        self.assertIn("rules=whole", self.helper.ensure())

    def flow(self, client, port, v6=False, server=None):
        flow = Flow(client, server or self.server, port, v6)
        self.addCleanup(flow.close)
        self.assertTrue(flow.runs_again())
        return flow

    def cut(self, name, kind, host, timeout=600):
        words = f"macs={host.mac} ips={host.ip4},{host.ip6}"
        self.assertIn(f"ok {name} count=3", self.helper.ask(f"cut {name} kind={kind} {words} timeout={timeout}")[0])

    def holds(self, stopped, going_on):
        """What is stopped makes no round trip while each of the others makes many."""
        time.sleep(0.05)  # what was under way
        before = [flow.count for flow in (*stopped, *going_on)]
        time.sleep(0.25)
        trips = [flow.count - count for flow, count in zip((*stopped, *going_on), before)]
        self.assertEqual(trips[:len(stopped)], [0] * len(stopped))
        for count in trips[len(stopped):]:
            self.assertGreater(count, 5)

    def lifted(self, name, count, *flows):
        self.assertIn(f"count={count}", self.helper.lift(name))
        for flow in flows:
            self.assertTrue(flow.runs_again())
        self.assertEqual(self.helper.elements(), {})


class Routed(Case):
    def test_spread_stops_in_both_directions_and_nothing_else(self):
        asks = [self.flow(self.ill, SMB), self.flow(self.ill, SMB, v6=True)]
        asked = [self.flow(self.well, SMB, v6, self.ill) for v6 in (False, True)]
        others = [self.flow(self.ill, CARE), self.flow(self.ill, CARE, v6=True), self.flow(self.ill, WEB),
                  self.flow(self.well, SMB), self.flow(self.well, SMB, v6=True)]
        self.cut("c1", "block_spread", self.ill)
        self.holds([*asks, *asked], others)
        listed = self.helper.elements()
        self.assertEqual(set(listed), {self.ill.mac, self.ill.ip4, self.ill.ip6})
        self.assertEqual({element["cut"] for element in listed.values()}, {"c1"})
        # Read back, as Cordon's proof does: the rules stand and their counters rise.
        self.assertEqual(self.helper.rules(), "whole")
        drops = self.helper.counters()
        for name in ("care_passed", "dropped_from_mac", "dropped_to_ip4", "dropped_to_ip6"):
            self.assertGreater(drops[name], 0, name)
        self.assertGreater(sum(element["packets"] for element in listed.values()), 0)
        # Again with another end, from a helper that was killed meanwhile; then it ends by itself.
        self.helper.kill()
        self.helper.start()
        self.assertEqual(set(self.helper.elements()), set(listed))
        self.assertIn("rules=whole", self.helper.ensure())
        self.cut("c1", "block_spread", self.ill, timeout=1)
        self.assertEqual({element["remaining"] <= 1 for element in self.helper.elements().values()}, {True})
        for flow in (*asks, *asked):
            self.assertTrue(flow.runs_again())
        self.assertEqual(self.helper.elements(), {})

    def test_isolation_leaves_care_and_nothing_else(self):
        care = [self.flow(self.ill, CARE), self.flow(self.ill, CARE, v6=True)]
        devices = [Datagrams(self.ill, self.server, DEVICE), Datagrams(self.ill, self.server, DEVICE, v6=True)]
        gone = [self.flow(self.ill, SMB), self.flow(self.ill, WEB), self.flow(self.ill, WEB, v6=True),
                self.flow(self.well, WEB, server=self.ill)]
        self.cut("c1", "isolate", self.ill)
        self.holds(gone, [*care, self.flow(self.well, WEB), self.flow(self.well, SMB)])
        self.assertGreater(self.helper.counters()["dropped_isolated"], 0)
        for flow in devices:
            sent, back = flow.end()
            self.assertGreater(sent, 50)
            self.assertEqual(set(range(sent)), back)
        self.assertIn("error c2 denied", self.helper.ask(f"cut c2 kind=isolate ips={self.server.ip4} timeout=9")[0])
        self.lifted("c1", 3, *gone)

    def test_a_flow_a_border_and_the_directions(self):
        spread, spread6, web = self.flow(self.ill, SMB), self.flow(self.ill, SMB, v6=True), self.flow(self.ill, WEB)
        care, others = self.flow(self.ill, CARE), self.flow(self.well, SMB)
        flow = f"{self.ill.ip4}>{self.server.ip4}@{SMB}"
        self.assertIn("ok c1", self.helper.ask(f"cut c1 kind=block_flow flows={flow} timeout=600")[0])
        self.holds([spread], [spread6, web, care, others])
        self.lifted("c1", 1, spread)
        here, there = f"{self.ill.net4}.0/24", f"{self.server.net4}.0/24"
        for name, border, stopped in (("c2", f"{there}>{here}", []), ("c3", f"{here}>{there}", [spread])):
            self.assertIn(f"ok {name}", self.helper.ask(f"cut {name} kind=close_border borders={border} timeout=600")[0])
            self.holds(stopped, [spread6, web, care, others, *([] if stopped else [spread])])
            self.lifted(name, 1, *stopped)
        self.cut("c4", "block_out", self.ill)
        self.holds([spread, spread6], [web, care, others])
        self.lifted("c4", 3, spread, spread6)
        self.cut("c5", "shield", self.server)
        self.holds([spread, spread6, others], [web, care])
        self.lifted("c5", 3, spread, spread6, others)


class Macs(Case):
    def test_a_new_address_on_a_network_of_the_router_is_not_enough(self):
        fresh = [f"{self.ill.net4}.77/24", f"{self.ill.net6}:77/64"]
        for address in fresh:
            netlab.ip("-n", self.ill.namespace, "addr", "add", address, "dev", "eth0", *(["nodad"] * (":" in address)))
            self.addCleanup(netlab.ip, "-n", self.ill.namespace, "addr", "del", address, "dev", "eth0")
        for address, server in zip(fresh, (self.server.ip4, self.server.ip6)):
            with inside(self.ill.namespace):
                reach = lambda port: socket.create_connection((server, port), 0.3, (address.split("/")[0], 0))
                reach(SMB).close()
                self.cut("c1", "block_spread", self.ill)
                with self.assertRaises(TimeoutError):
                    reach(SMB)
                reach(WEB).close()
            self.helper.lift("c1")

    def test_a_cut_never_cuts_the_router_between(self):
        behind = [self.flow(self.deep, SMB), self.flow(self.deep, WEB), self.flow(self.deep, SMB, v6=True)]
        own = [self.flow(self.gate, SMB), self.flow(self.gate, WEB)]
        # A sensor on this wire sees hosts behind it under its MAC.
        self.helper.ask(f"cut c1 kind=isolate macs={self.gate.mac} ips=10.77.200.1 timeout=600")
        self.holds(own, [*behind, self.flow(self.well, SMB)])
        self.lifted("c1", 2, *own)
        self.cut("c2", "isolate", self.deep)
        self.holds(behind, own)
        self.lifted("c2", 3, *behind)

    def test_the_routers_own_mac_cuts_nobody(self):
        shown = in_router("ip", "-o", "link", "show", "ill").stdout
        mac = shown.split("link/ether ")[1].split()[0]
        flow = self.flow(self.ill, SMB)
        self.assertIn("ok c1 count=1", self.helper.ask(f"cut c1 kind=isolate macs={mac} timeout=600")[0])
        self.holds([], [flow])


class Rules(Case):
    def test_check_says_what_would_see_nothing(self):
        before = in_router("nft", "list", "ruleset").stdout
        self.assertEqual(in_router(PROGRAM, "--route", "--check").returncode, 0)
        bridge = in_router(PROGRAM, "--check", check=False)
        self.assertEqual(bridge.returncode, 1)
        self.assertIn("no bridge is in this network namespace; make one, or say --route", bridge.stderr)
        self.assertEqual(in_router("nft", "list", "ruleset").stdout, before)

    def test_foreign_hands_are_noticed_and_the_bridges_table_goes(self):
        self.cut("c1", "isolate", self.ill)
        in_router("nft", "flush", "chain", "inet", "cordon", "isolated")
        self.assertEqual(self.helper.rules(), "changed")
        in_router("nft", "add", "table", "bridge", "cordon")
        in_router("nft", "add", "table", "inet", "others")
        self.addCleanup(in_router, "nft", "delete", "table", "inet", "others")
        self.assertIn("rules=whole", self.helper.ensure())
        self.assertEqual(len(self.helper.elements()), 3)
        tables = in_router("nft", "list", "tables").stdout.split("\n")
        self.assertEqual(sorted(filter(None, tables)), ["table inet cordon", "table inet others"])
        in_router("nft", "delete", "table", "inet", "cordon")
        self.assertEqual(self.helper.rules(), "absent")
        self.assertIn("error c2 absent", self.helper.ask(f"cut c2 kind=isolate ips={self.ill.ip4} timeout=9")[0])


def main():
    global PROGRAM, LAB
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = nft_test.PROGRAM = os.path.abspath(sys.argv[1])
    if why := nft_test.missing():
        print(f"SKIPPED: {why}")
        sys.exit(netlab.SKIPPED)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with RoutedLab() as LAB:
        nft_test.LAB = LAB
        if sys.argv[2:3] == ["--bench"]:
            nft_test.bench(int(sys.argv[3]), *sys.argv[4:5], on="route")
            return
        servers = [EchoServer(LAB.hosts[1], port) for port in (SMB, CARE, WEB)]
        servers += [EchoServer(LAB.hosts[0], port) for port in (SMB, WEB)] + [DatagramEcho(LAB.hosts[1], DEVICE)]
        result = unittest.main(argv=[sys.argv[0], *sys.argv[2:]], exit=False, verbosity=2).result
        del servers
    sys.exit(0 if result.wasSuccessful() else 1)


if __name__ == "__main__":
    main()
