# SPDX-License-Identifier: Apache-2.0
"""What a lab has made, kept in DIR/state.json so that `down` can take away exactly that, also after a crash.

Each thing is recorded before it is made. A process is known by its pid and its start time (so a reused pid is never
hit), and carries the lab's random id in its environment, which finds those that were started but not yet recorded.
"""

import contextlib
import fcntl
import json
import os
import secrets
import select
import signal
import time
from pathlib import Path

from .errors import LabError

STATE_FILE = "state.json"
ID_VARIABLE = "CORDON_LAB_ID"


class State:
    """State is the record of one lab directory; every change is on disk when the call returns."""

    def __init__(self, directory, data):
        self.directory = Path(directory)
        self.data = data

    @classmethod
    def create(cls, directory, prefix):
        """create starts a record in `directory`, which must be absent or empty of a lab."""
        directory = Path(directory).resolve()
        directory.mkdir(parents=True, exist_ok=True)
        if (directory / STATE_FILE).exists():
            raise LabError(f"{directory} already holds a lab; run `lab down --dir {directory}` first")
        state = cls(directory, {"lab_id": secrets.token_hex(16), "prefix": prefix, "made": time.time(), "ready": False,
                                "namespaces": {}, "processes": []})
        state.save()
        return state

    @classmethod
    def load(cls, directory):
        """load reads the record of `directory`; None where there is no lab."""
        path = Path(directory).resolve() / STATE_FILE
        try:
            return cls(path.parent, json.loads(path.read_text()))
        except FileNotFoundError:
            return None
        except ValueError as broken:
            raise LabError(f"{path} cannot be read: {broken}") from broken

    def save(self):
        partial = self.directory / (STATE_FILE + ".new")
        with open(partial, "w", encoding="utf-8") as out:
            json.dump(self.data, out, indent=1, ensure_ascii=False)
            out.flush()
            os.fsync(out.fileno())
        os.replace(partial, self.directory / STATE_FILE)

    @contextlib.contextmanager
    def changing(self):
        """changing holds the directory's lock while the record is re-read, changed and saved."""
        with open(self.directory / "lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            with contextlib.suppress(FileNotFoundError):
                self.data = json.loads((self.directory / STATE_FILE).read_text())
            yield self.data
            self.save()

    def remember_process(self, role, pid):
        with self.changing() as data:
            data["processes"] = [p for p in data["processes"] if alive(p["pid"], p["start"])]
            data["processes"].append({"role": role, "pid": pid, "start": start_time(pid)})

    def forget_process(self, pid):
        with self.changing() as data:
            data["processes"] = [p for p in data["processes"] if p["pid"] != pid]

    @property
    def lab_id(self):
        return self.data["lab_id"]

    @property
    def prefix(self):
        return self.data["prefix"]


def _stat(pid):
    """_stat gives the fields of /proc/PID/stat after the command's name, or None where the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def start_time(pid):
    """start_time is the process's start in clock ticks since boot (proc(5), field 22), or None."""
    fields = _stat(pid)
    return int(fields[19]) if fields else None


def alive(pid, start):
    fields = _stat(pid)
    return bool(fields) and fields[0] != "Z" and int(fields[19]) == start


def processes_of(lab_id, recorded):
    """processes_of lists (pid, start) of a lab: the recorded ones, the members of their sessions, and every process that
    carries the lab's id in its environment. The calling process and its ancestors are never among them."""
    own, pid = set(), os.getpid()
    while pid > 1:
        own.add(pid)
        fields = _stat(pid)
        pid = int(fields[1]) if fields else 0
    leaders = {p["pid"]: p["start"] for p in recorded}
    marker = f"{ID_VARIABLE}={lab_id}".encode()
    found = {}
    for entry in os.listdir("/proc"):
        if not entry.isdigit() or int(entry) in own:
            continue
        fields = _stat(entry)
        if not fields or fields[0] == "Z":
            continue
        pid, session, start = int(entry), int(fields[3]), int(fields[19])
        if leaders.get(pid) == start:
            found[pid] = start
        elif session in leaders and leaders[session] is not None and start >= leaders[session] and (
                alive(session, leaders[session]) or _stat(session) is None):
            found[pid] = start
        else:
            with contextlib.suppress(OSError):
                if marker in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
                    found[pid] = start
    return found


def stop_processes(found, patience=3.0):
    """stop_processes ends the processes {pid: start} with SIGTERM, then SIGKILL after `patience` seconds; each is held
    by a pidfd whose start time was checked, so nothing else can be hit. Returns the number of those ended."""
    held = []
    for pid, start in found.items():
        try:
            fd = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        if start_time(pid) == start:
            held.append(fd)
        else:
            os.close(fd)
    count = len(held)
    for number, wait in ((signal.SIGTERM, patience), (signal.SIGKILL, 5.0)):
        for fd in held:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(fd, number)
        until = time.monotonic() + wait
        while held and time.monotonic() < until:
            ended = select.select(held, [], [], 0.1)[0]
            for fd in ended:
                held.remove(fd)
                os.close(fd)
        if not held:
            break
    for fd in held:
        os.close(fd)
    return count
