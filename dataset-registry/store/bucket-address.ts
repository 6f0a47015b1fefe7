/**
 * Which bucket, where, and with whose keys: `s3://bucket/prefix` and, as every tool for such stores reads
 * them, the environment's `AWS_…` names. A bucket is named by path, which servers of all makers understand.
 */

export interface BucketAddress {
  /** Of the server, without a slash at its end. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Empty, or ends in a slash. */
  readonly prefix: string;
  readonly region: string;
}

export interface BucketKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of keys that are lent for a while. */
  readonly sessionToken?: string;
}

export interface BucketOptions extends BucketAddress {
  readonly keys: BucketKeys;
}

type Environment = Readonly<Record<string, string | undefined>>;

const bucketPattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Letters that no server and no signature reads in two ways. */
const segmentPattern = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,100}$/;
const prefixSegmentsMax = 8;

/** Errors: `BAD_BUCKET_ADDRESS`, `NO_BUCKET_KEYS`. */
export function readBucketOptions(
  text: string,
  it: { env: Environment; endpoint?: string | undefined; region?: string | undefined },
): BucketOptions {
  const { env } = it;
  const [scheme, rest] = [text.slice(0, 5), text.slice(5)];
  const [bucket = '', ...segments] = rest.replace(/\/$/, '').split('/');
  const isPath =
    segments.length <= prefixSegmentsMax && segments.every((s) => segmentPattern.test(s));
  if (scheme !== 's3://' || !bucketPattern.test(bucket) || !isPath) {
    throw new Error(
      `BAD_BUCKET_ADDRESS: ${JSON.stringify(text.slice(0, 200))}; write s3://bucket or ` +
        's3://bucket/prefix, of letters, digits, ".", "_" and "-"',
    );
  }
  const region = it.region ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  const named = it.endpoint ?? env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'];
  return {
    bucket,
    prefix: segments.map((segment) => `${segment}/`).join(''),
    endpoint: readEndpoint(named ?? `https://s3.${region}.amazonaws.com`),
    region,
    keys: readKeys(env),
  };
}

function readEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url && !url.search && !url.hash && !url.username && !url.password;
  if (!isPlain || !/^https?:$/.test(url.protocol)) {
    throw new Error(
      `BAD_BUCKET_ADDRESS: endpoint ${JSON.stringify(text.slice(0, 200))}; write http(s)://host[:port]`,
    );
  }
  return url.href.replace(/\/+$/, '');
}

function readKeys(env: Environment): BucketKeys {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  if (!accessKeyId || !secretAccessKey) {
    throw new Error(
      'NO_BUCKET_KEYS: the environment has no AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; ' +
        'set both, and AWS_SESSION_TOKEN where the keys are lent',
    );
  }
  const sessionToken = env['AWS_SESSION_TOKEN'];
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}
