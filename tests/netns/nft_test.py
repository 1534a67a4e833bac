# SPDX-License-Identifier: Apache-2.0
"""cordon-nft on a real bridge: what a cut stops, what it leaves alone, and what survives the helper.

usage: nft_test.py PROGRAM [--bench N [CHAIN] | unittest arguments]
  --bench  measures N cuts, from the request to the last packet that passed; with CHAIN, which is bench_cut_chain, from the
           observation that makes the verdict: engine, the logbook's commit and the enforcer are in it then
Needs root and network namespaces; exit status 77 says that they are missing.
"""
import contextlib
import itertools
import os
import random
import re
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import netlab
from chain import Chain
from netlab import (ACK, SYN, DatagramEcho, Datagrams, EchoServer, Flow, Lab, Wire, arp, frame, inside, ip4, ip6,
                    neighbour, tcp, udp)

PROGRAM = None
LAB = None
SMB, SSH, CARE, WEB, DEVICE = 445, 22, 2575, 8080, 24105  # the last over UDP


def spread_words():
    """The ports as control tells them: those of src/event/spreading.h."""
    text = (Path(__file__).resolve().parents[2] / "src/event/spreading.h").read_text()
    tcp_table, udp_table = text.split("spreading_udp{", 1)
    ports = lambda table: ",".join(re.findall(r"\{(\d+), \"", table))
    first, last = (re.search(rf"given_out_{end} = (\d+);", text)[1] for end in ("first", "last"))
    return f"spread_tcp={ports(tcp_table)} spread_udp={ports(udp_table)} dynamic_tcp={first}-{last}"


SPREAD = spread_words()
CAP_NET_ADMIN = 12
NOBODY = "65534"


class Helper:
    """cordon-nft in the namespace of the bridge or router, with CAP_NET_ADMIN alone and an inherited socket, and one
    client."""

    def __init__(self, on="bridge", program=None, lab=None):
        self.program, self.lab, self.on = program or PROGRAM, lab or LAB, on
        self.folder = tempfile.mkdtemp(prefix="cdnft")
        self.path = os.path.join(self.folder, "s")
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(self.path)
        self.listening.listen(8)
        self.ids = (f"t{number}" for number in itertools.count())
        self.start()

    def start(self):
        number = self.listening.fileno()
        self.process = subprocess.Popen(
            ["nsenter", f"--net=/run/netns/{self.lab.hop}", "setpriv", "--reuid", NOBODY, "--regid", NOBODY,
             "--clear-groups", "--bounding-set=-all,+net_admin", "--inh-caps=-all,+net_admin",
             "--ambient-caps=-all,+net_admin", self.program, f"--{self.on}", "--socket-fd", str(number)],
            pass_fds=[number])
        self.socket = self.connect()
        self.reader = self.socket.makefile("r")
        if not self.ask(f"hello {next(self.ids)} version=2")[0].startswith("ok"):
            raise RuntimeError("cordon-nft does not answer")

    def connect(self):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(10)
        client.connect(self.path)
        return client

    def ask(self, line):
        self.socket.sendall(line.encode() + b"\n")
        answer = [self.reader.readline().rstrip("\n")]
        if answer[0].startswith("ok") and line.split()[0] in ("list", "counters"):
            while answer[-1] != ".":
                answer.append(self.reader.readline().rstrip("\n"))
        return answer

    def ensure(self, more=""):
        server = self.lab.hosts[1]
        name = next(self.ids)
        self.ask(f"config {name} care_tcp={server.ip4}@{CARE},{server.ip6}@{CARE} "
                 f"care_udp={server.ip4}@{DEVICE},{server.ip6}@{DEVICE} protect_macs={server.mac} "
                 f"protect_ips={server.ip4},{server.ip6} {SPREAD}{more}")
        return self.ask(f"ensure {name}")[0]

    def cut(self, name, host, timeout=600):
        return self.ask(f"cut {name} kind=block_spread macs={host.mac} ips={host.ip4},{host.ip6} timeout={timeout}")[0]

    def lift(self, name):
        return self.ask(f"lift {next(self.ids)} cut={name}")[0]

    def elements(self):
        """Address → {cut, remaining, packets, bytes}."""
        out = {}
        for line in self.ask(f"list {next(self.ids)}")[1:-1]:
            _, _, address, *fields = line.split()
            if address in out:
                raise AssertionError(f"{address} is listed twice")
            out[address] = {key: value if key == "cut" else int(value)
                            for key, value in (word.split("=") for word in fields)}
        return out

    def rules(self):
        return self.ask(f"list {next(self.ids)}")[0].split("rules=")[1]

    def counters(self):
        lines = self.ask(f"counters {next(self.ids)}")[1:-1]
        return {line.split()[1]: int(line.split("packets=")[1].split()[0]) for line in lines}

    def kill(self):
        self.reader.close()
        self.socket.close()
        self.process.kill()
        self.process.wait()

    def close(self):
        self.kill()
        self.listening.close()
        shutil.rmtree(self.folder)


def nft(*words, check=True):
    return subprocess.run(["nsenter", f"--net=/run/netns/{LAB.bridge}", "nft", *words], check=check,
                          capture_output=True, text=True).stdout


class Case(unittest.TestCase):
    def setUp(self):
        self.ill, self.server, self.well = LAB.hosts
        self.helper = Helper()
        self.addCleanup(nft, "delete", "table", "bridge", "cordon", check=False)
        self.addCleanup(self.helper.close)
        self.assertIn("rules=whole", self.helper.ensure())

    def flow(self, client, port, v6=False):
        flow = Flow(client, self.server, port, v6)
        self.addCleanup(flow.close)
        self.assertTrue(flow.runs_again())
        return flow


