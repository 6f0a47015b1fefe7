/**
 * The formats are checked against their specifications by hand: no package that is installed here carries
 * their schemas. CycloneDX's own schema of 1.7 accepted the same bytes when this was written.
 */
import { expect } from 'chai';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import {
  createSigningKey,
  SigningKey,
  VerifyingKey,
} from '@commonweights/trainer/model-signing/signing-key.js';
import {
  openStatement,
  signStatement,
} from '@commonweights/trainer/model-signing/sign-statement.js';
import { buildRelease } from '@commonweights/trainer/release/build-release.js';
import { describeBom } from '@commonweights/trainer/release/bill-of-materials.js';
import { seeWhole, type Material } from '@commonweights/trainer/release/material.js';
import {
  BUILD_TYPE,
  describeEvaluation,
  writeStandards,
} from '@commonweights/trainer/release/standard-statements.js';
import { diloco, factsOf, smallRelease, smallRun, sparse, type Small } from './small-release.js';

type Json = Record<string, unknown>;

const materialOf = (small: Small, chain: Small['facts'] | null = small.facts): Material =>
  seeWhole({
    ...{ files: small.files, manifest: small.built.manifest, chain },
    manifestDigest: small.built.digest,
  });
const hex = /^[0-9a-f]{64}$/;

/** A release of the same run with another evaluation. */
function evaluated(evaluation: unknown): Material {
  const input = { ...smallRun(sparse), evaluation };
  const built = buildRelease(input);
  const files = new Map(built.files.map(({ path, bytes }) => [path, bytes]));
  return materialOf({ input, built, facts: factsOf(input, built), files });
}

/** `ResourceDescriptor`: a name, a digest or an address, and nothing that it may not have. */
function expectResource(value: unknown): void {
  const it = value as Json;
  expect(it.name).to.be.a('string').and.not.equal('');
  expect((it.digest as Json).sha256).to.match(hex);
  for (const key of Object.keys(it)) expect(['name', 'digest', 'annotations']).to.include(key);
}

