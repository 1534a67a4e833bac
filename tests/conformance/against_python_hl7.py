#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Our HL7 against Debian's python3-hl7, over MLLP on real TCP connections, both ways.

usage: against_python_hl7.py HL7_PEER CORPUS [FOLDER...]

hl7_peer gets a connected socket as its standard input and output. Each message of CORPUS (a folder of MLLP streams or bare
messages), and of the FOLDERs given, is said by one side, read by the other, and compared segment by segment, field by
field, down to the subcomponents; each is also built anew by us from what we understood of it and read there. Their answer
is read by us and ours by them. Compared is text: escapes and character sets are undone on both sides.
Exit status: 0 equal, 1 not, 2 usage, 77 python3-hl7 is not here.
"""

import asyncio
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import unittest

try:
    import hl7
    import hl7.mllp
except ImportError:
    sys.exit(77)

PEER = ""
MESSAGES = {}
ENCODINGS = {"UNICODE UTF-8": "utf-8", "8859/1": "iso-8859-1", "8859/15": "iso-8859-15", "ASCII": "ascii", "": "utf-8"}


def bare(data):
    """bare gives the message of a file, without its frame and with CR behind every segment, as their parser wants it."""
    data = data.strip(b"\x0b").split(b"\x1c")[0]
    return b"\r".join(line for line in data.replace(b"\r\n", b"\r").replace(b"\n", b"\r").split(b"\r") if line) + b"\r"


def encoding(data):
    fields = data.split(b"\r")[0].split(b"|")
    return ENCODINGS[fields[17].decode() if len(fields) > 17 else ""]


def tree(message):
    """tree gives their reading in the shape of ours: segments of fields of repetitions of components of subcomponents."""
    out = []
    for segment in message:
        fields = []
        header = str(segment[0]) == "MSH"
        for index, field in enumerate(segment):
            if header and index == 1:
                continue  # their MSH-1 is the separator itself
            if index == 0 or (header and index == 2):
                fields.append([[[str(field)]]])
                continue
            found = shaped(field)
            fields.append([[[same_line_ends(message.unescape(s)) for s in c] for c in r] for r in found])
        out.append(fields)
    return out


def same_line_ends(text):
    """same_line_ends: \\.br\\ is a carriage return to them and a line feed to us."""
    return text.replace("\r", "\n")


def shaped(field):
    repetitions = []
    for repetition in field if len(field) else [""]:
        if isinstance(repetition, str):
            repetitions.append([[repetition]])
            continue
        components = []
        for component in repetition:
            components.append([str(component)] if isinstance(component, str) else [str(s) for s in component])
        repetitions.append(components or [[""]])
    return repetitions


def their_ack(message):
    """their_ack is theirs; it raises for a sender without a name, so there one is parsed."""
    if str(message.segment("MSH")[3]):
        return message.create_ack(message_id="their-1", application="PY")
    return hl7.parse(f"MSH|^~\\&|PY||||20221203||ACK|their-1|P|2.6\rMSA|AA|{message.segment('MSH')[10]}\r")


class Peer:
    """Peer is hl7_peer at one end of a TCP connection."""

    def __init__(self, connection, *arguments):
        self.lines = tempfile.TemporaryFile()
        self.process = subprocess.Popen([PEER, *arguments], stdin=connection, stdout=connection, stderr=self.lines)
        connection.close()

    def read(self):
        """read waits for its end and gives what it told."""
        status = self.process.wait(timeout=60)
        with self.lines as lines:
            lines.seek(0)
            text = lines.read().decode()
        assert status == 0, f"hl7_peer ended with {status}:\n{text}"
        return [json.loads(line) for line in text.splitlines()]


def listening():
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    return server


async def they_say(data):
    """they_say sends one message by their client to our listener; gives our reading and our answer as they read it."""
    with listening() as server:
        port = server.getsockname()[1]
        connecting = asyncio.create_task(hl7.mllp.open_hl7_connection("127.0.0.1", port, encoding=encoding(data)))
        loop = asyncio.get_running_loop()
        connection, _ = await loop.run_in_executor(None, server.accept)
        peer = Peer(connection, "listen")
        reader, writer = await connecting
        message = hl7.parse(data.decode(encoding(data)))
        writer.writemessage(message)
        await writer.drain()
        answer = None
        if str(message.segment("MSH")[12]) != "2.3.1":
            answer = await asyncio.wait_for(reader.readmessage(), 60)
        writer.close()
        await writer.wait_closed()
        return message, await loop.run_in_executor(None, peer.read), answer


async def we_say(how, data):
    """we_say lets hl7_peer send one message to their server; gives what they read and what we say we sent."""
    got = []

    async def serve(reader, writer):
        message = await reader.readmessage()
        got.append(message)
        writer.writemessage(their_ack(message))
        await writer.drain()
        writer.close()

    server = await hl7.mllp.start_hl7_server(serve, "127.0.0.1", 0, encoding="utf-8" if how == "build" else encoding(data))
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        connection = socket.create_connection(server.sockets[0].getsockname())
        peer = Peer(connection, how, file.name)
        told = await asyncio.get_running_loop().run_in_executor(None, peer.read)
    server.close()
    await server.wait_closed()
    return got[0], told


class AgainstPythonHl7(unittest.TestCase):
    maxDiff = None

    def test_what_they_say_we_read_and_our_answer_they_read(self):
        for name, data in MESSAGES.items():
            with self.subTest(message=name):
                message, told, answer = asyncio.run(they_say(data))
                self.assertEqual(len(told), 1)
                self.assertTrue(told[0]["same"])
                self.assertEqual(told[0]["tree"], tree(message))
                if answer is not None:
                    self.assertEqual(str(answer.segment("MSA")[2]), str(message.segment("MSH")[10]))
                    self.assertIn(str(answer.segment("MSA")[1]), ("AA", "CA"))

    def test_what_we_say_they_read_and_their_answer_we_read(self):
        for name, data in MESSAGES.items():
            with self.subTest(message=name):
                got, told = asyncio.run(we_say("say", data))
                self.assertEqual(tree(got), told[0]["tree"])

    def test_what_we_build_they_read(self):
        for name, data in MESSAGES.items():
            with self.subTest(message=name):
                got, told = asyncio.run(we_say("build", data))
                self.assertEqual(tree(got), told[0]["tree"])


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    PEER = sys.argv[1]
    for folder in sys.argv[2:]:
        for path in sorted(pathlib.Path(folder).iterdir()):
            if path.suffix == ".hl7":
                MESSAGES[path.name] = bare(path.read_bytes())
    if not MESSAGES:
        sys.exit("no message in " + " ".join(sys.argv[2:]))
    unittest.main(argv=sys.argv[:1])