class LiveFlows(Case):
    def test_a_cut_stops_spread_and_nothing_else(self):
        stopped = [self.flow(self.ill, SMB), self.flow(self.ill, SMB, v6=True), self.flow(self.ill, SSH)]
        going_on = [self.flow(self.ill, CARE), self.flow(self.ill, CARE, v6=True), self.flow(self.ill, WEB),
                    self.flow(self.well, SMB), self.flow(self.well, SMB, v6=True), self.flow(self.well, CARE),
                    self.flow(self.well, SSH)]
        self.assertTrue(self.helper.cut("c1", self.ill).startswith("ok c1 count=3"))
        time.sleep(0.05)  # what was under way
        counts = [flow.count for flow in stopped]
        for flow in going_on:
            self.assertGreater(flow.trips(0.3), 10)
        self.assertEqual(counts, [flow.count for flow in stopped])
        with self.assertRaises(TimeoutError), inside(self.ill.namespace):
            socket.create_connection((self.server.ip4, SMB), timeout=1)
        listed = self.helper.elements()
        self.assertEqual({element["cut"] for element in listed.values()}, {"c1"})
        self.assertEqual(set(listed), {self.ill.mac, self.ill.ip4, self.ill.ip6})
        first = sum(element["packets"] for element in listed.values())
        self.assertGreater(first, 0)
        time.sleep(2.5)  # both stopped flows go on retransmitting
        self.assertGreater(sum(element["packets"] for element in self.helper.elements().values()), first)
        counters = self.helper.counters()
        self.assertGreater(counters["care_passed"], 20)
        self.assertGreater(counters["dropped_from_mac"], 0)

        self.assertIn("count=3", self.helper.lift("c1"))
        for flow in stopped:
            self.assertTrue(flow.runs_again())
        self.assertEqual(self.helper.elements(), {})
        self.assertIn("count=0", self.helper.lift("c1"))

    def test_a_cut_ends_by_itself(self):
        flow = self.flow(self.ill, SMB)
        self.helper.cut("c1", self.ill, timeout=2)
        time.sleep(0.05)
        self.assertEqual(flow.trips(1.0), 0)
        self.assertTrue(flow.runs_again())
        self.assertEqual(self.helper.elements(), {})

    def test_a_cut_outlives_its_helper(self):
        flow = self.flow(self.ill, SMB)
        self.helper.cut("c1", self.ill, timeout=600)
        self.helper.kill()
        time.sleep(0.05)
        self.assertEqual(flow.trips(0.5), 0)
        self.helper.start()
        self.assertEqual(len(self.helper.elements()), 3)
        # A helper that does not know yet who is protected cuts nobody.
        self.assertIn("error c2 absent", self.helper.cut("c2", self.well))
        before = self.helper.elements()
        self.assertIn("rules=whole", self.helper.ensure())
        after = self.helper.elements()
        self.assertEqual(set(after), set(before))
        self.assertGreaterEqual(after[self.ill.mac]["packets"], before[self.ill.mac]["packets"])
        self.assertEqual(flow.trips(0.3), 0)
        self.helper.lift("c1")
        self.assertTrue(flow.runs_again())


