/** Where a release is fetched from: registries and mirrors by address, buckets by `s3://NAME/PREFIX`. */
import { tmpdir } from 'node:os';
import type { ReleaseSource } from '@commonweights/trainer/release/pull.js';
import { isBucket, openBucket, type BucketFlags } from './bucket.js';
import { openRegistryStore } from './registry-store.js';
import type { Session } from './session.js';

export interface MirrorFlags extends BucketFlags {
  readonly mirror?: readonly string[];
}

export const mirrorHelp =
  'further registries, mirrors and buckets (s3://NAME/PREFIX) to fetch from';

/** The registry first. Errors: those of `openBucket`. */
export function openSources(session: Session, flags: MirrorFlags): Promise<ReleaseSource[]> {
  const names = [session.registryUrl, ...(flags.mirror ?? [])];
  return Promise.all(
    names.map(async (name) => ({
      name,
      store: isBucket(name)
        ? // Nothing is staged: it is only read.
          await openBucket(session, name, { ...flags, stagingFolder: tmpdir() })
        : openRegistryStore({ url: name }),
    })),
  );
}
