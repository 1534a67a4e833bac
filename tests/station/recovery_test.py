# SPDX-License-Identifier: Apache-2.0
"""What a unit may rely on when the station's process dies, and when its switch does: beds by HL7, IntelliVue and SDC on real
sockets, each live again in time, and no alarm, answer or place lost.

usage: recovery_test.py CORDON CORDON_LAB_BEDSIDE [--kills N] [--outage SECONDS] [unittest arguments]
The switch is a bridge between network namespaces, which needs root: without it that part is skipped, visibly.
"""
import argparse
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from station_box import WAIT, Station, until
from unit_of_beds import BEDS, FAMILIES, UNIT, Ports, Unit, duties, fresh, labelled

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "netns"))
import netlab  # noqa: E402

CORDON = BEDSIDE = ""
LIVE_AFTER_RESTART_MAX = 5.0  # seconds
LIVE_AFTER_SWITCH_MAX = 10.0
SILENCE = {"hl7": 3.0, "intellivue": 2 * 1.024 + 1, "sdc": 3.0}  # seconds: two of the family's periods and one, 3 at least
KILLS, OUTAGE = 3, 10.0
LONG_OUTAGE = 60.0


class Recovery(unittest.TestCase):
    def stand(self, box, unit):
        """stand puts every device at its bed and gives what is present there an answer: an alarm at each bed, every other answered."""
        devices = until("the devices with their labels", lambda: labelled(box))
        for bed, device in devices.items():
            self.assertEqual(200, box.act("assign", device=device, bed=bed)[0])
        until("every bed is live", lambda: fresh(box))
        for bed in BEDS:
            unit(bed).tell(f"{bed} alarm high APNEA {bed}")
        until(lambda: f"every alarm; shown: {sorted(duties(box)[1])}", lambda: len(duties(box)[1]) == len(BEDS))
        for number, _, _, _, _ in sorted(duties(box)[1])[::2]:
            self.assertEqual(200, box.act("acknowledge", alarm=number, seconds=60, who="AD")[0])

    def all_live(self, box, since, within):
        """all_live waits for every bed, and gives when, which must be in time; who is missing is named."""
        until(lambda: f"every bed; live: {[bed for bed in BEDS if fresh(box, [bed])]}", lambda: fresh(box))
        took = time.monotonic() - since
        self.assertLessEqual(took, within)
        return took


class Killed(Recovery):
    """The process is killed at moments of chance: while an alarm begins, while an answer is under way, while nothing happens."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        ports = Ports()
        self.box = Station(CORDON, pathlib.Path(folder.name), unit=UNIT, more=ports.settings()).start()
        self.addCleanup(lambda: self.box.process.poll() is None and self.box.kill())
        self.unit = Unit(BEDSIDE, ports.two_of_each())
        self.addCleanup(self.unit.end)
        self.stand(self.box, lambda bed: self.unit)
        self.chance = random.Random(7)

    def ask_until_it_dies(self):
        """ask_until_it_dies answers alarms and moves nobody's device; gives the alarms whose answer was confirmed."""
        answered = set()
        try:
            for alarm in [a for a in self.box.alarms() if a["origin"] == "device" and not a["by"]]:
                if self.box.raw("POST", "/act/acknowledge", {"alarm": alarm["alarm"], "seconds": 120})[0] == 200:
                    answered.add(alarm["alarm"])
            while True:
                self.box.raw("POST", "/act/pause", {"bed": "R1", "seconds": 1})
        except Exception:  # noqa: BLE001  whatever a connection says that is cut off
            return answered

    def test_all_beds_are_live_again_and_nothing_is_lost(self):
        confirmed = 0
        for kill in range(KILLS):
            with self.subTest(kill):
                placed, alarms = duties(self.box)
                begun = [(bed, f"VTACH {kill}") for bed in self.chance.sample(BEDS, 3)]
                for bed, words in begun:
                    self.unit.tell(f"{bed} alarm medium {words}")
                after = self.chance.uniform(0, 1.5)
                threading.Timer(after, self.box.process.kill).start()
                answered = self.ask_until_it_dies()
                self.box.process.wait()
                self.box.close()
                began = time.monotonic()
                self.box.start()
                took = self.all_live(self.box, began, LIVE_AFTER_RESTART_MAX)
                print(f"killed after {after:.2f} s: {len(answered)} answers confirmed, every bed live {took:.1f} s after the start", flush=True)
                placed_now, alarms_now = duties(self.box)
                self.assertEqual(placed, placed_now)
                by = {number: who for number, _, _, _, who in alarms_now}
                for number, _, _, _, who in alarms:
                    self.assertIn(number, by, "an alarm that was shown is gone")
                    self.assertIn(by[number], {who, "desk"} if not who else {who}, "an answer was given by nobody, or is gone")
                self.assertEqual({number: "desk" for number in answered}, {number: by.get(number) for number in answered}, "a confirmed answer is gone")
                confirmed += len(answered)
                until("what began just before is shown", lambda: set(begun) <= {(bed, text) for _, bed, text, _, _ in duties(self.box)[1]})
        self.assertGreater(confirmed, 0, "no answer was confirmed before any kill: nothing is proven of one")
        self.assertEqual(0, subprocess.run([CORDON, "log", "verify", self.box.book], capture_output=True, timeout=WAIT).returncode)