class Kinds(Case):
    """The finer cuts, each with what it must leave alone."""

    def stopped(self, *flows):
        time.sleep(0.05)  # what was under way
        counts = [flow.count for flow in flows]
        time.sleep(0.3)
        self.assertEqual(counts, [flow.count for flow in flows])

    def going_on(self, *flows):
        for flow in flows:
            self.assertGreater(flow.trips(0.2), 5)

    def of_host(self, name, kind, host):
        answer = self.helper.ask(f"cut {name} kind={kind} macs={host.mac} ips={host.ip4},{host.ip6} timeout=600")[0]
        self.assertTrue(answer.startswith(f"ok {name} count=3"), answer)

    def dropped(self):
        return sum(element["packets"] for element in self.helper.elements().values())

    def test_isolation_leaves_care_and_nothing_else(self):
        care = [self.flow(self.ill, CARE), self.flow(self.ill, CARE, v6=True)]
        gone = [self.flow(self.ill, SMB), self.flow(self.ill, WEB), self.flow(self.ill, WEB, v6=True)]
        others = [self.flow(self.well, SMB), self.flow(self.well, WEB)]
        self.of_host("c1", "isolate", self.ill)
        self.stopped(*gone)
        self.going_on(*care, *others)
        # A neighbour's address has to be asked for anew, or care over IPv6 ends with the cache.
        subprocess.run(["nsenter", f"--net=/run/netns/{self.ill.namespace}", "ip", "neigh", "flush", "all"], check=True)
        self.going_on(*care)
        self.assertGreater(self.dropped(), 0)
        self.assertIn("count=3", self.helper.lift("c1"))
        for flow in gone:
            self.assertTrue(flow.runs_again())

    def test_isolation_loses_no_datagram_of_care(self):
        care = [Datagrams(self.ill, self.server, DEVICE), Datagrams(self.ill, self.server, DEVICE, v6=True)]
        gone = [self.flow(self.ill, SMB), Datagrams(self.ill, self.server, WEB)]
        time.sleep(0.3)
        self.assertTrue(gone[1].back)
        self.of_host("c1", "isolate", self.ill)
        self.stopped(gone[0])
        self.going_on(self.flow(self.well, SMB))
        for flow in care:
            sent, back = flow.end()
            self.assertGreater(sent, 50)
            self.assertEqual(set(range(sent)), back)
        sent, back = gone[1].end()
        self.assertLess(max(back), sent - 20, "isolated, and it reaches another port over UDP")

    def test_out_blocks_the_client_and_shield_the_server(self):
        out, web = self.flow(self.ill, SMB), self.flow(self.ill, WEB)
        others = self.flow(self.well, SMB)
        self.of_host("c1", "block_out", self.ill)
        self.stopped(out)
        self.going_on(web, others)
        self.helper.lift("c1")
        self.assertTrue(out.runs_again())
        # The server is protected: nothing may isolate it, but its spread ports may be closed to all.
        care = self.flow(self.ill, CARE)
        self.assertIn("error c2 denied", self.helper.ask(f"cut c2 kind=isolate ips={self.server.ip4} timeout=9")[0])
        self.assertIn("error c2 denied", self.helper.ask(f"cut c2 kind=block_out ips={self.server.ip4} timeout=9")[0])
        self.of_host("c2", "shield", self.server)
        self.stopped(out, others)
        self.going_on(web, care)
        self.helper.lift("c2")
        self.assertTrue(out.runs_again() and others.runs_again())
        # A shield on the client and block_out on the server stop nothing: the directions are the other ones.
        self.of_host("c3", "shield", self.ill)
        self.going_on(out)

    def test_one_flow_alone(self):
        cut, web = self.flow(self.ill, SMB), self.flow(self.ill, WEB)
        same_port = self.flow(self.well, SMB)
        cut6 = self.flow(self.ill, SMB, v6=True)
        flow4 = f"{self.ill.ip4}>{self.server.ip4}@{SMB}"
        flow6 = f"{self.ill.ip6}>{self.server.ip6}@{SMB}"
        self.assertIn("ok c1 count=2", self.helper.ask(f"cut c1 kind=block_flow flows={flow4},{flow6} timeout=600")[0])
        self.stopped(cut, cut6)
        self.going_on(web, same_port)
        self.assertEqual(set(self.helper.elements()), {flow4, flow6})
        self.assertGreater(self.dropped(), 0)
        care = f"{self.ill.ip4}>{self.server.ip4}@{CARE}"
        self.assertIn("error c2 denied", self.helper.ask(f"cut c2 kind=block_flow flows={care} timeout=9")[0])
        self.assertIn("count=1", self.helper.ask(f"lift x kind=block_flow flows={flow4}")[0])
        self.assertTrue(cut.runs_again())
        self.assertIn("count=1", self.helper.lift("c1"))
        self.assertTrue(cut6.runs_again())

    def test_a_border_closes_to_spread_in_one_direction(self):
        spread, web, care = self.flow(self.ill, SMB), self.flow(self.ill, WEB), self.flow(self.ill, CARE)
        here = f"{self.ill.ip4}/32"
        everywhere = self.server.ip4.rsplit(".", 1)[0] + ".0/24"
        self.assertIn("ok c1", self.helper.ask(f"cut c1 kind=close_border borders={everywhere}>{here} timeout=600")[0])
        self.going_on(spread)
        border = f"{here}>{everywhere}"
        self.assertIn("ok c2", self.helper.ask(f"cut c2 kind=close_border borders={border} timeout=600")[0])
        self.stopped(spread)
        self.going_on(web, care)
        self.assertEqual(self.helper.elements()[border]["cut"], "c2")
        self.assertIn("count=1", self.helper.lift("c2"))
        self.assertTrue(spread.runs_again())
        again = [self.helper.ask(f"cut c3 kind=close_border borders={border} timeout={t}")[0] for t in (600, 60)]
        self.assertTrue(all("ok c3" in line for line in again), again)
        self.assertIn(self.helper.elements()[border]["remaining"], range(57, 61))

    def test_nothing_comes_between_control_and_what_it_lives_on(self):
        well, ill = self.well.ip4, self.ill.ip4
        border = lambda one, other: f"kind=close_border borders={one}/32>{other}/32"
        between = [f"kind=shield ips={well}", f"kind=isolate ips={ill}", f"kind=block_flow flows={ill}>{well}@22",
                   f"kind=block_flow flows={well}>{ill}@514", border(ill, well), border(well, ill)]
        for number, words in enumerate(between):
            self.assertIn("ok", self.helper.ask(f"cut a{number} {words} timeout=600")[0], words)
        self.assertIn("rules=whole", self.helper.ensure(f" own_ways={well}>{ill}@3799"))
        self.assertEqual(self.helper.elements(), {}, "what was cut before is freed")
        wider = f"kind=close_border borders={ill.rsplit('.', 1)[0]}.0/24>{well}/32"
        for words in [*between, wider]:
            self.assertIn("error c denied", self.helper.ask(f"cut c {words} timeout=9")[0], words)
        for words in (f"kind=block_flow flows={self.server.ip4}>{well}@22", border(self.server.ip4, well)):
            self.assertIn("ok d", self.helper.ask(f"cut d {words} timeout=9")[0], words)

    def test_kinds_do_not_mix(self):
        for words in ("kind=block_flow ips=10.0.0.1", "kind=close_border macs=02:00:00:00:00:01",
                      "kind=isolate flows=10.0.0.1>10.0.0.2@445", "kind=isolate borders=10.0.0.0/8>10.0.0.0/8",
                      "kind=block_flow flows=10.0.0.1>fd00::1@445", "kind=close_border borders=10.0.0.1/8>10.0.0.0/8",
                      "kind=close_border borders=0.0.0.0/0>10.0.0.0/8", "kind=burn ips=10.0.0.1"):
            self.assertIn("error c malformed", self.helper.ask(f"cut c {words} timeout=9")[0], words)
        self.of_host("c1", "block_spread", self.ill)
        self.of_host("c2", "isolate", self.ill)
        listed = self.helper.ask("list l")[1:-1]
        self.assertEqual(sorted(line.split()[1] for line in listed), ["block_spread"] * 3 + ["isolate"] * 3)
        self.assertIn("count=3", self.helper.lift("c1"))
        self.assertEqual(len(self.helper.elements()), 3)


