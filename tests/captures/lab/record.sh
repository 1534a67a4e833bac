#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Records the captures of this folder and the night of examples/night anew, in about four minutes, as root.
# Usage: tests/captures/lab/record.sh [PREFIX of the namespaces]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
prefix=${1:-cdnrec}
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT

take() { "$root/lab/lab" record --out "$made" --prefix "$prefix" --files 200 "$@"; }
scene() { take --scale 0.15 --seconds 16 --pace 0.5 --encrypt-after 7 --encrypt-files 12 "$@"; }

scene --profile in-place-rename --seed 1
scene --profile new-then-delete --seed 2 --note
scene --profile head-4k --seed 3 --note --encrypt-rate 10
scene --profile every-other-block --seed 4 --encrypt-rate 4
scene --profile no-rename --seed 5
take --work-only --seed 9 --scale 0.08 --seconds 40 --pace 0.8
take --name night --profile in-place-rename --seed 2022 --scale 0.12 --seconds 50 --pace 0.6 \
  --encrypt-after 20 --encrypt-files 25 --encrypt-rate 2

for name in in-place-rename new-then-delete head-4k every-other-block no-rename work; do
  cp "$made/$name.pcap" "$made/$name.truth.jsonl" "$here/"
done
cp "$made/night.pcap" "$made/night.truth.jsonl" "$root/examples/night/"
