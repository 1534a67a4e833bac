# SPDX-License-Identifier: Apache-2.0
"""./run --lab as a person uses it: it builds, shows the page, the attack is cut, and Ctrl-C leaves nothing behind, also
after one of its processes was killed; what a killed ./run leaves, the next takes away.

usage: run_test.py FOLDER [unittest arguments]      FOLDER as for the other live tests; ./run builds its own release
Needs root, network namespaces and the lab's packages; exit status 77 says that something of it is missing.
"""
import json
import os
import pathlib
import signal
import subprocess
import unittest
import urllib.request

import live
from live import ROOT, child_pids, free_port, status_of, until

BUILD_MAX = 1500.0  # seconds; two cores, nothing built yet
CUT_MAX = 120.0
END_MAX = 60.0


class Run(unittest.TestCase):
    def setUp(self):
        if any(name.startswith("cdn-") for name in live_namespaces()):
            self.skipTest("a lab with the prefix cdn stands already")
        self.night = live.Night(None)  # for its folders alone
        self.night.make_folders()
        self.addCleanup(self.night.__exit__)
        self.before = live_namespaces()
        self.port = free_port()
        self.addCleanup(self.end)
        self.start()

    def start(self):
        self.said = self.night.folder / "run.log"
        with open(self.said, "wb") as out:
            self.run_sh = subprocess.Popen(
                [ROOT / "run", "--lab", "--port", str(self.port)], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True, env={**os.environ, "CORDON_STATE": str(self.night.folder)})
        until(lambda: f"the page's address; it said:\n{self.words()[-3000:]}", BUILD_MAX, self.shows_address, 0.5)

    def words(self):
        return self.said.read_text(errors="replace")

    def shows_address(self):
        self.assertIsNone(self.run_sh.poll(), self.words()[-3000:])
        return f"Open http://127.0.0.1:{self.port}/" in self.words()

    def end(self, number=signal.SIGINT):
        """end sends what Ctrl-C sends: a signal to the whole group of the terminal. Gives the exit status."""
        if self.run_sh.poll() is None:
            os.killpg(self.run_sh.pid, number)
        return self.run_sh.wait(END_MAX)

    def situation(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/api/situation", timeout=20) as answer:
            return json.load(answer)

    def nothing_is_left(self):
        self.assertEqual(self.before, live_namespaces())
        own = str(ROOT / "build" / "release")
        left = [line for line in command_lines() if line.startswith(own) or "/var/tmp/cordon-lab." in line]
        self.assertEqual([], left)
        self.assertEqual([], list(pathlib.Path("/var/tmp").glob("cordon-lab.*")))

    def test_the_attack_is_cut_and_ctrl_c_leaves_nothing(self):
        until("a cut that holds", CUT_MAX, lambda: [c for c in self.situation()["cuts"] if c["state"] == "holds"], 0.5)
        self.assertEqual(0, self.end())
        self.nothing_is_left()
        self.assertIn("The logbook:", self.words())

    def test_a_killed_child_comes_back_and_ctrl_c_leaves_nothing(self):
        launcher = next(p for p in child_pids(self.run_sh.pid) if status_of(p)["Name"] == "cordon-launch")
        victim = next(p for p in child_pids(launcher) if status_of(p)["Name"] == "cordon-nft")
        os.kill(victim, signal.SIGKILL)
        until("cordon-nft comes back", live.SETTLE_MAX,
              lambda: [p for p in child_pids(launcher) if p != victim and status_of(p).get("Name") == "cordon-nft"])
        self.assertEqual(0, self.end())
        self.nothing_is_left()

    def test_a_killed_launcher_leaves_nothing(self):
        launcher = next(p for p in child_pids(self.run_sh.pid) if status_of(p)["Name"] == "cordon-launch")
        os.kill(launcher, signal.SIGKILL)
        self.run_sh.wait(END_MAX)
        until("its children end", END_MAX, lambda: not [c for c in command_lines() if str(ROOT / "build/release") in c])
        self.nothing_is_left()

    def test_a_killed_run_is_taken_away_by_the_next(self):
        self.run_sh.kill()
        self.run_sh.wait()
        own = str(ROOT / "build/release")
        until("Cordon itself ends at once", END_MAX, lambda: not [c for c in command_lines() if c.startswith(own)])
        self.assertNotEqual(self.before, live_namespaces(), "the lab stands still")
        self.start()
        self.assertIn("Taking away what a killed run left", self.words())
        self.assertEqual(0, self.end())
        self.nothing_is_left()


def live_namespaces():
    listing = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True).stdout
    return {line.split()[0] for line in listing.splitlines() if line.startswith("cdn-")}


def command_lines():
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) != os.getpid():
            try:
                found.append(pathlib.Path(f"/proc/{entry}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except (FileNotFoundError, ProcessLookupError):
                pass
    return found


if __name__ == "__main__":
    live.main(__doc__)
