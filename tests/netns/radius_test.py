# SPDX-License-Identifier: Apache-2.0
"""RADIUS Disconnect against hostapd as an access switch: the port shuts, traffic stops, the station comes back when it may.
A quarantine by CoA against a switch of our own (coa_switch.py), for hostapd refuses it: the port goes to another VLAN and back.

usage: radius_test.py PROBE [--bench N [CHAIN] | --bench-coa N [CHAIN] | --record | unittest arguments]
PROBE is the program enforcer_probe. --bench N measures N cuts by Disconnect, --bench-coa by CoA, with CHAIN, which is
bench_cut_chain, from before the verdict; --record prints the golden messages of src/radius/golden_test.inc.
Needs root, network namespaces, hostapd, wpa_supplicant and radclient; exit status 77 says that something is missing.
"""
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

import coa_switch
import dot1x
import netlab
from chain import Chain
from coa_switch import QUARANTINE, WORK
from dot1x import DAS_PORT, NAS_IDENTIFIER, SECRET, Relay, until
from netlab import EchoServer, Flow, Lab, Wire, frame, inside, ip4, udp
from probe import Probe, figures

PROGRAM = SWITCH = VLANS = None
SMB, PACKETS = 445, 9999
DOCUMENTATION = "00-00-5E-00-53-00"  # a MAC that no station has


def secret_file(text=SECRET, mode=0o600):
    path = f"{SWITCH.folder}/secret-{mode:o}-{abs(hash(text))}"
    with open(path, "w") as file:
        file.write(text + "\n")
    os.chmod(path, mode)
    return path


def start_probe(*more, control=True, secret=None, port=None, protected="-", switch=None):
    on = switch or SWITCH
    return Probe(PROGRAM, "radius", "127.0.0.1", str(port or on.das_port), secret or secret_file(), on.nas_identifier,
                 on.control if control and on.control else "-", SWITCH.folder, protected, *on.vlans, *more,
                 namespace=on.lab.bridge)


def radclient(kind, text, port=None, switch=None):
    """radclient says what the server's own tool is answered."""
    on = switch or SWITCH
    request = f'{text}\nNAS-Identifier = "{on.nas_identifier}"\nEvent-Timestamp = {int(time.time())}\nMessage-Authenticator = 0x00\n'
    return subprocess.run(["nsenter", f"--net=/run/netns/{on.lab.bridge}", "radclient", "-x", "-r", "1", "-t", "2",
                           f"127.0.0.1:{port or on.das_port}", kind, SECRET], input=request, capture_output=True, text=True).stdout


class Case(unittest.TestCase):
    def setUp(self):
        self.server, self.ill, self.well = SWITCH.lab.hosts
        SWITCH.restart()

    def probe(self, *more, **options):
        probe = start_probe(*more, **options)
        self.addCleanup(probe.close)
        return probe

    def flow(self, host):
        flow = Flow(host, self.server, SMB)
        self.addCleanup(flow.close)
        self.assertTrue(flow.runs_again())
        return flow


