/**
 * A stand-in for SHA-256 where only its evenness matters: 32 bytes mixed out of all input in a
 * fraction of the time. For simulation alone; whoever can choose the input can make it collide.
 */
export function cheapHash(bytes: Uint8Array): Uint8Array {
  let a = 0x9e3779b9 ^ bytes.length;
  let b = 0x85ebca6b;
  for (let i = 0; i < bytes.length; i++) {
    a = Math.imul(a ^ bytes[i]!, 0x01000193);
    b = Math.imul(b + a, 0xc2b2ae35) ^ (b >>> 15);
  }
  const out = new Uint8Array(32);
  for (let lane = 0; lane < 32; lane += 4) {
    a = mix(a + Math.imul(lane + 1, 0x27d4eb2f) + b);
    b = mix(b ^ a);
    out[lane] = a;
    out[lane + 1] = a >>> 8;
    out[lane + 2] = a >>> 16;
    out[lane + 3] = a >>> 24;
  }
  return out;
}

function mix(value: number): number {
  let mixed = value | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
