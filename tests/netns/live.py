# SPDX-License-Identifier: Apache-2.0
"""A whole Cordon at work in the lab's hospital: configured, started, asked, hurt and taken away.

The live tests use these classes: Cordon is cordon-launch with its children, Night is a lab with a Cordon in it. Everything
lies in folders below /var/tmp and /dev/shm, which the programs' users can reach wherever the build folder is, and goes with it.
"""
import collections
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "lab"))
sys.dont_write_bytecode = True

from cordon_lab import lab as labs  # noqa: E402
from cordon_lab import network, truth  # noqa: E402
from cordon_lab.errors import LabError  # noqa: E402
from cordon_lab.share import Plan  # noqa: E402
from person import Person  # noqa: E402

SKIPPED = 77
FOLDER_NAME = "cordon-live-"
CORDONS = pathlib.Path("/var/tmp")
# The file server is another machine: what is written to its shares must not hold up the disk of Cordon's logbook.
LABS = pathlib.Path("/dev/shm") if os.path.ismount("/dev/shm") else CORDONS
BOX = "live"
PROGRAMS = ("cordon", "cordon-launch", "cordon-nft", "cordon-seal")
START_MAX = 90.0  # seconds; a sanitised build on a busy machine is slow
TRIES_ON = 5.0  # seconds that an attack may go on trying once it is cut
SETTLE_MAX = 45.0  # seconds until what was killed is back: the launcher's longest pause is five
IN_FORCE = ("decided", "applied", "holds", "unproven", "failed")  # what must be in force (src/engine/state.h)
CUT_SETS = ("spread_mac", "spread_ip4", "spread_ip6")
FAMILIES = {"bridge": "bridge", "route": "inet"}  # of the table `cordon`
FIRST, SECOND = "a.durand", "c.petit"  # who decides in these tests: the first is of cyber and a director, the second a director

Cut = collections.namedtuple("Cut", "state addresses detail")

folder_of_programs = None  # set by main()


def until(what, seconds, ask, pause=0.05):
    """until asks again and again until the answer is true, and gives it; TimeoutError names `what` otherwise."""
    end = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds:.0f} s: {what() if callable(what) else what}")
        time.sleep(pause)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


def status_of(pid):
    """status_of gives the fields of /proc/PID/status; {} where the process is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return {}
    return {name: value.strip() for name, _, value in (line.partition(":") for line in text.splitlines())}


def child_pids(parent):
    found = []
    for entry in os.listdir("/proc"):
        fields = status_of(entry) if entry.isdigit() else {}
        if fields.get("PPid") == str(parent) and not fields["State"].startswith("Z"):
            found.append(int(entry))
    return found


def enforcers(prefix, on="bridge"):
    """enforcers is the part of a configuration that says who cuts: the bridge of the lab, or its router."""
    return f"""[enforcer]
means = "nftables"
nftables_on = "{on}"
netns = "/run/netns/{prefix}-core"
"""


def declare_router(text):
    """declare_router adds the box to a hospital as what it is: a router, of whose MACs a host has at most four."""
    macs = [host.port_mac for host in network.HOSTS]
    addresses = [network.ROUTER_IPV4, network.ROUTER_IPV6]
    of_box = '\n[[host]]\nname = "{}"\nrole = "network"\nunit = "Informatique"\naddresses = {}\nmacs = {}\n'.format
    return text + of_box(BOX, json.dumps(addresses), json.dumps(macs[:4])) + of_box(f"{BOX}-2", [], json.dumps(macs[4:]))


def configuration(folder, prefix, port, enforcing, cut_minutes=240):
    return f"""box = "{BOX}"
