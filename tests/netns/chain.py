# SPDX-License-Identifier: Apache-2.0
"""Chain is bench_cut_chain: it cuts by making a verdict, through the engine, the logbook's durable commit and the enforcers
of a configuration, for the --bench of the tests of each means."""
import os
import shutil
import subprocess
import tempfile

# The attacker hangs where only the whole of it can be cut, or its spreading protocols alone; the server is worth the cut.
_ESTATE = """hospital = "bench"
[[unit]]
name = "Administration"
kind = "administration"
patients = 1
[[network]]
name = "bench"
prefixes = ["{host.net4}.0/24", "{host.net6}:/64"]
inside = ["spreading", "other"]
[[host]]
name = "attacker"
role = "workstation"
unit = "Administration"
grain = "{grain}"
addresses = ["{host.ip4}", "{host.ip6}"]
macs = ["{host.mac}"]
[[host]]
name = "server"
role = "server"
addresses = ["{host.net4}.250"]
harm_if_lost = 100
"""


class Chain:
    def __init__(self, program, host, enforcing="", grain="spreading", nft=None, namespace=None):
        """nft is the helper to be asked, of nft_test.py; namespace is where it all runs, if not here."""
        # Where the logbook of a box lies: on its disk, not in memory.
        self.folder = tempfile.mkdtemp(prefix="cdchain", dir="/var/tmp")
        for name in ("logbook", "run/nft"):
            os.makedirs(f"{self.folder}/{name}")
        if nft:
            os.symlink(nft.path, f"{self.folder}/run/nft/{nft.on}.sock")
            enforcing = f'[enforcer]\nmeans = "nftables"\nnftables_on = "{nft.on}"\n'
        with open(f"{self.folder}/hospital.toml", "w", encoding="utf-8") as file:
            file.write(_ESTATE.format(host=host, grain=grain))
        with open(f"{self.folder}/cordon.toml", "w", encoding="utf-8") as file:
            file.write(f'estate = "hospital.toml"\ndata = "{self.folder}"\n{enforcing}')
        inside = ["nsenter", f"--net=/run/netns/{namespace}"] if namespace else []
        self.process = subprocess.Popen([*inside, program, f"{self.folder}/cordon.toml", host.mac, host.ip4, host.ip6],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        if self.process.stdout.readline() != "ready\n":
            raise AssertionError("bench_cut_chain did not get ready")

    def ask(self, word):
        self.process.stdin.write(f"{word}\n")
        return self.process.stdout.readline().split()

    def cut(self):
        """cut gives the moments before the verdict and of the enforcer's report, in seconds of time.monotonic()."""
        _, before, applied = self.ask("cut")
        return int(before) / 1e9, int(applied) / 1e9

    def lift(self):
        self.ask("lift")

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)
        shutil.rmtree(self.folder)
