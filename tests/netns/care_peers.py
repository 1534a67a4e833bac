# SPDX-License-Identifier: Apache-2.0
"""Care traffic between programs that nobody here wrote: HL7 v2 over MLLP with python3-hl7, DICOM storage with dcmtk.

    Care(night, hosts)     in the namespace of the lab's care server: an HL7 listener, two DICOM storage peers (storescp);
                           on each host, from start() to stop(): one HL7 connection with a message every 50 ms, one quick
                           association after the other, and two slow ones at any time, so that one is open whatever happens
    check(case)            nothing of it was lost, changed, doubled or out of order

usage in a namespace: care_peers.py listen OUT ADDRESS PORT | care_peers.py send OUT ADDRESS PORT NAME
"""
import asyncio
import collections
import hashlib
import json
import random
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time

from live import network, until
from cordon_lab import truth, words
from cordon_lab.lab import PYTHON

try:
    import hl7
    import hl7.mllp
except ImportError:  # missing() says so
    hl7 = None

HL7_PORT, DICOM_PORT, SLOW_DICOM_PORT = 2576, 11112, 104
HL7_PAUSE = 0.05  # seconds between an acknowledgement and the next message
PATIENCE = 20     # seconds until care that stands still is lost
INSTANCES = 4     # that an association carries
SLOW_INSTANCES, SLOW_SECONDS = 2, 8.0  # of an association with the peer that sleeps while it stores
TOOLS = ("storescp", "storescu", "dump2dcm")

_FLOW = """
[[flow]]
client = "{client}"
server = "med-passerelle"
port = {port}
service = "{service}"
unit = "Réanimation"
dependence = 0.05
fallback = "none"
care = true
"""
_IMAGE = """(0008,0005) CS [ISO_IR 192]
(0008,0016) UI =SecondaryCaptureImageStorage
(0008,0018) UI [2.25.{uid}.{number}]
(0008,0020) DA [20221203]
(0008,0060) CS [OT]
(0010,0010) PN [{last}^{first}]
(0010,0020) LO [{uid}]
(0020,000d) UI [2.25.{uid}]
(0020,000e) UI [2.25.{uid}.0]
(0020,0013) IS [{number}]
(0028,0002) US 1
(0028,0004) CS [MONOCHROME2]
(0028,0010) US 64
(0028,0011) US 128
(0028,0100) US 16
(0028,0101) US 12
(0028,0102) US 11
(0028,0103) US 0
(7fe0,0010) OW ={pixels}
"""

Association = collections.namedtuple("Association", "host slow began ended status said")


def declare(*clients):
    """declare gives what a night's hospital says of these flows: they are care flows of the named clients."""
    ports = ((HL7_PORT, "lectures des lits de réanimation"), (DICOM_PORT, "images"), (SLOW_DICOM_PORT, "images"))
    already = {("ws1-urgences", DICOM_PORT), ("ws3-maternite", SLOW_DICOM_PORT)}  # examples/hospital says so
    return lambda text: text + "".join(_FLOW.format(client=client, port=port, service=service)
                                       for client in clients for port, service in ports if (client, port) not in already)


# --- HL7, in a namespace --------------------------------------------------------------------------------------------


def _record(out, **line):
    out.write(json.dumps(line, ensure_ascii=False) + "\n")
    out.flush()


async def _listen(path, address, port):
    with open(path, "w", encoding="utf-8") as out:
        async def take(reader, writer):
            peer = writer.get_extra_info("peername")
            try:
                while True:
                    message = await reader.readmessage()
                    _record(out, peer=peer[0], connection=peer[1], text=str(message))
                    writer.writemessage(message.create_ack())
                    await writer.drain()
            except (asyncio.IncompleteReadError, ConnectionError) as ended:
                _record(out, peer=peer[0], connection=peer[1], ended=repr(ended))

        server = await hl7.mllp.start_hl7_server(take, address, port, encoding="utf-8")
        async with server:
            await server.serve_forever()


