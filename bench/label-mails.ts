/**
 * A bounty for telling spam from mail, over real mails: labellers of differing accuracy, a copier, reviewers who err,
 * what the DAO pays for and what it gets, and what the labellers then earn by a run. On a network of this machine,
 * through the command line; the same mails and the same labels each time, the panels by the chain's seed.
 *
 *   npm run bench -- label-mails [--mails 160]
 */
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { LabelTrial } from '@commonweights/test/support/label-trial.js';

const at = process.argv.indexOf('--mails');
const mails = at < 0 ? 160 : Number(process.argv[at + 1]);
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

const began = performance.now();
const trial = await LabelTrial.start(mails, (line) => {
  console.log(`${((performance.now() - began) / 1_000).toFixed(0)} s: ${line}`);
});
try {
  const told = await trial.play();
  console.log(
    `\nlabeller    handed in  right     accepted  paid       share    by a round of a run`,
  );
  for (const one of told.labellers) {
    console.log(
      `${one.account.padEnd(12)}${String(one.handedIn).padEnd(11)}${percent(one.right).padEnd(10)}` +
        `${String(one.accepted).padEnd(10)}${formatNear(one.paidYocto).padEnd(11)}` +
        `${percent(one.weightBps / 10_000).padEnd(9)}${formatNear(one.earnedByRunYocto)}`,
    );
  }
  console.log(`\nreviewer    votes      right     paid`);
  for (const one of told.reviewers) {
    console.log(
      `${one.account.padEnd(12)}${String(one.votes).padEnd(11)}${percent(one.right).padEnd(10)}` +
        formatNear(one.paidYocto),
    );
  }
  console.log(
    `\nright: ${percent(told.handedInRight)} of what was handed in, ${percent(told.acceptedRight)} of the ` +
      `${told.accepted} that were accepted; Krippendorff's alpha ${told.alphaBps / 10_000}; ` +
      `the DAO paid ${formatNear(told.paidYocto)}`,
  );
} finally {
  await trial.stop();
}
