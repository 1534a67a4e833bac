# SPDX-License-Identifier: Apache-2.0
"""Real sockets from the bed to the desk: cordon-lab-bedside plays beds by HL7, IntelliVue and SDC, `cordon station` watches.

usage: bedside_test.py CORDON CORDON_LAB_BEDSIDE [unittest arguments]
"""
import json
import math
import os
import pathlib
import sys
import tempfile
import time
import unittest

try:
    import hl7
    import hl7.client
except ImportError:
    hl7 = None

from station_box import WAIT, Live, Station, blocks_of, until
from unit_of_beds import BEDS, HEART_RATE, UNIT, Ports, Unit, certificates, fresh, labelled

CORDON = BEDSIDE = ""
FIRST, SECOND = ["R1", "R3", "R5"], ["R2", "R4", "R6"]  # one bed of each family
SDC_BED, SDC_PIECE = "R5", 25  # samples of 250 Hz in a piece, which is left out whole where one of them is missing
STAND_STILL_MAX = 10.0  # seconds: what stands still on a live link is told within
WITH_ONE_MORE = UNIT.replace('"R7"', '"R7", "R8"')
TEMPERATURE = 150344  # MDC_TEMP
CUFF = 150021  # MDC_PRESS_BLD_NONINV_SYS
WAVES = pathlib.Path(os.environ.get("CORDON_SHARED", pathlib.Path(__file__).resolve().parents[2].parent / "shared")) / "waves"
RECORDED = WAVES.is_dir()
PLAYED = ["--recordings", str(WAVES), "--records", "v102s"] if RECORDED else ["--recordings", "none"]
MISSING = -2048  # of format 212
# The traces of v102s.hea that beds play: where in its frame of 48 bits, counts a unit, every which of 250 samples a second is sent,
# and half of the coarsest step in which a protocol carries it. All baselines are 0.
TRACES = {"II": (0, 2281, 1, 0.00027), "Pleth": (24, 1250, 2, 0.00052), "Resp": (36, 38880, 4, 0.00003)}
ANNE = {"identifier": "IPP-4711", "family": "DURAND", "given": "Anne", "born": "1950-01-02"}


def from_a_gateway(number, kind, profile, answers, lines):
    """from_a_gateway is a message of a gateway of bed PY1, as python3-hl7 has it."""
    now = time.strftime("%Y%m%d%H%M%S+0000", time.gmtime())
    return hl7.parse("\r".join([
        f"MSH|^~\\&|PY_GATEWAY^00A037FFFE000001^EUI-64||||{now}||ORU^{kind}^ORU_{kind}|{number}|P|2.6|||{answers}||UNICODE UTF-8|||{profile}^IHE PCD",
        "PID|||PY-1^^^Hospital^PI||Chloé^Anne", "PV1||I|^^PY1", *(line.replace("NOW", now) for line in lines)]) + "\r")


def temperature(number, celsius):
    return from_a_gateway(number, "R01", "IHE_PCD_001", "|", [
        "OBR|1|py-1||69965^MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS^MDC|||NOW",
        f"OBX|1|NM|{TEMPERATURE}^MDC_TEMP^MDC|1.3.1.1|{celsius}|268192^MDC_DIM_DEGC^MDC|||||F|||NOW"])


def low_saturation(number, phase, state):
    return from_a_gateway(number, "R40", "IHE_PCD_ACM_001", "AL|NE", [
        "OBR|1||py-alarm-1|196616^MDC_EVT_ALARM^MDC|||NOW",
        "OBX|1|ST|196670^MDC_EVT_LO^MDC|1.3.1.2.1|LowSpO2|||PM~SP|||F|||NOW",
        "OBX|2|NM|150456^MDC_PULS_OXIM_SAT_O2^MDC|1.3.1.2.2|88|262688^MDC_DIM_PERCENT^MDC|90-96||||F|||NOW",
        f"OBX|3|ST|68481^MDC_ATTR_EVENT_PHASE^MDC|1.3.1.2.3|{phase}||||||F",
        f"OBX|4|ST|68482^MDC_ATTR_ALARM_STATE^MDC|1.3.1.2.4|{state}||||||F"])


