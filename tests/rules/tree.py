# SPDX-License-Identifier: Apache-2.0
"""What the rule tests know of the tree: its files, LAYERS, #include lines and the tables of docs/DEPENDENCIES.md.

Every function takes the root, so that a test can hand in a tiny made-up tree.
"""

import os
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

NOT_OURS = {"build", "var", "node_modules", "__pycache__", ".git", ".cache"}
CODE = {".cpp", ".h", ".inc"}
SETTINGS = {".toml", ".in", ".conf", ".svg", ".yml", ".yaml"}
LISTS = {"CMakeLists.txt", "LAYERS", "packages.txt", ".clang-format", ".clang-tidy", ".gitignore", ".npmrc"}
SOURCE = CODE | {".py", ".ts", ".mjs", ".js", ".css", ".html", ".cmake", ".sh"}


def files(root):
    """files gives every file of the tree that is ours, sorted, as paths relative to root."""
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in NOT_OURS)
        found += [Path(folder, name).relative_to(root) for name in names if not name.startswith(".ninja_")]
    return sorted(found)


def text_of(path):
    """text_of gives a file's text, or None for bytes that are no UTF-8."""
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError:
        return None


def is_script(root, path):
    """A program without an ending: ./run, lab/lab."""
    if path.suffix or path.name.startswith("."):
        return False
    with open(root / path, "rb") as file:
        return file.read(2) == b"#!"


def sources(root):
    return [p for p in files(root)
            if p.suffix in SOURCE or p.name == "CMakeLists.txt" or is_script(root, p)]


def licensed(root):
    """licensed gives every file of a kind that can say its licence: sources, settings, lists; no data, text or picture by bytes."""
    code = set(sources(root))
    return [p for p in files(root) if p in code or p.suffix in SETTINGS or p.name in LISTS]


def is_test(path):
    """Test code in src/: it counts for what is allowed, not for what is used."""
    return path.name.endswith("_test.cpp") or path.name in ("testing.h", "test_book.h")


def without_comments(text):
    """without_comments takes // comments and the inside of strings out of C++, so that words there break no rule."""
    text = re.sub(r'"(?:[^"\\\n]|\\.)*"', '""', text)
    return re.sub(r"//[^\n]*", "", text)


def read_layers(root):
    """read_layers gives LAYERS as a list of (folder, [folders it may include]), in its order."""
    lines = []
    for line in (root / "LAYERS").read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            folder, _, edges = line.partition(":")
            lines.append((folder.strip(), edges.split()))
    return lines


def folder_of(root, name):
    """The place of a folder of LAYERS: below src/, or web/ beside it."""
    inside = root / "src" / name
    return inside if inside.is_dir() else root / name


def code_of(root, name):
    """code_of gives the C++ files of one folder of LAYERS, relative to root."""
    place = folder_of(root, name)
    return [p.relative_to(root) for p in sorted(place.glob("*")) if p.suffix in CODE]


def includes(path):
    """includes gives (line number, form, name) of each #include; form is '"' or '<'."""
    out = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if match := re.match(r'\s*#\s*include\s*(["<])([^">]+)', line):
            out.append((number, match[1], match[2]))
    return out


def table(root, heading):
    """table gives the rows of the first table below a heading of docs/DEPENDENCIES.md as lists of cells."""
    rows, inside = [], False
    for line in (root / "docs" / "DEPENDENCIES.md").read_text().splitlines():
        if line.startswith("#"):
            inside = line.lstrip("# ") == heading
        elif inside and line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
    if len(rows) < 3:
        raise LookupError(f"docs/DEPENDENCIES.md has no table under '{heading}'")
    return rows[2:]  # without the head and its rule


def words_in_ticks(cell):
    return re.findall(r"`([^`]+)`", cell)


def libraries(root):
    """libraries gives, for each library of docs/DEPENDENCIES.md, (package, headers, folders that may include it)."""
    return [(words_in_ticks(row[0])[0], words_in_ticks(row[3]), row[4].split()) for row in table(root, "Libraries")]
