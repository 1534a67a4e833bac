# SPDX-License-Identifier: Apache-2.0
"""kill -9 in a night in the lab: control, sensor, cordon-nft, cordon-seal, the launcher, everything at once, and the link
between control and cordon-nft; in Random at random moments, in Matrix before, during and after a cut, in Router the same
with cordon-nft on a router. In FileServer the only means is cordon-smb at the lab's Samba, and it, its link, control or
everything dies.

After each the chain verifies, no decided cut is lost, nothing is blocked that nobody decided, and what the logbook says
is what the kernel, or Samba, does. At the end the state folded again from the logbook is the state that was shown.

usage: kill_test.py FOLDER [--seed N] [--kills N] [--all 1] [unittest arguments]
  --all      every cell of the matrix, not one of each row
Needs root, network namespaces and the lab's packages; exit status 77 says that something of it is missing.
"""
import contextlib
import os
import random
import signal
import sys
import time
import unittest

import live
from live import IN_FORCE, Night, Plan, network, until
from cordon_lab import encryption
from smb_helper import SmbHelper

TARGETS = ("control", "sensor", "cordon-nft", "cordon-seal", "launcher", "everything")
ATTACK_FILES, ATTACK_RATE = 12, 20.0
ATTACK_SHOWS = 1.5  # seconds within which an attack has begun, was seen and cut: where most kills fall
PARTS = ("hosts", "verdicts", "cuts")  # of the situation
QUIET = 2.0  # seconds without a new entry

seed = kills = whole_matrix = None  # set below


class Case(unittest.TestCase):
    """What is killed, and what must hold afterwards."""

    KNOWN_BY = ("host",)

    def kill(self, target):
        children = self.cordon.children()
        if target in children:
            os.kill(children[target], signal.SIGKILL)
            until(f"{target} is dead", live.SETTLE_MAX, lambda: self.cordon.children().get(target) != children[target])
            return
        self.cordon.launcher.kill()
        if target == "everything":
            for pid in children.values():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        self.cordon.launcher.wait()
        self.cordon.start(ready=False)  # at once: its predecessor's children may still be going

    # --- what must hold ---------------------------------------------------------------------------------------------

    def check(self):
        blocked = self.in_force()
        decided = set().union(*(cut.addresses for cut in self.cordon.cuts().values()))
        self.assertLessEqual(blocked, decided, "blocked before it was decided")
        self.verify()
        self.cordon.wait_ready()
        until(lambda: f"what is in force agrees with the logbook: {self.in_force()} {self.cordon.cuts()}", live.SETTLE_MAX,
              self.agrees, 0.2)
        self.verify()
        self.each_host_once()

    def verify(self):
        done = self.cordon.verify()
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    def in_force(self):
        """in_force gives the addresses that are really blocked, asked of who blocks and not of Cordon."""
        return self.cordon.in_force()

    def addresses(self, host):
        """addresses gives those of a host by which it is blocked."""
        return {host.mac, host.ipv4, host.ipv6}

    def agrees(self):
        """agrees tells whether logbook, page and kernel say the same; what changes meanwhile is asked again."""
        shown = [c for c in self.cordon.situation()["cuts"] if c["id"] and c["state"] in IN_FORCE]
        of_all = set().union(*(self.addresses(host) for host in network.WORKSTATIONS))
        wanted, told = self.cordon.wanted(), set().union(*(c["macs"] + c["ips"] for c in shown))
        return wanted & of_all == self.in_force() == told & of_all

    def each_host_once(self):
        hosts = [tuple(h[word] for word in self.KNOWN_BY) for h in self.cordon.situation()["hosts"]]
        self.assertEqual(sorted(set(hosts)), sorted(hosts), "a sensor that was killed makes strangers of its hosts")


