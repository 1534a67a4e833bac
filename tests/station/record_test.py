# SPDX-License-Identifier: Apache-2.0
"""What the station sounds and what it keeps: the loudspeaker by ALSA's file plugin, the recorder, its review, CSV and strip.

usage: record_test.py CORDON STATION_SIMULATED [unittest arguments]
"""
import array
import csv
import datetime
import io
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

from station_box import Station, until

SIMULATED = ""
RATE = 44100
LOST_MAX = 2.0  # seconds of samples that an end without warning may cost


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.heard = self.folder / "heard.raw"
        configuration = self.folder / "asound.conf"
        configuration.write_text(f'pcm.recorded {{ type file slave.pcm null file "{self.heard}" format raw }}\n'
                                 "pcm.null { type null }\n")
        os.environ["ALSA_CONFIG_PATH"] = str(configuration)
        self.addCleanup(os.environ.pop, "ALSA_CONFIG_PATH")

    def box(self, sound="recorded"):
        box = Station(SIMULATED, self.folder, "--devices", "2", sound=sound)
        box.start()
        self.addCleanup(lambda: box.process.poll() is None and box.kill())
        box.knows("sim:1")
        self.assertEqual((200, {"ok": True}), box.act("assign", device="sim:1", bed="R1"))
        return box

    def loudness(self, seconds):
        """loudness is the mean square of the last seconds that the loudspeaker was given."""
        samples = array.array("h")
        samples.frombytes(self.heard.read_bytes()[-int(seconds * RATE) * 2:])
        return math.sqrt(sum(s * s for s in samples) / max(len(samples), 1))


class Sound(Case):
    def test_an_alarm_sounds_with_every_page_closed_until_a_person_pauses_it(self):
        box = self.box()
        until("the loudspeaker works", lambda: self.heard.exists() and self.heard.stat().st_size > RATE)
        self.assertEqual(0, self.loudness(0.3), "silence while nothing is wrong")
        box.tell("alarm 1 asystole high")
        until("it sounds", lambda: self.loudness(1) > 500)
        alarm = box.alarms("R1")[0]
        self.assertEqual((200, {"ok": True}), box.act("acknowledge", alarm=alarm["alarm"], seconds=60))
        until("it is silent", lambda: self.loudness(1) == 0)

    def test_a_person_hears_the_test_and_it_is_recorded(self):
        box = self.box()
        self.assertEqual((202, {"ok": True}), box.act("test-sound", who="AD"))
        until("it sounds", lambda: self.heard.exists() and self.loudness(1) > 500)
        entry = until("it is recorded", lambda: [e for e in box.log() if e["kind"] == "sound" and e["body"]["by"]])[0]
        self.assertEqual("desk (AD)", entry["body"]["by"])

    def test_a_loudspeaker_that_fails_is_an_alarm_of_its_own(self):
        box = self.box(sound="nowhere")
        alarm = until("it is told", lambda: [a for a in box.alarms() if a["condition"] == "sound"])[0]
        self.assertEqual(("high", "technical", "station"), (alarm["priority"], alarm["kind"], alarm["origin"]))
        self.assertFalse(box.view()["sound"]["works"])


