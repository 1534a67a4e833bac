# SPDX-License-Identifier: Apache-2.0
"""A small writer of OLE2 compound files ([MS-CFB], version 3): the container of .doc, .xls and .msg.

Streams are padded to 4096 bytes, so none needs the mini stream. The limit is what 109 FAT sectors address (about 7 MB).
"""

import struct

SECTOR = 512
MINI_CUTOFF = 4096
STREAM_BYTES_MAX = 6 << 20
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def _entry(name, kind, *, child=_FREE, right=_FREE, start=0, size=0):
    raw = name.encode("utf-16-le") + b"\0\0"
    return (raw.ljust(64, b"\0") + struct.pack("<HBBIII", len(raw), kind, 1, _FREE, right, child) + bytes(36)
            + struct.pack("<IQ", start, size))


def compound(streams):
    """compound gives the bytes of a compound file with `streams`, a list of (name, bytes), in one flat root storage."""
    # The directory is a tree ordered by length, then by upper case ([MS-CFB] 2.6.4); a chain to the right is one.
    streams = sorted(((n, d.ljust(MINI_CUTOFF, b"\0")) for n, d in streams), key=lambda s: (len(s[0]), s[0].upper()))
    if sum(len(d) for _, d in streams) > STREAM_BYTES_MAX:
        raise ValueError(f"more than {STREAM_BYTES_MAX} bytes of streams")
    directory_sectors = -(-(len(streams) + 1) // 4)
    sizes = [-(-len(d) // SECTOR) for _, d in streams]
    body = directory_sectors + sum(sizes)
    fat_sectors = 1
    while fat_sectors * 128 < body + fat_sectors:
        fat_sectors += 1
    fat = [_FAT] * fat_sectors

    def chain(count):
        first = len(fat)
        fat.extend(range(first + 1, first + count))
        fat.append(_END)
        return first

    directory_start = chain(directory_sectors)
    entries = [_entry("Root Entry", 5, child=1, start=_END)]
    for i, ((name, data), sectors) in enumerate(zip(streams, sizes)):
        entries.append(_entry(name, 2, right=i + 2 if i + 1 < len(streams) else _FREE, start=chain(sectors), size=len(data)))
    while len(entries) % 4:
        entries.append(struct.pack("<64xHBBIII48x", 0, 0, 0, _FREE, _FREE, _FREE))
    fat += [_FREE] * (fat_sectors * 128 - len(fat))
    header = (bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
              + struct.pack("<IIIIIIIII", 0, fat_sectors, directory_start, 0, MINI_CUTOFF, _END, 0, _END, 0)
              + struct.pack("<109I", *range(fat_sectors), *[_FREE] * (109 - fat_sectors)))
    return b"".join((header, struct.pack(f"<{len(fat)}I", *fat), *entries,
                     *(d.ljust(s * SECTOR, b"\0") for (_, d), s in zip(streams, sizes))))
