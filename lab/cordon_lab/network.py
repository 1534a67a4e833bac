# SPDX-License-Identifier: Apache-2.0
"""The lab's wires: namespaces, veth pairs, the bridge and its mirror port. Knows nothing of SMB.

    ws1 .11   ws2 .12   ws3 .13   fs .20   med .30        10.77.0.0/24 and fd00:77::/64
      |         |         |        |         |
      +---------+-- br0 in PREFIX-core ------+            the enforcer's place
                     |  ingress of each port, mirrored
                   span0 ---- mon0 in PREFIX-mon          the sensor's place

Routed, PREFIX-core is a router instead: each host is alone behind a port of it, with the same addresses.
"""

import json
import os
import subprocess
from dataclasses import dataclass, replace

from .errors import LabError

NETNS_DIR = "/run/netns"
ROUTER_IPV4, ROUTER_IPV6 = "10.77.0.1", "fd00:77::1"
PREFIX_MAX = 8


@dataclass(frozen=True)
class Host:
    """Host is one machine of the lab; its number is the last part of each of its addresses."""
    name: str
    number: int
    user: str = ""

    @property
    def ipv4(self):
        return f"10.77.0.{self.number}"

    @property
    def ipv6(self):
        return f"fd00:77::{self.number}"

    @property
    def mac(self):
        return f"02:77:00:00:00:{self.number}"

    def address(self, ipv6=False):
        return self.ipv6 if ipv6 else self.ipv4

    @property
    def port(self):
        """port is the host's interface on the bridge or router."""
        return f"p-{self.name}"

    @property
    def port_mac(self):
        return f"02:77:00:00:02:{self.number}"


WORKSTATIONS = (Host("ws1", 11, "a.lefevre"), Host("ws2", 12, "b.martin"), Host("ws3", 13, "c.nguyen"))
FILE_SERVER = Host("fs", 20)
CARE = Host("med", 30)
HOSTS = WORKSTATIONS + (FILE_SERVER, CARE)
PLACES = tuple(h.name for h in HOSTS) + ("core", "mon")


def workstation(name, user=None):
    """workstation gives one by its name; with `user` another person sits there, as on a terminal server."""
    for host in WORKSTATIONS:
        if host.name == name:
            return replace(host, user=user) if user else host
    raise LabError(f"no workstation is called {name}; there are {', '.join(h.name for h in WORKSTATIONS)}")


def namespace(prefix, place):
    return f"{prefix}-{place}"


def inside(prefix, place, *command):
    """inside gives the command line that runs `command` in a namespace. nsenter keeps /sys and pinned BPF paths."""
    return ["nsenter", f"--net={NETNS_DIR}/{namespace(prefix, place)}", "--", *command]


def identity(name):
    """identity is (device, inode) of a named namespace: what tells it from another of the same name. None if absent."""
    try:
        found = os.stat(f"{NETNS_DIR}/{name}")
    except FileNotFoundError:
        return None
    return [found.st_dev, found.st_ino]


def own_identity():
    found = os.stat("/proc/self/ns/net")
    return [found.st_dev, found.st_ino]


