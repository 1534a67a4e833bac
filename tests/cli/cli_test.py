#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a person may expect of the subcommands that only look: version, check-config, log, plan. cli_test.py path/to/cordon"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAPTURES = ROOT / "tests" / "captures" / "lab"
NIGHT = ROOT / "examples" / "night" / "cordon.toml"
ENDS_MAX = 60.0  # seconds; far more than a sanitised build needs, far less than for ever
PROGRAM = ""


def cordon(*words):
    return subprocess.run([PROGRAM, *map(str, words)], capture_output=True, text=True, timeout=ENDS_MAX)


class Version(unittest.TestCase):
    def test_in_words_and_as_json(self):
        said, as_json = cordon("version"), cordon("version", "--json")
        self.assertEqual((0, 0), (said.returncode, as_json.returncode))
        told = json.loads(as_json.stdout)
        self.assertEqual("version", told["type"])
        self.assertEqual(f"cordon {told['version']} (event schema {told['schema']})\n", said.stdout)

    def test_no_subcommand_and_an_unknown_one_are_usage(self):
        for words in ((), ("nothing",), ("log", "--backwards")):
            with self.subTest(words):
                done = cordon(*words)
                self.assertEqual((2, ""), (done.returncode, done.stdout))
                self.assertTrue(done.stderr)


