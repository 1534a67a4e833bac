#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""packages.txt, docs/DEPENDENCIES.md and the tree say the same: each package has a row, each row a use, each use a row."""

import ast
import json
import sys
import unittest

import tree

# The two scripts a user starts. A tool may be found in one of them; while it is not there, that is skipped, visibly.
ENTRY_SCRIPTS = {"run", "test"}


def sections():
    """sections gives packages.txt as {section: [packages]}."""
    found, current = {}, None
    for line in (tree.ROOT / "packages.txt").read_text().splitlines():
        if line.startswith("## "):
            current = found.setdefault(line[3:].strip(), [])
        elif line.strip() and not line.startswith("#"):
            current.append(line.strip())
    return found


def code_in(folder):
    """The C++ files of one folder of LAYERS, or of bench/, tests/, or all test code."""
    if folder == "test":
        return [p for p in tree.files(tree.ROOT) if p.suffix in tree.CODE and tree.is_test(p)]
    if folder in ("bench", "tests", "fuzz", "tools"):
        return [p for p in tree.files(tree.ROOT) if p.parts[0] == folder and p.suffix in tree.CODE]
    return [p for p in tree.code_of(tree.ROOT, folder) if not tree.is_test(p)]


class Packages(unittest.TestCase):
    def test_the_sections_are_those_that_the_scripts_ask_for(self):
        self.assertEqual(list(sections()), ["build", "run", "lab", "test", "full"])
        names = [name for section in sections().values() for name in section]
        self.assertEqual(len(names), len(set(names)), "a package is named twice")

    def test_every_package_has_a_row_and_every_row_a_package(self):
        rows = [tree.words_in_ticks(row[0])[0] for heading in ("Libraries", "Tools")
                for row in tree.table(tree.ROOT, heading)]
        names = {name for section in sections().values() for name in section}
        self.assertEqual(len(rows), len(set(rows)), "docs/DEPENDENCIES.md has a package twice")
        self.assertEqual(set(rows), names)

    def test_every_row_says_why(self):
        for heading in ("Libraries", "Tools", "npm packages"):
            for row in tree.table(tree.ROOT, heading):
                self.assertTrue(all(row), f"an empty cell: {row}")

    def test_every_library_is_used_where_its_row_says(self):
        problems = []
        for package, headers, folders in tree.libraries(tree.ROOT):
            for folder in folders:
                used = any(form == "<" and (name in headers or any(h.endswith("/") and name.startswith(h) for h in headers))
                           for path in code_in(folder) for _, form, name in tree.includes(tree.ROOT / path))
                if not used:
                    problems.append(f"docs/DEPENDENCIES.md allows {package} in {folder}, where nobody includes it")
        self.assertFalse(problems, "\n" + "\n".join(problems))

    def test_every_tool_is_used_where_its_row_says(self):
        for row in tree.table(tree.ROOT, "Tools"):
            package = tree.words_in_ticks(row[0])[0]
            place, word = tree.words_in_ticks(row[2])
            with self.subTest(package=package):
                if place in ENTRY_SCRIPTS and not (tree.ROOT / place).exists():
                    self.skipTest(f"./{place} is not there")
                self.assertIn(word, (tree.ROOT / place).read_text(), f"{place} does not use {package}")

    def test_npm_packages(self):
        rows = {tree.words_in_ticks(row[0])[0] for row in tree.table(tree.ROOT, "npm packages")}
        package = json.loads((tree.ROOT / "web" / "package.json").read_text())
        self.assertEqual(rows, set(package.get("devDependencies", {})))
        self.assertFalse(package.get("dependencies"), "the product needs no npm package")

    def test_python_modules(self):
        rows = {tree.words_in_ticks(row[0])[0]: tree.words_in_ticks(row[1])[0]
                for row in tree.table(tree.ROOT, "Python modules")}
        scripts = [p for p in tree.sources(tree.ROOT) if p.suffix == ".py" or p.parts[0] == "lab" and not p.suffix]
        own = {p.stem for p in scripts} | {p.parts[-2] for p in scripts if len(p.parts) > 1}
        used = set()
        for path in scripts:
            for node in ast.walk(ast.parse((tree.ROOT / path).read_text())):
                if isinstance(node, ast.Import):
                    used |= {name.name.split(".")[0] for name in node.names}
                elif isinstance(node, ast.ImportFrom) and node.level == 0:
                    used.add(node.module.split(".")[0])
        self.assertEqual(used - set(sys.stdlib_module_names) - own, set(rows))
        names = {name for section in sections().values() for name in section}
        self.assertLessEqual(set(rows.values()), names)


if __name__ == "__main__":
    unittest.main()
