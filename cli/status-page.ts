/** A machine's status as a page to look at and as metrics for Prometheus; both from the same facts. */
import { formatNear } from '@commonweights/dao-contracts/client/near-amount.js';
import { escapeHtml } from '@commonweights/trainer/release/escape-html.js';
import type { Status } from '@commonweights/trainer/worker/work-status.js';
import { formatBytes } from './output.js';
import { formatDuration } from './policy-words.js';

export function writeStatusPage(it: Status): string {
  const name = it.worker ? `${it.account}:${it.worker}` : it.account;
  return pageOf(
    `${name} in run ${it.run}`,
    `<h1>${escapeHtml(name)}</h1>
<p class="doing">${escapeHtml(it.doing)}</p>
${progressOf(it)}
<dl>
${factsOf(it)
  .map(([label, value]) => `<dt>${label}</dt><dd>${escapeHtml(value)}</dd>`)
  .join('\n')}
</dl>
<h2>Pay</h2>
${paymentsOf(it)}
${it.lastHindrance === null ? '' : `<h2>Last hindrance</h2><p>${escapeHtml(it.lastHindrance)}</p>`}
<p class="quiet"><a href="status.json">status.json</a> <a href="metrics">metrics</a></p>`,
  );
}

/** It looks again by itself, as the page of a run does. */
export const waitingPage = pageOf(
  'No run at work yet',
  `<h1>No run at work yet</h1>
<p class="doing">The terminal says what it waits for.</p>
<p class="quiet"><a href="metrics">metrics</a></p>`,
);

function pageOf(title: string, main: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="2">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<main>
${main}
</main>
</body>
</html>
`;
}

function progressOf({ step }: Status): string {
  if (!step) return '';
  const label = `step ${step.done} of ${step.of}`;
  return `<p><progress max="${step.of}" value="${step.done}" aria-label="${label}"></progress> ${label}</p>`;
}

function factsOf(it: Status): [string, string][] {
  const { seat } = it;
  return [
    ['Run', `${it.run}, ${it.runStatus ?? 'not read yet'}`],
    ['Round', it.round === null ? 'none open' : `${it.round}, ${it.phase}`],
    ['Seat', seat ? `${seat.seat}, ${seat.role}, ${seat.status}` : 'none yet'],
    ['Stake', seat ? stakeOf(seat) : 'nothing'],
    ['Verified', seat ? `${seat.verifiedRounds} rounds, ${seat.auditsRight} audits` : 'nothing'],
    ['Loss of the last round', it.loss === null ? 'none yet' : it.loss.toFixed(4)],
    [
      'Computing',
      `${(100 * it.utilisation).toFixed(0)} % of ${formatDuration(roughly(it.upSeconds))}`,
    ],
    ['Sent, fetched', `${formatBytes(it.uploadedBytes)}, ${formatBytes(it.downloadedBytes)}`],
    ['Hindered', it.hindrances === 1 ? 'once' : `${it.hindrances} times`],
  ];
}

/** Milliseconds, in whole minutes from two of them on, in whole hours from two of them on. */
function roughly(seconds: number): number {
  const unit = [3_600, 60].find((one) => seconds >= 2 * one) ?? 1;
  return 1_000 * unit * Math.floor(seconds / unit);
}

function stakeOf({ stakeYocto, slashedYocto }: NonNullable<Status['seat']>): string {
  const left = formatNear(stakeYocto);
  return slashedYocto > 0n ? `${left}; lost ${formatNear(slashedYocto)}` : left;
}

function paymentsOf({ sums }: Status): string {
  if (sums.length === 0) return '<p>Nothing yet: there is no seat.</p>';
  const rows = sums.map(
    ({ name, yocto, formula }) =>
      `<tr><th scope="row">${name}</th><td>${formatNear(yocto)}</td><td>${escapeHtml(formula)}</td></tr>`,
  );
  return `<table>${rows.join('')}</table>`;
}

const atWorkHelp = 'Whether it works in a run; 0: it waits for one.';

/** While no run is at work: that it is up, and waits. */
export const waitingMetrics = `# HELP commonweights_worker_at_work ${atWorkHelp}
# TYPE commonweights_worker_at_work gauge
commonweights_worker_at_work 0
`;

/** In Prometheus' text format, 0.0.4. */
export function writeMetrics(it: Status): string {
  const near = (yocto: bigint) => Number(yocto / 10n ** 15n) / 1e9;
  const sum = (name: string) => near(it.sums.find((one) => one.name === name)?.yocto ?? 0n);
  const { seat } = it;
  const metrics: [name: string, type: 'gauge' | 'counter', help: string, value: number][] = [
    ['at_work', 'gauge', atWorkHelp, 1],
    ['up_seconds', 'gauge', 'Since this process started.', it.upSeconds],
    ['computing_seconds_total', 'counter', 'Spent computing rounds.', it.computingSeconds],
    ['rounds_trained_total', 'counter', 'Rounds computed by this process.', it.roundsTrained],
    ['round', 'gauge', 'The open round; 0: none.', it.round ?? 0],
    ['active', 'gauge', 'Whether its seat is active.', seat?.status === 'active' ? 1 : 0],
    ['verified_rounds', 'gauge', 'Final rounds with its work.', seat?.verifiedRounds ?? 0],
    ['stake_near', 'gauge', 'Locked until the run ends.', near(seat?.stakeYocto ?? 0n)],
    ['slashed_near', 'gauge', 'Lost.', near(seat?.slashedYocto ?? 0n)],
    ['pending_near', 'gauge', 'Of the open round.', sum('pending')],
    ['submitted_near', 'gauge', 'Revealed, not final.', sum('submitted')],
    ['verified_near', 'gauge', 'Earned in this run.', sum('verified')],
    ['held_back_near', 'gauge', 'Earned and still locked.', sum('held back')],
    ['ledger_near', 'gauge', 'Can be claimed.', sum('to claim')],
    ['claimed_near', 'gauge', 'Was sent.', sum('claimed')],
    ['uploaded_bytes_total', 'counter', 'Sent to registries.', it.uploadedBytes],
    ['downloaded_bytes_total', 'counter', 'Fetched from registries.', it.downloadedBytes],
    ['hindrances_total', 'counter', 'Failures that were waited out.', it.hindrances],
  ];
  if (it.loss !== null) metrics.push(['loss', 'gauge', 'Of the last round, nats.', it.loss]);
  const labels = `{run="${it.run}",account="${it.account}",worker="${it.worker}"}`;
  return metrics
    .map(([name, type, help, value]) => {
      const full = `commonweights_worker_${name}`;
      return `# HELP ${full} ${help}\n# TYPE ${full} ${type}\n${full}${labels} ${value}\n`;
    })
    .join('');
}

export const statusStyle = `
:root { color-scheme: light dark; --ink: #20242b; --paper: #faf9f5; --line: #dcd8cc; --quiet: #5b606b;
  --busy: #1b5596; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e0; --paper: #14171b; --line: #373d47;
  --quiet: #a4a9b3; --busy: #93bdf0; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 46rem; margin: 0 auto; padding: 1.5rem; }
h1 { font-size: 1.4rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 1.5rem 0 .5rem; }
.doing { color: var(--busy); margin: .25rem 0 1rem; }
progress { width: min(20rem, 100%); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0; border-top: 1px solid var(--line); }
th { font-weight: 600; white-space: nowrap; }
td:nth-child(2) { white-space: nowrap; }
td:nth-child(3), .quiet { color: var(--quiet); font-size: .9rem; }
a { color: var(--busy); margin-right: 1rem; }
`;
