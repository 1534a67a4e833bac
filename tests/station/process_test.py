# SPDX-License-Identifier: Apache-2.0
"""The whole station: what a nurse at its screen may rely on, also after a kill, on a full disk and with a wrong file.

usage: process_test.py CORDON STATION_SIMULATED [unittest arguments]
"""
import http.client
import json
import os
import pathlib
import random
import socket
import sqlite3
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

from station_box import WAIT, Live, Station, blocks_of, free, until

CORDON = SIMULATED = ""
NOBODY = {"identifier": "", "family": "", "given": "", "born": ""}
ANNE = {"identifier": "IPP-4711", "family": "DURAND", "given": "Anne", "born": "1950-01-02"}


def cordon(*words):
    return subprocess.run([CORDON, *map(str, words)], capture_output=True, text=True, timeout=WAIT)


class Case(unittest.TestCase):
    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return pathlib.Path(folder.name)

    def station(self, *words, **settings):
        """station starts `cordon station`; with words, the same with a simulated unit."""
        box = Station(SIMULATED if words else CORDON, self.folder(), *words, **settings)
        box.start()
        self.addCleanup(lambda: box.process.poll() is None and box.kill())
        return box

    def taken(self, answer):
        self.assertEqual((200, {"ok": True}), answer)


class Empty(Case):
    def test_without_a_gateway_it_shows_its_beds_and_ends_when_asked(self):
        box = self.station()
        view = box.view()
        self.assertEqual(("station", "Réanimation A", "station-t"), (view["type"], view["unit"], view["box"]))
        self.assertEqual(["R1", "R2", "R3", "R4"], [bed["bed"] for bed in view["beds"]])
        self.assertEqual(([], [], "none"), (view["devices"], view["alarms"], view["signal"]["priority"]))
        self.assertEqual(["station_started"], [e["kind"] for e in until("it is recorded", box.log)])
        self.assertEqual(0, box.end(), box.said())

    def test_its_own_screen_acts_without_signing_in_and_nobody_elses_page_does(self):
        box = self.station()
        me = box.ask("GET", "/api/me")[1]
        self.assertEqual(("desk", True, False, True), (me["name"], me["acts"], me["signed_in"], me["own_screen"]))
        self.assertIn("attend", me["may"])
        self.assertNotIn("freeze", me["may"])
        patient = {"bed": "R1", "patient": ANNE, "who": "AD"}
        for status, changes in ((403, {"X_Cordon_Token": None}), (403, {"X_Cordon_Token": "0" * 64}),
                                (403, {"Origin": "http://evil.example"}), (403, {"Origin": None}),
                                (415, {"Content_Type": "text/plain"}), (421, {"Host": "evil.example"})):
            with self.subTest(changes):
                self.assertEqual(status, box.ask("POST", "/act/patient", patient, **changes)[0])
        self.assertIsNone(box.bed()["patient"])
        self.taken(box.ask("POST", "/act/patient", patient))
        self.assertEqual("DURAND", box.bed()["patient"]["family"])
        entry = box.log()[-1]
        self.assertEqual(("patient_placed", "desk (AD)"), (entry["kind"], entry["body"]["by"]))

    def test_what_cannot_be_is_refused_with_a_word(self):
        box = self.station()
        for path, body, status, word in (
                ("acknowledge", {"alarm": 1, "seconds": 60}, 409, "no_such_alarm"),
                ("pause", {"bed": "R9", "seconds": 60}, 409, "no_such_bed"),
                ("assign", {"device": "m1", "bed": "R1"}, 409, "no_such_device_or_bed"),
                ("patient", {"bed": "R1", "patient": {**NOBODY, "given": "Anne"}}, 409, "no_such_bed_or_patient_unclear"),
                ("limit", {"bed": "R1", "code": 147842, "unit": "/min", "low": 90, "high": 50, "priority": "high"}, 409,
                 "limit_not_possible"),
                ("acknowledge", {"alarm": "1", "seconds": 60}, 400, "malformed"),
                ("test-sound", {}, 409, "no_sound")):
            with self.subTest(path):
                self.assertEqual((status, {"ok": False, "word": word}), box.act(path, **body))

    def test_one_person_in_two_beds_is_asked_for_anew_and_told_at_both(self):
        box = self.station()
        self.taken(box.act("patient", bed="R2", patient=ANNE))
        status, answer = box.act("patient", bed="R1", patient={**ANNE, "given": "", "identifier": ""})
        self.assertEqual((409, "patient_elsewhere", ["R2"]), (status, answer["word"], answer["beds"]))
        self.assertIsNone(box.bed("R1")["patient"])
        self.taken(box.act("patient", bed="R1", patient=ANNE, also_at=["R2"]))
        for bed, other in (("R1", "R2"), ("R2", "R1")):
            alarm, = until("it is told", lambda: box.alarms(bed))
            self.assertEqual((f"twice:{bed}", "low", "technical", other),
                             tuple(alarm[name] for name in ("condition", "priority", "kind", "text")))
        self.assertEqual([("patient_placed", "R1"), ("alarm", "R1"), ("alarm", "R2")],
                         [(entry["kind"], entry["body"]["bed"]) for entry in box.log()[-3:]])
        self.taken(box.act("patient", bed="R2", patient=NOBODY))
        until("it is over", lambda: not box.alarms("R1") and not box.alarms("R2"))

    def test_nobody_is_born_in_the_future(self):
        status, answer = self.station().act("patient", bed="R1", patient={**ANNE, "born": "2131-01-02"})
        self.assertEqual((409, "born_in_future", "born"), (status, answer["word"], answer["field"]))
        self.assertIn("wristband", answer["remedy"])

    def test_how_patients_are_called_is_the_hospitals_choice(self):
        initials = {"family": "D.", "given": "A.", "born": "1950", "identifier": "…711"}
        taken = {"family": "", "given": "", "born": "", "identifier": "(hidden)"}
        for names, shown in (("initials", initials), ("none", taken)):
            with self.subTest(names):
                box = self.station(names=names)
                self.taken(box.act("patient", bed="R1", patient=ANNE))
                self.assertEqual(shown, box.bed()["patient"])
                self.assertNotIn("DURAND", json.dumps(box.log()))


