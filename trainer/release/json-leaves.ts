/** The numbers and texts of a JSON value, each with the path to it, in canonical order of the names. */
export function leavesOf(value: unknown, path = ''): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  return Object.keys(value)
    .sort()
    .flatMap((key) =>
      leavesOf((value as Record<string, unknown>)[key], path === '' ? key : `${path}.${key}`),
    );
}
