/** A server that speaks S3, of somebody else's making, with a bucket in a folder of its own. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';
import type { BucketOptions } from '@commonweights/dataset-registry/store/bucket-address.js';

export const bucketName = 'weights';

export interface RunningS3 {
  /** With the keys that the server knows. */
  readonly options: BucketOptions;
  /** Of its objects on disk: `<folder>/<bucket>/<key>._S3rver_object`. */
  readonly folder: string;
  /** What a command of ours reads its keys from. */
  readonly env: Record<string, string>;
  stop(): Promise<void>;
}

export async function startS3(atPort = 0): Promise<RunningS3> {
  const folder = await mkdtemp(join(tmpdir(), 'cw-s3-'));
  const server = new S3rver({
    ...{ address: '127.0.0.1', port: atPort, silent: true, directory: folder },
    configureBuckets: [{ name: bucketName }],
  });
  const { port } = await server.run();
  const keys = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
  return {
    folder,
    env: { AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER' },
    options: {
      ...{ endpoint: `http://127.0.0.1:${port}`, bucket: bucketName, prefix: 'a/b/' },
      ...{ region: 'us-east-1', keys },
    },
    stop: async () => {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
