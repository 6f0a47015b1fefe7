/** Founding a DAO: the form, what it takes, the steps, and what there is afterwards. */
import type { ComponentChildren } from 'preact';

export const founding = {
  title: 'Found a DAO',
  own: 'Found a DAO of your own',
  lead: (contract: ComponentChildren) => (
    <>
      A contract of its own, with the rules and the members that you write here. It runs the code
      that {contract} runs; once it is founded, nobody holds a key of it.
    </>
  ),
  begun: 'Begun in this browser, and not finished',
  founded: 'Founded in this browser',
  goOnWith: (account: string) => `Go on with ${account}`,
  open: (account: string) => `Open ${account} here`,
  isOpen: 'open',
  steps: {
    name: 'Its name',
    people: 'Who decides',
    rules: 'The rules',
    money: 'What it starts with',
  },
  fields: {
    daoAccount: {
      label: 'Account of the DAO',
      hint: 'Right below yours, like commons.alice.near. It must not exist yet.',
    },
    members: {
      label: 'Members',
      hint: 'An account and the weight of its vote on each line. All of them must exist.',
    },
    guardian: {
      label: 'Guardian',
      hint: 'May cancel what waits in the timelock, and nothing else. Empty: nobody.',
    },
    term: { label: 'Term of the guardian', hint: 'Empty where there is nobody.' },
    treasury: {
      label: 'To the treasury, in NEAR',
      hint: 'Yours until then; later it moves by vote only.',
    },
    reserve: {
      label: 'For records, in NEAR',
      hint: 'Locked by the account for what it stores, beside its code.',
    },
  },
  code: 'The code',
  codeIs: (it: { digest: ComponentChildren; bytes: string; from: ComponentChildren }) => (
    <>
      {it.digest}, {it.bytes}, from {it.from}. This page computed the digest from the bytes. Who
      wants to know what they do builds them from the source: the same bytes everywhere.
    </>
  ),
  fromChain: (contract: string) => `the account of ${contract}`,
  fromRegistry: 'the registry',
  readingCode: 'The code is being read and hashed…',
  takes: 'What it takes',
  notYet: 'What it takes is shown here when every field is right.',
  looking: 'Looking at what is on chain…',
  forCode: 'Locked for the code',
  forRecords: 'Locked for records',
  toTreasury: 'To the treasury',
  fees: 'Fees, at most',
  inAll: (account: string | null) => (account === null ? 'In all' : `From ${account} now, in all`),
  lacks: (it: { account: string; has: string }) =>
    `${it.account} has ${it.has}: that is too little.`,
  refused: 'It cannot be founded like this.',
  asks: 'The wallet is asked twice: to create the account, and to fill the treasury. In between, this tab deploys the code with a key of the new account, which is kept in this browser and deleted on chain as the last step.',
  connect: (link: (text: string) => ComponentChildren) => (
    <>{link('Connect a wallet')} to found it. What you write stays in this browser.</>
  ),
  found: (it: { dao: string; account: string }) => `Found ${it.dao} as ${it.account}`,
  goOn: 'Go on founding it',
  what: 'The founding',
  progress: 'How far it is',
  stepDone: 'done',
  stepsDone: [
    'The account is created',
    'The code is deployed, with its rules and members',
    'The treasury is filled',
    'The key is deleted: the code changes by vote only',
  ],
  stopped: 'It goes on from here, also after this tab was closed: the key is kept in this browser.',
  done: (account: ComponentChildren) => <>{account} is founded, and nobody holds a key of it.</>,
  host: 'Pages for it are these files with this network.json beside them:',
  elsewhere: (it: { dao: ComponentChildren; home: ComponentChildren }) => (
    <>
      You are looking at {it.dao}, which was founded in this browser, and not at {it.home}.
    </>
  ),
  back: (home: string) => `Back to ${home}`,
};
