# SPDX-License-Identifier: Apache-2.0
"""A real `cordon station` on loopback, and a browser of its own screen. No rights are needed."""
import base64
import http.client
import json
import os
import pathlib
import queue
import socket
import struct
import subprocess
import threading
import time

WAIT = 60.0  # seconds; far more than a sanitised build on a busy machine needs
UNIT = '[unit]\nname = "Réanimation A"\nbeds = ["R1", "R2", "R3", "R4"]\nnames = "{names}"\n'


def until(what, ask, seconds=WAIT):
    end = time.monotonic() + seconds
    while True:
        found = ask()
        if found:
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds:.0f} s: {what() if callable(what) else what}")
        time.sleep(0.05)


def free(kind):
    """free gives a port of loopback that nobody has, "tcp" or "udp"."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Station:
    """Station is one box: its folder, and the process that runs now. `words` go to the program."""

    def __init__(self, program, folder, *words, names="full", web="", sound="", more="", unit=UNIT):
        self.program, self.folder, self.words = program, pathlib.Path(folder), words
        self.port = free("tcp")
        self.config = self.folder / "station.toml"
        self.data = self.folder / "var"
        self.config.write_text('box = "station-t"\n' + unit.format(names=names) +
                               f'[web]\nport = {self.port}\n{web}[data]\nfolder = "{self.data}"\n'
                               f'[sound]\ndevice = "{sound}"\n{more}')
        self.book = self.data / "logbook" / "book.db"
        self.process = None
        self.token = ""

    def start(self, before=()):
        arguments = ["--config", str(self.config), "--json", *self.words]
        verb = ["station"] if self.words == () else []
        with open(self.folder / "station.log", "ab") as log:
            self.process = subprocess.Popen([*before, self.program, *verb, *arguments], stdin=subprocess.PIPE,
                                            stdout=subprocess.PIPE, stderr=log, text=True)
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError("it did not start: " + self.said())
        self.told = json.loads(line)
        self.token = self.ask("GET", "/api/me")[1]["token"]
        return self

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.close()

    def end(self):
        self.process.terminate()
        status = self.process.wait(WAIT)
        self.close()
        return status

    def close(self):
        self.process.stdout.close()
        self.process.stdin.close()

    def tell(self, line):
        """tell asks the simulated unit for something."""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def said(self):
        return (self.folder / "station.log").read_text(errors="replace")

    # --- a browser of its own screen ---------------------------------------------------------------------------------

    def host(self):
        return f"127.0.0.1:{self.port}"

    def raw(self, method, path, body=None, timeout=WAIT, **changes):
        """raw gives status, headers and bytes; a header that is None is left out."""
        headers = {"Host": self.host(), "Origin": f"http://{self.host()}", "Content-Type": "application/json",
                   "X-Cordon-Token": self.token}
        headers.update({name.replace("_", "-"): value for name, value in changes.items()})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                if value:
                    connection.putheader(name, value)
            text = None if body is None else json.dumps(body).encode()
            if text is not None:
                connection.putheader("Content-Length", str(len(text)))
            connection.endheaders(text)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def ask(self, method, path, body=None, **changes):
        status, _, text = self.raw(method, path, body, **changes)
        return status, json.loads(text) if text else {}

    def act(self, path, **body):
        return self.ask("POST", f"/act/{path}", body)

    def view(self):
        return self.ask("GET", "/api/station")[1]

    def bed(self, name="R1"):
        return next(bed for bed in self.view()["beds"] if bed["bed"] == name)

    def alarms(self, bed=None):
        return [a for a in self.view()["alarms"] if bed is None or a["bed"] == bed]

    def log(self):
        found = []
        while page := self.ask("GET", f"/api/log?from={len(found) + 1}&limit=500")[1]["entries"]:
            found += page
        return found

    def knows(self, device):
        return until(f"{device} is known", lambda: device in {d["device"] for d in self.view()["devices"]})


class Live:
    """Live is one open /live: texts and binary frames, each in the order of its coming."""

    def __init__(self, station, reads=True):
        self.socket = socket.create_connection(("127.0.0.1", station.port), timeout=WAIT)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f"GET /live HTTP/1.1\r\nHost: {station.host()}\r\nOrigin: http://{station.host()}\r\n"
                             f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                             f"Sec-WebSocket-Key: {key}\r\n\r\n").encode())
        self.file = self.socket.makefile("rb")
        if b"101" not in self.file.readline():
            raise AssertionError("no WebSocket")
        while self.file.readline() not in (b"\r\n", b""):
            pass
        self.texts, self.frames = queue.Queue(), queue.Queue()
        if reads:
            threading.Thread(target=self.read_all, daemon=True).start()

    def read_all(self):
        while (message := self.read_one()) is not None:
            kind, body = message
            if kind == 1:
                self.texts.put((time.monotonic(), json.loads(body)))
            elif kind == 2:
                self.frames.put((time.monotonic(), body))

    def read_one(self):
        """read_one gives (opcode, payload) of one message from the server, which splits long ones and never masks."""
        kind, payload = 0, b""
        try:
            while True:
                head = self.file.read(2)
                if len(head) < 2:
                    return None
                length = head[1] & 127
                if length == 126:
                    length = struct.unpack(">H", self.file.read(2))[0]
                elif length == 127:
                    length = struct.unpack(">Q", self.file.read(8))[0]
                part = self.file.read(length)
                if head[0] & 8:  # a ping may come between the parts of a message
                    continue
                kind = kind or head[0] & 15
                payload += part
                if head[0] & 128:
                    return kind, payload
        except (OSError, ValueError):
            return None

    def close(self):
        self.socket.close()


def blocks_of(frame):
    """blocks_of takes a binary frame apart: station time, and (wave, first, time of the last, samples) of each block."""
    version, at = frame[0], struct.unpack_from("<d", frame, 4)[0]
    if version != 1 or frame[1:4] != b"\0\0\0":
        raise AssertionError(f"frame of version {version}")
    blocks, place = [], 12
    while place < len(frame):
        wave, count, first, last_at = struct.unpack_from("<IIQd", frame, place)
        place += 24
        blocks.append((wave, first, last_at, struct.unpack_from(f"<{count}f", frame, place)))
        place += 4 * count
    return at, blocks
