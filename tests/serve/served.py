# SPDX-License-Identifier: Apache-2.0
"""A real `cordon serve` over TLS on loopback, with people who come in through its page and a sensor that tells it what
it sees. No rights are needed: nothing is cut (dry run), everything else is as it is in a hospital."""
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import socket
import ssl
import struct
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
WAIT = 60.0  # seconds; far more than a sanitised build on a busy machine needs
PASSPHRASE = "quatre chevaux blancs"
SHARE = "\\\\10.77.0.20\\commun"


def until(what, ask, seconds=WAIT):
    end = time.monotonic() + seconds
    while True:
        found = ask()
        if found:
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds:.0f} s: {what() if callable(what) else what}")
        time.sleep(0.05)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return listening.getsockname()[1]


class Served:
    """Served is one box: its folder, and the process that serves it now."""

    def __init__(self, program, folder, harm_budget=0):
        self.program, self.folder, self.port = program, pathlib.Path(folder), free_port()
        self.config = self.folder / "cordon.toml"
        shutil.copy(ROOT / "examples" / "hospital" / "hospital.toml", self.folder)
        self.config.write_text(f'box = "served"\nmode = "guard"\nestate = "hospital.toml"\ndata = "var"\n'
                               f"[web]\nport = {self.port}\ntls = true\n[contain]\nharm_budget = {harm_budget}\n")
        self.process = self.sensor = None
        self.seen = 0

    def start(self):
        with open(self.folder / "serve.log", "ab") as log:
            self.process = subprocess.Popen([self.program, "serve", "--config", self.config, "--json"],
                                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True)
        told = json.loads(self.process.stdout.readline())
        self.code, self.fingerprint = told["set_up_code"], told["fingerprint"]
        self.sensor = None

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        if self.sensor is not None:
            self.sensor.close()

    def restart(self):
        self.kill()
        self.start()

    def said(self):
        return (self.folder / "serve.log").read_text(errors="replace")

    # --- what a sensor says -----------------------------------------------------------------------------------------

    def tell(self, message):
        text = json.dumps(message).encode()
        if self.sensor is None:
            self.sensor = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.sensor.connect(str(self.folder / "var" / "run" / "sensor.sock"))
        self.sensor.sendall(struct.pack("<I", len(text)) + text)

    @staticmethod
    def host(number, address=None):
        return {"sensor": "span0", "vlan": 0, "mac": f"02:77:00:00:00:{number}", "ip": address or f"10.77.0.{number}",
                "since": 0.0}

    def attack(self, number, address=None):
        """attack tells of three files that a host destroyed, as sure as a sensor can be."""
        for _ in range(3):
            self.seen += 1
            now = time.time()
            host = self.host(number, address)
            self.tell({"type": "evidence", "ts": now, "first_altered": now, "host": host["ip"], "host_key": host,
                       "server": "10.77.0.20", "user": f"CHV\\u{number}", "share": SHARE,
                       "path": f"{SHARE}\\f{self.seen}", "new_path": "", "kind": "structure_lost", "looks": [], "llr": 8,
                       "confirmed": True, "new_file": False, "altered": True})

    def sees(self, address, mac_number):
        host = self.host(mac_number, address)
        self.tell({"type": "host_seen", "ts": time.time(), "host": host["ip"], "host_key": host, "user": "", "server": False})


class Answer:
    def __init__(self, status, text):
        self.status, self.text = status, text
        self.json = json.loads(text) if text.startswith("{") else {}

    def __repr__(self):
        return f"{self.status} {self.text[:200]}"


class Browser:
    """Browser is one browser of one person: its cookie, and the token of its page."""

    def __init__(self, served):
        self.served, self.cookie, self.token, self.name = served, "", "", ""

    def connection(self):
        """connection trusts the certificate whose fingerprint the console has shown, and no other."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        wire = context.wrap_socket(socket.create_connection(("127.0.0.1", self.served.port), timeout=20))
        shown = hashlib.sha256(wire.getpeercert(binary_form=True)).hexdigest()
        if shown != self.served.fingerprint.replace(":", "").lower():
            raise AssertionError("another certificate than the console's")
        return wire

    def host(self):
        return f"127.0.0.1:{self.served.port}"

    def headers(self, **changes):
        """headers gives what the page sends with a wish; a changed one replaces, None leaves it out."""
        own = {"Host": self.host(), "Origin": f"https://{self.host()}", "Content-Type": "application/json",
               "Cookie": self.cookie, "X-Cordon-Token": self.token}
        own.update({name.replace("_", "-"): value for name, value in changes.items()})
        return {name: value for name, value in own.items() if value}

    def send(self, request):
        """send writes bytes and gives all that is answered until the other side closes, or is silent after a word."""
        with contextlib.closing(self.connection()) as wire:
            answer = b""
            with contextlib.suppress(TimeoutError, ConnectionError, ssl.SSLError):
                wire.sendall(request)
                while piece := wire.recv(65536):
                    answer += piece
                    wire.settimeout(1)
        return answer

    def ask(self, method, path, body=None, headers=None):
        with contextlib.closing(self.connection()) as wire:
            connection = http.client.HTTPConnection("127.0.0.1", self.served.port)
            connection.sock = wire
            text = json.dumps(body).encode() if isinstance(body, dict) else body
            sent = self.headers() if headers is None else headers
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                connection.putheader(name, value)
            if text is not None:
                connection.putheader("Content-Length", str(len(text)))
            connection.endheaders(text)
            answer = connection.getresponse()
            self.set_cookie = answer.getheader("Set-Cookie") or ""
            return Answer(answer.status, answer.read().decode())

    def come_in(self, path, body):
        answer = self.ask("POST", path, body)
        if answer.status != 200:
            raise AssertionError(f"{path} answers {answer}")
        self.cookie, self.name = self.set_cookie.partition(";")[0], body["name"]
        self.token = self.ask("GET", "/api/me").json["token"]
        return self

    def enter(self, name, code):
        return self.come_in("/api/enter", {"code": code, "name": name, "passphrase": PASSPHRASE})

    def sign_in(self, name):
        return self.come_in("/api/sign-in", {"name": name, "passphrase": PASSPHRASE})

    def invite(self, name):
        return self.ask("POST", "/api/invite", {"name": name}).json["code"]

    def situation(self):
        return self.ask("GET", "/api/situation").json

    def log(self, first):
        return self.ask("GET", f"/api/log?from={first}&limit=500").json["entries"]


def people(served):
    """people makes two who decide, one from the console who may only look, and gives a browser of each."""
    first = Browser(served).enter("a.durand", served.code)
    second = Browser(served).enter("b.martin", first.invite("b.martin"))
    added = subprocess.run([served.program, "people", "add", "o.petit", "--roles", "observer", "--config", served.config,
                            "--json"], capture_output=True, text=True, timeout=WAIT)
    code = json.loads(added.stdout)["code"]
    observer = until("the console's account is known", lambda: try_to_enter(served, "o.petit", code))
    return first, second, observer


def try_to_enter(served, name, code):
    with contextlib.suppress(AssertionError):
        return Browser(served).enter(name, code)
    return None


def environment():
    """What a sanitised build needs when it is killed in the middle of a test."""
    os.environ.setdefault("ASAN_OPTIONS", "detect_leaks=0")
