# SPDX-License-Identifier: Apache-2.0
"""Deny then kill on a real smbd: who writes in a loop is stopped and kept out, and who sits beside him notices nothing.

usage: samba_test.py PROBE PROGRAM [--bench N [CHAIN] | unittest arguments]   PROBE is enforcer_probe, PROGRAM is cordon-smb
--bench N measures N cuts, with CHAIN, which is bench_cut_chain, from before the verdict.
Needs root, network namespaces, samba and python3-smbc; exit status 77 says that something is missing.
"""
import contextlib
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

import netlab
from chain import Chain
from netlab import Lab, inside
from probe import Probe, figures

PROBE = PROGRAM = SERVER = HOSTS = PROTECTED = None  # set by main()
PASSWORD, ACCOUNT = "cordon-lab", "nobody"
USERS = ("games", "mail")  # Debian's, with passwords in this Samba alone
NEEDED = ("smbd", "smbpasswd", "smbcontrol", "smbstatus", "testparm", "nsenter", "ip")
PYTHON = "/usr/bin/python3"

CONF = """[global]
 workgroup = HOPITAL
 server role = standalone server
 netbios name = FS
 private dir = {base}/private
 lock directory = {base}/lock
 state directory = {base}/state
 cache directory = {base}/cache
 pid directory = {base}/run
 ncalrpc dir = {base}/ncalrpc
 log file = {base}/log/smbd.log
 log level = 1
 smb ports = 445
 disable netbios = yes
 load printers = no
 printcap name = /dev/null
 disable spoolss = yes
 server min protocol = SMB2_02
 idmap config * : range = 100000-199999
 include = {base}/cordon.conf
[commun]
 path = {base}/share
 read only = no
 force user = {account}
"""

# Writes a new file of 64 KiB and renames it, over and over, and connects again for ever; a line for each.
WRITER = r"""
import os, sys, time
import smbc
address, name, user = sys.argv[1:4]
data, number = os.urandom(65536), 0
def say(*words):
    print("%.6f" % time.monotonic(), *words, flush=True)
context = smbc.Context(auth_fn=lambda *_: ("HOPITAL", user, "cordon-lab"))
context.optionNoAutoAnonymousLogin, context.timeout = True, 5000
while True:
    number += 1
    path = "smb://%s/commun/%s-%d" % (address, name, number)
    try:
        file = context.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
        file.write(data)
        file.close()
        context.rename(path, path + ".locked")
        context.unlink(path + ".locked")
        say("wrote", number)
    except Exception as error:
        say("failed", type(error).__name__, error)
        time.sleep(0.02)
"""


def until(what, seconds, ask, pause=0.02):
    end = time.monotonic() + seconds
    while True:
        if answer := ask():
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(pause)


