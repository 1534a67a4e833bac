// SPDX-License-Identifier: Apache-2.0
// What stands on the canvas of the station's waves, column by column.

/** In the page: for each column of a wave's box, the lowest and highest row that is drawn; null where there is nothing. */
export function drawn(selector) {
  const box = document.querySelector(selector).querySelector(".wave-box").getBoundingClientRect();
  const canvas = document.querySelector(".sweep");
  const home = canvas.getBoundingClientRect();
  const [left, top] = [Math.round(box.left - home.left), Math.round(box.top - home.top)];
  const [width, height] = [Math.floor(box.width), Math.floor(box.height)];
  const { data } = canvas.getContext("2d").getImageData(left, top, width, height);
  return Array.from({ length: width }, (_, x) => {
    let span = null;
    for (let y = 0; y < height; ++y) {
      if (data[(y * width + x) * 4 + 3] < 100) continue;
      span = span === null ? [y, y] : [span[0], y];
    }
    return span;
  });
}

/** The runs of empty columns, as [start, length]; one around the right edge counts as one. */
export function gaps(columns) {
  const out = [];
  columns.forEach((column, x) => {
    const last = out[out.length - 1];
    if (column !== null) return;
    if (last !== undefined && last[0] + last[1] === x) last[1] += 1;
    else out.push([x, 1]);
  });
  if (out.length > 1 && out[0][0] === 0 && out[out.length - 1][0] + out[out.length - 1][1] === columns.length) {
    const first = out.shift();
    out[out.length - 1][1] += first[1];
  }
  return out;
}
