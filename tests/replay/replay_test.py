#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a person may expect of `cordon replay`, tried on the program itself: replay_test.py path/to/cordon"""
import json
import os
import pathlib
import random
import re
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import pcap  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAB = ROOT / "tests" / "captures" / "lab"
PROFILES = ["in-place-rename", "new-then-delete", "head-4k", "every-other-block", "no-rename"]
ATTACKER = "10.77.0.12"
MEMORY_MAX = 512 * 1024 * 1024
PROGRAM = ""


def replay(*arguments, stdin=None):
    """Gives (status, lines of standard output, standard error, peak memory in bytes)."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        child = subprocess.Popen([PROGRAM, "replay", *map(str, arguments), "--json"], stdin=stdin, stdout=out, stderr=errors)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        return child.returncode, out.read(), errors.read().decode(), usage.ru_maxrss * 1024


def objects(output):
    return [json.loads(line) for line in output.splitlines()]


def truth(profile):
    lines = [json.loads(line) for line in (LAB / f"{profile}.truth.jsonl").read_text().splitlines()]
    return [line for line in lines if line.get("altered")]


class Profiles(unittest.TestCase):
    def test_the_right_client_is_infected_within_five_altered_files_and_nobody_else_is(self):
        for profile in PROFILES:
            with self.subTest(profile):
                status, output, _, _ = replay(LAB / f"{profile}.pcap")
                self.assertEqual(status, 0)
                lines = objects(output)
                verdicts = [line for line in lines if line["type"] == "verdict"]
                self.assertEqual({v["host"] for v in verdicts}, {ATTACKER})
                infected = [v for v in verdicts if v["level"] == "infected"]
                self.assertEqual(len(infected), 1)
                altered = [t for t in truth(profile) if t["time_first_write"] <= infected[0]["ts"]]
                self.assertLessEqual(len(altered), 5)
                known = {t["path"] for t in truth(profile)}
                entries = [line for line in lines if line["type"] == "evidence" and line["host"] == ATTACKER]
                self.assertTrue(known & {e["path"] for e in entries}, "evidence names files of the truth")
                plans = [line for line in lines if line["type"] == "plan"]
                self.assertEqual([a["host"] for p in plans for a in p["actions"]], [ATTACKER])
                self.assertEqual(lines[-1]["type"], "summary")
                self.assertEqual(lines[-1]["gaps"], 0)

    def test_ordinary_work_gives_no_verdict(self):
        _, output, _, _ = replay(LAB / "work.pcap")
        self.assertEqual([line for line in objects(output) if line["type"] in ("verdict", "plan")], [])


class SeenFlows(unittest.TestCase):
    """What `cordon estate learned` makes of connections that a capture shows."""

    CLIENT, SERVER = ("10.77.0.11", 0x11), ("10.77.0.20", 0x20)

    def conversation(self, port, time, opened=True, answered=True):
        """Frames of one connection from CLIENT to SERVER."""
        def frame(source, target, ports, *segment):
            macs = [bytes([2, 0x77, 0, 0, 0, end[1]]) for end in (source, target)]
            return pcap.ethernet(*macs, pcap.ip4(source[0], target[0], pcap.tcp(*ports, *segment)))
        there, back = (40000 + port % 10000, port), (port, 40000 + port % 10000)
        asks = [frame(self.CLIENT, self.SERVER, there, 101, 501, 0x18, b"ask"), frame(self.CLIENT, self.SERVER, there, 104, 507, 0x10)]
        answers = [frame(self.SERVER, self.CLIENT, back, 501, 104, 0x18, b"answer")]
        frames = [frame(self.CLIENT, self.SERVER, there, 100)] if opened else []
        if opened and answered:
            frames += [frame(self.SERVER, self.CLIENT, back, 500, 101, 0x12), frame(self.CLIENT, self.SERVER, there, 101, 501, 0x10)]
        frames += [asks[0]] + (answers if answered else []) + [asks[1]]
        if not opened:
            frames *= 2
        return [(time + i / 1000, f) for i, f in enumerate(frames)]

    def learned(self, frames, estate='hospital = "Essai"\n'):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            pcap.write(folder / "some.pcap", frames)
            (folder / "hospital.toml").write_text(estate)
            status, output, errors, _ = replay(folder / "some.pcap", "--logbook", folder / "book.db")
            self.assertEqual(status, 0, errors)
            told = subprocess.run([PROGRAM, "estate", "learned", folder / "hospital.toml", "--logbook", folder / "book.db", "--json"], capture_output=True)
            self.assertEqual(told.returncode, 1, told.stderr)
            return objects(output), objects(told.stdout)

    def test_an_answered_connection_is_learned_with_its_port_and_a_server_names_what_it_answers_on(self):
        recorded, told = self.learned(self.conversation(1433, 1670097600) + self.conversation(104, 1670097700))
        self.assertEqual(sum(len(line["flows"]) for line in recorded if line["type"] == "flows_seen"), 2)
        flows = [line for line in told if line["type"] == "seen_flow"]
        self.assertEqual([(f["client"], f["server"], f["port"]) for f in flows], [("10.77.0.11", "10.77.0.20", 104), ("10.77.0.11", "10.77.0.20", 1433)])
        self.assertAlmostEqual(flows[1]["first"], 1670097600, delta=1)
        serves = {line["name"]: line["serves"] for line in told if line["type"] == "seen"}
        self.assertEqual(serves, {"10.77.0.11": [], "10.77.0.20": [104, 1433]})
        self.assertEqual(told[-1]["flows"], 2)

    def test_what_nobody_answered_or_nobody_saw_opened_is_not_learned(self):
        frames = self.conversation(80, 1670097600, answered=False) + self.conversation(1433, 1670097601, opened=False)
        _, told = self.learned(frames + self.conversation(104, 1670097602))
        self.assertEqual([line["port"] for line in told if line["type"] == "seen_flow"], [104])

    def test_a_way_of_spread_that_nothing_declared_permits_is_marked(self):
        estate = 'hospital = "Essai"\n' + "".join(
            f'[[network]]\nname = "{name}"\nprefixes = ["{prefix}"]\n' for name, prefix in (("postes", "10.77.0.0/28"), ("serveurs", "10.77.0.16/28")))
        _, told = self.learned(self.conversation(3389, 1670097600) + self.conversation(104, 1670097601), estate)
        self.assertEqual([(line["port"], line["undeclared_way"]) for line in told if line["type"] == "seen_flow"], [(104, False), (3389, True)])

    def datagram(self, ports, back=False):
        (source, first), (target, second) = (self.SERVER, self.CLIENT) if back else (self.CLIENT, self.SERVER)
        macs = [bytes([2, 0x77, 0, 0, 0, end]) for end in (first, second)]
        return pcap.ethernet(*macs, pcap.ip4(source, target, pcap.udp(*ports), protocol=17))

    def udp_frames(self):
        """A resolver that answers, messages to a log that nobody answers, and an answer that nobody asked for."""
        frames = [(1670097600, self.datagram((50000, 53))), (1670097600.01, self.datagram((53, 50000), back=True))]
        frames += [(1670097601 + 60 * i, self.datagram((514, 514))) for i in range(7)]
        return frames + [(1670098100, self.datagram((123, 40000), back=True))]

    def test_udp_is_learned_with_how_far_it_is_proven_and_makes_no_mac_known(self):
        recorded, told = self.learned(self.udp_frames())
        self.assertEqual(sum(len(line["flows"]) for line in recorded if line["type"] == "flows_seen"), 2)
        self.assertEqual([line for line in recorded if line["type"] == "host_seen"], [])
        flows = {line["port"]: line for line in told if line["type"] == "seen_flow"}
        self.assertEqual({port: (f["client"], f["server"], f["protocol"], f["state"]) for port, f in flows.items()},
                         {53: ("10.77.0.11", "10.77.0.20", "udp", "answered"), 514: ("10.77.0.11", "10.77.0.20", "udp", "one_way")})
        hosts = {line["name"]: line for line in told if line["type"] == "seen"}
        self.assertEqual({name: (h["macs"], h["serves"], h["serves_udp"], h["udp_only"]) for name, h in hosts.items()},
                         {"10.77.0.11": ([], [], [], True), "10.77.0.20": ([], [], [53], True)})

    def test_a_seen_flow_is_a_row_to_declare_and_then_no_more_told(self):
        estate = """hospital = "Essai"
