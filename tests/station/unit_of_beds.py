# SPDX-License-Identifier: Apache-2.0
"""cordon-lab-bedside as a test has it: beds by HL7, IntelliVue and SDC on real sockets, and the station that is told of them."""
import os
import subprocess

from station_box import WAIT, free

HEART_RATE = 147842  # MDC_ECG_HEART_RATE
BEDS = ["R1", "R2", "R3", "R4", "R5", "R6"]
FAMILIES = {"hl7": ["R1", "R2"], "intellivue": ["R3", "R4"], "sdc": ["R5", "R6"]}
UNIT = '[unit]\nname = "Réanimation A"\nbeds = ["R1", "R2", "R3", "R4", "R5", "R6", "R7"]\n'


class Ports:
    """Ports are a station's on loopback: HL7 by TCP, beacons and WS-Discovery by UDP; and those of its monitors, whose addresses are
    this process's own: another test beside it has others."""

    def __init__(self):
        self.hl7 = free("tcp")
        self.beacon, self.discovery, self.data = (free("udp") for _ in range(3))

    def net(self, number):
        return f"127.{16 + os.getpid() % 200}.{number}"

    def settings(self, sdc=""):
        return (f'[hl7]\naddress = "127.0.0.1"\nport = {self.hl7}\n'
                f'[intellivue]\naddress = "127.0.0.1"\nbeacon_port = {self.beacon}\n'
                f'source_ports = {25300 + 1024 * (os.getpid() % 7)}\n'
                f'[sdc]\naddress = "127.0.0.1"\ndiscovery_port = {self.discovery}\n{sdc}')

    def two_of_each(self):
        return ["--hl7", f"127.0.0.1:{self.hl7}", "--beds", "2",
                "--intellivue", f"{self.net(77)}.0", "--beds", "2", "--data-port", str(self.data), "--beacon", f"127.0.0.1:{self.beacon}",
                "--sdc", f"{self.net(78)}.0", "--beds", "2", "--discovery-port", str(self.discovery)]


class Unit:
    """Unit is the program that plays the beds; `before` stands before its command."""

    def __init__(self, program, words, before=()):
        self.process = subprocess.Popen([*before, program, *words], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def end(self):
        self.process.kill()
        self.process.wait(WAIT)
        self.process.stdin.close()


def labelled(box, beds=BEDS):
    """labelled gives the device of each bed by its own label; None while one is missing or silent."""
    found = {d["bed_label"]: d["device"] for d in box.view()["devices"] if d["live"] and d["bed_label"] in beds}
    return found if set(found) == set(beds) else None


def fresh(box, beds=BEDS):
    """fresh tells whether each of these beds is live, with numbers and traces, and has no technical alarm of the station's."""
    view = box.view()
    live = {d["bed"] for d in view["devices"] if d["live"]}
    shown = {b["bed"] for b in view["beds"] if b["waves"] and any(n["value"] is not None for n in b["numerics"])}
    silent = {a["bed"] for a in view["alarms"] if a["present"] and a["condition"] == "silent"}
    return set(beds) <= live & shown and not silent & set(beds)


def duties(box):
    """duties is what may not be lost: the devices at their beds, and each alarm of a device with who has answered it."""
    view = box.view()
    placed = {d["device"]: d["bed"] for d in view["devices"] if d["bed"]}
    alarms = {(a["alarm"], a["bed"], a["text"], a["priority"], a["by"]) for a in view["alarms"] if a["origin"] == "device" and a["present"]}
    return placed, alarms


def certificates(folder):
    """certificates makes an authority, and a key and certificate of each of station and bed, with Debian's openssl."""
    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, capture_output=True, cwd=folder)

    ec = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1")
    openssl("req", "-x509", *ec, "-keyout", "authority.key", "-out", "authority.pem", "-subj", "/CN=Biomed")
    for name in ("station", "bed"):
        openssl("req", *ec[:-2], "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "authority.pem", "-CAkey", "authority.key", "-CAcreateserial",
                "-days", "1", "-out", f"{name}.pem")
        (folder / f"{name}.key").chmod(0o600)
