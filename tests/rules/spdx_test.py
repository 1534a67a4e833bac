#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Every file that can says its licence in its first lines, and it is the right one for its place."""

import re
import unittest

import tree

LINES = 5  # a shebang, <!doctype>, an XML head may come before


def wanted(path):
    if path.parts[:2] == ("src", "nft"):
        return "GPL-2.0-only"
    if path.parts[:2] == ("src", "grammar"):
        return "Apache-2.0 OR GPL-2.0-only"
    return "Apache-2.0"


class Spdx(unittest.TestCase):
    def test_every_file_of_a_kind_that_can_names_its_licence(self):
        problems = []
        for path in tree.licensed(tree.ROOT):
            head = "\n".join((tree.ROOT / path).read_text().splitlines()[:LINES])
            found = re.search(r"SPDX-License-Identifier: ([A-Za-z0-9.+ -]*[A-Za-z0-9])", head)
            if not found:
                problems.append(f"{path}: no SPDX-License-Identifier in its first {LINES} lines")
            elif found[1] != wanted(path):
                problems.append(f"{path}: says {found[1]}, should say {wanted(path)}")
        self.assertFalse(problems, "\n" + "\n".join(problems))

    def test_the_licences_named_are_here_in_full(self):
        for name, words in (("Apache-2.0", "Apache License"), ("GPL-2.0-only", "GNU GENERAL PUBLIC LICENSE")):
            text = (tree.ROOT / "LICENSES" / f"{name}.txt").read_text()
            self.assertIn(words, text)
            self.assertGreater(len(text.splitlines()), 150)
        self.assertTrue((tree.ROOT / "LICENSE").is_file())


if __name__ == "__main__":
    unittest.main()