class Random(Case):
    def test_what_was_decided_survives_every_kill(self):
        print(f"seed={seed} kills={kills}", flush=True)
        self.dice, self.attacks, slowest = random.Random(seed), {}, 0.0
        with Night(Plan(files=800, scale=0.05)) as night:
            self.lab, self.cordon = night.lab, night.cordon
            workers = night.lab.start_work(3600) + night.lab.start_care(3600)
            for number in range(kills):
                target = TARGETS[number % len(TARGETS)]
                with self.subTest(number=number, target=target):
                    done = self.stir()
                    time.sleep(self.dice.uniform(0, ATTACK_SHOWS))
                    begun = time.monotonic()
                    self.kill(target)
                    self.check()
                    took = time.monotonic() - begun
                    slowest = max(slowest, took)
                    print(f"kill={number} target={target} while={done} cuts={len(self.cordon.cuts())} "
                          f"in_force={len(self.cordon.in_force())} whole_after_s={took:.1f}", flush=True)
            for task in [*workers, *self.attacks.values()]:
                task.stop()
            self.check()
            self.assertGreater(len(self.cordon.cuts()), 2, "too few cuts for this to show anything")
            print(f"cuts={len(self.cordon.cuts())} slowest_s={slowest:.1f}", flush=True)
            self.fold_again()

    # --- the night --------------------------------------------------------------------------------------------------

    def stir(self):
        """stir makes something happen that a kill can hit: an attack begins, or a person takes a cut back."""
        cuts = self.cordon.cuts()
        held = [name for name, cut in cuts.items() if cut.state in IN_FORCE]
        busy = set().union(*(cut.addresses for cut in cuts.values() if cut.state in (*IN_FORCE, "lifting")))
        free = [w for w in network.WORKSTATIONS
                if w.ipv4 not in busy and not (w.name in self.attacks and self.attacks[w.name].running())]
        if not free or (len(held) > 1 and self.dice.random() < 0.5):
            name = self.dice.choice(held) if held else None
            if name:
                self.cordon.roll_back(name)
            return f"rollback_{name}"
        host = self.dice.choice(free)
        profile = self.dice.choice(sorted(encryption.PROFILES))
        self.attacks[host.name] = self.lab.start_encrypt(
            profile, host=host.name, share_name=self.dice.choice(("commun", "services")), seed=self.dice.randrange(1000),
            files=ATTACK_FILES, rate=ATTACK_RATE)
        return f"{profile}_{host.name}"

    def fold_again(self):
        """An orderly restart shows what was shown before: the state is the fold of the logbook. The scores may fall by
        the sums of harmless work that are recorded on the way out; after a second restart nothing moves at all."""
        shown = [self.quiet()]
        for _ in range(2):
            self.assertEqual(0, self.cordon.stop())
            self.cordon.start()
            until("the bridge agrees with the logbook", live.SETTLE_MAX, self.agrees, 0.2)
            shown.append(self.quiet())
        first, second, third = shown
        for part in PARTS:
            self.assertEqual([], differences(second[part], third[part]))
        for before, after in zip(first["hosts"], second["hosts"]):
            self.assertLessEqual(after["score"], before["score"])
            for moving in ("score", "files_touched", "last_seen"):
                before.pop(moving), after.pop(moving)
        for part in PARTS:
            self.assertEqual([], differences(first[part], second[part]))
        self.verify()

    def quiet(self):
        """quiet gives hosts, verdicts and cuts as shown once nothing moves any more. How well a cut is proven goes on
        with time, so that is held against the logbook here and left out."""
        def still():
            before = self.cordon.situation()
            time.sleep(QUIET)
            after = self.cordon.situation()
            written = {name: (cut.state, cut.detail) for name, cut in self.cordon.cuts().items()}
            told = {cut["id"]: (cut["state"], cut["detail"]["en"]) for cut in after["cuts"] if cut["id"]}
            return all(before[part] == after[part] for part in PARTS) and told == written and after

        settled = until("a quiet network, and the page says of each cut what the logbook says", live.SETTLE_MAX, still)
        for cut in settled["cuts"]:
            for moving in ("state", "detail", "changed", "drops"):
                cut.pop(moving, None)
        return {part: settled[part] for part in PARTS}