[[unit]]
name = "Accueil"
kind = "administration"
[[service]]
name = "vu sur le réseau, non déclaré"
""" + "".join(f'[[host]]\nname = "{name}"\nrole = "server"\nunit = "Accueil"\naddresses = ["{address}"]\n'
              for name, address in (("pc", "10.77.0.11"), ("srv", "10.77.0.20")))
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            pcap.write(folder / "some.pcap", self.udp_frames() + self.conversation(1433, 1670098200))
            (folder / "estate").mkdir()
            (folder / "estate" / "hospital.toml").write_text(estate)
            status, _, errors, _ = replay(folder / "some.pcap", "--logbook", folder / "book.db")
            self.assertEqual(status, 0, errors)
            def learned(*options):
                return subprocess.run([PROGRAM, "estate", "learned", folder / "estate", "--logbook", folder / "book.db", *options], capture_output=True, text=True)
            told = learned("--flows").stdout
            self.assertRegex(told, "flow, not declared  pc to srv on port 514/udp, .*; one way, no answer seen")
            rows = learned("--flows", "--csv").stdout
            self.assertIn("pc,srv,\"vu sur le réseau, non déclaré\",53,udp,Accueil,0,", rows)
            self.assertIn("# one way, no answer seen\npc,srv,\"vu sur le réseau, non déclaré\",514,udp,", rows)
            (folder / "estate" / "flows.csv").write_text(rows + "pc,srv,\"vu sur le réseau, non déclaré\",161,udp,Accueil,0,0,none,\n")
            told = learned("--flows", "--unseen", "--json")
            self.assertEqual(told.returncode, 0, told.stderr)
            lines = objects(told.stdout)
            self.assertEqual([line for line in lines if line["type"] == "seen_flow"], [])
            self.assertEqual([(line["port"], line["protocol"]) for line in lines if line["type"] == "unseen_flow"], [(161, "udp")])
            self.assertEqual((lines[-1]["flows"], lines[-1]["flows_not_seen"]), (0, 1))

    def test_a_diff_of_two_estates_tells_flows_as_they_are_declared(self):
        head = """hospital = "Essai"