class Unit(Case):
    def unit(self, **settings):
        box = self.station("--devices", "3", **settings)
        box.knows("sim:1")
        return box

    def test_an_alarm_is_shown_told_answered_and_recorded(self):
        box = self.unit()
        self.taken(box.act("assign", device="sim:1", bed="R1"))
        box.tell("alarm 1 asystole high")
        alarm = until("the alarm is shown", lambda: box.alarms("R1"))[0]
        self.assertEqual(("asystole", "high", True, True),
                         (alarm["condition"], alarm["priority"], alarm["present"], alarm["audible"]))
        self.assertEqual((409, {"ok": False, "word": "graver_now"}),
                         box.act("acknowledge", alarm=alarm["alarm"], seconds=60, seen="medium"))
        self.taken(box.act("acknowledge", alarm=alarm["alarm"], seconds=60, seen=alarm["gravest"], who="AD"))
        alarm = box.alarms("R1")[0]
        self.assertEqual(("desk (AD)", False), (alarm["by"], alarm["audible"]))
        kinds = [e["kind"] for e in box.log()]
        self.assertEqual(["alarm", "alarm_acknowledged"], [k for k in kinds if k.startswith("alarm")])
        said = cordon("log", "--config", box.config).stdout
        self.assertIn("alarm 1 (high priority): begins: asystole", said)
        self.assertIn("Alarm 1 acknowledged by desk (AD)", said)

    def test_a_limit_of_a_person_is_judged(self):
        box = self.unit()
        self.taken(box.act("assign", device="sim:1", bed="R1"))
        self.taken(box.act("limit", bed="R1", code=147842, unit="/min", low=None, high=20, priority="medium"))
        alarm = until("the limit is crossed", lambda: box.alarms("R1"))[0]
        self.assertEqual(("limit", "high:hr", "medium"), (alarm["origin"], alarm["condition"], alarm["priority"]))

    def test_an_unplugged_bed_is_an_alarm(self):
        box = self.unit()
        self.taken(box.act("assign", device="sim:2", bed="R2"))
        box.tell("alarm 2 asystole high")
        alarm = until("the alarm is shown", lambda: box.alarms("R2"))[0]["alarm"]
        self.assertEqual((409, {"ok": False, "word": "device_lives"}), box.act("over", alarm=alarm))
        box.tell("unplug 2")
        until("it is told", lambda: [a for a in box.alarms("R2") if a["condition"] == "silent"])
        self.taken(box.act("over", alarm=alarm, who="AD"))
        self.assertEqual(["silent"], [a["condition"] for a in box.alarms("R2")])
        box.tell("plug 2")
        until("it is over", lambda: not box.alarms("R2"))

    def test_samples_come_live_each_once_and_an_alarm_at_once(self):
        box = self.unit()
        self.taken(box.act("assign", device="sim:1", bed="R1"))
        until("there are traces", lambda: box.bed()["waves"])
        live = Live(box)
        self.addCleanup(live.close)
        names = {wave["id"]: wave["handle"] for wave in box.bed()["waves"]}
        self.assertEqual({"ecg2", "pleth", "resp"}, set(names.values()))
        following, seen = {}, dict.fromkeys(names, 0)
        while min(seen.values()) < 250:
            at, blocks = blocks_of(live.frames.get(timeout=WAIT)[1])
            for wave, first, last_at, samples in blocks:
                self.assertEqual(first, following.get(wave, first), "a sample is missing, or came twice")
                self.assertLessEqual(last_at, at)
                following[wave] = first + len(samples)
                seen[wave] += len(samples)
        box.tell("alarm 1 vfib high")
        while not any(a["condition"] == "vfib" for a in live.texts.get(timeout=WAIT)[1].get("alarms", [])):
            pass

    def test_a_reader_that_does_not_read_loses_samples_and_no_alarm(self):
        box = self.unit()
        self.taken(box.act("assign", device="sim:1", bed="R1"))
        slow = Live(box, reads=False)
        self.addCleanup(slow.close)
        time.sleep(2)
        box.tell("alarm 1 vfib high")
        while True:
            kind, body = slow.read_one()
            if kind == 1 and "vfib" in body.decode():
                break

    def test_after_a_kill_everything_is_there(self):
        box = self.unit()
        self.taken(box.act("assign", device="sim:1", bed="R1"))
        self.taken(box.act("patient", bed="R1", patient=ANNE))
        self.taken(box.act("limit", bed="R1", code=150456, unit="%", low=85, high=None, priority="high"))
        box.tell("alarm 1 asystole high")
        box.tell("alarm 1 lead_off low")
        until("both are shown", lambda: len(box.alarms("R1")) == 2)
        asystole = next(a for a in box.alarms("R1") if a["condition"] == "asystole")
        self.taken(box.act("acknowledge", alarm=asystole["alarm"], seconds=120))
        before = box.view()
        box.kill()
        box.start()
        after = box.view()
        self.assertEqual(ANNE, box.bed()["patient"])
        self.assertEqual(before["beds"][0]["limits"], after["beds"][0]["limits"])
        self.assertEqual(["sim:1"], after["beds"][0]["devices"])
        told = ("alarm", "bed", "device", "condition", "priority", "present", "acknowledged", "by", "silent_until", "raised")
        self.assertEqual([[a[key] for key in told] for a in before["alarms"]],
                         [[a[key] for key in told] for a in after["alarms"]])
        verified = cordon("log", "verify", box.book)
        self.assertEqual(0, verified.returncode, verified.stdout)

    def test_a_kill_at_any_moment_loses_nothing_that_was_answered(self):
        box = self.unit()
        chance = random.Random(20221203)
        answered = 0
        for _ in range(6):
            end = time.monotonic() + chance.uniform(0.2, 1.5)
            while time.monotonic() < end:
                number = answered + 1
                self.taken(box.act("patient", bed="R1", patient={**NOBODY, "family": "N", "identifier": str(number)}))
                answered = number
            # One more is on its way when the process dies.
            killer = subprocess.Popen([sys.executable, "-c", "import os,sys,time; time.sleep(float(sys.argv[2])); "
                              "os.kill(int(sys.argv[1]), 9)", str(box.process.pid), str(chance.uniform(0, 0.02))])
            try:
                while True:
                    # The kill may fall between the first line of an answer and its body: it is an answer all the same.
                    wish = {"bed": "R1", "patient": {**NOBODY, "family": "N", "identifier": str(answered + 1)}}
                    self.assertEqual(200, box.raw("POST", "/act/patient", wish)[0])
                    answered += 1
            except (OSError, http.client.HTTPException):
                pass
            box.process.wait()
            killer.wait()
            box.close()
            box.start()
            found = int(box.bed()["patient"]["identifier"])
            self.assertIn(found, (answered, answered + 1), "an answered wish is gone")
            answered = found
        self.assertEqual(0, cordon("log", "verify", box.book).returncode)