class Requests(Case):
    def test_the_same_cut_again_is_the_same_cut(self):
        self.helper.cut("c1", self.ill, timeout=600)
        for timeout in (3000, 100):
            self.assertTrue(self.helper.cut("c1", self.ill, timeout=timeout).startswith("ok c1"))
            listed = self.helper.elements()
            self.assertEqual(len(listed), 3)
            for element in listed.values():
                self.assertIn(element["remaining"], range(timeout - 3, timeout + 1))

    def test_a_refreshed_cut_keeps_its_drops(self):
        self.helper.cut("c1", self.ill)
        with inside(self.ill.namespace), contextlib.suppress(TimeoutError):
            socket.create_connection((self.server.ip4, SMB), timeout=0.5)
        before = self.helper.elements()[self.ill.mac]["packets"]
        self.assertGreater(before, 0)
        self.helper.cut("c1", self.ill, timeout=900)
        if tuple(int(part) for part in os.uname().release.split(".")[:2]) >= (6, 12):
            self.assertGreaterEqual(self.helper.elements()[self.ill.mac]["packets"], before)

    def test_an_address_belongs_to_its_last_cut(self):
        self.helper.cut("c1", self.ill)
        self.helper.ask(f"cut c2 kind=block_spread ips={self.ill.ip4} timeout=50")
        listed = self.helper.elements()
        self.assertEqual((listed[self.ill.ip4]["cut"], listed[self.ill.ip6]["cut"]), ("c2", "c1"))
        self.assertIn(listed[self.ill.ip4]["remaining"], range(597, 601))  # c1 wants it for longer
        self.helper.ask(f"cut c2 kind=block_spread ips={self.ill.ip4} timeout=50")  # which is c2's alone now
        self.assertIn(self.helper.elements()[self.ill.ip4]["remaining"], range(47, 51))
        self.assertIn("count=2", self.helper.lift("c1"))
        self.assertEqual(list(self.helper.elements()), [self.ill.ip4])
        lift = f"macs={self.ill.mac} ips={self.ill.ip4}"
        self.assertIn("count=1", self.helper.ask(f"lift x kind=block_spread {lift}")[0])
        self.assertEqual(self.helper.elements(), {})

    def test_one_kind_is_lifted_and_the_other_stays(self):
        flow = self.flow(self.ill, SMB)
        both = f"macs={self.ill.mac} ips={self.ill.ip4},{self.ill.ip6}"
        for first, second in (("isolate", "block_spread"), ("block_spread", "isolate")):
            for kind in (first, second):
                self.helper.ask(f"cut {kind} kind={kind} {both} timeout=600")
            self.helper.kill()
            self.helper.start()
            self.assertIn("count=3", self.helper.ask(f"lift x kind={first} {both}")[0])
            self.assertEqual({element["cut"] for element in self.helper.elements().values()}, {second})
            self.assertEqual(flow.trips(0.3), 0)
            self.assertIn("count=3", self.helper.ask(f"lift x kind={second} {both}")[0])
            self.assertTrue(flow.runs_again())
            self.helper.ensure()

    def test_the_protected_are_refused_and_freed(self):
        for address in (f"ips={self.server.ip4}", f"ips={self.server.ip6}", f"macs={self.server.mac}",
                        f"macs={self.ill.mac} ips={self.ill.ip4},{self.server.ip4}"):
            self.assertIn("error c1 denied", self.helper.ask(f"cut c1 kind=block_spread {address} timeout=9")[0])
        self.assertEqual(self.helper.elements(), {})
        self.helper.cut("c1", self.ill)
        self.helper.ask(f"config p protect_ips={self.ill.ip4} {SPREAD}")
        self.assertIn("rules=whole", self.helper.ask("ensure p")[0])
        self.assertEqual(set(self.helper.elements()), {self.ill.mac, self.ill.ip6})

    def test_as_many_are_protected_as_a_large_house_has(self):
        """32,768 addresses and as many MACs, as control tells them: 64 a line, each answered. The kernel has none of them."""
        ips = [f"10.{80 + number // 65536}.{number // 256 % 256}.{number % 256}" for number in range(1, 2 * 16384 + 1)]
        macs = [f"02:78:00:{number // 65536:02x}:{number // 256 % 256:02x}:{number % 256:02x}" for number in range(1, 2 * 16384 + 1)]
        begun = time.monotonic()
        for key, all_of_them in (("ips", ips), ("macs", macs)):
            for at in range(0, len(all_of_them), 64):
                answer = self.helper.ask(f"config large protect_{key}={','.join(all_of_them[at:at + 64])}")[0]
                self.assertTrue(answer.startswith("ok large"), answer)
        self.helper.ask(f"config large {SPREAD}")
        self.assertIn("rules=whole", self.helper.ask("ensure large")[0])
        with open(f"/proc/{self.helper.process.pid}/status") as status:
            kilobytes = next(line.split()[1] for line in status if line.startswith("VmRSS"))
        print(f"protected={len(ips) + len(macs)} seconds={time.monotonic() - begun:.2f} helper_kilobytes={kilobytes}")
        for one in (f"ips={ips[0]}", f"ips={ips[-1]}", f"macs={macs[-1]}"):
            self.assertIn("error c1 denied", self.helper.ask(f"cut c1 kind=block_spread {one} timeout=9")[0])
        for one in ("ips=10.99.0.1", "macs=02:79:00:00:00:01"):
            self.assertEqual(self.helper.ask(f"config large protect_{one}")[0], "error large limit 0 more than 32768 protected addresses")
        self.assertTrue(self.helper.ask(f"config large protect_ips={ips[7]}")[0].startswith("ok"), "it is among them")

    def test_garbage_changes_nothing(self):
        self.helper.cut("c1", self.ill)
        before = nft("list", "table", "bridge", "cordon").split("chain judged")[1]
        dice = random.Random(2022)
        stranger = self.helper.connect()
        reader = stranger.makefile("rb")
        lines = [bytes(dice.randrange(256) for _ in range(dice.randrange(200))).replace(b"\n", b"") for _ in range(300)]
        lines += [b"x" * 100_000, b"cut a kind=block_spread ips=0.0.0.0/0 timeout=9", b"flush ruleset", b"",
                  b"cut a kind=block_spread ips=10.77.9.99 timeout=9 \x00", b'{"nftables":[{"flush":{"ruleset":null}}]}']
        for line in lines:
            stranger.sendall(line + b"\n")
            self.assertRegex(reader.readline(), rb"^error \S+ (malformed|limit) [1-9]\d* .")
        stranger.sendall(b"list last\n")
        self.assertEqual(reader.readline(), b"ok last count=3 rules=whole\n")
        stranger.sendall(b"cut half kind=block_spread ips=10.77.9.99 time")
        reader.close()
        stranger.close()
        self.assertEqual(set(self.helper.elements()), {self.ill.mac, self.ill.ip4, self.ill.ip6})
        self.assertEqual(nft("list", "table", "bridge", "cordon").split("chain judged")[1], before)

    def test_one_client_too_many_is_told_so(self):
        clients = [self.helper.connect() for _ in range(8)]  # the helper's own client is one of eight
        self.assertIn(b"too many clients", clients[-1].recv(1000))
        for client in clients:
            client.close()
        self.assertEqual(self.helper.rules(), "whole")

    def test_a_client_that_never_reads_stops_nobody_for_long(self):
        deaf = self.helper.connect()
        deaf.settimeout(0.5)
        with contextlib.suppress(TimeoutError, BrokenPipeError, ConnectionResetError):
            for _ in range(100_000):
                deaf.sendall(b"counters x\n" * 100)
        self.assertTrue(self.helper.cut("c1", self.ill).startswith("ok c1"))
        deaf.close()

    def test_a_cut_does_not_wait_behind_all_that_another_asked(self):
        asks = 200
        other = self.helper.connect()
        os.kill(self.helper.process.pid, signal.SIGSTOP)
        other.sendall(b"counters x\n" * asks)
        self.helper.socket.sendall(f"cut c1 kind=block_spread ips={self.ill.ip4} timeout=600\n".encode())
        os.kill(self.helper.process.pid, signal.SIGCONT)
        self.assertTrue(self.helper.reader.readline().startswith("ok c1"))
        answered = other.recv(1 << 20, socket.MSG_DONTWAIT | socket.MSG_PEEK).count(b"\n.\n")
        self.assertLess(answered, asks / 2)
        with other, other.makefile("r") as answers:
            for _ in range(asks):
                self.assertIn(".\n", answers)

    def test_a_full_set_refuses_the_whole_cut(self):
        for number in range(0, 4096, 16):
            ips = ",".join(f"10.78.{(number + i) // 256}.{(number + i) % 256}" for i in range(16))
            self.assertTrue(self.helper.ask(f"cut f kind=block_spread ips={ips} timeout=600")[0].startswith("ok"))
        answer = self.helper.ask(f"cut g kind=block_spread macs={self.ill.mac} ips={self.ill.ip4} timeout=600")[0]
        self.assertIn("error g limit", answer)
        self.assertNotIn(self.ill.mac, self.helper.elements())
        self.assertIn("count=4096", self.helper.lift("f"))

    def test_foreign_hands_are_noticed(self):
        self.helper.cut("c1", self.ill)
        nft("flush", "chain", "bridge", "cordon", "judged")
        self.assertEqual(self.helper.rules(), "changed")
        self.helper.ensure()
        self.assertEqual(self.helper.rules(), "whole")
        self.assertEqual(len(self.helper.elements()), 3)
        nft("delete", "table", "bridge", "cordon")
        self.assertEqual(self.helper.rules(), "absent")
        self.assertIn("error c2 absent", self.helper.cut("c2", self.ill))
        self.helper.ensure()
        self.assertTrue(self.helper.cut("c2", self.ill).startswith("ok c2"))