class Disconnect(Case):
    def test_a_cut_shuts_the_port_and_the_station_comes_back_when_it_may(self):
        probe = self.probe()
        probe.process_is("up")
        stopped, going_on = self.flow(self.ill), self.flow(self.well)
        probe.apply("c1", self.ill.mac, self.ill.ip4)
        self.assertIn("acknowledged", probe.report("c1", "applied").words[3])
        probe.report("c1", "read_back")
        self.assertFalse(SWITCH.authorised())
        until("the port shuts", 2, lambda: not SWITCH.lets_in())
        before = stopped.count
        self.assertGreater(going_on.trips(0.4), 10)
        self.assertEqual(before, stopped.count)

        probe.lift("c1", self.ill.mac)
        probe.report("c1", "lifted")
        SWITCH.log_on_again()
        self.assertTrue(stopped.runs_again())
        time.sleep(1.2)  # two turns: nothing of the cut is left that would end the session again
        self.assertTrue(SWITCH.authorised())

    def test_the_same_cut_again_is_the_same_cut(self):
        probe = self.probe()
        probe.process_is("up")
        for _ in range(3):
            since = probe.apply("c1", self.ill.mac)
            probe.report("c1", "applied", since)
        self.assertNotIn("failed", probe.steps("c1"))

    def test_a_station_that_logs_on_again_is_cut_again_until_the_end(self):
        probe = self.probe()
        probe.process_is("up")
        begun = probe.apply("c1", self.ill.mac, until=3)
        probe.report("c1", "read_back")
        SWITCH.log_on_again()
        again = probe.report("c1", "missing", begun)
        self.assertIn("authorised again", again.words[3])
        shut = probe.report("c1", "read_back", again.time)
        self.assertFalse(SWITCH.authorised())
        time.sleep(max(0.0, shut.time + dot1x.FORGETS_AFTER - time.monotonic()))
        SWITCH.log_on_again()
        time.sleep(1.2)
        self.assertTrue(SWITCH.authorised(), "the cut went on beyond its end")

    def test_an_acknowledgement_alone_is_no_proof(self):
        probe = self.probe(control=False)
        probe.process_is("up")
        begun = probe.apply("c1", self.ill.mac)
        probe.report("c1", "applied")
        time.sleep(max(0.0, begun + 1.6 - time.monotonic()))
        self.assertEqual(["applied"], probe.steps("c1"), "nobody read the port, yet something was said of it")

    def test_a_station_without_a_session_is_a_failure(self):
        probe = self.probe()
        probe.process_is("up")
        # The bridge's other station never logged on: hostapd knows nothing of it, and it goes on as before.
        flow = self.flow(self.well)
        probe.apply("c1", self.well.mac)
        self.assertIn("no switch has a session", probe.report("c1", "failed").words[3])
        self.assertNotIn("applied", probe.steps("c1"))
        self.assertGreater(flow.trips(0.3), 10)

    def test_dry_run_sends_nothing(self):
        flow = self.flow(self.ill)
        probe = self.probe("dry")
        probe.apply("c1", self.ill.mac)
        self.assertIn(f"Disconnect-Request to {NAS_IDENTIFIER}", probe.report("c1", "rehearsed").words[3])
        self.assertGreater(flow.trips(0.3), 10)
        probe.lift("c1", self.ill.mac)
        probe.report("c1", "lifted")

    def test_a_protected_station_is_never_asked_about(self):
        flow = self.flow(self.ill)
        probe = self.probe(protected=self.ill.mac)
        probe.process_is("up")
        probe.apply("c1", self.ill.mac)
        self.assertIn("is protected", probe.report("c1", "failed").words[3])
        self.assertGreater(flow.trips(0.3), 10)


class Strangers(Case):
    """Who does not know the secret changes nothing, and is not believed."""

    def test_a_wrong_secret_reaches_nobody_and_says_so(self):
        flow = self.flow(self.ill)
        probe = self.probe(secret=secret_file("not the secret"))
        probe.process_is("down")
        probe.apply("c1", self.ill.mac, deadline_ms=500)
        self.assertIn("silent: sw-core", probe.report("c1", "failed").words[3])
        self.assertGreater(flow.trips(0.3), 10)

    def test_a_secret_that_others_may_read_is_refused(self):
        probe = self.probe(secret=secret_file(mode=0o644))
        self.assertEqual(2, probe.process.wait(5))

    def test_spoiled_and_late_answers_are_not_believed(self):
        held = {}

        def spoil(asked, answer):
            # A flipped bit, an answer to another question, true answers to earlier questions; never the right one.
            spoiled = [answer[:4] + bytes([answer[4] ^ 1]) + answer[5:], bytes([answer[0], answer[1] ^ 1]) + answer[2:]]
            held[asked] = answer
            late = [before for question, before in held.items() if question != asked]
            return [*spoiled, *late, b"\x29", os.urandom(40)]

        relay = Relay(SWITCH, spoil=spoil)
        self.addCleanup(relay.close)
        probe = self.probe(port=relay.port)
        probe.process_is("down")
        probe.apply("c1", self.ill.mac, deadline_ms=500)
        probe.report("c1", "failed")
        self.assertNotIn("applied", probe.steps("c1"))

    def test_a_stale_request_is_refused_by_the_switch(self):
        """What somebody recorded is of no use to him later: hostapd wants a fresh Event-Timestamp."""
        flow = self.flow(self.ill)
        said = subprocess.run(
            ["nsenter", f"--net=/run/netns/{SWITCH.lab.bridge}", "radclient", "-x", "-r", "1", "-t", "1",
             f"127.0.0.1:{DAS_PORT}", "disconnect", SECRET], capture_output=True, text=True,
            input=f'Calling-Station-Id = "{self.ill.mac}"\nEvent-Timestamp = {int(time.time()) - 3600}\n'
                  "Message-Authenticator = 0x00\n").stdout
        self.assertNotIn("Received Disconnect-ACK", said)
        self.assertGreater(flow.trips(0.3), 10)