class Kept(Case):
    """A sender of alarms that never says again what was acknowledged."""

    @staticmethod
    def apnea(number):
        return ("\x0bMSH|^~\\&|LAB_PUMP^0277000000000003^EUI-64||||20221203211500+0000||ORU^R40^ORU_R40|a-%d|P|2.6\r"
                "OBR|1|%d^LAB|%d^LAB|196616^MDC_EVT_ALARM^MDC|||20221203211500+0000\r"
                "OBX|1|ST|%d^MDC_EVT_X^MDC|1.0.0.0.1|alarm %d|||PH||||||||||P14^^0277^EUI-64\r"
                "OBX|2|ST|68481^MDC_ATTR_EVENT_PHASE^MDC|1.0.0.0.2|start||||||F\r"
                "OBX|3|ST|68482^MDC_ATTR_ALARM_STATE^MDC|1.0.0.0.3|active||||||F\r\x1c\r"
                % (number, number, number, 196900 + number, number)).encode()

    def test_an_alarm_that_was_acknowledged_is_there_after_a_kill(self):
        port = free("tcp")
        box = self.station(more=f'[hl7]\naddress = "127.0.0.1"\nport = {port}\n')
        for number in range(3):
            with socket.create_connection(("127.0.0.1", port), timeout=WAIT) as sender:
                sender.sendall(self.apnea(number))
                self.assertIn(b"MSA|AA", sender.recv(4096))
                box.kill()
            box.start()
            self.assertEqual({f"alarm {n}" for n in range(number + 1)}, {a["text"] for a in box.alarms() if a["origin"] == "device"})