class Rights(Case):
    def test_no_right_beyond_net_admin(self):
        with open(f"/proc/{self.helper.process.pid}/status") as status:
            fields = dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)
        only = 1 << CAP_NET_ADMIN
        self.assertEqual(int(fields["CapEff"], 16), only)
        self.assertEqual(int(fields["CapPrm"], 16), only)
        self.assertEqual(int(fields["CapInh"], 16), 0)
        self.assertEqual(int(fields["CapAmb"], 16), 0)
        self.assertEqual(int(fields["CapBnd"], 16) & ~only, 0)
        self.assertEqual(fields["NoNewPrivs"], "1")
        self.assertEqual(fields["Seccomp"], "2")

    def test_root_loses_its_rights_too(self):
        path = os.path.join(self.helper.folder, "root")
        process = subprocess.Popen(["nsenter", f"--net=/run/netns/{LAB.bridge}", PROGRAM, "--socket", path])
        try:
            end = time.monotonic() + 10
            client = socket.socket(socket.AF_UNIX)
            while time.monotonic() < end:
                with contextlib.suppress(OSError):
                    client.connect(path)
                    break
                time.sleep(0.05)
            client.sendall(b"list a\n")
            self.assertIn(b"ok a", client.recv(1000))
            with open(f"/proc/{process.pid}/status") as status:
                fields = dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)
            for name in ("CapEff", "CapPrm", "CapBnd"):
                self.assertEqual(int(fields[name], 16), 1 << CAP_NET_ADMIN, name)
            self.assertEqual(os.stat(path).st_mode & 0o777, 0o600)
            client.close()
        finally:
            process.kill()
            process.wait()

    def test_check_says_what_is_missing_and_leaves_nothing(self):
        there = ["nsenter", f"--net=/run/netns/{LAB.bridge}"]
        before = nft("list", "ruleset")
        self.assertEqual(subprocess.run([*there, PROGRAM, "--check"], capture_output=True).returncode, 0)
        # A new namespace may have it from the machine, as where containers run.
        subprocess.run([*there, "sysctl", "-qw", "net.ipv4.ip_forward=0"], check=True)
        routed = subprocess.run([*there, PROGRAM, "--route", "--check"], capture_output=True, text=True)
        self.assertEqual(routed.returncode, 1)
        self.assertIn("no interface in this network namespace forwards; set net.ipv4.ip_forward", routed.stderr)
        self.assertEqual(nft("list", "ruleset"), before)
        without = [*there, "setpriv", "--bounding-set=-all", "--inh-caps=-all", "--reuid", NOBODY, "--regid", NOBODY,
                   "--clear-groups", PROGRAM, "--check"]
        answer = subprocess.run(without, capture_output=True, text=True)
        self.assertEqual(answer.returncode, 1)
        self.assertIn("CAP_NET_ADMIN is missing", answer.stderr)


