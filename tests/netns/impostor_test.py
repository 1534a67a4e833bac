# SPDX-License-Identifier: Apache-2.0
"""An attacker on the watched segment under other machines' addresses: who gets cut off, and who does not.

Blind: he forges what a victim would say and does not hear the answers. ForgedSource: he holds real sessions and sends
from another machine's MAC, but is answered at his own. Impostor: he holds real sessions under a stolen address. The victims are an innocent workstation and a protected gateway; his own place is ws3. SECURITY.md states
what follows.

usage: impostor_test.py FOLDER [unittest arguments]
Needs root, network namespaces and the lab's packages; exit status 77 says that something of it is missing.
"""
import contextlib
import random
import struct
import subprocess
import time
import unittest

import live
import netlab
from live import Night, Plan, network, until

INNOCENT, PROTECTED, OWN, SERVER = network.workstation("ws1"), network.CARE, network.workstation("ws3"), network.FILE_SERVER
RECORDED = live.ROOT / "tests" / "captures" / "lab"  # ws2 encrypts twelve files in each
RECORDED_CLIENT = network.workstation("ws2")
NOBODYS_MAC = "02:77:00:00:00:ee"
SMB, FLOOD = 445, 3000
ARP, REPLY = 0x0806, 2


def recorded(profile):
    """recorded gives (from the client?, TCP segment) of an encrypting conversation, in order."""
    data, at, found = (RECORDED / f"{profile}.pcap").read_bytes(), 24, []
    client, server = (netlab.socket.inet_aton(h.ipv4) for h in (RECORDED_CLIENT, SERVER))
    while at < len(data):
        captured, = struct.unpack_from("<8xI4x", data, at)
        frame = data[at + 16:at + 16 + captured]
        at += 16 + captured
        if frame[12:14] != b"\x08\x00" or frame[23] != 6 or {frame[26:30], frame[30:34]} != {client, server}:
            continue
        length, = struct.unpack("!H", frame[16:18])
        found.append((frame[26:30] == client, frame[14 + 4 * (frame[14] & 15):14 + length]))
    return found


def with_checksum(source, target, segment):
    """with_checksum gives the segment as it would be sent between these addresses."""
    head = netlab.socket.inet_aton(source) + netlab.socket.inet_aton(target) + struct.pack("!BBH", 0, 6, len(segment))
    bare = segment[:16] + b"\0\0" + segment[18:]
    return 6, bare[:16] + struct.pack("!H", netlab._checksum(head + bare)) + bare[18:]


