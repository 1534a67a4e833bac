# SPDX-License-Identifier: Apache-2.0
"""Lab: one hospital network, from up() to down(). The command line and the tests use this class and nothing below it.

    with Lab.up("/tmp/night", plan=Plan(files=200, scale=0.2)) as lab:
        lab.work(seconds=10)
        print(len(lab.encrypt("in-place-rename", files=20)))
"""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from . import capture as captures
from . import encryption, fileserver, network, share, state, truth, worker
from .errors import LabError, Refused
from .network import WORKSTATIONS, inside, namespace
from .share import Plan

PYTHON = "/usr/bin/python3"  # Debian's: python3-smbc and python3-pil are its modules
PREFIX = "cdn"
_TOOLS = ("ip", "tc", "ethtool", "nsenter", "sysctl", "ss", "smbd", "smbpasswd", "smbclient", "tcpdump")
_MADE = ("shares", "fs", "clients")  # the folders below DIR that down() removes; results stay
GIVE_UP_EXTRA = 45.0  # seconds a worker may take beyond its time before it is ended: longer than its SMB time-outs


class Task:
    """Task is one process of the lab that was started and is waited for."""

    def __init__(self, lab, role, process, out=None, log=None):
        self._lab, self.role, self._process, self.out, self._log = lab, role, process, out, log
        self.pid, self._start = process.pid, state.start_time(process.pid)

    def running(self):
        return self._process.poll() is None

    def signal(self, number):
        if self.running():
            self._process.send_signal(number)

    def wait(self, timeout=None):
        """wait gives the exit status, or None after `timeout` seconds."""
        try:
            status = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            return None
        self._lab.state.forget_process(self.pid)
        return status

    def stop(self):
        """stop ends it if it still runs, hard after three seconds."""
        if self.running():
            self.signal(signal.SIGTERM)
            if self.wait(3) is None:
                self._process.kill()
        self.wait()

    def finish(self, give_up):
        """finish waits at most `give_up` seconds, ends it then, and raises what the worker refused."""
        status = self.wait(give_up)
        if status is None:
            self.stop()
            return False
        if status:
            said = self._log.read_text(errors="replace").strip() if self._log else ""
            if status == worker.EXIT_REFUSED:
                raise Refused(said)
            raise LabError(f"{self.role} ended with status {status}: {said[-600:]}")
        return True


