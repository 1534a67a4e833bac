#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What a person may expect of the subcommands that only look: version, check-config, log. cli_test.py path/to/cordon"""
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
        self.assertEqual((0, ""), (done.returncode, done.stderr))

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
        self.assertEqual((True, 1), (told["sound"], len(told["remarks"])))

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


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