async def _send(path, address, port, name):
    """_send keeps one connection. Whatever goes wrong with it ends the log with what it was."""
    rng, ended = random.Random(name), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    with open(path, "w", encoding="utf-8") as out:
        try:
            reader, writer = await hl7.mllp.open_hl7_connection(address, port, encoding="utf-8")
            number = 0
            while not ended.is_set():
                number += 1
                message = hl7.parse(words.hl7_message(rng, f"{name}-{number}"))
                sent = time.time()
                writer.writemessage(message)
                answer = await asyncio.wait_for(reader.readmessage(), PATIENCE)
                _record(out, sent=sent, time=time.time(), text=str(message), id=str(message.segment("MSH")[10]),
                        code=str(answer.segment("MSA")[1]), answered=str(answer.segment("MSA")[2]))
                await asyncio.sleep(HL7_PAUSE)
            writer.close()
        except Exception as failed:  # noqa: BLE001: all of them are a lost message
            _record(out, failed=repr(failed), time=time.time())


# --- DICOM ----------------------------------------------------------------------------------------------------------


def make_instances(folder, name, count):
    """make_instances has dump2dcm write images of one invented patient; gives their files."""
    rng = random.Random(name)
    first, last = words.person(rng)
    uid = rng.randrange(10**11, 10**12)
    made = []
    for number in range(1, count + 1):
        dump, pixels, file = (folder / f"{name}-{number}.{ending}" for ending in ("dump", "raw", "dcm"))
        pixels.write_bytes(rng.randbytes(2 * 64 * 128))
        dump.write_text(_IMAGE.format(uid=uid, number=number, first=first, last=last, pixels=pixels))
        subprocess.run(["dump2dcm", "+te", dump, file], check=True, capture_output=True)
        made.append(file)
    return made


def dataset(path):
    """dataset gives the bytes of a DICOM file behind its meta information (PS3.10, 7.1), which each writer makes anew."""
    data = path.read_bytes()
    if data[128:132] != b"DICM" or data[132:136] != b"\x02\0\0\0":
        raise ValueError(f"{path} is no DICOM file")
    return data[144 + struct.unpack_from("<I", data, 140)[0]:]


def _digests(paths):
    return collections.Counter(hashlib.sha256(dataset(path)).hexdigest() for path in paths)


# --- both, from the test --------------------------------------------------------------------------------------------


