# SPDX-License-Identifier: Apache-2.0
"""The ground truth beside a capture: JSON lines that say who altered which file and when.

    {"type":"header", "profile":…, "client":…, "user":…, "seed":…, …}      first
    {"type":"altered", "path":…, "time_first_write":…, "time_done":…, …}   one for each file begun, when it is done or failed
    {"type":"settled", "path":…, "altered":true|false}                      for a file left in doubt, from the server's disk
    {"type":"end", "files_altered":…, "reason":…}                           last

Times are seconds since 1970 UTC, of the same clock as the capture's. Every line is flushed, so that a reader follows live.
"""

import json
import os
import time

VERSION = 1


def unc(server, share, path):
    return "\\\\" + server + "\\" + share + "\\" + path.replace("/", "\\")


class Truth:
    """Truth writes one file of ground truth. header: what is known before the first file."""

    def __init__(self, path, **header):
        self._out = open(path, "w", encoding="utf-8")
        self.add("header", version=VERSION, time=time.time(), **header)

    def add(self, line_type, **fields):
        self._out.write(json.dumps({"type": line_type, **fields}, ensure_ascii=False) + "\n")
        self._out.flush()

    def close(self):
        os.fsync(self._out.fileno())
        self._out.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def load(path):
    """load reads a truth file, also one that is still growing; a last line that is not whole yet is left out."""
    found = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.endswith("\n"):
                found.append(json.loads(line))
    return found


def altered(entries):
    """altered gives the entries of the files whose content was changed, settled doubts applied, in order of time."""
    settled = {e["path"]: e["altered"] for e in entries if e["type"] == "settled"}
    return sorted((e for e in entries if e["type"] == "altered" and settled.get(e["path"], e["altered"] is True)),
                  key=lambda e: e["time_first_write"])