class Server:
    """Server is smbd and cordon-smb in the namespace of one host."""

    def __init__(self, host):
        self.host = host
        self.base = tempfile.mkdtemp(prefix="cdsmb", dir="/var/tmp")
        self.conf, self.include = f"{self.base}/smb.conf", f"{self.base}/cordon.conf"
        self.socket = f"{self.base}/cordon-smb.sock"
        self.smbd = self.helper = None

    def __enter__(self):
        try:
            os.chmod(self.base, 0o755)
            for name in ("private", "lock", "state", "cache", "run", "ncalrpc", "log", "share"):
                os.makedirs(f"{self.base}/{name}")
            account = pwd.getpwnam(ACCOUNT)
            os.chown(f"{self.base}/share", account.pw_uid, account.pw_gid)
            with open(self.conf, "w") as file:
                file.write(CONF.format(base=self.base, account=ACCOUNT))
            for name in (ACCOUNT, *USERS):
                subprocess.run(["smbpasswd", "-c", self.conf, "-s", "-a", name], input=f"{PASSWORD}\n{PASSWORD}\n",
                               capture_output=True, text=True, check=True)
            self.start_smbd()
            self.start_helper()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for process in (self.helper, self.smbd):
            if process:
                process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(5)
                process.kill()
                process.wait()
        if os.environ.get("CORDON_KEEP"):
            print(f"kept: {self.base}")
        else:
            shutil.rmtree(self.base, ignore_errors=True)

    def start(self, name, *command):
        with open(f"{self.base}/log/{name}", "ab") as log:
            return subprocess.Popen(["setpriv", "--pdeathsig", "TERM", "nsenter",
                                     f"--net=/run/netns/{self.host.namespace}", *command],
                                    stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)

    def start_smbd(self):
        self.smbd = self.start("smbd.out", "smbd", "-F", "--no-process-group", "-s", self.conf)

        def listens():
            with inside(self.host.namespace), contextlib.suppress(OSError):
                socket.create_connection((self.host.ip4, 445), 1).close()
                return os.path.exists(f"{self.base}/run/smbd.pid")

        until("smbd listens", 20, listens)

    def start_helper(self, *more):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.socket)
        self.helper = self.start("cordon-smb", PROGRAM, "--conf", self.conf, "--include", self.include,
                                 "--socket", self.socket, "--protect", PROTECTED, "--protect-user", ACCOUNT, *more)
        until("cordon-smb answers", 20, lambda: self.ask("hello t version=2")[0].startswith("ok"))

    def kill_helper(self):
        self.helper.kill()
        self.helper.wait()

    def said(self):
        with open(f"{self.base}/log/cordon-smb") as file:
            return file.read()

    def connect(self):
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(15)
        try:
            client.connect(self.socket)
        except OSError:
            client.close()
            raise
        return client

    def ask(self, line):
        """ask gives the lines of the answer to one request; one empty line where nobody answers."""
        try:
            with self.connect() as client:
                client.sendall(line.encode() + b"\n")
                reader = client.makefile("r")
                answer = [reader.readline().rstrip("\n")]
                if answer[0].startswith("ok") and line.split()[0] in ("list", "health"):
                    while answer[-1] != ".":
                        answer.append(reader.readline().rstrip("\n"))
                return answer
        except OSError:
            return [""]

    def status(self, host):
        """status asks Samba's own tool which sessions a host has."""
        said = subprocess.run(["smbstatus", "-s", self.conf, "--json"], capture_output=True, text=True).stdout
        return [s for s in json.loads(said)["sessions"].values() if host.ip4 in (s["remote_machine"], s["hostname"])]

    def shown(self):
        return subprocess.run(["testparm", "-s", self.conf], capture_output=True, text=True).stdout


class Writer:
    """Writer is a client that writes in a loop, in the namespace of a host."""

    def __init__(self, host, server, user=ACCOUNT):
        self.out = tempfile.NamedTemporaryFile("r", prefix="cdsmb")
        with open(self.out.name, "w") as out:
            self.process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "nsenter", f"--net=/run/netns/{host.namespace}", PYTHON, "-c", WRITER,
                 server.host.ip4, f"{host.namespace}-{user}", user], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.DEVNULL,
                env={"HOME": server.base, "PATH": os.environ["PATH"]})
        until("the first file is written", 20, lambda: self.wrote())

    def lines(self):
        with open(self.out.name) as file:
            return [(float(l.split()[0]), l.split()[1]) for l in file if l.endswith("\n")]

    def wrote(self, since=0.0):
        return [when for when, what in self.lines() if what == "wrote" and when > since]

    def failed(self, since=0.0):
        return [when for when, what in self.lines() if what == "failed" and when > since]

    def close(self):
        self.process.kill()
        self.process.wait()
        self.out.close()


class Case(unittest.TestCase):
    def setUp(self):
        _, self.ill, self.well, self.ward = HOSTS
        self.probe = None

    def start_probe(self, *more):
        probe = Probe(PROBE, "samba", SERVER.socket, *more)
        self.addCleanup(probe.close)
        if not more:
            probe.process_is("up")
            self.addCleanup(SERVER.ask, f"allow cleanup ips={self.ill.ip4},{self.well.ip4},{self.ill.ip6} "
                                        f"logins=games@{self.ill.ip4},mail@{self.ill.ip4}")
        return probe

    def writer(self, host, user=ACCOUNT):
        writer = Writer(host, SERVER, user)
        self.addCleanup(writer.close)
        return writer


