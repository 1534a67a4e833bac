#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares what our decoder says of SMB in captures with what Debian's tshark says.

usage: against_tshark.py SMB_SURVEY [FILE...]

Without FILE: every capture in tests/captures/lab, and in $CORDON_SHARED/captures (default ../shared beside the checkout)
where that folder stands. Compared are the counts of SMB2 messages by command, direction and status, of SMB1 messages by
command and direction, of encrypted and compressed messages, and the sets of file names asked for, opened, written,
renamed and deleted. tshark gives the fields of each message; pairing them by MessageId and FileId is done here.

known_differences.toml names, line by line, each difference that remains and why. A difference that is not in it fails,
and so does a line in it that no longer applies. Exit status: 0 equal, 1 not, 2 usage, 77 nothing to compare.
"""

import collections
import concurrent.futures
import html
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SUCCESS, PENDING = 0, 0x103
CREATE, WRITE, SET_INFO, CANCEL = 5, 9, 17, 12
RENAMES, DISPOSITIONS = {0x0A, 0x41}, {0x0D, 0x40}
DELETE_ON_CLOSE = 0x1000
ALL_ONES = b"\xff" * 16
COUNTS = ("messages", "smb1", "transforms")
SETS = ("asked", "opened", "written", "renamed", "deleted")

PROTO = re.compile(r'\s*<proto name="([^"]*)"')
FIELD = re.compile(r'\s*<field name="([^"]*)"')
ATTRIBUTE = re.compile(r' (show|value|size)="([^"]*)"')
WANTED = {
    "smb2.cmd", "smb2.flags.response", "smb2.nt_status", "smb2.msg_id", "smb2.sesid", "smb2.fid", "smb2.filename",
    "smb2.file_info.infolevel", "smb2.disposition.delete_on_close", "smb.create_options", "smb2.flags.chained",
    "smb2.header.transform.msg_size", "smb2.header.comp_transform.original_size", "tcp.stream", "smb.cmd",
    "smb.flags.response",
}


class Element(dict):
    """One SMB2 element or SMB1 message as tshark dissects it: the first value of each wanted field."""

    def __init__(self, proto, stream):
        super().__init__()
        self.proto, self.stream = proto, stream

    def number(self, name, default=None):
        if name not in self:
            return default
        return int(self[name][0].split()[0], 0)

    def raw(self, name):
        return bytes.fromhex(self[name][1]) if name in self and self[name][1] else b""


def text(raw):
    return raw.decode("utf-16-le", "replace")


def elements_of(path):
    """Runs tshark once and yields its SMB messages in order."""
    command = ["tshark", "-n", "-r", str(path), "-T", "pdml",
               "-Y", "tcp && (smb || smb2)"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")
    stream, element = None, None
    for line in process.stdout:
        proto = PROTO.match(line)
        if proto:
            name = proto.group(1)
            if name in ("smb", "smb2"):
                if element is not None:
                    yield element
                element = Element(name, stream)
            elif name == "frame" and element is not None:
                yield element
                element = None
            continue
        field = FIELD.match(line)
        if not field or field.group(1) not in WANTED:
            continue
        name = field.group(1)
        attributes = dict(ATTRIBUTE.findall(line))
        if name == "tcp.stream":
            stream = int(attributes["show"])
        elif element is not None and name not in element:
            # A field without bytes of its own is tshark's inference, except for a name of no length.
            if name == "smb2.filename" and "value" not in attributes and element.number("smb2.cmd") != CREATE:
                continue
            element[name] = (html.unescape(attributes.get("show", "")), attributes.get("value", ""))
    if element is not None:
        yield element
    process.stdout.close()
    errors = process.stderr.read()
    if process.wait() != 0:
        errors = "\n".join(e for e in errors.splitlines() if "as user" not in e)
        print(f"  tshark on {path.name}: {errors.strip()}")


class Peer:
    """What tshark's fields say, in the shape of smb_survey's answer."""

    def __init__(self):
        self.counts = {name: collections.Counter() for name in COUNTS}
        self.sets = {name: set() for name in SETS}
        self.waiting, self.files = {}, {}
        self.before = None  # the request element before, in the same message

    def take(self, e):
        if e.proto == "smb":
            direction = "response" if e.number("smb.flags.response") else "request"
            self.counts["smb1"][f"{e.number('smb.cmd'):#04x} {direction}"] += 1
            return
        if "smb2.cmd" not in e:
            if "smb2.header.transform.msg_size" in e:
                self.counts["transforms"]["encrypted"] += 1
            elif "smb2.header.comp_transform.original_size" in e:
                self.counts["transforms"]["compressed"] += 1
            return
        if e.number("smb2.flags.response"):
            status = int.from_bytes(e.raw("smb2.nt_status"), "little")
            self.counts["messages"][f"{e.number('smb2.cmd')} response {status:08x}"] += 1
            self.response(e, status)
        else:
            self.counts["messages"][f"{e.number('smb2.cmd')} request -"] += 1
            self.request(e)

    def request(self, e):
        command, message = e.number("smb2.cmd"), e.number("smb2.msg_id")
        e.file, e.session, e.creator = e.raw("smb2.fid"), e.number("smb2.sesid"), None
        chained = e.number("smb2.flags.chained") == 1 and self.before is not None and self.before.stream == e.stream
        if chained:
            if e.session == 2**64 - 1:
                e.session = self.before.session
            if e.file == ALL_ONES:
                e.file, e.creator = self.before.file, self.before.creator
                if self.before.number("smb2.cmd") == CREATE:
                    e.file, e.creator = b"", self.before
        self.before = e
        if command == CREATE:
            e.file = b""
            self.sets["asked"].add(text(e.raw("smb2.filename")))
        if command != CANCEL:
            self.waiting[e.stream, message] = e

    def response(self, e, status):
        self.before = None
        key = (e.stream, e.number("smb2.msg_id"))
        request = self.waiting.get(key)
        if status == PENDING or request is None or request.number("smb2.cmd") != e.number("smb2.cmd"):
            return
        del self.waiting[key]
        command = e.number("smb2.cmd")
        if status != SUCCESS:
            return
        if command == CREATE:
            request.file = e.raw("smb2.fid")
            name = text(request.raw("smb2.filename"))
            self.files[request.session, request.file] = name
            self.sets["opened"].add(name)
            if request.number("smb.create_options", 0) & DELETE_ON_CLOSE:
                self.sets["deleted"].add(name)
            return
        file = request.creator.file if request.creator is not None else request.file
        name = self.files.get((request.session, file))
        if name is None:
            return
        if command == WRITE:
            self.sets["written"].add(name)
        elif command == SET_INFO:
            level = request.number("smb2.file_info.infolevel", 0)
            if level in RENAMES:
                new_name = text(request.raw("smb2.filename"))
                self.sets["renamed"].add((name, new_name))
                self.files[request.session, file] = new_name
            elif level in DISPOSITIONS and request.number("smb2.disposition.delete_on_close"):
                self.sets["deleted"].add(name)


def differences(survey, peer):
    lines = []
    for what in COUNTS:
        for key in sorted(set(survey[what]) | set(peer.counts[what])):
            ours, theirs = survey[what].get(key, 0), peer.counts[what].get(key, 0)
            if ours != theirs:
                lines.append(f"{what} {key}: ours {ours}, tshark {theirs}")
    for what in SETS:
        ours = {tuple(x) if isinstance(x, list) else x for x in survey[what]}
        for who, only in (("ours", ours - peer.sets[what]), ("tshark", peer.sets[what] - ours)):
            lines += [f"{what} only {who}: {' -> '.join(x) if isinstance(x, tuple) else x}" for x in sorted(only)]
    return lines


def compare(tool, path):
    """Gives the differences of one capture and how many messages both agreed on."""
    ran = subprocess.run([tool, str(path)], capture_output=True, text=True, check=False)
    if not ran.stdout:
        return [f"smb_survey gave nothing: {ran.stderr.strip()}"], 0
    survey, peer = json.loads(ran.stdout), Peer()
    for element in elements_of(path):
        peer.take(element)
    return differences(survey, peer), sum(peer.counts["messages"].values())


def main(arguments):
    if not arguments:
        print(__doc__)
        return 2
    tool, named = arguments[0], [pathlib.Path(a) for a in arguments[1:]]
    if shutil.which("tshark") is None:
        print("SKIPPED: tshark is not installed")
        return 77
    shared = pathlib.Path(os.environ.get("CORDON_SHARED", ROOT.parent / "shared")) / "captures"
    captures = {}
    if named:
        captures = {f"{p.parent.name}/{p.name}": p for p in named}
    else:
        for folder in (HERE / "lab", shared):
            if not folder.is_dir():
                print(f"SKIPPED: {folder.name} captures, there is no folder {folder}")
                continue
            for path in sorted(folder.rglob("*")):
                if path.suffix in (".pcap", ".pcapng", ".cap"):
                    captures[f"{path.parent.name}/{path.name}"] = path
    if not captures:
        print("SKIPPED: no captures")
        return 77

    with open(HERE / "known_differences.toml", "rb") as f:
        known = tomllib.load(f).get("capture", [])
    explained = {}
    for entry in known:
        for line in entry["differences"]:
            explained[entry["file"], line] = entry["reason"]

    failed = agreed = used = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        results = pool.map(lambda item: (item[0], compare(tool, item[1])), captures.items())
        for name, (lines, messages) in results:
            agreed += messages
            for line in lines:
                reason = explained.get((name, line))
                if reason is None:
                    failed += 1
                    print(f"DIFFERENT {name}: {line}")
                else:
                    used += 1
            for file, line in explained:
                if file == name and line not in lines:
                    failed += 1
                    print(f"NO LONGER SO {name}: {line}")
    print(f"{len(captures)} captures, {agreed} SMB2 messages by tshark's count, {used} known differences, {failed} wrong")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
