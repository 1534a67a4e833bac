# SPDX-License-Identifier: Apache-2.0
"""A bridge and its hosts in network namespaces of their own, and raw frames between them.

Everything is named cdnft<pid>-…, so that two runs do not meet; what a killed run left behind is removed by the next.
"""
import contextlib
import ctypes
import os
import re
import socket
import struct
import subprocess
import threading
import time

PREFIX = "cdnft"
SKIPPED = 77
CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


@contextlib.contextmanager
def inside(namespace):
    """Sockets that this thread makes in here belong to the namespace."""
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        if _libc.setns(there, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        yield
    finally:
        _libc.setns(home, CLONE_NEWNET)
        os.close(there)
        os.close(home)


def remove_leftovers():
    listing = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True).stdout
    for line in listing.splitlines():
        found = re.match(rf"({PREFIX}(\d+)-\w+)", line)
        if found and not os.path.exists(f"/proc/{found.group(2)}"):
            subprocess.run(["ip", "netns", "del", found.group(1)], capture_output=True)


class Host:
    """One station: namespace, MAC and addresses. `index` makes all of them."""

    def __init__(self, name, index):
        self.namespace = f"{PREFIX}{os.getpid()}-{name}"
        self.mac = f"02:77:00:00:00:{index:02x}"
        self.net4, self.net6 = "10.77.9", "fd77:9:"
        self.ip4, self.ip6 = f"{self.net4}.{index}", f"{self.net6}:{index:x}"

    def ip(self, v6):
        return self.ip6 if v6 else self.ip4


class Lab:
    def __init__(self, names):
        remove_leftovers()
        self.bridge = self.hop = f"{PREFIX}{os.getpid()}-br"
        self.hosts = [Host(name, index) for index, name in enumerate(names, start=0x11)]
        self.made = []

    def __enter__(self):
        try:
            self._namespace(self.bridge)
            ip("-n", self.bridge, "link", "add", "br0", "type", "bridge", "forward_delay", "0", "mcast_snooping", "0")
            ip("-n", self.bridge, "link", "set", "br0", "up")
            for number, host in enumerate(self.hosts):
                self._join(host, f"p{number}")
        except BaseException:
            self.__exit__()
            raise
        return self

    def _namespace(self, name):
        ip("netns", "add", name)
        self.made.append(name)
        subprocess.run(["ip", "netns", "exec", name, "sysctl", "-qw", "net.ipv6.conf.all.accept_dad=0",
                        "net.ipv6.conf.default.accept_dad=0"], check=True, capture_output=True)
        ip("-n", name, "link", "set", "lo", "up")

    def _join(self, host, port):
        self._namespace(host.namespace)
        ip("-n", host.namespace, "link", "add", "eth0", "address", host.mac, "type", "veth", "peer", "name", port,
           "netns", self.bridge)
        ip("-n", self.bridge, "link", "set", port, "master", "br0", "up")
        ip("-n", host.namespace, "addr", "add", f"{host.ip4}/24", "dev", "eth0")
        ip("-n", host.namespace, "addr", "add", f"{host.ip6}/64", "dev", "eth0", "nodad")
        ip("-n", host.namespace, "link", "set", "eth0", "up")

    def __exit__(self, *_):
        for name in reversed(self.made):
            subprocess.run(["ip", "netns", "del", name], capture_output=True)
        self.made = []


class EchoServer:
    """Sends back what it gets, on one TCP port of a host, for IPv4 and IPv6."""

    def __init__(self, host, port):
        with inside(host.namespace):
            self.listening = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._echo, args=(connection,), daemon=True).start()

    @staticmethod
    def _echo(connection):
        with contextlib.suppress(OSError), connection:
            while data := connection.recv(4096):
                connection.sendall(data)


class DatagramEcho:
    """Sends back every datagram that comes to one UDP port of a host, over IPv4 and IPv6."""

    def __init__(self, host, port):
        with inside(host.namespace):
            self.socket = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        self.socket.bind(("::", port))
        threading.Thread(target=self._echo, daemon=True).start()

    def _echo(self):
        with contextlib.suppress(OSError):
            while True:
                self.socket.sendto(*self.socket.recvfrom(4096))


class Datagrams:
    """Numbered datagrams to such a port, 200 a second, until end(), which gives how many were sent and which came back."""

    def __init__(self, client, server, port, v6=False):
        with inside(client.namespace):
            self.socket = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.connect((server.ip(v6), port))
        self.sent, self.back, self.going = 0, set(), True
        self.threads = [threading.Thread(target=work, daemon=True) for work in (self._send, self._receive)]
        for thread in self.threads:
            thread.start()

    def _send(self):
        while self.going:
            self.socket.send(struct.pack("!I", self.sent))
            self.sent += 1
            time.sleep(0.005)

    def _receive(self):
        with contextlib.suppress(OSError):
            while data := self.socket.recv(64):
                self.back.add(struct.unpack("!I", data)[0])

    def end(self):
        self.going = False
        self.threads[0].join()
        time.sleep(0.2)  # what is under way
        self.socket.shutdown(socket.SHUT_RD)
        self.socket.close()
        return self.sent, self.back