mode = "guard"
estate = "hospital.toml"
data = "{folder}/data"
[web]
port = {port}
[contain]
automatic_cuts_per_hour_max = 1000
cut_minutes = {cut_minutes}
[sensor]
interface = "mon0"
netns = "/run/netns/{prefix}-mon"
{enforcing}"""


class Cordon:
    """Cordon is one configuration and the launcher that runs it; start() and stop() as often as wanted."""

    def __init__(self, folder, prefix, enforcing=None, hospital=None, on="bridge", cut_minutes=240):
        self.on, self.folder, self.prefix, self.port = on, folder, prefix, free_port()
        self.config = folder / "cordon.toml"
        text = (ROOT / "examples" / "hospital" / "hospital.toml").read_text()
        text = declare_router(text) if on == "route" else text
        (folder / "hospital.toml").write_text(hospital(text) if hospital else text)
        enforcing = enforcing or enforcers(prefix, on)
        self.helped = '"nftables"' in enforcing
        self.config.write_text(configuration(folder, prefix, self.port, enforcing, cut_minutes))
        for path in (self.config, folder / "hospital.toml"):
            path.chmod(0o644)
        self.log_path = folder / "cordon.log"
        self.launcher = None
        self.entries = []
        self.person = Person(self.port, FIRST, lambda: (folder / "data" / "people" / "set-up-code").read_text().strip())

    # --- its processes ----------------------------------------------------------------------------------------------

    def start(self, ready=True):
        # Under the sensor's system-call filter LeakSanitizer cannot stop the other threads at the end, and waits for ever.
        environment = {"ASAN_OPTIONS": "detect_leaks=0", **os.environ}
        with open(self.log_path, "ab") as log:
            # --pdeathsig: a killed test leaves no launcher, and a launcher that goes takes its children along.
            self.launcher = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", folder_of_programs / "cordon-launch", "--config", self.config],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=environment)
        if ready:
            self.wait_ready()

    def wait_ready(self):
        """wait_ready waits until all its processes are there and control hears sensor, enforcer and seal."""
        until(lambda: f"Cordon works whole: {self.trouble()}; it said:\n{self.said()[-3000:]}", START_MAX,
              lambda: not self.trouble(), 0.1)

    def trouble(self):
        """trouble says what is missing until Cordon works whole; empty when it does."""
        if self.launcher.poll() is not None:
            raise AssertionError(f"cordon-launch ended with status {self.launcher.returncode}:\n{self.said()[-2000:]}")
        helpers = ["cordon-nft", "cordon-seal"] if self.helped else ["cordon-seal"]
        missing = {"control", "sensor", *helpers} - set(self.children())
        if missing:
            return f"no process {', '.join(sorted(missing))}"
        try:
            shown = {p["name"]: p["state"] for p in self.situation()["processes"]}
        except (OSError, http.client.HTTPException, AssertionError) as refused:
            return f"no situation: {refused}"
        down = [n for n in ("sensor span0", *helpers) if shown.get(n) != "up"]
        return f"not up: {', '.join(down)}" if down else ""

    def children(self):
        """children gives {name: pid} of the launcher's children that run their program already."""
        found = {}
        for pid in child_pids(self.launcher.pid):
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
                program = os.path.basename(words[0])
                name = {"serve": "control", "sensor": "sensor"}.get(words[1]) if program == "cordon" else program
                if name and name != "cordon-launch":
                    found[name] = pid
        return found

    def said(self):
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def check_sanitizers(self):
        found = [line for line in self.said().splitlines() if "ERROR: AddressSanitizer" in line or "runtime error:" in line]
        if found:
            raise AssertionError(f"a sanitizer found something: {found[0]}\n{self.said()[-3000:]}")

    def stop(self):
        """stop ends it as Ctrl-C does; gives the launcher's exit status."""
        if self.launcher is None:
            return None
        if self.launcher.poll() is None:
            self.launcher.send_signal(signal.SIGTERM)
            try:
                self.launcher.wait(30)
            except subprocess.TimeoutExpired:
                self.kill_all()
                raise
        return self.launcher.returncode

    def kill_all(self):
        """kill_all leaves nothing behind, whatever happened before."""
        if self.launcher is None:
            return
        children = child_pids(self.launcher.pid) if self.launcher.poll() is None else []
        for pid in [self.launcher.pid, *children] if self.launcher.poll() is None else children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.launcher.wait()

    # --- what it says -----------------------------------------------------------------------------------------------

    def request(self, method, path, body=None):
        """request asks as the first of its people does (person.py); gives (status, JSON or text)."""
        return self.person.request(method, path, body)

    def situation(self):
        status, answer = self.request("GET", "/api/situation")
        if status != 200:
            raise AssertionError(f"/api/situation answers {status}: {answer}")
        return answer

    def roll_back(self, cut, reason="the test takes it back"):
        self.person.come_in()
        return self.request("POST", "/api/rollback", {"cut": cut, "reason": reason})

    def approve(self, key, person=None):
        """approve has a person, or the first of them, say yes to a line of the plan once it waits for people."""
        person = person or self.person
        person.come_in()
        asked = until(lambda: f"'{key}' waits for people: {self.line(key)}", SETTLE_MAX,
                      lambda: (self.line(key) or {}).get("approval"))
        wish = {"id": asked["id"], "digest": asked["digest"], "approves": "yes", "reason": "the test approves"}
        status, answer = person.request("POST", "/api/approve", wish)
        if status != 202:
            raise AssertionError(f"approving answers {status}: {answer}")

    def process(self, name):
        """process says whether one of those that Cordon speaks to is up, down, or None for nobody of that name."""
        return next((p["state"] for p in self.situation()["processes"] if p["name"] == name), None)

    def entry(self, kind, matches=lambda body: True):
        """entry gives the body of the logbook's first entry of a kind that matches, or None."""
        return next((e["body"] for e in self.log() if e["kind"] == kind and matches(e["body"])), None)

    def line(self, key):
        """line gives what the plan says of a line now, or None."""
        return next((line for line in self.situation()["plan"]["lines"] if line["key"] == key), None)

    def second_person(self):
        """second_person makes an account for a director and signs in as that."""
        done = self.cordon("people", "add", SECOND, "--roles", "director", "--json", "--config", self.config)
        if done.returncode != 0:
            raise AssertionError(f"cordon people add: {done.stderr}")
        other = Person(self.port, SECOND, lambda: json.loads(done.stdout)["code"])
        other.come_in()
        return other

    def log(self):
        """log reads the whole logbook with `cordon log --json`; gives its entries. Works with control dead, too."""
        start = len(self.entries) + 1
        done = self.cordon("log", "--config", self.config, "--json", "--from", str(start))
        if done.returncode != 0:
            raise AssertionError(f"cordon log: {done.stderr}")
        self.entries += [json.loads(line) for line in done.stdout.splitlines()]
        return self.entries

    def verify(self):
        """verify runs `cordon log verify` against the signed heads; gives its finished process."""
        return self.cordon("log", "verify", "--config", self.config)

    @staticmethod
    def cordon(*words, **options):
        return subprocess.run([folder_of_programs / "cordon", *words], capture_output=True, text=True, timeout=120,
                              **options)

    def cuts(self):
        """cuts folds the logbook: {id: Cut}."""
        found = {}
        for entry in self.log():
            body = entry["body"]
            if entry["kind"] == "cut_decided":
                found[body["id"]] = Cut("decided", frozenset(body["macs"] + body["ips"]), "")
            elif entry["kind"] == "cut_changed" and body["id"] in found:
                found[body["id"]] = found[body["id"]]._replace(state=body["state"], detail=body["detail"])
        return found

    def in_force(self, sets=CUT_SETS):
        """in_force gives the addresses that bridge or router really blocks, asked of the kernel and not of Cordon."""
        done = subprocess.run(network.inside(self.prefix, "core", "nft", "-j", "list", "table", FAMILIES[self.on], "cordon"),
                              capture_output=True, text=True)
        if done.returncode != 0:
            return set()
        found = set()
        for item in json.loads(done.stdout)["nftables"]:
            if item.get("set", {}).get("name") in sets:
                found |= {e["elem"]["val"] if isinstance(e, dict) else e for e in item["set"].get("elem", [])}
        return found

    def wanted(self):
        """wanted gives the addresses that the logbook says are blocked."""
        return set().union(*(cut.addresses for cut in self.cuts().values() if cut.state in IN_FORCE))


