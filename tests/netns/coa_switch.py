# SPDX-License-Identifier: Apache-2.0
"""A switch of our own that changes a session when it is asked (RFC 5176, CoA-Request), for hostapd refuses every change.

It stands on the bridge of a lab: a VLAN is a bridge, and a station is put into a VLAN by moving its port there, so that the
port really opens and shuts. It answers when that is done. That it speaks the protocol says radclient, which somebody else
wrote; that it behaves like a real switch says nobody.
"""
import hashlib
import hmac
import shutil
import socket
import struct
import tempfile
import threading
import time

import netlab
from dot1x import DAS_PORT, SECRET

WORK, QUARANTINE = 1, 999
BRIDGES = {WORK: "br0", QUARANTINE: "br999"}
WINDOW = 300  # seconds that an Event-Timestamp may be off

COA_REQUEST, COA_ACK, COA_NAK = 43, 44, 45
CALLING_STATION_ID, NAS_ID, EVENT_TIMESTAMP, MESSAGE_AUTHENTICATOR, ERROR_CAUSE = 31, 32, 55, 80, 101
TUNNEL_TYPE, TUNNEL_MEDIUM_TYPE, TUNNEL_GROUP = 64, 65, 81
VLAN, IEEE_802 = 13, 6  # RFC 3580, section 3.31
UNSUPPORTED_ATTRIBUTE, MISSING_ATTRIBUTE, NAS_MISMATCH, SESSION_NOT_FOUND = 401, 402, 403, 503


def attributes_of(data):
    """attributes_of gives {type: (offset, value)} of a packet, the first of each; None where the lengths are wrong."""
    found, at = {}, 20
    while at < len(data):
        length = data[at + 1] if at + 1 < len(data) else 0
        if length < 2 or at + length > len(data):
            return None
        found.setdefault(data[at], (at, data[at + 2:at + length]))
        at += length
    return found


def attribute(kind, value):
    return struct.pack("!BB", kind, 2 + len(value)) + value


class VlanSwitch:
    """VlanSwitch holds one session: of `host`, on `port` of the bridge of `lab`. `seen` is what it was asked, each once
    with the code of the answer; `refuses` is an Error-Cause to refuse all with; while it is `deaf` it answers nobody."""

    das_port, nas_identifier = DAS_PORT - 1, "sw-vlans"  # beside a hostapd
    vlans = (str(QUARANTINE), str(WORK))
    control = None  # nobody reads this port

    def __init__(self, lab, host, port):
        self.lab, self.host, self.port = lab, host, port
        self.vlan, self.seen, self.refuses, self.deaf = WORK, [], None, False
        self.folder = tempfile.mkdtemp(prefix="cdcoa")

    def __enter__(self):
        netlab.ip("-n", self.lab.bridge, "link", "add", BRIDGES[QUARANTINE], "up", "type", "bridge", "forward_delay", "0",
                  "mcast_snooping", "0")
        with netlab.inside(self.lab.bridge):
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", self.das_port))
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.end.sendto(b"end", ("127.0.0.1", self.das_port))
        self.thread.join()
        self.socket.close()
        self.end.close()
        shutil.rmtree(self.folder)

    def put(self, vlan):
        netlab.ip("-n", self.lab.bridge, "link", "set", self.port, "master", BRIDGES[vlan])
        self.vlan = vlan

    def restart(self):
        """restart puts the station back, whatever was asked, and makes it forget."""
        self.refuses, self.deaf, self.seen = None, False, []
        if self.vlan != WORK:
            self.put(WORK)

    def run(self):
        while (got := self.socket.recvfrom(4096))[0] != b"end":
            asked, client = got
            if answer := not self.deaf and self.answer(asked):
                self.seen.append((asked, answer[0]))
                self.socket.sendto(answer, client)

    def answer(self, asked):
        """answer gives nothing for what does not come from who knows the secret, and lately."""
        attributes = self.genuine(asked)
        if attributes is None or asked[0] != COA_REQUEST:
            return None
        cause = self.change(attributes)
        body = attribute(ERROR_CAUSE, struct.pack("!I", cause)) if cause else b""
        code = COA_NAK if cause else COA_ACK
        head = struct.pack("!BBH", code, asked[1], 20 + len(body) + 18)
        to_sign = head + asked[4:20] + body + attribute(MESSAGE_AUTHENTICATOR, bytes(16))
        body += attribute(MESSAGE_AUTHENTICATOR, hmac.digest(SECRET.encode(), to_sign, "md5"))
        return head + hashlib.md5(head + asked[4:20] + body + SECRET.encode()).digest() + body

    def genuine(self, asked):
        """genuine gives a request's attributes where both authenticators and its time are right (RFC 5176, 2.3, 3.4, 6.3)."""
        if len(asked) < 20 or struct.unpack_from("!H", asked, 2)[0] != len(asked):
            return None
        unsigned = asked[:4] + bytes(16) + asked[20:]
        attributes = attributes_of(asked)
        if attributes is None or hashlib.md5(unsigned + SECRET.encode()).digest() != asked[4:20]:
            return None
        if MESSAGE_AUTHENTICATOR not in attributes or EVENT_TIMESTAMP not in attributes:
            return None
        at, said = attributes[MESSAGE_AUTHENTICATOR]
        blank = unsigned[:at + 2] + bytes(16) + unsigned[at + 18:]
        when = struct.unpack("!I", attributes[EVENT_TIMESTAMP][1])[0]
        right = hmac.digest(SECRET.encode(), blank, "md5") == said and abs(time.time() - when) < WINDOW
        return attributes if right else None

    def change(self, attributes):
        """change does what was asked; gives why not, as an Error-Cause (RFC 5176, section 3.5)."""
        value = lambda kind: attributes.get(kind, (0, b""))[1]
        number = lambda kind: int.from_bytes(value(kind)[1:], "big")  # behind the tag
        if self.refuses:
            return self.refuses
        if value(NAS_ID).decode() != self.nas_identifier:
            return NAS_MISMATCH
        if CALLING_STATION_ID not in attributes:
            return MISSING_ATTRIBUTE
        if value(CALLING_STATION_ID).decode().lower() != self.host.mac.replace(":", "-"):
            return SESSION_NOT_FOUND
        wanted = value(TUNNEL_GROUP).lstrip(bytes(range(0x20))).decode()  # there may be a tag before it (RFC 2868, 3.6)
        if (number(TUNNEL_TYPE), number(TUNNEL_MEDIUM_TYPE)) != (VLAN, IEEE_802) or wanted not in map(str, BRIDGES):
            return UNSUPPORTED_ATTRIBUTE
        self.put(int(wanted))
        return None
