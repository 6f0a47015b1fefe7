/**
 * What is said about an ingredient, and what stands behind each saying: `proven` by a digest or a
 * vote that anybody can check again, `attested` by an account that signed it, or merely `declared`.
 */
import type { DatasetView } from '@commonweights/dao-contracts/client/views.js';
import type { LineageNode } from './lineage-graph.js';
import { countOf, formatBps, shortNear } from '../words/amounts.js';
import { texts } from '../texts/language.js';

export type Standing = 'proven' | 'attested' | 'declared';

export interface ClaimAbout {
  readonly standing: Standing;
  readonly what: string;
  /** Text, or a digest, which is shown as one. */
  readonly value: string;
  readonly note?: string;
}

export function claimsAbout(node: LineageNode): ClaimAbout[] {
  const say = texts().lineage.claims;
  switch (node.kind) {
    case 'unknown':
      return [{ standing: 'declared', what: say.parent, value: say.unregistered }];
    case 'dataset': {
      const { dataset } = node;
      const by = say.by(dataset.publisher);
      return [
        ...claimsAboutBytes(dataset),
        ...dataset.parents.map(({ dataset: parent, transform }) => ({
          standing: 'attested' as const,
          what: say.derived(parent),
          value: transform,
          note: say.rerun(dataset.publisher),
        })),
        {
          standing: 'attested',
          what: say.concluded,
          value: dataset.licenceConcluded,
          note: by,
        },
        { standing: 'declared', what: say.declared, value: dataset.licenceDeclared },
        { standing: 'declared', what: say.source, value: dataset.source },
        { standing: 'declared', what: say.collected, value: dataset.collectedAt },
      ];
    }
    case 'run': {
      const { run } = node;
      return [
        { standing: 'proven', what: say.spec, value: run.terms.spec, note: say.votedOn },
        { standing: 'proven', what: say.program, value: run.terms.program },
        { standing: 'proven', what: say.initial, value: run.terms.initialRoot },
        {
          standing: 'proven',
          what: say.stateAfter(run.finalRound),
          value: run.finalRoot,
          note: say.chain,
        },
        {
          standing: 'attested',
          what: say.work,
          value: say.audited(formatBps(run.terms.auditedClaimsBps)),
          note: say.paid(shortNear(run.paidYocto)),
        },
      ];
    }
    case 'release': {
      const { release } = node;
      return [
        { standing: 'proven', what: say.files, value: release.manifest, note: say.votedOn },
        { standing: 'proven', what: say.root, value: release.root, note: say.finalRoot },
        { standing: 'proven', what: say.log, value: release.logHead },
        {
          standing: 'attested',
          what: say.evaluation,
          value: release.evaluation,
          note: say.votedOn,
        },
      ];
    }
  }
}

/** A bounty decides items, one by one; which files hold them, its publisher only says. */
function claimsAboutBytes(dataset: DatasetView): ClaimAbout[] {
  const say = texts().lineage.claims;
  const { manifest, itemsRoot, bounty, publisher } = dataset;
  if (bounty === null) {
    return [
      { standing: 'proven', what: say.files, value: manifest, note: say.manifestNote },
      { standing: 'proven', what: say.items, value: itemsRoot, note: say.rootNote },
    ];
  }
  const compare = say.compare(publisher);
  return [
    { standing: 'attested', what: say.files, value: manifest, note: compare },
    { standing: 'proven', what: say.items, value: itemsRoot, note: say.ofBounty(bounty) },
  ];
}

export function titleOfNode(node: LineageNode): { title: string; detail: string } {
  const say = texts().lineage;
  switch (node.kind) {
    case 'unknown':
      return { title: node.id, detail: say.claims.unregistered };
    case 'dataset': {
      const { id, items, licenceConcluded } = node.dataset;
      return {
        title: id,
        detail: say.dataset({ items: countOf(items, 'items'), licence: licenceConcluded }),
      };
    }
    case 'run': {
      const { id, finalRound, terms } = node.run;
      const wanted = `${terms.rounds}`;
      const detail =
        finalRound === 0 ? say.noneFinal(wanted) : say.final({ round: finalRound, wanted });
      return { title: say.run(id), detail };
    }
    case 'release': {
      const { title, version, run, round } = node.release;
      return { title: `${title} ${version}`, detail: say.release({ run, round }) };
    }
  }
}
