# SPDX-License-Identifier: Apache-2.0
"""One run of a unit of some size: how late, how much, and what was lost."""
import time

import figures
from unit import running, sound_of_alarm

LATE_MS = 500          # p99 of a frame on the screen, and of an alarm's sound
ALARM_LATEST_MS = 1000
BEDS_ON_A_PAGE = 32    # view_unit.ts: bedsMax
PULSE_EVERY = 16       # load_bed.h
WARM = 8               # seconds between the last bed's assignment and the first figure
SETTLE = 2             # seconds that what was sent last may take
NEVER = float("inf")   # milliseconds: what never came is later than anything


class Load:
    """Load is what the machine and each program did between two moments."""

    def __init__(self, programs):
        self.programs = programs  # name: process ids
        self.began = self.now()

    def now(self):
        spent = {name: sum(figures.cpu(pid) for pid in pids) for name, pids in self.programs.items()}
        return {"at": time.monotonic(), "busy": figures.busy(), "dropped": figures.datagrams_dropped(), **spent,
                "threads": figures.cpu_of_threads(self.programs["station"][0])}

    def end(self):
        now = self.now()
        span = now["at"] - self.began["at"]
        share = {name: (now[name] - self.began[name]) / span for name in ("busy", *self.programs)}
        before = self.began["threads"]
        threads = {name: (spent - before.get(name, 0)) / span for name, spent in now["threads"].items()}
        share["threads"] = sorted(threads.items(), key=lambda t: -t[1])
        share["dropped"] = now["dropped"] - self.began["dropped"]
        return share


def run(programs, beds, seconds, alarms, picture=""):
    """run gives the figures of a unit of `beds` beds."""
    with running(programs, beds, True, picture) as (box, devices, browser):
        time.sleep(WARM)
        return measure(box, devices, browser, seconds, alarms)


def measure(box, devices, browser, seconds, alarms):
    pids = {"station": [box.process.pid], "browser": figures.below(browser.process.pid), "devices": [devices.process.pid]}
    load = Load(pids)
    begin = time.time() * 1e3
    sounds = [sound_of_alarm(box, devices) for _ in range(alarms)]
    time.sleep(max(0.0, seconds - (time.time() - begin / 1e3)))
    end = time.time() * 1e3
    spent = load.end()
    time.sleep(SETTLE)
    devices.learn()
    view = box.view()
    out = {"beds": len(box.beds), "seconds": (end - begin) / 1e3, "spent": spent, "lost": sum(view["lost"].values()),
           "station_memory": figures.memory(box.process.pid), "browser_memory": figures.memory_of(pids["browser"]),
           "sound": sounds}
    out.update(late(devices, browser.within(begin, time.time() * 1e3), begin, end))
    out["errors"] = list(browser.errors)
    return out


def late(devices, notes, begin, end):
    """late joins what was sent between two moments with what the page noticed."""
    sent = {key: at for key, at in devices.waves.items() if begin <= at <= end}
    came = {(bed, block): at for note in notes for bed, block, at in note["waves"]}
    drew = {(bed, block): at for note in notes for bed, block, at in note["drawn"]}
    pulses = [key for key in sent if (key[1] + 5 * key[0]) % PULSE_EVERY == 0 and key[0] <= BEDS_ON_A_PAGE]
    alarms = {number: at for note in notes for number, at in note["alarms"]}
    shown = {}
    for note in notes:
        for bed, rate, at in note["numbers"]:
            shown.setdefault(bed, []).append((at, rate))
    span = (end - begin) / 1e3
    total = {name: sum(note[name] for note in notes) for name in ("frames", "texts", "textBytes", "binaryBytes", "holes")}
    return {
        "wave": [came.get(key, NEVER) - at for key, at in sent.items()],
        "waves_sent": len(sent), "waves_missing": sum(key not in came for key in sent),
        "drawn": [drew.get(key, NEVER) - sent[key] for key in pulses],
        "pulses": len(pulses), "pulses_missing": sum(key not in drew for key in pulses),
        **numbers(devices, shown, begin, end),
        "alarm_shown": [alarms.get(n, NEVER) - at for n, at in devices.alarms.items() if begin <= at <= end],
        "frames": total["frames"] / span, "texts": total["texts"] / span, "holes": total["holes"],
        "bytes": (total["textBytes"] + total["binaryBytes"]) / span,
        "view_bytes": total["textBytes"] / max(1, total["texts"])}