class DenyThenKill(Case):
    def test_one_is_stopped_and_kept_out_and_the_other_notices_nothing(self):
        probe = self.start_probe()
        attacker, innocent = self.writer(self.ill), self.writer(self.well)
        probe.apply("c1", self.ill.mac, self.ill.ip4, self.ill.ip6, deadline_ms=8000)
        applied = probe.report("c1", "applied")
        time.sleep(2.0)  # it tries to come back all the while
        self.assertEqual([], attacker.wrote(applied.time), "it wrote after the cut was reported")
        self.assertGreater(len(attacker.failed(applied.time)), 5, "it did not even try")
        self.assertEqual([], SERVER.status(self.ill))
        self.assertIn(f"hosts deny = {self.ill.ip4}", SERVER.shown())
        probe.report("c1", "read_back", applied.time)
        self.assertNotIn("missing", probe.steps("c1"))
        self.assertEqual([], innocent.failed(), "the innocent client had an error")
        self.assertGreater(len(innocent.wrote(applied.time)), 10)

        probe.lift("c1", self.ill.mac, self.ill.ip4, self.ill.ip6)
        lifted = probe.report("c1", "lifted")
        until("it writes again", 8, lambda: attacker.wrote(lifted.time))
        self.assertNotIn("hosts deny", SERVER.shown())
        self.assertEqual([], innocent.failed())

    def test_dry_run_counts_and_changes_nothing(self):
        writer = self.writer(self.ill)
        probe = self.start_probe("dry")
        begun = probe.apply("c1", self.ill.ip4)
        self.assertIn("1 connections would be ended", probe.report("c1", "rehearsed").words[3])
        time.sleep(0.5)
        self.assertGreater(len(writer.wrote(begun)), 2)
        self.assertEqual([], writer.failed())
        self.assertNotIn("hosts deny", SERVER.shown())

    def test_a_cut_ends_by_itself(self):
        probe = self.start_probe()
        writer = self.writer(self.ill)
        begun = time.time()
        SERVER.ask(f"deny c1 ips={self.ill.ip4} until={int(begun) + 3}")
        denied = time.monotonic()
        until("it is kept out", 3, lambda: writer.failed(denied))
        until("it writes again", 10, lambda: writer.wrote(denied + 0.5))
        self.assertGreaterEqual(time.time(), int(begun) + 3)
        self.assertEqual([], SERVER.ask("list l")[1:-1])
        del probe

    def test_the_same_cut_again_is_the_same_cut(self):
        probe = self.start_probe()
        for until_s in (600, 60, 600):
            since = probe.apply("c1", self.ill.ip4, until=until_s, deadline_ms=8000)
            probe.report("c1", "applied", since)
        listed = SERVER.ask("list l")
        self.assertEqual(1, len(listed) - 2, listed)
        self.assertIn("cut=c1", listed[1])