class InNamespace(Station):
    """InNamespace is a station that runs in a network namespace of the test's, and so does whoever looks at its screen."""

    def __init__(self, host, *words, **settings):
        super().__init__(*words, **settings)
        self.host_of_box = host

    def raw(self, *words, **changes):
        with netlab.inside(self.host_of_box.namespace):
            return super().raw(*words, **changes)


class OnASwitch(Recovery):
    """A switch is a bridge with a port for the box and one for each family's beds. Without power its ports are down. One of the beds
    by HL7 hangs up when no answer comes; the other one, R2, leaves everything to its TCP, and states no period."""

    def setUp(self):
        try:
            self.lab = netlab.Lab(["box", *FAMILIES]).__enter__()
        except (OSError, subprocess.CalledProcessError) as error:
            self.skipTest(f"no network namespaces here: {error}")
        self.addCleanup(self.lab.__exit__)
        box, *hosts = self.lab.hosts
        self.hosts = dict(zip(FAMILIES, hosts))
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.box = InNamespace(box, CORDON, pathlib.Path(folder.name), unit=UNIT, more=(
            f'[hl7]\naddress = "{box.ip4}"\n[intellivue]\naddress = "{box.ip4}"\n'
            f'[sdc]\naddress = "{box.ip4}"\nplain_allowed = true\n'))
        self.box.start(["ip", "netns", "exec", box.namespace])
        self.addCleanup(self.box.kill)
        units = {}
        for family, first, words in (
                ("hl7", 1, ["--hl7", f"{box.ip4}:2575", "--beds", "1"]),
                ("hl7", 2, ["--hl7", f"{box.ip4}:2575", "--beds", "1", "--hl7-manner", "plain"]),  # it hangs up never
                ("intellivue", 3, ["--intellivue", "10.77.9.40", "--beds", "2", "--beacon", f"{box.ip4}:24005"]),
                ("sdc", 5, ["--sdc", "10.77.9.50", "--beds", "2"])):
            namespace = self.hosts[family].namespace
            for last in {"intellivue": (41, 42), "sdc": (51, 52)}.get(family, ()):
                netlab.ip("-n", namespace, "addr", "add", f"10.77.9.{last}/24", "dev", "eth0")
            unit = Unit(BEDSIDE, [*words, "--first", str(first)], before=["ip", "netns", "exec", namespace])
            self.addCleanup(unit.end)
            units.update({f"R{number}": unit for number in range(first, first + int(words[3]))})
        self.stand(self.box, units.get)

    def ports(self, state):
        for number in range(len(FAMILIES) + 1):
            netlab.ip("-n", self.lab.bridge, "link", "set", f"p{number}", state)


