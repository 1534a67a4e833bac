# SPDX-License-Identifier: Apache-2.0
"""Care traffic: HL7 over MLLP from a workstation to the care listener, one message a second, each acknowledged.

The sender's log is the proof that care flows on while somebody is cut off from the file server.
"""

import json
import random
import socket
import socketserver
import time

from . import words
from .network import CARE

PORT = 2575
MESSAGE_BYTES_MAX = 1 << 16
_START, _END = b"\x0b", b"\x1c\r"  # HL7 v2, MLLP release 1


def read_message(connection, buffer):
    """read_message takes one MLLP block from a socket; buffer (a bytearray) keeps what came early. None at its end."""
    while True:
        end = buffer.find(_END)
        if end >= 0:
            start = buffer.find(_START)
            message = bytes(buffer[start + 1:end])
            del buffer[:end + len(_END)]
            return message
        if len(buffer) > MESSAGE_BYTES_MAX:
            raise ConnectionError("an MLLP message beyond the limit")
        part = connection.recv(65536)
        if not part:
            return None
        buffer += part


class _Listener(socketserver.BaseRequestHandler):
    def handle(self):
        buffer = bytearray()
        try:
            while (message := read_message(self.request, buffer)) is not None:
                header = message.split(b"\r")[0].split(b"|")
                control = header[9] if len(header) > 9 else b""
                stamp = time.strftime("%Y%m%d%H%M%S").encode()
                answer = (b"MSH|^~\\&|CORDON|CH|MONITEUR|med|" + stamp + b"||ACK^R01^ACK|A" + control + b"|P|2.6\r"
                          b"MSA|AA|" + control + b"\r")
                self.request.sendall(_START + answer + _END)
        except OSError:
            pass


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    address_family = socket.AF_INET6  # with IPv4 mapped into it

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        super().server_bind()


def listen():
    """listen serves until it is ended."""
    with _Server(("::", PORT), _Listener) as server:
        server.serve_forever()


def send(out, *, host, seconds, interval=1.0, seed=1, timeout=2.0):
    """send sends one ORU message an `interval` for `seconds` and writes one line each to `out`:
    {"time", "host", "id", "acknowledged", "ms", "error"}. A broken connection is made anew for the next message."""
    rng, connection, buffer = random.Random(f"{seed}/{host}"), None, bytearray()
    started = time.monotonic()
    with open(out, "w", encoding="utf-8") as log:
        number = 0
        while time.monotonic() - started < seconds:
            number += 1
            message = words.hl7_message(rng, f"{host}{number}").encode()
            entry = {"time": time.time(), "host": host, "id": f"{host}{number}", "acknowledged": False}
            begun = time.monotonic()
            try:
                if connection is None:
                    connection = socket.create_connection((CARE.ipv4, PORT), timeout)
                    connection.settimeout(timeout)
                    buffer.clear()
                connection.sendall(_START + message + _END)
                answer = read_message(connection, buffer)
                entry["acknowledged"] = answer is not None and f"MSA|AA|{host}{number}".encode() in answer
                entry["ms"] = round((time.monotonic() - begun) * 1000, 2)
            except OSError as failed:
                entry["error"] = str(failed)
            if not entry["acknowledged"] and connection is not None:
                connection.close()
                connection = None
            log.write(json.dumps(entry) + "\n")
            log.flush()
            time.sleep(max(0.0, started + number * interval - time.monotonic()))
    if connection is not None:
        connection.close()
