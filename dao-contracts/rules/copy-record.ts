/**
 * A copy of a stored record: what JSON carries, and bigints. Replaying a run copies the records
 * that a command touches, millions of times where laws are searched or people simulated, and the
 * platform's general copy costs twenty times as much as this one.
 */
export function copyRecord<T>(record: T): T {
  if (typeof record !== 'object' || record === null) return record;
  if (Array.isArray(record)) return record.map(copyRecord) as T;
  const copy: Record<string, unknown> = {};
  for (const key in record) copy[key] = copyRecord(record[key]);
  return copy as T;
}
