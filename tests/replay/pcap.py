# SPDX-License-Identifier: Apache-2.0
"""Classic pcap files in and out, and the few frames the tests make by hand."""
import socket
import struct

HEADER = struct.Struct("<IHHiIII")
RECORD = struct.Struct("<IIII")
ETHERNET = 1


def header(link_type=ETHERNET):
    return HEADER.pack(0xA1B2C3D4, 2, 4, 0, 0, 262144, link_type)


def record(time, frame):
    return RECORD.pack(int(time), int(round(time % 1 * 1e6)) % 1_000_000, len(frame), len(frame)) + frame


def read(path):
    """Every (time, frame) of a little-endian classic pcap."""
    data = path.read_bytes()
    assert HEADER.unpack_from(data)[0] == 0xA1B2C3D4, path
    at, out = HEADER.size, []
    while at < len(data):
        seconds, micros, captured, _ = RECORD.unpack_from(data, at)
        at += RECORD.size
        out.append((seconds + micros / 1e6, data[at : at + captured]))
        at += captured
    return out


def write(path, frames):
    path.write_bytes(header() + b"".join(record(time, frame) for time, frame in frames))


def ethernet(source, target, payload, kind=0x0800):
    return target + source + struct.pack(">H", kind) + payload


def ip4(source, target, payload, protocol=6, identification=0, fragment=0):
    return (
        struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), identification, fragment, 64, protocol, 0)
        + socket.inet_aton(source)
        + socket.inet_aton(target)
        + payload
    )


def tcp(source_port, target_port, sequence, acknowledged=0, flags=0x02, payload=b""):
    return struct.pack(">HHIIBBHHH", source_port, target_port, sequence, acknowledged, 0x50, flags, 65535, 0, 0) + payload


def udp(source_port, target_port, payload=b"x"):
    return struct.pack(">HHHH", source_port, target_port, 8 + len(payload), 0) + payload