class Frames(Case):
    """One frame at a time, each first without the cut to show that it would arrive."""

    def setUp(self):
        super().setUp()
        self.wires = {host: Wire(host) for host in LAB.hosts}
        for wire in self.wires.values():
            self.addCleanup(wire.close)
        self.marks = itertools.count(1)

    def arrives(self, source, target, packet, tags=(), source_mac=None, target_mac=None):
        """`packet` is a function of a payload that makes the frame recognisable."""
        mark = b"cordon-frame-%08d" % next(self.marks)
        end = mark.replace(b"frame", b"ended")
        self.wires[source].send(frame(source_mac or source.mac, target_mac or target.mac, packet(mark), tags))
        # From nobody to all: no cut is about it.
        self.wires[source].send(frame("02:77:00:00:00:77", "ff:ff:ff:ff:ff:ff", (netlab.LOCAL_EXPERIMENT, end)))
        return self.wires[target].sees(mark, end)

    def judge(self, cases, kind="block_spread"):
        for name, *case, kwargs in cases:
            self.assertTrue(self.arrives(*case, **kwargs), f"{name}: does not arrive even without a cut")
        host = self.ill
        answer = self.helper.ask(f"cut c1 kind={kind} macs={host.mac} ips={host.ip4},{host.ip6} timeout=600")[0]
        self.assertTrue(answer.startswith("ok c1"), answer)
        for name, *case, kwargs in cases:
            expected = not name.startswith("dropped")
            self.assertEqual(self.arrives(*case, **kwargs), expected, name)

    def over4(self, source, target, make, **kwargs):
        return lambda mark: ip4(source.ip4, target.ip4, make(mark), **kwargs)

    def over6(self, source, target, make, **kwargs):
        return lambda mark: ip6(source.ip6, target.ip6, make(mark), **kwargs)

    def test_ports_and_directions(self):
        a, b, c = self.ill, self.server, self.well
        cases = []
        for over, version in ((self.over4, "IPv4"), (self.over6, "IPv6")):
            def add(name, source, target, sport, dport, flags=ACK, over=over, version=version, make=tcp):
                segment = (lambda mark: udp(sport, dport, mark)) if make is udp else (
                    lambda mark: tcp(sport, dport, flags, mark))
                cases.append((f"{name}, {version}", source, target, over(source, target, segment), {}))
            add("dropped: to a server's SMB", a, b, 50000, SMB)
            add("dropped: from a server's SMB", b, a, SMB, 50000)
            add("dropped: to the cut host's SMB", c, a, 50000, SMB)
            add("dropped: from the cut host's SMB", a, c, SMB, 50000)
            add("dropped: SSH", a, c, 50000, SSH)
            add("dropped: SSH of the cut host's own server", a, c, SSH, 50000)
            add("dropped: RDP", a, c, 50000, 3389)
            add("dropped: WinRM", a, c, 50000, 5986)
            add("dropped: RDP over UDP", a, c, 50000, 3389, make=udp)
            add("dropped: remote call on a dynamic port", a, c, 50000, 49700)
            add("dropped: answer of a remote call", c, a, 49700, 50000)
            add("dropped: first segment to a dynamic port", a, c, 80, 49700, SYN)
            add("passes: web", a, b, 50000, WEB, SYN)
            add("passes: web answer", b, a, WEB, 50000, SYN | ACK)
            add("passes: web answer from the cut host", a, c, WEB, 50000, SYN | ACK)
            add("passes: care", a, b, 50000, CARE)
            add("passes: care answer", b, a, CARE, 50000)
            add("passes: name service", a, c, 137, 137, make=udp)
            add("passes: SMB of others", c, b, 50000, SMB)
        self.judge(cases)

    def test_either_address_is_enough_and_none_can_be_borrowed(self):
        a, b, c = self.ill, self.server, self.well
        smb = lambda mark: tcp(50000, SMB, ACK, mark)
        borrowed = lambda mark: tcp(CARE, SMB, ACK, mark)
        self.judge([
            ("dropped: new IPv4 address", a, b, lambda mark: ip4("10.77.9.200", b.ip4, smb(mark)), {}),
            ("dropped: new IPv6 address", a, b, lambda mark: ip6("fd77:9::200", b.ip6, smb(mark)), {}),
            ("dropped: new MAC", a, b, self.over4(a, b, smb), {"source_mac": "02:77:00:00:00:99"}),
            ("dropped: new MAC, IPv6", a, b, self.over6(a, b, smb), {"source_mac": "02:77:00:00:00:98"}),
            ("dropped: care server's address and port borrowed", a, c, lambda mark: ip4(b.ip4, c.ip4, borrowed(mark)), {}),
        ])

    def test_vlan_tags(self):
        a, b, c = self.ill, self.server, self.well
        one, two = ((0x8100, 10),), ((0x88A8, 100), (0x8100, 10))
        segment = lambda port: lambda mark: tcp(50000, port, ACK, mark)
        cases = []
        for over, version in ((self.over4, "IPv4"), (self.over6, "IPv6")):
            cases += [
                (f"dropped: tagged SMB, {version}", a, b, over(a, b, segment(SMB)), {"tags": one}),
                (f"passes: tagged care, {version}", a, b, over(a, b, segment(CARE)), {"tags": one}),
                (f"passes: tagged web, {version}", a, b, over(a, b, segment(WEB)), {"tags": one}),
                (f"dropped: SMB behind two tags, {version}", a, b, over(a, b, segment(SMB)), {"tags": two}),
                (f"dropped: anything behind two tags, {version}", a, c, over(a, c, segment(WEB)), {"tags": two}),
                (f"dropped: to the cut host behind two tags, {version}", c, a, over(c, a, segment(SMB)), {"tags": two}),
                (f"passes: two tags of others, {version}", c, b, over(c, b, segment(SMB)), {"tags": two}),
            ]
        cases += [
            ("dropped: tagged SMB to the cut host by its IP", c, a, self.over4(c, a, segment(SMB)), {"tags": one}),
            ("dropped: tagged fragment", a, c, self.over4(a, c, segment(WEB), fragment=0x2000), {"tags": one}),
            ("dropped: tagged IPv6 fragment", a, c, self.over6(a, c, segment(WEB), fragment=(0, True)), {"tags": one}),
            ("dropped: priority tag", a, b, self.over4(a, b, segment(SMB)), {"tags": ((0x8100, 0),)}),
            ("dropped: old stacked tag", a, b, self.over4(a, b, segment(SMB)), {"tags": ((0x9100, 1), (0x8100, 1))}),
        ]
        self.judge(cases)

    def test_fragments_and_extension_headers(self):
        a, b, c = self.ill, self.server, self.well
        web = lambda mark: tcp(50000, WEB, ACK, mark)
        smb = lambda mark: tcp(50000, SMB, ACK, mark)
        care = lambda mark: tcp(50000, CARE, ACK, mark)
        later = lambda mark: (6, mark)
        self.judge([
            ("dropped: first fragment of SMB", a, b, self.over4(a, b, smb, fragment=0x2000), {}),
            ("dropped: first fragment of anything", a, c, self.over4(a, c, web, fragment=0x2000), {}),
            ("dropped: later fragment", a, c, self.over4(a, c, later, fragment=0x0010), {}),
            ("dropped: later fragment to the cut host", c, a, self.over4(c, a, later, fragment=0x0010), {}),
            ("passes: first fragment of care", a, b, self.over4(a, b, care, fragment=0x2000), {}),
            ("passes: later fragment to a care server", a, b, self.over4(a, b, later, fragment=0x0010), {}),
            ("passes: fragments of others", c, b, self.over4(c, b, later, fragment=0x0010), {}),
            ("dropped: first fragment of SMB, IPv6", a, b, self.over6(a, b, smb, fragment=(0, True)), {}),
            ("dropped: first fragment without its ports, IPv6", a, b,
             self.over6(a, b, lambda mark: (60, struct.pack("!BB6s", 6, 3, b"\1\4") + mark + b"\0\0\0"),
                        fragment=(0, True)), {}),
            ("dropped: later fragment, IPv6", a, c, self.over6(a, c, later, fragment=(16, False)), {}),
            ("passes: first fragment of care, IPv6", a, b, self.over6(a, b, care, fragment=(0, True)), {}),
            ("passes: later fragment to a care server, IPv6", a, b, self.over6(a, b, later, fragment=(16, False)), {}),
            ("dropped: SMB behind hop-by-hop options", a, b, self.over6(a, b, smb, hop_by_hop=True), {}),
            ("passes: web behind hop-by-hop options", a, b, self.over6(a, b, web, hop_by_hop=True), {}),
            ("passes: care behind hop-by-hop options", a, b, self.over6(a, b, care, hop_by_hop=True), {}),
        ])


    def isolated(self):
        """What an isolated host says of addresses and routes, what it is told of them, and the care beside."""
        a, b, c = self.ill, self.server, self.well
        everybody4, everybody6 = {"target_mac": "ff:ff:ff:ff:ff:ff"}, {"target_mac": "33:33:00:00:00:01"}
        link_local = "fe80::77:ff:fe00:11"  # of a's MAC

        def says(name, mac, address, about, operation=netlab.ARP_REPLY, source=a, target=c, **kwargs):
            return name, source, target, lambda mark: arp(operation, mac, address, about, mark), kwargs

        def tells(name, kind, sender, about="::", source=a, target=c, **kwargs):
            make = lambda mark: ip6(sender, target.ip6, neighbour(kind, about, mark))
            return name, source, target, make, kwargs

        def asks(name, source, target, sport, dport, v6=False, sender=None, make=udp, **kwargs):
            wrap = ip6 if v6 else ip4
            packet = lambda mark: wrap(sender or source.ip(v6), target.ip(v6), make(sport, dport, payload=mark))
            return name, source, target, packet, kwargs

        request, reply = netlab.ARP_REQUEST, netlab.ARP_REPLY
        solicit, advert = netlab.NEIGHBOUR_SOLICIT, netlab.NEIGHBOUR_ADVERT
        return [
            says("dropped: ARP reply for the care server's address", a.mac, b.ip4, c.ip4),
            says("dropped: ARP announcement of it", a.mac, b.ip4, b.ip4, request, **everybody4),
            says("dropped: ARP probe of another's address", a.mac, "0.0.0.0", c.ip4, request, **everybody4),
            says("dropped: ARP that borrows the frame's MAC", a.mac, b.ip4, c.ip4, source_mac="02:77:00:00:00:99"),
            says("dropped: ARP that borrows the MAC within", "02:77:00:00:00:99", b.ip4, c.ip4),
            says("passes: its own ARP reply", a.mac, a.ip4, c.ip4),
            says("passes: its own ARP request", a.mac, a.ip4, b.ip4, request, **everybody4),
            says("passes: its own ARP probe", a.mac, "0.0.0.0", a.ip4, request, **everybody4),
            says("passes: ARP to it", b.mac, b.ip4, a.ip4, reply, b, a),
            says("passes: ARP of others", c.mac, c.ip4, b.ip4, reply, c, b),
            tells("dropped: neighbour advertisement of another's address", advert, a.ip6, b.ip6),
            tells("dropped: and to all", advert, b.ip6, b.ip6, **everybody6),
            tells("dropped: solicitation from another's address", solicit, b.ip6, c.ip6),
            tells("dropped: solicitation of another's address from nobody", solicit, "::", c.ip6),
            tells("dropped: router solicitation from another's address", netlab.ROUTER_SOLICIT, b.ip6),
            tells("dropped: router advertisement", netlab.ROUTER_ADVERT, link_local, **everybody6),
            tells("dropped: router advertisement from its own address", netlab.ROUTER_ADVERT, a.ip6),
            tells("dropped: redirect", netlab.REDIRECT, link_local, b.ip6),
            tells("passes: its own neighbour advertisement", advert, a.ip6, a.ip6),
            tells("passes: of its link-local address", advert, link_local, link_local),
            tells("passes: its own solicitation", solicit, a.ip6, b.ip6),
            tells("passes: its own from nobody", solicit, "::", a.ip6, **everybody6),
            tells("passes: its router solicitation", netlab.ROUTER_SOLICIT, link_local),
            tells("passes: its router solicitation from nobody", netlab.ROUTER_SOLICIT, "::"),
            tells("passes: router advertisement to it", netlab.ROUTER_ADVERT, b.ip6, source=b, target=a),
            tells("passes: advertisement to it", advert, b.ip6, b.ip6, b, a),
            tells("passes: router advertisement of others", netlab.ROUTER_ADVERT, b.ip6, source=b, target=c),
            asks("dropped: DHCP offer", a, c, 67, 68, **everybody4),
            asks("dropped: DHCP offer under the server's address", a, c, 67, 68, sender=b.ip4),
            asks("dropped: DHCPv6 answer", a, c, 547, 546, v6=True),
            asks("dropped: between two servers' ports", a, c, 67, 67),
            asks("passes: its DHCP request", a, b, 68, 67),
            asks("passes: its DHCP discovery", a, b, 68, 67, sender="0.0.0.0", **everybody4),
            asks("passes: DHCP answer to it", b, a, 67, 68),
            asks("passes: its DHCPv6 request", a, b, 546, 547, v6=True),
            asks("passes: DHCPv6 answer to it", b, a, 547, 546, v6=True),
            asks("passes: DHCP of others", b, c, 67, 68),
            asks("dropped: to a spread port under the care server's address", a, c, CARE, SMB, sender=b.ip4, make=tcp),
            asks("dropped: and over UDP", a, c, DEVICE, 3389, sender=b.ip4),
            asks("passes: a care server's answer by its MAC, as if it were the router", a, c, DEVICE, 50000, sender=b.ip4),
            asks("passes: care over UDP", a, b, 50000, DEVICE),
            asks("passes: care over UDP, IPv6", a, b, 50000, DEVICE, v6=True),
            asks("passes: its answer", b, a, DEVICE, 50000),
            ("passes: that the way is narrower", c, a, lambda mark: ip4(c.ip4, a.ip4, netlab.unreachable(4, mark)), {}),
            ("passes: and over IPv6", c, a, lambda mark: ip6(c.ip6, a.ip6, netlab.too_big(mark)), {}),
            ("dropped: that another is not there", c, a, lambda mark: ip4(c.ip4, a.ip4, netlab.unreachable(1, mark)), {}),
            ("dropped: what it says of a way itself", a, c, lambda mark: ip4(a.ip4, c.ip4, netlab.unreachable(4, mark)), {}),
            asks("passes: care answer to others", b, c, CARE, 50000, make=tcp),
        ]

    def test_an_isolated_host_diverts_nobody(self):
        # The kernels believe the ARP that was sent before the cut.
        for host in LAB.hosts:
            self.addCleanup(netlab.ip, "-n", host.namespace, "neigh", "flush", "all")
        self.judge(self.isolated(), "isolate")
        # Bound by the kernel, not by the helper: also when it died; and free when the cut is lifted or ended.
        rogue = ("ARP", *self.isolated()[0][1:-1])
        self.helper.kill()
        self.helper.start()
        self.assertFalse(self.arrives(*rogue[1:]))
        self.helper.ensure()
        self.assertFalse(self.arrives(*rogue[1:]))
        self.assertEqual("whole", self.helper.rules())
        self.assertIn("count=3", self.helper.lift("c1"))
        self.assertTrue(self.arrives(*rogue[1:]))
        for name in ("own4", "own6", "bound4", "bound6"):
            self.assertNotIn("elements", nft("list", "set", "bridge", "cordon", name), name)

    def test_who_is_isolated_by_its_mac_alone_is_bound_to_no_address(self):
        self.helper.ask(f"cut c1 kind=isolate macs={self.ill.mac} timeout=600")
        reply = lambda mark: arp(netlab.ARP_REPLY, self.ill.mac, self.ill.ip4, self.well.ip4, mark)
        self.assertTrue(self.arrives(self.ill, self.well, reply))
        # Two cuts of one MAC: each address is its own as long as a cut names it.
        self.helper.ask(f"cut c2 kind=isolate macs={self.ill.mac} ips={self.ill.ip4} timeout=600")
        self.helper.ask(f"cut c3 kind=isolate macs={self.ill.mac} ips=10.77.9.99 timeout=600")
        self.assertTrue(self.arrives(self.ill, self.well, reply))
        self.helper.ask(f"cut c3 kind=isolate macs={self.ill.mac} ips=10.77.9.99 timeout=600")
        self.assertIn("count=1", self.helper.lift("c2"))
        self.assertFalse(self.arrives(self.ill, self.well, reply))


