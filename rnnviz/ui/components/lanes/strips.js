/**
 * What a message holds of a lane's gates, and the colours that it gives them: needs no page.
 *
 * A value is a byte: 0..254 for a share 0..1, or 127 + 127 v for a value of either sign, whose largest size is `bound`.
 * @typedef {{label: string, letter: string, colour: string, negative: string, bound: number}} Row
 * @typedef {{steps: number, units: number, rows: Row[], values: Uint8Array}} Strips
 */

/** Return bytes from plotly.js's base64 form. @param {{bdata: string}} packed */
export function bytesOf({ bdata }) {
  return Uint8Array.from(atob(bdata), (sign) => sign.charCodeAt(0));
}

/** Return the number that a byte stands for. @param {Row} row @param {number} byte */
export function numberOf({ negative, bound }, byte) {
  return negative ? ((byte - 127) / 127) * bound : (byte / 254) * bound;
}

/** Red, green and blue of `#rrggbb`. @param {string} colour */
function partsOf(colour) {
  return [1, 3, 5].map((start) => Number.parseInt(colour.slice(start, start + 2), 16));
}

/**
 * Return the pixels of one quantity: time steps across, units from top to bottom. Nothing is drawn for 0, so the
 * background of any theme is its colour.
 * @param {Strips} strips @param {number} number
 */
export function pixelsOf({ steps, units, rows, values }, number) {
  const { colour, negative } = rows[number];
  const above = partsOf(colour);
  const below = negative ? partsOf(negative) : above;
  const pixels = new Uint8ClampedArray(4 * steps * units);
  const first = number * steps * units;
  for (let step = 0; step < steps; step++)
    for (let unit = 0; unit < units; unit++) {
      const byte = values[first + step * units + unit];
      const share = negative ? (byte - 127) / 127 : byte / 254;
      const [red, green, blue] = share < 0 ? below : above;
      pixels.set([red, green, blue, 255 * Math.abs(share)], 4 * (unit * steps + step));
    }
  return pixels;
}

/** Return what is at a place of a quantity, in words. @param {Strips} strips @param {number} number @param {number} step @param {number} unit */
export function foundAt({ steps, units, rows, values }, number, step, unit) {
  const value = numberOf(rows[number], values[number * steps * units + step * units + unit]);
  return { label: rows[number].label, step, unit, value };
}
