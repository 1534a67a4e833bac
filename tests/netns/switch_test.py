# SPDX-License-Identifier: Apache-2.0
"""RADIUS through the whole of Cordon: an access switch (dot1x.py: hostapd, wpa_supplicant, the glue that is the port) shuts
the attacker's port after a verdict, everybody else works on, and a person lets it in again. A host with care flows keeps
its port whatever it does. In Deaths control, everything, the switch and the link to it die, before, during and after a cut
and while it is lifted: then the port is what the logbook says.

usage: switch_test.py FOLDER [--all 1] [unittest arguments]
  --all      every death at every moment, not the two quickest
Needs root, network namespaces, the lab's packages, hostapd, wpa_supplicant, dcmtk and python3-hl7; exit status 77 says that
something is missing.
"""
import contextlib
import os
import signal
import sys
import time
import types
import unittest

import care_peers
import dot1x
import live
from care_peers import Care
from live import Night, Plan, network, until
from cordon_lab import truth
from netlab import ip
from smb_helper import CONTROL, WAIT

ON_THE_SWITCH, WITH_CARE, WELL = network.WORKSTATIONS[1], network.WORKSTATIONS[0], network.WORKSTATIONS[2]
DECLARED = {ON_THE_SWITCH: "ws2-qualite", WITH_CARE: "ws1-urgences"}
FILES, FILES_RATE = 400, 10.0
READ_BACK = "rule read back; nothing counts or tries what it stops"
STAYS = 2.0  # seconds: several turns of those who look twice a second

every_death = False  # --all changes it


def without_care(text):
    """The host on the switch has no care flow: a switch port stops everything."""
    parts = text.split("[[flow]]")
    return "[[flow]]".join(part for part in parts if 'client = "unit:Qualité et risques' not in part)


class OnASwitch(unittest.TestCase):
    def access_switch(self, night, reader):
        """access_switch lets ON_THE_SWITCH in by 802.1X and gives the table that describes it; reader: its port can be read."""
        place = types.SimpleNamespace(namespace=network.namespace(night.prefix, ON_THE_SWITCH.name), mac=ON_THE_SWITCH.mac)
        lab = types.SimpleNamespace(bridge=network.namespace(night.prefix, "core"))
        self.switch = night.beside.enter_context(dot1x.Switch(lab, place, ON_THE_SWITCH.port, group=CONTROL))
        self.management = dot1x.Relay(self.switch, own_side=True)
        night.beside.callback(self.management.close)
        secret = night.folder / "sw-qualite"
        secret.write_text(dot1x.SECRET + "\n")
        os.chown(secret, int(CONTROL), -1)
        secret.chmod(0o600)
        return f"""[radius.sw-qualite]
address = "127.0.0.1"
port = {self.management.port}
secret = "sw-qualite"
identifier = "{dot1x.NAS_IDENTIFIER}"
hostapd_control = "{self.switch.control if reader else ""}"
"""

    def begin(self, night):
        self.night, self.cordon = night, night.cordon
        until("the switch is heard", WAIT, lambda: self.cordon.process("radius") == "up")
        self.works = dict(zip((w.name for w in network.WORKSTATIONS), night.lab.start_work(3600, pace=1.5, command_line=False)))

    def attack(self, host):
        return self.night.lab.start_encrypt("in-place-rename", host=host.name, files=FILES, rate=FILES_RATE)

    def cut(self, host, action="isolate"):
        return next((c for c in self.cordon.situation()["cuts"] if c["host"] == host.ipv4 and c["action"] == action and c["id"]),
                    None)

    def works_since(self, host, since):
        return [e for e in truth.load(self.works[host.name].out) if e["time"] > since and e["ok"] and "path" in e]

    def others_work_on(self, since):
        for host in (WITH_CARE, WELL):
            until(f"work of {host.name} during the cut", WAIT, lambda: self.works_since(host, since))

    def port_shuts(self):
        until("the port shuts", WAIT, lambda: not self.switch.lets_in())
        shut = time.time()
        self.assertFalse(self.switch.authorised())
        return shut

    def take_back(self, host):
        """take_back is a person's wish; the station then logs on again, and nobody minds."""
        cut = self.cut(host)
        status, answer = self.cordon.roll_back(cut["id"])
        self.assertEqual((202, True), (status, answer.get("ok")), answer)
        until("lifted", WAIT, lambda: self.cordon.cuts()[cut["id"]].state == "lifted")
        self.comes_in_and_stays(host)

    def comes_in_and_stays(self, host):
        asked = self.management.asked_about(host.mac)
        time.sleep(max(0.0, self.management.asked_at + dot1x.FORGETS_AFTER - time.monotonic()))
        self.switch.log_on_again()
        let_in = time.time()
        until(f"{host.name} works again", WAIT, lambda: self.works_since(host, let_in))
        time.sleep(max(0.0, let_in + STAYS - time.time()))
        self.assertTrue(self.switch.authorised())
        self.assertEqual(asked, self.management.asked_about(host.mac), "asked about it although it was taken back")