class Users(Case):
    """Two users on one address, as on a terminal server."""

    def test_one_is_refused_and_the_other_at_the_same_address_notices_nothing(self):
        probe = self.start_probe()
        attacker, innocent, elsewhere = (self.writer(self.ill, "games"), self.writer(self.ill, "mail"),
                                         self.writer(self.well, "games"))
        probe.apply("c1", f"games@{self.ill.ip4}", deadline_ms=8000)
        applied = probe.report("c1", "applied")
        time.sleep(2.0)  # he tries to come back all the while
        self.assertEqual([], attacker.wrote(applied.time), "he wrote after the cut was reported")
        self.assertGreater(len(attacker.failed(applied.time)), 5, "he did not even try")
        probe.report("c1", "read_back", applied.time)
        self.assertNotIn("missing", probe.steps("c1"))
        for name, other in (("his neighbour", innocent), ("he himself at another machine", elsewhere)):
            self.assertEqual([], other.failed(), f"{name} had an error")
            self.assertGreater(len(other.wrote(applied.time)), 10, name)
        self.assertNotIn("hosts deny", SERVER.shown())

        probe.lift("c1", f"games@{self.ill.ip4}")
        lifted = probe.report("c1", "lifted")
        until("he writes again", 8, lambda: attacker.wrote(lifted.time))
        self.assertFalse(os.path.exists(f"{SERVER.include}.{self.ill.ip4}"))
        self.assertEqual([], innocent.failed())

    def test_it_outlives_helper_and_smbd_and_ends_by_itself(self):
        probe = self.start_probe()
        writer = self.writer(self.ill, "games")
        probe.apply("c1", f"games@{self.ill.ip4}", deadline_ms=8000)
        probe.report("c1", "applied")
        SERVER.kill_helper()
        SERVER.smbd.terminate()
        SERVER.smbd.wait()
        SERVER.start_smbd()
        killed = time.monotonic()
        until("he tries again", 8, lambda: len(writer.failed(killed)) > 3)
        self.assertEqual([], writer.wrote(killed))
        SERVER.start_helper()
        back = probe.wait(lambda line: line.kind == "in_force", killed)
        self.assertIn(f"games@{self.ill.ip4}", " ".join(back.words))
        probe.close()  # it would ask for it again
        self.assertIn("ok c1", SERVER.ask(f"refuse c1 logins=games@{self.ill.ip4} until={int(time.time()) + 5}")[0])
        until("he writes again", 30, lambda: writer.wrote(killed))

    def test_a_file_that_somebody_else_took_away_is_seen_and_put_back(self):
        probe = self.start_probe()
        probe.apply("c1", f"games@{self.ill.ip4}", deadline_ms=8000)
        probe.report("c1", "read_back")
        since = time.monotonic()
        os.unlink(f"{SERVER.include}.{self.ill.ip4}")
        probe.report("c1", "missing", since)
        probe.report("c1", "applied", since)
        with open(f"{SERVER.include}.{self.ill.ip4}") as file:
            self.assertIn("invalid users = games\n", file.read())

    def test_dry_run_counts_and_changes_nothing(self):
        writer = self.writer(self.ill, "games")
        probe = self.start_probe("dry")
        begun = probe.apply("c1", f"games@{self.ill.ip4}")
        self.assertIn("1 connections would be ended", probe.report("c1", "rehearsed").words[3])
        time.sleep(0.5)
        self.assertGreater(len(writer.wrote(begun)), 2)
        self.assertEqual([], writer.failed())

    def test_protected_users_and_names_that_are_more_than_names_are_refused(self):
        probe = self.start_probe()
        probe.apply("c1", f"{ACCOUNT}@{self.ill.ip4}", deadline_ms=8000)
        self.assertIn("is protected", probe.report("c1", "failed").words[3])
        soon = int(time.time()) + 60
        for name in ("@wheel", "+wheel", "%U", "games,mail", "a=b", "Games", "HOPITAL\\games", "games\\", ".a", "-a", ""):
            said = SERVER.ask(f"refuse c1 logins={name}@{self.ill.ip4} until={soon}")[0]
            self.assertRegex(said, r"^error \S+ malformed ", name)
        self.assertEqual([], SERVER.ask("list l")[1:-1])