class Segment(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.night = cls.enterClassContext(Night(Plan(files=800, scale=0.05)))
        cls.cordon = cls.night.cordon
        cls.wire = netlab.Wire(Place(cls.night.prefix, OWN))
        cls.addClassCleanup(cls.wire.close)

    def in_namespace(self, host, *words):
        done = subprocess.run(network.inside(self.night.prefix, host.name, *words), capture_output=True, text=True)
        self.assertEqual(0, done.returncode, done.stderr)

    def ip(self, host, *words):
        self.in_namespace(host, "ip", *words)

    def entries(self, kind):
        return [e["body"] for e in self.cordon.log() if e["kind"] == kind]

    def nobody_is_cut(self):
        """A suspicion may arise, and says so; what no server answered never begins a plan."""
        self.assertEqual([], [v for v in self.entries("verdict") if v["level"] == "infected"])
        self.assertEqual([], self.entries("cut_decided") + self.entries("plan") + self.entries("approval_asked"))
        self.assertEqual(set(), self.cordon.in_force())

    def heard(self, frames):
        """heard waits until the sensor has had all that was sent."""
        before = self.cordon.situation()["source"]["packets"]
        sent = 0
        for frame in frames:
            self.wire.send(frame)
            sent += 1
            if sent % 64 == 0:
                time.sleep(0.002)  # no faster than the mirror carries
        until("the sensor has seen it", live.SETTLE_MAX, lambda: self.cordon.situation()["source"]["packets"] >= before + sent)


    def infected(self, victim):
        return any(v["level"] == "infected" and v["host_key"]["mac"] == victim.mac for v in self.entries("verdict"))

    def withheld(self, victim):
        return next((c for c in self.cordon.situation()["cuts"] if c["host"] == victim.ipv4 and c["state"] == "withheld"), None)

    def never_cut(self, victim):
        verdict = self.entries("verdict")[-1]["ts"]
        until("a tick", live.SETTLE_MAX, lambda: self.cordon.situation()["at"] > verdict + 2.5)
        self.assertEqual(set(), {victim.mac, victim.ipv4, victim.ipv6} & self.cordon.in_force())
        self.assertEqual([], [c for c in self.entries("cut_decided") if victim.ipv4 in c["ips"] or victim.mac in c["macs"]])


class Place:
    def __init__(self, prefix, host):
        self.namespace = network.namespace(prefix, host.name)


class Blind(Segment):
    """He sends under the victim's MAC and address, or under its address alone, and hears no answer."""

    def frames(self, victim, mac, segments, target=SERVER.mac):
        return (netlab.frame(mac, target, netlab.ip4(victim.ipv4, SERVER.ipv4, s)) for s in segments)

    def each_victim(self):
        return ((victim, mac) for victim in (INNOCENT, PROTECTED) for mac in (victim.mac, OWN.mac))

    def flood(self, victim, mac):
        dice = random.Random(1)
        return self.frames(victim, mac, (netlab.tcp(dice.randrange(1024, 65536), SMB, netlab.SYN) for _ in range(FLOOD)))

    def half_of_a_true_attack(self, victim, mac):
        """What a victim of ransomware says, byte for byte, and nothing that the server would answer."""
        half = [segment for from_client, segment in recorded("in-place-rename") if from_client]
        self.assertGreater(len(half), 500)
        return self.frames(victim, mac, (with_checksum(victim.ipv4, SERVER.ipv4, s) for s in half))

    def announcements(self, victim, mac):
        address = netlab.socket.inet_aton(victim.ipv4)
        says = struct.pack("!HHBBH", 1, 0x0800, 6, 4, REPLY) + netlab.mac_bytes(mac) + address
        announced = netlab.frame(mac, "ff:ff:ff:ff:ff:ff", (ARP, says + b"\xff" * 6 + address))
        return (announced for _ in range(FLOOD // 10))

    def test_whatever_he_says_nobody_is_cut(self):
        """The sensor tells what it has seen twice a minute: all is said first, and then judged."""
        self.heard(frame for victim, mac in self.each_victim()
                   for saying in (self.flood, self.half_of_a_true_attack, self.announcements)
                   for frame in saying(victim, mac))
        self.nobody_is_cut()


class Sessions(Segment):
    """He holds whole sessions."""

    @contextlib.contextmanager
    def stolen(self, victim, mac=None):
        self.ip(victim, "link", "set", "eth0", "down")
        self.ip(OWN, "addr", "flush", "dev", "eth0", "scope", "global")
        if mac:
            self.ip(OWN, "link", "set", "eth0", "down")
            self.ip(OWN, "link", "set", "eth0", "address", mac, "up")
        self.ip(OWN, "addr", "add", f"{victim.ipv4}/24", "dev", "eth0")
        self.ip(SERVER, "neigh", "flush", "all")
        try:
            yield
        finally:
            self.ip(OWN, "addr", "flush", "dev", "eth0", "scope", "global")
            self.ip(OWN, "link", "set", "eth0", "down")
            self.ip(OWN, "link", "set", "eth0", "address", OWN.mac, "up")
            for host in (OWN, victim):
                self.ip(host, "link", "set", "eth0", "up")
                self.ip(host, "addr", "replace", f"{host.ipv4}/24", "dev", "eth0")
                self.ip(host, "addr", "replace", f"{host.ipv6}/64", "dev", "eth0", "nodad")
            self.ip(SERVER, "neigh", "flush", "all")

    @contextlib.contextmanager
    def sending_from(self, mac, host=OWN):
        """All that the host says over IP leaves under another MAC; only ARP tells its own."""
        self.in_namespace(host, "nft", "table netdev forged { chain out { type filter hook egress device eth0 priority 0; "
                                       f"ether type {{ ip, ip6 }} ether saddr set {mac}; }}; }}")
        try:
            yield
        finally:
            self.in_namespace(host, "nft", "delete", "table", "netdev", "forged")

    def encrypt(self, seed, seen, host=OWN):
        """encrypt attacks from this host's place until `seen` gives something, and gives that."""
        task = self.night.lab.start_encrypt("in-place-rename", host=host.name, files=60, rate=10, seed=seed)
        try:
            return until(lambda: f"a verdict; cuts: {self.cordon.situation()['cuts']}", live.SETTLE_MAX, seen)
        finally:
            task.stop()

    def innocent_of(self, victim):
        """Also not after the whole estate was weighed, which takes the next tick."""
        self.never_cut(victim)
        self.assertEqual(set(), self.cordon.in_force())
        waiting = [line for line in self.cordon.situation()["plan"]["lines"] if line["approval"]]
        self.assertEqual([], waiting, "nobody is asked to cut the victim either")


class ForgedSource(Sessions):
    """His frames carry the victim's MAC, the server's answers go to his own: who is judged is who is answered."""

    def he_alone_is_cut(self, seed, victim, host):
        before = self.cordon.in_force()
        with self.sending_from(victim.mac, host):
            self.encrypt(seed, lambda: host.mac in self.cordon.in_force(), host)
            self.never_cut(victim)
        self.assertLessEqual(self.cordon.in_force() - before, {host.mac, host.ipv4, host.ipv6})

    def test_1_under_the_address_of_an_innocent_host_too(self):
        with self.stolen(INNOCENT), self.sending_from(INNOCENT.mac):
            shown = self.encrypt(1, lambda: self.withheld(INNOCENT))
            self.assertIn(f"{OWN.mac} answers for", shown["detail"]["en"])
            self.innocent_of(INNOCENT)

    def test_2_from_the_mac_of_an_innocent_host(self):
        self.he_alone_is_cut(2, INNOCENT, OWN)

    def test_3_from_the_mac_of_a_protected_host(self):
        self.he_alone_is_cut(3, PROTECTED, RECORDED_CLIENT)


class Impostor(Sessions):
    """The victim is switched off, and the server hears only him."""

    def test_1_under_the_address_of_an_innocent_host(self):
        with self.stolen(INNOCENT):
            shown = self.encrypt(1, lambda: self.withheld(INNOCENT))
            self.assertIn(f"{OWN.mac} answers for", shown["detail"]["en"])
            self.innocent_of(INNOCENT)

    def test_2_under_the_address_of_a_protected_host(self):
        with self.stolen(PROTECTED):
            shown = self.encrypt(2, lambda: self.withheld(PROTECTED))
            self.assertIn("is protected", shown["detail"]["en"])
            self.innocent_of(PROTECTED)

    def test_3_then_under_his_own_address_he_alone_is_cut(self):
        """What he was seen under before does not go with him."""
        addresses = {OWN.mac, OWN.ipv4, OWN.ipv6}
        self.encrypt(3, lambda: OWN.mac in self.cordon.in_force())
        self.assertLessEqual(self.cordon.in_force(), addresses)
        self.cordon.roll_back(self.entries("cut_decided")[-1]["id"])
        until("lifted", live.SETTLE_MAX, lambda: not self.cordon.in_force())

    def test_4_under_the_mac_and_address_of_an_innocent_host_he_is_that_host(self):
        """The stated limit: who has both is that machine on the wire, and is cut as that machine."""
        with self.stolen(INNOCENT, INNOCENT.mac):
            self.encrypt(4, lambda: INNOCENT.mac in self.cordon.in_force())
            self.assertLessEqual(self.cordon.in_force(), {INNOCENT.mac, INNOCENT.ipv4, INNOCENT.ipv6})
            self.cordon.roll_back(self.entries("cut_decided")[-1]["id"])
            until("lifted", live.SETTLE_MAX, lambda: not self.cordon.in_force())

    def test_5_under_the_mac_and_address_of_a_protected_host(self):
        """He is that host here, which is never cut. Whether others are cut off to save them from it, people decide."""
        with self.stolen(PROTECTED, PROTECTED.mac):
            before = self.cordon.in_force()
            self.encrypt(5, lambda: self.infected(PROTECTED))
            self.never_cut(PROTECTED)
            self.assertEqual(before, self.cordon.in_force())


class BothHalves(Segment):
    """The stated limit: who is on the watched segment and forges the server's answers too, to the victim's MAC, can make
    a conversation up. He spoils the checksums, so that the victim does not deny it. A protected host is not cut for it."""

    def forge(self, profile, victim, answered_at):
        def frames():
            for from_client, segment in recorded(profile):
                source, target = (victim, SERVER) if from_client else (SERVER, victim)
                protocol, true = with_checksum(source.ipv4, target.ipv4, segment)
                spoiled = true[:16] + bytes([true[16] ^ 0xFF]) + true[17:]
                yield netlab.frame(source.mac, NOBODYS_MAC if from_client else answered_at,
                                   netlab.ip4(source.ipv4, target.ipv4, (protocol, spoiled)))
        self.heard(frames())

    def test_0_answers_to_nobodys_mac_are_not_an_innocent_hosts(self):
        self.forge("head-4k", INNOCENT, NOBODYS_MAC)
        shown = until("it is shown", live.SETTLE_MAX, lambda: self.withheld(INNOCENT))
        self.assertIn(f"{NOBODYS_MAC} answers for", shown["detail"]["en"])
        self.never_cut(INNOCENT)

    def test_1_an_innocent_host(self):
        self.forge("in-place-rename", INNOCENT, INNOCENT.mac)
        until("it is taken for true", live.SETTLE_MAX, lambda: INNOCENT.mac in self.cordon.in_force())

    def test_2_a_protected_host(self):
        before = self.cordon.in_force()
        self.forge("new-then-delete", PROTECTED, PROTECTED.mac)
        until("it is shown", live.SETTLE_MAX, lambda: self.withheld(PROTECTED))
        self.never_cut(PROTECTED)
        self.assertEqual(before, self.cordon.in_force())


if __name__ == "__main__":
    live.main(__doc__)