class Patients(Case):
    def test_a_patient_stands_in_no_file_and_is_erased_with_a_key(self):
        box = self.station()
        self.taken(box.act("patient", bed="R1", patient=ANNE))
        self.taken(box.act("patient", bed="R2", patient={**NOBODY, "family": "N", "identifier": "IPP-2"}))
        keys = list((box.data / "patients").glob("*.key"))
        self.assertEqual(2, len(keys))
        for key in keys:
            self.assertEqual(0o600, key.stat().st_mode & 0o777)
        for file in box.data.rglob("*"):
            if file.is_file():
                self.assertNotIn(b"DURAND", file.read_bytes(), file)
        forget = ("station", "--config", box.config, "--forget-patient")
        refused = cordon(*forget, "IPP-4711")
        self.assertEqual(1, refused.returncode)
        self.assertIn("lies in R1: free the bed first", refused.stderr)
        self.assertEqual(1, cordon(*forget, "IPP-9").returncode)
        self.taken(box.act("patient", bed="R1", patient=NOBODY))
        done = cordon(*forget, "DURAND 1950-01-02", "--json")
        self.assertEqual((0, {"type": "forgotten", "keys": 1, "entries": 1}), (done.returncode, json.loads(done.stdout)))
        placed = [e["body"]["patient"]["identifier"] for e in box.log() if e["kind"] == "patient_placed"]
        self.assertEqual(["(erased)", "IPP-2", ""], placed)
        self.assertEqual(0, cordon("log", "verify", box.book).returncode)
        box.kill()
        box.start()
        self.assertEqual("IPP-2", box.bed("R2")["patient"]["identifier"])


