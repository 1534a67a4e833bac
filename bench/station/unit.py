# SPDX-License-Identifier: Apache-2.0
"""A unit at full load: `cordon station`, the devices on real sockets, and one browser, each a process of its own."""
import contextlib
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "station"))
from station_box import Live, Station, free, until  # noqa: E402
from unit_of_beds import certificates  # noqa: E402

PAUSE = 60  # seconds for which an answered alarm is quiet
SKIPPED = 77


class Box(Station):
    """Box is the station. What it hands to ALSA, and when, stands in `tap`."""

    def __init__(self, programs, folder, beds):
        super().__init__(programs.cordon, folder)
        self.hl7, self.beacon, self.discovery = free("tcp"), free("udp"), free("udp")
        self.beds = [f"B{n}" for n in range(1, beds + 1)]
        self.tap = self.folder / "sound.txt"
        self.tap.touch()
        self.programs = programs
        self.config.write_text(
            'box = "bench"\n[unit]\nname = "Banc"\nbeds = ' + json.dumps(self.beds) +
            f'\n[web]\nport = {self.port}\n[data]\nfolder = "{self.data}"\n[sound]\ndevice = "null"\n'
            f'[hl7]\naddress = "127.0.0.1"\nport = {self.hl7}\n'
            f'[intellivue]\naddress = "127.0.0.1"\nbeacon_port = {self.beacon}\n'
            f'[sdc]\naddress = "127.0.0.1"\ndiscovery_port = {self.discovery}\n' + self.tls())

    def tls(self):
        if not self.programs.tls:
            return ""
        certificates(self.folder)
        return 'key = "station.key"\ncertificate = "station.pem"\nauthorities = "authority.pem"\n'

    def start(self):
        # A sanitised build asks that nothing be loaded before its own library, but for this word.
        return super().start(before=("env", f"LD_PRELOAD={self.programs.tap}", f"PCM_TAP={self.tap}",
                                     "ASAN_OPTIONS=verify_asan_link_order=0:" + os.environ.get("ASAN_OPTIONS", "")))

    def assign_all(self):
        """assign_all puts each device at the bed that it says it stands at, as a person would."""
        def labelled():
            found = {d["bed_label"]: d["device"] for d in self.view()["devices"] if d["live"]}
            return found if set(self.beds) <= set(found) else None
        devices = until("every device is heard with its label", labelled)
        for bed in self.beds:
            status, said = self.act("assign", device=devices[bed], bed=bed)
            if status != 200:
                raise AssertionError(f"{bed}: {said}")

    def sounds(self):
        return [int(line) for line in self.tap.read_text().split("\n")[:-1]]


class Devices:
    """Devices is the load (load_main.cpp) and its log."""

    def __init__(self, box):
        self.file = box.folder / "sent.txt"
        keys = [box.folder / name for name in ("bed.key", "bed.pem", "authority.pem")] if box.programs.tls else []
        self.process = subprocess.Popen(
            [box.programs.load, str(len(box.beds)), box.programs.mix, str(free("udp")), str(box.beacon), str(box.hl7),
             str(free("tcp")), str(box.discovery), str(self.file), *keys],
            stdin=subprocess.PIPE, text=True)
        until("the devices begin", self.file.exists)
        self.read = self.file.open("rb")
        self.waves, self.numbers, self.alarms = {}, {}, {}
        self.raised = 0

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def learn(self):
        """learn reads on in the log."""
        while line := self.read.readline():
            if not line.endswith(b"\n"):  # the rest of it is not there yet
                self.read.seek(-len(line), 1)
                return
            what, one, two, three = line.split()
            if what == b"wave":
                self.waves[int(one), int(two)] = int(three) / 1e3
            elif what == b"number":
                self.numbers.setdefault(int(one), []).append((int(three) / 1e3, int(two)))
            else:
                self.alarms[int(one)] = int(two) / 1e3

    def sent_alarm(self, number):
        self.learn()
        return self.alarms.get(number)

    def end(self):
        self.process.stdin.close()
        self.process.wait(20)
        self.read.close()


class Browser:
    """Browser is watch_page.mjs: one chromium with the page Unit."""

    def __init__(self, url, picture=""):
        self.process = subprocess.Popen(
            ["node", str(ROOT / "bench" / "station" / "watch_page.mjs"), url, *([picture] if picture else [])],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        first = self.process.stdout.readline()
        if first.startswith("skipped"):
            print(first.strip())
            sys.exit(SKIPPED)
        if not first:
            raise AssertionError("the browser did not open the page")
        self.notes = []
        self.errors = []
        self.thread = threading.Thread(target=self.hear, daemon=True)
        self.thread.start()

    def hear(self):
        for line in self.process.stdout:
            note = json.loads(line)
            if "error" in note:
                self.errors.append(note["error"])
            else:
                self.notes.append((time.time() * 1e3, note))

    def within(self, begin, end):
        return [note for at, note in self.notes if begin <= at <= end + 1000]

    def end(self):
        self.process.stdin.close()
        self.process.wait(60)
        self.thread.join(60)


@contextlib.contextmanager
def running(programs, beds, with_browser, picture=""):
    """running gives a unit of which every device stands at its bed: station, devices, and the browser or None."""
    with tempfile.TemporaryDirectory(dir=programs.folder) as folder:
        box = Box(programs, folder, beds).start()
        devices = Devices(box)
        browser = None
        try:
            box.assign_all()
            browser = Browser(f"http://{box.host()}/", picture) if with_browser else None
            yield box, devices, browser
        finally:
            if browser is not None:
                browser.end()
            devices.end()
            box.kill()


def sound_of_alarm(box, devices, patience=20):
    """sound_of_alarm raises one alarm in the quiet and answers it: by how many milliseconds its sound came after it was sent."""
    before = len(box.sounds())
    devices.raised += 1
    number = devices.raised
    devices.tell(f"alarm {number}")
    sent = until("the alarm is sent", lambda: devices.sent_alarm(number), patience)
    sound = until("it sounds", lambda: next((at / 1e3 for at in box.sounds()[before:] if at / 1e3 >= sent), None),
                  patience)
    until("the view has it", lambda: box.view()["signal"]["alarm"], patience)
    until("it is answered", lambda: quiet(box), patience)
    devices.tell("calm")
    until("it is quiet", lambda: quiet(box), patience)
    time.sleep(0.15 + 0.2 * random.random())  # the sound's thread has silence again; the next one comes at any moment
    return sound - sent


def quiet(box):
    """quiet answers what sounds, as a person does: on a busy machine a bed may have been silent for a moment, too."""
    signal = box.view()["signal"]
    if signal["alarm"]:
        box.act("acknowledge", alarm=signal["alarm"], seconds=PAUSE)
    return signal["priority"] == "none"


def drain(box, stop):
    """drain reads /live as a browser does and throws it away; a new connection each minute."""
    while not stop.is_set():
        live = Live(box, reads=False)
        end = time.monotonic() + 60
        while time.monotonic() < end and not stop.is_set() and live.read_one() is not None:
            pass
        live.close()