def bench(rounds, chain=None, on="bridge"):
    """From the first byte of a cut's request to its ok, and to the send time of the last datagram that got through. With
    a chain, from before the verdict, and to the enforcer's report."""
    ill, server = LAB.hosts[:2]
    helper = Helper(on)
    try:
        if chain:
            chain = Chain(chain, ill, nft=helper)
        helper.ensure()
        with inside(server.namespace):
            receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            receiver.bind((server.ip4, 3389))
            receiver.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
        sender = os.fork()
        if sender == 0:
            with inside(ill.namespace):
                out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            parent = os.getppid()
            while os.getppid() == parent:
                with contextlib.suppress(OSError):
                    out.sendto(struct.pack("q", time.monotonic_ns()), (server.ip4, 3389))
                time.sleep(0.00005)
            os._exit(0)
        answered, stopped, lifted, spacing = [], [], [], []

        def drain(seconds):
            """Send times of everything that arrives until nothing has for `seconds`."""
            times = []
            receiver.settimeout(seconds)
            with contextlib.suppress(TimeoutError):
                while True:
                    times.append(struct.unpack("q", receiver.recv(64))[0])
            return times

        dice = random.Random(1)
        for number in itertools.count():
            if len(answered) == rounds:
                break
            receiver.settimeout(5)
            receiver.recv(64)
            time.sleep(dice.uniform(0.002, 0.01))
            if chain:
                before, after = (round(moment * 1e9) for moment in chain.cut())
            else:
                before = time.monotonic_ns()
                answer = helper.cut(f"b{number}", ill)
                after = time.monotonic_ns()
                assert answer.startswith("ok"), answer
            times = drain(0.02)
            lifting = time.monotonic_ns()
            if chain:
                chain.lift()
            else:
                helper.lift(f"b{number}")
            lifted.append((time.monotonic_ns() - lifting) / 1e6)
            if len(times) < 2:
                continue  # the sender did not run just before the cut: nothing to see
            answered.append((after - before) / 1e6)
            stopped.append((times[-1] - before) / 1e6)
            spacing += [(late - early) / 1e6 for early, late in itertools.pairwise(times)]
        os.kill(sender, signal.SIGKILL)
        os.waitpid(sender, 0)
        if chain:
            chain.close()
        what = "verdict" if chain else "request"
        print(f"rounds={rounds} datagram_spacing_ms={statistics.median(spacing):.3f}")
        for name, values in ((f"{what}_to_ok_ms", answered), (f"{what}_to_last_packet_ms", stopped),
                             ("lift_to_ok_ms", lifted)):
            values.sort()
            print(f"{name} p50={statistics.median(values):.3f} p99={values[int(len(values) * 0.99) - 1]:.3f} "
                  f"max={values[-1]:.3f}")
    finally:
        helper.close()


