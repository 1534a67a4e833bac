# SPDX-License-Identifier: Apache-2.0
"""enforcer_probe as the tests use it: effects in, reports out."""
import collections
import subprocess
import threading
import time

Line = collections.namedtuple("Line", "kind time words")  # time: CLOCK_MONOTONIC in seconds
WAIT = 10.0


class Probe:
    """Probe runs PROGRAM with `words` in a network namespace, if one is named; `lines` is all it said."""

    def __init__(self, program, *words, namespace=None):
        under = ["nsenter", f"--net=/run/netns/{namespace}"] if namespace else []
        self.process = subprocess.Popen(["setpriv", "--pdeathsig", "KILL", *under, program, *words],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)
        self.lines = []
        self.news = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for text in self.process.stdout:
            kind, when, *words = text.split(None, 5 if text.startswith("report") else 3)
            with self.news:
                self.lines.append(Line(kind, float(when) if when[0].isdigit() else 0.0, [w.strip() for w in words]))
                self.news.notify_all()

    def say(self, *words):
        """say gives the monotonic time at which the effect was handed over."""
        now = time.monotonic()
        self.process.stdin.write(" ".join(str(w) for w in words) + "\n")
        self.process.stdin.flush()
        return now

    def apply(self, name, *addresses, until=600, deadline_ms=3000):
        return self.say("apply", name, until, deadline_ms, *addresses)

    def lift(self, name, *addresses):
        return self.say("lift", name, *addresses)

    def wait(self, matches, since=0.0, seconds=WAIT):
        """wait gives the first line later than `since` that matches; AssertionError with all lines otherwise."""
        end = time.monotonic() + seconds
        with self.news:
            while True:
                for line in self.lines:
                    if line.time > since and matches(line):
                        return line
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError("not said within %.0f s; said: %s" % (seconds, self.lines[-12:]))
                self.news.wait(left)

    def report(self, name, step, since=0.0, seconds=WAIT):
        return self.wait(lambda line: line.kind == "report" and line.words[:2] == [name, step], since, seconds)

    def process_is(self, state, since=0.0, seconds=WAIT):
        return self.wait(lambda line: line.kind == "process" and line.words[1].split()[0] == state, since, seconds)

    def steps(self, name):
        return [line.words[1] for line in self.lines if line.kind == "report" and line.words[0] == name]

    def close(self):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def figures(label, seconds):
    """figures prints p50 and maximum of times, in milliseconds."""
    ordered = sorted(seconds)
    print(f"{label}: n={len(ordered)} p50={ordered[len(ordered) // 2] * 1e3:.1f} ms max={ordered[-1] * 1e3:.1f} ms",
          flush=True)