class Deaths(Case):
    def test_a_switch_that_restarts_is_found_again(self):
        probe = self.probe()
        probe.process_is("up")
        probe.apply("c1", self.ill.mac)
        probe.report("c1", "read_back")
        SWITCH.kill_hostapd()
        since = time.monotonic()
        time.sleep(1.2)
        self.assertNotIn("read_back", [line.words[1] for line in probe.lines
                                       if line.kind == "report" and line.time > since + 0.6], "a dead switch was read")
        SWITCH.start_hostapd()
        SWITCH.log_on_again()
        probe.report("c1", "missing", since)
        probe.report("c1", "read_back", time.monotonic())  # perhaps while it logs on once more
        until("it is thrown out", 8, lambda: not SWITCH.authorised())


    def test_a_switch_that_dies_before_it_answers_is_asked_when_it_is_back(self):
        probe = self.probe()
        probe.process_is("up")
        os.kill(SWITCH.processes["hostapd"].pid, signal.SIGSTOP)
        begun = probe.apply("c1", self.ill.mac, deadline_ms=600)
        self.assertIn("silent", probe.report("c1", "failed", begun).words[3])
        SWITCH.kill_hostapd()
        SWITCH.start_hostapd()
        SWITCH.log_on_again()
        probe.report("c1", "applied", begun)
        probe.report("c1", "read_back", begun)  # perhaps of before it logged on
        until("it is thrown out", 8, lambda: not SWITCH.authorised())

    def test_what_is_said_on_a_broken_link_is_done_when_it_is_whole(self):
        """A decision, then its taking back, while every packet to the switch is lost."""
        probe = self.probe()
        probe.process_is("up")
        lost = self.lose_all()
        begun = probe.apply("c1", self.ill.mac, deadline_ms=600)
        self.assertIn("silent", probe.report("c1", "failed", begun).words[3])
        probe.process_is("down", begun)
        self.assertTrue(SWITCH.authorised())
        lost.close()
        probe.process_is("up", begun)
        shut = probe.report("c1", "read_back", begun)
        self.assertFalse(SWITCH.authorised())
        with self.lose_all():
            probe.lift("c1", self.ill.mac)
        probe.report("c1", "lifted", shut.time)
        SWITCH.log_on_again()
        time.sleep(1.2)
        self.assertTrue(SWITCH.authorised(), "the cut went on after it was lifted")

    def lose_all(self):
        lost = contextlib.ExitStack()
        SWITCH.nft("-f", "-", text=f"table inet broken {{ chain in {{ type filter hook input priority 0;\n"
                                   f"udp dport {DAS_PORT} drop\n}}\n}}")
        lost.callback(SWITCH.nft, "delete", "table", "inet", "broken")
        self.addCleanup(lost.close)
        return lost


class AgainstRadclient(Case):
    def test_the_servers_own_tool_is_answered_the_same(self):
        station = self.ill.mac.upper().replace(":", "-")
        self.assertIn("Session-Context-Not-Found", radclient("disconnect", f'Calling-Station-Id = "{DOCUMENTATION}"'))
        self.assertIn("Received Disconnect-ACK", radclient("disconnect", f'Calling-Station-Id = "{station}"'))
        until("the port shuts", 2, lambda: not SWITCH.lets_in())
        self.assertFalse(SWITCH.authorised())

    def test_a_change_of_authorisation_is_refused_by_hostapd_and_we_say_so(self):
        self.assertIn("Unsupported-Attribute", radclient("coa", f'Calling-Station-Id = "{self.ill.mac}"\nFilter-Id = "q"'))


