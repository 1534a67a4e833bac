// SPDX-License-Identifier: Apache-2.0
// The binary messages of /live: little-endian; u8 version = 1, 3 zero bytes, f64 seconds of the station when sent; then
// blocks: u32 wave, u32 count, u64 index of the first sample, f64 seconds of the station of the LAST sample, f32 × count.
// A NaN is a sample that is not there.

export interface Block {
  wave: number;
  first: number;
  at: number;
  samples: Float32Array;
}

export interface Samples {
  at: number;
  blocks: Block[];
}

const version = 1;
const headBytes = 12;
const blockHeadBytes = 24;
const sampleBytes = 4;

/** parseSamples reads one message; null for one that is not whole or of another version. */
export function parseSamples(bytes: ArrayBuffer): Samples | null {
  const view = new DataView(bytes);
  if (bytes.byteLength < headBytes || view.getUint8(0) !== version) return null;
  const out: Samples = { at: view.getFloat64(4, true), blocks: [] };
  if (!Number.isFinite(out.at)) return null;
  let place = headBytes;
  while (place < bytes.byteLength) {
    if (bytes.byteLength - place < blockHeadBytes) return null;
    const count = view.getUint32(place + 4, true);
    const first = view.getUint32(place + 8, true) + view.getUint32(place + 12, true) * 2 ** 32;
    const at = view.getFloat64(place + 16, true);
    const wave = view.getUint32(place, true);
    place += blockHeadBytes;
    if ((bytes.byteLength - place) / sampleBytes < count || !Number.isFinite(at) || !Number.isSafeInteger(first + count)) return null;
    const samples = new Float32Array(count);
    for (let i = 0; i < count; i += 1) samples[i] = view.getFloat32(place + i * sampleBytes, true);
    place += count * sampleBytes;
    out.blocks.push({ wave, first, at, samples });
  }
  return out;
}
