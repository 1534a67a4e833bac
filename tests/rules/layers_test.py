#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The graph of folders in LAYERS against the #include lines, outside libraries against docs/DEPENDENCIES.md, and which
folders are pure."""

import tempfile
import unittest
from pathlib import Path

import tree

# Folders that read no clock, no file, no socket and start no thread: the same input gives the same output.
PURE = {"base", "grammar", "event", "net", "smb", "radius", "hl7", "intellivue", "sdc", "observe", "detect", "estate", "contain", "simulate", "bedside", "engine"}
IMPURE_STANDARD = {"fstream", "iostream", "filesystem", "thread", "mutex", "shared_mutex", "condition_variable", "atomic",
                   "future", "random", "stop_token", "semaphore", "csignal"}
PURE_EXCEPTIONS = {
    ("src/base/queue.h", "mutex"): "BoundedQueue joins threads: the one place that does",
    ("src/base/queue.h", "condition_variable"): "likewise",
}
# Of the C library and the kernel, whoever may do I/O may include what he likes; pure folders only these.
PURE_SYSTEM = {"arpa/inet.h"}  # inet_pton and inet_ntop: text and bytes, no socket
SYSTEM_FOLDERS = ("sys/", "linux/", "arpa/", "net/", "netinet/")


def layer_problems(root):
    """layer_problems gives a sentence for everything in which LAYERS and the tree differ."""
    problems = []
    layers = tree.read_layers(root)
    above = []
    for folder, edges in layers:
        if folder in above:
            problems.append(f"LAYERS names {folder} twice")
        for edge in edges:
            if edge not in above:
                problems.append(f"LAYERS: {folder} may not include {edge}, which stands on no line above it")
        above.append(folder)
        if not tree.code_of(root, folder):
            problems.append(f"LAYERS names {folder}, which has no code")
    for place in sorted((root / "src").iterdir()):
        if place.is_dir() and place.name not in above:
            problems.append(f"src/{place.name} has no line in LAYERS")

    for folder, edges in layers:
        used = set()
        for path in tree.code_of(root, folder):
            for number, form, name in tree.includes(root / path):
                if form != '"':
                    continue
                target = name.split("/")[0] if "/" in name else None
                if target is None:
                    problems.append(f'{path}:{number} includes "{name}" without its folder')
                elif target != folder and target not in edges:
                    problems.append(f'{path}:{number} includes "{name}", but LAYERS gives {folder} no edge to {target}')
                elif not (tree.folder_of(root, target) / name.partition("/")[2]).is_file():
                    problems.append(f'{path}:{number} includes "{name}", which is not there')
                if not tree.is_test(path):
                    used.add(target)
        for edge in edges:
            if edge not in used:
                problems.append(f"LAYERS lets {folder} include {edge}, but nobody there does")
    return problems


def library_of(libraries, header):
    """library_of gives the (package, headers, folders) that a header belongs to, the longest prefix first."""
    best = None
    for library in libraries:
        for prefix in library[1]:
            if header == prefix or (prefix.endswith("/") and header.startswith(prefix)):
                if best is None or len(prefix) > best[0]:
                    best = (len(prefix), library)
    return best[1] if best else None


def is_system(header):
    """The C library's and the kernel's headers: unistd.h, sys/socket.h, linux/netlink.h."""
    return header.startswith(SYSTEM_FOLDERS) or ("/" not in header and header.endswith(".h"))


def outside_problems(root, pure):
    """outside_problems gives a sentence for every include of something outside that nothing allows. Test code, and what
    stands beside src/ and is not installed, may include any library that is listed."""
    problems = []
    libraries = tree.libraries(root)
    places = [(folder, tree.code_of(root, folder)) for folder, _ in tree.read_layers(root)]
    for top in ("bench", "fuzz", "tests", "tools"):
        places.append((top, [p for p in tree.files(root) if p.parts[0] == top and p.suffix in tree.CODE]))
    for folder, paths in places:
        for path in paths:
            test = tree.is_test(path) or path.parts[0] != "src" and folder != "web"
            for number, form, header in tree.includes(root / path):
                if form != "<":
                    continue
                library = library_of(libraries, header)
                if library is not None:
                    if folder not in library[2] and not test:
                        problems.append(f"{path}:{number} includes <{header}>; docs/DEPENDENCIES.md allows {library[0]} "
                                        f"in {' '.join(library[2])} only")
                elif is_system(header):
                    if folder in pure and not test and header not in PURE_SYSTEM:
                        problems.append(f"{path}:{number} includes <{header}>, but {folder} is pure")
                elif "/" in header or "." in header:
                    problems.append(f"{path}:{number} includes <{header}>, which docs/DEPENDENCIES.md does not list")
                elif folder in pure and not test and header in IMPURE_STANDARD:
                    if (str(path), header) not in PURE_EXCEPTIONS:
                        problems.append(f"{path}:{number} includes <{header}>, but {folder} is pure")
    return problems


class Layers(unittest.TestCase):
    def test_layers_and_includes_agree(self):
        problems = layer_problems(tree.ROOT)
        self.assertFalse(problems, "\n" + "\n".join(problems))

    def test_outside_libraries_stay_where_they_may(self):
        problems = outside_problems(tree.ROOT, PURE)
        self.assertFalse(problems, "\n" + "\n".join(problems))

    def test_the_gpl_helper_shares_nothing_but_the_grammar(self):
        layers = dict(tree.read_layers(tree.ROOT))
        self.assertEqual(layers["nft"], ["grammar"])
        self.assertEqual(layers["grammar"], [])
        self.assertFalse([folder for folder, edges in layers.items() if "nft" in edges])


class Checker(unittest.TestCase):
    """The checker itself, on made-up trees: it must find what it is for."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        self.put("LAYERS", "a:\nb: a\n")
        self.put("src/a/a.h", "#pragma once\n#include <vector>\n")
        self.put("src/b/b.cpp", '#include "a/a.h"\n')
        self.put("docs/DEPENDENCIES.md", "# Libraries\n| package | v | l | headers | folders |\n|-|-|-|-|-|\n"
                                         "| `liblib` | 1 | MIT | `lib/` `lib.h` | b |\n")

    def put(self, path, text):
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)

    def one_problem(self, words):
        problems = layer_problems(self.root) + outside_problems(self.root, {"a"})
        self.assertEqual(len(problems), 1, problems)
        self.assertIn(words, problems[0])

    def test_a_sound_tree_passes(self):
        self.assertEqual(layer_problems(self.root) + outside_problems(self.root, {"a"}), [])

    def test_an_unlisted_edge_fails(self):
        self.put("src/b/b.h", "#pragma once\n")
        self.put("src/a/a.cpp", '#include "b/b.h"\n')
        self.one_problem("no edge to b")

    def test_an_unlisted_edge_of_a_test_fails(self):
        self.put("src/b/b.h", "#pragma once\n")
        self.put("src/a/a_test.cpp", '#include "b/b.h"\n')
        self.one_problem("no edge to b")

    def test_a_listed_edge_that_nobody_uses_fails(self):
        self.put("src/b/b.cpp", "int b;\n")
        self.one_problem("nobody there does")

    def test_an_edge_that_only_a_test_uses_fails(self):
        self.put("src/b/b.cpp", "int b;\n")
        self.put("src/b/b_test.cpp", '#include "a/a.h"\n')
        self.one_problem("nobody there does")

    def test_an_edge_upwards_fails(self):
        self.put("LAYERS", "b: a\na:\n")
        self.one_problem("on no line above")

    def test_a_folder_without_a_line_fails(self):
        self.put("src/c/c.cpp", "int c;\n")
        self.one_problem("src/c has no line")

    def test_an_include_without_its_folder_fails(self):
        self.put("src/a/a.cpp", '#include "a.h"\n')
        self.one_problem("without its folder")

    def test_a_library_elsewhere_fails(self):
        self.put("src/b/x.cpp", "#include <lib/x.h>\n")
        self.put("src/a/x.cpp", "#include <lib/x.h>\n")
        self.one_problem("allows liblib in b only")

    def test_an_unknown_library_fails(self):
        self.put("src/b/x.cpp", "#include <other/x.h>\n")
        self.one_problem("does not list")

    def test_a_clock_a_file_or_a_socket_in_a_pure_folder_fails(self):
        self.put("src/a/x.cpp", "#include <unistd.h>\n")
        self.one_problem("a is pure")
        self.put("src/a/x.cpp", "#include <fstream>\n")
        self.one_problem("a is pure")


if __name__ == "__main__":
    unittest.main()