def run(*command, quiet=False):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode and not quiet:
        raise LabError(f"`{' '.join(command)}` failed: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def _batch(prefix, place, lines):
    """_batch runs many `ip` lines in one process inside a namespace."""
    done = subprocess.run(["ip", "-n", namespace(prefix, place), "-batch", "-"], input="\n".join(lines) + "\n",
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise LabError(f"ip in {namespace(prefix, place)}: {done.stderr.strip()}")


def check_prefix(prefix):
    if not prefix.isalnum() or not prefix.isascii() or len(prefix) > PREFIX_MAX:
        raise LabError(f"--prefix is 1 to {PREFIX_MAX} ASCII letters and digits, not {prefix!r}")


def make_namespaces(state):
    """make_namespaces makes and records the namespaces; fails before the first if one of these names is taken."""
    taken = [n for n in (namespace(state.prefix, p) for p in PLACES) if identity(n)]
    if taken:
        raise LabError(f"namespaces {', '.join(taken)} exist already and are not this lab's: choose another --prefix")
    for place in PLACES:
        name = namespace(state.prefix, place)
        with state.changing() as data:
            data["namespaces"][name] = None
        try:
            run("ip", "netns", "add", name)
        except LabError:
            with state.changing() as data:
                del data["namespaces"][name]
            raise
        with state.changing() as data:
            data["namespaces"][name] = identity(name)


def wire(prefix, routed=False):
    """wire joins the hosts to the bridge, or router, and its ports to the mirror."""
    core, mon = namespace(prefix, "core"), namespace(prefix, "mon")
    for place in PLACES:
        run("ip", "-n", namespace(prefix, place), "link", "set", "lo", "up")
    _batch(prefix, "core", [
        f"link add span0 address 02:77:00:00:01:02 type veth peer name mon0 address 02:77:00:00:01:03 netns {mon}"])
    for place, device in (("core", "span0"), ("mon", "mon0")):
        run(*inside(prefix, place, "sysctl", "-qw", f"net.ipv6.conf.{device}.disable_ipv6=1"))
    _wire_sized(prefix, "core", "span0")
    _wire_sized(prefix, "mon", "mon0")
    run("ip", "-n", core, "link", "set", "span0", "up")
    run("ip", "-n", mon, "link", "set", "mon0", "up")
    if routed:
        run(*inside(prefix, "core", "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"))
    else:
        _batch(prefix, "core", ["link add br0 address 02:77:00:00:01:01 type bridge forward_delay 0 mcast_snooping 0"])
        run(*inside(prefix, "core", "sysctl", "-qw", "net.ipv6.conf.br0.disable_ipv6=1"))
        _batch(prefix, "core", ["link set br0 up"])
    for host in HOSTS:
        _batch(prefix, "core", [
            f"link add {host.port} address {host.port_mac} type veth "
            f"peer name eth0 address {host.mac} netns {namespace(prefix, host.name)}"])
        _wire_sized(prefix, "core", host.port)
        _wire_sized(prefix, host.name, "eth0")
        (_route if routed else _bridge)(prefix, host)
        # Ingress of every port, so that each frame is mirrored once. u32 matches everything: cls_matchall is a module
        # that some kernels lack.
        run("tc", "-n", core, "qdisc", "add", "dev", host.port, "ingress")
        run("tc", "-n", core, "filter", "add", "dev", host.port, "parent", "ffff:", "protocol", "all", "prio", "1",
            "u32", "match", "u32", "0", "0", "action", "mirred", "egress", "mirror", "dev", "span0")


def _bridge(prefix, host):
    run(*inside(prefix, "core", "sysctl", "-qw", f"net.ipv6.conf.{host.port}.disable_ipv6=1"))
    _batch(prefix, "core", [f"link set {host.port} master br0", f"link set {host.port} up"])
    _batch(prefix, host.name, [f"addr add {host.ipv4}/24 dev eth0", f"addr add {host.ipv6}/64 dev eth0 nodad",
                               "link set eth0 up"])


def _route(prefix, host):
    """_route leaves a host nobody on its wire but the router, by which it reaches all others."""
    _batch(prefix, "core", [f"link set {host.port} up",
                            f"addr add {ROUTER_IPV4} peer {host.ipv4} dev {host.port}",
                            f"addr add {ROUTER_IPV6} peer {host.ipv6} dev {host.port} nodad"])
    # No default route: who asks a name server that is not there is to be told at once, as on the bridge.
    _batch(prefix, host.name, [f"addr add {host.ipv4}/32 dev eth0", f"addr add {host.ipv6}/128 dev eth0 nodad",
                               "link set eth0 up", f"route add 10.77.0.0/24 via {ROUTER_IPV4} dev eth0 onlink",
                               f"route add fd00:77::/64 via {ROUTER_IPV6} dev eth0 onlink"])


def _wire_sized(prefix, place, device):
    """_wire_sized turns the offloads off: else a capture shows 64 KiB super-frames without valid checksums."""
    run(*inside(prefix, place, "ethtool", "-K", device, "tso", "off", "gso", "off", "gro", "off", "tx", "off"))


def remove_namespaces(state):
    """remove_namespaces deletes the recorded namespaces that are still the ones this lab made. Returns the others."""
    foreign = []
    for name, made in list(state.data["namespaces"].items()):
        now = identity(name)
        # None recorded: the lab died between asking for the name (which was free) and noting its inode.
        if now and made and now != made:
            foreign.append(name)
        elif now:
            run("ip", "netns", "del", name)
        with state.changing() as data:
            data["namespaces"].pop(name, None)
    return foreign


def mirror_losses(prefix):
    """mirror_losses counts the frames that the mirror lost so far, on its way out and on its way in."""
    total = 0
    for place, device in (("core", "span0"), ("mon", "mon0")):
        link = json.loads(run("ip", "-n", namespace(prefix, place), "-s", "-j", "link", "show", "dev", device))[0]
        total += sum(link["stats64"][way]["dropped"] for way in ("rx", "tx"))
    return total
