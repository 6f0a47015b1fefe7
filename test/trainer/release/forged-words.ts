/** By somebody who forges what a chain or a signer says. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { digestOf } from '@commonweights/dataset-registry/digest/digest.js';
import { signModel, verifyModel } from '@commonweights/trainer/model-signing/sign-model.js';
import {
  createSigningKey,
  VerifyingKey,
} from '@commonweights/trainer/model-signing/signing-key.js';
import { decodeEvidence } from '@commonweights/trainer/release/evidence.js';
import type { ReleaseFacts } from '@commonweights/trainer/release/release-facts.js';
import { codeOf, flip, pick, rejected, thrown, type Kind } from './mutation-bench.js';
import { verifyUnderVotedManifest } from './small-release.js';

const other = digestOf(new Uint8Array([7]));

export const FORGED_WORDS: Readonly<Record<string, Kind>> = {
  'a vote on another manifest': told(300, 'NOT_PUBLISHED', (facts) => ({
    ...facts,
    release: { ...facts.release!, manifest: other },
  })),
  'a vote that was taken back': told(300, 'RELEASE_REVOKED', (facts) => ({
    ...facts,
    release: { ...facts.release!, status: 'revoked' },
  })),
  'a vote on another evaluation': told(300, 'EVALUATION_OTHER', (facts) => ({
    ...facts,
    release: { ...facts.release!, evaluation: other },
  })),
  'a vote on another name': told(300, 'NAME_OTHER', (facts, random) => ({
    ...facts,
    release: { ...facts.release!, [pick(['title', 'version'], random)]: `x${random()}` },
  })),
  'a vote on another root': told(300, 'ROOT_OTHER', (facts) => ({
    ...facts,
    release: { ...facts.release!, root: other },
  })),
  'another log head on chain': told(300, 'LOG_HEAD_OTHER', (facts) => ({
    ...facts,
    release: { ...facts.release!, logHead: other },
  })),
  'another round on chain': told(200, 'LOG_ROUND_OTHER', (facts, random) => ({
    ...facts,
    release: { ...facts.release!, round: 5 + Math.floor(random() * 99) },
  })),
  'other terms of the run': told(400, 'TERMS_OTHER', (facts, random) => ({
    ...facts,
    run: { ...facts.run!, [pick(['program', 'fingerprint', 'tokenizer'], random)]: other },
  })),
  'a vote on another spec': told(100, 'TERMS_OTHER', (facts) => ({
    ...facts,
    release: { ...facts.release!, spec: other },
  })),
  'data withdrawn': told(200, 'DATA_WITHDRAWN', (facts, random) => ({
    ...facts,
    datasets: withStatus(facts, Math.floor(random() * 3)),
  })),
  'a licence that is not allowed': told(200, 'LICENCE_REFUSED', (facts, random) => ({
    ...facts,
    licences: [`X-${random()}`],
  })),
  'no chain at all': {
    share: 100,
    codes: ['NO_CHAIN'],
    run: async ({ small }) => ({
      code: codeOf(verifyUnderVotedManifest(small, small.files, null)),
      what: 'no chain',
    }),
  },
  'evidence that is none': {
    share: 500,
    codes: ['BAD_EVIDENCE'],
    async run({ small }, random) {
      const facts = structuredClone(small.facts) as unknown as Record<
        string,
        Record<string, unknown>
      >;
      const [part, fields] = pick(
        [
          [
            'release',
            [
              ...['id', 'proposal', 'run', 'round', 'logHead', 'spec', 'root', 'manifest'],
              ...['status', 'title'],
            ],
          ],
          ['run', ['id', 'program', 'fingerprint', 'tokenizer', 'initialRoot', 'datasets']],
        ] as const,
        random,
      );
      const field = pick(fields, random);
      facts[part]![field] = pick([undefined, null, -1, {}, true], random);
      return { code: thrown(() => decodeEvidence(facts)), what: `${part}.${field}` };
    },
  },
  'a wrong signer': {
    share: 500,
    codes: ['SIGNATURE_INVALID'],
    async run({ signing }) {
      const key = VerifyingKey.fromPem(createSigningKey().publicKey);
      const { dir, signatureFile } = signing;
      return { code: await rejected(verifyModel({ dir, signatureFile, key })), what: 'its key' };
    },
  },
  'an altered model, signed again by a stranger': {
    share: 300,
    codes: ['SIGNATURE_INVALID'],
    async run({ signing, small }, random) {
      const { dir, owner, stranger } = signing;
      const path = join(dir, 'config.json');
      const signatureFile = `${signing.signatureFile}.again`;
      await writeFile(path, flip(small.files.get('config.json')!, random).bytes);
      await signModel({ dir, signatureFile, key: stranger });
      const code = await rejected(verifyModel({ dir, signatureFile, key: owner }));
      await rm(signatureFile);
      await writeFile(path, small.files.get('config.json')!);
      return { code, what: 'config.json' };
    },
  },
  'a signed model altered': {
    share: 300,
    codes: ['MODEL_DIFFERS'],
    async run({ signing, small }, random) {
      const { dir, signatureFile, owner } = signing;
      const path = join(dir, 'config.json');
      const { bytes, at } = flip(small.files.get('config.json')!, random);
      await writeFile(path, bytes);
      const code = await rejected(verifyModel({ dir, signatureFile, key: owner }));
      await writeFile(path, small.files.get('config.json')!);
      return { code, what: String(at) };
    },
  },
  'a signed statement altered': {
    share: 300,
    codes: ['SIGNATURE_INVALID'],
    async run({ signing }, random) {
      const { dir, bundle, owner } = signing;
      const signatureFile = `${signing.signatureFile}.altered`;
      const it = JSON.parse(bundle) as { dsseEnvelope: { payload: string } };
      const payload = flip(Buffer.from(it.dsseEnvelope.payload, 'base64'), random).bytes;
      it.dsseEnvelope.payload = Buffer.from(payload).toString('base64');
      await writeFile(signatureFile, JSON.stringify(it));
      return {
        code: await rejected(verifyModel({ dir, signatureFile, key: owner })),
        what: 'payload',
      };
    },
  },
};

/** A change of what the chain is said to have said. */
function told(
  share: number,
  code: string,
  change: (facts: ReleaseFacts, random: () => number) => ReleaseFacts,
): Kind {
  return {
    share,
    codes: [code],
    run: async (bench, random) => ({
      code: bench.verifyTold(change(structuredClone(bench.small.facts), random)),
      what: code,
    }),
  };
}

function withStatus(facts: ReleaseFacts, which: number): ReleaseFacts['datasets'] {
  return facts.datasets.map((one, i) => (i === which ? { ...one, status: 'withdrawn' } : one));
}