def missing():
    if os.geteuid() != 0:
        return "needs root"
    for program in ("ip", "nft", "nsenter", "setpriv", "sysctl"):
        if shutil.which(program) is None:
            return f"needs {program}"
    name = f"{netlab.PREFIX}{os.getpid()}-try"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode != 0:
        return "needs network namespaces"
    try:
        netlab.ip("-n", name, "link", "add", "br0", "type", "bridge")
        probe = subprocess.run(["ip", "netns", "exec", name, PROGRAM, "--check"], capture_output=True, text=True)
    except subprocess.CalledProcessError:
        return "needs bridges"
    finally:
        subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return probe.stderr.strip() if probe.returncode != 0 else None


def main():
    global PROGRAM, LAB
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = os.path.abspath(sys.argv[1])
    if why := missing():
        print(f"SKIPPED: {why}")
        sys.exit(netlab.SKIPPED)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with Lab(["ill", "srv", "well"]) as LAB:
        if sys.argv[2:3] == ["--bench"]:
            bench(int(sys.argv[3]), *sys.argv[4:5])
            return
        servers = [EchoServer(LAB.hosts[1], port) for port in (SMB, SSH, CARE, WEB)]
        servers += [DatagramEcho(LAB.hosts[1], port) for port in (DEVICE, WEB)]
        result = unittest.main(argv=[sys.argv[0], *sys.argv[2:]], exit=False, verbosity=2).result
        del servers
    sys.exit(0 if result.wasSuccessful() else 1)


if __name__ == "__main__":
    main()
