#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The words that the server says and the page knows are the same: a word the page does not know cannot be drawn."""

import re
import unittest

import tree


def enumerators(header, name):
    """enumerators gives the words of an enum of src/event, as the JSON form writes them."""
    text = (tree.ROOT / "src/event" / header).read_text()
    body = re.search(rf"enum class {name} : [\w:]+ \{{(.*?)\}};", text, re.S).group(1)
    return set(re.findall(r"(\w+)", re.sub(r"//.*", "", body)))


def union(name, model="model.ts"):
    """union gives the words of a type of the page."""
    text = (tree.ROOT / "web/src" / model).read_text()
    return set(re.findall(r'"(\w+)"', re.search(rf"export type {name} =(.*?);", text, re.S).group(1)))


class Words(unittest.TestCase):
    def test_states_of_a_cut(self):
        # A withheld action never became a cut; the page shows it as a card beside them (src/engine/situation.cpp).
        self.assertEqual(enumerators("containment.h", "CutState") | {"withheld"}, union("CutState"))

    def test_levels_modes_and_lines(self):
        self.assertEqual(enumerators("detection.h", "Level"), union("Level"))
        self.assertEqual(enumerators("system.h", "Mode"), union("Mode"))
        self.assertEqual(enumerators("containment.h", "Disposition"), union("LineState"))

    def test_states_of_a_seen_flow(self):
        self.assertEqual(enumerators("host.h", "FlowState"), union("FlowState", "network.ts"))

    def test_every_finding_of_every_look_and_every_kind(self):
        table = (tree.ROOT / "web/src/words.ts").read_text()
        for look in sorted((tree.ROOT / "src/detect").glob("look_*.cpp")):
            name = look.stem.removeprefix("look_")
            if name == "test":
                continue
            text = look.read_text()
            found = set(re.findall(r'(?:return |Finding)\{"(\w+)",', text))
            for either in re.findall(r'\{[^"{}]*\? "(\w+)" : "(\w+)",', text):
                found |= set(either)
            self.assertTrue(found, look.name)
            for word in found:
                self.assertTrue(f'"{name}.{word}": [' in table, f"the page has no words for {name}.{word}")
        kinds = re.search(r"kinds\[\] = \{(.*?)\n\};", (tree.ROOT / "src/detect/examiner.cpp").read_text(), re.S).group(1)
        for kind in set(re.findall(r'"(\w+)"\}', kinds)):
            self.assertTrue(f'"kind.{kind}": [' in table, f"the page has no words for the kind {kind}")

    def test_words_of_the_bedside(self):
        table = (tree.ROOT / "web/src/station/words.ts").read_text()
        types = {"AlarmPriority": "Priority", "AlarmKind": "Kind", "AlarmOrigin": "Origin", "Validity": "Validity", "Protocol": "Protocol"}
        for theirs, ours in types.items():
            self.assertEqual(enumerators("bedside_values.h", theirs), union(ours, "station/model.ts"), theirs)
        shown = {"priority": enumerators("bedside_values.h", "AlarmPriority"), "protocol": enumerators("bedside_values.h", "Protocol"),
                 "doubt": enumerators("bedside_values.h", "Validity") - {"valid"}}
        for prefix, words in shown.items():
            for word in words:
                self.assertIn(f"  {prefix}_{word}: [", table)

    def test_every_condition_that_the_station_finds(self):
        table = (tree.ROOT / "web/src/station/words.ts").read_text()
        text = "".join((tree.ROOT / "src/bedside" / name).read_text() for name in ("watch.cpp", "station_watch.cpp", "station_people.cpp"))
        found = set(re.findall(r'(?:push_back\(|return \{|Finding)\{"(\w+)[:"]', text)) | set(re.findall(r'\.condition = "(\w+)"', text))
        self.assertLessEqual({"silent", "frozen", "clock_astray", "doubted", "claimed", "patient", "trouble", "sound", "unjudged"}, found)
        for word in found:
            for prefix in ("short", "state") if word == "trouble" else ("short", "state", "remedy"):
                self.assertIn(f"  {prefix}_{word}: [", table)


if __name__ == "__main__":
    unittest.main()
