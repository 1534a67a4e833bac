# SPDX-License-Identifier: Apache-2.0
"""Real sockets from the bed to the desk: cordon-lab-bedside plays beds by HL7 and IntelliVue, `cordon station` watches.

usage: bedside_test.py CORDON CORDON_LAB_BEDSIDE [unittest arguments]
"""
import pathlib
import subprocess
import sys
import tempfile
import unittest

from station_box import WAIT, Live, Station, blocks_of, free, until

CORDON = BEDSIDE = ""
HEART_RATE = 147842  # MDC_ECG_HEART_RATE
BEDS = ["R1", "R2", "R3", "R4"]


class Unit:
    """Unit is the program that plays two beds by HL7 and two by IntelliVue."""

    def __init__(self, hl7, beacon):
        self.process = subprocess.Popen(
            [BEDSIDE, "--hl7", f"127.0.0.1:{hl7}", "--beds", "2", "--intellivue", "127.0.77.0", "--beds", "2",
             "--data-port", str(free("udp")), "--beacon", f"127.0.0.1:{beacon}"],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def end(self):
        self.process.kill()
        self.process.wait(WAIT)
        self.process.stdin.close()


class Bedside(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.held = tempfile.TemporaryDirectory()
        hl7, beacon = free("tcp"), free("udp")
        cls.box = Station(CORDON, pathlib.Path(cls.held.name), more=(
            f'[hl7]\naddress = "127.0.0.1"\nport = {hl7}\n'
            f'[intellivue]\naddress = "127.0.0.1"\nbeacon_port = {beacon}\n'))
        cls.box.start()
        cls.unit = Unit(hl7, beacon)
        devices = until("four devices with their labels", lambda: cls.labelled())
        for bed in BEDS:
            cls.box.act("assign", device=devices[bed], bed=bed)
        cls.devices = devices

    @classmethod
    def tearDownClass(cls):
        cls.unit.end()
        cls.box.kill()
        cls.held.cleanup()

    @classmethod
    def labelled(cls):
        found = {d["bed_label"]: d["device"] for d in cls.box.view()["devices"] if d["live"] and d["bed_label"]}
        return found if set(found) == set(BEDS) else None

    def numeric(self, bed, code):
        return next((n for n in self.box.bed(bed)["numerics"] if n["code"] == code), None)

    def present(self, bed, text):
        return [a for a in self.box.alarms(bed) if a["present"] and text in (a["text"], a["condition"])]

    def test_values_and_traces_of_every_bed_come(self):
        for bed in BEDS:
            with self.subTest(bed):
                rate = until(f"{bed} has a heart rate", lambda: self.numeric(bed, HEART_RATE))
                self.assertEqual(("{beat}/min", "valid"), (rate["unit"], rate["validity"]))
                self.assertTrue(40 < rate["value"] < 120, rate)
                labels = until(f"{bed} has its traces", lambda: {w["label"] for w in self.box.bed(bed)["waves"]})
                self.assertIn("II", labels)
                self.assertIn("Pleth", labels)
        rate = self.numeric("R3", HEART_RATE)["value"]
        self.unit.tell("R3 hr 141")
        until("what the bed says now", lambda: self.numeric("R3", HEART_RATE)["value"] == 141)
        self.unit.tell(f"R3 hr {rate}")

    def test_the_patient_of_the_device_is_offered_and_placed_by_nobody(self):
        for bed in BEDS:
            device = next(d for d in self.box.view()["devices"] if d["device"] == self.devices[bed])
            self.assertTrue(device["patient"]["family"], device)
            self.assertIsNone(self.box.bed(bed)["patient"])

    def test_an_alarm_of_the_bed_is_an_alarm_at_the_desk_until_it_is_over(self):
        for bed in ("R2", "R4"):
            with self.subTest(bed):
                self.unit.tell(f"{bed} alarm medium TACHY")
                alarm = until("it is told", lambda: self.present(bed, "TACHY"))[0]
                self.assertEqual(("device", "medium", "physiological", True),
                                 (alarm["origin"], alarm["priority"], alarm["kind"], alarm["audible"]))
                self.assertEqual(self.devices[bed], alarm["device"])
                self.unit.tell(f"{bed} calm")
                until("it is over", lambda: not self.present(bed, "TACHY"))

    def test_leads_off_are_no_number_and_a_technical_alarm(self):
        for bed in ("R2", "R4"):
            with self.subTest(bed):
                self.unit.tell(f"{bed} leads off")
                until("no number", lambda: self.numeric(bed, HEART_RATE)["value"] is None)
                self.assertEqual("technical", until("it is told", lambda: self.present(bed, "ECG LEADS OFF"))[0]["kind"])
                self.unit.tell(f"{bed} leads on")
                until("a number again", lambda: self.numeric(bed, HEART_RATE)["value"] is not None)

    def test_a_bed_that_is_cut_off_is_silent_and_comes_back_by_itself(self):
        for bed in ("R1", "R3"):
            with self.subTest(bed):
                self.unit.tell(f"{bed} disconnect")
                alarm = until("it is told", lambda: self.present(bed, "silent"))[0]
                self.assertEqual(("station", "technical"), (alarm["origin"], alarm["kind"]))
                self.unit.tell(f"{bed} connect")
                until("it is heard again", lambda: not self.present(bed, "silent"))
                until("and stands where it stood", lambda: self.devices[bed] in self.box.bed(bed)["devices"])

    def test_samples_go_to_the_screen_without_a_hole(self):
        live = Live(self.box)
        self.addCleanup(live.close)
        wave = until("a trace", lambda: [w for w in self.box.bed("R2")["waves"] if w["label"] == "Pleth"])[0]
        blocks = []
        while len(blocks) < 6:
            blocks += [b for b in blocks_of(live.frames.get(timeout=WAIT)[1])[1] if b[0] == wave["id"]]
        for one, next_one in zip(blocks, blocks[1:]):
            self.assertEqual(one[1] + len(one[3]), next_one[1])


if __name__ == "__main__":
    CORDON, BEDSIDE = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
