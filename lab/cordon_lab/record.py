# SPDX-License-Identifier: Apache-2.0
"""Recording: a whole lab for one capture, with the truth beside it, and everything taken away again."""

import contextlib
import json
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from . import truth
from .lab import GIVE_UP_EXTRA, PREFIX, Lab
from .network import FILE_SERVER
from .share import Plan
from .state import STATE_FILE

WORK_ONLY = "work"


@dataclass(frozen=True)
class Scene:
    """Scene is what one recording shows. Times are seconds, rates files a second; profile None is ordinary work only."""
    profile: str | None = None
    seconds: float = 20.0
    pace: float = 0.8
    encrypt_after: float = 8.0
    encrypt_files: int = 12
    encrypt_rate: float = 0.0
    host: str = "ws2"
    note: bool = False
    care: bool = True
    command_line: bool = True
    bulk: bool = False
    seed: int = 1


def _remove(directory):
    """_remove removes a temporary lab directory, unless a record of things still to take away lies in it."""
    if not (directory / STATE_FILE).exists():
        shutil.rmtree(directory, ignore_errors=True)


def record(out, scene, plan=Plan(files=120, scale=0.1), *, prefix=PREFIX, directory=None, name=None):
    """record plays a scene and leaves NAME.pcap, NAME.truth.jsonl, NAME.work.jsonl and NAME.manifest.jsonl in the folder
    `out`. LabError if the capture is not complete; then no NAME.pcap is left. Gives (frames, files altered)."""
    out, name = Path(out).resolve(), name or scene.profile or WORK_ONLY
    out.mkdir(parents=True, exist_ok=True)
    made = directory is None
    directory = Path(directory or tempfile.mkdtemp(prefix="cordon-lab-"))
    pcap = out / f"{name}.pcap"
    with contextlib.ExitStack() as afterwards:
        if made:
            afterwards.callback(_remove, directory)
        afterwards.callback((out / f"{name}.pcap.part.log").unlink, missing_ok=True)
        afterwards.callback((out / f"{name}.pcap.part").unlink, missing_ok=True)
        lab = afterwards.enter_context(Lab.up(directory, prefix, plan=plan))
        capture = lab.capture(out / f"{name}.pcap.part", bulk=scene.bulk)
        started = time.monotonic()
        others = lab.start_work(scene.seconds, pace=scene.pace, seed=scene.seed, command_line=scene.command_line)
        if scene.care:
            others += lab.start_care(scene.seconds)
        altered = []
        if scene.profile:
            time.sleep(max(0.0, scene.encrypt_after - (time.monotonic() - started)))
            task = lab.start_encrypt(scene.profile, host=scene.host, seed=scene.seed, files=scene.encrypt_files,
                                     rate=scene.encrypt_rate, note=scene.note)
            pace = scene.encrypt_files / scene.encrypt_rate if scene.encrypt_rate else 600
            altered = lab.finish_encrypt(task, pace + GIVE_UP_EXTRA)
            truth_file = task.out
        else:
            truth_file = lab.results / "work.truth.jsonl"
            with truth.Truth(truth_file, profile=None, seed=scene.seed, server=FILE_SERVER.ipv4) as empty:
                for task in others:
                    task.finish(scene.seconds + GIVE_UP_EXTRA)
                empty.add("end", time=time.time(), reason="ordinary work only", files_altered=0)
        for task in others:
            task.finish(scene.seconds + GIVE_UP_EXTRA)
        frames = capture.stop()
        (out / f"{name}.pcap.part").replace(pcap)
        shutil.copyfile(truth_file, out / f"{name}.truth.jsonl")
        shutil.copyfile(lab.directory / "manifest.jsonl", out / f"{name}.manifest.jsonl")
        logs = [e for t in others if t.role.startswith("work-") for e in truth.load(t.out)]
        (out / f"{name}.work.jsonl").write_text("".join(json.dumps(e, ensure_ascii=False) + "\n" for e in
                                                        sorted(logs, key=lambda e: e["time"])), encoding="utf-8")
    return frames, altered