class Disk(Case):
    SIZE = "40m"  # of which 16 MiB are set aside

    def small_disk(self):
        """small_disk starts a station whose data are on a file system of their own, that only it sees."""
        box = Station(SIMULATED, self.folder(), "--devices", "1")
        box.data.mkdir()
        mount = f'mount -t tmpfs -o size={self.SIZE},mode=755 tmpfs "{box.data}" && exec "$@"'
        before = ["unshare", "-m", "sh", "-c", mount, "sh"]
        if os.geteuid() != 0 or subprocess.run([*before, "true"], capture_output=True).returncode != 0:
            self.skipTest("mounting a small disk needs root")
        box.start(before)
        self.addCleanup(lambda: box.process.poll() is None and box.kill())
        return box, pathlib.Path(f"/proc/{box.process.pid}/root{box.data}")

    @staticmethod
    def fill(ballast):
        with open(ballast, "ab", buffering=0) as file:
            for piece in (1 << 20, 4096, 1):
                try:
                    while True:
                        file.write(b"x" * piece)
                except OSError:
                    pass

    def test_a_full_disk_silences_nobody_and_is_told(self):
        box, data = self.small_disk()
        box.knows("sim:1")
        self.taken(box.act("assign", device="sim:1", bed="R1"))
        self.fill(data / "ballast")

        def tight():
            self.taken(box.act("pause", bed="R1", seconds=1))  # from what was set aside, once nothing else is left
            return [a["text"] for a in box.alarms() if a["condition"] == "logbook"] == ["tight"]

        until("it is told", tight)
        self.fill(data / "ballast")

        def refused():
            return box.act("pause", bed="R1", seconds=1) == (503, {"ok": False, "word": "unrecorded"})

        until("the disk is full for good", refused)
        box.tell("alarm 1 asystole high")
        until("an alarm is shown all the same", lambda: box.alarms("R1"))
        view = until("and the logbook's trouble", lambda: (v := box.view())["logbook"]["trouble"] == "full" and v)
        self.assertGreater(view["logbook"]["waiting"], 0)
        self.assertEqual(["full"], [a["text"] for a in view["alarms"] if a["condition"] == "logbook"])
        self.assertEqual("high", view["signal"]["priority"])
        alarm = box.alarms("R1")[0]
        self.assertEqual(503, box.act("acknowledge", alarm=alarm["alarm"], seconds=60)[0])
        self.assertEqual("desk", box.alarms("R1")[0]["by"], "done and shown, if not recorded")

        (data / "ballast").unlink()
        until("it is written again", lambda: box.view()["logbook"] == {"waiting": 0, "lost": 0, "trouble": None})
        until("and the trouble is over", lambda: not [a for a in box.alarms() if a["condition"] == "logbook"])
        self.assertIn("alarm_acknowledged", [e["kind"] for e in box.log()])
        self.taken(box.act("pause", bed="R1", seconds=1))


