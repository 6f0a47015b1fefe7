/**
 * What mutations of a release are tried on: a release in a folder, to be altered and mended again, and the
 * chain, the signer and the proofs that belong to it.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { encodeManifest } from '@commonweights/dataset-registry/digest/manifest.js';
import { signModel } from '@commonweights/trainer/model-signing/sign-model.js';
import {
  createSigningKey,
  SigningKey,
  VerifyingKey,
} from '@commonweights/trainer/model-signing/signing-key.js';
import { proveDecision, type TrustedHead } from '@commonweights/trainer/release/decision-proof.js';
import type { EvidenceEntry } from '@commonweights/trainer/release/evidence-bundle.js';
import { exitCodeOf } from '@commonweights/trainer/release/exit-codes.js';
import { seeWhole } from '@commonweights/trainer/release/material.js';
import type { ReleaseFacts } from '@commonweights/trainer/release/release-facts.js';
import type { Verdict } from '@commonweights/trainer/release/verdict.js';
import { judgeMaterial } from '@commonweights/trainer/release/verify-material.js';
import { verifyFolder } from '@commonweights/trainer/release/verify.js';
import { decisionProofs, type DecisionProofs } from './proven-decision.js';
import {
  diloco,
  smallRelease,
  sparse,
  verifyUnderOwnManifest,
  verifyUnderVotedManifest,
  type Small,
} from './small-release.js';

/** What came of one: the code of the refusal, or null: it was accepted. */
export interface Outcome {
  readonly kind: string;
  readonly code: string | null;
  /** What was changed, to look at when it was accepted or refused for something else. */
  readonly what: string;
}

export interface Kind {
  /** How many of a hundred thousand; the others share what these leave. */
  readonly share: number;
  /** Codes that may refuse it; null: whatever belongs to the file. */
  readonly codes: readonly string[] | null;
  readonly run: (bench: Bench, random: () => number) => Promise<Omit<Outcome, 'kind'>>;
}

/** A release in a folder, to be altered and mended again. */
export class Bench {
  private constructor(
    readonly small: Small,
    readonly dir: string,
    readonly signing: Signing,
    readonly proofs: DecisionProofs,
  ) {}

  static async open(momentum: boolean): Promise<Bench> {
    const small = smallRelease(momentum ? diloco : sparse);
    const root = await mkdtemp(join(tmpdir(), 'cw-mutations-'));
    const dir = join(root, 'release');
    await mkdir(dir);
    const bench = new Bench(small, dir, await sign(root, small), await decisionProofs(small));
    for (const path of small.files.keys()) await bench.mend(path);
    await writeFile(join(dir, 'manifest.json'), encodeManifest(small.built.manifest));
    return bench;
  }

  close(): Promise<void> {
    return rm(dirname(this.dir), { recursive: true, force: true });
  }

  place(path: string): string {
    return join(this.dir, ...path.split('/'));
  }

  async put(path: string, bytes: Uint8Array): Promise<void> {
    await mkdir(dirname(this.place(path)), { recursive: true });
    await writeFile(this.place(path), bytes);
  }

  mend(path: string): Promise<void> {
    return this.put(path, this.small.files.get(path)!);
  }

  /** The folder as it lies there. */
  async verify(): Promise<string | null> {
    return codeOf(await verifyFolder({ dir: this.dir, chain: this.small.facts }));
  }

  /** Other files under a manifest of their own, for which there was a vote. */
  verifyVotedFor(change: ReadonlyMap<string, Uint8Array>): string | null {
    const files = new Map([...this.small.files, ...change]);
    return codeOf(verifyUnderOwnManifest(this.small.facts, files));
  }

  verifyTold(facts: ReleaseFacts): string | null {
    return codeOf(verifyUnderVotedManifest(this.small, this.small.files, facts));
  }

  /** With what a chain said too, so that nothing but the proof can be wrong. */
  verifyProven(shown: readonly EvidenceEntry[], head: TrustedHead = this.proofs.head) {
    const { files, built } = this.small;
    const { manifest, digest: manifestDigest } = built;
    const { dao, facts: chain } = this.proofs;
    const bundle = { manifest: manifestDigest, entries: shown };
    const decision = proveDecision({ bundle, head, dao, manifest: manifestDigest });
    const material = seeWhole({ files, manifest, manifestDigest, chain });
    return codeOf(judgeMaterial({ ...material, decision }));
  }

  pathsOf(random: () => number): string {
    return pick([...this.small.files.keys()], random);
  }
}

interface Signing {
  readonly dir: string;
  readonly signatureFile: string;
  readonly bundle: string;
  readonly owner: VerifyingKey;
  readonly stranger: SigningKey;
}

async function sign(root: string, small: Small): Promise<Signing> {
  const dir = join(root, 'signed');
  await mkdir(dir);
  await writeFile(join(dir, 'config.json'), small.files.get('config.json')!);
  const [own, other] = [createSigningKey(), createSigningKey()];
  const signatureFile = join(root, 'model.sig');
  await signModel({ dir, signatureFile, key: SigningKey.fromPem(own.privateKey) });
  return {
    ...{ dir, signatureFile, bundle: readFileSync(signatureFile, 'utf8') },
    owner: VerifyingKey.fromPem(own.publicKey),
    stranger: SigningKey.fromPem(other.privateKey),
  };
}

export function codeOf(verdicts: readonly Verdict[]): string | null {
  if (exitCodeOf(verdicts) === 0) return null;
  return verdicts.find(({ status }) => status === 'fail' || status === 'unknown')!.code;
}

export function thrown(work: () => unknown): string | null {
  try {
    work();
    return null;
  } catch (error) {
    return (error as { code?: string }).code ?? /^[A-Z_]+/.exec((error as Error).message)![0];
  }
}

export function pick<T>(list: readonly T[], random: () => number): T {
  return list[Math.floor(random() * list.length)]!;
}

export function flip(bytes: Uint8Array, random: () => number): { bytes: Uint8Array; at: number } {
  const at = Math.floor(random() * bytes.length);
  const flipped = bytes.slice();
  flipped[at]! ^= 1 + Math.floor(random() * 255);
  return { bytes: flipped, at };
}

export async function rejected(work: Promise<unknown>): Promise<string | null> {
  return work.then(
    () => null,
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
}
