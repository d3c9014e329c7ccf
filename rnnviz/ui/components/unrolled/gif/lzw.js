/** Indices of colours, compressed as GIF89a wants them. */

/** A code of LZW has at most twelve bits. */
const MOST_CODES = 4096;

/**
 * LZW (Welch 1984) of bytes, with codes from 9 to 12 bits, as GIF has them.
 * @param {Uint8Array} bytes
 */
export function compressed(bytes) {
  const [clear, end] = [256, 257];
  const next = new Uint16Array(MOST_CODES * 256);
  const out = new BitWriter(bytes.length);
  let [width, codes] = [9, 258];
  out.write(clear, width);
  let present = bytes[0];
  for (let at = 1; at < bytes.length; at++) {
    const key = (present << 8) | bytes[at];
    if (next[key]) {
      present = next[key];
      continue;
    }
    out.write(present, width);
    present = bytes[at];
    if (codes === MOST_CODES) {
      out.write(clear, width);
      next.fill(0);
      [width, codes] = [9, 258];
    } else {
      if (codes === 1 << width) width += 1;
      next[key] = codes++;
    }
  }
  out.write(present, width);
  out.write(end, codes === 1 << width && width < 12 ? width + 1 : width);
  return out.finish();
}

/** Bits, the lowest first. */
class BitWriter {
  /** @param {number} most */
  constructor(most) {
    this.bytes = new Uint8Array(2 * most + 16);
    this.length = 0;
    this.buffer = 0;
    this.held = 0;
  }

  /** @param {number} code @param {number} width */
  write(code, width) {
    this.buffer |= code << this.held;
    this.held += width;
    for (; this.held >= 8; this.held -= 8) {
      this.bytes[this.length++] = this.buffer & 255;
      this.buffer >>>= 8;
    }
  }

  finish() {
    if (this.held) this.bytes[this.length++] = this.buffer & 255;
    return this.bytes.subarray(0, this.length);
  }
}

/**
 * Data in blocks of at most 255 bytes, each with its length in front, and an empty one at the end.
 * @param {Uint8Array} bytes
 */
export function blocks(bytes) {
  const count = Math.ceil(bytes.length / 255);
  const out = new Uint8Array(bytes.length + count + 1);
  for (let block = 0; block < count; block++) {
    const part = bytes.subarray(block * 255, (block + 1) * 255);
    out[block * 256] = part.length;
    out.set(part, block * 256 + 1);
  }
  return out;
}
