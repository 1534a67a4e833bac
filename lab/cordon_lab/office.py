# SPDX-License-Identifier: Apache-2.0
"""Ordinary office work over SMB, as one user: what people and their programs do to a share all day, the awkward parts
included (save by rename, archives that replace what they hold, pictures encoded again in place).
"""

import json
import os
import random
import time
import zipfile

from . import client as smb
from . import documents, revise, words
from . import share as shares
from .network import FILE_SERVER, workstation

DIALECTS = ("SMB2_02", "SMB2_10", "SMB3_00", "SMB3_02", "SMB3_11")
READ_BYTES_MAX = 32 << 20
_HOMES = 4  # departments that one user works in, of each share


class Office:
    """Office is one user at work: two shares, some departments, and the files known there by (share, kind)."""

    def __init__(self, manifest, *, host, seed, scale=1.0, command_line=True, user=None):
        self.machine, self.scale, self.command_line = workstation(host, user), scale, command_line
        self.rng = random.Random(f"{seed}/{host}/work")
        self.clients = {s: smb.Client(FILE_SERVER.ipv4, s, self.machine) for s in shares.DEPARTMENTS}
        self.files, self.folders, self.own = {}, {}, []
        homes = {s: set(self.rng.sample(d, min(_HOMES, len(d)))) for s, d in shares.DEPARTMENTS.items()}
        for entry in manifest:
            if entry["path"].split("/")[0] in homes[entry["share"]]:
                self._know(entry["share"], entry["path"])
        self.share = self.client = None

    # --- what this user knows of the share --------------------------------------------------------------------------

    def _know(self, share, path):
        kind = path.rpartition(".")[2]
        self.files.setdefault((share, kind), []).append(path)
        folders = self.folders.setdefault(share, [])
        if (folder := path.rpartition("/")[0]) not in folders:
            folders.append(folder)

    def _add(self, path):
        self._know(self.share, path)
        self.own.append((self.share, path))

    def _forget(self, path, share=None):
        share = share or self.share
        known = self.files.get((share, path.rpartition(".")[2]), [])
        if path in known:
            known.remove(path)
        if (share, path) in self.own:
            self.own.remove((share, path))

    def _pick(self, *kinds):
        choices = [p for k in kinds for p in self.files.get((self.share, k), ())]
        if not choices:
            raise LookupError("nothing of this kind here")
        return self.rng.choice(choices)

    def _folder(self):
        folders = self.folders.get(self.share)
        if not folders:
            raise LookupError("no folder here")
        return self.rng.choice(folders)

    def _new_name(self, kind):
        return f"{self._folder()}/{self.rng.choice(('Note', 'Courrier', 'Tableau', 'Export', 'Liste', 'Relève'))} " \
               f"{self.rng.randint(1, 99999)}.{kind}"

    def _size(self, kind):
        _, median, spread = shares.KINDS[kind]
        return max(600, min(4 << 20, int(median * self.scale * self.rng.lognormvariate(0, spread * 0.7))))

    # --- what people do; each gives the path it was about -----------------------------------------------------------

    def browse(self):
        path = self._folder()
        for part in range(1, path.count("/") + 2):
            self.client.list("/".join(path.split("/")[:part]))
        for name in self.client.list(path)[1][:4]:
            self.client.size(f"{path}/{name}")
        return path

    def read(self):
        path = self._pick(*shares.KINDS)
        self.client.read(path, READ_BYTES_MAX)
        return path

    def preview(self):
        """preview is what an explorer does for an icon: the first bytes of several files."""
        folder = self._folder()
        for name in self.client.list(folder)[1][:5]:
            self.client.read(f"{folder}/{name}", 8192)
        return folder

    def word_save(self):
        """word_save: lock file, new temporary file, the original renamed away, the new one renamed to its name."""
        path = self._pick("docx", "pptx")
        folder, _, name = path.rpartition("/")
        lock = f"{folder}/~${name[2:]}"
        self.client.write(lock, self.machine.user.encode().ljust(162, b" "))
        try:
            data = revise.revise(name.rpartition(".")[2], self.rng, self.client.read(path))
            number = self.rng.randint(0, 9999)
            new, old = f"{folder}/~WRD{number:04}.tmp", f"{folder}/~WRL{number:04}.tmp"
            self.client.write(new, data)
            self.client.rename(path, old)
            self.client.rename(new, path)
            self.client.delete(old)
        finally:
            self.client.delete(lock)
        return path

    def excel_save(self):
        """excel_save: a temporary file without extension takes the original's place."""
        path = self._pick("xlsx")
        folder = path.rpartition("/")[0]
        data = revise.revise("xlsx", self.rng, self.client.read(path))
        new, old = (f"{folder}/{self.rng.getrandbits(32):08X}" for _ in range(2))
        self.client.write(new, data)
        self.client.rename(path, old + ".tmp")
        self.client.rename(new, path)
        self.client.delete(old + ".tmp")
        return path

    def libre_save(self):
        """libre_save: a lock file, then the original is written over."""
        path = self._pick("odt", "xlsx", "docx")
        folder, _, name = path.rpartition("/")
        lock = f"{folder}/.~lock.{name}#"
        self.client.write(lock, f",{self.machine.user},{self.machine.name},04.12.2022 21:00;".encode())
        try:
            old = self.client.read(path)
            self._in_place(path, old, revise.revise(name.rpartition(".")[2], self.rng, old))
        finally:
            self.client.delete(lock)
        return path

    def _in_place(self, path, old, new):
        """_in_place writes over the file as it stands; one that gets shorter is emptied first, as LibreOffice does."""
        with self.client.open(path, os.O_RDWR | (os.O_TRUNC if len(new) < len(old) else 0)) as file:
            smb.write_all(file, new)

    def new_document(self):
        kind = self.rng.choice(("docx", "xlsx", "pptx", "odt", "txt", "doc"))
        path = self._new_name(kind)
        self.client.write(path, documents.make(kind, self.rng, self._size(kind)))
        self._add(path)
        return path

    def copy(self):
        path = self._pick("docx", "xlsx", "pdf", "jpg", "png", "odt", "csv")
        kind = path.rpartition(".")[2]
        new = f"{self._folder()}/{path.rpartition('/')[2].rpartition('.')[0]} - Copie {self.rng.randint(1, 999)}.{kind}"
        self.client.write(new, self.client.read(path))
        self._add(new)
        return new

    def move(self):
        path = self._pick(*shares.KINDS)
        folder, _, name = path.rpartition("/")
        stem, _, kind = name.rpartition(".")
        if self.rng.random() < 0.5:
            new = f"{self._folder()}/{name}"
        else:
            new = f"{folder}/{stem} (ancien {self.rng.randint(1, 999)}).{kind}"
        if new != path:
            self.client.rename(path, new)
            self._forget(path)
            self._know(self.share, new)
        return path

    def delete(self):
        mine = [p for s, p in self.own if s == self.share]
        path = self.rng.choice(mine) if mine and self.rng.random() < 0.7 else self._pick("txt", "csv", "msg", "xls")
        self.client.delete(path)
        self._forget(path)
        return path

    def csv_export(self):
        path = self._new_name("csv")
        self.client.write(path, documents.make("csv", self.rng, self._size("csv")))
        self._add(path)
        return path

    def log_append(self):
        path = self._pick("log", "csv", "txt")
        self.client.append(path, "".join(documents.log_line(self.rng, i) for i in range(self.rng.randint(1, 12))).encode())
        return path

    def dicom_store(self):
        """dicom_store: a modality leaves a small series in a new folder."""
        folder = f"{self._folder()}/ETUDE{self.rng.randint(0, 999999):06}"
        self.client.make_folder(folder)
        for number in range(self.rng.randint(2, 4)):
            path = f"{folder}/IM{number:06}.dcm"
            self.client.write(path, documents.make("dcm", self.rng, self._size("dcm")), chunk=1 << 20)
            self._add(path)
        return folder

    def print_pdf(self):
        path = self._new_name("pdf")
        self.client.write(path, revise.printed(self.rng, words.text(self.rng, self._size("docx"))))
        self._add(path)
        return path

    def zip_folder(self):
        """zip_folder: a folder's files are read and packed beside it."""
        folder = self._folder()
        members = [(n, self.client.read(f"{folder}/{n}", 4 << 20), True) for n in self.client.list(folder)[1][:6]
                   if not n.startswith(("~", "."))]
        if not members:
            raise LookupError("an empty folder")
        path = f"{folder} {self.rng.randint(1, 99999)}.zip"
        self.client.write(path, documents.zipped(members))
        self._add(path)
        return path

    def png_to_jpg(self):
        path = self._pick("png")
        new = f"{path[:-4]} {self.rng.randint(1, 999)}.jpg"
        self.client.write(new, revise.to_jpeg(self.client.read(path)))
        self._add(new)
        return new

    def rotate(self):
        """rotate: a picture is turned and encoded again, over the old one."""
        path = self._pick("jpg", "png")
        old = self.client.read(path)
        self._in_place(path, old, revise.revise(path.rpartition(".")[2], self.rng, old))
        return path

    def text_edit(self):
        path = self._pick("txt", "csv")
        old = self.client.read(path)
        self._in_place(path, old, revise.revise(path.rpartition(".")[2], self.rng, old))
        return path

    def gz_export(self):
        """gz_export: an export is packed and the plain one deleted. Honest, and it looks like theft of the plain text."""
        path = self._pick("csv", "sql", "log", "xml", "hl7")
        self.client.write(path + ".gz", documents.gz_bytes(self.client.read(path)))
        self.client.delete(path)
        self._forget(path)
        self._add(path + ".gz")
        return path

    def replace_archive(self):
        path = self._pick("zip", "gz")
        kind = path.rpartition(".")[2]
        self.client.read(path, 65536)
        self.client.write(path, documents.make(kind, self.rng, self._size(kind)))
        return path

    def other_client(self):
        """other_client: the same share through smbclient, in an exact dialect."""
        if not self.command_line:
            raise LookupError("not wanted here")
        path = self._pick("docx", "pdf", "txt", "csv")
        folder, _, name = path.rpartition("/")
        smb.command_line(FILE_SERVER.ipv4, self.share, self.machine.user, self.rng.choice(DIALECTS),
                         [f'cd "{folder}"', "ls", f'get "{name}" /dev/null'])
        return path

    _HABITS = {browse: 14, read: 22, preview: 4, word_save: 10, excel_save: 6, libre_save: 5, new_document: 6, copy: 4,
               move: 4, delete: 3, csv_export: 4, log_append: 4, dicom_store: 2, print_pdf: 4, zip_folder: 2,
               png_to_jpg: 2, rotate: 3, text_edit: 4, gz_export: 2, replace_archive: 1.5, other_client: 1.5}

    def act(self):
        """act does one thing; gives what is written to the log."""
        self.share = self.rng.choices(("commun", "services"), (3, 2))[0]
        self.client = self.clients[self.share]
        action = self.rng.choices(list(self._HABITS), list(self._HABITS.values()))[0]
        entry = {"time": time.time(), "host": self.machine.name, "user": self.machine.user, "share": self.share,
                 "action": action.__name__}
        try:
            entry["path"] = action(self)
            entry["ok"] = True
        except LookupError as nothing:
            entry.update(ok=True, skipped=str(nothing))
        except (OSError, ValueError, zipfile.BadZipFile) as failed:  # moved by somebody, destroyed, or the way is cut
            entry.update(ok=False, gone=smb.is_gone(failed), error=str(failed))
        return entry


def work(state, out, *, host, seconds, pace=1.0, seed=1, scale=1.0, command_line=True, user=None):
    """work does about `pace` things a second for `seconds` and writes one JSON line each to `out`."""
    office = Office(shares.load_manifest(state.directory / "manifest.jsonl"), host=host, seed=seed, scale=scale,
                    command_line=command_line, user=user)
    until = time.monotonic() + seconds
    with open(out, "w", encoding="utf-8") as log:
        while time.monotonic() < until:
            entry = office.act()
            log.write(json.dumps(entry, ensure_ascii=False) + "\n")
            log.flush()
            if "skipped" not in entry:
                time.sleep(min(office.rng.expovariate(pace), max(0.0, until - time.monotonic())))