class OnlyTheSwitch(OnASwitch):
    """The switch is the only means, and the hospital says that the host's port is all that can be cut."""

    def enforcing(self, night):
        return '[enforcer]\nmeans = "radius"\n' + self.access_switch(night, reader=True)

    @staticmethod
    def hospital(text):
        name = f'name = "{DECLARED[ON_THE_SWITCH]}"\n'
        return without_care(text).replace(name, f'{name}grain = "isolate"\n')

    def read_back(self, host):
        """A switch counts nothing: what it does is read back and called unproven, whatever is seen."""
        return until(lambda: f"it is read back: {self.cut(host)}", WAIT,
                     lambda: (c := self.cut(host)) and READ_BACK in c["detail"]["en"] and c)


class Alone(OnlyTheSwitch):
    def test_a_verdict_shuts_the_port_and_a_person_opens_it(self):
        with Night(Plan(files=400, scale=0.1), self.enforcing, self.hospital) as night:
            self.begin(night)
            host = ON_THE_SWITCH
            task = self.attack(host)
            shut = self.port_shuts()
            cut = self.read_back(host)
            self.assertEqual(("unproven", ["radius"], [host.mac]), (cut["state"], cut["means"], cut["macs"]))
            altered = self.night.attack_is_over(self, task, shut)
            fell = self.cordon.entry("verdict", lambda body: body["level"] == "infected" and body["subject"] == "host")["ts"]
            print(f"files_altered={len(altered)} s_verdict_to_port={shut - fell:.1f} detail={cut['detail']['en']}", flush=True)
            self.others_work_on(shut)
            self.logs_on_in_vain(host)
            self.take_back(host)

    def logs_on_in_vain(self, host):
        """A Disconnect does not keep a station out: it is let in again, seen at its port, and thrown out again."""
        asked = self.management.asked_about(host.mac)
        time.sleep(max(0.0, self.switch.glue.cut_at + dot1x.FORGETS_AFTER - time.monotonic()))
        self.switch.log_on_again()
        self.port_shuts()
        self.assertGreater(self.management.asked_about(host.mac), asked)
        seen = self.cordon.entry("cut_changed", lambda body: "authorised again" in body["detail"])
        self.assertEqual("unproven", seen["state"])
        self.read_back(host)


class Deaths(OnlyTheSwitch):
    """Who dies is a row, when is a column. The management network is cut where an answer is not to come, so that control has
    decided durably and heard nothing. A switch that comes back has forgotten whom it threw out, and its stations log on."""

    ROWS = ("control", "everything", "switch", "link")
    COLUMNS = ("before", "during", "lifting", "after")
    SHORT = {"control": "during", "everything": "after"}  # the loss of a switch takes half a minute to be seen

    def test_each_at_each_moment(self):
        cells = [(who, when) for who in self.ROWS for when in self.COLUMNS if every_death or self.SHORT.get(who) == when]
        with Night(Plan(files=800, scale=0.1), self.enforcing, self.hospital) as night:
            self.begin(night)
            for who, when in cells:
                with self.subTest(who=who, when=when):
                    begun = time.monotonic()
                    self.cell(who, when, ON_THE_SWITCH)
                    print(f"who={who} when={when} seconds={time.monotonic() - begun:.1f}", flush=True)

    def cell(self, who, when, host):
        task = None
        try:
            if when == "before":
                self.strike(who)
            self.management.cut = self.management.cut or when == "during"
            task = self.attack(host)
            if self.management.cut:
                until("it is decided upon", WAIT, lambda: self.cut(host))
                self.assertTrue(self.switch.lets_in(), "nobody can have carried it out")
            elif when != "before":
                self.read_back(host)
            if when == "during":
                self.strike(who)
            if when in ("before", "during"):
                self.mend(who)
            if when in ("lifting", "after"):
                task.stop()
            if when == "lifting":
                self.strike_and_take_back(who, host)
                return
            if when == "after":
                self.strike(who)
                self.mend(who)
            self.read_back(host)
            self.assertFalse(self.switch.lets_in())
            self.is_told(host)
            task.stop()
            self.take_back(host)
        finally:
            self.management.cut = False
            if task is not None:
                task.stop()

    def strike_and_take_back(self, who, host):
        """A person takes the cut back and who carries the wish dies at once; or it is dead already."""
        name = self.cut(host)["id"]
        if who in ("switch", "link"):
            self.strike(who)
        self.assertEqual(202, self.cordon.roll_back(name)[0])
        if who not in ("switch", "link"):
            self.strike(who)
        self.mend(who)
        until("lifted", WAIT, lambda: self.cordon.cuts()[name].state == "lifted")
        self.comes_in_and_stays(host)

    def strike(self, who):
        if who == "switch":
            self.switch.kill_hostapd()
        elif who == "link":
            self.management.cut = True
        else:
            self.kill(who)
        if who in ("switch", "link"):
            until("the loss is shown", WAIT, lambda: self.cordon.process("radius") == "down")

    def kill(self, who):
        children = self.cordon.children()
        if who == "control":
            os.kill(children["control"], signal.SIGKILL)
            until("control is dead", WAIT, lambda: self.cordon.children().get("control") != children["control"])
            return
        self.cordon.launcher.kill()
        for pid in children.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.cordon.launcher.wait()
        self.cordon.start(ready=False)

    def mend(self, who):
        self.management.cut = False
        if who == "switch":
            self.switch.start_hostapd()
            self.switch.log_on_again()
        self.cordon.wait_ready()
        until("the switch is heard", WAIT, lambda: self.cordon.process("radius") == "up")

    def is_told(self, host):
        """The chain verifies, and logbook and page say the same of the host."""
        done = self.cordon.verify()
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        in_force = {name: cut.state for name, cut in self.cordon.cuts().items() if cut.state in live.IN_FORCE}
        self.assertEqual({self.cut(host)["id"]: "unproven"}, in_force)