class Recorder(Case):
    def review(self, box, **more):
        now = box.view()["at"]
        query = "&".join(f"{k}={v}" for k, v in {"bed": "R1", "from": now - 600, "to": now + 1, **more}.items())
        return box.ask("GET", f"/api/station/review?{query}")[1]

    def samples(self, review):
        return sum(len(wave[3]) for wave in review["waves"])

    def newest(self, review):
        """newest is when the last sample of all traces was taken."""
        return max((first + (len(samples) - 1) / rate for _, first, rate, samples, *_ in review["waves"]), default=0)

    def test_what_was_shown_can_be_looked_at_again_also_after_a_kill(self):
        box = self.box(sound="")
        box.tell("alarm 1 asystole high")
        found = until("some seconds are kept", lambda: self.samples(r := self.review(box)) > 1000 and r)
        kinds = {channel["kind"] for channel in found["channels"]}
        self.assertEqual({"wave", "numeric"}, kinds)
        self.assertTrue(found["numerics"])
        self.assertEqual(["asystole"], [alarm["condition"] for alarm in found["alarms"] if alarm["origin"] == "device"])
        self.assertEqual([], self.review(box, waves=0)["waves"])
        self.assertEqual([], self.review(box, bed="R2")["channels"])
        before = self.samples(self.review(box))
        killed = box.view()["at"]
        box.kill()
        box.start()
        kept = self.review(box, to=killed)
        self.assertGreaterEqual(self.samples(self.review(box)), before, "nothing that was committed is lost")
        self.assertLessEqual(killed - self.newest(kept), LOST_MAX, "what the kill cost")

    def test_csv_has_the_same_values_and_the_strip_is_a_pdf_with_their_names(self):
        box = self.box(sound="")
        found = until("some seconds are kept", lambda: self.samples(r := self.review(box)) > 1000 and r)
        start = found["waves"][0][1]
        status, headers, text = box.raw("GET", f"/api/station/export.csv?bed=R1&from={start}&seconds=2")
        self.assertEqual((200, "text/csv; charset=utf-8"), (status, headers["Content-Type"]))
        rows = list(csv.DictReader(io.StringIO(text.decode())))
        self.assertEqual({("R1", "UTC")}, {(row["bed"], row["zone"]) for row in rows})
        self.assertRegex(rows[0]["exported"], r"^20\d\d-\d\d-\d\dT[\d:.]+Z$")
        label = found["channels"][found["waves"][0][0]]["label"]
        values = [float(row["value"]) for row in rows if row["label"] == label][:50]
        for kept, exported in zip(found["waves"][0][3], values):
            self.assertAlmostEqual(kept, exported, places=5)
        status, headers, text = box.raw("GET", f"/api/station/strip.pdf?bed=R1&from={start}&seconds=4")
        self.assertEqual((200, "application/pdf"), (status, headers["Content-Type"]))
        said = self.words(text)
        self.assertIn("aucun patient inscrit à ce lit alors", said)
        self.assertIn(label, said)

    def test_hours_in_columns_are_what_the_samples_are(self):
        box = self.box(sound="")
        box.tell("alarm 1 asystole high")
        until("some seconds are kept", lambda: self.samples(self.review(box)) > 1000)
        end = box.view()["at"] - 1
        span = {"from": end - 1200, "to": end}
        whole = self.review(box, **span)
        hours = self.review(box, columns=40, **span)
        self.assertEqual(["asystole"], [alarm["condition"] for alarm in hours["alarms"] if alarm["origin"] == "device"])
        seen = 0
        for lane in hours["lanes"]:
            self.assertEqual((40, 40, 40), (len(lane["low"]), len(lane["high"]), len(lane["held"])))
            if lane["channel"]["kind"] == "numeric":
                continue
            index = next(i for i, c in enumerate(whole["channels"]) if c == lane["channel"])
            values = [v for of, first, rate, samples, *_ in whole["waves"] if of == index for i, v in enumerate(samples)
                      if v is not None and span["from"] <= first + i / rate < end]
            self.assertAlmostEqual(min(values), min(v for v in lane["low"] if v is not None), places=4)
            self.assertAlmostEqual(max(values), max(v for v in lane["high"] if v is not None), places=4)
            self.assertEqual(" ", lane["held"][0], "nothing was recorded before the start")
            seen += 1
        self.assertGreater(seen, 0)
        query = f"bed=R1&from={span['from']}&to={end}&columns=40"
        status, headers, text = box.raw("GET", f"/api/station/export.csv?{query}")
        self.assertEqual((200, "text/csv; charset=utf-8"), (status, headers["Content-Type"]))
        rows = list(csv.DictReader(io.StringIO(text.decode())))
        lowest = {lane["channel"]["label"]: [v for v in lane["low"] if v is not None] for lane in hours["lanes"]}
        for label, values in lowest.items():
            written = [float(row["lowest"]) for row in rows if row["label"] == label and row["lowest"]]
            self.assertEqual([round(v, 5) for v in values], [round(v, 5) for v in written], label)
        for wrong in ("columns=2001", "columns=0"):
            self.assertEqual(413, box.ask("GET", f"/api/station/review?bed=R1&from={end - 60}&to={end}&{wrong}")[0])
        self.assertEqual(413, box.ask("GET", f"/api/station/review?bed=R1&from={end - 14401}&to={end}&columns=9")[0])

    def test_review_and_table_say_whose_the_data_are(self):
        box = self.box(sound="")
        until("some seconds are kept", lambda: self.samples(self.review(box)) > 500)

        def place(**patient):
            whole = {"identifier": "", "family": "", "given": "", "born": ""} | patient
            self.assertEqual((200, {"ok": True}), box.act("patient", bed="R1", patient=whole))

        def kept():
            end = box.view()["at"]
            until("a second of each is kept", lambda: self.newest(self.review(box)) > end + 1)

        begun = box.view()["at"] - 3
        for patient in ({"family": "DURAND", "identifier": "1"}, {"family": "DURAND", "identifier": "1", "given": "Anne"}, {}, {"family": "RICHARD", "identifier": "2"}):
            place(**patient)
            kept()
        box.kill()
        box.start()
        span = {"from": begun, "to": box.view()["at"]}
        stays = self.review(box, **span)["stays"]
        self.assertEqual([(0, None), (1, "Anne"), (3, None), (4, "")], [(s["stay"], s["patient"] and s["patient"]["given"]) for s in stays])
        self.assertIsNone(stays[0]["from"])
        self.assertEqual(stays, self.review(box, columns=20, **span)["stays"], "of an overview likewise")
        text = box.raw("GET", f"/api/station/export.csv?bed=R1&from={begun}&to={span['to']}")[2]
        for row in csv.DictReader(io.StringIO(text.decode())):
            at = datetime.datetime.fromisoformat(row["time"].replace("Z", "+00:00")).timestamp()
            said = [s for s in stays if s["from"] is None or s["from"] <= at][-1]
            who = "" if said["patient"] is None else " ".join(v for v in (said["patient"]["family"], said["patient"]["given"], said["patient"]["identifier"]) if v)
            self.assertEqual((str(said["stay"]), who), (row["stay"], row["patient"]))

    def words(self, pdf):
        return subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()

    def test_paper_names_the_patient_and_who_printed_it_whatever_the_screens_show(self):
        box = Station(SIMULATED, self.folder, "--devices", "2", sound="", names="none")
        box.start()
        self.addCleanup(lambda: box.process.poll() is None and box.kill())
        box.knows("sim:1")
        self.assertEqual((200, {"ok": True}), box.act("assign", device="sim:1", bed="R1"))
        anne = {"identifier": "IPP-4711", "family": "DURAND", "given": "Anne", "born": "1950-01-02"}
        self.assertEqual((200, {"ok": True}), box.act("patient", bed="R1", patient=anne))
        self.assertEqual((200, {"ok": True}), box.act("limit", bed="R1", code=147842, unit="/min", low=40, high=None,
                                                      priority="high"))
        box.tell("alarm 1 asystole high")
        until("it is shown", lambda: box.alarms("R1") and box.bed()["numerics"])
        self.assertEqual(["(hidden)", "", "", ""], [box.bed()["patient"][part] for part in ("identifier", "family", "given", "born")],
                         "no screen names anybody")
        status, headers, pdf = box.raw("GET", "/api/station/list.pdf?lang=en&zone=60&who=AD")
        self.assertEqual((200, "application/pdf"), (status, headers["Content-Type"]))
        said = self.words(pdf)
        for part in ("Réanimation A", "DURAND Anne", "1950-01-02 · IPP-4711", "desk (AD)", "UTC+01:00", "HR < 40 /min", "SpO2",
                     "asystole", "R4", "free"):
            self.assertIn(part, said)
        placed = box.view()["at"]
        until("some seconds are kept", lambda: box.view()["at"] > placed + 4 and self.samples(self.review(box)) > 1000)
        box.kill()
        box.start()
        start = placed + 1
        said = self.words(box.raw("GET", f"/api/station/strip.pdf?bed=R1&from={start}&seconds=2&who=AD&lang=fr")[2])
        self.assertIn("DURAND Anne · 02/01/1950 · IPP-4711", said)
        self.assertIn("par desk (AD)", said)

        def papers():
            return [(e["body"]["paper"], e["body"]["bed"], e["body"]["by"]) for e in box.log() if e["kind"] == "paper"]

        until("who printed what is in the logbook", lambda: papers() == [("list", "", "desk (AD)"), ("strip", "R1", "desk (AD)")])

    def test_a_question_that_cannot_be_answered_says_how_to_ask(self):
        box = self.box(sound="")
        for query in ("", "bed=R1", "bed=R1&from=2&to=1", "bed=R1&from=x&to=2", "bed=R1&from=0&to=100000", "bed=%2"):
            with self.subTest(query):
                status, answer = box.ask("GET", f"/api/station/review?{query}")
                self.assertEqual(400, status)
                self.assertIn("bed=NAME", answer["why"])
        self.assertEqual(413, box.ask("GET", "/api/station/strip.pdf?bed=R1&from=0&seconds=121")[0])

    def test_a_disk_that_takes_nothing_is_told_and_the_beds_live_on(self):
        box = self.box(sound="")
        until("something is kept", lambda: self.samples(self.review(box)) > 0)
        recorder = box.data / "recorder"
        box.kill()
        for file in recorder.iterdir():
            file.unlink()
        recorder.rmdir()
        recorder.write_text("no folder")
        box.start()
        until("it starts, and says that nothing is kept", lambda: [a for a in box.alarms() if a["condition"] == "recorder"])
        self.assertIn("recorder", box.said())
        box.kill()
        recorder.unlink()
        box.start()
        recorder.rename(box.data / "away")
        recorder.write_text("no folder")
        until("it is told", lambda: [a for a in box.alarms() if a["condition"] == "recorder"])
        self.assertTrue(box.bed()["numerics"])
        recorder.unlink()
        (box.data / "away").rename(recorder)
        until("it goes on", lambda: not [a for a in box.alarms() if a["condition"] == "recorder"])


if __name__ == "__main__":
    SIMULATED = sys.argv.pop(2)
    sys.argv.pop(1)
    unittest.main(verbosity=2)
