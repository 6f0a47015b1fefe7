/**
 * What is said about an ingredient, and what stands behind each saying: `proven` by a digest or a
 * vote that anybody can check again, `attested` by an account that signed it, or merely `declared`.
 */
import type { DatasetView } from '@commonweights/dao-contracts/client/views.js';
import type { LineageNode } from './lineage-graph.js';
import { plural, shortNear } from '../words/amounts.js';

export type Standing = 'proven' | 'attested' | 'declared';

export interface ClaimAbout {
  readonly standing: Standing;
  readonly what: string;
  /** Text, or a digest, which is shown as one. */
  readonly value: string;
  readonly note?: string;
}

export const standingMeans: Readonly<Record<Standing, string>> = {
  proven: 'a digest or a vote on chain: whoever has the bytes can check it',
  attested: 'signed by an account, which stands for it',
  declared: 'said by the publisher; nothing else stands behind it',
};

export function claimsAbout(node: LineageNode): ClaimAbout[] {
  switch (node.kind) {
    case 'unknown':
      return [{ standing: 'declared', what: 'named as a parent', value: 'not registered here' }];
    case 'dataset': {
      const { dataset } = node;
      const by = `by ${dataset.publisher}`;
      return [
        ...claimsAboutBytes(dataset),
        ...dataset.parents.map(({ dataset: parent, transform }) => ({
          standing: 'attested' as const,
          what: `derived from ${parent}`,
          value: transform,
          note: `${by}; whoever runs this transform again has proof`,
        })),
        {
          standing: 'attested',
          what: 'licence concluded',
          value: dataset.licenceConcluded,
          note: by,
        },
        { standing: 'declared', what: 'licence of the source', value: dataset.licenceDeclared },
        { standing: 'declared', what: 'source', value: dataset.source },
        { standing: 'declared', what: 'collected', value: dataset.collectedAt },
      ];
    }
    case 'run': {
      const { run } = node;
      return [
        { standing: 'proven', what: 'run spec', value: run.terms.spec, note: 'voted on' },
        { standing: 'proven', what: 'training program', value: run.terms.program },
        { standing: 'proven', what: 'initial state', value: run.terms.initialRoot },
        {
          standing: 'proven',
          what: `state after round ${run.finalRound}`,
          value: run.finalRoot,
          note: 'reached in rounds that form one hash chain',
        },
        {
          standing: 'attested',
          what: 'the work',
          value: `${run.terms.auditedClaimsBps / 100} % audited by other accounts`,
          note: `${shortNear(run.paidYocto)} paid`,
        },
      ];
    }
    case 'release': {
      const { release } = node;
      return [
        { standing: 'proven', what: 'files', value: release.manifest, note: 'voted on' },
        { standing: 'proven', what: 'state root', value: release.root, note: 'a final root' },
        { standing: 'proven', what: 'log of rounds', value: release.logHead },
        { standing: 'attested', what: 'evaluation', value: release.evaluation, note: 'voted on' },
      ];
    }
  }
}

/** A bounty decides items, one by one; which files hold them, its publisher only says. */
function claimsAboutBytes(dataset: DatasetView): ClaimAbout[] {
  const { manifest, itemsRoot, bounty, publisher } = dataset;
  if (bounty === null) {
    return [
      { standing: 'proven', what: 'files', value: manifest, note: 'manifest' },
      { standing: 'proven', what: 'items', value: itemsRoot, note: 'root of the items' },
    ];
  }
  const compare = `manifest, by ${publisher}; "dataset verify" holds it against the items`;
  return [
    { standing: 'attested', what: 'files', value: manifest, note: compare },
    { standing: 'proven', what: 'items', value: itemsRoot, note: `accepted by bounty ${bounty}` },
  ];
}

export function titleOfNode(node: LineageNode): { title: string; detail: string } {
  switch (node.kind) {
    case 'unknown':
      return { title: node.id, detail: 'not registered here' };
    case 'dataset': {
      const { id, items, licenceConcluded } = node.dataset;
      return { title: id, detail: `${plural(items, 'item')} · ${licenceConcluded}` };
    }
    case 'run': {
      const { id, finalRound, terms } = node.run;
      const at = finalRound === 0 ? 'no round final' : `round ${finalRound} final`;
      return { title: `Run ${id}`, detail: `${at} · ${terms.rounds} wanted` };
    }
    case 'release': {
      const { title, version, run, round } = node.release;
      return { title: `${title} ${version}`, detail: `run ${run} after round ${round}` };
    }
  }
}