class Lab:
    """Lab is a network that is up, known by its directory; several may stand at once with different prefixes."""

    def __init__(self, record):
        self.state = record
        self.directory = record.directory
        self.prefix = record.prefix
        self.results = self.directory / "results"
        self._tasks = []

    # --- up and down ------------------------------------------------------------------------------------------------

    @classmethod
    def up(cls, directory, prefix=PREFIX, *, plan=Plan(), encrypt=False, signing="default", routed=False):
        """up makes the network, with a bridge or a router in its middle, fills the shares and starts file server and care
        listener. On failure nothing is left."""
        check_machine()
        network.check_prefix(prefix)
        directory = Path(directory).resolve()
        taken = [n for n in _MADE if (directory / n).exists()]
        if taken:
            raise LabError(f"{directory} holds {', '.join(taken)} already and no lab is up there: choose another --dir")
        lab = cls(state.State.create(directory, prefix))
        try:
            fileserver.check_reachable(directory)
            lab.results.mkdir(exist_ok=True)
            network.make_namespaces(lab.state)
            network.wire(prefix, routed)
            manifest = []
            (directory / "shares").mkdir()
            for name in fileserver.SHARES:
                manifest += share.fill(fileserver.share_path(directory, name), name, plan, lab.state.lab_id,
                                       fileserver.account_ids())
            share.save_manifest(directory / "manifest.jsonl", manifest)
            fileserver.configure(directory, encrypt=encrypt, signing=signing)
            for host in WORKSTATIONS:
                fileserver.client_configuration(directory, host)
            fileserver.start(lab.state, lambda role, command, log: lab.spawn_task(role, command, log=log).pid)
            lab._start_worker("listen", network.CARE.name, "care-listener")
            lab._wait_for_care()
            with lab.state.changing() as data:
                data.update(ready=True, plan=vars(plan), encrypt=encrypt)
        except BaseException:
            lab.down()
            raise
        return lab

    @classmethod
    def open(cls, directory):
        """open finds the lab of a directory that is up already."""
        record = state.State.load(directory)
        if record is None or not record.data["ready"]:
            raise LabError(f"no lab is up in {directory}; `lab up --dir {directory}` makes one")
        return cls(record)

    def down(self):
        """down takes away what this lab made: its processes, namespaces, shares. Results stay. Idempotent.
        Gives a list of sentences about what was left alone because it is not this lab's."""
        # A second Ctrl-C must not leave half a network behind; what follows ends within seconds.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
        try:
            return self._take_away()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def _take_away(self):
        left = []
        with contextlib.suppress(FileNotFoundError):
            self.state.data = json.loads((self.directory / state.STATE_FILE).read_text())
        for _ in range(3):  # a process may have been starting another
            found = state.processes_of(self.state.lab_id, self.state.data["processes"])
            if not found:
                break
            state.stop_processes(found)
        for task in self._tasks:
            with contextlib.suppress(subprocess.TimeoutExpired):
                task._process.wait(5)
        if not self.directory.exists():
            return left
        for name in network.remove_namespaces(self.state):
            left.append(f"namespace {name} was made by somebody else since; it is left alone")
        for name in _MADE:
            shutil.rmtree(self.directory / name, ignore_errors=True)
        for name in ("manifest.jsonl", state.STATE_FILE, state.STATE_FILE + ".new", "lock"):
            (self.directory / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            self.results.rmdir()  # if nothing is in it
        return left

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.down()

    # --- processes --------------------------------------------------------------------------------------------------

    def spawn_task(self, role, command, *, log=None, environment=None, out=None):
        """spawn_task starts a recorded process in a session of its own; its output goes to the file `log`."""
        sink = open(log, "wb") if log else subprocess.DEVNULL
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True,
                env={**os.environ, state.ID_VARIABLE: self.state.lab_id, **(environment or {})}, cwd="/")
        finally:
            if log:
                sink.close()
        task = Task(self, role, process, out, log)
        self._tasks.append(task)
        self.state.remember_process(role, process.pid)
        return task

    def _start_worker(self, kind, place, name, *, hosts_file=None, **options):
        """_start_worker runs worker.py in a namespace; hosts_file stands in for /etc/hosts, for it alone."""
        out = self.results / f"{name}.jsonl"
        out.unlink(missing_ok=True)  # an older run's: whoever follows it must not read that
        home = self.directory / "clients" / place
        environment = {"PYTHONPATH": str(Path(__file__).resolve().parent.parent), "PYTHONDONTWRITEBYTECODE": "1",
                       "HOME": str(home), "SMB_CONF_PATH": str(home / ".smb" / "smb.conf")}
        under = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"', str(hosts_file)]
        command = inside(self.prefix, place, *(under if hosts_file else []), PYTHON, "-m", "cordon_lab.worker",
                         str(self.directory), kind, str(out), json.dumps(options))
        log = self.directory / "clients" / f"{name}.log"
        return self.spawn_task(name, command, log=log, environment=environment, out=out)

    def _wait_for_care(self):
        probe = inside(self.prefix, network.CARE.name, "ss", "-Hltn")
        until = time.monotonic() + fileserver.START_MAX
        while "2575" not in subprocess.run(probe, capture_output=True, text=True, check=False).stdout:
            if time.monotonic() > until:
                raise LabError("the care listener did not come up")
            time.sleep(0.05)

    # --- what happens on the network --------------------------------------------------------------------------------

    def start_work(self, seconds, *, hosts=None, pace=1.0, seed=1, scale=None, command_line=True, user=None):
        """start_work lets each workstation's user, or `user`, work for `seconds`; gives their tasks, whose `out` is the log."""
        scale = self.state.data["plan"]["scale"] if scale is None else scale
        return [self._start_worker("work", h, f"work-{h}" + (f"-{user}" if user else ""), host=h, seconds=seconds, pace=pace, seed=seed, scale=scale,
                                   command_line=command_line, user=user) for h in hosts or [w.name for w in WORKSTATIONS]]

    def work(self, seconds, **options):
        """work is start_work, waited for. Gives the entries of all logs, in order of time."""
        tasks = self.start_work(seconds, **options)
        for task in tasks:
            task.finish(seconds + GIVE_UP_EXTRA)
        return sorted((e for t in tasks for e in truth.load(t.out)), key=lambda e: e["time"])

    def start_care(self, seconds, *, hosts=None, interval=1.0):
        """start_care lets workstations send HL7 to the care listener; gives their tasks, whose `out` is the log."""
        return [self._start_worker("care", h, f"care-{h}", host=h, seconds=seconds, interval=interval)
                for h in hosts or [w.name for w in WORKSTATIONS]]

    def start_encrypt(self, profile, *, host="ws2", share_name="commun", seed=1, files=50, rate=0.0, note=False, ipv6=False,
                      user=None):
        """start_encrypt starts the encryption replay on one workstation; its task's `out` is the truth, growing.
        user: who does it, if not the workstation's own. ipv6: it reaches the server as `fs` over IPv6."""
        if profile not in encryption.PROFILES:
            raise LabError(f"no profile is called {profile}; there are {', '.join(encryption.PROFILES)}")
        network.workstation(host)
        hosts_file = None
        if ipv6:
            hosts_file = self.directory / "clients" / "hosts"
            hosts_file.write_text(f"::1 localhost\n{network.FILE_SERVER.ipv6} {network.FILE_SERVER.name}\n")
        return self._start_worker("encrypt", host, f"encrypt-{host}-{profile}", hosts_file=hosts_file, host=host,
                                  share=share_name, profile=profile, seed=seed, files=files, rate=rate, note=note, ipv6=ipv6,
                                  user=user)

    def encrypt(self, profile, *, give_up=None, **options):
        """encrypt is start_encrypt, waited for at most `give_up` seconds. Gives the files altered, as in truth.altered."""
        task = self.start_encrypt(profile, **options)
        if give_up is None:
            rate = options.get("rate") or 0
            give_up = GIVE_UP_EXTRA + (options.get("files", 50) / rate if rate else 300)
        return self.finish_encrypt(task, give_up)

    def finish_encrypt(self, task, give_up):
        """finish_encrypt waits for a replay, ends it after `give_up` seconds, and settles what was left in doubt."""
        if not task.finish(give_up):
            with open(task.out, "a", encoding="utf-8") as out:
                out.write(json.dumps({"type": "end", "time": time.time(), "reason": "ended by the lab: gave up"}) + "\n")
        self.settle(task.out)
        return truth.altered(truth.load(task.out))

    def settle(self, path):
        """settle looks on the server's disk for the files whose first write got no answer, and says what became of them."""
        entries = truth.load(path)
        original = {truth.unc(server, e["share"], e["path"]): e
                    for e in share.load_manifest(self.directory / "manifest.jsonl")
                    for server in (network.FILE_SERVER.ipv4, network.FILE_SERVER.name)}
        with open(path, "a", encoding="utf-8") as out:
            for entry in entries:
                if entry["type"] != "altered" or entry["altered"] != "unknown":
                    continue
                made = original[entry["path"]]
                file = fileserver.share_path(self.directory, made["share"]) / made["path"]
                same = file.exists() and hashlib.sha256(file.read_bytes()).hexdigest() == made["sha256"]
                out.write(json.dumps({"type": "settled", "path": entry["path"], "altered": not same},
                                     ensure_ascii=False) + "\n")

    def capture(self, path, *, bulk=False):
        """capture starts a capture of the mirror port; stop() of what it gives ends it and fails if a frame was lost."""
        return captures.Capture(self, Path(path).resolve(), bulk=bulk)

    def status(self):
        """status tells what stands, as a dict fit for JSON."""
        data = self.state.data
        names = {p["pid"]: p["role"] for p in data["processes"]}
        found = state.processes_of(self.state.lab_id, data["processes"])
        return {"directory": str(self.directory), "prefix": self.prefix, "lab_id": self.state.lab_id, "ready": data["ready"],
                "namespaces": {n: network.identity(n) == made for n, made in data["namespaces"].items()},
                "processes": {str(pid): names.get(pid, "child") for pid in sorted(found)},
                "encrypt": data.get("encrypt"), "plan": data.get("plan"),
                "core": namespace(self.prefix, "core"), "mon": namespace(self.prefix, "mon")}


def check_machine():
    """check_machine fails with a clear word without root or without a tool that the lab needs."""
    if os.geteuid() != 0:
        raise LabError("the lab makes network namespaces and needs root: run it with sudo")
    missing = [t for t in _TOOLS if shutil.which(t) is None]
    for module in ("smbc", "PIL"):
        if subprocess.run([PYTHON, "-c", f"import {module}"], capture_output=True, check=False).returncode:
            missing.append(f"{module} of {PYTHON}")
    if missing:
        raise LabError(f"missing: {', '.join(missing)}; packages.txt names the packages in its section lab")


def down(directory):
    """down takes away the lab of a directory, whatever state a crash left it in. True if there was one."""
    record = state.State.load(directory)
    if record is None:
        return False
    for sentence in Lab(record).down():
        print(sentence, file=sys.stderr)
    return True