[[unit]]
name = "Accueil"
kind = "administration"
[[service]]
name = "noms"
""" + "".join(f'[[host]]\nname = "{name}"\nrole = "server"\nunit = "Accueil"\naddresses = ["10.77.0.{n}"]\n' for n, name in enumerate(("pc", "srv"), 11))
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for file, flows in (("old", [("udp", 0.2)]), ("new", [("udp", 0.5), ("tcp", 0)])):
                (folder / f"{file}.toml").write_text(head + "".join(
                    f'[[flow]]\nclient = "pc"\nserver = "srv"\nservice = "noms"\nport = 53\nprotocol = "{protocol}"\ndependence = {dependence}\n' for protocol, dependence in flows))
            def diff(*files):
                return subprocess.run([PROGRAM, "estate", "diff", *(folder / f"{file}.toml" for file in files)], capture_output=True, text=True)
            told = diff("old", "new")
            self.assertEqual(told.returncode, 1, told.stderr)
            self.assertEqual(told.stdout.splitlines(), [
                "flows  Accueil, noms, to srv on port 53: 1 new from pc",
                "flows  Accueil, noms, to srv on port 53/udp: dependence 0.2 → 0.5",
                "hosts: 0 new, 0 gone, 0 moved or changed; 2 lines of flows and 0 of all else differ"])
            self.assertEqual(diff("new", "new").returncode, 0)


class ForgedSource(unittest.TestCase):
    """The attack of a lab capture, the attacker's own frames under another machine's MAC: the answers still come to his."""

    OWN, INNOCENT, PROTECTED = "02:77:00:00:00:12", "02:77:00:00:00:11", "02:77:00:00:00:40"
    ESTATE = """hospital = "Essai"