class Memory(Case):
    """A disk that is bad when the station starts: it starts all the same, says so, and damages nothing."""

    def lived(self):
        """lived gives a box whose earlier run placed a device and a patient, and ended."""
        box = Station(SIMULATED, self.folder(), "--devices", "1")
        self.addCleanup(lambda: box.process.poll() is None and box.kill())
        box.start()
        box.knows("sim:1")
        self.taken(box.act("assign", device="sim:1", bed="R1"))
        self.taken(box.act("patient", bed="R1", patient=ANNE))
        self.taken(box.act("pause", bed="R1", seconds=1))
        self.assertEqual(0, box.end(), box.said())
        return box

    @staticmethod
    def told(box, condition):
        return until(f"{condition} is told", lambda: [a for a in box.alarms() if a["condition"] == condition])[0]

    def test_an_entry_that_cannot_be_read_costs_what_it_said_and_no_more(self):
        box = self.lived()
        book = sqlite3.connect(box.book)
        with book:
            book.execute("UPDATE entry SET body = CAST('damaged' AS BLOB) WHERE kind = 'patient_placed'")
        book.close()
        box.start()
        alarm = self.told(box, "memory")
        self.assertEqual(("high", "part", "technical"), (alarm["priority"], alarm["text"], alarm["kind"]))
        self.assertEqual((["sim:1"], None), (box.bed()["devices"], box.bed()["patient"]))
        until("a person is to confirm the device", lambda: [a for a in box.alarms("R1") if a["condition"] == "doubted"])
        box.tell("alarm 1 asystole high")
        until("an alarm is shown", lambda: [a for a in box.alarms("R1") if a["condition"] == "asystole"])
        self.taken(box.act("patient", bed="R1", patient=ANNE))
        self.taken(box.act("acknowledge", alarm=alarm["alarm"], seconds=60, seen="high"))
        self.assertEqual([], [a for a in box.alarms() if a["condition"] == "memory"])
        self.assertEqual(1, cordon("log", "verify", box.book).returncode, "the book still shows where it is damaged")
        book = sqlite3.connect(box.book)
        kinds = [k for k, in book.execute("SELECT kind FROM entry WHERE body = CAST('damaged' AS BLOB)")]
        book.close()
        self.assertEqual(["patient_placed"], kinds)

    def test_a_folder_that_cannot_be_used_keeps_no_bed_dark(self):
        box = Station(SIMULATED, self.folder(), "--devices", "1")
        self.addCleanup(lambda: box.process.poll() is None and box.kill())
        box.data.write_text("a file in the way")
        box.start()
        for condition, text in (("memory", "all"), ("accounts", ""), ("recorder", "absent")):
            self.assertEqual(text, self.told(box, condition)["text"])
        box.knows("sim:1")
        self.assertEqual((503, {"ok": False, "word": "unrecorded"}), box.act("assign", device="sim:1", bed="R1"))
        until("its numbers are shown", lambda: box.bed()["numerics"])
        box.tell("alarm 1 asystole high")
        until("and its alarms", lambda: box.alarms("R1"))
        self.assertEqual("absent", box.view()["logbook"]["trouble"])
        self.assertEqual("a file in the way", box.data.read_text())
        self.assertEqual(0, box.end(), box.said())

    def test_a_disk_that_may_only_be_read_gives_what_was_before(self):
        box = self.lived()
        before = ["unshare", "-m", "sh", "-c", f'mount --bind "{box.data}" "{box.data}" && mount -o remount,bind,ro "{box.data}" && exec "$@"', "sh"]
        if os.geteuid() != 0 or subprocess.run([*before, "true"], capture_output=True).returncode != 0:
            self.skipTest("mounting needs root")
        box.start(before)
        self.assertEqual("unwritten", self.told(box, "memory")["text"])
        self.assertEqual((["sim:1"], "DURAND"), (box.bed()["devices"], box.bed()["patient"]["family"]))
        self.assertEqual(0, box.end(), box.said())
        self.assertEqual(0, cordon("log", "verify", box.book).returncode)

    def test_a_recorder_that_cannot_be_opened_is_done_without(self):
        box = Station(CORDON, self.folder())
        self.addCleanup(lambda: box.process.poll() is None and box.kill())
        box.data.mkdir()
        (box.data / "recorder").write_text("a file in the way")
        box.start()
        self.assertEqual("low", self.told(box, "recorder")["priority"])
        self.assertEqual([], [a for a in box.alarms() if a["condition"] == "memory"])
        self.taken(box.act("patient", bed="R1", patient=ANNE))