class Refusals(Case):
    def test_a_protected_address_is_refused(self):
        writer = self.writer(self.ward)
        probe = self.start_probe()
        probe.apply("c1", self.ill.ip4, self.ward.ip4, deadline_ms=8000)
        self.assertIn("is protected", probe.report("c1", "failed").words[3])
        time.sleep(0.3)
        self.assertEqual([], writer.failed())
        self.assertEqual([], SERVER.ask("list l")[1:-1], "half of the cut was carried out")

    def test_lines_that_are_no_request_change_nothing(self):
        before = SERVER.shown()
        soon = int(time.time()) + 60
        for line in ("deny", "deny c1", f"deny c1 until={soon}", f"deny c1 ips=10.77.9.0/24 until={soon}",
                     f"deny c1 ips=0.0.0.0 until={soon}", f"deny c1 ips=ALL until={soon}", f"deny c1 ips=127.0.0.1 until={soon}",
                     f"deny c1 ips={self.ill.ip4} until=yesterday", f"deny c1 ips={self.ill.ip4} until=1",
                     f"deny c1 ips={self.ill.ip4} until={soon + 8 * 86400}", f"deny c1 ips={self.ill.ip4} until={soon} x=1",
                     f"deny c\\n[global] ips={self.ill.ip4} until={soon}", f"deny c1 ips={self.ill.ip4}\\ninclude until={soon}",
                     "allow", "list", "x" * 5000, f"deny c1 ips=ff02::1 until={soon}", "deny c1 ips=10.77.9.1, until=1"):
            self.assertRegex(SERVER.ask(line)[0], r"^error \S+ (malformed|limit) ", line)
        self.assertEqual(before, SERVER.shown())

    def test_nobody_waits_behind_all_that_another_asked(self):
        asks = 100
        with SERVER.connect() as greedy, SERVER.connect() as other, greedy.makefile("r") as answers, other.makefile("r") as answer:
            for client, said in ((greedy, answers), (other, answer)):
                client.sendall(b"hello h version=2\n")
                self.assertTrue(said.readline().startswith("ok"))
            os.kill(SERVER.helper.pid, signal.SIGSTOP)
            greedy.sendall(b"list l\n" * asks)
            other.sendall(b"deny c1\n")
            os.kill(SERVER.helper.pid, signal.SIGCONT)
            self.assertTrue(answer.readline().startswith("error c1"))
            self.assertLess(greedy.recv(1 << 20, socket.MSG_DONTWAIT | socket.MSG_PEEK).count(b"\n.\n"), asks / 2)
            for _ in range(asks):
                self.assertIn(".\n", answers)

    def test_another_user_may_not_ask(self):
        pid = os.fork()
        if pid == 0:
            os.setgid(65534)
            os.setuid(65534)
            said = SERVER.ask(f"deny c1 ips={self.ill.ip4} until={int(time.time()) + 60}")[0]
            os._exit(0 if " denied " in said or said == "" else 1)
        self.assertEqual(0, os.waitpid(pid, 0)[1])
        self.assertEqual([], SERVER.ask("list l")[1:-1])

    def test_it_keeps_two_rights_of_roots(self):
        with open(f"/proc/{SERVER.helper.pid}/status") as file:
            fields = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        for name in ("CapPrm", "CapEff", "CapBnd"):
            self.assertEqual(1 << 5 | 1 << 19, int(fields[name], 16), name)  # CAP_KILL, CAP_SYS_PTRACE
        self.assertEqual("1", fields["NoNewPrivs"])
        self.assertEqual("2", fields["Seccomp"])

    def test_a_configuration_that_would_void_it_is_refused_at_start(self):
        for extra, word in (("hosts allow = 10.", "hosts allow"), ("hosts deny = 10.9.9.9", "hosts deny"),
                            ("", "no line 'include")):
            conf = f"{SERVER.base}/other.conf"
            text = CONF.format(base=SERVER.base, account=ACCOUNT)
            with open(conf, "w") as file:
                file.write(text.replace(f" include = {SERVER.include}\n", f" {extra}\n" if extra else "")
                           if not extra else text.replace("[commun]", f" {extra}\n[commun]"))
            done = subprocess.run([PROGRAM, "--conf", conf, "--include", SERVER.include, "--socket", f"{SERVER.base}/o"],
                                  capture_output=True, text=True, timeout=20)
            self.assertEqual(1, done.returncode, done.stderr)
            self.assertIn(word, done.stderr)


