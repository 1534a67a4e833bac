# SPDX-License-Identifier: Apache-2.0
"""How long a cut lasts, in the kernel of a real bridge: a cut of one minute is prolonged before its end, and who is cut, who tries all
along, gets no packet through at the old one; an address of it that was given out anew passes again, and the rest stays cut.

usage: lasting_test.py FOLDER [unittest arguments]
Needs root, network namespaces and the lab's packages; exit status 77 says that something of it is missing.
"""
import json
import socket
import subprocess
import threading
import time
import unittest

import live
import netlab
from live import Night, Plan, network, until

WAIT = live.SETTLE_MAX
CUT_MINUTES = 1  # the shortest; it is settled in its last quarter whether it goes on
SMB = 445
ILL, NEXT = network.WORKSTATIONS[:2]
DECLARED = "ws2-qualite"  # as the hospital's file calls NEXT
ANEW = "10.77.0.41"  # that ILL has once its own is given to NEXT


def by_dhcp(text):
    """by_dhcp takes the addresses of ILL out of the hospital's file, which then knows its network and its MAC."""
    declared = f'addresses = ["{ILL.ipv4}", "{ILL.ipv6}"]\n'
    assert declared in text
    return text.replace(declared, 'network = "lab"\n')


class Knocks:
    """Knocks are connections to the file server's shares, one after the other, from one machine until end(): `tried` and `passed` count
    them. What of them reaches the server its own kernel counts: seen()."""

    def __init__(self, night, host):
        self.night, self.host, self.tried, self.passed, self.over = night, host, 0, 0, threading.Event()
        self.at_server(f"add table inet {host.name}",
                       f"add chain inet {host.name} seen {{ type filter hook prerouting priority raw; }}",
                       f"add rule inet {host.name} seen ether saddr {host.mac} tcp dport {SMB} counter")
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def at_server(self, *commands):
        nft = network.inside(self.night.prefix, network.FILE_SERVER.name, "nft", "-j")
        done = subprocess.run([*nft, "; ".join(commands)], capture_output=True, text=True)
        if done.returncode:
            raise AssertionError(f"nft: {done.stderr}")
        return done.stdout

    def seen(self):
        listed = json.loads(self.at_server(f"list table inet {self.host.name}"))["nftables"]
        return next(part["counter"]["packets"] for item in listed for part in item.get("rule", {}).get("expr", []) if "counter" in part)

    def _run(self):
        with netlab.inside(network.namespace(self.night.prefix, self.host.name)):
            while not self.over.wait(0.1):
                with socket.socket() as one:
                    one.settimeout(0.5)
                    self.tried += 1
                    try:
                        one.connect((network.FILE_SERVER.ipv4, SMB))
                        self.passed += 1
                    except OSError:
                        pass

    def goes_on(self, times=3):
        now = self.tried
        until(f"{self.host.name} tries on", WAIT, lambda: self.tried >= now + times)

    def end(self):
        self.over.set()
        self.thread.join()