class Matrix(Case):
    """Who dies is a row, when is a column. cordon-nft is stopped where an answer is not to come, so that control has decided
    durably and heard nothing; a link is cut by taking its socket away from a stopped cordon-nft, which on waking finds what
    control had said before it gave up."""

    ENFORCER, ON = "cordon-nft", "bridge"
    ROWS = ("control", "sensor", "cordon-nft", "cordon-seal", "launcher", "everything", "link")
    COLUMNS = ("before", "during", "lifting", "after")
    # One of each row: where most is in flight.
    SHORT = {"control": "during", "sensor": "before", "cordon-nft": "during", "cordon-seal": "after", "launcher": "lifting",
             "everything": "during", "link": "lifting"}

    def test_each_at_each_moment(self):
        cells = [(who, when) for who in self.ROWS for when in self.COLUMNS if whole_matrix or self.SHORT.get(who) == when]
        with self.night() as night:
            self.lab, self.cordon = night.lab, night.cordon
            self.begin(night)
            for number, (who, when) in enumerate(cells):
                with self.subTest(who=who, when=when):
                    begun = time.monotonic()
                    self.cell(who, when, network.WORKSTATIONS[number % len(network.WORKSTATIONS)])
                    print(f"who={who} when={when} seconds={time.monotonic() - begun:.1f}", flush=True)

    def night(self):
        return Night(Plan(files=800, scale=0.05), on=self.ON)

    def begin(self, night):
        """begin starts what stands beside Cordon."""

    def cut_anew(self):
        """cut_anew gives what a plan may have cut in the place of what was taken back; with a means that proves its cuts, nothing."""
        return set()

    def cell(self, who, when, host):
        addresses = self.addresses(host)
        task = None
        try:
            if when == "before":
                self.strike(who)
            if when in ("before", "during"):
                self.stop_enforcer(when == "during")
                task = self.attack(host)
                if when == "during" or who == "link":
                    cut = until(f"{host.name} is decided upon", live.SETTLE_MAX, lambda: self.cut_of(host))
                    self.assertEqual(set(), addresses & self.in_force(), "nobody can have carried it out")
            else:
                task = self.attack(host)
                until(f"{host.name} is cut", live.SETTLE_MAX, lambda: addresses <= self.in_force())
                cut = self.cut_of(host)
            if when == "lifting":
                task.stop()
                self.stop_enforcer()
                self.cordon.roll_back(cut)
                until("lifting", live.SETTLE_MAX, lambda: self.cordon.cuts()[cut].state == "lifting")
                self.assertLessEqual(addresses, self.in_force(), "nobody can have lifted it")
            if when != "before":
                self.strike(who)
            if when == "after":
                self.assertLessEqual(addresses, self.in_force(), "a cut does not go with who made it")
            self.mend()
            self.check()
            if when == "lifting":
                until("lifted", live.SETTLE_MAX, lambda: self.cordon.cuts()[cut].state == "lifted")
                self.assertEqual(set(), addresses & self.in_force() - self.cut_anew())
            else:
                until(f"{host.name} is cut, and it is shown", live.SETTLE_MAX,
                      lambda: addresses <= self.in_force() and self.agrees())
        finally:
            self.mend()
            if task is not None:
                task.stop()
            self.take_everything_back()

    def attack(self, host):
        """attack goes on for longer than anything takes to come back."""
        return self.lab.start_encrypt("in-place-rename", host=host.name, share_name="commun", seed=len(self.cordon.log()),
                                      files=400, rate=8.0)

    def cut_of(self, host):
        return next((name for name, cut in self.cordon.cuts().items() if cut.state in IN_FORCE and host.mac in cut.addresses),
                    None)

    def strike(self, who):
        if who != "link":
            return self.kill(who)
        self.stop_enforcer()
        self.socket().rename(self.socket().with_suffix(".away"))
        until("the loss is shown", live.SETTLE_MAX, lambda: self.shown(self.ENFORCER) == "down")

    def mend(self):
        """mend wakes cordon-nft, if it is still there to be woken, and gives it its socket back."""
        if self.socket().with_suffix(".away").exists():
            self.socket().with_suffix(".away").rename(self.socket())
        for pid in self.stopped:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)
        self.stopped = set()

    stopped = frozenset()

    def stop_enforcer(self, wanted=True):
        if wanted:
            pid = self.cordon.children()["cordon-nft"]
            os.kill(pid, signal.SIGSTOP)
            self.stopped = {*self.stopped, pid}

    def socket(self):
        return self.cordon.folder / "data" / "run" / "nft" / f"{self.ON}.sock"

    def shown(self, process):
        return next((p["state"] for p in self.cordon.situation()["processes"] if p["name"] == process), None)

    def take_everything_back(self):
        """take_everything_back goes on while a plan puts another cut in the place of one that is taken back."""
        self.cordon.wait_ready()

        def all_taken_back():
            for name, cut in self.cordon.cuts().items():
                if cut.state in IN_FORCE:
                    self.cordon.roll_back(name)
            return not self.in_force() and self.agrees()

        until(lambda: f"everything is taken back: {self.in_force()} {self.cordon.cuts()}", live.SETTLE_MAX, all_taken_back, 0.5)


class Router(Matrix):
    """The same where the box routes and does not bridge: what is in force is what the kernel's table of the router says."""

    ON = "route"
    KNOWN_BY = ("host", "mac")  # the router's, at each of its ports another


class FileServer(Matrix):
    """The same with the file server's helper as the only means: what is in force is what Samba says of who it turns away."""

    ENFORCER = "cordon-smb"
    ROWS = ("cordon-smb", "link", "control", "everything")
    SHORT = {"cordon-smb": "during", "link": "lifting"}

    def night(self):
        return Night(Plan(files=800, scale=0.05),
                     lambda night: '[enforcer]\nmeans = ["samba"]\n' + SmbHelper.configuration(night))

    def begin(self, night):
        self.helper = SmbHelper(night)
        self.helper.start()

    def addresses(self, host):
        return {host.ipv4}

    def cut_anew(self):
        return self.cordon.wanted()

    def in_force(self):
        return {host.ipv4 for host in network.WORKSTATIONS if self.helper.denied(host.ipv4)}

    def strike(self, who):
        if who == "link":
            return super().strike(who)
        if who in ("cordon-smb", "everything"):
            self.helper.stop(signal.SIGKILL)
            self.stopped = frozenset()
        if who != "cordon-smb":
            self.kill(who)

    def stop_enforcer(self, wanted=True):
        if wanted and self.helper.process.poll() is None:
            os.kill(self.helper.process.pid, signal.SIGSTOP)
            self.stopped = {self.helper.process.pid}

    def socket(self):
        return self.cordon.folder / "smb.sock"

    def mend(self):
        super().mend()
        self.cordon.wait_ready()
        if self.helper.process.poll() is not None:
            self.helper.start()
        until("cordon-smb is heard", live.SETTLE_MAX, self.helper.is_heard)


def differences(before, after):
    """differences gives what changed in a list, in few words."""
    found = [(a, b) for a, b in zip(before, after) if a != b]
    return found[:3] if len(before) == len(after) else [f"{len(before)} became {len(after)}"]


if __name__ == "__main__":
    seed = int(live.option("--seed", random.SystemRandom().randrange(1 << 32)))
    kills = int(live.option("--kills", 20))
    whole_matrix = live.option("--all", 0) != 0
    live.main(__doc__)