[[unit]]
name = "Accueil"
kind = "administration"
"""

    def declared(self, name, mac, address, more=""):
        return f'[[host]]\nname = "{name}"\nrole = "workstation"\nunit = "Accueil"\nmacs = ["{mac}"]\naddresses = ["{address}"]\n{more}'

    def told(self, mac, address=ATTACKER, his=""):
        def forged(frame):
            if frame[12:14] != b"\x08\x00":
                return frame
            ends = [socket.inet_aton(address) if end == socket.inet_aton(ATTACKER) else end for end in (frame[26:30], frame[30:34])]
            mine = frame[6:12] == bytes.fromhex(self.OWN.replace(":", ""))
            return frame[:6] + (bytes.fromhex(mac.replace(":", "")) if mine else frame[6:12]) + frame[12:26] + b"".join(ends) + frame[34:]
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            pcap.write(folder / "some.pcap", [(time, forged(frame)) for time, frame in pcap.read(LAB / "in-place-rename.pcap")])
            (folder / "hospital.toml").write_text(self.ESTATE + self.declared("ws1", self.INNOCENT, "10.77.0.11")
                                                  + self.declared("pompe", self.PROTECTED, "10.77.0.40", "protected = true\n") + his)
            (folder / "cordon.toml").write_text(f'box = "essai"\nestate = "{folder}/hospital.toml"\ndata = "{folder}/data"\n[sensor]\nname = "span0"\n')
            status, output, errors, _ = replay(folder / "some.pcap", "--config", folder / "cordon.toml")
            self.assertEqual(status, 0, errors)
        return objects(output)

    def cuts(self, lines):
        return [(line["macs"], line["ips"]) for line in lines if line["type"] == "cut_decided"]

    def test_who_is_cut_is_who_was_answered(self):
        for mac in (self.OWN, self.INNOCENT, self.PROTECTED, "02:77:00:00:00:99"):
            with self.subTest(mac):
                self.assertEqual(self.cuts(self.told(mac)), [([self.OWN], [ATTACKER])])
                declared = self.told(mac, his=self.declared("ws2", self.OWN, ATTACKER))
                self.assertEqual(self.cuts(declared), [([self.OWN], [ATTACKER])])

    def test_nor_is_the_victim_under_whose_address_he_is_answered(self):
        lines = self.told(self.INNOCENT, address="10.77.0.11")
        self.assertIn(f"{self.OWN} answers for ws1, whose declared MAC is another", json.dumps(lines))
        self.assertEqual(self.cuts(lines), [])


class OnATerminal(unittest.TestCase):
    def test_no_path_moves_the_cursor_begins_a_line_or_turns_the_writing(self):
        def hostile(frame):
            return frame.replace("mande".encode("utf-16-le"), "\x1b[2\n\u202e".encode("utf-16-le"))
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            pcap.write(folder / "some.pcap", [(time, hostile(frame)) for time, frame in pcap.read(LAB / "in-place-rename.pcap")])
            recorded, as_it_was, _, _ = replay(folder / "some.pcap", "--logbook", folder / "book.db")
            self.assertEqual(recorded, 0)
            paths = [line["path"] for line in objects(as_it_was) if line["type"] == "evidence"]
            self.assertTrue([path for path in paths if "Com\x1b[2\n\u202e" in path], "it is recorded as it was")
            for words, begins in ((["replay", folder / "some.pcap"], r"\d{4}-\d\d-\d\dT|\d+ packets|  odd: "), (["log", folder / "book.db"], r" *\d+  \d{4}-")):
                for more in ([], ["--fr"]) if words[0] == "log" else ([],):
                    told = subprocess.run([PROGRAM, *words, *more], capture_output=True, check=True).stdout.decode()
                    self.assertIn("Com [2", told)
                    self.assertEqual([c for c in told if c in "\x1b\u202e"], [])
                    self.assertEqual([line for line in told.splitlines() if not re.match(begins, line)], [])


class SameBytes(unittest.TestCase):
    def test_whatever_the_batch(self):
        for capture in (LAB / "new-then-delete.pcap", ROOT / "examples" / "night" / "night.pcap"):
            first = replay(capture)[1]
            self.assertGreater(len(first), 1000)
            for batch in (1, 7, 65536):
                self.assertEqual(replay(capture, "--batch", batch)[1], first, f"{capture.name} batch {batch}")

    def test_from_standard_input_and_from_a_file(self):
        capture = LAB / "head-4k.pcap"
        with capture.open("rb") as stream:
            piped = replay("-", stdin=stream)[1]
        # Only the source's name differs.
        self.assertEqual(piped.replace(b'"source_name":"-"', b""), replay(capture)[1].replace(b'"source_name":"head-4k.pcap"', b""))

    def test_a_recorded_replay_verifies_and_reads_back(self):
        with tempfile.TemporaryDirectory() as folder:
            book = pathlib.Path(folder) / "book.db"
            _, output, _, _ = replay(LAB / "no-rename.pcap", "--logbook", book)
            verified = subprocess.run([PROGRAM, "log", "verify", book, "--json"], capture_output=True, text=True)
            self.assertEqual(verified.returncode, 0, verified.stdout)
            printed = subprocess.run([PROGRAM, "log", book, "--json"], capture_output=True, text=True, check=True)
            bodies = [json.loads(line)["body"] for line in printed.stdout.splitlines()]
            self.assertEqual(bodies, objects(output)[:-1])


class Damage(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def file(self, content):
        path = pathlib.Path(self.folder.name) / "some.pcap"
        path.write_bytes(content)
        return path

    def expect(self, path, words, status=3):
        got, output, errors, memory = replay(path)
        self.assertEqual(got, status, errors)
        self.assertIn(words, errors)
        self.assertNotIn("Sanitizer", errors)
        self.assertLess(memory, MEMORY_MAX)
        return objects(output)

    def test_cut_in_the_middle(self):
        whole = (LAB / "in-place-rename.pcap").read_bytes()
        lines = self.expect(self.file(whole[: len(whole) - 40_000]), "cut in the middle of a packet")
        self.assertTrue([line for line in lines if line["type"] == "verdict"], "everything before the damage is processed")

    def test_zero_bytes(self):
        self.expect(self.file(b""), "is empty")

    def test_text(self):
        self.expect(self.file(b"Bonjour, ceci n'est pas une capture.\n" * 20), "is no pcap or pcapng capture")

    def test_wrong_link_type(self):
        self.expect(self.file(pcap.header(147) + pcap.record(1, b"x" * 60)), "link type")

    def test_garbage_after_a_valid_packet(self):
        frame = pcap.ethernet(b"\2" * 6, b"\4" * 6, pcap.ip4("10.0.0.1", "10.0.0.2", pcap.tcp(1, 2, 3)))
        lines = self.expect(self.file(pcap.header() + pcap.record(1, frame) + b"\xff" * 5000), "garbage")
        self.assertEqual(lines[-1]["packets"], 1)

    def test_a_packet_that_claims_two_gigabytes(self):
        self.expect(self.file(pcap.header() + b"\0" * 8 + b"\xff\xff\xff\x7f" * 2 + b"x" * 100), "garbage")

    def test_absent_and_folder(self):
        self.expect(pathlib.Path(self.folder.name) / "absent.pcap", "cannot be opened: No such file")
        self.expect(pathlib.Path(self.folder.name), "folder")

    def test_a_capture_of_a_gigabyte_streams(self):
        frame = pcap.ethernet(b"\2" * 6, b"\4" * 6, pcap.ip4("10.0.0.1", "10.0.0.2", pcap.tcp(40000, 445, 3, 0, 0x10, b"x" * 1400)))
        block = pcap.record(1, frame) * 700
        reading, writing = os.pipe()
        feeder = os.fork()
        if feeder == 0:
            os.close(reading)
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            with os.fdopen(writing, "wb") as out:
                out.write(pcap.header())
                for _ in range(1000):
                    out.write(block)
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as stream:
            status, output, errors, memory = replay("-", stdin=stream)
        os.waitpid(feeder, 0)
        self.assertEqual(status, 0, errors)
        self.assertEqual(objects(output)[-1]["packets"], 700_000)
        self.assertLess(memory, MEMORY_MAX)

    def test_usage(self):
        done = subprocess.run([PROGRAM, "replay"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)
        done = subprocess.run([PROGRAM, "replay", "x", "--colour"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 2)


class Floods(unittest.TestCase):
    """The attack of a lab capture, with a flood poured between its frames."""

    def verdicts_under(self, flood):
        frames = pcap.read(LAB / "in-place-rename.pcap")
        per_frame = len(flood) // len(frames) + 1
        mixed, at = [], 0
        for time, frame in frames:
            mixed.append((time, frame))
            mixed.extend((time, f) for f in flood[at : at + per_frame])
            at += per_frame
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "flood.pcap"
            pcap.write(path, mixed)
            status, output, errors, memory = replay(path)
        self.assertEqual(status, 0, errors)
        self.assertLess(memory, MEMORY_MAX)
        lines = objects(output)
        infected = [line for line in lines if line["type"] == "verdict" and line["level"] == "infected"]
        self.assertEqual([v["host"] for v in infected], [ATTACKER])
        self.assertLessEqual(len([t for t in truth("in-place-rename") if t["time_first_write"] <= infected[0]["ts"]]), 5)
        for line in lines:
            if line["type"] in ("verdict", "cut_decided"):
                self.assertEqual(line["host"], ATTACKER, "nobody else is cut")
        for line in lines:
            if line["type"] == "cut_decided":
                self.assertEqual(sorted(line["ips"]), [ATTACKER], "and by no address that only a flood used")

    def test_a_hundred_thousand_spoofed_half_open_flows(self):
        dice = random.Random(1)
        flood = [
            pcap.ethernet(
                bytes.fromhex("027700000099"),
                bytes.fromhex("027700000020"),
                pcap.ip4(f"10.{dice.randrange(256)}.{dice.randrange(256)}.{dice.randrange(256)}", "10.77.0.20",
                         pcap.tcp(dice.randrange(1024, 65536), 445, dice.randrange(1 << 32))),
            )
            for _ in range(100_000)
        ]
        self.verdicts_under(flood)

    def test_tiny_fragments(self):
        dice = random.Random(2)
        flood = [
            pcap.ethernet(
                bytes.fromhex("027700000099"),
                bytes.fromhex("027700000020"),
                pcap.ip4(f"10.66.{dice.randrange(256)}.{dice.randrange(256)}", "10.77.0.20", b"\0" * 8,
                         identification=dice.randrange(65536), fragment=0x2000 | dice.randrange(1, 4000)),
            )
            for _ in range(100_000)
        ]
        self.verdicts_under(flood)

    def test_forged_writes_without_a_handshake_convict_nobody(self):
        """A blind spoofer sends what looks like the attacker's own segments, under an innocent address."""
        innocent = bytes.fromhex("0a4d000b")
        forged = []
        for time, frame in pcap.read(LAB / "in-place-rename.pcap"):
            if frame[12:14] == b"\x08\x00" and frame[26:30] == bytes.fromhex("0a4d000c"):
                forged.append((time, frame[:26] + innocent + frame[30:]))
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "forged.pcap"
            pcap.write(path, forged)
            status, output, _, _ = replay(path)
        self.assertEqual(status, 0)
        for line in objects(output):
            self.assertFalse(line["type"] == "verdict" and line["level"] == "infected", line)
            self.assertNotIn(line["type"], ("cut_decided", "plan"))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = sys.argv.pop(1)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    unittest.main(verbosity=2)