class Starting(Case):
    def test_whoever_started_it_is_told_that_it_serves_and_lives(self):
        box = Station(CORDON, self.folder())
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as service:
            service.bind(str(box.folder / "notify"))
            service.settimeout(WAIT)
            os.environ["NOTIFY_SOCKET"] = str(box.folder / "notify")
            self.addCleanup(os.environ.pop, "NOTIFY_SOCKET", None)
            box.start()
            self.addCleanup(lambda: box.process.poll() is None and box.kill())
            said = [service.recv(100) for _ in range(4)]
            self.assertEqual([b"READY=1"] + 3 * [b"WATCHDOG=1"], said)
            self.assertEqual(0, box.end(), box.said())
            while said[-1] == b"WATCHDOG=1":
                said.append(service.recv(100))
            self.assertEqual(b"STOPPING=1", said[-1])

    def test_every_mistake_of_the_file_is_named_with_its_line(self):
        file = self.folder() / "station.toml"
        file.write_text('box = "s"\n[unit]\nname = "A"\nbeds = ["R1"]\ncolour = "red"\n[web]\nport = 70000\n')
        for verb in (("station", "--config"), ("check-config",)):
            with self.subTest(verb):
                done = cordon(*verb, file)
                self.assertEqual((2, ""), (done.returncode, done.stdout))
                self.assertIn(f"{file}:5: unknown key 'colour' in [unit]; known here: name, beds, names", done.stderr)
                self.assertIn(f"{file}:7: 'port' must be a number from 0 to 65535", done.stderr)
        self.assertEqual(3, cordon("station", "--config", file.with_name("none.toml")).returncode)
        self.assertEqual(2, cordon("station").returncode)

    def test_check_config_knows_a_stations_file(self):
        example = pathlib.Path(__file__).resolve().parents[2] / "examples" / "station" / "station.toml"
        self.assertIn("sound; a station's, 8 beds", cordon("check-config", example).stdout)
        told = json.loads(cordon("check-config", example, "--json").stdout)
        self.assertEqual(("station_configuration", True, 8), (told["type"], told["sound"], told["beds"]))
        self.assertIn('names = "initials"', cordon("check-config", example, "--show").stdout)

    def test_help_teaches(self):
        done = cordon("station", "--help")
        self.assertEqual(0, done.returncode)
        for words in ("It listens only", "no CE mark", "--forget-patient", "Exit status"):
            self.assertIn(words, done.stdout)

    def test_a_second_station_on_the_same_folder_is_refused(self):
        box = self.station()
        done = cordon("station", "--config", box.config)
        self.assertEqual(3, done.returncode)
        self.assertIn("is in use by another station", done.stderr)

    def test_accounts_are_made_on_the_console(self):
        box = self.station()
        added = cordon("people", "add", "a.durand", "--roles", "nurse", "--config", box.config, "--json")
        self.assertEqual(0, added.returncode, added.stderr)
        until("the station has noted it", lambda: "person" in [e["kind"] for e in box.log()])

    def test_the_launcher_starts_it_again_when_it_dies(self):
        box = Station(CORDON, self.folder())
        launch = pathlib.Path(CORDON).with_name("cordon-launch")
        if os.geteuid() == 0:
            box.folder.chmod(0o755)
        with open(box.folder / "launch.log", "wb") as log:
            launcher = subprocess.Popen([launch, "--station", box.config], stdout=log, stderr=log)
        self.addCleanup(lambda: launcher.poll() is None and launcher.kill())

        def station_pid():
            lines = (box.folder / "launch.log").read_text(errors="replace").splitlines()
            found = [line.split("pid=")[1] for line in lines if "event=started process=station" in line]
            return int(found[-1]) if found else None

        def serves():
            try:
                return box.ask("GET", "/api/station")[0] == 200
            except OSError:
                return False

        first = until("it is started", station_pid)
        until("it serves", serves)
        if os.geteuid() == 0:
            self.assertEqual(60585, os.stat(f"/proc/{first}").st_uid, "its own user")
        os.kill(first, 9)
        until("it is started again", lambda: station_pid() != first)
        until("it serves again", serves)
        launcher.terminate()
        self.assertEqual(0, launcher.wait(WAIT))
        verified = cordon("log", "verify", "--config", box.config, "--json")
        self.assertEqual(0, verified.returncode, verified.stdout + verified.stderr)
        found = json.loads(verified.stdout)
        self.assertEqual((True, found["last"]), (found["sound"], found["confirmed"]), "the last head is signed")
        self.assertEqual(os.geteuid() != 0, found["key_held_by_writer"])
        self.cut_the_end(box)
        self.assertEqual(1, cordon("log", "verify", "--config", box.config).returncode, "a cut-off end is found")

    def cut_the_end(self, box):
        """cut_the_end takes the last entry away, as who owns the box could: the chain alone does not show it."""
        book = sqlite3.connect(box.book)
        with book:
            book.execute("DELETE FROM entry WHERE sequence = (SELECT max(sequence) FROM entry)")
        book.close()


