# SPDX-License-Identifier: Apache-2.0
"""An access switch with 802.1X in network namespaces: hostapd as authenticator with its own EAP server on one port of a
bridge, wpa_supplicant behind that port, and the glue that makes the bridge obey hostapd.

hostapd's wired driver only says who is authorised; nobody on a Linux bridge enforces it. In a switch the port does. Here
Glue does it, and it is part of the switch: it follows hostapd's events and lets a station's frames in while it is authorised.
"""
import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

import netlab

DAS_PORT = 3799
# hostapd 2.10 forgets a station this long after it was asked to disconnect it, also when it logged on again meanwhile, and
# throws it out once more then. A test that wants a station to stay waits for it, or restarts hostapd.
FORGETS_AFTER = 5.5
SECRET = "cordon golden secret"
NAS_IDENTIFIER = "sw-core"
NEEDED = ("hostapd", "hostapd_cli", "wpa_supplicant", "wpa_cli", "nft", "nsenter")

HOSTAPD = """interface={port}
driver=wired
logger_stdout=-1
logger_stdout_level=1
ctrl_interface={folder}/hostapd
ctrl_interface_group={group}
ieee8021x=1
eapol_version=2
eap_server=1
eap_user_file={folder}/users
eap_reauth_period=3600
use_pae_group_addr=1
own_ip_addr=127.0.0.1
nas_identifier={nas}
radius_das_port={das}
radius_das_client=127.0.0.1 {secret}
radius_das_time_window=300
radius_das_require_event_timestamp=1
radius_das_require_message_authenticator=1
"""

SUPPLICANT = """ctrl_interface={folder}/wpa
ap_scan=0
fast_reauth=0
network={{
 key_mgmt=IEEE8021X
 eap=MD5
 identity="ws2"
 password="pw"
 eapol_flags=0
}}
"""

RULES = """table bridge dot1x {{
 set authorised {{ type ether_addr; }}
 chain forward {{
  type filter hook forward priority -5; policy accept;
  iifname "{port}" ether saddr != @authorised counter drop
 }}
}}
"""


def until(what, seconds, ask, pause=0.02):
    end = time.monotonic() + seconds
    while True:
        if answer := ask():
            return answer
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds} s: {what}")
        time.sleep(pause)


class Switch:
    """Switch is the bridge of `lab` with 802.1X on the port of `host`; its control program is hostapd."""

    das_port, nas_identifier, vlans = DAS_PORT, NAS_IDENTIFIER, ()

    def __init__(self, lab, host, port, group=0):
        """group may read the port at hostapd's control socket, beside root."""
        self.lab, self.host, self.port, self.group = lab, host, port, group
        self.folder = tempfile.mkdtemp(prefix="cd1x")
        os.chmod(self.folder, 0o711)
        self.processes, self.glue = {}, None

    def __enter__(self):
        try:
            for name, text in (("hostapd.conf", HOSTAPD), ("wpa.conf", SUPPLICANT)):
                with open(f"{self.folder}/{name}", "w") as file:
                    file.write(text.format(port=self.port, folder=self.folder, group=self.group, nas=NAS_IDENTIFIER,
                                           das=DAS_PORT, secret=SECRET))
            with open(f"{self.folder}/users", "w") as file:
                file.write('"ws2" MD5 "pw"\n')
            self.nft("-f", "-", text=RULES.format(port=self.port))
            self.start_hostapd()
            self.start("wpa_supplicant", self.host.namespace, "wpa_supplicant", "-Dwired", "-ieth0",
                       "-c", f"{self.folder}/wpa.conf")
            until("the station is authorised and let in", 15, self.lets_in)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.glue:
            self.glue.close()
        for process in self.processes.values():
            process.kill()
            process.wait()
        if os.environ.get("CORDON_KEEP"):
            print(f"kept: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self, name, namespace, *command):
        with open(f"{self.folder}/{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", "nsenter", f"--net=/run/netns/{namespace}", *command],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def start_hostapd(self):
        self.start("hostapd", self.lab.bridge, "hostapd", f"{self.folder}/hostapd.conf")
        until("hostapd's control socket", 10, lambda: os.path.exists(self.control))
        self.glue = Glue(self)

    def kill_hostapd(self):
        self.glue.close()
        process = self.processes.pop("hostapd")
        process.kill()
        process.wait()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.control)

    @property
    def control(self):
        return f"{self.folder}/hostapd/{self.port}"

    def nft(self, *words, text=None):
        return subprocess.run(["nsenter", f"--net=/run/netns/{self.lab.bridge}", "nft", *words], input=text,
                              check=True, capture_output=True, text=True).stdout

    def authorised(self):
        """authorised is what hostapd itself says of the station, asked by its own tool."""
        said = subprocess.run(["hostapd_cli", "-p", f"{self.folder}/hostapd", "-i", self.port, "sta", self.host.mac],
                              capture_output=True, text=True).stdout
        return "[AUTHORIZED]" in said

    def lets_in(self):
        return self.host.mac in self.glue.let_in

    def log_on_again(self):
        """log_on_again is what a supplicant does when it is asked, or when a person pulls the plug and puts it back."""
        def logs_on():
            subprocess.run(["wpa_cli", "-p", f"{self.folder}/wpa", "-i", "eth0", "reauthenticate"], check=True,
                           capture_output=True)
            with contextlib.suppress(TimeoutError):
                return until("the station is let in", 1, self.lets_in)
            return False

        until("the station is let in again", 10, logs_on)

    def restart(self):
        """restart makes hostapd forget; the station is let in again."""
        self.kill_hostapd()
        self.start_hostapd()
        self.log_on_again()


