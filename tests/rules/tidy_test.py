#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Habits that matter, each with its reason. An exception is named here with the reason for it."""

import re
import unittest

import tree

# A file over this is two files: nobody reads it whole.
FILE_LINES_MAX = 900
# A header over this is not read before it is used.
HEADER_LINES_MAX = 300
LENGTH_EXCEPTIONS = {
    "src/smb/testing.h": "builders of messages for tests alone; nobody includes it to learn what smb does",
}

# Below io nobody reads a clock: time comes in, so that a capture or a logbook gives the same answer on any day.
CLOCK_EXCEPTIONS = {
    "src/logbook/seal_client.cpp": "a time-out on a socket; no time of a fact",
    "src/logbook/reader.cpp": "how long follow() may wait for a new entry; no time of a fact",
}
# The time of day is read in few places, so that it can be handed in everywhere else.
WALL_CLOCK = {
    "src/app/clock.h": "the program's",
    "src/http/live.cpp": "the server's time beside what it publishes, by which the page shows its age",
    "src/samba/smb_main.cpp": "a program of its own, which ends what it denied without being asked",
    "src/seal/seal_main.cpp": "a program of its own, whose time must not come from the one it checks",
}
# Only io, app and the helper programs speak to a person or a log.
SPEAKERS = {"io", "app", "nft", "seal", "samba"}
# These have sockets, so they wait and know how long; they print nothing.
WAITERS = {"http", "enforce", "gateway"}
SPEECH_EXCEPTIONS = {"src/base/result.cpp": "the last words of a failed CORDON_CHECK before the program ends"}


def code(folders=("src", "bench", "fuzz", "tests", "tools", "web")):
    for path in tree.files(tree.ROOT):
        if path.suffix in tree.CODE and path.parts[0] in folders:
            yield path, (tree.ROOT / path).read_text()


def hits(text, pattern):
    """hits gives the numbers of the lines of code (comments and strings aside) where the pattern is found."""
    lines = tree.without_comments(text).splitlines()
    return [number for number, line in enumerate(lines, 1) if re.search(pattern, line)]


class Tidy(unittest.TestCase):
    def say(self, problems):
        self.assertFalse(problems, "\n" + "\n".join(problems))

    def test_lengths(self):
        problems = []
        for path in tree.sources(tree.ROOT):
            lines = len((tree.ROOT / path).read_text().splitlines())
            most = HEADER_LINES_MAX if path.suffix == ".h" else FILE_LINES_MAX
            if lines > most and str(path) not in LENGTH_EXCEPTIONS:
                problems.append(f"{path}: {lines} lines, at most {most}")
        self.say(problems)

    def test_nothing_is_left_for_later_in_the_code(self):
        later = re.compile(r"\b(?:TO" + "DO|FIX" + r"ME)\b")
        problems = []
        for path in tree.sources(tree.ROOT):
            for number, line in enumerate((tree.ROOT / path).read_text().splitlines(), 1):
                if later.search(line):
                    problems.append(f"{path}:{number}: {line.strip()}; do it, or say in docs/ that it does not work")
        self.say(problems)

    def test_no_tabs_and_no_blanks_at_the_end(self):
        problems = []
        for path in tree.sources(tree.ROOT):
            for number, line in enumerate((tree.ROOT / path).read_text().splitlines(), 1):
                if "\t" in line or line != line.rstrip():
                    problems.append(f"{path}:{number}: a tab, or blanks at the end")
        self.say(problems)

    def test_headers(self):
        problems = []
        for path, text in code():
            if path.suffix != ".h":
                continue
            if "#pragma once" not in text:
                problems.append(f"{path}: no #pragma once")
            for number in hits(text, r"\busing\s+namespace\b"):
                problems.append(f"{path}:{number}: using namespace in a header reaches everybody who includes it")
            lines = text.splitlines()
            if len(lines) < 2 or not lines[1].startswith("// "):
                problems.append(f"{path}: the second line does not begin to say what the file is for")
        self.say(problems)

    def test_a_property_that_fails_fails_its_test(self):
        # rc::check gives false and throws nothing: whoever drops its answer has no test.
        self.say([f"{path}: the answer of rc::check is dropped; EXPECT_TRUE(rc::check(…))" for path, text in code()
                  if re.search(r"[;{}]\s*rc::check\(", tree.without_comments(text))])

    def test_mutexes_live_in_the_queue_alone(self):
        problems = []
        for path, text in code(("src",)):
            if str(path) == "src/base/queue.h":
                continue
            for number in hits(text, r"\bstd::(recursive_|shared_|timed_)?mutex\b|\b(lock_guard|unique_lock|scoped_lock)\b"):
                problems.append(f"{path}:{number}: a mutex; threads are joined by base/queue.h")
        self.say(problems)

    def test_nobody_below_io_reads_a_clock(self):
        problems = []
        for path, text in code(("src",)):
            name, folder = str(path), path.parts[1]
            for number in hits(text, r"\bsystem_clock::now\("):
                if not tree.is_test(path) and name not in WALL_CLOCK:
                    problems.append(f"{path}:{number}: reads the time of day; take it as a parameter")
            for number in hits(text, r"\b(steady_clock|high_resolution_clock|[A-Z]\w*Clock)::now\(|\bclock_gettime\("):
                if folder not in SPEAKERS | WAITERS and not tree.is_test(path) and name not in CLOCK_EXCEPTIONS:
                    problems.append(f"{path}:{number}: reads a clock below io")
        self.say(problems)

    def test_nobody_below_io_prints(self):
        problems = []
        for path, text in code(("src",)):
            if path.parts[1] in SPEAKERS or tree.is_test(path) or str(path) in SPEECH_EXCEPTIONS:
                continue
            for number in hits(text, r"\bfmt::print|\bstd::(cerr|cout|clog)\b|\b(f|v|vf)?printf\s*\(|\b(f?puts|perror|syslog)\s*\("):
                problems.append(f"{path}:{number}: prints; return it, and let io or app tell people")
        self.say(problems)

    def test_exceptions_are_still_needed(self):
        for exceptions in (LENGTH_EXCEPTIONS, CLOCK_EXCEPTIONS, WALL_CLOCK, SPEECH_EXCEPTIONS):
            for path in exceptions:
                self.assertTrue((tree.ROOT / path).is_file(), f"{path} is gone: take its exception out")

    def test_no_path_of_anybodys_machine(self):
        places = [str(tree.ROOT) + "/"]
        if len(tree.ROOT.parts) > 2 and tree.ROOT.parts[1] not in ("usr", "opt", "srv", "tmp", "var"):
            places.append(str(tree.ROOT.parent) + "/")
        pattern = re.compile(r"(?<![\w.])(?:/home/\w|/Users/\w|/root/\w|[A-Z]:\\Users\\\w|"
                             + "|".join(re.escape(p) for p in places) + ")")
        problems = []
        for path in tree.files(tree.ROOT):
            if (text := tree.text_of(tree.ROOT / path)) is None:
                continue
            for number, line in enumerate(text.splitlines(), 1):
                if pattern.search(line):
                    problems.append(f"{path}:{number}: names a place that only one machine has")
        self.say(problems)

    def test_lock_files_do_not_say_where_packages_came_from(self):
        # The hash decides what a package is. A recorded address would bind every machine to one mirror.
        for path in tree.files(tree.ROOT):
            if path.name == "package-lock.json":
                self.assertNotRegex((tree.ROOT / path).read_text(), r'"resolved":\s*"http', str(path))


if __name__ == "__main__":
    unittest.main()
