#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What systemd gives each process: the one right it needs and no more, the users that the configuration names, and units
that systemd itself takes."""

import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

import tree

PACKAGING = tree.ROOT / "packaging"
UNITS = PACKAGING / "systemd"

# user, right, kinds of socket, folders it may write
SERVICES = {
    "cordon-control": ("cordon-control", "", "AF_UNIX AF_INET AF_INET6",
                       "/var/lib/cordon/logbook /var/lib/cordon/people /var/lib/cordon/tls /var/lib/cordon/run"),
    "cordon-sensor@": ("cordon-sensor", "CAP_NET_RAW", "AF_UNIX AF_PACKET AF_NETLINK", ""),
    "cordon-nft@": ("cordon-nft", "CAP_NET_ADMIN", "AF_UNIX AF_NETLINK", ""),
    "cordon-station": ("cordon-station", "", "AF_UNIX AF_INET AF_INET6",
                       " ".join(f"/var/lib/cordon-station/{part}" for part in ("logbook", "people", "tls", "patients", "recorder"))),
    "cordon-station-seal": ("cordon-seal", "", "AF_UNIX", "/var/lib/cordon-station/seal /var/lib/cordon-station/run/seal"),
    "cordon-seal": ("cordon-seal", "", "AF_UNIX", "/var/lib/cordon/seal /var/lib/cordon/run/seal"),
}
HARDENED = {"NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes", "PrivateTmp": "yes",
            "MemoryDenyWriteExecute": "yes", "RestrictNamespaces": "yes", "ProtectKernelModules": "yes",
            "SystemCallArchitectures": "native", "LimitCORE": "0", "RestrictSUIDSGID": "yes"}


def settings(name):
    """settings gives a unit as {key: [values]}."""
    found = {}
    for line in (UNITS / f"{name}.in").read_text().splitlines():
        if line and not line.startswith(("#", "[")):
            key, _, value = line.partition("=")
            found.setdefault(key, []).append(value)
    return found


class Units(unittest.TestCase):
    def test_each_service_has_its_one_right_and_no_more(self):
        found = {p.name.removesuffix(".service.in") for p in UNITS.glob("*.service.in")}
        self.assertEqual(found, set(SERVICES))
        for name, (user, right, sockets, writes) in SERVICES.items():
            with self.subTest(unit=name):
                unit = settings(f"{name}.service")
                self.assertEqual(unit["User"], [user])
                self.assertEqual(unit["AmbientCapabilities"], [right])
                self.assertEqual(unit["CapabilityBoundingSet"], [right])
                self.assertEqual(unit["RestrictAddressFamilies"], [sockets])
                self.assertEqual(unit.get("ReadWritePaths", [""]), [writes])
                self.assertEqual(unit["SystemCallFilter"][:2], ["@system-service", "~@privileged @setuid @keyring"])
                for key, value in HARDENED.items():
                    self.assertEqual(unit.get(key), [value], key)

    def test_users_are_those_of_the_configuration(self):
        named = dict(re.findall(r"^u (cordon-\w+)\s+(\d+)", (PACKAGING / "sysusers.d" / "cordon.conf").read_text(), re.M))
        headers = "".join((tree.ROOT / "src/app" / name).read_text() for name in ("config.h", "station_config.h"))
        config = dict(re.findall(r"int64_t (\w+)_uid = (\d+);", headers))
        self.assertEqual(named, {f"cordon-{name}": uid for name, uid in config.items()})
        seal = settings("cordon-seal.service")["ExecStart"][0]
        self.assertIn(f"--allow-uid {config['control']}", seal)
        own = settings("cordon-station-seal.service")["ExecStart"][0]
        self.assertIn(f"--allow-uid {config['station']}", own)

    def test_folders_belong_to_those_users(self):
        text = (PACKAGING / "tmpfiles.d" / "cordon.conf").read_text()
        owners = dict(re.findall(r"^d (\S+)\s+\d+ (\S+)", text, re.M))
        for user, _, _, writes in SERVICES.values():
            for folder in writes.split():
                self.assertEqual(owners[folder], user)
        self.assertEqual({p for p in owners if p.endswith("/nft")}, {"/var/lib/cordon/run/nft"})

    def test_install_names_every_unit(self):
        rules = (tree.ROOT / "cmake" / "Install.cmake").read_text()
        for unit in UNITS.glob("*.in"):
            self.assertRegex(rules, rf"(?m)[ (]{re.escape(unit.name.removesuffix('.in'))}[ )]")

    def test_systemd_takes_them(self):
        if shutil.which("systemd-analyze") is None:
            self.skipTest("systemd-analyze is not here")
        with tempfile.TemporaryDirectory() as folder:
            for program in ("cordon", "cordon-nft", "cordon-seal"):
                Path(folder, program).write_text("#!/bin/sh\n")
                Path(folder, program).chmod(0o755)
            for unit in UNITS.glob("*.in"):
                text = unit.read_text().replace("@CMAKE_INSTALL_FULL_BINDIR@", folder)
                text = text.replace("@CMAKE_INSTALL_FULL_DOCDIR@", folder)
                self.assertNotRegex(text, r"@[A-Z_]+@", unit.name)
                Path(folder, unit.name.removesuffix(".in").replace("@.", "@cordon.")).write_text(text)
            units = sorted(str(p) for p in Path(folder).glob("*.s*"))
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *units],
                                  capture_output=True, text=True, timeout=50)
            said = [line for line in (done.stdout + done.stderr).splitlines() if "cordon" in line]
            self.assertFalse(said, "\n" + "\n".join(said))


if __name__ == "__main__":
    unittest.main()
