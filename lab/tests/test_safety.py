# SPDX-License-Identifier: Apache-2.0
"""The encryption replay refuses everything but the lab's own share, and `down` touches nothing but the lab's own things."""

import json
import os
import random
import subprocess
import tempfile
import unittest
from pathlib import Path

from cordon_lab import encryption, network, share, state, truth
from cordon_lab.errors import LabError, Refused


class Made(unittest.TestCase):
    """A lab's record as `up` leaves it, in a temporary directory; no namespace is made."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.directory = Path(folder.name).resolve()
        self.state = state.State.create(self.directory, "tst")
        share.save_manifest(self.directory / "manifest.jsonl", [
            {"share": "commun", "path": "DRH/a.docx", "kind": "docx", "size": 1, "sha256": ""},
            {"share": "services", "path": "Achats/b.docx", "kind": "docx", "size": 1, "sha256": ""}])

    def ready(self, **namespaces):
        with self.state.changing() as data:
            data["ready"] = True
            data["namespaces"].update(namespaces)

    def marker(self, text=None):
        return lambda: (text or self.state.lab_id).encode()


class Permission(Made):
    def test_permitted_only_for_the_files_that_the_generator_wrote_on_that_share(self):
        self.ready(**{"tst-ws2": network.own_identity()})
        self.assertEqual(encryption.permit(self.state, "ws2", "commun", self.marker()), {"DRH/a.docx"})

    def test_refused_without_a_lab(self):
        with self.assertRaises(Refused):
            encryption.permit(None, "ws2", "commun", self.marker())

    def test_refused_while_the_lab_is_not_up(self):
        with self.state.changing() as data:
            data["namespaces"]["tst-ws2"] = network.own_identity()
        with self.assertRaises(Refused):
            encryption.permit(self.state, "ws2", "commun", self.marker())

    def test_refused_outside_the_labs_namespace_before_the_share_is_even_read(self):
        device, inode = network.own_identity()
        self.ready(**{"tst-ws2": [device, inode + 1]})
        with self.assertRaises(Refused):
            encryption.permit(self.state, "ws2", "commun", lambda: self.fail("the share was read"))

    def test_refused_on_another_workstation_than_the_one_named(self):
        self.ready(**{"tst-ws2": network.own_identity()})
        with self.assertRaises(Refused):
            encryption.permit(self.state, "ws1", "commun", self.marker())

    def test_refused_on_a_share_without_this_labs_marker(self):
        self.ready(**{"tst-ws2": network.own_identity()})
        for other in ("0" * 32, "", " ", "made without a lab"):
            with self.assertRaises(Refused):
                encryption.permit(self.state, "ws2", "commun", lambda text=other: text.encode())

    def test_the_replay_itself_writes_nothing_when_refused(self):
        out = self.directory / "truth.jsonl"
        with self.assertRaises((Refused, OSError, ModuleNotFoundError)):
            encryption.replay(self.state, out, host="ws2", share="commun", profile="in-place-rename")
        self.assertFalse(out.exists())


class FakeFile:
    def __init__(self, content):
        self.content, self.at = content, 0

    def read(self, size):
        part = bytes(self.content[self.at:self.at + size])
        self.at += len(part)
        return part

    def write(self, data):
        self.content[self.at:self.at + len(data)] = data
        self.at += len(data)
        return len(data)

    def lseek(self, at, _whence):
        self.at = at

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


class FakeClient:
    """A share in memory: what each profile does to it is seen without a network."""

    def __init__(self, files):
        self.files, self.log = {p: bytearray(b) for p, b in files.items()}, []

    def open(self, path, flags):
        self.log.append(("open", path))
        if flags & os.O_CREAT:
            self.files[path] = bytearray()
        elif flags & os.O_TRUNC:
            raise AssertionError("an existing file is never truncated")
        return FakeFile(self.files[path])

    def read(self, path):
        return bytes(self.files[path])

    def rename(self, old, new):
        self.files[new] = self.files.pop(old)

    def delete(self, path):
        del self.files[path]


class Profiles(unittest.TestCase):
    OLD = bytes(random.Random(1).randbytes(100_000))

    def play(self, profile):
        client = FakeClient({"a.docx": self.OLD})
        job = encryption._Job(client, "a.docx", ".locked")
        encryption.PROFILES[profile](job)
        (name, content), = client.files.items()
        return name, bytes(content), job

    def test_names(self):
        for profile in encryption.PROFILES:
            name, content, job = self.play(profile)
            self.assertEqual(name, "a.docx" if profile == "no-rename" else "a.docx.locked", profile)
            self.assertEqual(len(content), len(self.OLD), profile)
            self.assertIsNotNone(job.first_write)

    def test_whole_file(self):
        for profile in ("in-place-rename", "new-then-delete", "no-rename"):
            _, content, job = self.play(profile)
            self.assertEqual(job.bytes_written, len(self.OLD))
            for at in range(0, len(content), 4096):
                self.assertNotEqual(content[at:at + 4096], self.OLD[at:at + 4096])

    def test_head_only(self):
        _, content, job = self.play("head-4k")
        self.assertNotEqual(content[:4096], self.OLD[:4096])
        self.assertEqual(content[4096:], self.OLD[4096:])
        self.assertEqual(job.bytes_written, 4096)

    def test_every_other_block(self):
        _, content, _ = self.play("every-other-block")
        for number, at in enumerate(range(0, len(content), 4096)):
            same = content[at:at + 4096] == self.OLD[at:at + 4096]
            self.assertEqual(same, number % 2 == 1, number)


class Teardown(Made):
    def test_a_process_is_ended_only_if_its_start_time_matches(self):
        child = subprocess.Popen(["sleep", "60"], start_new_session=True)
        try:
            start = state.start_time(child.pid)
            self.assertEqual(state.stop_processes({child.pid: start + 1}), 0)
            self.assertIsNone(child.poll())
            self.assertNotIn(child.pid, state.processes_of(self.state.lab_id, [{"pid": child.pid, "start": start + 1}]))
            self.assertIn(child.pid, state.processes_of(self.state.lab_id, [{"pid": child.pid, "start": start}]))
            self.assertEqual(state.stop_processes({child.pid: start}), 1)
        finally:
            child.kill()
            child.wait()

    def test_an_unrecorded_process_is_found_by_the_labs_id(self):
        child = subprocess.Popen(["sleep", "60"], env={**os.environ, state.ID_VARIABLE: self.state.lab_id})
        try:
            self.assertEqual(state.processes_of(self.state.lab_id, []), {child.pid: state.start_time(child.pid)})
        finally:
            child.kill()
            child.wait()

    def test_a_directory_holds_one_lab(self):
        with self.assertRaises(LabError):
            state.State.create(self.directory, "other")

    def test_prefix_is_checked(self):
        for bad in ("", "a b", "../x", "x" * 9, "é"):
            with self.assertRaises(LabError):
                network.check_prefix(bad)


class GroundTruth(unittest.TestCase):
    def test_a_growing_file_is_read_up_to_its_last_whole_line_and_doubts_are_settled(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "t.jsonl"
            with truth.Truth(path, profile="no-rename") as record:
                for name, changed, when in (("b", True, 2.0), ("a", "unknown", 1.0), ("c", "unknown", 3.0)):
                    record.add("altered", path=name, altered=changed, time_first_write=when)
                record.add("settled", path="a", altered=True)
                record.add("settled", path="c", altered=False)
            with open(path, "a", encoding="utf-8") as out:
                out.write(json.dumps({"type": "altered", "path": "half"})[:-3])
            entries = truth.load(path)
            self.assertEqual(entries[0]["type"], "header")
            self.assertEqual([e["path"] for e in truth.altered(entries)], ["a", "b"])

    def test_paths_are_unc(self):
        self.assertEqual(truth.unc("10.77.0.20", "commun", "DRH/é.docx"), "\\\\10.77.0.20\\commun\\DRH\\é.docx")


if __name__ == "__main__":
    unittest.main()