def numbers(devices, shown, begin, end):
    """numbers: each heart rate that was sent, to the moment at which it stood in the tile; a rate comes again after minutes only."""
    times, missing = [], 0
    for bed, said in devices.numbers.items():
        if bed > BEDS_ON_A_PAGE:
            continue
        for at, rate in said:
            if not begin <= at <= end:
                continue
            seen = [t for t, r in shown.get(bed, []) if r == rate and -5 <= t - at < 60_000]
            times.append(min(seen, default=NEVER) - at)
            missing += not seen
    return {"number": times, "numbers_missing": missing}


def held(out):
    """held says whether the limits of a unit hold; what does not is named."""
    broken = []
    for name, what in (("wave", "frame to browser"), ("number", "number to screen"), ("sound", "alarm to sound")):
        if not out[name] or figures.part(out[name], 0.99) >= LATE_MS:
            broken.append(f"{what}: p99 over {LATE_MS} ms")
    if not out["sound"] or max(out["sound"]) >= ALARM_LATEST_MS:
        broken.append(f"alarm to sound: over {ALARM_LATEST_MS} ms")
    broken += [f"{what}: {out[name]}" for name, what in
               (("lost", "the station lost"), ("holes", "holes in traces"), ("errors", "errors of the page")) if out[name]]
    return broken


def tables(runs):
    """tables writes the runs as Markdown."""
    rows = ["| beds | frame → browser | → drawn | number → screen | alarm → sound | alarm → screen | blocks lost |",
            "| --- | --- | --- | --- | --- | --- | --- |"]
    for r in runs:
        rows.append(f"| {r['beds']} | {figures.spread(r['wave'])} | {figures.spread(r['drawn'])} | {figures.spread(r['number'])} | "
                    f"{figures.spread(r['sound'])} (of {len(r['sound'])}) | {figures.spread(r['alarm_shown'])} | "
                    f"{r['waves_missing']} of {r['waves_sent']:,} |")
    rows += ["", "| beds | station, its busiest thread | browser | devices | both processors | station / devices | station RSS | browser PSS | "
             "frames a second | to the browser | view |", "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
    for r in runs:
        spent = r["spent"]
        name, most = spent["threads"][0]
        rows.append(f"| {r['beds']} | {spent['station']:.2f}, {name.rsplit(' ', 1)[0]} {most:.2f} | {spent['browser']:.2f} | "
                    f"{spent['devices']:.2f} | {spent['busy']:.2f} of 2 | {spent['station'] / max(spent['devices'], 0.001):.1f} | "
                    f"{r['station_memory']['Rss'] / 1024:.0f} MiB | {r['browser_memory']['Pss'] / 1024:.0f} MiB | {r['frames']:.0f} | "
                    f"{r['bytes'] / 1e6:.2f} MB/s | {r['view_bytes'] / 1e3:.0f} kB |")
    return "\n".join(rows)


def remarks(out):
    """remarks says what the table does not: what was lost, and which threads worked."""
    spent = out["spent"]
    threads = ", ".join(f"{name.rsplit(' ', 1)[0]} {share:.2f}" for name, share in spent["threads"] if share >= 0.005)
    return (f"{out['beds']} beds, {out['seconds']:.0f} s: threads of the station: {threads}; the station lost {out['lost']}; "
            f"datagrams dropped by the kernel: {spent['dropped']}; holes in traces: {out['holes']}; pulses not drawn: "
            f"{out['pulses_missing']} of {out['pulses']}; numbers not shown: {out['numbers_missing']} of "
            f"{len(out['number'])}; texts a second: {out['texts']:.1f}; errors of the page: {out['errors']}; "
            f"memory of the station: {out['station_memory']}")
