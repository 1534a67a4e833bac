# SPDX-License-Identifier: Apache-2.0
"""One workstation's SMB client: libsmbclient, as the workstation's user, within the workstation's namespace.

Paths are relative to the share, with `/`. Failures are OSError with the errno that libsmbclient gave.
"""

import contextlib
import errno
import os
import subprocess
from urllib.parse import quote

from . import fileserver

CHUNK = 1 << 16  # one READ or WRITE, as most programs ask; also the most an SMB 2.0.2 server grants


def is_gone(error):
    """is_gone tells whether the way to the server is gone, not just the file: what a cut looks like from here."""
    return isinstance(error, OSError) and error.errno in (
        errno.ETIMEDOUT, errno.ECONNREFUSED, errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE, errno.EHOSTUNREACH,
        errno.ENETUNREACH, errno.ENOTCONN, errno.EIO)


class _Calls:
    """_Calls passes calls on to an object of libsmbclient's, which raises RuntimeError for an errno it has no class for."""

    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        method = getattr(self._inner, name)

        def call(*words):
            try:
                return method(*words)
            except RuntimeError as failed:
                raise OSError(*failed.args) from failed
        return call


class Client:
    """Client is the connection of one workstation's user (machine: a network.Host) to one share; connects when first used."""

    def __init__(self, server, share, machine, timeout=6.0):
        import smbc  # here, so that what only makes files needs no libsmbclient
        context = smbc.Context(auth_fn=lambda *_: (fileserver.DOMAIN, machine.user, fileserver.PASSWORD))
        context.optionNoAutoAnonymousLogin = True
        context.timeout = int(timeout * 1000)
        self._context = _Calls(context)
        self._file_type, self._folder_type = smbc.FILE, smbc.DIR
        self.server, self.share, self.machine = server, share, machine

    def url(self, path):
        return f"smb://{self.server}/{self.share}/{quote(path)}"

    def open(self, path, flags, mode=0o644):
        return contextlib.closing(_Calls(self._context.open(self.url(path), flags, mode)))

    def read(self, path, limit=None, chunk=CHUNK):
        """read gives the file's bytes, or the first `limit` of them."""
        parts, left = [], limit
        with self.open(path, os.O_RDONLY) as file:
            while left is None or left > 0:
                part = file.read(chunk if left is None else min(chunk, left))
                if not part:
                    break
                parts.append(part)
                if left is not None:
                    left -= len(part)
        return b"".join(parts)

    def write(self, path, data, chunk=CHUNK):
        """write makes the file anew, or replaces its content from an empty one."""
        with self.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC) as file:
            write_all(file, data, chunk)

    def append(self, path, data):
        with self.open(path, os.O_RDWR) as file:
            file.lseek(0, os.SEEK_END)
            write_all(file, data)

    def rename(self, old, new):
        self._context.rename(self.url(old), self.url(new))

    def delete(self, path):
        self._context.unlink(self.url(path))

    def make_folder(self, path):
        self._context.mkdir(self.url(path), 0o755)

    def size(self, path):
        return self._context.stat(self.url(path))[6]

    def list(self, path):
        """list gives (folders, files) of a folder, each a sorted list of names."""
        folders, files = [], []
        for entry in self._context.opendir(self.url(path)).getdents():
            if entry.name in (".", ".."):
                continue
            if entry.smbc_type == self._folder_type:
                folders.append(entry.name)
            elif entry.smbc_type == self._file_type:
                files.append(entry.name)
        return sorted(folders), sorted(files)


def write_all(file, data, chunk=CHUNK):
    for at in range(0, len(data), chunk):
        part = data[at:at + chunk]
        if file.write(part) != len(part):
            raise OSError(5, "short write")


def command_line(server, share, user, dialect, commands, timeout=20):
    """command_line runs smbclient with exactly one dialect (SMB2_02 … SMB3_11); commands joined by ';'. OSError if it fails."""
    done = subprocess.run(
        ["smbclient", f"//{server}/{share}", "-U", f"{fileserver.DOMAIN}\\{user}%{fileserver.PASSWORD}", "-m", dialect,
         "--option", f"client min protocol={dialect}", "-t", "5", "-c", ";".join(commands)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode:
        raise OSError(5, (done.stdout + done.stderr).strip().splitlines()[-1:] or "smbclient failed")
