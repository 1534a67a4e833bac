# SPDX-License-Identifier: Apache-2.0
"""The share generator: the same seed makes the same share, and each file is what its name says."""

import gzip
import hashlib
import io
import random
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree
import zipfile
import zlib
from pathlib import Path

from PIL import Image

from cordon_lab import documents, revise, share
from cordon_lab.share import Plan


def make(kind, size=20_000, seed=7):
    return documents.make(kind, random.Random(seed), size)


class Determinism(unittest.TestCase):
    def test_same_seed_same_share(self):
        plan = Plan(files=40, scale=0.05, seed=3)
        with tempfile.TemporaryDirectory() as folder:
            first = share.fill(Path(folder) / "a", "commun", plan, "id")
            second = share.fill(Path(folder) / "b", "commun", plan, "id")
        self.assertEqual(first, second)
        self.assertEqual(len(first), 24)

    def test_another_seed_another_share(self):
        self.assertNotEqual(share.tree(Plan(40, 1, 1), "commun"), share.tree(Plan(40, 1, 2), "commun"))

    def test_manifest_tells_what_is_on_disk_and_the_marker_is_there(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder) / "services"
            manifest = share.fill(root, "services", Plan(files=30, scale=0.05), "an-id")
            self.assertEqual((root / share.MARKER).read_text().strip(), "an-id")
            on_disk = {str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()} - {share.MARKER}
            self.assertEqual({e["path"] for e in manifest}, on_disk)
            for entry in manifest:
                data = (root / entry["path"]).read_bytes()
                self.assertEqual((len(data), hashlib.sha256(data).hexdigest()), (entry["size"], entry["sha256"]))

    def test_number_of_files_is_bounded(self):
        old, share.FILES_MAX = share.FILES_MAX, 50
        try:
            self.assertEqual(sum(len(share.tree(Plan(files=51), s)) for s in share.DEPARTMENTS), 50)
        finally:
            share.FILES_MAX = old

    def test_french_names(self):
        names = " ".join(e[0] for e in share.tree(Plan(files=400), "commun"))
        for word in ("Réanimation", "Maternité", "Stérilisation", "é"):
            self.assertIn(word, names)


class Formats(unittest.TestCase):
    def test_every_kind_is_made_about_as_large_as_wished_and_twice_alike(self):
        for kind in share.KINDS:
            for size in (20_000, 300_000):
                with self.subTest(kind=kind, size=size):
                    data = make(kind, size)
                    self.assertEqual(data, make(kind, size))
                    self.assertGreater(len(data), size / 4)
                    self.assertLess(len(data), size * 4)

    def test_office_files_are_sound_zips_of_well_formed_xml(self):
        for kind in ("docx", "xlsx", "pptx", "odt"):
            for size in (3_000, 150_000):
                with self.subTest(kind=kind, size=size), zipfile.ZipFile(io.BytesIO(make(kind, size))) as archive:
                    self.assertIsNone(archive.testzip())
                    for name in archive.namelist():
                        if name.endswith((".xml", ".rels")):
                            ElementTree.fromstring(archive.read(name))

    def test_open_document_begins_with_its_stored_type(self):
        self.assertEqual(make("odt")[30:38], b"mimetype")

    def test_old_office_files_are_compound_files(self):
        for kind in ("doc", "xls", "msg"):
            data = make(kind)
            self.assertEqual(data[:8].hex(), "d0cf11e0a1b11ae1")
            self.assertEqual(len(data) % 512, 0)

    def test_pdf_cross_references_and_streams_hold(self):
        for size in (5_000, 200_000):
            data = make("pdf", size)
            self.assertTrue(data.startswith(b"%PDF-1.4"))
            table = int(data.rpartition(b"startxref\n")[2].split()[0])
            self.assertEqual(data[table:table + 4], b"xref")
            lines = data[table:].split(b"\n")
            for number, line in enumerate(lines[3:2 + int(lines[1].split()[1])], 1):
                at = int(line[:10])
                self.assertTrue(data[at:].startswith(b"%d 0 obj" % number))
            start = data.index(b"/FlateDecode")
            begin = data.index(b"stream\n", start) + 7
            self.assertIn(b" Tj", zlib.decompress(data[begin:data.index(b"\nendstream", begin)]))

    def test_pictures_open(self):
        for kind, name in (("jpg", "JPEG"), ("png", "PNG")):
            image = Image.open(io.BytesIO(make(kind)))
            image.load()
            self.assertEqual(image.format, name)

    def test_dicom_preamble_and_pixels(self):
        data = make("dcm", 50_000)
        self.assertEqual(data[:132], bytes(128) + b"DICM")
        self.assertIn(b"\xe0\x7f\x10\x00OW", data)

    def test_archives_hold_what_they_say(self):
        with zipfile.ZipFile(io.BytesIO(make("zip", 60_000))) as archive:
            self.assertIsNone(archive.testzip())
        self.assertGreater(len(gzip.decompress(make("gz"))), 20_000)


class Revisions(unittest.TestCase):
    def test_a_revised_file_differs_and_is_still_of_its_kind(self):
        for kind in revise.REVISERS:
            with self.subTest(kind=kind):
                old = make(kind)
                new = revise.revise(kind, random.Random(1), old)
                self.assertNotEqual(old, new)
                if kind in ("docx", "xlsx", "pptx", "odt"):
                    with zipfile.ZipFile(io.BytesIO(new)) as archive:
                        self.assertIsNone(archive.testzip())
                        for name in archive.namelist():
                            if name.endswith(".xml"):
                                ElementTree.fromstring(archive.read(name))
                elif kind in ("jpg", "png"):
                    Image.open(io.BytesIO(new)).load()
                else:
                    new.decode()


if __name__ == "__main__":
    unittest.main()