describe('a release in the formats of other tools', () => {
  const small = smallRelease(diloco);
  const written = writeStandards(materialOf(small));
  const read = (path: string): Json =>
    JSON.parse(new TextDecoder().decode(written.find((one) => one.path === path)!.bytes)) as Json;

  it('is the same bytes each time, without a time or the name of a machine', () => {
    expect(writeStandards(materialOf(smallRelease(diloco)))).to.deep.equal(written);
    for (const { bytes } of written) {
      const text = new TextDecoder().decode(bytes);
      expect(canonicalBytes(JSON.parse(text))).to.deep.equal(bytes);
      expect(text).to.not.match(/T\d\d:\d\d:\d\d|timestamp|hostname/i);
    }
  });

  it('is an in-toto statement with SLSA provenance about every file and the manifest', () => {
    const statement = read('provenance.intoto.json');
    expect(Object.keys(statement)).to.have.members([
      '_type',
      'subject',
      'predicateType',
      'predicate',
    ]);
    expect(statement._type).to.equal('https://in-toto.io/Statement/v1');
    expect(statement.predicateType).to.equal('https://slsa.dev/provenance/v1');
    const subjects = statement.subject as { name: string; digest: { sha256: string } }[];
    const named = new Map(subjects.map(({ name, digest }) => [name, `sha256:${digest.sha256}`]));
    expect(named.get('manifest.json')).to.equal(small.built.digest);
    for (const file of small.built.manifest.files) {
      expect(named.get(file.path)).to.equal(file.digest);
    }
    expect(named.size).to.equal(small.built.manifest.files.length + 1);
    const { buildDefinition, runDetails } = statement.predicate as Record<string, Json>;
    expect(buildDefinition!.buildType).to.equal(BUILD_TYPE);
    expect(buildDefinition!.externalParameters).to.deep.equal({
      ...{ contract: 'dao.near', network: 'localnet', run: 3, runSpec: small.facts.release!.spec },
    });
    const dependencies = buildDefinition!.resolvedDependencies as Json[];
    dependencies.forEach(expectResource);
    expect(dependencies.map(({ name }) => name)).to.deep.equal([
      ...['dataset:speeches-clean@1', 'dataset:speeches-packed@1', 'dataset:speeches@1'],
      'tokenizer',
    ]);
    expect((runDetails!.builder as Json).id).to.equal('urn:commonweights:dao:localnet:dao.near');
    (runDetails!.byproducts as Json[]).forEach(expectResource);
  });

  it('names the parent that a run went on from', () => {
    const weights = small.built.manifest.files.find(({ path }) => path === 'model.safetensors')!;
    const parent = {
      ...{ weights: weights.digest, release: small.built.digest },
      datasets: ['speeches-packed@1'],
    };
    const next = smallRelease(sparse, { parent, params: small.input.state.params });
    const [provenance] = writeStandards(materialOf(next));
    expect(new TextDecoder().decode(provenance!.bytes))
      .to.contain('parent:weights')
      .and.contain('parent:release');
  });

  it('is not written without a chain that says who voted', () => {
    expect(() => writeStandards(materialOf(small, null))).to.throw('NOT_VOTED');
    expect(() => writeStandards(materialOf(small, { ...small.facts, run: null }))).to.throw(
      'NOT_VOTED',
    );
  });

  it('has its evaluation as a test result: passed, failed, or a warning that nothing can be told', () => {
    const resultOf = (evaluation: unknown) => {
      const { predicate, predicateType } = describeEvaluation(evaluated(evaluation));
      expect(predicateType).to.equal('https://in-toto.io/attestation/test-result/v0.1');
      predicate.configuration.forEach(expectResource);
      const { result, passedTests, warnedTests, failedTests } = predicate;
      return [result, passedTests.length, warnedTests.length, failedTests.length];
    };
    const bounds = { initialLoss: 4, unigramEntropy: 3 };
    expect(resultOf({ heldOutLoss: 2, ...bounds })).to.deep.equal(['PASSED', 2, 0, 0]);
    expect(resultOf({ heldOutLoss: 3.5, ...bounds })).to.deep.equal(['FAILED', 1, 0, 1]);
    expect(resultOf({ heldOutLoss: 2, initialLoss: 4 })).to.deep.equal(['PASSED', 1, 0, 0]);
    expect(resultOf({ heldOutLoss: 'good', ...bounds })).to.deep.equal(['WARNED', 0, 1, 0]);
    expect(resultOf({ other: 1 })).to.deep.equal(['WARNED', 0, 1, 0]);
  });

  it('is a CycloneDX bill of materials in which every reference leads somewhere', () => {
    const bom = describeBom(materialOf(small));
    expect(read('bom.cdx.json')).to.deep.equal(JSON.parse(JSON.stringify(bom)));
    expect(bom).to.include({ bomFormat: 'CycloneDX', specVersion: '1.7', version: 1 });
    expect(bom.serialNumber).to.match(
      /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    const { component } = bom.metadata;
    expect(component.type).to.equal('machine-learning-model');
    const all = [component, ...bom.components];
    for (const { hashes } of all) {
      for (const { alg, content } of hashes)
        expect([alg, hex.test(content)]).to.eql(['SHA-256', true]);
    }
    const refs = all.map((one) => one['bom-ref']);
    expect(new Set(refs).size).to.equal(refs.length);
    const used = [
      ...component.modelCard.modelParameters.datasets.map(({ ref }) => ref),
      ...bom.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]),
      ...bom.compositions.flatMap((one) => [
        ...(one.assemblies ?? []),
        ...(one.dependencies ?? []),
      ]),
    ];
    for (const ref of used) expect(refs).to.include(ref);
    const data = bom.components.filter(({ type }) => type === 'data');
    expect(data.map(({ name }) => name)).to.have.members(small.input.datasets.map(({ id }) => id));
    const unknown = bom.compositions.find(({ aggregate }) => aggregate === 'unknown')!;
    expect(unknown.dependencies).to.deep.equal(['dataset:speeches@1']);
  });

  it('is signed with a key, and opened with that key only and unaltered', () => {
    const [own, other] = [createSigningKey(), createSigningKey()];
    const [{ bytes }] = written as [(typeof written)[0]];
    const bundle = signStatement(bytes, SigningKey.fromPem(own.privateKey));
    expect(
      new Uint8Array(openStatement(bundle, VerifyingKey.fromPem(own.publicKey))),
    ).to.deep.equal(bytes);
    expect(() => openStatement(bundle, VerifyingKey.fromPem(other.publicKey))).to.throw(
      'SIGNATURE_INVALID',
    );
    const text = new TextDecoder().decode(bundle);
    const forged = Buffer.from(new TextDecoder().decode(bytes).replace('dao.near', 'dao.evil'));
    const altered = text.replace(/"payload":"[^"]+"/, `"payload":"${forged.toString('base64')}"`);
    expect(() =>
      openStatement(new TextEncoder().encode(altered), VerifyingKey.fromPem(own.publicKey)),
    ).to.throw('SIGNATURE_INVALID');
  });
});
