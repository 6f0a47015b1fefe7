/** What every page says: waiting, failing, acting, copying; and how quantities are put into words. */
const plurals = new Intl.PluralRules('en');
const count = (figure: string, number: number, one: string, many: string) =>
  `${figure} ${plurals.select(number) === 'one' ? one : many}`;

export const common = {
  read: {
    missing: 'The contract has no such thing.',
    nothingYet: 'Nothing was read yet.',
    reading: 'Reading the chain…',
  },
  trouble: {
    unreachable: 'The chain cannot be reached',
    unreadable: (what: string) => `${what} cannot be read`,
    local: 'If it is not running, start it in the folder of the network:',
    age: (span: string) => `What is shown below is ${span} old.`,
    again: (span: string) => `Trying again in ${span}.`,
    now: 'Trying now…',
    tryNow: 'Try now',
  },
  act: {
    asked: (what: string) => `${what}: the wallet was asked…`,
    sent: (what: string) => `${what}: sent; waiting until a block has it…`,
    executed: (what: string) => `${what}: executed; waiting until its block is final…`,
    final: (what: string) => `${what}: done, and final.`,
    refused: (what: string) => `${what}: you refused it in the wallet, so nothing was sent.`,
    failed: (what: string) => `${what}:`,
    transaction: 'Transaction',
  },
  copy: {
    copy: 'Copy',
    command: (text: string) => `Copy the command ${text}`,
    digest: (short: string) => `Copy digest ${short}`,
    transaction: (short: string) => `Copy the hash of transaction ${short}`,
    done: (what: string) => `Copied ${what}`,
    theCommand: 'the command',
    refused: (text: string) => `The browser does not allow copying here: ${text}`,
    click: (digest: string) => `${digest}\n(click to copy)`,
  },
  noDigest: 'none yet',
  spans: {
    /** Two of them, the larger first. */
    join: (parts: readonly string[]) => parts.join(' '),
    moment: 'a moment',
    none: 'no time',
    ahead: (span: string) => `in ${span}`,
    past: (span: string) => `${span} ago`,
  },
  chainClock: (time: string) => `${time}, by the chain's clock`,
  utc: (time: string) => `${time} UTC`,
  less: (amount: string) => `< ${amount}`,
  and: ', ',
  /** Between two parts of a sentence, a name and what it is, two sentences. */
  comma: ', ',
  semicolon: '; ',
  colon: ': ',
  gap: ' ',
  none: 'none',
  firstOf: (shown: string) => `The first ${shown}.`,
  /** Counted things, by what they are; `figure` is the number as it is written. */
  counts: {
    rounds: (figure: string, n: number) => count(figure, n, 'round', 'rounds'),
    proposals: (figure: string, n: number) => count(figure, n, 'proposal', 'proposals'),
    items: (figure: string, n: number) => count(figure, n, 'item', 'items'),
    acceptedItems: (figure: string, n: number) =>
      count(figure, n, 'accepted item', 'accepted items'),
    files: (figure: string, n: number) => count(figure, n, 'file', 'files'),
    sequences: (figure: string, n: number) => count(figure, n, 'sequence', 'sequences'),
    seats: (figure: string, n: number) => count(figure, n, 'seat', 'seats'),
    segments: (figure: string, n: number) => count(figure, n, 'segment', 'segments'),
    reviewers: (figure: string, n: number) => count(figure, n, 'reviewer', 'reviewers'),
    reviews: (figure: string, n: number) => count(figure, n, 'review', 'reviews'),
    batches: (figure: string, n: number) => count(figure, n, 'batch', 'batches'),
    audits: (figure: string, n: number) => count(figure, n, 'audit', 'audits'),
    auditors: (figure: string, n: number) => count(figure, n, 'auditor', 'auditors'),
    members: (figure: string, n: number) => count(figure, n, 'member', 'members'),
    times: (figure: string, n: number) => (n === 1 ? 'once' : `${figure} times`),
  },
};
