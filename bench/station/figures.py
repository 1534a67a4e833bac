# SPDX-License-Identifier: Apache-2.0
"""What is measured of processes, and what is made of the numbers."""
import os
import pathlib

TICKS = os.sysconf("SC_CLK_TCK")


def part(values, share):
    """part gives the value under which `share` of them lie (the nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def spread(values, digits=0):
    """spread writes p50 / p99 / maximum."""
    if not values:
        return "–"
    return " / ".join(f"{v:,.{digits}f}" for v in (part(values, 0.5), part(values, 0.99), max(values)))


def drift(samples):
    """drift gives, in percent of the mean, by how much the straight line through (second, value) rises over their span."""
    times, values = [s[0] for s in samples], [s[1] for s in samples]
    middle, mean = sum(times) / len(times), sum(values) / len(values)
    around = sum((t - middle) ** 2 for t in times)
    slope = sum((t - middle) * (v - mean) for t, v in samples) / around if around else 0.0
    return 100 * slope * (times[-1] - times[0]) / mean if mean else 0.0


def _stat(path):
    name, fields = pathlib.Path(path, "stat").read_text().rsplit(")", 1)
    return name.split("(", 1)[1], fields.split()


def cpu(pid):
    """cpu gives the processor seconds, user and system, of a process so far."""
    fields = _stat(f"/proc/{pid}")[1]
    return (int(fields[11]) + int(fields[12])) / TICKS


def cpu_of_threads(pid):
    """cpu_of_threads gives the same of each thread; the station's first one is its own (StationLoop)."""
    out = {}
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        try:
            name, fields = _stat(task)
        except OSError:
            continue  # it ended
        out["station" if task.name == str(pid) else f"{name} {task.name}"] = (int(fields[11]) + int(fields[12])) / TICKS
    return out


def busy():
    """busy gives the seconds for which all processors together were not idle."""
    fields = [int(f) for f in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (sum(fields[:8]) - fields[3] - fields[4]) / TICKS


def below(pid):
    """below gives the processes that a process started, and theirs."""
    parents = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents.setdefault(int(_stat(entry)[1][1]), []).append(int(entry.name))
            except OSError:
                continue
    out, waiting = [], [pid]
    while waiting:
        found = parents.get(waiting.pop(), [])
        out += found
        waiting += found
    return out


def memory(pid):
    """memory gives RSS, PSS and what is no file's, in KiB."""
    found = {"Rss": 0, "Pss": 0, "Anonymous": 0}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        name, _, rest = line.partition(":")
        if name in found:
            found[name] = int(rest.split()[0])
    return found


def memory_of(pids):
    total = {"Rss": 0, "Pss": 0, "Anonymous": 0}
    for pid in pids:
        try:
            for name, size in memory(pid).items():
                total[name] += size
        except OSError:
            continue  # it ended
    return total


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def size_of(folder):
    return sum(f.stat().st_size for f in pathlib.Path(folder).rglob("*") if f.is_file())


def datagrams_dropped():
    """datagrams_dropped counts what the kernel threw away because a UDP socket of this machine was full."""
    return sum(int(line.split()[-1]) for line in pathlib.Path("/proc/net/udp").read_text().splitlines()[1:])
