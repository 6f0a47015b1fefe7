/** Arguments of a call from somebody who means harm, made out of good ones. */

const values: readonly unknown[] = [
  -1,
  0.5,
  2 ** 53,
  2 ** 53 + 2,
  1e300,
  '-1',
  '1.5',
  '1e24',
  '0x10',
  `${2n ** 63n}`,
  `${2n ** 128n}`,
  '9'.repeat(10_000),
  'Ann.test',
  'аnn.test',
  'ann.test ',
  '\ud800',
  '',
  null,
  [],
  {},
  [[[[1]]]],
  true,
];

/** One field takes another value, one is added or left out, or the text is no longer JSON. */
export function spoil(
  call: { args: object | string },
  { pick, chance }: { pick: number; chance: number },
): { args: object | string } {
  const args = call.args as Record<string, unknown>;
  const fields = Object.keys(args);
  const field = fields[pick % Math.max(1, fields.length)] ?? 'x';
  const value = values[(pick >> 4) % values.length];
  switch (chance % 8) {
    case 0:
      return { args: { ...args, [`${field}X`]: value } };
    case 1: {
      const { [field]: gone, ...rest } = args;
      void gone;
      return { args: rest };
    }
    case 2:
      return { args: JSON.stringify(args).slice(0, -1) };
    case 3:
      return { args: `${'['.repeat(2_000)}` };
    case 4:
      // The last of two fields of one name counts, here as in every JSON reader.
      return { args: `{${JSON.stringify(field)}:${JSON.stringify(value)},${textOf(args)}` };
    default:
      return { args: { ...args, [field]: value } };
  }
}

function textOf(args: object): string {
  return JSON.stringify(args).slice(1);
}
