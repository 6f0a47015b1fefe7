/** The description at /openapi.json, held against what the service really answers. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { metricRoutes } from '@commonweights/dataset-registry/server/metrics.js';
import { refusalStatuses } from '@commonweights/dataset-registry/server/refusal.js';
import { openParts } from '@commonweights/dataset-registry/server/registry-parts.js';
import { buildRoutes } from '@commonweights/dataset-registry/server/routes.js';
import { describeFiles } from '@commonweights/dataset-registry/store/manifest-store.js';
import { encodeManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { putBlob, TestRegistries, ticketFor } from './test-registry.js';

interface Schema {
  $ref?: string;
  type?: string;
  const?: unknown;
  enum?: unknown[];
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: boolean | Schema;
  items?: Schema;
  pattern?: string;
  minimum?: number;
}
interface Operation {
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
}
interface Description {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

const verbs = ['get', 'head', 'put', 'post', 'delete', 'patch'];

describe('the description of the registry', () => {
  const registries = new TestRegistries();
  afterEach(() => registries.stop());

  const described = async (url: string) =>
    (await (await fetch(`${url}/openapi.json`)).json()) as Description;
  const operationsOf = ({ paths }: Description) =>
    Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item)
        .filter((verb) => verbs.includes(verb))
        .map((verb) => `${verb} ${path}`),
    );

  it('has every route of the service, and no other', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'cw-routes-'));
    const { router } = buildRoutes(await openParts({ dataDir })) as unknown as {
      router: { stack: { route?: { path: string; methods: Record<string, boolean> } }[] };
    };
    await rm(dataDir, { recursive: true });
    const real = router.stack.flatMap(({ route }) =>
      Object.keys(route?.methods ?? {}).map(
        (verb) => `${verb} ${route!.path.replace(/:(\w+)/g, '{$1}')}`,
      ),
    );
    const { url } = await registries.start();
    const description = await described(url);
    // Express answers HEAD wherever it answers GET; it is described where it is of use by itself.
    const told = operationsOf(description).filter((one) => !one.startsWith('head '));
    expect(told.sort()).to.deep.equal(real.sort());
    expect(Object.keys(description.paths).concat('other').sort()).to.deep.equal(
      [...metricRoutes].sort(),
    );
  });

  it('tells, for every operation, statuses and bodies that the service really answers with', async () => {
    const { url, dataDir } = await registries.start({ maxBlobBytes: 1_000 });
    const description = await described(url);
    const blob = randomBytes(20);
    const manifest = encodeManifest(describeFiles([{ path: 'a', bytes: blob }]).manifest);
    const denied = digestOf(randomBytes(8));
    await writeFile(join(dataDir, 'denylist.txt'), `${denied} why\n`);
    await writeFile(join(dataDir, 'index.json'), JSON.stringify({ first: denied }));
    await putBlob(url, manifest);
    const there = digestOf(manifest);
    const absent = digestOf(randomBytes(8));
    const signed = (digest: Digest) => ({ authorization: ticketFor(digest) });
    const put = (bytes: Uint8Array, headers: Record<string, string>): RequestInit => ({
      ...{ method: 'PUT', body: new Uint8Array(bytes), headers },
    });
    const fresh = randomBytes(30);
    const calls: [operation: string, digest: string, status: number, init?: RequestInit][] = [
      ['get /blobs/{digest}', there, 200],
      ['get /blobs/{digest}', there, 206, { headers: { range: 'bytes=0-3' } }],
      // Without the second header, fetch asks for no cached answer.
      [
        'get /blobs/{digest}',
        there,
        304,
        { headers: { 'if-none-match': `"${there}"`, 'cache-control': 'max-age=0' } },
      ],
      ['get /blobs/{digest}', there, 416, { headers: { range: 'bytes=90000-' } }],
      ['get /blobs/{digest}', absent, 404],
      ['get /blobs/{digest}', denied, 451],
      ['get /blobs/{digest}', 'sha256:x', 400],
      ['head /blobs/{digest}', there, 200, { method: 'HEAD' }],
      ['head /blobs/{digest}', absent, 404, { method: 'HEAD' }],
      ['put /blobs/{digest}', digestOf(blob), 201, put(blob, signed(digestOf(blob)))],
      ['put /blobs/{digest}', digestOf(blob), 200, put(blob, signed(digestOf(blob)))],
      [
        'put /blobs/{digest}',
        digestOf(fresh),
        202,
        put(fresh.subarray(0, 9), {
          ...signed(digestOf(fresh)),
          'content-range': 'bytes 0-8/30',
        }),
      ],
      [
        'put /blobs/{digest}',
        digestOf(fresh),
        409,
        put(fresh.subarray(0, 9), {
          ...signed(digestOf(fresh)),
          'content-range': 'bytes 0-8/30',
        }),
      ],
      ['put /blobs/{digest}', absent, 401, put(blob, {})],
      ['put /blobs/{digest}', absent, 422, put(blob, signed(absent))],
      ['put /blobs/{digest}', absent, 400, put(blob, { 'content-range': 'bytes x' })],
      ['put /blobs/{digest}', absent, 413, put(randomBytes(1_001), signed(absent))],
      ['put /blobs/{digest}', absent, 415, put(blob, { 'content-encoding': 'gzip' })],
      ['get /manifests/{digest}', there, 200],
      ['get /manifests/{digest}', digestOf(blob), 422],
      ['get /manifests/{digest}', absent, 404],
      ['put /readers/{owner}/{name}', '', 401, put(new TextEncoder().encode('[]'), {})],
      ['get /index', '', 200],
      ['get /events', '', 200],
      ['get /health', '', 200],
      ['get /metrics', '', 200],
      ['get /openapi.json', '', 200],
    ];
    for (const [operation, digest, status, init] of calls) {
      const [verb, path] = operation.split(' ') as [string, string];
      const response = await fetch(
        url + path.replace('{digest}', digest).replace('{owner}/{name}', 'alice.near/friends'),
        init,
      );
      expect(response.status, `${operation} ${status}`).to.equal(status);
      const told = description.paths[path]![verb]!.responses[String(status)];
      expect(told, `${operation} ${status} is described`).to.not.equal(undefined);
      const type = response.headers.get('content-type')?.split(';')[0];
      const content = told!.content ?? {};
      // A stream of events has no end.
      if (type === 'text/event-stream') await response.body!.cancel();
      const endless = type === 'text/event-stream';
      const body = new Uint8Array(endless ? [] : await response.arrayBuffer());
      if (verb === 'head' || status === 304) continue;
      expect(Object.keys(content), operation).to.deep.equal([type]);
      if (type !== 'application/json') continue;
      const json: unknown = JSON.parse(new TextDecoder().decode(body));
      const why = mismatch(json, content[type]!.schema, description);
      expect(why, `${operation} ${status}: ${JSON.stringify(json)}`).to.equal(null);
    }
    const called = new Set(calls.map(([operation]) => operation));
    expect([...called].sort()).to.deep.equal(operationsOf(description).sort());
  });

  it('names each code with the statuses that it comes with, in the answers of some operation', async () => {
    const { url } = await registries.start();
    const description = await described(url);
    expect(description.openapi).to.match(/^3\.1\./);
    expect(description.components.schemas['Refusal']!.properties!['code']!.enum).to.deep.equal(
      Object.keys(refusalStatuses),
    );
    const text = JSON.stringify(description.paths);
    for (const code of Object.keys(refusalStatuses)) {
      if (code !== 'NO_SUCH_PATH') expect(text).to.match(new RegExp(`\\b${code}\\b`));
    }
    for (const [, name] of JSON.stringify(description).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const found = name!.split('/').reduce<unknown>((at, key) => {
        return (at as Record<string, unknown> | undefined)?.[key];
      }, description);
      expect(found, name).to.be.an('object');
    }
  });
});

/** Where a value is not what a schema says; only the words that the description uses. */
function mismatch(value: unknown, given: Schema, at: Description): string | null {
  const schema = given.$ref ? at.components.schemas[given.$ref.split('/').at(-1)!]! : given;
  const told = JSON.stringify(value);
  if (schema.const !== undefined && value !== schema.const) return `${told} is another constant`;
  if (schema.enum && !schema.enum.includes(value)) return `${told} is not in the list`;
  if (schema.pattern && !new RegExp(schema.pattern).test(String(value))) return `${told}: pattern`;
  if (schema.type === 'integer') {
    return Number.isInteger(value) && (value as number) >= (schema.minimum ?? 0) ? null : told;
  }
  if (schema.type === 'array') {
    if (!Array.isArray(value)) return `${told} is no list`;
    return first(value.map((each) => mismatch(each, schema.items!, at)));
  }
  if (schema.type !== 'object') {
    return schema.type === undefined || typeof value === schema.type ? null : `${told}: type`;
  }
  const object = value as Record<string, unknown>;
  const missing = schema.required?.find((name) => !Object.hasOwn(object, name));
  if (missing !== undefined) return `${missing} is missing in ${told}`;
  return first(
    Object.entries(object).map(([name, each]) => {
      const known = schema.properties?.[name];
      if (known) return mismatch(each, known, at);
      const others = schema.additionalProperties;
      if (others === false) return `${name} is not described`;
      return typeof others === 'object' ? mismatch(each, others, at) : null;
    }),
  );
}

function first(found: readonly (string | null)[]): string | null {
  return found.find((one) => one !== null) ?? null;
}