class Lasting(unittest.TestCase):
    def test_it_goes_on_without_a_gap_and_spares_who_was_given_an_address_of_it(self):
        with Night(Plan(files=400, scale=0.2), hospital=by_dhcp, cut_minutes=CUT_MINUTES) as night:
            self.night, self.cordon = night, night.cordon
            self.attack()
            self.ill = self.knocks_of(ILL)
            self.address_is_given_out_anew()
            self.end_comes_and_goes()
            self.is_taken_back()
            self.assertEqual(0, self.cordon.verify().returncode)

    # --- the night --------------------------------------------------------------------------------------------------

    def elements(self):
        """elements gives what the kernel has of the cut, asked of it and not of Cordon: {address: (second of its end, packets dropped)}."""
        done = subprocess.run(network.inside(self.night.prefix, "core", "nft", "-j", "list", "table", "bridge", "cordon"),
                              check=True, capture_output=True, text=True)
        now, found = time.time(), {}
        for item in json.loads(done.stdout)["nftables"]:
            if item.get("set", {}).get("name") in live.CUT_SETS:
                for each in (one["elem"] for one in item["set"].get("elem", [])):
                    found[each["val"]] = (now + each["expires"], each["counter"]["packets"])
        return found

    def of_ill(self):
        """of_ill gives that of ILL's MAC; zeros where the kernel has it no more."""
        return self.elements().get(ILL.mac, (0, 0))

    def cut(self):
        return next(c for c in self.cordon.situation()["cuts"] if c["id"] == self.decided["id"])

    def attack(self):
        task = self.night.lab.start_encrypt("in-place-rename", host=ILL.name, files=200, rate=10.0)
        try:
            self.decided = until("it is cut", WAIT, lambda: self.cordon.entry("cut_decided"))
            until("it is in force", WAIT, lambda: self.cordon.in_force() == {ILL.mac, ILL.ipv4})
        finally:
            task.stop()
        self.assertEqual(([ILL.mac], [ILL.ipv4], ""), (self.decided["macs"], self.decided["ips"], self.decided["by"]))

    def knocks_of(self, host):
        knocks = Knocks(self.night, host)
        self.addCleanup(knocks.end)
        return knocks

    def readdress(self, host, old, new):
        """readdress changes a machine's address, and has the servers forget whose it was, as its own announcement would."""
        network.run("ip", "-n", network.namespace(self.night.prefix, host.name), "addr", "del", f"{old}/24", "dev", "eth0")
        network.run("ip", "-n", network.namespace(self.night.prefix, host.name), "addr", "add", f"{new}/24", "dev", "eth0")
        for server in (network.FILE_SERVER, network.CARE):
            network.run("ip", "-n", network.namespace(self.night.prefix, server.name), "neigh", "flush", "dev", "eth0")

    def address_is_given_out_anew(self):
        """Whose it is now is known once somebody answers him there; care does, on a port that no block stops."""
        self.readdress(ILL, ILL.ipv4, ANEW)
        self.readdress(NEXT, NEXT.ipv4, ILL.ipv4)
        given = self.knocks_of(NEXT)
        given.goes_on()
        self.assertEqual((0, 0), (given.seen(), given.passed), "the address is cut, whoever has it")
        care, = self.night.lab.start_care(3600, hosts=[NEXT.name], interval=0.5)
        try:
            narrowed = until("it is narrower", WAIT, lambda: self.cordon.entry("cut_narrowed"))
            self.assertEqual((self.decided["id"], ILL.ipv4, DECLARED), (narrowed["id"], narrowed["ip"], narrowed["to"]))
            until(lambda: f"the address passes again; in force: {self.elements()}", WAIT, lambda: given.passed)
            print(f"s_narrowed_to_passing={time.time() - narrowed['ts']:.1f}", flush=True)
        finally:
            care.stop()
        given.end()
        self.assertEqual({ILL.mac}, self.cordon.in_force(), "the rest")
        self.still_cut()

    def still_cut(self):
        """still_cut: it tries on, the bridge drops that, and nothing has reached the server since it was cut."""
        dropped = self.of_ill()[1]
        self.ill.goes_on()
        until("the bridge drops what it tries", WAIT, lambda: self.of_ill()[1] > dropped)
        self.assertEqual((0, 0), (self.ill.seen(), self.ill.passed))

    def end_comes_and_goes(self):
        old = self.decided["until"]
        prolonged = until("it is prolonged", 60 * CUT_MINUTES + WAIT, lambda: self.cordon.entry("cut_prolonged"), 0.5)
        self.assertEqual((self.decided["id"], ""), (prolonged["id"], prolonged["by"]))
        self.assertLess(prolonged["ts"], old, "it had ended before")
        until(lambda: f"the kernel's end is later than {old:.0f}: {self.elements()}", WAIT, lambda: self.of_ill()[0] > old + 10)
        self.still_cut()
        until("the old end is over", 60 * CUT_MINUTES + WAIT, lambda: time.time() > old + 3, 0.5)
        self.still_cut()
        self.assertEqual({ILL.mac}, self.cordon.in_force())
        self.assertEqual("holds", self.cut()["state"], self.cut()["detail"])
        self.assertEqual([self.decided["id"]], list(self.cordon.cuts()), "the same cut, and no other")
        print(f"s_prolonged_before_the_end={old - prolonged['ts']:.1f} tried={self.ill.tried} reached_the_server=0", flush=True)

    def is_taken_back(self):
        """Taken back, the same trying gets through, and the server's kernel counts it."""
        status, answer = self.cordon.roll_back(self.decided["id"])
        self.assertEqual((202, True), (status, answer.get("ok")), answer)
        until("it passes again", WAIT, lambda: self.ill.passed and self.ill.seen())
        self.assertEqual(set(), self.cordon.in_force())


if __name__ == "__main__":
    live.main(__doc__)
