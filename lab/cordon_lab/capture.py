# SPDX-License-Identifier: Apache-2.0
"""A complete capture of the mirror port, or a clear word that it is not complete.

Two traps, both met: a tcpdump that is ended early loses its buffered tail (so: wait until the file stands still, then
SIGINT), and immediate mode sets aside one snap length for each frame (so: a snap length just above the wire's).
"""

import os
import re
import signal
import time

from .errors import LabError
from .network import inside, mirror_losses

SNAP_BYTES = 2000  # every frame is whole: the lab's wires carry 1514 bytes at most
BUFFER_KIB = 32768
BULK_BUFFER_KIB = 262144
START_MAX = 40.0  # seconds; a busy machine is slow
SETTLE_MAX = 15.0


class Capture:
    """Capture runs tcpdump on the mirror port from its making until stop()."""

    def __init__(self, lab, path, *, bulk=False):
        self.path, self._lab = path, lab
        self._log = path.with_name(path.name + ".log")
        self._losses = mirror_losses(lab.state.prefix)
        # In bulk, blocks of frames are handed over at once: cheaper, and the tail comes when it settles.
        mode = ["-B", str(BULK_BUFFER_KIB)] if bulk else ["--immediate-mode", "-B", str(BUFFER_KIB)]
        self._task = lab.spawn_task("tcpdump", inside(lab.state.prefix, "mon", "tcpdump", "-i", "mon0", *mode, "-s",
                                                      str(SNAP_BYTES), "-U", "-n", "-Z", "root", "-w", str(path)),
                                    log=self._log)
        until = time.monotonic() + START_MAX
        while "listening on" not in self._read_log():
            if not self._task.running() or time.monotonic() > until:
                raise LabError(f"tcpdump did not start: {self._read_log().strip()}")
            time.sleep(0.02)

    def _read_log(self):
        try:
            return self._log.read_text(errors="replace")
        except FileNotFoundError:
            return ""

    def stop(self):
        """stop waits until nothing more arrives and ends the capture. Gives the number of frames; LabError if one was lost."""
        until, size, still = time.monotonic() + SETTLE_MAX, -1, 0
        while time.monotonic() < until and still < 4:
            time.sleep(0.25)
            now = os.path.getsize(self.path)
            still = still + 1 if now == size else 0
            size = now
        self._task.signal(signal.SIGINT)
        if self._task.wait(20) is None:
            raise LabError("tcpdump does not end")
        said = self._read_log()
        counts = {name: int(number) for number, name in re.findall(r"(\d+) packets? (captured|dropped by \w+)", said)}
        lost = counts.get("dropped by kernel", 0) + counts.get("dropped by interface", 0)
        lost += mirror_losses(self._lab.state.prefix) - self._losses
        if "captured" not in counts or lost:
            raise LabError(f"the capture {self.path} is not complete ({lost} frames lost): {said.strip()}")
        self._log.unlink()
        return counts["captured"]
