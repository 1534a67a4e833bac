#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A small house for `cordon plan --what-if`: two wards of 20 workstations and three file servers, as in simulate_test.cpp.

    bench/two_wards.py 4 > house.toml && build/release/cordon plan house.toml --what-if --attacks 200 --seed 1

The number says how many workstations, even, half of them in each ward, hang on a switch that nobody can command. docs/CONTAINMENT.md
says what comes of it.
"""
import sys

HEAD = """hospital = "Two wards"
[weights]
incident_hours = 12
rebuild_hours = 504
by_hand = 0.25
[[site]]
name = "S"
[[building]]
name = "B"
site = "S"
[[service]]
name = "files"
without = "papier"
without_en = "paper"
"""
UNIT = '[[unit]]\nname = "{0}"\nkind = "{0}"\nbuilding = "B"\nbeds = {1}\npatients = {1}'
NETWORK = '[[network]]\nname = "{0}"\nsite = "S"\nprefixes = ["10.0.{1}.0/24"]\ninside = ["spreading"]'
BORDER = '[[border]]\nfrom = ["{}"]\nto = ["{}"]\npermits = ["spreading"]\ncan_close = true'
HOST = '[[host]]\nname = "{}"\nrole = "{}"\nunit = "{}"\naddresses = ["10.0.{}.{}"]\nharm_if_lost = {}\ngrain = "{}"'
FLOW = '[[flow]]\nclient = "pc-{}"\nserver = "srv-{}"\nport = 445\nservice = "files"\nunit = "{}"\ndependence = 0.015\ntolerance_hours = 1\nfallback = "none"'
WARDS = ("reanimation", "medecine")
WORKSTATIONS = 40
SERVERS = 3


def house(deaf):
    every = WORKSTATIONS // deaf if deaf else 0
    yield HEAD
    yield from (UNIT.format(*unit) for unit in zip(WARDS, (12, 30)))
    yield from (NETWORK.format(name, n) for n, name in enumerate((*WARDS, "servers")))
    for ward in WARDS:
        yield BORDER.format(ward, "servers")
        yield BORDER.format("servers", ward)
    for i in range(WORKSTATIONS):
        grain = "none" if every and i // 2 % every == 0 else "spreading"
        yield HOST.format(f"pc-{i}", "workstation", WARDS[i % 2], i % 2, i + 10, 10, grain)
    yield from (HOST.format(f"srv-{s}", "server", WARDS[1], 2, s + 10, 600, "spreading") for s in range(SERVERS))
    yield from (FLOW.format(i, i % SERVERS, WARDS[i % 2]) for i in range(WORKSTATIONS))


if __name__ == "__main__":
    print("\n".join(house(int(sys.argv[1]))))
