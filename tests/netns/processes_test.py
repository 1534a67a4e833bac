# SPDX-License-Identifier: Apache-2.0
"""Who holds which right while Cordon runs, what comes back when it dies, and what is said when something is missing.

usage: processes_test.py FOLDER [unittest arguments]
Needs root, network namespaces and the lab's packages; exit status 77 says that something of it is missing.
"""
import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
import unittest

import live
from live import Cordon, Night, Plan, status_of, until

CAP_NET_ADMIN = 1 << 12
NOBODY = "65534"
RAN_WELL = 11  # seconds; lived_well in launch_main.cpp and a little


class Rights(unittest.TestCase):
    def test_each_process_has_its_one_right_and_comes_back(self):
        with Night(Plan(files=10, scale=0.05)) as night:
            self.cordon = night.cordon
            self.rights()
            for name in ("control", "sensor", "cordon-nft", "cordon-seal"):
                with self.subTest(killed=name):
                    pid = self.cordon.children()[name]
                    os.kill(pid, signal.SIGKILL)
                    until(f"{name} comes back", live.SETTLE_MAX, lambda: self.cordon.children().get(name, pid) != pid)
                    self.cordon.wait_ready()
            self.rights()
            children = self.cordon.children()
            self.assertEqual(0, self.cordon.stop())
            self.assertEqual([], [name for name, pid in children.items() if status_of(pid)], "left behind")

    def rights(self):
        children = {name: status_of(pid) for name, pid in self.cordon.children().items()}
        self.assertEqual({"control", "sensor", "cordon-nft", "cordon-seal"}, set(children))
        users = {name: set(fields["Uid"].split()) for name, fields in children.items()}
        for name, fields in children.items():
            with self.subTest(process=name):
                only = CAP_NET_ADMIN if name == "cordon-nft" else 0
                for kind, right in (("CapEff", only), ("CapPrm", only), ("CapInh", 0), ("CapAmb", 0)):
                    self.assertEqual(right, int(fields[kind], 16), kind)
                self.assertEqual("1", fields["NoNewPrivs"])
                self.assertEqual(1, len(users[name]), "one user in all four places")
                self.assertNotIn("0", users[name])
                self.assertEqual("", fields["Groups"])
                # The seal goes without its filter under a sanitizer, whose own system calls it would stop (seal/confine.cpp).
                if name != "control" and not (name == "cordon-seal" and self.sanitized()):
                    self.assertEqual("2", fields["Seccomp"], "a system-call filter")
        self.assertEqual(4, len(set().union(*users.values())), "four users")

    @staticmethod
    def sanitized():
        return b"__asan_init" in (live.folder_of_programs / "cordon-seal").read_bytes()


class Refusals(unittest.TestCase):
    """Each refusal is one sentence on standard error and an exit status that says whose turn it is."""

    def setUp(self):
        self.night = Night(None)  # without a lab: only its folders
        self.night.make_folders()
        self.addCleanup(self.night.__exit__)
        self.folder = self.night.folder
        self.cordon = Cordon(self.folder, self.night.prefix)

    def configure(self, text):
        self.cordon.config.write_text(f'data = "{self.folder}/data"\n' + text)

    def start(self, *before):
        program = live.folder_of_programs / "cordon-launch"
        if before:  # that user may not be able to reach the build folder
            program = shutil.copy(program, self.folder)
        done = subprocess.run([*before, program, "--config", self.cordon.config], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=live.START_MAX)
        said = [line for line in done.stderr.splitlines() if line.startswith("cordon: ") or self.cordon.config.name in line]
        return done.returncode, said, done.stderr

    def test_a_busy_port(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.configure(f"[web]\nport = {port}\n")
            status, said, everything = self.start()
        self.assertEqual((3, 1), (status, len(said)), everything)
        self.assertIn(f"127.0.0.1:{port}", said[0])
        self.assertIn("another program has it", said[0])

    def test_an_address_beyond_loopback(self):
        """Beyond loopback there is TLS and nobody reads without signing in, whatever was set."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.configure(f'[web]\naddress = "0.0.0.0"\nport = {port}\n')
        self.cordon.start(ready=False)
        self.addCleanup(self.cordon.kill_all)

        def answer():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
                unverified = ssl.create_default_context()
                unverified.check_hostname = False
                unverified.verify_mode = ssl.CERT_NONE
                with unverified.wrap_socket(plain) as wire:
                    wire.sendall(f"GET /api/situation HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
                    return wire.recv(4096).split(b"\r\n")[0].decode()
            return None

        self.assertIn(" 401 ", until("an answer over TLS", live.START_MAX, answer))
        with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
            plain.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
            self.assertIn(b" 308 ", plain.recv(4096))
        self.assertEqual(0, self.cordon.stop())

    def test_missing_rights(self):
        self.cordon.config.write_text(live.configuration(self.folder, "none", 0, live.enforcers("none")))
        status, said, everything = self.start("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups")
        self.assertEqual((3, 1), (status, len(said)), everything)
        self.assertIn("run this as root", said[0])

    def test_an_interface_that_is_not_there(self):
        self.configure('[web]\nport = 0\n[sensor]\ninterface = "mon9"\n')
        self.cordon.start(ready=False)
        self.addCleanup(self.cordon.kill_all)
        until("a word about the interface", live.START_MAX, lambda: "mon9" in self.cordon.said())
        self.assertIsNone(self.cordon.launcher.poll(), "the logbook and the page go on")
        self.assertEqual(0, self.cordon.stop())

    def test_another_cordon_on_the_same_data(self):
        self.configure("[web]\nport = 0\n")
        self.cordon.start(ready=False)
        self.addCleanup(self.cordon.kill_all)
        until("the first Cordon serves", live.START_MAX, lambda: "http://" in self.cordon.said())
        status, said, everything = self.start()
        self.assertEqual((3, 1), (status, len(said)), everything)
        self.assertIn("in use by another Cordon", said[0])
        self.assertEqual(0, self.cordon.stop())

    def test_control_that_ran_well_is_started_again_whatever_ends_it(self):
        self.configure("[web]\nport = 0\n")
        self.cordon.start(ready=False)
        self.addCleanup(self.cordon.kill_all)
        until("Cordon serves", live.START_MAX, lambda: "http://" in self.cordon.said())

        def control():
            return self.cordon.children().get("control")

        def another_than(old):
            return lambda: control() not in (None, old)

        first = control()
        os.kill(first, signal.SIGTERM)  # by somebody's hand: no reason to leave the hospital without control
        until("control comes back", live.SETTLE_MAX, another_than(first))
        second = control()
        time.sleep(RAN_WELL)
        good = self.cordon.config.read_text()
        self.cordon.config.write_text(good + "prot = 1\n")
        os.kill(second, signal.SIGKILL)
        until("control refuses its configuration", live.SETTLE_MAX, lambda: "unknown key 'prot'" in self.cordon.said())
        self.assertIsNone(self.cordon.launcher.poll(), "the sensor and the seal stay")
        self.cordon.config.write_text(good)
        served = self.cordon.said().count("http://")
        until("control serves again", live.SETTLE_MAX, lambda: self.cordon.said().count("http://") > served)
        self.assertEqual(0, self.cordon.stop())

    def test_a_mistake_in_the_configuration_names_its_line(self):
        self.configure("[web]\nprot = 1\n")
        status, said, everything = self.start()
        self.assertEqual(2, status, everything)
        self.assertIn("cordon.toml:3: unknown key 'prot' in [web]", everything)


if __name__ == "__main__":
    live.main(__doc__)