class Elsewhere(Case):
    """Beyond loopback: TLS, and people with the right role."""

    def address(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(("192.0.2.1", 9))
                return probe.getsockname()[0]
            except OSError:
                self.skipTest("this machine has no address beyond loopback")

    def ask(self, address, port, method, path, body=None, **headers):
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(address, port, context=context, timeout=WAIT)
        own = {"Host": f"{address}:{port}", "Origin": f"https://{address}:{port}", "Content-Type": "application/json"}
        connection.request(method, path, None if body is None else json.dumps(body), {**own, **headers})
        answer = connection.getresponse()
        cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if text else {}, cookie

    def test_another_screen_needs_a_person_with_the_role(self):
        address = self.address()
        box = Station(CORDON, self.folder(), web='address = "0.0.0.0"\n')
        with open(box.folder / "station.log", "ab") as log:
            box.process = subprocess.Popen([CORDON, "station", "--config", box.config, "--json"], stdin=subprocess.PIPE,
                                           stdout=subprocess.PIPE, stderr=log, text=True)
        self.addCleanup(box.kill)
        self.assertTrue(box.process.stdout.readline(), box.said())
        patient = {"bed": "R1", "patient": ANNE}
        self.assertEqual(401, self.ask(address, box.port, "GET", "/api/station")[0])
        self.assertEqual(401, self.ask(address, box.port, "POST", "/act/patient", patient)[0])
        here = self.ask("127.0.0.1", box.port, "GET", "/api/me")[1]
        self.assertEqual(("desk", True), (here["name"], here["reads"]))
        self.assertEqual(200, self.ask("127.0.0.1", box.port, "POST", "/act/patient", patient,
                                       **{"X-Cordon-Token": here["token"]})[0])
        for name, role, status in (("n.petit", "nurse", 200), ("o.petit", "observer", 403)):
            added = cordon("people", "add", name, "--roles", role, "--config", box.config, "--json")
            code = json.loads(added.stdout)["code"]

            def enter():
                return self.ask(address, box.port, "POST", "/api/enter",
                                {"code": code, "name": name, "passphrase": "quatre chevaux blancs"})[2]

            cookie = until(f"{name} comes in", enter)
            token = self.ask(address, box.port, "GET", "/api/me", Cookie=cookie)[1]["token"]
            answer = self.ask(address, box.port, "POST", "/act/patient", {**patient, "who": "NP"},
                              **{"Cookie": cookie, "X-Cordon-Token": token})
            self.assertEqual(status, answer[0], answer)
        by = [json.loads(line)["body"]["by"] for line in cordon("log", box.book, "--json").stdout.splitlines()
              if '"kind":"patient_placed"' in line]
        self.assertEqual(["desk", "n.petit (NP)"], by)


if __name__ == "__main__":
    os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=0")
    CORDON, SIMULATED = sys.argv[1:3]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