@unittest.skipUnless(os.geteuid() == 0, "a switch of our own needs root")
class Switch(OnASwitch):
    """Without power: every socket tells at once that its cable is dead."""

    def silent_since(self, began):
        """silent_since gives for each bed after how many seconds it was told that it is silent."""
        found = {}
        while set(found) != set(BEDS) and time.monotonic() - began < WAIT:
            for alarm in self.box.alarms():
                if alarm["present"] and alarm["condition"] == "silent":
                    found.setdefault(alarm["bed"], time.monotonic() - began)
            time.sleep(0.02)
        return found

    def test_a_switch_without_power_is_told_at_every_bed_and_all_are_back_in_time(self):
        before = duties(self.box)
        bounds = {bed: SILENCE[family] for family, beds in FAMILIES.items() for bed in beds}
        until("what is shown is what holds", lambda: all(
            abs(d["silence"] - bounds[d["bed"]]) < 0.001 for d in self.box.view()["devices"] if d["bed"]))
        # A pause of this machine widens the watch of who states no period, and so the time in which he is told (docs/STATION.md).
        allowed = {d["bed"]: max(bounds[d["bed"]], d["silence"]) for d in self.box.view()["devices"] if d["bed"]}
        self.ports("down")
        down = time.monotonic()
        told = self.silent_since(down)
        print("silent after", {bed: f"{seconds:.2f} of {allowed[bed]:.2f} s" for bed, seconds in sorted(told.items())}, flush=True)
        self.assertEqual(set(BEDS), set(told))
        for bed, seconds in told.items():
            self.assertLessEqual(seconds, allowed[bed], bed)
        time.sleep(max(0.0, down + OUTAGE - time.monotonic()))
        self.assertEqual(before, duties(self.box), "nothing is lost while it lasts")
        self.ports("up")
        took = self.all_live(self.box, time.monotonic(), LIVE_AFTER_SWITCH_MAX)
        print(f"every bed live {took:.1f} s after {OUTAGE:.0f} s without the switch", flush=True)
        self.assertEqual(before, duties(self.box))


@unittest.skipUnless(os.geteuid() == 0, "a switch of our own needs root")
class OnItsWay(OnASwitch):
    """An answer of the station's is on its way to the beds by HL7 when the network is cut."""

    def setUp(self):
        if OUTAGE < LONG_OUTAGE:
            self.skipTest("only after a minute does TCP repeat so rarely that it matters: --outage 60")
        super().setUp()

    def lose_answers(self, lost):
        """lose_answers lets nothing of TCP come to the beds by HL7 any more: an answer of the station's is on its way as the cut comes."""
        words = ("add table inet lost; add chain inet lost in { type filter hook input priority 0; }; add rule inet lost in meta l4proto tcp drop"
                 if lost else "delete table inet lost")
        subprocess.run(["ip", "netns", "exec", self.hosts["hl7"].namespace, "nft", words], check=True, capture_output=True)

    def forwarding(self, state):
        """forwarding has the bridge pass nothing on, with every link up: a cable between two switches, where a socket tells nobody of a loss."""
        for number in range(len(FAMILIES) + 1):
            subprocess.run(["bridge", "-n", self.lab.bridge, "link", "set", "dev", f"p{number}", "state", state], check=True, capture_output=True)

    def test_an_answer_that_was_on_its_way_when_the_network_was_cut_holds_up_no_sender(self):
        before = duties(self.box)
        self.lose_answers(True)
        time.sleep(1.5)
        self.forwarding("0")
        self.lose_answers(False)
        time.sleep(OUTAGE)
        self.assertEqual(before, duties(self.box), "nothing is lost while it lasts")
        self.forwarding("3")
        took = self.all_live(self.box, time.monotonic(), LIVE_AFTER_SWITCH_MAX)
        print(f"every bed live {took:.1f} s after {OUTAGE:.0f} s, with answers on their way as it began", flush=True)
        self.assertEqual(before, duties(self.box))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("programs", nargs=2)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--outage", type=float, default=OUTAGE)
    given, rest = parser.parse_known_args()
    CORDON, BEDSIDE = given.programs
    KILLS, OUTAGE = given.kills, given.outage
    os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=0")
    unittest.main(argv=[sys.argv[0], *rest])
