/**
 * Where a dataset comes from and what came of it, over a list of records. The list is a stranger's:
 * cycles and missing parents are reported, never followed for ever.
 */
import type { DatasetRecord } from './record.js';

/** Records walked at most: far above any real lineage, so that a hostile list ends. */
export const lineageRecordsMax = 10_000;

export interface Ancestry {
  /** Parents before their children, the dataset itself last. */
  records: DatasetRecord[];
  /** Ids that are named as parents and are not in the list. */
  missing: string[];
}

/** The dataset and all it descends from. Throws `UNKNOWN_DATASET`, `LINEAGE_CYCLE`. */
export function findAncestors(id: string, records: readonly DatasetRecord[]): Ancestry {
  const byId = indexRecords(records);
  if (!byId.has(id))
    throw new Error(`UNKNOWN_DATASET: ${id} is not among the records; register it`);
  const found: DatasetRecord[] = [];
  const missing = new Set<string>();
  const state = new Map<string, 'open' | 'done'>();
  // Depth first with a stack of our own: a chain of ten thousand parents must not end the program.
  const stack: { id: string; next: number }[] = [{ id, next: 0 }];
  while (stack.length > 0) {
    const top = stack[stack.length - 1]!;
    const record = byId.get(top.id);
    state.set(top.id, 'open');
    const parent = record?.parents[top.next++]?.dataset;
    if (parent === undefined) {
      if (record) found.push(record);
      else missing.add(top.id);
      state.set(top.id, 'done');
      stack.pop();
    } else if (state.get(parent) === 'open') {
      throw new Error(`LINEAGE_CYCLE: ${parent} descends from itself; one of the records is false`);
    } else if (!state.has(parent)) stack.push({ id: parent, next: 0 });
  }
  return { records: found, missing: [...missing] };
}

/** Everything that descends from the dataset, in the order of the list. */
export function findDescendants(id: string, records: readonly DatasetRecord[]): DatasetRecord[] {
  const children = new Map<string, string[]>();
  for (const record of indexRecords(records).values()) {
    for (const { dataset } of record.parents) {
      children.set(dataset, [...(children.get(dataset) ?? []), record.id]);
    }
  }
  const reached = new Set<string>();
  const queue = [...(children.get(id) ?? [])];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    queue.push(...(children.get(next) ?? []));
  }
  reached.delete(id);
  return records.filter((record) => reached.has(record.id));
}

function indexRecords(records: readonly DatasetRecord[]): Map<string, DatasetRecord> {
  if (records.length > lineageRecordsMax) {
    throw new Error(`TOO_MANY_RECORDS: ${records.length}, at most ${lineageRecordsMax} are walked`);
  }
  const byId = new Map(records.map((record) => [record.id, record]));
  if (byId.size !== records.length) {
    throw new Error('DUPLICATE_DATASET: two records have one id; read the register again');
  }
  return byId;
}