class Night:
    """Night is a lab with a Cordon that watches it, taken away at the end of the block whatever happened. What a killed
    test left is taken away by the next."""

    def __init__(self, plan, enforcing=None, hospital=None, on="bridge", cut_minutes=240):
        """enforcing(night) gives the part of the configuration that says who cuts, if it is not the bridge alone;
        hospital(text) the lab's hospital as this night declares it; on: "route" makes the bridge a router. What stands in
        `beside` goes before the lab does."""
        self.prefix, self.plan, self.enforcing, self.hospital, self.on = f"n{os.getpid():x}", plan, enforcing, hospital, on
        self.cut_minutes = cut_minutes
        self.lab = self.cordon = None
        self.beside = contextlib.ExitStack()

    def make_folders(self):
        remove_leftovers()
        self.folder, self.lab_folder = (pathlib.Path(tempfile.mkdtemp(prefix=f"{FOLDER_NAME}{os.getpid()}-", dir=at))
                                        for at in (CORDONS, LABS))
        for folder in (self.folder, self.lab_folder):
            folder.chmod(0o755)

    def __enter__(self):
        self.make_folders()
        try:
            self.lab = labs.Lab.up(self.lab_folder, self.prefix, plan=self.plan, routed=self.on == "route")
            self.cordon = Cordon(self.folder, self.prefix, self.enforcing and self.enforcing(self), self.hospital,
                                 self.on, self.cut_minutes)
            self.cordon.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        try:
            if self.cordon is not None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.cordon.stop()
                self.cordon.check_sanitizers()
        finally:
            self.take_away()

    def take_away(self):
        try:
            self.beside.close()
        finally:
            if self.lab is not None:
                self.lab.down()
            for folder in (self.folder, self.lab_folder):
                if os.environ.get("CORDON_KEEP"):
                    print(f"kept: {folder}")
                else:
                    shutil.rmtree(folder, ignore_errors=True)


    def attack_is_over(self, case, task, cut_at):
        """attack_is_over lets an attack try on for a while, ends it, and holds it to be cut: nothing altered since, and
        its own end not reached. Gives what it altered."""
        altered = self.lab.finish_encrypt(task, TRIES_ON)
        case.assertEqual([], [e for e in altered if e["time_first_write"] > cut_at], "altered after the cut")
        reason = next(e["reason"] for e in truth.load(task.out) if e["type"] == "end")
        case.assertRegex(reason, "^(calls fail|ended by the lab)")
        return altered


