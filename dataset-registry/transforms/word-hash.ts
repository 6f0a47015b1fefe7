/** 32-bit hashes of words, the same on every machine: integers only, ASCII letters without case. */

/** FNV-1a over UTF-16 code units. */
export function hashWord(word: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < word.length; i++) {
    hash = Math.imul(hash ^ foldCase(word.charCodeAt(i)), 0x01000193);
  }
  return hash >>> 0;
}

/** Another one, so that two together collide as seldom as 64 bits do. */
export function hashWordAgain(word: string): number {
  let hash = 0x9747b28c;
  for (let i = 0; i < word.length; i++) hash = mixBits(hash ^ foldCase(word.charCodeAt(i)));
  return hash;
}

/** The 32-bit finaliser of MurmurHash3: a bijection that spreads every bit. */
export function mixBits(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function foldCase(unit: number): number {
  return unit >= 65 && unit <= 90 ? unit + 32 : unit;
}
