#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares who spoke UDP with whom in captures, by our decoder, with the conversations that Debian's tshark finds.

usage: udp_against_tshark.py UDP_SURVEY [FILE...]

Without FILE: the captures below in $CORDON_SHARED/captures (default ../shared beside the checkout), where that folder
stands. Compared are the pairs of addresses and ports in which both sides spoke; for those below also who serves whom.
Exit status: 0 equal, 1 not, 2 usage, 77 nothing to compare.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# The servers and ports of each: where the requests go that tshark reads in the datagrams (NetBIOS names, portmapper, mountd and NFS,
# DNS), for RDP the port.
SERVERS = {
    "ndpi/netbios.pcap": {"10.0.4.24 137"},
    "ndpi/nfsv2.pcap": {"139.25.22.102 111", "139.25.22.102 1048", "139.25.22.102 2049"},
    "ndpi/nfsv3.pcap": {"139.25.22.102 111", "139.25.22.102 1048", "139.25.22.102 2049"},
    "ndpi/rdp2.pcap": {"10.100.2.87 3389", "10.50.73.36 3389", "192.168.122.2 3389"},
    "ndpi/dos_win98_smb_netbeui.pcap": set(),
    "zeek/dce-rpc__mapi.pcap": {"192.168.0.104 53"},
    "zeek/smb__smb_v2_only_non_zero_reserved1.pcap": {"172.31.112.17 137"},
}
LINE = re.compile(r"(\S+):(\d+)\s+<->\s+(\S+):(\d+)\s+(\d+) .*?(?:bytes|kB|MB)\s+(\d+) ")


def by_tshark(path):
    told = subprocess.run(["tshark", "-n", "-r", path, "-q", "-z", "conv,udp"], capture_output=True, text=True, check=True).stdout
    both = set()
    for line in told.splitlines():
        found = LINE.match(line)
        if found and int(found[5]) and int(found[6]):
            both.add(frozenset({(found[1], int(found[2])), (found[3], int(found[4]))}))
    return both, told.count("<->")


def main(arguments):
    if not arguments:
        print(__doc__)
        return 2
    if shutil.which("tshark") is None:
        print("SKIPPED: tshark is not installed")
        return 77
    shared = pathlib.Path(os.environ.get("CORDON_SHARED", ROOT.parent / "shared")) / "captures"
    captures = [pathlib.Path(a) for a in arguments[1:]] or [shared / name for name in SERVERS if (shared / name).is_file()]
    if not captures:
        print(f"SKIPPED: no captures, there is no folder {shared}")
        return 77
    wrong = agreed = conversations = 0
    for path in captures:
        lines = subprocess.run([arguments[0], path], capture_output=True, text=True, check=True).stdout.splitlines()
        talks = [talk for talk in map(json.loads, lines) if talk["way"] != "one_way"]
        ours = {frozenset({(t["client"], t["client_port"]), (t["server"], t["server_port"])}) for t in talks}
        theirs, all_of_them = by_tshark(path)
        conversations += all_of_them
        agreed += len(ours & theirs)
        for who, only in (("ours", ours - theirs), ("tshark", theirs - ours)):
            for pair in only:
                wrong += 1
                print(f"DIFFERENT {path.name}: only {who}: {sorted(pair)}")
        servers = {f"{t['server']} {t['server_port']}" for t in talks}
        expected = SERVERS.get(f"{path.parent.name}/{path.name}", servers)
        if servers != expected:
            wrong += 1
            print(f"DIFFERENT {path.name}: servers {sorted(servers)}, expected {sorted(expected)}")
    print(f"{len(captures)} captures, {conversations} conversations by tshark's count, in {agreed} both sides spoke, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
