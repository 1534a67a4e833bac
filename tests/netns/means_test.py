# SPDX-License-Identifier: Apache-2.0
"""A cut that its first means does not carry out is handed on: the bridge's rule is in force and stops nothing, because the
attacker's way does not lead there; the sensor sees the server acknowledge on; the file server's own helper ends it.

usage: means_test.py FOLDER [unittest arguments]
  FOLDER     where cordon, cordon-launch, cordon-nft, cordon-seal and cordon-smb are
Needs root, network namespaces and the lab's packages; exit status 77 says that something of it is missing.
"""
import signal
import time
import unittest

import live
from live import Night, Plan, network, until
from cordon_lab import truth
from smb_helper import WAIT, SmbHelper

FILES_BEFORE_MAX = 5  # altered when the verdict falls
FILES_RATE = 10.0


def enforcing(night):
    """The bridge whose rules cordon-nft keeps is in the sensor's namespace, where nobody's frames are forwarded."""
    return f"""[enforcer]
means = ["nftables", "samba"]
netns = "/run/netns/{night.prefix}-mon"
{SmbHelper.configuration(night)}"""


class HandedOn(unittest.TestCase):
    def test_the_file_server_stops_what_the_bridge_does_not(self):
        with Night(Plan(files=400, scale=0.2), enforcing) as night:
            self.night, self.helper = night, SmbHelper(night)
            self.helper.start()
            works = dict(zip((w.name for w in network.WORKSTATIONS), night.lab.start_work(3600, pace=1.5, command_line=False)))
            self.attack(works)
            self.kill_and_take_back(works)

    # --- the night --------------------------------------------------------------------------------------------------

    def cut(self):
        return self.night.cordon.situation()["cuts"][0]

    def did(self, works, name, since):
        return [e for e in truth.load(works[name].out) if e["time"] > since and e["ok"] and "path" in e]

    def attack(self, works):
        lab, host = self.night.lab, network.workstation("ws2")
        task = lab.start_encrypt("in-place-rename", host=host.name, files=200, rate=FILES_RATE)
        try:
            handed = until(lambda: f"the cut is handed on; cuts: {self.night.cordon.situation()['cuts']}", WAIT,
                           lambda: self.night.cordon.entry("cut_handed_on"))
            until("the file server turns the host away", WAIT, lambda: self.helper.denied(host.ipv4), 0.2)
            over = time.time()
            altered = lab.finish_encrypt(task, live.SETTLE_MAX)
        finally:
            task.stop()
        self.assertEqual("samba", handed["means"])
        self.assertIn("another way round", handed["why"])
        until(lambda: f"what it does is told: {self.cut()}", WAIT,
              lambda: "samba: the file server turns the host away" in self.cut()["detail"]["en"])
        self.assertEqual("unproven", self.cut()["state"])
        self.assertEqual(["nftables", "samba"], self.cut()["means"])
        fell = self.night.cordon.entry("verdict", lambda body: body["subject"] == "host" and body["level"] == "infected")["ts"]
        before = sum(e["time_first_write"] <= fell for e in altered)
        late = [e for e in altered if e["time_first_write"] > over]
        print(f"files_at_verdict={before} files_after={len(altered) - before} s_to_handing_on={handed['ts'] - fell:.1f} "
              f"s_to_last_file={altered[-1]['time_first_write'] - fell:.1f}", flush=True)
        self.assertLessEqual(before, FILES_BEFORE_MAX)
        self.assertEqual([], late, "altered after the file server had its list")
        self.assertLess(len(altered), 200, "the attack ran to its end")
        for name in ("ws1", "ws3"):
            until(f"work of {name} during the cut", WAIT, lambda: self.did(works, name, over))

    def kill_and_take_back(self, works):
        """A helper killed leaves its list; taken back meanwhile, the cut is lifted only once the helper is back."""
        host, cordon = network.workstation("ws2"), self.night.cordon
        self.helper.stop(signal.SIGKILL)
        until("its loss is told", WAIT, lambda: not self.helper.is_heard())
        self.assertTrue(self.helper.denied(host.ipv4))
        status, answer = cordon.roll_back(self.cut()["id"])
        self.assertEqual((202, True), (status, answer.get("ok")), answer)
        until("lifting", WAIT, lambda: self.cut()["state"] == "lifting")
        time.sleep(2)
        self.assertEqual("lifting", self.cut()["state"], "lifted, though nobody can have lifted it")
        self.helper.start()
        until("lifted", WAIT, lambda: self.cut()["state"] == "lifted")
        self.assertFalse(self.helper.denied(host.ipv4))
        lifted = time.time()
        until("the host works again", WAIT, lambda: self.did(works, host.name, lifted))


if __name__ == "__main__":
    live.main(__doc__)