class Quarantine(Case):
    """A change of authorisation that is done: the port goes to another VLAN, and back."""

    @classmethod
    def setUpClass(cls):
        SWITCH.restart()  # it lets `other` in

    def setUp(self):
        self.server, self.other, self.ill = SWITCH.lab.hosts
        VLANS.restart()
        self.stopped, self.going_on = self.flow(self.ill), self.flow(self.other)

    def quarantine(self):
        """quarantine has it done, and gives who did it."""
        probe = self.probe(switch=VLANS)
        probe.process_is("up")
        probe.apply("c1", self.ill.mac, self.ill.ip4)
        self.assertIn("acknowledged", probe.report("c1", "applied").words[3])
        self.assertEqual(QUARANTINE, VLANS.vlan)
        return probe

    def test_a_cut_puts_the_port_into_the_quarantine_and_a_lift_puts_it_back(self):
        probe = self.quarantine()
        before = self.stopped.count
        self.assertGreater(self.going_on.trips(0.4), 10)
        self.assertEqual(before, self.stopped.count)
        self.assertEqual(["applied"], probe.steps("c1"), "nobody read the port, yet something was said of it")
        probe.lift("c1", self.ill.mac)
        probe.report("c1", "lifted")
        self.assertEqual(WORK, VLANS.vlan)
        self.assertTrue(self.stopped.runs_again())

    def test_a_switch_that_refuses_or_is_silent_keeps_the_cut_until_it_takes_it_back(self):
        probe = self.quarantine()
        VLANS.refuses = coa_switch.UNSUPPORTED_ATTRIBUTE
        since = probe.lift("c1", self.ill.mac)
        probe.wait(lambda line: line.kind == "process" and "not lifted yet: c1 (sw-vlans: Unsupp" in line.words[-1], since)
        VLANS.refuses, VLANS.deaf = None, True
        probe.process_is("down", since)
        self.assertNotIn("lifted", probe.steps("c1"))
        self.assertEqual((QUARANTINE, 0), (VLANS.vlan, self.stopped.trips(0.2)))
        VLANS.deaf = False
        probe.report("c1", "lifted")
        self.assertTrue(self.stopped.runs_again())

    def test_who_is_refused_is_not_cut_and_it_is_said(self):
        probe = self.probe(switch=VLANS)
        probe.process_is("up")
        probe.apply("c1", self.other.mac)
        self.assertIn("no switch has a session", probe.report("c1", "failed").words[3])
        self.assertGreater(self.going_on.trips(0.2), 10)

    def test_our_switch_and_the_servers_own_tool_believe_each_other(self):
        vlan = 'Tunnel-Type = VLAN\nTunnel-Medium-Type = IEEE-802\nTunnel-Private-Group-Id = "{}"'.format
        station = f'Calling-Station-Id = "{self.ill.mac.upper().replace(":", "-")}"\n'
        self.assertIn("Received CoA-ACK", radclient("coa", station + vlan(QUARANTINE), switch=VLANS))
        self.assertEqual(QUARANTINE, VLANS.vlan)
        asked = VLANS.seen[0][0]
        for at in (1, 10, len(asked) - 1):
            self.assertIsNone(VLANS.answer(asked[:at] + bytes([asked[at] ^ 1]) + asked[at + 1:]), "it believes anybody")
        self.assertIn("Unsupported-Attribute", radclient("coa", station + vlan(7), switch=VLANS))
        self.assertIn("Session-Context-Not-Found",
                      radclient("coa", f'Calling-Station-Id = "{DOCUMENTATION}"\n' + vlan(WORK), switch=VLANS))
        self.assertEqual(QUARANTINE, VLANS.vlan)
        self.assertIn("Received CoA-ACK", radclient("coa", station + vlan(WORK), switch=VLANS))
        self.assertTrue(self.stopped.runs_again())


class Effects:
    """Effects cuts by handing effects to an enforcer; what takes the time is measured from there."""

    def __init__(self, switch):
        self.switch, self.station, self.probe = switch, switch.host, start_probe(switch=switch)
        self.number, self.read = 0, []
        self.probe.process_is("up")

    def cut(self):
        """cut gives when it began and when the switch had acknowledged."""
        self.number += 1
        begun = self.probe.apply(f"b{self.number}", self.station.mac)
        acknowledged = self.probe.report(f"b{self.number}", "applied").time
        if self.switch.control:
            self.read.append(self.probe.report(f"b{self.number}", "read_back").time - begun)
        return begun, acknowledged

    def lift(self):
        self.probe.lift(f"b{self.number}", self.station.mac)
        self.probe.report(f"b{self.number}", "lifted")

    def close(self):
        if self.read:
            figures("radius effect to read back (polled twice a second)", self.read)
        self.probe.close()


