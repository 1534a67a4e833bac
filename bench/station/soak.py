# SPDX-License-Identifier: Apache-2.0
"""Whether a station that works for long stays as large as it is."""
import sys
import threading
import time

import figures
from unit import drain, running, sound_of_alarm, until

DRIFT_MAX = 1.0     # percent over the whole time
SAMPLE_EVERY = 10.0  # seconds; more often where all of it takes less than two minutes
ALARM_EVERY = 10.0  # of a busy unit: six a minute
CABLE_EVERY = 60.0  # a monitor is unplugged, and plugged again
# Before it, until everything has been as large as it gets.
WARM_SHARE = 1.0
WARM_MAX = 300.0
MORE_MAX = 2        # descriptors or threads more than in the beginning


def sample(box):
    return {"at": time.monotonic(), **figures.memory(box.process.pid), "descriptors": figures.descriptors(box.process.pid),
            "threads": len(figures.cpu_of_threads(box.process.pid)), "logbook": figures.size_of(box.data / "logbook"),
            "recorder": figures.size_of(box.data / "recorder"), "cpu": figures.cpu(box.process.pid)}


def run(programs, beds, seconds, with_browser):
    """run prints the samples' summary as Markdown; 1 where memory grows by more than DRIFT_MAX, else 0."""
    with running(programs, beds, with_browser) as (box, devices, _):
        stop = threading.Event()
        reader = threading.Thread(target=drain, args=(box, stop), daemon=True)
        reader.start()
        try:
            fill(devices)
            samples = live(box, devices, seconds)
        finally:
            stop.set()
    print(table(beds, samples))
    found = growing(samples)
    for what in found:
        print(f"it grows: {what}", file=sys.stderr)
    return 1 if found else 0


def fill(devices):
    """fill has the table of ended alarms (4,096) as full as it gets, before anything is measured."""
    for _ in range(2):  # 64 beds end 3,840 alarms each time
        devices.tell("fill")
        time.sleep(4)
        devices.tell("calm")
        time.sleep(4)


def live(box, devices, seconds):
    """live has people and cables do what they do, and samples meanwhile."""
    begin = time.monotonic()
    warm = begin + min(WARM_MAX, WARM_SHARE * seconds)
    end = warm + seconds
    next_sample, next_alarm, next_cable = warm, begin, begin + CABLE_EVERY
    samples, unplugged = [], 0
    while time.monotonic() < end or len(samples) < 2:  # of a short one an alarm alone may take all the time
        now = time.monotonic()
        if now >= next_sample:
            samples.append(sample(box))
            print(f"{now - begin:.0f} s: {samples[-1]}", file=sys.stderr, flush=True)
            next_sample += min(SAMPLE_EVERY, seconds / 12)
        if now >= next_alarm:
            sound_of_alarm(box, devices)
            next_alarm = now + ALARM_EVERY
        if now >= next_cable:
            unplugged = pull(box, devices, unplugged)
            next_cable = now + CABLE_EVERY
        time.sleep(0.2)
    return samples


def pull(box, devices, unplugged):
    """pull takes the cable of one monitor after the other out until its bed is told silent, and looks at a review."""
    bed = unplugged % len(box.beds) + 1
    devices.tell(f"unplug {bed}")
    until("its bed is told silent", lambda: box.alarms(f"B{bed}"))
    devices.tell(f"plug {bed}")
    until("it is heard again", lambda: box.view()["signal"]["priority"] == "none")
    now = time.time()
    box.raw("GET", f"/api/station/review?bed=B{bed}&from={now - 60:.0f}&to={now:.0f}")
    return unplugged + 1


def table(beds, samples):
    first, last = samples[0], samples[-1]
    span = last["at"] - first["at"]
    hours = span / 3600
    found = {name: drift_of(samples, name) for name in ("Rss", "Pss", "Anonymous")}
    return (f"| beds | seconds | RSS first, last | RSS drift | PSS drift | anonymous drift | descriptors | threads | CPU | "
            f"recorder a bed and hour | logbook an hour |\n| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
            f"| {beds} | {span:.0f} | {first['Rss'] / 1024:.1f}, {last['Rss'] / 1024:.1f} MiB | {found['Rss']:+.2f} % | "
            f"{found['Pss']:+.2f} % | {found['Anonymous']:+.2f} % | {first['descriptors']} → {last['descriptors']} | "
            f"{first['threads']} → {last['threads']} | {(last['cpu'] - first['cpu']) / span:.2f} | "
            f"{(last['recorder'] - first['recorder']) / hours / beds / 1e6:.2f} MB | "
            f"{(last['logbook'] - first['logbook']) / hours / 1e6:.2f} MB |")


def drift_of(samples, name):
    return figures.drift([(s["at"], s[name]) for s in samples])


def growing(samples):
    """growing names what does not stay as it is."""
    out = [f"{name}: {samples[0][name]} → {samples[-1][name]}" for name in ("descriptors", "threads")
           if samples[-1][name] > samples[0][name] + MORE_MAX]
    rise = drift_of(samples, "Rss")
    return out + ([f"RSS by {rise:.2f} %, at most {DRIFT_MAX} %"] if rise > DRIFT_MAX else [])
