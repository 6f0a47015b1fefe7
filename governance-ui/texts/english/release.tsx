/** A release: getting it, checking it, who vouches for it, talking to it, searching its texts. */
import type { ComponentChildren } from 'preact';

export const release = {
  title: (id: number) => `Release ${id}`,
  missing: 'The DAO has no such release.',
  revoked: 'The DAO has revoked this release. Do not use it.',
  get: 'Get it and check every claim',
  fetches:
    'Fetches each file from any mirror, checks every byte against the digest that was voted on, and prints one verdict per claim. Check a copy again at any time:',
  votedOn: 'What was voted on',
  manifest: 'Manifest',
  manifestOf: (digest: ComponentChildren) => <>{digest} names every byte of it</>,
  root: 'State root',
  rootOf: (it: { digest: ComponentChildren; round: number; run: ComponentChildren }) => (
    <>
      {it.digest} after round {it.round} of {it.run}
    </>
  ),
  run: (id: number) => `run ${id}`,
  log: 'Log of rounds',
  logOf: (digest: ComponentChildren) => <>{digest} ends the hash chain that led there</>,
  vote: 'Vote',
  voteOf: (it: { proposal: ComponentChildren; when: string }) => (
    <>
      {it.proposal}, published {it.when} by the chain's clock
    </>
  ),
  proposal: (id: number) => `proposal ${id}`,
  files: 'Files',
  filesOf: (it: { files: string; bytes: string }) =>
    `${it.files}, ${it.bytes}. The list itself has the digest that was voted on.`,
  noFiles: 'The list cannot be shown:',
  filesOfRelease: 'Files of the release',
  path: 'Path',
  size: 'Size',
  digest: 'Digest',
  madeOf: 'What it is made of',
  evaluation: {
    title: 'Evaluation',
    unreadable: 'It cannot be shown:',
    named: (digest: ComponentChildren) => (
      <>
        evaluation {digest}, named by the vote. Whoever has the weights and the held-out text can
        repeat it.
      </>
    ),
    own: 'this release',
    unigram: 'knowing only how often each token occurs',
    before: 'before training',
    none: 'It names no losses that this page knows.',
    loss: 'Loss on held-out text, in nats per token. Less is better.',
    lossOver: (sequences: string) =>
      `Loss on held-out text, in nats per token, over ${sequences}. Less is better.`,
    learned: (nats: string) =>
      `${nats} nats below the token counts: it learned something about the text.`,
    nothing: 'Not below the token counts: it learned nothing about the text yet.',
  },
  attest: {
    title: 'Who vouches for it',
    unreadable: 'What was said cannot be read:',
    connect: (link: (text: string) => ComponentChildren) => (
      <>
        {link('Connect a wallet')} to say something yourself, as an account of NEAR or an Ethereum
        address.
      </>
    ),
    reading: 'Reading…',
    nobody: 'Nobody has said anything about it yet.',
    said: {
      endorses: (it: { by: ComponentChildren; when: string }) => (
        <>
          {it.by} endorses it, {it.when}
        </>
      ),
      reproduces: (it: { by: ComponentChildren; when: string }) => (
        <>
          {it.by} reproduces it, {it.when}
        </>
      ),
      evaluates: (it: { by: ComponentChildren; when: string }) => (
        <>
          {it.by} evaluates it, {it.when}
        </>
      ),
      disputes: (it: { by: ComponentChildren; when: string }) => (
        <>
          {it.by} disputes it, {it.when}
        </>
      ),
    },
    purposes: {
      endorses: 'endorses',
      reproduces: 'reproduces',
      evaluates: 'evaluates',
      disputes: 'disputes',
    },
    with: (evidence: ComponentChildren) => <>, with {evidence}</>,
    say: 'Say that',
    means: {
      endorses: 'I stand behind it',
      reproduces: 'I computed it again and got the same',
      evaluates: 'I evaluated it',
      disputes: 'it is not what it claims to be',
    },
    signAs: (account: string) => `Sign as ${account}`,
    signEthereum: 'Sign with an Ethereum wallet',
    noEthereum: 'No Ethereum wallet is in this browser. Install one, or use the command.',
    your: 'Your statement',
  },
  verify: {
    here: 'Verify it in this page',
    again: 'Verify it again',
    fetched: 'Fetched of the release',
    at: (it: { bytes: string; step: ComponentChildren }) => (
      <>
        {it.bytes}, {it.step}
      </>
    ),
    steps: { manifest: 'the manifest', checking: 'checking every claim' },
    failed: 'It could not be verified:',
    holds:
      'Every claim holds, as far as this page and its node tell the truth. The command checks the same on your own machine.',
    fails: 'Do not use this release: not every claim about it holds.',
    table: 'Verdicts, one per claim',
    claim: 'Claim',
    verdict: 'Verdict',
    knownBy: 'Known by',
    found: 'Found',
    words: { pass: 'holds', fail: 'fails', warn: 'mind', unknown: 'not checked' },
    standings: { proven: 'proven', attested: 'attested', declared: 'declared' },
    claims: {
      bytes: 'bytes',
      structure: 'structure',
      vote: 'vote',
      rounds: 'rounds',
      weights: 'weights',
      lineage: 'lineage',
      licence: 'licence',
      takedown: 'takedown',
      consensus: 'consensus',
    },
  },
  explain: {
    title: 'Where it comes from',
    what: 'Data, licences, computation, checks, pay, votes, cost and what was said against it, each with how it is known: what this page computed again, what a chain or a signer says, and what only its publisher says.',
    show: 'Tell where it comes from',
    save: 'Save this report as a page',
    busy: 'Reading its records…',
    failed: 'It cannot be told:',
    columns: { what: 'What', value: 'Is', known: 'Known by' },
  },
  save: {
    title: 'Take it with you',
    what: 'All files of the release, as they were checked in this page: nothing is fetched again.',
    zip: 'Save everything as a zip',
    folder: 'Save everything into a folder',
    busy: 'Saving…',
    zipped: (it: { name: string; bytes: string }) =>
      `${it.name}, ${it.bytes}, was handed to the browser’s downloads.`,
    saved: (folder: string) => `All files are in the new folder ${folder}.`,
    failed: 'It was not saved:',
  },
  talk: {
    title: 'Talk to it',
    what: 'The verified weights, on the exact engine, in this tab: nothing you write leaves it. The model goes on with a text; it gives no answers that anybody stands for.',
    from: 'Go on from',
    fields: {
      tokens: 'Tokens at most',
      temperature: 'Temperature',
      topK: 'Top k',
      topP: 'Top p',
      seed: 'Seed',
    },
    goOn: 'Go on',
    stop: 'Stop',
    loading: 'Loading the engine and reading the prompt…',
    done: (span: string) => `Done after ${span}. The same settings give the same text again.`,
    stopped: (span: string) => `Stopped after ${span}. The same settings give the same text again.`,
    failed: 'It cannot go on:',
  },
  search: {
    title: 'Is this text in it?',
    characters: 'These very characters',
    search: 'Search',
    reading: (what: string) => `Reading ${what}…`,
    theRun: 'the run',
    failed: 'It could not be searched:',
    found: 'It is. Each dataset below was fetched, and its items give the root that is on record:',
    nowhere: (items: string) =>
      `It is in none of the ${items} that were read, letter for letter. A text that differs in one character may be.`,
    missed: (id: string) => `${id} was not searched:`,
    hits: (it: { id: string; hits: string; of: string; more: boolean }) =>
      `${it.id}: ${it.more ? 'more than ' : ''}${it.hits} of ${it.of}`,
    uses: {
      'in the training data': 'in the training data',
      'held out': 'held out',
      'not packed': 'not packed',
      unknown: 'unknown',
    },
    match: (it: { at: string; item: ComponentChildren; use: string; whole: boolean }) => (
      <>
        item {it.at}, {it.item}, {it.use}
        {it.whole ? ', the whole of it' : ''}:
      </>
    ),
  },
};
