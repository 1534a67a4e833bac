# SPDX-License-Identifier: Apache-2.0
"""The encryption replay: what a program that encrypts a share does to it on the wire, with nothing of the program.

There is no key and no cipher here: the bytes written are random, and nothing could turn them back; the lab's share is made
for it and can be made again from its seed. The replay has no choice of target. It runs only in a namespace that the lab
made, only against the lab's file server, only where the share's root carries the lab's id, and touches only files that
the lab's generator wrote.
"""

import os
import random
import time

from . import client as smb
from . import share as shares
from . import truth
from .errors import Refused
from .network import FILE_SERVER, namespace, own_identity, workstation

HEAD_BYTES = 4096
BLOCK_BYTES = 4096
FAILURES_MAX = 3  # in a row; then it stops by itself
CALL_TIMEOUT = 4.0  # seconds that one SMB call may take
NOTE_NAME = "LIRE-MOI.txt"
_NOTE = ("Exercice du laboratoire Cordon. Ces fichiers ont été remplacés par des octets aléatoires.\r\n"
         "Il n'y a ni clé ni rançon : le partage se refait à partir de sa graine.\r\n")


class _Job:
    """_Job is one file being altered: notes the time before the first write, and what was written."""

    def __init__(self, client, path, suffix):
        self.client, self.path, self.suffix = client, path, suffix
        self.new_path = None
        self.first_write = None
        self.bytes_written = 0

    def write(self, file, data):
        if self.first_write is None:
            self.first_write = time.time()
        smb.write_all(file, data)
        self.bytes_written += len(data)

    def rename(self):
        self.new_path = self.path + self.suffix
        self.client.rename(self.path, self.new_path)


def _overwrite(job, block=smb.CHUNK, skip=0, limit=None):
    """_overwrite opens the file as it stands (never truncated), reads a block and writes it over, then skips `skip`."""
    with job.client.open(job.path, os.O_RDWR) as file:
        at = 0
        while limit is None or at < limit:
            old = file.read(block if limit is None else min(block, limit - at))
            if not old:
                break
            file.lseek(at, os.SEEK_SET)
            job.write(file, os.urandom(len(old)))
            at += len(old) + skip
            file.lseek(at, os.SEEK_SET)


def _in_place_rename(job):
    _overwrite(job)
    job.rename()


def _new_then_delete(job):
    old = job.client.read(job.path)
    job.new_path = job.path + job.suffix
    with job.client.open(job.new_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as file:
        job.write(file, os.urandom(len(old)))
    job.client.delete(job.path)


def _head(job):
    _overwrite(job, block=HEAD_BYTES, limit=HEAD_BYTES)
    job.rename()


def _every_other_block(job):
    _overwrite(job, block=BLOCK_BYTES, skip=BLOCK_BYTES)
    job.rename()


PROFILES = {"in-place-rename": _in_place_rename, "new-then-delete": _new_then_delete, "head-4k": _head,
            "every-other-block": _every_other_block, "no-rename": _overwrite}


def permit(state, host, share, read_marker):
    """permit raises Refused unless this process runs in the lab's own namespace of `host` and the share's marker, read
    through `read_marker()`, holds the lab's id. Gives the set of paths that the lab's generator wrote on this share."""
    if state is None or not state.data.get("ready"):
        raise Refused("there is no lab here that is up")
    made = state.data["namespaces"].get(namespace(state.prefix, host))
    if not made or own_identity() != made:
        raise Refused(f"this process is not inside the lab's namespace {namespace(state.prefix, host)}")
    try:
        marker = read_marker()
    except (OSError, ValueError) as failed:
        raise Refused(f"{shares.MARKER} of the share cannot be read: {failed}") from failed
    if marker.decode(errors="replace").strip() != state.lab_id:
        raise Refused(f"the share does not carry this lab's id in {shares.MARKER}")
    return {e["path"] for e in shares.load_manifest(state.directory / "manifest.jsonl") if e["share"] == share}


def walk(client, rng, folder=""):
    """walk lists the share as a program does that searches it: a folder's files, then its folders in a seeded order."""
    folders, files = client.list(folder)
    rng.shuffle(folders)
    for name in files:
        yield f"{folder}/{name}" if folder else name
    for name in folders:
        yield from walk(client, rng, f"{folder}/{name}" if folder else name)


def replay(state, out, *, host, share, profile, seed=1, files=50, rate=0.0, note=False, ipv6=False, user=None):
    """replay alters up to `files` files of the lab's share as `profile` does, `rate` files a second (0: as fast as it
    goes) and never more, also not after it was held up, and writes the truth to `out`. It ends by itself when calls
    fail. Refused where `permit` says no."""
    machine, rng = workstation(host, user), random.Random(f"{seed}/{profile}")
    server = FILE_SERVER.name if ipv6 else FILE_SERVER.ipv4  # the name: libsmbclient takes no IPv6 address
    client = smb.Client(server, share, machine, timeout=CALL_TIMEOUT)
    allowed = permit(state, host, share, lambda: client.read(shares.MARKER, limit=256))
    suffix = "." + "".join(rng.choices("bcdfghjklmnpqrstvwxz0123456789", k=6))
    counts = {"files_altered": 0, "files_complete": 0, "files_failed": 0}
    noted, failures, reason, due = set(), 0, "no more files", time.monotonic()
    with truth.Truth(out, profile=profile, seed=seed, client=machine.address(ipv6), client_mac=machine.mac,
                     user=machine.user, server=FILE_SERVER.address(ipv6), share=share, rate=rate, files_max=files,
                     content="random bytes, no cipher and no key") as record:
        try:
            for path in walk(client, rng):
                if path not in allowed:
                    continue
                begun = sum((counts["files_altered"], counts["files_failed"]))
                if begun >= files:
                    reason = "as many files as asked"
                    break
                if rate > 0:
                    time.sleep(max(0.0, due - time.monotonic()))
                    due = time.monotonic() + 1 / rate
                folder = path.rpartition("/")[0]
                if note and folder not in noted:
                    noted.add(folder)
                    client.write(f"{folder}/{NOTE_NAME}" if folder else NOTE_NAME, _NOTE.encode())
                job = _Job(client, path, suffix)
                error = None
                try:
                    PROFILES[profile](job)
                except (OSError, ValueError) as failed:
                    error = failed
                _record(record, job, profile, machine.address(ipv6), error, counts)
                failures = failures + 1 if error else 0
                if error and (smb.is_gone(error) or failures >= FAILURES_MAX):
                    reason = f"calls fail: {error}"
                    break
        except (OSError, ValueError) as failed:
            reason = f"calls fail: {failed}"
        record.add("end", time=time.time(), reason=reason, **counts)
    return counts


def _record(record, job, profile, address, error, counts):
    def unc(path):
        return truth.unc(job.client.server, job.client.share, path)

    if job.first_write is None:
        counts["files_failed"] += 1
        record.add("failed", path=unc(job.path), time=time.time(), error=str(error))
        return
    changed = True if job.bytes_written else "unknown"
    counts["files_altered"] += changed is True
    counts["files_failed"] += changed is not True
    counts["files_complete"] += error is None
    record.add("altered", path=unc(job.path), new_path=unc(job.new_path) if job.new_path else None, client=address,
               user=job.client.machine.user, kind=profile, time_first_write=job.first_write,
               time_done=None if error else time.time(), bytes_written=job.bytes_written, altered=changed,
               error=str(error) if error else None)
