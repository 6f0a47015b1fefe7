/** `commonweights bounty propose`: what is wanted, what it pays, and who is to judge it. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import {
  bountyEscrow,
  decodeBountyTerms,
} from '@commonweights/dao-contracts/rules/bounty/terms.js';
import { batchItemsMax, bondPricesMin } from '@commonweights/dao-contracts/rules/limits.js';
import { duration, nearAmount, wholeNumber, withExamples, withJson } from '../arguments.js';
import { openBlobs } from '../blob-folder.js';
import { submitProposal } from '../proposal-bond.js';
import { does, type Session } from '../session.js';
import type { Terminal } from '../terminal.js';

interface ProposeFlags {
  readonly instructions: string;
  readonly licence: string;
  readonly items: number;
  readonly price: bigint;
  readonly material?: string;
  readonly batches?: number;
  readonly batchesEach: number;
  readonly bond?: bigint;
  readonly reviewers: number;
  readonly fee?: bigint;
  readonly stake?: bigint;
  readonly agreement: number;
  readonly submit: number;
  readonly reveal: number;
  readonly review: number;
  readonly open: number;
  readonly description?: string;
}

const dayMs = 86_400_000;
const tenthOfNear = 10n ** 23n;

/** What the rules ask for at least, or what makes nobody hand in rubbish for nothing. */
function defaultBond(priceYocto: bigint): bigint {
  const least = BigInt(bondPricesMin) * priceYocto;
  return least > tenthOfNear ? least : tenthOfNear;
}

export function addBountyPropose(bounty: Command, terminal: Terminal): void {
  does<ProposeFlags>(
    withExamples(
      withJson(bounty.command('propose <title>'))
        .description('propose to pay for accepted items')
        .requiredOption('--instructions <file>', 'a text: what to write or label, what is accepted')
        .requiredOption('--licence <spdx>', 'what the items are given under')
        .requiredOption('--items <n>', 'accepted items, at most', wholeNumber(1, 4_096))
        .requiredOption('--price <near>', 'NEAR for each', nearAmount)
        .option('--material <dataset>', 'whose items are to be labelled (default: write texts)')
        .option(
          '--batches <n>',
          'of 16 items (default: twice what is wanted)',
          wholeNumber(1, 4_096),
        )
        .option('--batches-each <n>', 'of one account', wholeNumber(1, 4_096), 8)
        .option('--bond <near>', 'NEAR of a batch (default: 0.1, or twice the price)', nearAmount)
        .option('--reviewers <n>', 'of each batch', wholeNumber(1, 7), 3)
        .option('--fee <near>', 'NEAR for a vote (default: a fifth of the price)', nearAmount)
        .option('--stake <near>', 'NEAR of a reviewer (default: 1)', nearAmount)
        .option('--agreement <bps>', 'share that accepts', wholeNumber(5_001, 10_000), 6_000)
        .option('--submit <time>', 'to hand in and to apply', duration, 7 * dayMs)
        .option('--reveal <time>', 'to reveal', duration, 2 * dayMs)
        .option('--review <time>', 'to judge', duration, 7 * dayMs)
        .option('--open <time>', 'to open the votes', duration, 2 * dayMs)
        .option('--description <text>', 'why, for the voters'),
      'commonweights bounty propose "Tell spam from mail" --instructions spam.md ' +
        '--licence CC0-1.0 --material mails@1 --items 500 --price 0.02',
    ),
    terminal,
    (session, [title], flags) => propose(session, title!, flags),
  );
}

async function propose(session: Session, title: string, flags: ProposeFlags): Promise<void> {
  const { licence, items, submit, reveal, review, open } = flags;
  const client = await session.signer();
  const blobs = await openBlobs(session, 'write');
  const file = resolve(session.terminal.cwd, flags.instructions);
  const instructions = await blobs.publish(await readFile(file));
  const terms = decodeBountyTerms(
    {
      ...{ title, instructions, material: flags.material ?? null, licence, items },
      priceYocto: `${flags.price}`,
      batches: flags.batches ?? Math.ceil((2 * items) / batchItemsMax),
      batchesPerAccount: flags.batchesEach,
      bondYocto: `${flags.bond ?? defaultBond(flags.price)}`,
      reviewers: flags.reviewers,
      reviewFeeYocto: `${flags.fee ?? flags.price / 5n}`,
      stakeYocto: `${flags.stake ?? 10n * tenthOfNear}`,
      agreementBps: flags.agreement,
      windowsMs: { submit, reveal, review, open },
    },
    'terms',
  );
  const text = flags.description ?? `Pay for up to ${items} items: ${title}`;
  const description = await blobs.publish(canonicalBytes({ text, title }));
  const proposal = await submitProposal(client, {
    action: { kind: 'open-bounty', terms },
    description,
  });
  const escrowYocto = bountyEscrow(terms);
  session.print(
    { proposal, terms, escrowYocto },
    () =>
      `Proposal ${proposal} asks for ${formatNear(escrowYocto)} at most, the rest of which comes ` +
      `back; vote with "commonweights proposal vote ${proposal} yes"\n`,
  );
}