def remove_leftovers():
    for folder in [*CORDONS.glob(f"{FOLDER_NAME}*"), *LABS.glob(f"{FOLDER_NAME}*")]:
        owner = folder.name.removeprefix(FOLDER_NAME).partition("-")[0]
        if owner.isdigit() and not os.path.exists(f"/proc/{owner}"):
            labs.down(folder)
            shutil.rmtree(folder, ignore_errors=True)


def missing():
    """missing says what this machine lacks for a live test, or None."""
    if os.geteuid() != 0:
        return "needs root"
    try:
        labs.check_machine()
    except LabError as lacks:
        return str(lacks)
    for tool in ("nft", "setpriv"):
        if shutil.which(tool) is None:
            return f"needs {tool}"
    name = f"cdtry{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode != 0:
        return "needs network namespaces"
    subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return None


def option(name, default):
    """option takes `name VALUE` off the command line; gives the number, or the default."""
    if name not in sys.argv:
        return default
    at = sys.argv.index(name)
    value = float(sys.argv[at + 1])
    del sys.argv[at:at + 2]
    return value


def main(doc):
    """main runs the unittest cases of the calling program: PROGRAM FOLDER [unittest arguments]."""
    global folder_of_programs
    if len(sys.argv) < 2:
        sys.exit(doc)
    folder_of_programs = pathlib.Path(sys.argv[1]).resolve()
    if why := missing():
        print(f"SKIPPED: {why}")
        sys.exit(SKIPPED)
    if absent := [name for name in PROGRAMS if not (folder_of_programs / name).exists()]:
        sys.exit(f"not built in {folder_of_programs}: {', '.join(absent)}")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)  # unittest would take SystemExit for a failure
    unittest.main(module="__main__", argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)
