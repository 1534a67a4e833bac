# SPDX-License-Identifier: Apache-2.0
"""The command line of the lab. `lab --help` teaches it; each subcommand is a few lines over Lab."""

import argparse
import json
import os
import signal
import sys
from pathlib import Path

from . import encryption, fileserver, network, share, truth
from . import lab as labs
from . import record as recording
from .errors import LabError
from .network import WORKSTATIONS
from .share import Plan

EXIT_USAGE = 2
_ABOUT = """A hospital network in network namespaces: three workstations, a Samba file server, a care listener, a bridge
with a mirror port. Everything lives under --dir, every namespace begins with --prefix, `down` takes it all away."""
_WAYS = """examples:
  sudo lab/lab up --dir /var/tmp/night           a network with a share of 400 files
  sudo lab/lab work --dir /var/tmp/night --seconds 60 &
  sudo lab/lab encrypt --dir /var/tmp/night --profile in-place-rename --files 30 --rate 3
  sudo lab/lab down --dir /var/tmp/night
  sudo lab/lab record --profile head-4k --out /var/tmp/captures"""


def _parser():
    parser = argparse.ArgumentParser(prog="lab", description=_ABOUT, epilog=_WAYS,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name, run, text, directory=True):
        added = commands.add_parser(name, help=text, description=text, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
        added.set_defaults(run=run)
        if directory:
            added.add_argument("--dir", required=True, type=Path, help="the lab's directory")
        return added

    def plan(added, files, scale):
        added.add_argument("--files", type=int, default=files, help="files on both shares together")
        added.add_argument("--scale", type=float, default=scale, help="factor on every file's size")
        added.add_argument("--seed", type=int, default=1, help="the same seed makes the same share")

    up = command("up", _up, "make the network, fill the shares, start file server and care listener")
    up.add_argument("--prefix", default=labs.PREFIX, help="first part of every namespace's name")
    plan(up, 400, 1.0)
    up.add_argument("--encrypt", action="store_true", help="the server requires SMB encryption")
    up.add_argument("--signing", default="default", choices=("default", "mandatory"), help="the server's SMB signing")

    command("down", _down, "take away everything the lab made; results stay; may be repeated")
    command("status", _status, "say what stands, as JSON")

    work = command("work", _work, "ordinary office work of the workstations' users")
    work.add_argument("--seconds", type=float, default=60)
    work.add_argument("--pace", type=float, default=1.0, help="actions a second, each user")
    work.add_argument("--seed", type=int, default=1)
    work.add_argument("--host", action="append", choices=[w.name for w in WORKSTATIONS], help="only these (repeatable)")

    care = command("care", _care, "HL7 messages from the workstations to the care listener, acknowledged")
    care.add_argument("--seconds", type=float, default=60)
    care.add_argument("--interval", type=float, default=1.0, help="seconds between two messages")

    encrypt = command("encrypt", _encrypt, "the encryption replay: random bytes over the lab's own files, from one workstation")
    encrypt.add_argument("--profile", required=True, choices=list(encryption.PROFILES))
    encrypt.add_argument("--host", default="ws2", choices=[w.name for w in WORKSTATIONS])
    encrypt.add_argument("--share", default="commun", choices=fileserver.SHARES)
    encrypt.add_argument("--files", type=int, default=50, help="at most so many")
    encrypt.add_argument("--rate", type=float, default=0.0, help="files a second; 0: as fast as it goes")
    encrypt.add_argument("--note", action="store_true", help="leave a small text file in each folder")
    encrypt.add_argument("--ipv6", action="store_true", help="reach the file server over IPv6")
    encrypt.add_argument("--seed", type=int, default=1)
    encrypt.add_argument("--give-up", type=float, default=None, help="end it after so many seconds")

    execute = command("exec", _exec, "run a command in one of the lab's namespaces")
    execute.add_argument("place", choices=network.PLACES)
    execute.add_argument("argv", nargs=argparse.REMAINDER, metavar="COMMAND")

    files = command("share", _share, "only make the files of the shares in a new folder (no root, no network)", directory=False)
    files.add_argument("--out", required=True, type=Path)
    plan(files, 400, 1.0)

    record = command("record", _record, "a whole lab for one capture with its truth, taken away afterwards", directory=False)
    what = record.add_mutually_exclusive_group(required=True)
    what.add_argument("--profile", choices=list(encryption.PROFILES))
    what.add_argument("--work-only", action="store_true", help="nobody encrypts")
    record.add_argument("--out", required=True, type=Path, help="folder for NAME.pcap, NAME.truth.jsonl, …")
    record.add_argument("--name", help="NAME; else the profile's, or work")
    record.add_argument("--dir", type=Path, default=None, help="the lab's directory; else a temporary one")
    record.add_argument("--prefix", default=labs.PREFIX)
    plan(record, 120, 0.1)
    record.add_argument("--seconds", type=float, default=20, help="of ordinary work")
    record.add_argument("--pace", type=float, default=0.8, help="actions a second, each user")
    record.add_argument("--encrypt-after", type=float, default=8, help="seconds until the replay starts")
    record.add_argument("--encrypt-files", type=int, default=12)
    record.add_argument("--encrypt-rate", type=float, default=0, help="files a second; 0: as fast as it goes")
    record.add_argument("--host", default="ws2", choices=[w.name for w in WORKSTATIONS], help="where the replay runs")
    record.add_argument("--note", action="store_true", help="leave a small text file in each folder")
    record.add_argument("--bulk", action="store_true", help="a large capture buffer, for hundreds of megabytes")
    return parser


def _up(given):
    plan = Plan(given.files, given.scale, given.seed)
    made = labs.Lab.up(given.dir, given.prefix, plan=plan, encrypt=given.encrypt, signing=given.signing)
    print(f"up: {made.directory}; sensor in {made.prefix}-mon on mon0, enforcer in {made.prefix}-core on br0")


def _down(given):
    print("down" if labs.down(given.dir) else f"no lab in {given.dir}")


def _status(given):
    record = labs.state.State.load(given.dir)
    if record is None:
        print(f"no lab in {given.dir}", file=sys.stderr)
        return 1
    print(json.dumps(labs.Lab(record).status(), indent=1, ensure_ascii=False))
    return 0


def _waiting(tasks, seconds):
    """_waiting waits for tasks; an interrupt ends them too."""
    try:
        for task in tasks:
            task.finish(seconds + labs.GIVE_UP_EXTRA)
    finally:
        for task in tasks:
            task.stop()
    return [e for t in tasks for e in truth.load(t.out)]


def _work(given):
    tasks = labs.Lab.open(given.dir).start_work(given.seconds, hosts=given.host, pace=given.pace, seed=given.seed)
    done = [e for e in _waiting(tasks, given.seconds) if "skipped" not in e]
    failed = sum(not e["ok"] for e in done)
    print(f"{len(done)} actions, {failed} failed; logs: {', '.join(str(t.out) for t in tasks)}")


def _care(given):
    tasks = labs.Lab.open(given.dir).start_care(given.seconds, interval=given.interval)
    sent = _waiting(tasks, given.seconds)
    print(f"{len(sent)} messages, {sum(e['acknowledged'] for e in sent)} acknowledged; "
          f"logs: {', '.join(str(t.out) for t in tasks)}")


def _encrypt(given):
    lab = labs.Lab.open(given.dir)
    task = lab.start_encrypt(given.profile, host=given.host, share_name=given.share, seed=given.seed, files=given.files,
                             rate=given.rate, note=given.note, ipv6=given.ipv6)
    give_up = given.give_up or labs.GIVE_UP_EXTRA + (given.files / given.rate if given.rate else 300)
    try:
        altered = lab.finish_encrypt(task, give_up)
    finally:
        task.stop()
    print(f"{len(altered)} files altered; truth: {task.out}")


def _exec(given):
    argv = given.argv[1:] if given.argv[:1] == ["--"] else given.argv
    lab = labs.Lab.open(given.dir)
    line = network.inside(lab.prefix, given.place, *(argv or ["bash"]))
    os.execvp(line[0], line)


def _share(given):
    plan = Plan(given.files, given.scale, given.seed)
    total = 0
    for name in fileserver.SHARES:
        total += sum(e["size"] for e in share.fill(given.out / name, name, plan, "made without a lab"))
    print(f"{plan.files} files, {total / 1e6:.1f} MB in {given.out}")


def _record(given):
    scene = recording.Scene(profile=given.profile, seconds=given.seconds, pace=given.pace, encrypt_after=given.encrypt_after,
                            encrypt_files=given.encrypt_files, encrypt_rate=given.encrypt_rate, host=given.host,
                            note=given.note, bulk=given.bulk, seed=given.seed)
    frames, altered = recording.record(given.out, scene, Plan(given.files, given.scale, given.seed), prefix=given.prefix,
                                       directory=given.dir, name=given.name)
    print(f"{frames} frames, none lost; {len(altered)} files altered; {given.out}")


def _end(number, _frame):
    raise SystemExit(128 + number)


def main():
    """main gives the exit status: 0 done, 1 the lab cannot (the sentence is on standard error), 2 usage."""
    given = _parser().parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    try:
        return given.run(given) or 0
    except (LabError, OSError) as failed:
        print(f"lab: {failed}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("lab: interrupted", file=sys.stderr)
        return 128 + signal.SIGINT
