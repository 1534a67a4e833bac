#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The reference hospital in the tree is what its generator makes of seed 1, byte for byte; another seed makes another.

usage: make_hospital_test.py CORDON [unittest options]
"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = None
REFERENCE = ROOT / "examples" / "reference"
BYTES_MAX = 1_500_000  # of all files together, so that a clone stays small


def made(*options):
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-B", ROOT / "tools" / "make_hospital", "--out", folder, *options], check=True, capture_output=True)
        return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


class MakeHospital(unittest.TestCase):
    def test_the_reference_is_what_seed_1_makes(self):
        files = made("--seed", "1")
        committed = {path.name: path.read_bytes() for path in REFERENCE.iterdir() if path.suffix in (".csv", ".toml")}
        self.assertEqual(sorted(files), sorted(committed))
        for name, text in files.items():
            self.assertTrue(text == committed[name], f"examples/reference/{name} differs: run tools/make_hospital --seed 1 "
                                                     "--out examples/reference")
        self.assertLess(sum(map(len, files.values())), BYTES_MAX)

    def test_another_seed_is_another_hospital(self):
        self.assertNotEqual(made("--seed", "2")["hosts.csv"], made("--seed", "1")["hosts.csv"])

    def test_a_larger_one_has_about_the_hosts_asked_for(self):
        rows = made("--seed", "1", "--hosts", "20000")["hosts.csv"].count(b"\n") - 1
        self.assertAlmostEqual(rows, 20000, delta=400)

    def test_a_larger_one_is_sound(self):
        """Of several houses the dice fall often enough to pass a bound that one keeps."""
        for seed in ("1", "2"):
            with self.subTest(seed=seed), tempfile.TemporaryDirectory() as folder:
                subprocess.run([sys.executable, "-B", ROOT / "tools" / "make_hospital", "--seed", seed, "--hosts", "20000", "--out", folder],
                               check=True, capture_output=True)
                done = subprocess.run([PROGRAM, "estate", "check", folder], capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
