#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The station at a unit's full load: real processes and sockets, one browser. Prints Markdown for docs/PERFORMANCE.md.

    cmake --preset bench && cmake --build --preset bench --target cordon bench_station_load bench_pcm_tap
    bench/station/station_bench.py build/bench                   8, 16, 32, 64 and 128 beds: about ten minutes
    bench/station/station_bench.py build/bench --beds 64         one size
    bench/station/station_bench.py build/bench --soak 1800       whether memory stays flat for so long, after five minutes of
                                                                 warming up; no browser, --browser: with one
    bench/station/station_bench.py build/bench --mix s --tls     other devices: i IntelliVue, h HL7, s SDC, over and over

Exit status: 0 the limits hold, 1 they do not, 77 a browser is not installed.
"""
import argparse
import pathlib
import sys

import growth
import soak
from unit import running

SIZES = [8, 16, 32, 64, 128]
DECIDING = 64  # beds for which the limits count
MIX = "isih"   # four beds have all three


class Programs:
    def __init__(self, build, folder, mix, tls):
        build = pathlib.Path(build).resolve()
        self.mix, self.tls = mix, tls
        self.cordon, self.load = str(build / "cordon"), str(build / "bench/bench_station_load")
        self.tap, self.folder = str(build / "bench/libbench_pcm_tap.so"), folder
        for program in (self.cordon, self.load, self.tap):
            if not pathlib.Path(program).exists():
                sys.exit(f"{program} is not there: build it first (see --help)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", help="build/bench")
    parser.add_argument("--beds", type=int, nargs="+", default=None)
    parser.add_argument("--mix", default=MIX, help="by what each bed speaks")
    parser.add_argument("--tls", action="store_true", help="SDC under mutual TLS, else HTTP")
    parser.add_argument("--seconds", type=float, default=60, help="measured at each size, at least")
    parser.add_argument("--alarms", type=int, default=0, help="at each size; else 200 where the limits count, 60 elsewhere")
    parser.add_argument("--folder", default="/var/tmp", help="where logbook and recorder are written")
    parser.add_argument("--picture", default="", help="a PNG of the page at the end")
    parser.add_argument("--soak", type=int, default=0, help="seconds")
    parser.add_argument("--browser", action="store_true", help="the soak has a browser, too")
    parser.add_argument("--tiny", action="store_true", help="a few beds and seconds: it runs, and no time is judged")
    options = parser.parse_args()
    programs = Programs(options.build, options.folder, options.mix, options.tls)
    if options.tiny:
        return tiny(programs)
    if options.soak:
        return soak.run(programs, (options.beds or [64])[0], options.soak, options.browser)
    return grow(programs, options)


def grow(programs, options):
    runs, broken = [], []
    for beds in options.beds or SIZES:
        alarms = options.alarms or (200 if beds == DECIDING else 60)
        runs.append(growth.run(programs, beds, options.seconds, alarms, options.picture))
        print(growth.remarks(runs[-1]), file=sys.stderr, flush=True)
        if beds == DECIDING:
            broken = growth.held(runs[-1])
    print(growth.tables(runs))
    for limit in broken:
        print(f"{DECIDING} beds: {limit}", file=sys.stderr)
    return 1 if broken else 0


def tiny(programs):
    """tiny has everything happen once: no figure is judged, and each kind must have been seen."""
    with running(programs, 4, True) as (box, devices, browser):
        out = growth.measure(box, devices, browser, 5, 2)
        samples = soak.live(box, devices, 1)
    print(growth.tables([out]), growth.remarks(out), soak.table(4, samples), sep="\n")
    # A browser that is kept from drawing draws late or not at all; that it draws is browser.station's.
    unseen = [name for name in ("wave", "number", "alarm_shown") if min(out[name], default=growth.NEVER) == growth.NEVER]
    if unseen or out["errors"] or len(out["sound"]) != 2 or len(samples) < 2:
        sys.exit(f"never seen: {unseen}; errors: {out['errors']}; samples: {len(samples)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
