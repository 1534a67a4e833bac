# SPDX-License-Identifier: Apache-2.0
"""Two people on one terminal server, one of whom encrypts: the file server refuses him there within a handful of files, the
other works on without an error, the terminal server itself is not cut, and taken back he is let in again.

usage: session_test.py FOLDER [unittest arguments]
  FOLDER     where cordon, cordon-launch, cordon-nft, cordon-seal and cordon-smb are
Needs root, network namespaces and the lab's packages; exit status 77 says that something of it is missing.
"""
import time
import unittest

import live
from live import Night, Plan, network, until
from cordon_lab import fileserver, truth
from smb_helper import WAIT, SmbHelper

FILES_BEFORE_MAX, FILES_AFTER_MAX = 5, 10  # altered when the verdict falls, and after it: ten a second
FILES, FILES_RATE = 200, 10.0
TERMINAL, GUILTY, INNOCENT = "ws2", "games", "mail"  # users that Debian has; only this Samba gives them a password


def terminal_server(text):
    for what in ('name = "ws2-qualite"\nrole = "{}"', "unit:Qualité et risques/role:{}"):
        assert what.format("workstation") in text, what
        text = text.replace(what.format("workstation"), what.format("terminal_server"))
    return text


def enforcing(night):
    return f"""[enforcer]
means = ["nftables", "samba"]
netns = "/run/netns/{night.prefix}-core"
{SmbHelper.configuration(night)}"""


class TwoPeople(unittest.TestCase):
    def test_who_encrypts_is_refused_and_the_other_works_on(self):
        with Night(Plan(files=400, scale=0.2), enforcing, terminal_server) as night:
            self.night, self.cordon, self.helper = night, night.cordon, SmbHelper(night)
            fileserver.give_accounts(night.lab.directory, (GUILTY, INNOCENT))
            self.helper.start()
            self.work, = night.lab.start_work(3600, hosts=[TERMINAL], pace=3.0, command_line=False, user=INNOCENT)
            until("he works", WAIT, lambda: len(self.did()) > 3)
            self.attack()
            self.take_back()

    # --- the night --------------------------------------------------------------------------------------------------

    def did(self, since=0.0, task=None):
        out = (task or self.work).out
        return [e for e in truth.load(out) if e["time"] > since and e["ok"] and "path" in e] if out.exists() else []

    def cut(self):
        return next((c for c in self.cordon.situation()["cuts"] if c["action"] == "end_sessions"), None)

    def attack(self):
        task = self.night.lab.start_encrypt("in-place-rename", host=TERMINAL, files=FILES, rate=FILES_RATE, user=GUILTY)
        try:
            until(lambda: f"his sessions are ended; cuts: {self.cordon.situation()['cuts']}", WAIT,
                  lambda: self.cut() and "refuses the user" in self.cut()["detail"]["en"])
            over = time.time()
            altered = self.night.lab.finish_encrypt(task, live.SETTLE_MAX)
        finally:
            task.stop()
        cut = self.cut()
        self.assertEqual(([GUILTY], ["samba"], []), (cut["users"], cut["means"], cut["ips"] + cut["macs"]))
        self.assertEqual("unproven", cut["state"], "one file server's word is no proof for the rest")
        verdict = self.cordon.entry("verdict", lambda body: body["subject"] == "session")
        self.assertEqual(GUILTY, verdict["name"])
        until("a plan counts with him", WAIT, lambda: self.cordon.situation()["plan"]["id"])
        before = sum(e["time_first_write"] <= verdict["ts"] for e in altered)
        print(f"files_at_verdict={before} files_after={len(altered) - before} "
              f"s_to_last_file={altered[-1]['time_first_write'] - verdict['ts']:.2f}", flush=True)
        self.assertLessEqual(before, FILES_BEFORE_MAX)
        self.assertLessEqual(len(altered) - before, FILES_AFTER_MAX)
        self.nobody_else(over)

    def nobody_else(self, over):
        until("the other works on", WAIT, lambda: len(self.did(over)) > 5)
        gone = [e for e in truth.load(self.work.out) if not e["ok"] and e.get("gone")]
        self.assertEqual([], gone, "the other lost the server")
        self.assertIsNone(self.cordon.entry("verdict", lambda b: b["subject"] == "session" and b["name"] != GUILTY))
        host = network.workstation(TERMINAL)
        blocked = self.cordon.in_force()
        self.assertFalse({host.mac, host.ipv4, host.ipv6} & blocked, f"the terminal server is cut: {blocked}")
        self.assertFalse(self.helper.denied(host.ipv4))

    def take_back(self):
        status, answer = self.cordon.roll_back(self.cut()["id"])
        self.assertEqual((202, True), (status, answer.get("ok")), answer)
        until("lifted", WAIT, lambda: self.cut()["state"] == "lifted")
        back, = self.night.lab.start_work(30, hosts=[TERMINAL], pace=3.0, command_line=False, user=GUILTY)
        try:
            until("he is let in again", WAIT, lambda: self.did(0.0, back))
        finally:
            back.stop()


if __name__ == "__main__":
    live.main(__doc__)
