#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""An independent reading of the recorded IntelliVue answers (src/intellivue/mdpnp_test.inc): what struct finds in them, as lines of text.
src/intellivue/foreign_test.cpp must find the same. Without an argument this checks intellivue/expected.txt; --write writes it.
Source: Philips, IntelliVue Data Export Interface Programming Guide, "Poll Result" and "Attribute Data Types".

A line is    ANSWER numeric HANDLE PHYSIO-ID UNIT STATE TICKS VALUE
or           ANSWER wave HANDLE PHYSIO-ID STATE TICKS SAMPLE-PERIOD SAMPLE ...
with codes in decimal, ticks and period in 1/8 ms, and samples in counts: this peer states no scale.
"""

import re
import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
MESSAGES = HERE.parent.parent / "src" / "intellivue" / "mdpnp_test.inc"
EXPECTED = HERE / "intellivue" / "expected.txt"
SAMPLE_SPEC, SAMPLE_PERIOD, NUMERICS, WAVES = 0x096D, 0x098D, 0x094B, 0x0967
POLL_RESULT_EXTENDED = 0xF13B


class Reader:
    def __init__(self, data):
        self.data, self.place = data, 0

    def take(self, form):
        values = struct.unpack_from(">" + form, self.data, self.place)
        self.place += struct.calcsize(">" + form)
        return values if len(values) > 1 else values[0]

    def bytes(self, count):
        self.place += count
        return self.data[self.place - count:self.place]


def number(raw):
    """number reads the guide's FLOAT-Type: an exponent of ten of 8 bits before a mantissa of 24, both with sign."""
    exponent, mantissa = raw >> 24, raw & 0xFFFFFF
    return float(f"{mantissa - (mantissa >> 23 << 24)}e{exponent - (exponent >> 7 << 8)}")


def numerics(value, start, end):
    for _ in range(value.take("HH")[0]):
        physio, state, unit, raw = value.take("HHHI")
        yield f"{start} {physio} {unit} {state} {end} {number(raw):.15g}"


def waves(value, attributes, start, end):
    count, bits, significant, flags = Reader(attributes[SAMPLE_SPEC]).take("HBBH")
    period = Reader(attributes[SAMPLE_PERIOD]).take("I")
    if (bits, significant, flags) != (16, 16, 0):
        raise ValueError("samples that are no plain 16-bit counts")
    for _ in range(value.take("HH")[0]):
        physio, state, length = value.take("HHH")
        samples = struct.unpack(f">{count}H", value.bytes(length))
        yield f"{start} {physio} {state} {end} {period} " + " ".join(map(str, samples))


def lines_of(index, message):
    answer = Reader(message)
    answer.take("HHHH")  # session, and the remote operation with its length
    answer.take("HHH")  # invoke id, command, length
    action = answer.take("HHHHH")[3]
    if action != POLL_RESULT_EXTENDED:
        raise ValueError(f"action {action:#06x}")
    ticks = answer.take("HHI8sHHH")[2]  # poll number, sequence number, relative and absolute time, class polled, group
    for _ in range(answer.take("HH")[0]):
        for _ in range(answer.take("HHH")[1]):
            handle, count, _ = answer.take("HHH")
            attributes = {}
            for _ in range(count):
                name, length = answer.take("HH")
                attributes[name] = answer.bytes(length)
            yield from numerics(Reader(attributes[NUMERICS]), f"{index} numeric {handle}", ticks)
            yield from waves(Reader(attributes[WAVES]), attributes, f"{index} wave {handle}", ticks)
    if answer.place != len(message):
        raise ValueError(f"answer {index}: {len(message) - answer.place} bytes are left")


def expected():
    results = MESSAGES.read_text().partition("results{")[2].partition("};")[0]
    messages = ["".join(re.findall(r'"([0-9a-f]+)"', part)) for part in results.split(",")]
    return "".join(f"{line}\n" for index, hexadecimal in enumerate(messages) for line in lines_of(index, bytes.fromhex(hexadecimal)))


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        EXPECTED.write_text(expected())
    elif EXPECTED.read_text() != expected():
        sys.exit(f"{EXPECTED} is not what the messages say: run tests/captures/intellivue_expected.py --write")