class CheckConfig(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.config = pathlib.Path(folder.name) / "cordon.toml"

    def test_the_example_is_sound(self):
        done = cordon("check-config", NIGHT)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        self.assertIn("sound; 5 hosts, 6 care flows", done.stdout)
        told = json.loads(cordon("check-config", NIGHT, "--json").stdout)
        self.assertEqual(("configuration", True, 5, []), (told["type"], told["sound"], told["hosts"], told["problems"]))

    def test_what_show_prints_is_a_configuration_that_says_the_same(self):
        self.config.write_text('box = "b-7"\nmode = "watch"\n[web]\nport = 9000\n')
        shown = cordon("check-config", self.config, "--show")
        self.assertEqual(0, shown.returncode, shown.stderr)
        self.assertIn('box = "b-7"', shown.stdout)
        self.assertIn("port = 9000", shown.stdout)
        self.config.write_text(shown.stdout)
        self.assertEqual(shown.stdout, cordon("check-config", self.config, "--show").stdout)

    def test_every_mistake_is_named_with_its_line(self):
        self.config.write_text('mode = "sleep"\n[web]\nprot = 1\nport = 70000\n')
        done = cordon("check-config", self.config)
        self.assertEqual((2, ""), (done.returncode, done.stdout))
        named = [line.split(":")[1] for line in done.stderr.splitlines()]
        self.assertEqual(["1", "3", "4"], sorted(named))
        told = json.loads(cordon("check-config", self.config, "--json").stdout)
        self.assertFalse(told["sound"])
        self.assertEqual({1, 3, 4}, {p["line"] for p in told["problems"]})

    def test_a_file_that_is_not_there(self):
        done = cordon("check-config", self.config)
        self.assertEqual(3, done.returncode)
        self.assertIn("cordon.toml", done.stderr)


class Secrets(unittest.TestCase):
    """check-config reads the switches' secrets as the user of control would, and says what keeps that user from it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.folder.chmod(0o755)
        self.config, self.secret = self.folder / "cordon.toml", self.folder / "sw-rea-1"
        self.owner = 60581 if os.geteuid() == 0 else os.geteuid()
        self.config.write_text('[enforcer]\nmeans = "radius"\n[radius.sw-rea-1]\naddress = "10.77.9.2"\nsecret = "sw-rea-1"\n'
                               f"[users]\ncontrol = {self.owner}\n")

    def write(self, text, mode=0o600, owner=None):
        self.secret.unlink(missing_ok=True)
        self.secret.write_text(text)
        os.chown(self.secret, self.owner if owner is None else owner, -1)
        self.secret.chmod(mode)

    def complaint(self):
        """complaint gives what is said of the secret, which names the table's line and the file; "" if it is sound."""
        done = cordon("check-config", self.config)
        if done.returncode == 0:
            return ""
        self.assertEqual((2, ""), (done.returncode, done.stdout))
        said, = done.stderr.splitlines()
        self.assertIn(f"{self.config}:3: [radius.sw-rea-1] 'secret': {self.secret}: ", said)
        return said

    def test_a_secret_that_control_can_use_is_sound(self):
        self.write("correct horse battery\n")
        done = cordon("check-config", self.config)
        self.assertEqual(0, done.returncode)
        self.assertEqual(["cordon: never cut: sw-rea-1 (10.77.9.2), which carries cuts out",
                          "cordon: the addresses of this box are found when it serves; what else it has, behind another's "
                          "address or in another network namespace, nothing keeps a cut off: name it in 'addresses'"], done.stderr.splitlines())

    def test_each_fault_is_named_with_its_remedy(self):
        self.assertIn("is not there: write", self.complaint())
        for mode in (0o640, 0o604):
            self.write("correct horse battery\n", mode)
            self.assertIn("chmod 600", self.complaint())
        for text in ("", "\nsecond line", "bell\a"):
            self.write(text)
            self.assertIn("its first line must be the shared secret", self.complaint())
        self.write("x" * 257)
        self.assertIn("longer than 256 octets", self.complaint())
        self.secret.unlink()
        self.secret.symlink_to(self.config)
        self.assertIn("is a link", self.complaint())

    @unittest.skipIf(os.geteuid() != 0, "needs root to give files away")
    def test_roots_own_secret_is_of_no_use_to_control(self):
        self.write("correct horse battery\n", owner=0)
        self.assertIn(f"chown {self.owner}", self.complaint())
        self.write("correct horse battery\n")
        self.folder.chmod(0o700)
        self.assertIn("let that user into its folder", self.complaint())

    def test_a_short_secret_is_weak_and_sound(self):
        self.write("cisco123\n")
        done = cordon("check-config", self.config)
        self.assertEqual(0, done.returncode)
        self.assertIn("[radius.sw-rea-1] 'secret' is weak", done.stderr)
        told = json.loads(cordon("check-config", self.config, "--json").stdout)
        self.assertEqual((True, 3), (told["sound"], len(told["remarks"])), "the secret, and two about own ways")

    def test_nobody_reads_secrets_where_no_switch_is_asked(self):
        self.config.write_text(self.config.read_text().replace('"radius"', '"nftables"'))
        self.assertEqual("", self.complaint())


class Log(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.book = pathlib.Path(folder.name) / "book.db"
        self.grow()

    def grow(self):
        """grow writes the events of a capture into the logbook, in an epoch of its own."""
        done = cordon("replay", CAPTURES / "head-4k.pcap", "--logbook", self.book)
        self.assertEqual(0, done.returncode, done.stderr)

    def entries(self, *words):
        done = cordon("log", self.book, "--json", *words)
        self.assertEqual(0, done.returncode, done.stderr)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def follow(self, *words):
        child = subprocess.Popen([PROGRAM, "log", str(self.book), "--follow", "--json", *map(str, words)],
                                 stdout=subprocess.PIPE, text=True)
        self.addCleanup(child.stdout.close)
        self.addCleanup(child.kill)
        return child

    def test_from_and_limit_choose_entries(self):
        whole = self.entries()
        self.assertGreater(len(whole), 10)
        self.assertEqual(list(range(1, len(whole) + 1)), [e["sequence"] for e in whole])
        self.assertEqual(whole[2:5], self.entries("--from", "3", "--limit", "3"))
        self.assertEqual(whole[-1:], self.entries("--from", str(len(whole)), "--limit", "5"))
        self.assertEqual([], self.entries("--from", str(len(whole) + 1)))
        refused = cordon("log", self.book, "--from", "0")
        self.assertEqual(2, refused.returncode)
        self.assertIn("counted from 1", refused.stderr)

    def test_in_french_and_in_english(self):
        english, french = cordon("log", self.book), cordon("log", self.book, "--fr")
        self.assertEqual((0, 0), (english.returncode, french.returncode))
        self.assertEqual(len(english.stdout.splitlines()), len(french.stdout.splitlines()))
        self.assertRegex(english.stdout, r"(?m)^ +1  \S+Z  10\.77\.0\.\d+ seen ")
        self.assertRegex(french.stdout, r"(?m)^ +1  \S+Z  10\.77\.0\.\d+ vu ")
        for line in french.stdout.splitlines():
            self.assertNotRegex(line, r"\b(seen|infected|files of ordinary work)\b")

    def test_follow_with_a_limit_ends_with_the_last_entry_asked_for(self):
        # Nothing more is ever written: whoever waits for one entry too many waits for ever.
        child = self.follow("--limit", "4")
        out, _ = child.communicate(timeout=ENDS_MAX)
        self.assertEqual((0, [1, 2, 3, 4]), (child.returncode, [json.loads(line)["sequence"] for line in out.splitlines()]))
        last = len(self.entries())
        child = self.follow("--from", last, "--limit", "1")
        self.assertEqual(last, json.loads(child.communicate(timeout=ENDS_MAX)[0])["sequence"])

    def test_follow_prints_what_is_written_later_and_ends_by_ctrl_c(self):
        before = len(self.entries())
        child = self.follow("--from", before)
        self.assertEqual(before, json.loads(child.stdout.readline())["sequence"])
        self.grow()
        added = [json.loads(child.stdout.readline()) for _ in range(3)]
        self.assertEqual([(before + i, 2) for i in (1, 2, 3)], [(e["sequence"], e["epoch"]) for e in added])
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=ENDS_MAX)
        self.assertEqual(0, child.returncode)

    def test_no_logbook(self):
        for words in (["log", self.book.with_name("none.db")], ["log", NIGHT], ["log", "verify", NIGHT]):
            with self.subTest(words):
                done = cordon(*words)
                self.assertEqual((3, ""), (done.returncode, done.stdout))
                self.assertRegex(done.stderr, "^cordon: ")
        self.assertEqual(2, cordon("log").returncode)

    def test_verify_says_whose_the_key_of_the_seal_is_where_it_can_know(self):
        heads = self.book.with_name("heads.jsonl")
        heads.touch()
        words = "belong to the same user here"
        self.assertNotIn(words, cordon("log", "verify", self.book, "--heads", heads).stdout)
        heads.with_name("seal.key").touch()
        self.assertIn(words, cordon("log", "verify", self.book, "--heads", heads).stdout)
        self.assertTrue(json.loads(cordon("log", "verify", self.book, "--heads", heads, "--json").stdout)["key_held_by_writer"])
        if os.geteuid() == 0:
            os.chown(heads.with_name("seal.key"), 60584, 60584)
            self.assertNotIn(words, cordon("log", "verify", self.book, "--heads", heads).stdout)


class Estate(unittest.TestCase):
    """cordon estate check: one list of all that is wrong."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "hospital.toml").write_text('hospital = "Essai"\n')

    def check(self, status, *words):
        done = cordon("estate", "check", self.folder, *words)
        self.assertEqual(status, done.returncode, done.stderr)
        return done

    def test_what_cannot_be_read_is_no_sound_estate_without_hosts(self):
        self.assertIn("0 hosts", self.check(0).stdout)
        for name in ("README", "notes.txt", "hosts.csv.bak", "hosts.csv~", ".~lock.hosts.csv#", "flows.png"):
            (self.folder / name).write_text("anything")
        self.assertEqual("", self.check(0).stderr)
        (self.folder / "hosts.csv").symlink_to("/nowhere")
        (self.folder / "beds.csv").mkdir()
        for name in ("flows.ods", "hosts.CSV", "hosts.xlsx"):
            (self.folder / name).write_text("anything")
        done = self.check(2)
        self.assertEqual("", done.stdout)
        named = [pathlib.Path(line.split(":")[0]).name for line in done.stderr.splitlines()]
        self.assertEqual(["beds.csv", "flows.ods", "hosts.CSV", "hosts.csv", "hosts.xlsx"], named)
        told = json.loads(self.check(2, "--json").stdout)
        self.assertEqual((False, 5), (told["sound"], len(told["problems"])))
        self.assertEqual(2, cordon("plan", self.folder, "--infected", "pc-1").returncode)

    def test_what_a_file_holds_moves_no_cursor(self):
        (self.folder / "hosts.csv").write_text("name,role,addresses,\x1b[2Jcolour\n")
        said = self.check(2).stderr
        self.assertNotIn("\x1b", said)
        self.assertIn("unknown column ' [2Jcolour' in hosts.csv", said)

    def test_what_was_seen_is_told_before_an_estate_is_declared(self):
        book, config = self.folder / "book.db", self.folder / "cordon.conf"
        self.assertEqual(0, cordon("replay", CAPTURES / "head-4k.pcap", "--logbook", book).returncode)
        config.write_text('box = "essai"\n')
        done = cordon("estate", "learned", "--config", config, "--logbook", book, "--csv")
        self.assertEqual((1, ""), (done.returncode, done.stderr))
        self.assertRegex(done.stdout, r"(?m)^10\.77\.0\.\d+,unknown,")

    def test_all_mistakes_are_named_to_who_asks_for_all(self):
        rows = [f"pc-{i},toaster,10.0.{i // 250}.{i % 250 + 1}" for i in range(450)] + ["short"] * 50
        (self.folder / "hosts.csv").write_text("name,role,addresses\n" + "\n".join(rows) + "\n")
        some = self.check(2).stderr.splitlines()
        self.assertEqual(101, len(some))
        self.assertIn("and 400 more mistakes; cordon estate check --all names every one", some[-1])
        whole = self.check(2, "--all").stderr.splitlines()
        self.assertEqual(list(range(2, 502)), [int(line.split(":")[1]) for line in whole])
        self.assertEqual(500, len(json.loads(self.check(2, "--all", "--json").stdout)["problems"]))
        self.assertEqual(101, len(json.loads(self.check(2, "--json").stdout)["problems"]))

    def test_what_to_look_at_is_counted_too(self):
        (self.folder / "units.csv").write_text("name,kind,patients\n" + "".join(f"U{i},medecine,10\n" for i in range(150)))
        some = [line for line in self.check(0).stdout.splitlines() if "look at" in line]
        self.assertEqual(101, len(some))
        self.assertIn("and 50 more to look at; cordon estate check --all names every one", some[-1])
        whole = [line for line in self.check(0, "--all").stdout.splitlines() if "look at" in line]
        self.assertEqual(150, len(whole))


class Diff(unittest.TestCase):
    """cordon estate diff: whatever an estate can say and another says otherwise, by its name."""

    DECLARED = """hospital = "Essai"
[weights]
incident_hours = 12
[[site]]
name = "Nord"
[[site]]
name = "Sud"
[[building]]
name = "B1"
site = "Nord"
[[unit]]
name = "Réa"
kind = "reanimation"
building = "B1"
beds = 2
patients = 2
[[unit]]
name = "Labo"
kind = "laboratoire"
building = "B1"
patients = 30
[[network]]
name = "postes"
site = "Nord"
vlan = 10
prefixes = ["10.1.0.0/16"]
inside = ["spreading"]
[[network]]
name = "serveurs"
site = "Nord"
vlan = 20
prefixes = ["10.2.0.0/16"]
[[border]]
from = ["postes"]
to = ["serveurs"]
permits = ["spreading", "other"]
can_close = true
[[service]]
name = "résultats"
without = "par téléphone"
without_en = "by telephone"
[[host]]
name = "pc-1"
role = "workstation"
unit = "Réa"
addresses = ["10.1.0.1"]
macs = ["02:00:00:00:00:01"]
harm_if_lost = 1
attached_to = "sw-1/1"
administered_by = "interne"
[[host]]
name = "pc-2"
role = "workstation"
unit = "Réa"
addresses = ["10.1.0.2"]
[[host]]
name = "moniteur"
role = "medical_device"
unit = "Réa"
addresses = ["10.1.0.3"]
protected = true
[[host]]
name = "lis"
role = "server"
unit = "Labo"
addresses = ["10.2.0.1"]
criticality = "high"
[[bed]]
name = "1"
unit = "Réa"
devices = ["moniteur"]
[[passage]]
from = "pc-1"
to = "lis"
permits = "spreading"
can_close = true
[[account]]
name = "adm"
unit = "Labo"
signs_in_on = ["role:workstation"]
dependence = 0.1
[[flow]]
client = "pc-1"
server = "lis"
port = 443
service = "résultats"
dependence = 0.2
tolerance_hours = 2
[[flow]]
client = "pc-2"
server = "lis"
port = 443
service = "résultats"
dependence = 0.1
tolerance_hours = 2
[[care_flow]]
server = "10.2.0.1"
port = 2575
what = "automates"
"""
    CHANGES = [  # what is written otherwise, and the lines that say so
        ('hospital = "Essai"', 'hospital = "Autre"', "changed hospital: name Essai → Autre"),
        ("incident_hours = 12", "incident_hours = 24", "changed weights: incident_hours 12 → 24"),
        ("incident_hours = 12", "incident_hours = 12\nby_hand = 0.5\nreanimation = 0.9\nvital = 0.2",
         "changed weights: by_hand 0.25 → 0.5; vital 0.1 → 0.2; reanimation 1 → 0.9"),
        ('name = "Sud"', 'name = "Sud"\nwithin = "Nord"', "changed site Sud: within none → Nord"),
        ('name = "B1"\nsite = "Nord"', 'name = "B1"\nsite = "Sud"', "changed building B1: site Nord → Sud"),
        ("beds = 2\npatients = 2", "beds = 3\npatients = 1", "changed unit Réa: beds 2 → 3; patients 2 → 1"),
        ('kind = "laboratoire"', 'kind = "pharmacie"', "changed unit Labo: kind laboratoire → pharmacie"),
        ("vlan = 20", "vlan = 21", "changed network serveurs: vlan 20 → 21"),
        ('inside = ["spreading"]', 'inside = ["spreading", "other"]', "changed network postes: inside spreading → spreading other"),
        ('prefixes = ["10.2.0.0/16"]', 'prefixes = ["10.2.0.0/16", "fd00:2::/64"]', "changed network serveurs: prefixes new fd00:2::/64"),
        ('permits = ["spreading", "other"]', 'permits = ["other"]', "changed border postes>serveurs: permits spreading other → other"),
        ("can_close = true\n[[service]]", "[[service]]", "changed border postes>serveurs: can_close yes → no"),
        ('from = ["postes"]\nto = ["serveurs"]', 'from = ["serveurs"]\nto = ["postes"]',
         "gone   border postes>serveurs: permits spreading other; can_close yes", "new    border serveurs>postes: permits spreading other; can_close yes"),
        ('without = "par téléphone"', 'without = "par coursier"', "changed service résultats: without par téléphone → par coursier"),
        ("harm_if_lost = 1", "harm_if_lost = 2", "moved  pc-1: harm if lost 1 → 2"),
        ("harm_if_lost = 1", "harm_if_lost = 1\nharm_per_hour_blocked = 0.5", "moved  pc-1: harm per hour blocked 0 → 0.5"),
        ("harm_if_lost = 1", 'harm_if_lost = 1\ngrain = "isolate"', "moved  pc-1: grain spreading → isolate"),
        ("harm_if_lost = 1", 'harm_if_lost = 1\norigin = "imported"', "moved  pc-1: origin declared → imported"),
        ("harm_if_lost = 1", "harm_if_lost = 1\nneeds_account = true", "moved  pc-1: now needs an account"),
        ('attached_to = "sw-1/1"', 'attached_to = "sw-1/2"', "moved  pc-1: attached to sw-1/1 → sw-1/2"),
        ('administered_by = "interne"', 'administered_by = "prestataire"', "moved  pc-1: administered by interne → prestataire"),
        ('macs = ["02:00:00:00:00:01"]', 'macs = ["02:00:00:00:00:02"]', "moved  pc-1: MACs 02:00:00:00:00:01 → 02:00:00:00:00:02"),
        ("protected = true\n", "", "moved  moniteur: no longer protected"),
        ('role = "server"', 'role = "backup"', "moved  lis: role server → backup"),
        ('criticality = "high"', 'criticality = "vital"', "moved  lis: criticality high → vital"),
        ('devices = ["moniteur"]', "devices = []", "changed bed Réa 1: devices gone moniteur"),
        ('[[bed]]\nname = "1"', '[[bed]]\nname = "2"', "gone   bed Réa 1: devices moniteur", "new    bed Réa 2: devices moniteur"),
        ('permits = "spreading"\ncan_close = true', 'permits = "spreading"', "changed passage pc-1>lis spreading: can_close yes → no"),
        ('permits = "spreading"\n', 'permits = "other"\n', "gone   passage pc-1>lis spreading: can_close yes", "new    passage pc-1>lis other: can_close yes"),
        ('signs_in_on = ["role:workstation"]', 'signs_in_on = ["pc-1", "lis"]', "changed account adm: signs_in_on new lis; signs_in_on gone pc-2"),
        ("dependence = 0.1\n[[flow]]", "dependence = 0.2\nshared = true\nprotected = true\n[[flow]]",
         "changed account adm: shared no → yes; dependence 0.1 → 0.2; protected no → yes"),
        ("port = 2575", "port = 2576", "gone   care_flow 10.2.0.1 2575/tcp: what automates", "new    care_flow 10.2.0.1 2576/tcp: what automates"),
        ("port = 2575", 'protocol = "udp"\nport = 2575', "gone   care_flow 10.2.0.1 2575/tcp: what automates",
         "new    care_flow 10.2.0.1 2575/udp: what automates"),
        ("dependence = 0.2\ntolerance_hours = 2", 'dependence = 0.2\ntolerance_hours = 3\nfallback = "by_hand"',
         "flows  Réa, résultats, to lis on port 443: tolerance 2 h, fallback none → tolerance 2 h, fallback none or tolerance 3 h, fallback by_hand"),
    ]

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def diff(self, before, after, *words):
        (self.folder / "a.toml").write_text(before)
        (self.folder / "b.toml").write_text(after)
        return cordon("estate", "diff", self.folder / "a.toml", self.folder / "b.toml", *words)

    def test_whatever_is_said_otherwise_is_told(self):
        same = self.diff(self.DECLARED, self.DECLARED)
        self.assertEqual((0, ""), (same.returncode, same.stderr))
        for old, new, *lines in self.CHANGES:
            with self.subTest(new):
                self.assertIn(old, self.DECLARED)
                done = self.diff(self.DECLARED, self.DECLARED.replace(old, new, 1))
                self.assertEqual((1, lines), (done.returncode, done.stdout.splitlines()[:-1]), done.stderr)

    def test_whoever_was_seen_first_is_compared_as_written(self):
        declared = self.DECLARED.replace('role = "server"', 'role = "unknown"\norigin = "seen"', 1)
        self.assertEqual(0, self.diff(declared, declared).returncode)
        for old, new, line in (('role = "unknown"', 'role = "server"', "moved  lis: role unknown → server"),
                               ('origin = "seen"', 'protected = true', "moved  lis: origin seen → declared; now protected")):
            with self.subTest(new):
                done = self.diff(declared, declared.replace(old, new, 1))
                self.assertEqual((1, [line]), (done.returncode, done.stdout.splitlines()[:-1]), done.stderr)

    def test_who_shares_a_flow_otherwise_is_named(self):
        swapped = self.DECLARED.replace("dependence = 0.2\ntol", "dependence = X\ntol").replace(
            "dependence = 0.1\ntol", "dependence = 0.2\ntol").replace("dependence = X", "dependence = 0.1")
        self.assertEqual(["flows  Réa, résultats, to lis on port 443: of pc-1: dependence 0.2 → 0.1, pc-2: dependence 0.1 → 0.2"],
                         self.diff(self.DECLARED, swapped).stdout.splitlines()[:-1])

    def test_as_json(self):
        lines = [json.loads(line) for line in self.diff(self.DECLARED, self.DECLARED.replace("vlan = 20", "vlan = 21"), "--json").stdout.splitlines()]
        self.assertEqual({"type": "declared", "table": "network", "name": "serveurs", "change": "changed", "what": "vlan 20 → 21"}, lines[0])
        self.assertEqual((0, 1), (lines[1]["moved"], lines[1]["declared"]))


class Plan(unittest.TestCase):
    """cordon plan: a ward of three workstations and a file server, and the reference hospital."""

    HOSPITAL = """hospital = "Essai"
[[unit]]
name = "Réanimation"
kind = "reanimation"
beds = 10
[[network]]
name = "soins"
prefixes = ["10.9.0.0/24"]
[[network]]
name = "bureaux"
prefixes = ["10.8.0.0/24"]
[[border]]
from = ["bureaux"]
to = ["soins"]
permits = ["spreading"]
can_close = true
[[service]]
name = "prescriptions"
without = "sur papier"
without_en = "on paper"
[[flow]]
client = "pc-1"
server = "fs"
port = 445
service = "prescriptions"
unit = "Réanimation"
dependence = 0.5
[[flow]]
client = "pc-2"
server = "fs"
port = 1433
service = "prescriptions"
unit = "Réanimation"
dependence = 0.1
[[account]]
name = "adm"
unit = "Réanimation"
signs_in_on = ["pc-1"]
[[passage]]
from = "pc-3"
to = "fs"
permits = "other"
can_close = true
"""
    HOSTS = """name,role,unit,addresses,harm_if_lost,grain
pc-1,workstation,Réanimation,10.9.0.11,100,flow
pc-2,workstation,Réanimation,10.9.0.12,100,flow
pc-3,workstation,Réanimation,10.8.0.13,100,flow
fs,server,Réanimation,10.9.0.20,2000,flow
ts-1,terminal_server,Réanimation,10.9.0.30,50,flow
"""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        (pathlib.Path(cls.folder.name) / "hospital.toml").write_text(cls.HOSPITAL)
        (pathlib.Path(cls.folder.name) / "hosts.csv").write_text(cls.HOSTS)

    def plan(self, *words):
        return cordon("plan", self.folder.name, *words)

    def told(self, *words):
        done = self.plan("--json", *words)
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        return json.loads(done.stdout)

    def refused(self, *words):
        done = self.plan(*words)
        self.assertEqual((2, ""), (done.returncode, done.stdout))
        return done.stderr

    def test_every_line_says_what_it_costs_and_saves(self):
        done = self.plan("--infected", "pc-1", "--budget", "60")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        head, first = done.stdout.splitlines()[:2]
        self.assertEqual(["costs", "saves", "patient-hours"], head.split())
        approval, costs, saves, words = first.split(maxsplit=3)
        self.assertEqual(("automatic", "60.0", "block spreading from pc-1"), (approval, costs, words))
        self.assertIn("prescriptions, Réanimation: on paper; 10 beds", done.stdout)
        self.assertIn("+ without it 3 more machines may be lost: fs, ", done.stdout)
        line = self.told("--infected", "10.9.0.11", "--budget", "60")["actions"][0]
        self.assertEqual(("block_spread", "out", 60), (line["action"], line["direction"], line["harm"]))
        self.assertAlmostEqual(float(saves), line["saves"], delta=0.06)
        self.assertTrue(line["saved"][0]["fr"].startswith("sans elle, 3 machines de plus peuvent être perdues"), line["saved"])

    def test_whoever_is_overruled_the_rest_is_computed_anew(self):
        self.assertEqual("pc-1", self.told("--infected", "pc-1", "--budget", "60")["actions"][0]["host_name"])
        around = self.told("--infected", "pc-1", "--overrule", "forbid:block:pc-1")["actions"]
        self.assertNotIn("pc-1", [line.get("host_name") for line in around if line.get("direction") == "out"])
        self.assertIn("fs", [line.get("host_name") for line in around])
        for words, key, value, how in (("force:passage:pc-3>fs", "server_name", "fs", "by_hand"),
                                       ("force:passage_other:pc-3>fs", "server_name", "fs", "by_hand"),
                                       ("force:isolate:pc-2", "host_name", "pc-2", "ordered"),
                                       ("force:flow:pc-2>fs@1433", "port", 1433, "ordered"),
                                       ("force:close_border:bureaux>soins", "from", "bureaux", "ordered")):
            ordered = [line for line in self.told("--infected", "pc-1", "--overrule", words)["actions"] if line["approval"] == how]
            self.assertEqual([value], [line.get(key) for line in ordered], words)

    def test_two_exceptions_between_the_same_hosts_are_two_lines(self):
        toml = pathlib.Path(self.folder.name) / "hospital.toml"
        toml.write_text(self.HOSPITAL + '[[passage]]\nfrom = "pc-3"\nto = "fs"\npermits = "spreading"\ncan_close = true\n')
        self.addCleanup(toml.write_text, self.HOSPITAL)
        for kind, protocols in (("passage", "spreading"), ("passage_other", "other")):
            done = self.plan("--infected", "pc-1", "--overrule", f"force:{kind}:pc-3>fs")
            self.assertEqual((0, ""), (done.returncode, done.stderr))
            self.assertEqual([f"close the exception pc-3 → fs to {protocols} protocols"],
                             [line[line.index("close the exception"):] for line in done.stdout.splitlines() if "close the exception" in line])

    def test_what_nobody_can_do_is_not_forced_and_that_is_said(self):
        done = self.plan("--infected", "pc-1", "--overrule", "force:close_border_other:bureaux>soins,force:session:u@ts-1", "--session", "u@ts-1")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        (pathlib.Path(self.folder.name) / "hosts.csv").write_text(self.HOSTS.replace("ts-1,terminal_server", "ts-1,nat").replace("50,flow", "50,none"))
        self.addCleanup((pathlib.Path(self.folder.name) / "hosts.csv").write_text, self.HOSTS)
        words = ("--infected", "pc-1", "--overrule", "force:isolate:ts-1")
        refused = self.plan(*words)
        self.assertEqual(1, refused.returncode)
        self.assertIn("cannot be forced: unplug ts-1; no enforcer offers it or a safety rule forbids it", refused.stderr)
        self.assertIn("block spreading from pc-1", refused.stdout)
        as_json = self.plan(*words, "--json")
        self.assertEqual(1, as_json.returncode)
        self.assertEqual([["unplug ts-1"]], [[x["en"] for x in json.loads(as_json.stdout)["impossible"]]])
        self.assertEqual([], self.told("--infected", "pc-1")["impossible"])

    def test_a_protected_host_is_shielded_by_order_and_never_cut_off(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            for file in pathlib.Path(self.folder.name).iterdir():
                (folder / file.name).write_bytes(file.read_bytes())
            rows = self.HOSTS.splitlines()
            hosts = [rows[0] + ",protected"] + [row + (",yes" if row.startswith("fs,") else ",") for row in rows[1:]]
            (folder / "hosts.csv").write_text("\n".join(hosts) + "\n")
            for order, status, said in (("force:block:fs", 1, "cannot be forced"), ("force:isolate:fs", 1, "cannot be forced"),
                                        ("forbid:block:fs", 0, ""), ("force:shield:fs", 0, "")):
                with self.subTest(order):
                    done = cordon("plan", folder, "--infected", "pc-1", "--overrule", order, "--json")
                    self.assertEqual(status, done.returncode, done.stderr)
                    self.assertIn(said, done.stderr)
                    told = json.loads(done.stdout)
                    self.assertEqual(status, len(told["impossible"]))
                    of_it = {x["en"] for x in told["actions"] if x["host_name"] == "fs"}
                    self.assertLessEqual(of_it, {"shield fs from spreading protocols"})
                    self.assertTrue(of_it or "shield" not in order)

    def test_what_is_forced_and_forbidden_at_once_is_refused(self):
        for one, other in (("force:block:pc-1", "forbid:block:10.9.0.11"), ("forbid:flow:pc-2>fs@1433", "force:flow:pc-2>fs@1433")):
            for words in (["--overrule", f"{one},{other}"], ["--overrule", one, "--overrule", other]):
                with self.subTest(words):
                    said = self.refused("--infected", "pc-1", *words)
                    self.assertIn(f"{one} and {other}: the one line cannot be both", said)
        self.told("--infected", "pc-1", "--overrule", "forbid:block:pc-1,forbid:block:10.9.0.11,force:shield:fs,forbid:isolate:fs")

    def test_limits_are_numbers(self):
        for option, said in (("--budget", "write patient-hours from 0 to 1000000, not '{}'"),
                             ("--cuts", "write a whole number from 0 to 1000000, not '{}'")):
            for wrong in ("nan", "NaN", "inf", "-inf", "infinity", "-1", "-0.5", "1e400", "1000001", "many", "5x", " "):
                with self.subTest((option, wrong)):
                    told = self.refused("--infected", "pc-1", f"{option}={wrong}")
                    self.assertIn(f"{option}: {said.format(wrong)}", told)
            for right in ("0", "60", "1000000"):
                self.told("--infected", "pc-1", f"{option}={right}")
        self.told("--infected", "pc-1", "--budget", "0.5")
        for words in (("--cuts", "0.5"), ("--cuts", "4294967297"), ("--seed", "-1"), ("--seed", "nan"), ("--attacks", "nan")):
            self.assertTrue(self.refused("--what-if", *words), words)

    def test_a_word_that_would_count_for_nothing_is_refused(self):
        for words, said in (
            (("--what-if", "--infected", "nobody"), "--infected counts for nothing with --what-if"),
            (("--what-if", "--suspect", "pc-1=0.4"), "--suspect counts for nothing with --what-if"),
            (("--what-if", "--session", "b.martin@ts-1"), "--session counts for nothing with --what-if"),
            (("--what-if", "--overrule", "forbid:block:pc-1"), "--overrule counts for nothing with --what-if"),
            (("--what-if", "--mode", "watch"), "--mode counts for nothing with --what-if"),
            (("--what-if", "--sweep", "--change", "all worms"), "--sweep plays every line"),
            (("--infected", "pc-1", "--sweep"), "--sweep counts for nothing without --what-if; add --what-if"),
            (("--infected", "pc-1", "--change", "all worms"), "--change counts for nothing without --what-if"),
            (("--infected", "pc-1", "--attacks", "3"), "--attacks counts for nothing without --what-if"),
            (("--infected", "pc-1", "--seed", "7"), "--seed counts for nothing without --what-if"),
            (("--suspect", "pc-1=0.4,10.9.0.11=0.9"), "pc-1 is named as a suspect twice; keep one"),
            (("--infected", "pc-1", "--suspect", "pc-1=0.4"), "pc-1 is named with --infected too"),
            (("--session", "b.martin@ts-1=8", "--session", "HOP\\B.Martin@ts-1=2"), "the session b.martin@ts-1 is named twice; keep one"),
            (("--infected", "pc-1", "--mode", "watch", "--budget", "5"), "--budget counts for nothing with --mode watch"),
            (("--infected", "pc-1", "--mode", "watch", "--cuts", "5"), "--cuts counts for nothing with --mode watch"),
        ):
            with self.subTest(words):
                self.assertIn(said, self.refused(*words))
        self.assertEqual(0, self.plan("--what-if", "--attacks", "1", "--budget", "5", "--cuts", "5").returncode, "these count in both")

    def test_one_user_of_a_terminal_server(self):
        lines = self.told("--session", "HOP\\B.Martin@ts-1=8")["actions"]
        self.assertEqual([("end_sessions", "b.martin", "ts-1")], [(x["action"], x["user"], x["host_name"]) for x in lines])
        self.assertGreater(lines[0]["saves"], 2000)
        forbidden = self.told("--session", "b.martin@ts-1", "--overrule", "forbid:session:b.martin@ts-1")["actions"]
        self.assertTrue(forbidden)
        self.assertNotIn("end_sessions", [x["action"] for x in forbidden])

    def test_what_is_unknown_is_named_with_what_there_is(self):
        for words, said in (
            (["--infected", "pc-11"], "did you mean 'pc-1'"),
            (["--suspect", "pc-1"], "write a suspect as HOST=PROBABILITY"),
            (["--session", "b.martin"], "write a session as USER@HOST"),
            (["--session", "b.martin@pc-1"], "pc-1 is a workstation"),
            (["--session", "b.martin@pc-1"], "there are: ts-1"),
            (["--infected", "pc-1", "--overrule", "allow:block:pc-1"], "begins with 'allow'; write force: or forbid:"),
            (["--infected", "pc-1", "--overrule", "forbid:cut:pc-1"], "'cut' is no kind; there are: block, shield"),
            (["--infected", "pc-1", "--overrule", "forbid:flow:pc-1>fs@446"], "it opens: fs@445"),
            (["--infected", "pc-1", "--overrule", "forbid:passage:pc-3>pc-1"], "from it they lead to: fs"),
            (["--infected", "pc-1", "--overrule", "forbid:passage_other:pc-3>pc-1"], "from it they lead to: fs (other protocols)"),
            (["--infected", "pc-1", "--overrule", "forbid:close_border:bureau>soins"], "did you mean 'bureaux'"),
            (["--infected", "pc-1", "--overrule", "forbid:close_border:soins>bureaux"], "from it they lead to: none"),
            (["--infected", "pc-1", "--overrule", "forbid:account:root"], "(there are: adm)"),
            (["--infected", "pc-1", "--overrule", "forbid:session:x@ts-1"], "name it with --session too. There are: none"),
            ([], "say who is infected"),
        ):
            with self.subTest(words):
                self.assertIn(said, self.refused(*words))
        self.assertEqual(3, cordon("plan", pathlib.Path(self.folder.name) / "none", "--infected", "pc-1").returncode)

    def test_help_teaches_every_kind(self):
        told = " ".join(cordon("plan", "--help").stdout.split())
        self.assertIn("1: planned, but something that was forced cannot be done", told)
        for word in ("flow:CLIENT>SERVER@PORT", "passage:FROM>TO", "session:USER@HOST", "--session", "account:NAME"):
            self.assertIn(word, told)

    def test_the_reference_hospital(self):
        done = cordon("plan", ROOT / "examples" / "reference", "--json", "--infected", "rea-pc-040", "--suspect", "img-pc-015=0.4")
        told = json.loads(done.stdout)
        self.assertTrue(told["actions"])
        for line in told["actions"]:
            self.assertGreaterEqual(line["saves"], 0)
            self.assertTrue(line["saved"])
        policies = {p["policy"]: p["together"] for p in told["policies"]}
        for other in ("nothing", "infected_only", "pull_everything"):
            self.assertLessEqual(policies["plan"], policies[other], other)
        # Who isolates the infected alone leaves the suspect connected, with what it may reach.
        self.assertGreater(policies["infected_only"], 10 * policies["plan"])
        self.assertLess(policies["infected_only"], policies["nothing"])

    def test_no_answer_of_the_reference_hospital_is_worse_than_isolating_the_infected(self):
        """A print server, a controller, one of many small servers, and a workstation on a switch that nobody commands: until somebody
        has unplugged that, others keep it out."""
        for host, needs in (("srv-impression", "two_persons"), ("srv-ad-1", "two_persons"), ("app-089", "person"), ("car-pc-023", "by_hand")):
            told = json.loads(cordon("plan", ROOT / "examples" / "reference", "--json", "--infected", host).stdout)
            policies = {p["policy"]: p["together"] for p in told["policies"]}
            self.assertLessEqual(policies["plan"], policies["infected_only"] + 1e-6, host)
            lines = [(line["action"], line.get("host_name"), line["approval"]) for line in told["actions"]]
            if needs == "by_hand":
                waits = [line for line in lines if line[2] != "automatic"]
                self.assertEqual(("isolate", host, needs), waits[0])
                self.assertNotIn("isolate", [line[0] for line in waits[1:] if line[2] == "by_hand"])
            else:
                self.assertEqual([("isolate", host, needs)], lines)

    def test_what_if_with_a_seed_says_the_same_twice(self):
        words = ("--what-if", "--attacks", "3", "--seed", "7", "--json")
        once, again = self.plan(*words), self.plan(*words)
        self.assertEqual((0, once.stdout), (once.returncode, again.stdout))
        told = [json.loads(line) for line in once.stdout.splitlines()]
        self.assertEqual(["cordon", "nothing", "infected_only", "suspects_too", "pull_everything"], [t["policy"] for t in told])
        self.assertNotEqual(once.stdout, self.plan("--what-if", "--attacks", "3", "--seed", "8", "--json").stdout)

    def test_what_if_changes_what_a_line_of_the_sweep_says(self):
        words = ("--what-if", "--attacks", "2", "--json", "--change", "sensor blind", "--change", "all worms")
        done = self.plan(*words)
        self.assertEqual(0, done.returncode, done.stderr)
        changed = [json.loads(line)["variation"] for line in done.stdout.splitlines()]
        self.assertEqual(["all worms"] * 5 + ["sensor blind"] * 5, changed)
        wrong = self.plan("--what-if", "--change", "sensor blnd")
        self.assertEqual((2, ""), (wrong.returncode, wrong.stdout))
        self.assertIn("sensor blnd", wrong.stderr)
        self.assertIn('"sensor blind"', wrong.stderr)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