class Flow:
    """A live connection that asks and waits for the echo, over and over; `count` is the round trips so far."""

    def __init__(self, client, server, port, v6=False):
        with inside(client.namespace):
            self.socket = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET)
        self.socket.settimeout(5)
        self.socket.connect((server.ip(v6), port))
        self.socket.settimeout(None)
        self.count = 0
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        with contextlib.suppress(OSError):
            while True:
                self.socket.sendall(b"x" * 64)
                if not self.socket.recv(4096):
                    return
                self.count += 1
                time.sleep(0.002)

    def trips(self, seconds=0.5):
        before = self.count
        time.sleep(seconds)
        return self.count - before

    def runs_again(self, within=8.0):
        """TCP waits for its retransmission timer, so this may take seconds."""
        before = self.count
        end = time.monotonic() + within
        while time.monotonic() < end:
            if self.count > before + 2:
                return True
            time.sleep(0.02)
        return False

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Wire:
    """Raw frames in and out of one host's port."""

    def __init__(self, host):
        with inside(host.namespace):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
            self.socket.bind(("eth0", 0))

    def send(self, frame):
        self.socket.send(frame)

    def sees(self, marker, until):
        """Whether a frame with `marker` comes before, or just behind, the one with `until`, which is sure to come."""
        seen, end = False, time.monotonic() + 5
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                frame = self.socket.recv(4096)
            except TimeoutError:
                return seen
            seen = seen or marker in frame
            if until in frame:
                end = time.monotonic() + 0.01
        return seen

    def close(self):
        self.socket.close()


LOCAL_EXPERIMENT = 0x88B5  # the EtherType that IEEE 802 keeps for experiments; no rule knows it
SYN, ACK, PSH = 0x02, 0x10, 0x08


def _checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def mac_bytes(text):
    return bytes.fromhex(text.replace(":", ""))


def tcp(sport, dport, flags=PSH | ACK, payload=b""):
    return 6, struct.pack("!HHIIBBHHH", sport, dport, 1, 1, 0x50, flags, 1024, 0, 0) + payload


def udp(sport, dport, payload=b""):
    return 17, struct.pack("!HHHH", sport, dport, 8 + len(payload), 0) + payload


def unreachable(code, payload=b""):
    """ICMP's destination unreachable; code 4 says that the way beyond is narrower."""
    return 1, struct.pack("!BBHHH", 3, code, 0, 0, 1400) + payload


def too_big(payload=b""):
    return 58, struct.pack("!BBHI", 2, 0, 0, 1400) + payload


ARP_REQUEST, ARP_REPLY = 1, 2
ROUTER_SOLICIT, ROUTER_ADVERT, NEIGHBOUR_SOLICIT, NEIGHBOUR_ADVERT, REDIRECT = range(133, 138)


def arp(operation, mac, address, about, payload=b""):
    return 0x0806, (struct.pack("!HHBBH", 1, 0x0800, 6, 4, operation) + mac_bytes(mac) + socket.inet_aton(address) +
                    bytes(6) + socket.inet_aton(about) + payload)


def neighbour(kind, about="::", payload=b""):
    """A message of neighbour discovery; `about` is its target, where it has one."""
    return 58, struct.pack("!BBHI", kind, 0, 0, 0) + socket.inet_pton(socket.AF_INET6, about) + payload


def ip4(source, target, segment, fragment=0):
    """`fragment` is the field of flags and offset: 0x2000 more follow, 0x1fff offset in eights."""
    protocol, body = segment
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 7, fragment, 64, protocol, 0,
                       socket.inet_aton(source), socket.inet_aton(target))
    return 0x0800, head[:10] + struct.pack("!H", _checksum(head)) + head[12:] + body


def ip6(source, target, segment, fragment=None, hop_by_hop=False):
    """`fragment` is (offset in eights, more)."""
    following, body = segment
    if fragment is not None:
        offset, more = fragment
        body = struct.pack("!BBHI", following, 0, offset << 3 | int(more), 7) + body
        following = 44
    if hop_by_hop:
        body = struct.pack("!BBHI", following, 0, 0x0104, 0) + body
        following = 0
    head = struct.pack("!IHBB", 6 << 28, len(body), following, 64)
    return 0x86DD, head + socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, target) + body


def frame(source, target, packet, tags=()):
    """`tags` are (ethertype, VLAN), outermost first."""
    ethertype, body = packet
    head = mac_bytes(target) + mac_bytes(source)
    for tag, vlan in tags:
        head += struct.pack("!HH", tag, vlan)
    return head + struct.pack("!H", ethertype) + body