def recorded(bit, gain):
    """recorded gives one signal of v102s at 250 Hz: of format 212, where two counts of 12 bits are three bytes, b1 b2:a2 a1."""
    raw = (WAVES / "v102s.dat").read_bytes()
    at = bit // 24 * 3
    first = bit % 24 == 0
    counts = (raw[i] | (raw[i + 1] & 15) << 8 if first else raw[i + 2] | (raw[i + 1] & 240) << 4 for i in range(at, len(raw) - 2, 6))
    signed = (count - 4096 if count > 2047 else count for count in counts)
    return [count / gain if count != MISSING else math.nan for count in signed]


class Bedside(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        held = tempfile.TemporaryDirectory()
        cls.addClassCleanup(held.cleanup)
        folder = pathlib.Path(held.name)
        certificates(folder)
        cls.ports = Ports()
        cls.box = Station(CORDON, folder, unit=WITH_ONE_MORE, more=cls.ports.settings(
            'key = "station.key"\ncertificate = "station.pem"\nauthorities = "authority.pem"\n'))
        cls.box.start()
        cls.addClassCleanup(cls.box.kill)
        cls.unit = Unit(BEDSIDE, [*cls.ports.two_of_each(), *PLAYED])
        cls.addClassCleanup(cls.unit.end)
        cls.secret = Unit(BEDSIDE, [
            *PLAYED, "--sdc", f"{cls.ports.net(79)}.0", "--beds", "1", "--name", "S", "--discovery-port", str(cls.ports.discovery),
            "--tls-key", folder / "bed.key", "--tls-certificate", folder / "bed.pem", "--tls-authorities", folder / "authority.pem"])
        cls.addClassCleanup(cls.secret.end)
        cls.devices = until("the devices with their labels", lambda: labelled(cls.box, [*BEDS, "S1"]))
        for label, device in cls.devices.items():
            cls.box.act("assign", device=device, bed="R7" if label == "S1" else label)
        until("every bed's numbers and traces", lambda: fresh(cls.box, [*BEDS, "R7"]))

    def numeric(self, bed, code):
        return next((n for n in self.box.bed(bed)["numerics"] if n["code"] == code), None)

    def present(self, bed, text):
        return [a for a in self.box.alarms(bed) if a["present"] and text in (a["text"], a["condition"])]

    def test_values_and_traces_of_every_bed_come(self):
        for bed in [*BEDS, "R7"]:
            with self.subTest(bed):
                rate = until(f"{bed} has a heart rate", lambda: self.numeric(bed, HEART_RATE))
                self.assertEqual(("{beat}/min", "valid"), (rate["unit"], rate["validity"]))
                self.assertTrue(40 < rate["value"] < 120, rate)
                until(f"{bed} has its traces", lambda: {"II", "Pleth"} <= {w["label"] for w in self.box.bed(bed)["waves"]})
        for bed in FIRST:
            with self.subTest(bed):
                rate = self.numeric(bed, HEART_RATE)["value"]
                self.unit.tell(f"{bed} hr 141")
                until("what the bed says now", lambda: self.numeric(bed, HEART_RATE)["value"] == 141)
                self.unit.tell(f"{bed} hr {rate}")

    def test_a_bed_by_mutual_tls_is_one_as_the_others(self):
        device = next(d for d in self.box.view()["devices"] if d["device"] == self.devices["S1"])
        self.assertEqual(("sdc", f"{self.ports.net(79)}.1", "sim-S1", None), (device["protocol"], device["address"], device["serial"], device["trouble"]))
        self.secret.tell("S1 alarm high VENT FIB")
        self.assertEqual("high", until("it is told", lambda: self.present("R7", "VENT FIB"))[0]["priority"])
        self.secret.tell("S1 calm")
        until("it is over", lambda: not self.present("R7", "VENT FIB"))

    @unittest.skipIf(hl7 is None, "python3-hl7 is not here")
    def test_a_program_that_others_wrote_sends_its_numbers_and_alarms_and_is_answered(self):
        client = hl7.client.MLLPClient("127.0.0.1", self.ports.hl7)
        client.socket.settimeout(WAIT)
        self.addCleanup(client.close)

        def sent(message):
            """sent gives what the station answers, as they read it: MSA-1 and MSA-2."""
            answer = hl7.parse(client.send_message(message).strip(b"\x0b\x1c\r").decode() + "\r").segment("MSA")
            return str(answer[1]), str(answer[2])

        self.assertEqual(("AA", "py-1"), sent(temperature("py-1", 38.4)))
        device = until("it is there", lambda: labelled(self.box, ["PY1"]))["PY1"]
        self.box.act("assign", device=device, bed="R8")
        self.assertEqual(("AA", "py-2"), sent(temperature("py-2", 39.7)))
        found = until("its number", lambda: [n for n in self.box.bed("R8")["numerics"] if n["value"] == 39.7])[0]
        self.assertEqual((TEMPERATURE, "Cel", "valid"), (found["code"], found["unit"], found["validity"]))
        self.assertEqual(("CA", "py-3"), sent(low_saturation("py-3", "start", "active")))
        alarm = until("its alarm", lambda: self.present("R8", "LowSpO2"))[0]
        self.assertEqual(("device", "medium", "physiological", True),
                         (alarm["origin"], alarm["priority"], alarm["kind"], alarm["audible"]))
        self.assertEqual(("CA", "py-4"), sent(low_saturation("py-4", "end", "inactive")))
        until("it is over", lambda: not self.present("R8", "LowSpO2"))

    def test_the_patient_of_the_device_is_offered_and_placed_by_nobody(self):
        for bed in FIRST:
            with self.subTest(bed):
                device = next(d for d in self.box.view()["devices"] if d["device"] == self.devices[bed])
                self.assertTrue(device["patient"]["family"], device)
                self.assertIsNone(self.box.bed(bed)["patient"])

    def test_a_monitor_that_names_another_person_is_a_technical_alarm(self):
        for bed in SECOND:
            with self.subTest(bed):
                self.box.act("patient", bed=bed, patient=ANNE)
                self.assertEqual("technical", until("it is told", lambda: self.present(bed, "patient"))[0]["kind"])
                self.box.act("patient", bed=bed, patient=dict.fromkeys(ANNE, ""))
                until("it is over", lambda: not self.present(bed, "patient"))

    def test_an_alarm_of_the_bed_is_an_alarm_at_the_desk_until_it_is_over(self):
        for bed in SECOND:
            with self.subTest(bed):
                self.unit.tell(f"{bed} alarm medium TACHY")
                alarm = until("it is told", lambda: self.present(bed, "TACHY"))[0]
                self.assertEqual(("device", "medium", "physiological", True),
                                 (alarm["origin"], alarm["priority"], alarm["kind"], alarm["audible"]))
                self.assertEqual(self.devices[bed], alarm["device"])
                self.unit.tell(f"{bed} calm")
                until("it is over", lambda: not self.present(bed, "TACHY"))

    def test_leads_off_are_no_number_and_a_technical_alarm(self):
        for bed in SECOND:
            with self.subTest(bed):
                self.unit.tell(f"{bed} leads off")
                until("no number", lambda: self.numeric(bed, HEART_RATE)["value"] is None)
                self.assertEqual("technical", until("it is told", lambda: self.present(bed, "ECG LEADS OFF"))[0]["kind"])
                self.unit.tell(f"{bed} leads on")
                until("a number again", lambda: self.numeric(bed, HEART_RATE)["value"] is not None)

    def test_a_bed_that_is_cut_off_is_silent_and_comes_back_by_itself(self):
        for bed in FIRST:
            with self.subTest(bed):
                self.unit.tell(f"{bed} disconnect")
                alarm = until("it is told", lambda: self.present(bed, "silent"))[0]
                self.assertEqual(("station", "technical"), (alarm["origin"], alarm["kind"]))
                self.unit.tell(f"{bed} connect")
                until("it is heard again", lambda: not self.present(bed, "silent"))
                until("and stands where it stood", lambda: self.devices[bed] in self.box.bed(bed)["devices"])

    def test_an_alarm_whose_end_fell_into_a_cut_says_so_and_is_ended_by_a_person(self):
        self.unit.tell("R1 alarm medium BRADY")
        alarm = until("it is told", lambda: self.present("R1", "BRADY"))[0]
        self.assertIsNone(alarm["unconfirmed"])
        self.assertEqual(409, self.box.act("over", alarm=alarm["alarm"])[0])
        self.unit.tell("R1 disconnect")
        until("it is cut off", lambda: self.present("R1", "silent"))
        self.unit.tell("R1 calm")
        self.unit.tell("R1 connect")
        until("it is marked", lambda: [a for a in self.present("R1", "BRADY") if a["unconfirmed"]])
        until("the bed lives", lambda: not self.present("R1", "silent"))
        self.assertEqual(200, self.box.act("over", alarm=alarm["alarm"])[0])
        self.assertEqual([], self.present("R1", "BRADY"))

    def test_what_stands_still_on_a_live_link_is_told_and_a_flat_line_is_a_flat_line(self):
        still = dict.fromkeys(FIRST, "frozen")  # by which condition: a trace, or the device's clock
        rates = {bed: self.numeric(bed, HEART_RATE)["value"] for bed in SECOND}
        for bed in still:
            self.unit.tell(f"{bed} freeze")
        self.secret.tell("S1 clock stop")
        for bed in rates:
            self.unit.tell(f"{bed} hr 0")  # asystole: its samples go on, and say nothing
        began = time.monotonic()
        still["R7"] = "clock_still"
        found = {}
        while set(found) != set(still) and time.monotonic() - began < WAIT:
            for alarm in self.box.alarms():
                if alarm["present"] and alarm["condition"].startswith(still.get(alarm["bed"], "?")):
                    found.setdefault(alarm["bed"], time.monotonic() - began)
            time.sleep(0.05)
        self.assertEqual(set(still), set(found))
        self.assertLess(max(found.values()), STAND_STILL_MAX, found)
        flat = [a for bed in rates for a in self.box.alarms(bed) if a["present"] and a["condition"].startswith("frozen")]
        self.assertEqual([], flat)
        self.secret.tell("S1 clock 0")
        for bed in still:
            self.unit.tell(f"{bed} freeze off")
        for bed, rate in rates.items():
            self.unit.tell(f"{bed} hr {rate}")
        for bed, condition in still.items():
            until(f"{bed} goes on", lambda: not [a for a in self.box.alarms(bed) if a["present"] and a["condition"].startswith(condition)])

    def test_a_cuffs_pressure_is_as_old_as_its_monitor_says(self):
        bed = next(bed for bed in FIRST if self.numeric(bed, CUFF))
        until("it ages, though it is said each second", lambda: self.numeric(bed, CUFF)["age"] > 3)

    def test_a_clock_that_stands_still_on_a_live_link_is_told(self):
        began = time.monotonic()
        for bed in SECOND:
            self.unit.tell(f"{bed} clock stop")
        for bed in SECOND:
            with self.subTest(bed):
                until("it is told", lambda: self.present(bed, "clock_still"))
                self.assertLess(time.monotonic() - began, STAND_STILL_MAX)
        for bed in SECOND:
            self.unit.tell(f"{bed} clock 0")
        for bed in SECOND:
            until(f"{bed} goes on", lambda: not [a for a in self.box.alarms(bed) if a["present"] and a["condition"].startswith(("clock", "frozen"))])

    def test_a_bed_that_lies_is_told_at_its_own_tile_and_at_no_other(self):
        told = {"name": "trouble:odd_name", "nan": "trouble:no_number", "1900": "clock_astray", "lengths": "trouble:dialect"}

        def at_neighbours():
            return {a["alarm"] for bed in FIRST for a in self.box.alarms(bed) if a["condition"] in told.values()}

        neighbours = at_neighbours()
        for lie, condition in told.items():
            for bed in SECOND:
                self.unit.tell(f"{bed} lie {lie}")
            for bed in SECOND:
                with self.subTest(bed, lie=lie):
                    until("it is told", lambda: self.present(bed, condition))
                    if lie != "nan":
                        until("its traces are drawn all the same", lambda: fresh(self.box, [bed]))
                    if lie == "name":
                        device = next(d for d in self.box.view()["devices"] if d["device"] == self.devices[bed])
                        self.assertEqual("<img src=x onerror=alert(1)>  VIDAL", device["patient"]["family"])
                        self.assertNotIn("VIDAL", json.dumps(device["trouble"]))
                self.unit.tell(f"{bed} lie off")
        self.assertEqual(neighbours, at_neighbours())
        until("the neighbours are as they were", lambda: fresh(self.box, FIRST))

    def test_traces_of_another_rate_than_is_said_are_told_and_those_of_honest_beds_are_not(self):
        for bed in SECOND:
            self.addCleanup(self.unit.tell, f"{bed} lie off")
            self.unit.tell(f"{bed} lie rate")
        for bed in SECOND:
            with self.subTest(bed):
                until("it is told", lambda: self.present(bed, "trouble:odd_rate"), 2 * WAIT)
                device = next(d for d in self.box.view()["devices"] if d["device"] == self.devices[bed])
                self.assertEqual("odd_rate", device["trouble"]["code"])
                self.assertTrue(device["trouble"]["remedy"])
        honest = [a["bed"] for bed in [*FIRST, "R7"] for a in self.box.alarms(bed) if a["condition"] == "trouble:odd_rate"]
        self.assertEqual([], honest)

    def test_a_clock_that_is_astray(self):
        for bed in FIRST:
            with self.subTest(bed):  # an IntelliVue monitor tells no zone
                self.unit.tell(f"{bed} clock {30 * 3600 if bed == 'R3' else 3600}")
                until("it is told", lambda: self.present(bed, "clock_astray"))
                self.unit.tell(f"{bed} clock 0")
                until("it is over", lambda: not self.present(bed, "clock_astray"))

    def test_a_second_device_that_says_it_is_the_first_is_not_believed(self):
        two = Unit(BEDSIDE, [*PLAYED, "--sdc", f"{self.ports.net(80)}.0", "--beds", "2", "--name", "T", "--discovery-port", str(self.ports.discovery)])
        self.addCleanup(two.end)
        first = until("both are there", lambda: labelled(self.box, ["T1", "T2"]))["T1"]
        two.tell("T2 serial T1")

        def told():
            return next((d for d in self.box.view()["devices"] if d["device"] == first and d["claimed"]), None)

        device = until("it is told at the first", told)
        net = self.ports.net(80)
        self.assertEqual((f"{net}.1", "T1", True), (device["address"], device["bed_label"], device["live"]))
        self.assertEqual(f"{net}.1, {net}.2", device["claimed"], "nobody has confirmed either")

    def test_beds_that_flood_hold_up_no_other(self):
        for bed in FIRST:
            self.addCleanup(self.unit.tell, f"{bed} flood off")
        # By UDP all of it comes. HL7 and SDC are read at the station's own pace, which on a slow machine keeps a flood below what is told
        # and leaves no room for the datagrams of another: unit.gateway tells those.
        self.unit.tell("R3 flood")
        until("it is told", lambda: self.present("R3", "trouble:flood"))
        for bed in FIRST:
            self.unit.tell(f"{bed} flood")
        for bed in SECOND:
            with self.subTest(bed):
                self.unit.tell(f"{bed} hr 133")
                until("another bed is heard", lambda: self.numeric(bed, HEART_RATE)["value"] == 133)
                self.unit.tell(f"{bed} hr 80")
        self.assertEqual([], [bed for bed in SECOND if self.present(bed, "silent") or self.present(bed, "trouble:flood")])
        for bed in FIRST:
            self.unit.tell(f"{bed} flood off")
        until("it is over", lambda: not self.present("R3", "trouble:flood"))
        self.assertEqual({"inputs": 0, "waves": 0}, self.box.view()["lost"])

    @unittest.skipUnless(RECORDED, f"{WAVES} is not there")
    def test_what_comes_to_the_screen_are_the_samples_of_the_recording(self):
        signals = {label: recorded(bit, gain) for label, (bit, gain, _, _) in TRACES.items()}
        live = Live(self.box)
        self.addCleanup(live.close)
        for bed in FIRST:
            self.unit.tell(f"{bed} play on")
        traces = {w["id"]: (bed, w["label"]) for bed in FIRST for w in self.box.bed(bed)["waves"] if w["label"] in TRACES}
        self.assertEqual(len(FIRST) * len(TRACES), len(traces))
        seen = {trace: {} for trace in traces.values()}  # by index: SDC leaves out a piece of which one sample is missing
        ends = {trace: {} for trace in traces.values()}  # by when its message came: the index after its last sample
        end = time.monotonic() + WAIT
        while live.frames.qsize():
            live.frames.get()
        while min(len(got) * TRACES[label][2] for (_, label), got in seen.items()) < 1900 and time.monotonic() < end:
            for wave, first, at, samples in blocks_of(live.frames.get(timeout=WAIT)[1])[1]:
                if trace := traces.get(wave):
                    seen[trace].update(enumerate(samples, first))
                    ends[trace][at] = first + len(samples)
        for (bed, label), got in seen.items():
            _, _, every, half_step = TRACES[label]
            with self.subTest(bed, label=label):
                self.assertGreaterEqual(len(got) * every, 1900)
                # Between two messages that have both traces: as many as the rates say, to the sample.
                both = sorted(set(ends[bed, label]) & set(ends[bed, "II"]))
                ticks, sent = (ends[bed, name][both[-1]] - ends[bed, name][both[0]] for name in ("II", label))
                self.assertGreater(ticks, 1000)
                self.assertLess(abs(ticks - every * sent), every, f"{sent} samples while II had {ticks}")
                last = max(got)  # the first of them may have been on their way before
                newest = [got.get(i, math.nan) for i in range(last - 1000 // every + 1, last + 1)]
                self.assertGreater(sum(a == a for a in newest), 600 // every)
                round_trip = [*signals[label], *signals[label][:1000]]  # its end is followed by its beginning

                near = SDC_PIECE - 1 if bed == SDC_BED else 0

                def is_missing(tick):
                    return any(b != b for b in round_trip[max(tick - near, 0):tick + near + 1])

                def is_at(place):
                    there = range(place, len(round_trip), every)
                    return all(is_missing(tick) if a != a else abs(a - round_trip[tick]) <= half_step for a, tick in zip(newest, there))
                self.assertTrue(any(is_at(place) for place in range(len(signals[label]))), newest[:20])

    def test_samples_go_to_the_screen_without_a_hole(self):
        live = Live(self.box)
        self.addCleanup(live.close)
        for bed in SECOND:
            with self.subTest(bed):
                wave = until("a trace", lambda: [w for w in self.box.bed(bed)["waves"] if w["label"] == "Pleth"])[0]
                blocks = []
                while len(blocks) < 6:
                    blocks += [b for b in blocks_of(live.frames.get(timeout=WAIT)[1])[1] if b[0] == wave["id"]]
                for one, next_one in zip(blocks, blocks[1:]):
                    self.assertEqual(one[1] + len(one[3]), next_one[1])


class TwoOfOneName(unittest.TestCase):
    """By each family a bed says that it is the one before it, whose cable is loose for a while."""

    def test_the_monitor_that_a_person_confirmed_is_believed_again_after_a_loss_and_its_high_alarm_sounds(self):
        held = tempfile.TemporaryDirectory()
        self.addCleanup(held.cleanup)
        ports = Ports()
        box = Station(CORDON, held.name, unit=UNIT, more=ports.settings())
        box.start()
        self.addCleanup(box.kill)
        unit = Unit(BEDSIDE, [*ports.two_of_each(), *PLAYED])
        self.addCleanup(unit.end)
        devices = until("the devices with their labels", lambda: labelled(box))
        for label, device in devices.items():
            box.act("assign", device=device, bed=label)
        until("every bed's numbers and traces", lambda: fresh(box))
        addresses = {d["bed"]: d["address"] for d in box.view()["devices"]}
        robbed = dict(zip(FIRST, SECOND))

        def told(bed, condition):
            return next((a for a in box.alarms(bed) if a["present"] and a["condition"] == condition), None)

        def shown(bed):
            return next(d for d in box.view()["devices"] if d["device"] == devices[bed])

        for bed, liar in robbed.items():
            unit.tell(f"{liar} serial {bed}")
        for bed, liar in robbed.items():
            with self.subTest(bed, at="first"):
                self.assertEqual(addresses[liar], until("it is told", lambda: told(bed, "claimed"))["text"])
                self.assertEqual((addresses[bed], addresses[liar]), (shown(bed)["address"], shown(bed)["claimed"]))
                self.assertEqual(bed, until("at the liar's own bed, too", lambda: told(liar, "poses"))["text"])
        for bed in robbed:
            unit.tell(f"{bed} disconnect")
        for bed, liar in robbed.items():
            with self.subTest(bed, at="the loss"):
                self.assertEqual(addresses[liar], until("the other one is taken, in doubt", lambda: told(bed, "doubted"))["text"])
                self.assertTrue(told(liar, "poses"))
        for bed in robbed:
            unit.tell(f"{bed} connect")
            unit.tell(f"{bed} alarm high ASYSTOLE")
        for bed, liar in robbed.items():
            with self.subTest(bed, at="its return"):
                alarm = until("it is told", lambda: told_words(box, bed, "ASYSTOLE"))
                self.assertEqual(("high", True), (alarm["priority"], alarm["audible"]))
                until("it is not in doubt", lambda: not told(bed, "doubted"))
                self.assertEqual(addresses[liar], until("who claims it is told", lambda: told(bed, "claimed"))["text"])
                self.assertEqual((addresses[bed], addresses[liar]), (shown(bed)["address"], shown(bed)["claimed"]))


def told_words(box, bed, words):
    return next((a for a in box.alarms(bed) if a["present"] and a["text"] == words), None)


if __name__ == "__main__":
    CORDON, BEDSIDE = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