class Verdicts(Chain):
    def __init__(self, program, switch):
        lines = "quarantine_vlan = {}\nrelease_vlan = {}\n".format(*switch.vlans) if switch.vlans else ""
        super().__init__(program, switch.host, f"""[enforcer]
means = "radius"
[radius.{switch.nas_identifier}]
address = "127.0.0.1"
port = {switch.das_port}
secret = "{secret_file()}"
identifier = "{switch.nas_identifier}"
hostapd_control = "{switch.control or ""}"
authenticated_answers = true
{lines}""", grain="isolate", namespace=switch.lab.bridge)


def bench(switch, rounds, chain=None):
    """bench measures to the last packet that passed, from the effect or from before the verdict: a station sends every
    100 µs, the server's port is watched."""
    server, ill = switch.lab.hosts[0], switch.host
    with inside(server.namespace):
        listening = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listening.bind(("0.0.0.0", PACKETS))
    listening.settimeout(0.2)
    wire, going, last = Wire(ill), [True], [0.0]
    packet = frame(ill.mac, server.mac, ip4(ill.ip4, server.ip4, udp(5000, PACKETS, b"x" * 16)))

    def send():
        while going[0]:
            wire.send(packet)
            time.sleep(0.0001)

    def receive():
        while going[0]:
            with contextlib.suppress(TimeoutError):
                listening.recv(64)
                last[0] = time.monotonic()

    threads = [threading.Thread(target=work, daemon=True) for work in (send, receive)]
    for thread in threads:
        thread.start()
    cuts = Verdicts(chain, switch) if chain else Effects(switch)
    what = ("CoA " if switch.vlans else "") + ("verdict" if chain else "effect")
    passed, applied = [], []
    for number in range(rounds):
        until("packets pass", 5, lambda: time.monotonic() - last[0] < 0.05)
        begun, acknowledged = cuts.cut()
        applied.append(acknowledged - begun)
        time.sleep(0.1)
        passed.append(max(0.0, last[0] - begun))
        if time.monotonic() - last[0] < 0.05:
            raise AssertionError(f"round {number}: packets still pass")
        cuts.lift()
        if switch is SWITCH:
            switch.restart()  # or the station stays out
    figures(f"radius {what} to last packet passed", passed)
    figures(f"radius {what} to acknowledgement", applied)
    going[0] = False
    cuts.close()


def record():
    """record prints what radclient asks and hostapd answers, as hexadecimal."""
    relay = Relay(SWITCH)
    mac = SWITCH.lab.hosts[1].mac
    for kind, text in (("disconnect", f'Calling-Station-Id = "{DOCUMENTATION}"'),
                       ("coa", f'Calling-Station-Id = "{mac}"\nFilter-Id = "quarantine"'),
                       ("disconnect", f'Calling-Station-Id = "{mac}"')):
        radclient(kind, text, relay.port)
    for asked, said in relay.seen:
        print(asked.hex(), said.hex())
    relay.close()


def main():
    global PROGRAM, SWITCH, VLANS
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    PROGRAM = os.path.abspath(sys.argv[1])
    why = dot1x.missing() or ("needs radclient" if shutil.which("radclient") is None else None)
    if why:
        print(f"SKIPPED: {why}")
        sys.exit(netlab.SKIPPED)
    with Lab(["server", "ill", "well"]) as lab:
        EchoServer(lab.hosts[0], SMB)
        with dot1x.Switch(lab, lab.hosts[1], "p1") as SWITCH, coa_switch.VlanSwitch(lab, lab.hosts[2], "p2") as VLANS:
            if switch := {"--bench": SWITCH, "--bench-coa": VLANS}.get("".join(sys.argv[2:3])):
                bench(switch, int(sys.argv[3]), *sys.argv[4:5])
            elif sys.argv[2:3] == ["--record"]:
                record()
            else:
                unittest.main(argv=[sys.argv[0], *sys.argv[2:]], verbosity=2)


if __name__ == "__main__":
    main()
