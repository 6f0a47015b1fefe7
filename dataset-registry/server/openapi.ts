/**
 * The registry's description for programs, OpenAPI 3.1, served at `/openapi.json`. A test holds it against
 * the real routes both ways: each is described, and each that is described answers with a status that
 * the description has.
 */
import { ticketLifeMaxMs } from './upload-ticket.js';
import { readersHeader } from '../store/http-store.js';
import { refusalStatuses, type RefusalCode } from './refusal.js';

/** The HTTP interface's own version: raised when a client that keeps to the last one would break. */
const apiVersion = '1.0.0';

/** What any request may be answered with. */
const anyRequest = ['TOO_MANY_REQUESTS', 'REGISTRY_FAILED'] as const;
/** Where a path names a blob. */
const reading = [
  ...(['BAD_DIGEST', 'BAD_PATH', 'BLOB_MISSING', 'BLOB_DENIED'] as const),
  ...(['BLOB_COMING', 'STORE_AWAY', 'REGISTRY_FULL'] as const),
  // Of a signature, which only what is not for everybody asks for.
  ...(['NOT_SIGNED', 'NOT_ALLOWED', 'CHAIN_SILENT'] as const),
  ...anyRequest,
];
const writing = [
  ...(['BAD_DIGEST', 'BAD_PATH', 'WRONG_LENGTH', 'NOT_SIGNED', 'UPLOADS_OFF'] as const),
  ...(['NOT_ALLOWED', 'UPLOAD_CUT_OFF', 'UPLOAD_RUNNING', 'WRONG_OFFSET'] as const),
  ...(['LENGTH_REQUIRED', 'BLOB_TOO_LARGE', 'QUOTA_EXCEEDED', 'ENCODED_BODY'] as const),
  ...(['WRONG_DIGEST', 'TOO_MANY_UPLOADS', 'BLOB_DENIED', 'TOO_MANY_PARTS'] as const),
  ...(['CHAIN_SILENT', 'STORE_AWAY', 'REGISTRY_FULL', 'BAD_LIST', 'TOO_MANY_LISTS'] as const),
  ['BAD_RANGE', 400] as const,
  ...anyRequest,
];

const listing = [
  ...([
    'BAD_LIST',
    'BAD_PATH',
    'NOT_SIGNED',
    'UPLOADS_OFF',
    'NOT_ALLOWED',
    'UPLOAD_CUT_OFF',
  ] as const),
  ...([
    'LIST_IS_NEWER',
    'LENGTH_REQUIRED',
    'BLOB_TOO_LARGE',
    'ENCODED_BODY',
    'CHAIN_SILENT',
  ] as const),
  ...anyRequest,
];

export function describeApi(): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Commonweights registry',
      version: apiVersion,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description:
        'Content-addressed blobs for a DAO. Nobody has to trust it: check the digest of what it ' +
        'sends. Pages of any origin may read (CORS). A refusal is JSON with a code of a closed list, ' +
        'what happened and what to do.',
    },
    paths: {
      '/blobs/{digest}': {
        parameters: [digestParameter],
        get: {
          operationId: 'getBlob',
          summary: "A blob's bytes, whole or a range; they never change",
          parameters: [rangeParameter],
          responses: {
            200: { description: 'All of it', headers: blobHeaders, content: bytes },
            206: {
              description: 'The range that was asked for',
              headers: blobHeaders,
              content: bytes,
            },
            304: { description: 'The client has it: If-None-Match named its ETag' },
            ...refusals(...reading, ['BAD_RANGE', 416]),
          },
        },
        head: {
          operationId: 'headBlob',
          summary: 'Whether the blob is here, and how large it is',
          responses: {
            200: { description: 'It is here', headers: blobHeaders },
            ...bare(...reading),
          },
        },
        put: {
          operationId: 'putBlob',
          summary:
            'Stores a blob under its digest; large ones may come in pieces, also after a break',
          security: [{ nep413: [] }],
          parameters: [contentRangeParameter, readersParameter],
          requestBody: { required: true, content: bytes },
          responses: {
            200: json('It was here already', 'Stored'),
            201: json('It is stored: its bytes have this digest', 'Stored'),
            202: json('The piece is stored; go on from `offset`', 'Stored'),
            ...refusals(...writing),
          },
        },
      },
      '/manifests/{digest}': {
        parameters: [digestParameter],
        get: {
          operationId: 'getManifest',
          summary: 'A blob that is a manifest, parsed and checked',
          responses: {
            200: json('The manifest', 'Manifest'),
            ...refusals(...reading, 'NOT_A_MANIFEST'),
          },
        },
      },
      '/readers/{owner}/{name}': {
        parameters: ['owner', 'name'].map(textInPath),
        put: {
          operationId: 'putReaders',
          summary:
            'Who may read what its owner uploads for this list; its owner always may. Anybody else is told what is told of any digest: that it is not here',
          security: [{ nep413: [] }],
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: { type: 'array', items: { type: 'string' } } },
            },
          },
          responses: {
            200: json('They may from now on, and nobody else', 'Readers'),
            ...refusals(...listing),
          },
        },
      },
      '/index': {
        get: {
          operationId: 'getIndex',
          summary: "The operator's names for digests: hints, nothing to trust",
          responses: { 200: json('The names', 'Index'), ...refusals(...anyRequest) },
        },
      },
      '/events': {
        get: {
          operationId: 'getEvents',
          summary:
            'Server-sent events: `{"height": …, "blobs": …}` at once, and whenever the chain changed or ' +
            'a blob came in; hints, nothing to trust',
          responses: {
            200: {
              description: 'A stream without end',
              content: { 'text/event-stream': { schema: { type: 'string' } } },
            },
            ...refusals('TOO_MANY_STREAMS', ...anyRequest),
          },
        },
      },
      '/health': {
        get: {
          operationId: 'getHealth',
          summary: 'Whether it serves',
          responses: { 200: json('It does', 'Health'), ...refusals(...anyRequest) },
        },
      },
      '/metrics': {
        get: {
          operationId: 'getMetrics',
          summary: "What it counted, in Prometheus' text format 0.0.4",
          responses: {
            200: {
              description: 'commonweights_registry_…',
              content: { 'text/plain': { schema: { type: 'string' } } },
            },
            ...refusals(...anyRequest),
          },
        },
      },
      '/openapi.json': {
        get: {
          operationId: 'getDescription',
          summary: 'This description',
          responses: {
            200: {
              description: 'OpenAPI 3.1',
              content: { 'application/json': { schema: { type: 'object' } } },
            },
            ...refusals(...anyRequest),
          },
        },
      },
    },
    components: { schemas, securitySchemes },
  };
}

