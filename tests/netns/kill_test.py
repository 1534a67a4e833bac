# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments of a night in the lab: control, sensor, cordon-nft, cordon-seal, the launcher, everything at once.

After each the chain verifies, no decided cut is lost, nothing is blocked that nobody decided, and what the logbook says
is what the kernel does. At the end the state folded again from the logbook is the state that was shown.

usage: kill_test.py FOLDER [--seed N] [--kills N] [unittest arguments]
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

TARGETS = ("control", "sensor", "cordon-nft", "cordon-seal", "launcher", "everything")
ATTACK_FILES, ATTACK_RATE = 12, 20.0
ATTACK_SHOWS = 1.5  # seconds within which an attack has begun, was seen and cut: where most kills fall
PARTS = ("hosts", "verdicts", "cuts")  # of the situation
QUIET = 2.0  # seconds without a new entry

seed = kills = None  # set below


class Kill(unittest.TestCase):
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
        blocked = self.cordon.in_force()
        decided = set().union(*(cut.addresses for cut in self.cordon.cuts().values()))
        self.assertLessEqual(blocked, decided, "blocked before it was decided")
        self.verify()
        self.cordon.wait_ready()
        until(lambda: f"the bridge agrees with the logbook: {self.cordon.in_force()} {self.cordon.cuts()}", live.SETTLE_MAX,
              self.agrees, 0.2)
        self.verify()
        self.each_host_once()

    def verify(self):
        done = self.cordon.verify()
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    def agrees(self):
        """agrees tells whether logbook, page and kernel say the same; what changes meanwhile is asked again."""
        wanted = self.cordon.wanted()
        shown = [c for c in self.cordon.situation()["cuts"] if c["id"] and c["state"] in IN_FORCE]
        return wanted == self.cordon.in_force() == set().union(*(c["macs"] + c["ips"] for c in shown))

    def each_host_once(self):
        hosts = [h["host"] for h in self.cordon.situation()["hosts"]]
        self.assertEqual(sorted(set(hosts)), sorted(hosts), "a sensor that was killed makes strangers of its hosts")

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


def differences(before, after):
    """differences gives what changed in a list, in few words."""
    found = [(a, b) for a, b in zip(before, after) if a != b]
    return found[:3] if len(before) == len(after) else [f"{len(before)} became {len(after)}"]


if __name__ == "__main__":
    seed = int(live.option("--seed", random.SystemRandom().randrange(1 << 32)))
    kills = int(live.option("--kills", 20))
    live.main(__doc__)
