/** Buckets as commands name them: `s3://NAME/PREFIX`, a server, and the keys of the environment. */
import { resolve } from 'node:path';
import type { Command } from 'commander';
import {
  readBucketOptions,
  type BucketOptions,
} from '@commonweights/dataset-registry/store/bucket-address.js';
import type { BucketStore } from '@commonweights/dataset-registry/store/bucket-store.js';
import { CliError } from './errors.js';
import { exitCodes } from './exit-codes.js';
import type { Session } from './session.js';

export interface BucketFlags {
  readonly endpoint?: string;
  readonly region?: string;
}

export const bucketHelp = `
A bucket is of any server that speaks S3. Its keys come from the environment: AWS_ACCESS_KEY_ID,
AWS_SECRET_ACCESS_KEY and, where they are lent, AWS_SESSION_TOKEN; they may list, read, write and delete there.
`;

export function withBucket(command: Command): Command {
  return command
    .option('--endpoint <url>', 'of the server (AWS_ENDPOINT_URL, or Amazon of the region)')
    .option('--region <name>', 'of the bucket (AWS_REGION, or us-east-1)');
}

export function isBucket(text: string): boolean {
  return text.startsWith('s3:');
}

/** Errors: `BAD_BUCKET_ADDRESS`, `NO_BUCKET_KEYS`. */
export function bucketOptions(session: Session, text: string, flags: BucketFlags): BucketOptions {
  try {
    return readBucketOptions(text, { env: session.terminal.env, ...flags });
  } catch (error) {
    throw new CliError(exitCodes.usage, (error as Error).message, { cause: error });
  }
}

export async function openBucket(
  session: Session,
  text: string,
  flags: BucketFlags & { stagingFolder: string },
): Promise<BucketStore> {
  const options = bucketOptions(session, text, flags);
  const { BucketStore } = await import('@commonweights/dataset-registry/store/bucket-store.js');
  const stagingFolder = resolve(session.terminal.cwd, flags.stagingFolder, 'tmp');
  return new BucketStore({ ...options, stagingFolder });
}
