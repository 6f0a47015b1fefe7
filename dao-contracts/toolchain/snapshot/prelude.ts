/**
 * JavaScript that every contract finds when it starts. A contract shares pure code with the rest of
 * this repository; what that code takes for granted and the engine of 2021 lacks is made up here.
 *
 * `Math.random` throws. Its seed would be frozen into the contract, the same for everyone for ever;
 * deriving it from the block's random seed instead would hide that whoever makes the block knows
 * the seed first, in a name that promises nothing of the kind. `near.randomSeed()` says what it is.
 */
export const prelude = `'use strict';
Math.random = () => {
  throw new Error('NO_RANDOMNESS: Math.random is the same for everyone; use near.randomSeed()');
};
globalThis.TextEncoder = class TextEncoder {
  encode(text = '') {
    return env.utf8_string_to_uint8array(String(text));
  }
};
globalThis.TextDecoder = class TextDecoder {
  decode(bytes) {
    return env.uint8array_to_utf8_string(bytes);
  }
};
{
  const hide = (holder, name, value) =>
    Object.defineProperty(holder, name, { value, writable: true, configurable: true });
  const at = function (index) {
    const i = Math.trunc(index) || 0;
    return this[i < 0 ? this.length + i : i];
  };
  const bytes = Object.getPrototypeOf(Uint8Array.prototype);
  for (const holder of [Array.prototype, String.prototype, bytes]) hide(holder, 'at', at);
  hide(Object, 'hasOwn', (object, key) => Object.prototype.hasOwnProperty.call(object, key));
  hide(Array.prototype, 'findLast', function (test, self) {
    for (let i = this.length - 1; i >= 0; i--) {
      if (test.call(self, this[i], i, this)) return this[i];
    }
  });
  hide(Array.prototype, 'toSorted', function (compare) {
    return this.slice().sort(compare);
  });
  hide(Array.prototype, 'toReversed', function () {
    return this.slice().reverse();
  });
}
`;