class Deaths(Case):
    def test_a_cut_outlives_the_helper_and_ends_when_it_is_back(self):
        probe = self.start_probe()
        writer = self.writer(self.ill)
        probe.apply("c1", self.ill.ip4, until=600, deadline_ms=8000)
        probe.report("c1", "applied")
        SERVER.kill_helper()
        killed = time.monotonic()
        time.sleep(0.7)
        self.assertEqual([], writer.wrote(killed))
        SERVER.start_helper()
        probe.process_is("up", killed)
        back = probe.wait(lambda line: line.kind == "in_force", killed)
        self.assertIn(self.ill.ip4, " ".join(back.words))
        probe.report("c1", "read_back", back.time)
        self.assertEqual([], writer.wrote(killed))
        # Its end comes while nobody is there to see to it, or to ask for it again.
        probe.close()
        end = int(time.time()) + 4
        self.assertIn("ok c1", SERVER.ask(f"deny c1 ips={self.ill.ip4} until={end}")[0])
        SERVER.kill_helper()
        time.sleep(max(0.0, end + 0.2 - time.time()))
        SERVER.start_helper()
        until("it writes again", 30, lambda: writer.wrote(killed))

    def test_a_helper_that_dies_before_it_answers_is_asked_when_it_is_back(self):
        """Killed while it was to cut, and while it was to lift."""
        probe = self.start_probe()
        os.killpg(SERVER.helper.pid, signal.SIGSTOP)
        begun = probe.apply("c1", self.ill.ip4, deadline_ms=500)
        self.assertIn("does not answer", probe.report("c1", "failed", begun, 20).words[3])
        self.assertNotIn(f"hosts deny = {self.ill.ip4}", SERVER.shown())
        SERVER.kill_helper()
        SERVER.start_helper()
        probe.report("c1", "applied", begun, 20)
        self.assertIn(f"hosts deny = {self.ill.ip4}", SERVER.shown())
        os.killpg(SERVER.helper.pid, signal.SIGSTOP)
        begun = probe.lift("c1", self.ill.ip4)
        SERVER.kill_helper()
        self.assertIn(f"hosts deny = {self.ill.ip4}", SERVER.shown())
        SERVER.start_helper()
        probe.report("c1", "lifted", begun, 20)
        self.assertNotIn(f"hosts deny = {self.ill.ip4}", SERVER.shown())

    def test_of_two_cuts_of_one_address_either_may_go_and_it_stays_denied(self):
        probe = self.start_probe()
        denied = f"hosts deny = {self.ill.ip4}"
        for first, second in (("c1", "c2"), ("c4", "c3")):
            for cut in sorted((first, second)):
                probe.apply(cut, self.ill.ip4, deadline_ms=8000)
                probe.report(cut, "applied")
            SERVER.kill_helper()
            SERVER.start_helper()
            probe.report(second, "read_back", time.monotonic(), 20)
            probe.lift(first, self.ill.ip4)
            probe.report(first, "lifted", seconds=20)
            self.assertIn(denied, SERVER.shown())
            probe.lift(second, self.ill.ip4)
            probe.report(second, "lifted", seconds=20)
            self.assertNotIn(denied, SERVER.shown())

    def test_somebody_elses_change_is_seen_and_put_right(self):
        probe = self.start_probe()
        probe.apply("c1", self.ill.ip4, deadline_ms=8000)
        probe.report("c1", "read_back")
        since = time.monotonic()
        with open(SERVER.include, "w"):
            pass
        probe.report("c1", "missing", since)
        probe.report("c1", "applied", since)
        self.assertIn(f"hosts deny = {self.ill.ip4}", SERVER.shown())

    def test_smbd_that_restarts_still_keeps_it_out(self):
        probe = self.start_probe()
        writer = self.writer(self.ill)
        probe.apply("c1", self.ill.ip4, deadline_ms=8000)
        probe.report("c1", "applied")
        SERVER.smbd.terminate()
        SERVER.smbd.wait()
        SERVER.start_smbd()
        restarted = time.monotonic()
        until("it tries again", 8, lambda: len(writer.failed(restarted)) > 3)
        self.assertEqual([], writer.wrote(restarted))
        probe.report("c1", "read_back", restarted)