class Glue:
    """Glue is the port: it follows hostapd's events into the bridge's set. `cut_at` is when it last shut somebody out."""

    def __init__(self, switch):
        self.switch, self.let_in, self.cut_at, self.going = switch, set(), None, True
        self.path = f"{switch.folder}/glue"
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(0.2)
        until("hostapd takes a listener", 5, self.attach)
        switch.nft("flush", "set", "bridge", "dot1x", "authorised")
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def attach(self):
        try:
            self.socket.connect(self.switch.control)
            self.socket.send(b"ATTACH")
            return self.socket.recv(4096) == b"OK\n"
        except (OSError, TimeoutError):
            return False

    def run(self):
        while self.going:
            try:
                said = self.socket.recv(4096).decode(errors="replace")
            except TimeoutError:
                continue
            except OSError:
                return
            found = re.search(r"AP-STA-(CONNECTED|DISCONNECTED) ([0-9a-f:]{17})", said)
            if not found:
                continue
            station = found[2]
            if found[1] == "CONNECTED" and station not in self.let_in:
                self.switch.nft("add", "element", "bridge", "dot1x", "authorised", f"{{ {station} }}")
                self.let_in.add(station)
            elif found[1] == "DISCONNECTED" and station in self.let_in:
                self.switch.nft("delete", "element", "bridge", "dot1x", "authorised", f"{{ {station} }}")
                self.let_in.discard(station)
                self.cut_at = time.monotonic()

    def close(self):
        self.going = False
        self.thread.join()
        self.socket.close()


class Relay:
    """Relay stands between a client and hostapd, sees all bytes and may keep, change or hold back answers; while it is
    `cut` nothing passes. Its side towards the client is on the loopback of the bridge's namespace, or of this process's
    own: then it is the management network between Cordon and the switch."""

    def __init__(self, switch, own_side=False, spoil=None):
        self.bridge, self.spoil = switch.lab.bridge, spoil or (lambda asked, answer: [answer])
        self.asked, self.seen = [], []  # what was asked; what was asked with its answer
        self.cut, self.asked_at = False, 0.0
        with contextlib.nullcontext() if own_side else netlab.inside(self.bridge):
            self.inner = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with netlab.inside(self.bridge):
            self.outer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.inner.bind(("127.0.0.1", 0))
        self.outer.connect(("127.0.0.1", DAS_PORT))
        self.outer.settimeout(2)
        self.port = self.inner.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while True:
            try:
                asked, client = self.inner.recvfrom(4096)
            except OSError:
                return
            if asked == b"end":
                return
            if self.cut:
                continue
            self.asked.append(asked)
            self.asked_at = time.monotonic()
            with contextlib.suppress(TimeoutError, OSError):
                self.outer.send(asked)
                said = self.outer.recv(4096)
                self.seen.append((asked, said))
                for answer in self.spoil(asked, said):
                    self.inner.sendto(answer, client)

    def asked_about(self, mac):
        """asked_about counts the requests that name a station in the common form."""
        name = mac.upper().replace(":", "-").encode()
        return sum(name in asked for asked in self.asked)

    def close(self):
        self.end.sendto(b"end", ("127.0.0.1", self.port))
        self.thread.join()
        for each in (self.end, self.inner, self.outer):
            each.close()


def missing():
    """missing says what this machine lacks for an 802.1X test, or None."""
    if os.geteuid() != 0:
        return "needs root"
    if absent := [tool for tool in NEEDED if shutil.which(tool) is None]:
        return f"needs {', '.join(absent)}; packages.txt names the packages in its section test"
    name = f"{netlab.PREFIX}{os.getpid()}-try"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode != 0:
        return "needs network namespaces"
    subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return None