class Care:
    def __init__(self, night, hosts):
        self.night, self.hosts, self.going = night, hosts, False
        self.folder = night.lab_folder / "care"
        self.received, self.logs = self.folder / "received", {}
        self.received.mkdir(parents=True)
        self.images = {h.name: make_instances(self.folder, h.name, INSTANCES) for h in hosts}
        self.associations, self.threads, self.senders = [], [], []
        self.listen()

    def listen(self):
        lab, server = self.night.lab, network.CARE
        lab.spawn_task("hl7-listener", self.at(server, PYTHON, __file__, "listen", self.folder / "hl7.jsonl", server.ipv4,
                                               HL7_PORT), log=self.folder / "hl7.log")
        for port, slow in ((DICOM_PORT, ()), (SLOW_DICOM_PORT, ("--sleep-during", 1))):
            # Each association in a process of its own, each instance as it came and under a name of its own.
            lab.spawn_task("storescp", self.at(server, "storescp", "--fork", "+B", "+uf", *slow, "-od", self.received, port),
                           log=self.folder / f"storescp-{port}.log")
        ports = {f":{port}" for port in (HL7_PORT, DICOM_PORT, SLOW_DICOM_PORT)}

        def listening():
            said = subprocess.run(self.at(server, "ss", "-Hltn"), capture_output=True, text=True).stdout
            return all(any(word.endswith(port) for word in said.split()) for port in ports)

        until("the peers of care listen", PATIENCE, listening)

    def at(self, host, *command):
        return network.inside(self.night.prefix, host.name, *map(str, command))

    def start(self):
        self.going = True
        for host in self.hosts:
            log = self.logs[host.name] = self.folder / f"hl7-{host.name}.jsonl"
            log.touch()
            self.senders.append(self.night.lab.spawn_task(
                "hl7-sender", self.at(host, PYTHON, __file__, "send", log, network.CARE.ipv4, HL7_PORT, host.name),
                log=self.folder / f"hl7-{host.name}.log"))
            for slow, delay in ((False, 0.0), (True, 0.0), (True, SLOW_SECONDS / 2)):
                thread = threading.Thread(target=self._associate_on, args=(host, slow, delay), daemon=True)
                self.threads.append(thread)
                thread.start()

    def _associate_on(self, host, slow, delay):
        time.sleep(delay)
        while self.going:
            self._associate(host, slow)

    def _associate(self, host, slow):
        port, count = (SLOW_DICOM_PORT, SLOW_INSTANCES) if slow else (DICOM_PORT, INSTANCES)
        began = time.time()
        done = subprocess.run(["setpriv", "--pdeathsig", "KILL", *self.at(
            host, "storescu", "-aet", host.name.upper(), "-to", PATIENCE, "-ta", PATIENCE, "-td", PATIENCE,
            network.CARE.ipv4, port, *self.images[host.name][:count])], capture_output=True, text=True)
        self.associations.append(Association(host, slow, began, time.time(), done.returncode, done.stdout + done.stderr))

    def stop(self):
        """stop lets everybody finish what they have begun."""
        self.going = False
        for task in self.senders:
            task.signal(signal.SIGTERM)
            task.finish(PATIENCE)
        for thread in self.threads:
            thread.join()

    # --- what came of it --------------------------------------------------------------------------------------------

    def messages(self, host):
        return truth.load(self.logs[host.name])

    def counts(self, since, until=float("inf")):
        """counts gives {host: (messages acknowledged, associations that were begun and ended well)} between two moments."""
        return {h.name: (sum(since < m["time"] <= until for m in self.messages(h) if "id" in m),
                         sum(since < a.began and a.ended <= until for a in list(self.associations)
                             if a.host == h and a.status == 0)) for h in self.hosts}

    def goes_on(self, since, messages=10, associations=2):
        """goes_on tells whether every host has had so many since a moment."""
        return all(m >= messages and a >= associations for m, a in self.counts(since).values())

    def open_across(self, host, first, last):
        """open_across gives the associations of a host that were open from before one moment until after another."""
        return [a for a in self.associations if a.host == host and a.began < first and a.ended > last]

    def slowest_ms(self, host):
        return max((m["time"] - m["sent"]) * 1000 for m in self.messages(host) if "id" in m)

    def check(self, case):
        """check holds what arrived against what was sent, after stop()."""
        heard = collections.defaultdict(list)
        for line in truth.load(self.folder / "hl7.jsonl"):
            heard[line["peer"]].append(line)
        for host in self.hosts:
            sent, came = self.messages(host), heard[host.ipv4]
            case.assertEqual([], [m for m in sent if "failed" in m], f"HL7 of {host.name}")
            case.assertEqual([], [m for m in sent if (m["code"], m["answered"]) != ("AA", m["id"])], f"HL7 of {host.name}")
            case.assertEqual([m["text"] for m in sent], [m["text"] for m in came if "text" in m],
                             f"HL7 of {host.name}: each once, in order, as it was sent")
            case.assertEqual(1, len({m["connection"] for m in came}), f"HL7 of {host.name}: one connection to the end")
        case.assertEqual([], [a for a in self.associations if a.status != 0], "DICOM associations")
        wanted = collections.Counter()
        for association in self.associations:
            wanted += _digests(self.images[association.host.name][:SLOW_INSTANCES if association.slow else INSTANCES])
        case.assertEqual(wanted, _digests(self.received.iterdir()), "DICOM datasets: sent, received")


def missing():
    """missing says what this machine lacks for care traffic, or None."""
    absent = [tool for tool in TOOLS if shutil.which(tool) is None] + ([] if hl7 else ["python3-hl7"])
    return f"needs {', '.join(absent)}; packages.txt names the packages in its section test" if absent else None


if __name__ == "__main__":
    task, out, address, port, *name = sys.argv[1:]
    asyncio.run({"listen": _listen, "send": _send}[task](out, address, int(port), *name))
