/** A tab that audits: whether there is a place, what it would bring, and what it does. */
import type { ComponentChildren } from 'preact';

const failure = (title: string, remedy: string) => ({ title, remedy });

export const contribute = {
  title: 'Contribute',
  heading: 'Contribute from this tab',
  lead: 'Trainers are paid for work that survived an audit, and auditors for the audits. This tab can be one: it computes pieces of other people’s work again, on the same engine, and says what it found.',
  others: 'Other runs',
  runs: 'Runs',
  noOther: 'No other run is going on.',
  noRun: 'No run is going on, so nobody wants an auditor. One begins as a proposal:',
  ownMachine: (link: (text: string) => ComponentChildren) => (
    <>
      To train, or to audit larger models, use a machine of your own: {link('each run')} shows the
      command.
    </>
  ),
  run: (id: number) => `Run ${id}`,
  terms: (it: { fee: ComponentChildren; stake: ComponentChildren }) => (
    <>
      {it.fee} for an audit · {it.stake} of stake, lost for audits that a jury finds wrong
    </>
  ),
  mine: (it: { account: string; seat: number }) =>
    `${it.account} has seat ${it.seat} in it, for a tab: a stake hangs on its being there.`,
  test: (run: number) => `Test this tab for run ${run}`,
  testing: 'Loading the engine and the run, and taking some steps twice…',
  prospects: (it: {
    needed: string;
    given: string;
    pay: ComponentChildren;
    fees: ComponentChildren;
    net: ComponentChildren;
    rounds: string;
    stake: ComponentChildren;
  }) => (
    <>
      It can: an audit takes it about {it.needed} s of the {it.given} s given. A round would bring
      about {it.pay}, less {it.fees} of fees: {it.net} over the {it.rounds} rounds to come. It
      stakes {it.stake} until the run ends.
    </>
  ),
  connect: (link: (text: string) => ComponentChildren) => (
    <>{link('Connect a wallet')} to join: it stakes, and gives this tab a key that can only work.</>
  ),
  goOnAs: (account: string) => `Go on as ${account}`,
  joinAs: (it: { run: number; account: string }) => `Join run ${it.run} as ${it.account}`,
  joining: 'Joining',
  places: {
    ended: (state: string) => `It is ${state}.`,
    expelled: (account: string) => `The seat of ${account} was expelled, and is not given again.`,
    left: (account: string) => `${account} has left it; a seat is given once.`,
    noAuditors: 'It has no auditors: its trainers audit each other.',
    drawn: 'Its seats are about to be drawn.',
    taken: (most: number) => `All places for auditors (${most}) are taken.`,
    full: (it: { account: string; own: number; seats: string }) =>
      `${it.account} has ${it.own} of ${it.seats} that an account may have in it.`,
    poor: (it: { account: string; has: string; needs: string }) =>
      `${it.account} has ${it.has}, and stake and fees take ${it.needs}.`,
  },
  panel: {
    title: (run: ComponentChildren) => <>This tab in {run}</>,
    run: (id: number) => `run ${id}`,
    hindered: 'It is hindered, waits and goes on by itself:',
    pause: 'Pause',
    goOn: 'Go on',
    seat: (it: { seat: number; state: string; audits: string; slashed: ComponentChildren }) => (
      <>
        Seat {it.seat}, {it.state}: {it.audits} audits right{it.slashed}.
      </>
    ),
    slashed: (amount: ComponentChildren) => <>, {amount} slashed</>,
    did: 'What it did',
    loading: 'It loads the engine and the run…',
    pausing: 'It finishes what it is doing, then pauses.',
    paused:
      'Paused. An audit that is drawn for it now waits until its deadline, and whoever stays away longer loses the seat: go on in time.',
    done: 'It is done:',
    earnings: 'Earnings',
    sums: {
      pending: 'pending',
      submitted: 'submitted',
      verified: 'verified',
      'held back': 'held back',
      'to claim': 'to claim',
      claimed: 'claimed',
    },
    claim: (amount: ComponentChildren) => <>Claim {amount}</>,
    claiming: 'Claiming',
  },
  events: {
    tested: (ms: string) => `This tab repeats its steps bit for bit, ${ms} ms each.`,
    enrolled: 'It has applied for a seat.',
    rejoined: 'It takes its seat up again.',
    noMaterial: (it: { round: number; seat: number; segment: number }) =>
      `Round ${it.round}, seat ${it.seat}: the material for segment ${it.segment} is none, and it said so.`,
    answered: (it: { round: number; seat: number; segment: number }) =>
      `Round ${it.round}, seat ${it.seat}: it computed segment ${it.segment} again and sealed what it found.`,
    measured: (it: { round: number; seat: number; segment: number }) =>
      `Round ${it.round}, seat ${it.seat}: it measured how far segment ${it.segment} is off.`,
    judged: (it: { dispute: number; round: number }) =>
      `Dispute ${it.dispute} about round ${it.round}: it computed and judged.`,
    waiting: (what: string) => `It waits for ${what}.`,
    hindered: (what: string) => `Hindered: ${what}`,
    ticked: (why: string) => `It moved the run on: ${why}.`,
    left: (why: string) => `It left: ${why}.`,
  },
  failures: {
    ENGINE_UNRELIABLE: failure(
      'This machine does not repeat itself',
      'The engine’s test failed, so its audits would too. Try another machine.',
    ),
    ENGINE_MISMATCH: failure(
      'The run asks for another engine',
      'A tab computes on one thread, with the engine that this page brought.',
    ),
    ENGINE_NOT_LOADED: failure(
      'The engine could not be loaded',
      'The server of this page has to serve all of its files.',
    ),
    PROGRAM_MISMATCH: failure(
      'The run was proposed with another version',
      'Open the pages of that version.',
    ),
    OUT_OF_MEMORY: failure(
      'The model is too large for this tab',
      'The command line may still take it.',
    ),
    TOO_SLOW: failure(
      'This machine is too slow for the run',
      'Close what else it does, or choose another run.',
    ),
    CHAIN_UNREACHABLE: failure(
      'The chain cannot be reached',
      'Nothing is lost by that. Begin again when it answers.',
    ),
    STORE_UNREACHABLE: failure(
      'The registry cannot be reached',
      'Nothing is lost by that. Begin again when it answers.',
    ),
    SEAT_AT_WORK: failure(
      'Another tab is at work',
      'One tab works for a seat. Go to that one, or close it.',
    ),
    TERMS_MISMATCH: failure(
      'The run is not what was voted on',
      'Do not work on it, and tell the DAO.',
    ),
    DATASET_MISMATCH: failure(
      'The run is not what was voted on',
      'Do not work on it, and tell the DAO.',
    ),
    other: failure('It cannot go on', 'Nothing that is on chain is lost.'),
  },
};