class Effects:
    """Effects cuts by handing effects to an enforcer; what takes the time is measured from there."""

    def __init__(self, host):
        self.host, self.number, self.probe = host, 0, Probe(PROBE, "samba", SERVER.socket)
        self.probe.process_is("up")

    def cut(self):
        """cut gives when it began and when it was reported, which is after cordon-smb has looked."""
        self.number += 1
        begun = self.probe.apply(f"b{self.number}", self.host.ip4, deadline_ms=8000)
        return begun, self.probe.report(f"b{self.number}", "applied").time

    def lift(self):
        self.probe.lift(f"b{self.number}", self.host.ip4)
        self.probe.report(f"b{self.number}", "lifted")

    def close(self):
        self.probe.close()


class Verdicts(Chain):
    def __init__(self, program, host):
        super().__init__(program, host, f'[enforcer]\nmeans = "samba"\n[samba]\nsocket = "{SERVER.socket}"\n')


def bench(rounds, chain=None):
    """bench measures to the last file that the attacker finished, to its first error, and to the report, from the effect
    or from before the verdict."""
    _, ill, well, _ = HOSTS
    cuts = Verdicts(chain, ill) if chain else Effects(ill)
    what = "verdict" if chain else "effect"
    attacker, innocent = Writer(ill, SERVER), Writer(well, SERVER)
    last, first_error, report, files = [], [], [], []
    for _ in range(rounds):
        begun, reported = cuts.cut()
        report.append(reported - begun)
        until("an error", 8, lambda: attacker.failed(begun))
        time.sleep(0.3)
        after = attacker.wrote(begun)
        last.append(max(after, default=begun) - begun)
        files.append(len(after))
        first_error.append(min(attacker.failed(begun)) - begun)
        cuts.lift()
        lifted = time.monotonic()
        until("it writes again", 10, lambda: len(attacker.wrote(lifted)) > 5)
    figures(f"samba {what} to last file finished", last)
    figures(f"samba {what} to first error", first_error)
    figures(f"samba {what} to report (denied, ended, read back)", report)
    print(f"samba files finished after the {what}: p50={sorted(files)[len(files) // 2]} max={max(files)}; "
          f"innocent client: files={len(innocent.wrote())} errors={len(innocent.failed())}")
    for each in (attacker, innocent, cuts):
        each.close()


def missing():
    if os.geteuid() != 0:
        return "needs root"
    if absent := [tool for tool in NEEDED if shutil.which(tool) is None]:
        return f"needs {', '.join(absent)}; packages.txt names the packages in its section lab"
    if subprocess.run([PYTHON, "-c", "import smbc"], capture_output=True).returncode:
        return "needs python3-smbc"
    name = f"{netlab.PREFIX}{os.getpid()}-try"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode != 0:
        return "needs network namespaces"
    subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return None


def main():
    global PROBE, PROGRAM, SERVER, HOSTS, PROTECTED
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    PROBE, PROGRAM = (os.path.abspath(path) for path in sys.argv[1:3])
    if why := missing():
        print(f"SKIPPED: {why}")
        sys.exit(netlab.SKIPPED)
    with Lab(["fs", "ill", "well", "ward"]) as lab:
        HOSTS = lab.hosts
        PROTECTED = lab.hosts[3].ip4
        with Server(lab.hosts[0]) as SERVER:
            if sys.argv[3:4] == ["--bench"]:
                bench(int(sys.argv[4]), *sys.argv[5:6])
            else:
                unittest.main(argv=[sys.argv[0], *sys.argv[3:]], verbosity=2)


if __name__ == "__main__":
    main()