const digestSchema = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' };

const digestParameter = {
  name: 'digest',
  in: 'path',
  required: true,
  schema: digestSchema,
};

const readersParameter = {
  name: readersHeader,
  in: 'header',
  description:
    'A list of readers, <account>/<name>, which the blob is for; without it, for everybody',
  schema: { type: 'string' },
};

function textInPath(name: string): object {
  return { name, in: 'path', required: true, schema: { type: 'string' } };
}

const rangeParameter = {
  name: 'range',
  in: 'header',
  schema: { type: 'string' },
  example: 'bytes=0-1048575',
};

const contentRangeParameter = {
  name: 'content-range',
  in: 'header',
  description: 'Which piece of the blob the body is; without it the body is the whole blob',
  schema: { type: 'string', pattern: '^bytes [0-9]+-[0-9]+/[0-9]+$' },
};

const bytes = {
  'application/octet-stream': { schema: { type: 'string', format: 'binary' } },
};

const blobHeaders = {
  etag: { schema: { type: 'string' }, description: 'The digest, in quotes; packed, also how' },
  'content-encoding': {
    schema: { type: 'string', enum: ['br', 'zstd', 'gzip'] },
    description: 'Packed for who accepts it, when that helps; never a range',
  },
  'cache-control': { schema: { type: 'string' }, description: 'Immutable' },
  'accept-ranges': { schema: { type: 'string' } },
};

const count = { type: 'integer', minimum: 0 };

function strict(properties: Record<string, object>, optional: readonly string[] = []): object {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', additionalProperties: false, required, properties };
}

const schemas = {
  Refusal: strict(
    {
      code: { type: 'string', enum: Object.keys(refusalStatuses) },
      message: { type: 'string' },
      remedy: { type: 'string' },
      retryAfterSeconds: count,
      offset: { ...count, description: 'Bytes of an upload that are here' },
      size: { ...count, description: 'Bytes of the blob' },
    },
    ['retryAfterSeconds', 'offset', 'size'],
  ),
  Stored: strict({ digest: digestSchema, stored: { type: 'boolean' }, offset: count }, ['offset']),
  Readers: strict({ readers: { type: 'string' }, accounts: count }),
  Health: strict({
    status: { type: 'string', enum: ['ok', 'stopping'] },
    service: { const: 'commonweights-registry' },
    uploads: { type: 'boolean' },
    mirror: { type: 'boolean' },
  }),
  Index: strict({
    trust: { const: 'hints only' },
    names: { type: 'object', additionalProperties: digestSchema },
  }),
  Manifest: strict({
    version: { const: 1 },
    chunkBytes: count,
    files: {
      type: 'array',
      items: strict({
        path: { type: 'string' },
        size: count,
        digest: digestSchema,
        chunks: strict({ root: digestSchema, list: digestSchema }),
      }),
    },
  }),
};

const securitySchemes = {
  nep413: {
    type: 'apiKey',
    in: 'header',
    name: 'authorization',
    description:
      '`NEP413 ` and base64 of the JSON { accountId, publicKey, signature, nonce, message, recipient }, ' +
      'signature and nonce in base64. The message that is signed (NEP-413, no callback URL) is ' +
      '`commonweights: PUT <digest> until <ms since 1970>`; of an upload for readers, `PUT <digest> for ' +
      '<list> until …`; to read one, `GET <digest> at <host> until …`; to set a list, `LIST <digest of the ' +
      'body> for <list> at <host> until …`; <host> as in the address, with its port; all at most ' +
      `${ticketLifeMaxMs / 60_000} minutes ahead; the key must be one of the account on chain.`,
  },
};

function json(description: string, schema: keyof typeof schemas): object {
  const $ref = `#/components/schemas/${schema}`;
  return { description, content: { 'application/json': { schema: { $ref } } } };
}

/** A code with all its statuses, or with the one that it comes with here. */
type Answer = RefusalCode | readonly [RefusalCode, number];

/** One answer for each status. */
function refusals(...answers: Answer[]): Record<number, object> {
  return byStatus(answers, (codes) => json(codes.join(', '), 'Refusal'));
}

/** The same for HEAD, whose answers have no body. */
function bare(...answers: Answer[]): Record<number, object> {
  return byStatus(answers, (codes) => ({ description: codes.join(', ') }));
}

function byStatus(
  answers: readonly Answer[],
  write: (codes: RefusalCode[]) => object,
): Record<number, object> {
  const codes = new Map<number, RefusalCode[]>();
  for (const answer of answers) {
    const [code, ...named] = typeof answer === 'string' ? [answer] : answer;
    for (const status of named.length > 0 ? named : refusalStatuses[code]) {
      codes.set(status, [...(codes.get(status) ?? []), code]);
    }
  }
  return Object.fromEntries([...codes].map(([status, some]) => [status, write(some)]));
}