class HandedOn(OnASwitch):
    """The helper's bridge carries nobody; the switch comes next, where it may."""

    def enforcing(self, night):
        ip("-n", f"{night.prefix}-mon", "link", "add", "br9", "up", "type", "bridge")
        return f"""[enforcer]
means = ["nftables", "radius"]
netns = "/run/netns/{night.prefix}-mon"
{self.access_switch(night, reader=False)}"""

    @staticmethod
    def hospital(text):
        return care_peers.declare(DECLARED[WITH_CARE], "ws3-maternite")(without_care(text))

    def test_the_switch_is_asked_next_but_never_about_a_host_with_care(self):
        with Night(Plan(files=800, scale=0.1), self.enforcing, self.hospital) as night:
            self.begin(night)
            care = Care(night, (WITH_CARE, WELL))
            care.start()
            self.the_host_on_the_switch()
            self.the_host_with_care()
            care.stop()
            care.check(self)

    def the_host_on_the_switch(self):
        host = ON_THE_SWITCH
        task = self.attack(host)
        self.cordon.approve(f"isolate {DECLARED[host]}")
        handed = until("it is handed on", WAIT, lambda: self.cordon.entry("cut_handed_on"))
        self.assertEqual("radius", handed["means"])
        self.assertIn("another way round", handed["why"])
        shut = self.port_shuts()
        self.night.attack_is_over(self, task, shut)
        self.others_work_on(shut)
        # Nobody reads this port, so the cut is never called proven, and says of each means why.
        cut = until("what is known of it is told", WAIT,
                    lambda: (c := self.cut(host)) and "radius: the enforcer has not read its rule back" in c["detail"]["en"] and c)
        self.assertEqual(("unproven", ["nftables", "radius"]), (cut["state"], cut["means"]))

    def the_host_with_care(self):
        host, key = WITH_CARE, f"isolate {DECLARED[WITH_CARE]}"
        second = self.cordon.second_person()
        second.come_in()
        task = self.attack(host)
        # While it is suspected: once its block is seen not to hold, no rule of that bridge is advised for it any more.
        self.cordon.approve(key)
        self.cordon.approve(key, second)
        until(lambda: f"the bridge does not stop it: {self.cut(host)}", WAIT,
              lambda: (c := self.cut(host)) and "another way round" in c["detail"]["en"])
        time.sleep(STAYS)  # time to hand it on, as the other was
        task.stop()
        self.assertEqual(["nftables"], self.cut(host)["means"])
        self.assertEqual(0, self.management.asked_about(host.mac), "the switch was asked about a host with care flows")


if __name__ == "__main__":
    every_death = live.option("--all", 0) != 0
    if why := care_peers.missing() or dot1x.missing():
        print(f"SKIPPED: {why}")
        sys.exit(live.SKIPPED)
    live.main(__doc__)
