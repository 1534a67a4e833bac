#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""./run as a person uses it, without the lab: it goes on where it ended, refuses with a word what it cannot have, passes
on every status, and leaves no process.

usage: run_test.py FOLDER [unittest arguments]      FOLDER holds built programs: ./run --programs FOLDER
Each test has a $CORDON_STATE of its own. As root also what only root can try; elsewhere that is skipped, visibly.
"""
import contextlib
import json
import os
import pathlib
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
COMES_UP_MAX = 120.0  # seconds; a sanitised build on a busy machine is slow
ENDS_MAX = 60.0
NOBODY = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"]
PROGRAMS = None  # set at the end


def free_port():
    """free_port gives one that is free with the next one, the station's, and that the kernel gives to nobody meanwhile."""
    while True:
        port = random.randrange(20000, 32000)  # ip_local_port_range begins at 32768
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)), socket.create_server(("127.0.0.1", port + 1)):
            return port


def until(what, ask):
    end = time.monotonic() + COMES_UP_MAX
    while not (found := ask()):
        if time.monotonic() > end:
            raise TimeoutError(f"not within {COMES_UP_MAX:.0f} s: {what}")
        time.sleep(0.1)
    return found


def processes_that_name(text):
    found = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                words = pathlib.Path(f"/proc/{entry}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                if text in words:
                    found[int(entry)] = words
    return found


def as_root(test):
    return unittest.skipUnless(os.geteuid() == 0, "needs root")(test)


class Run(unittest.TestCase):
    def setUp(self):
        # Not below the build: Cordon's users must be able to walk there. Mode 0700, as `mktemp -d` makes it.
        self.state = pathlib.Path(tempfile.mkdtemp(prefix="cordon-run-", dir="/var/tmp"))
        self.addCleanup(shutil.rmtree, self.state, ignore_errors=True)
        self.port = free_port()
        self.unit_net = f"127.{self.port // 256}.{self.port % 256}."

    def command(self, *words, port=None):
        return [ROOT / "run", "--programs", PROGRAMS, "--port", str(port or self.port), *words]

    def environment(self, state=None):
        # Under the sensor's system-call filter LeakSanitizer cannot stop the other threads at the end, and waits for ever.
        return {"ASAN_OPTIONS": "detect_leaks=0", **os.environ, "CORDON_STATE": str(state or self.state)}

    def run_whole(self, *words, before=(), state=None, port=None):
        """run_whole gives (status, everything said) of a ./run that ends by itself."""
        done = subprocess.run([*before, *self.command(*words, port=port)], env=self.environment(state), stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=COMES_UP_MAX + ENDS_MAX)
        return done.returncode, done.stdout

    def start(self, stdin=subprocess.DEVNULL):
        """start gives a ./run that shows its page, in a process group of its own as from a terminal."""
        self.said = self.state / "said"
        with open(self.said, "wb") as out:
            child = subprocess.Popen(self.command(), env=self.environment(), stdin=stdin, stdout=out, stderr=out,
                                     start_new_session=True)
        self.addCleanup(self.end_all, child)
        end = time.monotonic() + COMES_UP_MAX
        while f"Open http://127.0.0.1:{self.port}/" not in self.said.read_text():
            self.assertIsNone(child.poll(), self.said.read_text())
            self.assertLess(time.monotonic(), end, self.said.read_text())
            time.sleep(0.05)
        return child

    def end_all(self, child):
        if child.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGTERM)
            child.wait(ENDS_MAX)

    def cordon(self, *words):
        config = self.state / "night" / "cordon.toml"
        return subprocess.run([PROGRAMS / "cordon", *words, "--config", config], capture_output=True, text=True, timeout=ENDS_MAX)

    def launcher(self):
        found = [pid for pid, words in processes_that_name(str(self.state)).items() if words.startswith(f"{PROGRAMS}/cordon-launch")]
        self.assertEqual(1, len(found))
        return found[0]

    def nothing_is_left(self):
        """nothing_is_left: no process, and the end of the logbook is signed."""
        self.assertEqual({}, processes_that_name(str(self.state)) | processes_that_name(self.unit_net))
        entries = [json.loads(line) for line in self.cordon("log", "--json").stdout.splitlines()]
        verified = self.cordon("log", "verify", "--json")
        self.assertEqual(0, verified.returncode, verified.stdout + verified.stderr)
        self.assertEqual(entries[-1]["sequence"], json.loads(verified.stdout)["confirmed"])
        return entries

    def test_a_second_one_goes_on_in_the_same_logbook(self):
        status, said = self.run_whole("--seconds", "3")
        self.assertEqual(0, status, said)
        self.assertIn(f"Open http://127.0.0.1:{self.port}/", said)
        self.assertNotIn("earlier ./run goes on", said)
        first = self.nothing_is_left()
        status, said = self.run_whole("--seconds", "3")
        self.assertEqual(0, status, said)
        self.assertIn("earlier ./run goes on", said)
        both = self.nothing_is_left()
        self.assertEqual(first, both[:len(first)])
        self.assertEqual({1}, {e["epoch"] for e in first})
        self.assertEqual({2}, {e["epoch"] for e in both[len(first):]})
        self.assertIn("The chain is whole.", self.cordon("log", "verify").stdout)

    def test_one_beside_a_running_one_is_refused_and_disturbs_nothing(self):
        child = self.start()
        before = {name: (self.state / "night" / name).read_text() for name in ("cordon.toml", "lock")}
        status, said = self.run_whole(port=free_port())
        self.assertEqual(3, status, said)
        self.assertIn(f"another Cordon (process {child.pid}) is running in {self.state}/night", said)
        self.assertIn(f"kill {child.pid}", said)
        self.assertEqual(before, {name: (self.state / "night" / name).read_text() for name in before})
        self.assertIn("event=serving", (self.state / "night" / "cordon.log").read_text())
        self.assertIsNone(child.poll(), "the first goes on")
        os.killpg(child.pid, signal.SIGINT)
        self.assertEqual(0, child.wait(ENDS_MAX), self.said.read_text())

    def test_a_port_that_another_program_listens_on(self):
        with socket.create_server(("127.0.0.1", self.port)):
            status, said = self.run_whole()
        self.assertEqual(3, status, said)
        self.assertIn(f"port {self.port} of 127.0.0.1 is taken by another program", said)
        self.assertIn(f"./run --port {self.port + 1}", said)
        self.assertFalse((self.state / "night" / "data").exists(), "refused before anything is begun")

    def test_a_refusal_of_the_launchers_children_is_shown_with_its_status(self):
        """A port that is bound but answers nobody is found out by control itself."""
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", self.port))
            status, said = self.run_whole()
        self.assertEqual(3, status, said)
        self.assertIn(f"cordon: [web] 127.0.0.1:{self.port}", said)
        self.assertIn(f"./run --port {self.port + 1}", said)
        self.assertEqual({}, processes_that_name(str(self.state)))

    def test_ctrl_c_ends_all_in_order(self):
        child = self.start()

        def children():
            return [pid for pid, words in processes_that_name(str(self.state)).items() if pid != child.pid and "./run" not in words]

        until("launcher, control, sensor, seal, station and its seal", lambda: len(children()) >= 6)
        os.killpg(child.pid, signal.SIGINT)
        self.assertEqual(0, child.wait(ENDS_MAX), self.said.read_text())
        self.nothing_is_left()
        log = (self.state / "night" / "cordon.log").read_text()
        ended = [line.split("process=")[1].split()[0] for line in log.splitlines() if "event=ended" in line]
        self.assertEqual({"sensor", "control", "cordon-seal", "station", "station-seal"}, set(ended))
        self.assertEqual("sensor", ended[0])
        for writer, seal in (("control", "cordon-seal"), ("station", "station-seal")):
            self.assertLess(ended.index(writer), ended.index(seal), "the last head is signed, too")
        self.assertNotIn("signal=", log)

    def test_eight_simulated_beds_are_watched_a_typed_fault_is_an_alarm_and_neither_side_needs_the_other(self):
        child = self.start(stdin=subprocess.PIPE)
        self.addCleanup(child.stdin.close)
        shown = until("the station's page", lambda: re.search(r"Open (http://127\.0\.0\.1:\d+)/   eight simulated beds", self.said.read_text()))

        def view():
            with urllib.request.urlopen(f"{shown[1]}/api/station", timeout=ENDS_MAX) as answer:
                return json.load(answer)

        def watched():
            return [bed["bed"] for bed in view()["beds"] if bed["numerics"] and bed["waves"]]

        until("every bed with numbers and traces", lambda: watched() == [f"R{i}" for i in range(1, 9)])
        self.assertEqual({"hl7", "intellivue", "sdc"}, {device["protocol"] for device in view()["devices"]})
        child.stdin.write(b"R7 leads off\n")
        child.stdin.flush()
        until("the alarm", lambda: [a for a in view()["alarms"] if a["bed"] == "R7" and a["text"] == "ECG LEADS OFF"])
        self.neither_side_harms_the_other(child, shown[1], view)
        os.killpg(child.pid, signal.SIGINT)
        self.assertEqual(0, child.wait(ENDS_MAX), self.said.read_text())
        self.nothing_is_left()

    def neither_side_harms_the_other(self, child, station, view):
        """kill -9 of the network's side, then of the station, with the launcher stopped meanwhile, so that the other is alone."""
        control, sensor, desk = (self.process(verb) for verb in ("serve", "sensor", "station"))
        network = f"http://127.0.0.1:{self.port}/api/situation"
        launcher = self.launcher()
        self.addCleanup(self.go_on, launcher)
        os.kill(launcher, signal.SIGSTOP)
        for pid in (control, sensor):
            os.kill(pid, signal.SIGKILL)
        until("the network's side is gone", lambda: not self.serves(network))
        child.stdin.write(b"R3 leads off\n")
        child.stdin.flush()

        def alarm():
            return next((a for a in view()["alarms"] if a["bed"] == "R3" and a["present"] and a["audible"]), None)

        found = until("an alarm that sounds, with the network's side dead", alarm)
        self.assertEqual([True] * 8, [device["live"] for device in view()["devices"]])
        with urllib.request.urlopen(f"{station}/api/me", timeout=ENDS_MAX) as answer:
            token = json.load(answer)["token"]
        wish = urllib.request.Request(f"{station}/act/acknowledge", json.dumps({"alarm": found["alarm"], "seconds": 60, "seen": found["gravest"]}).encode(),
                                      {"Content-Type": "application/json", "Origin": station, "X-Cordon-Token": token})
        with urllib.request.urlopen(wish, timeout=ENDS_MAX) as answer:
            self.assertEqual({"ok": True}, json.load(answer))
        self.assertEqual(["desk"], [a["by"] for a in view()["alarms"] if a["alarm"] == found["alarm"]])
        self.assertEqual(desk, self.process("station"))
        os.kill(launcher, signal.SIGCONT)
        until("the network's side again", lambda: self.serves(network))

        control = self.process("serve")
        os.kill(launcher, signal.SIGSTOP)
        os.kill(desk, signal.SIGKILL)
        until("the station is gone", lambda: not self.serves(f"{station}/api/station"))
        self.assertTrue(self.serves(network))
        self.assertEqual(control, self.process("serve"))
        os.kill(launcher, signal.SIGCONT)
        until("the station again, with its alarms", lambda: self.serves(f"{station}/api/station") and found["alarm"] in [a["alarm"] for a in view()["alarms"]])

    def go_on(self, pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    def process(self, verb):
        found = [pid for pid, words in processes_that_name(str(self.state)).items() if words.startswith(f"cordon {verb} ")]
        self.assertEqual(1, len(found), verb)
        return found[0]

    def serves(self, url):
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=ENDS_MAX) as answer:
            return answer.status == 200
        return False

    def test_ctrl_c_twice_ends_all_too(self):
        child = self.start()
        for _ in range(3):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGINT)
            time.sleep(0.1)
        self.assertEqual(0, child.wait(ENDS_MAX), self.said.read_text())
        self.nothing_is_left()
        self.assertIn("Ended. The logbook:", self.said.read_text())

    def test_a_killed_launcher_is_told_and_takes_its_children_along(self):
        child = self.start()
        os.kill(self.launcher(), signal.SIGKILL)
        self.assertEqual(128 + signal.SIGKILL, child.wait(ENDS_MAX), self.said.read_text())
        self.assertIn("Cordon ended by itself, status 137", self.said.read_text())
        self.nobody_stays()

    def test_a_killed_script_takes_all_along(self):
        child = self.start()
        child.kill()
        child.wait()
        self.nobody_stays()
        status, said = self.run_whole("--seconds", "1")
        self.assertEqual(0, status, said)

    def nobody_stays(self):
        end = time.monotonic() + ENDS_MAX
        while left := processes_that_name(str(self.state)) | processes_that_name(self.unit_net):
            self.assertLess(time.monotonic(), end, left)
            time.sleep(0.05)

    def test_a_place_that_cannot_be_made(self):
        status, said = self.run_whole(state="/dev/null/cordon")
        self.assertEqual(3, status, said)
        self.assertIn("/dev/null/cordon", said)
        self.assertIn("set CORDON_STATE to a folder you may write to", said)

    def test_usage(self):
        for words in (("--sideways",), ("--seconds", "soon"), ("--port", "70000")):
            status, said = self.run_whole(*words)
            self.assertEqual(2, status, said)
            self.assertIn("usage: ./run", said)
        status, said = self.run_whole("--help")
        self.assertEqual(0, status)
        self.assertIn("CORDON_STATE=$(mktemp -d) ./run", said)

    def test_a_folder_without_the_programs_is_named(self):
        done = subprocess.run([ROOT / "run", "--programs", str(self.state)], env=self.environment(), stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=ENDS_MAX)
        self.assertEqual((3, ""), (done.returncode, done.stdout))
        self.assertIn(f"there is no {self.state}/cordon: build", done.stderr)

    def on_a_small_disk(self, size, *words):
        """on_a_small_disk runs it with its state on a tmpfs that nobody else sees and that goes with it."""
        inside = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o "size=$1" none "$0" && shift && exec "$@"', self.state, size]
        if subprocess.run([*inside, "true"], capture_output=True).returncode != 0:
            self.skipTest("needs the right to mount a tmpfs")
        return self.run_whole(*words, before=inside)

    @as_root
    def test_a_disk_that_is_nearly_full(self):
        for size in ("4k", "30m"):
            status, said = self.on_a_small_disk(size)
            self.assertEqual(3, status, said)
            self.assertIn(f"Cordon keeps its logbook in {self.state}: free some space there", said)

    @as_root
    def test_a_disk_that_is_read_only(self):
        status, said = self.on_a_small_disk("80m,ro")
        self.assertEqual(3, status, said)
        self.assertIn("set CORDON_STATE to a folder you may write to", said)

    @as_root
    def test_without_root_it_says_that_the_seal_is_no_user_of_its_own(self):
        os.chown(self.state, 65534, 65534)
        if subprocess.run([*NOBODY, "test", "-x", PROGRAMS / "cordon", "-a", "-r", ROOT / "run"]).returncode != 0:
            self.skipTest("other users cannot reach the build")
        status, said = self.run_whole("--seconds", "3", before=NOBODY)
        self.assertEqual(0, status, said)
        self.assertIn("cordon-seal runs as the same user as the writer of the logbook", said)
        self.assertIn("belong to the same user here", self.cordon("log", "verify").stdout)


if __name__ == "__main__":
    PROGRAMS = pathlib.Path(sys.argv.pop(1)).resolve()
    unittest.main(verbosity=2)
