/** Datasets, and taking part in bounties. */
import type { ComponentChildren } from 'preact';

export const data = {
  datasets: 'Datasets',
  datasetsAre:
    'What models of this DAO are trained on: who brought it, under which licence, and what stands behind it.',
  none: 'No dataset is registered yet. Add one:',
  noSuchDataset: 'The DAO has no such dataset.',
  lineage: 'The lineage of all of them',
  pagesOfDatasets: 'Pages of the datasets',
  listed: (it: { from: string; to: string; count: string }) =>
    `${it.from} to ${it.to} of ${it.count}`,
  newer: 'Newer',
  older: 'Older',
  sizeOf: (it: { items: string; bytes: string }) => `${it.items} items, ${it.bytes}`,
  approved: 'approved',
  approvedIs: 'A vote vouches for it, and for the shares of its contributors.',
  dataset: 'Dataset',
  licence: 'Licence',
  size: 'Size',
  status: 'Status',

  record: 'Record',
  title: 'Title',
  registered: 'Registered',
  registeredBy: (it: { who: ComponentChildren; when: ComponentChildren }) => (
    <>
      by {it.who}, {it.when}
    </>
  ),
  source: 'Source',
  collected: 'Collected',
  declared: 'declared',
  concluded: 'concluded by its publisher',
  licenceDeclared: 'Licence of the source',
  licenceConcluded: 'Licence of this',
  evidence: 'evidence',
  manifest: 'Files',
  itemsRoot: 'Items',
  itemsRootIs: 'root of the tree over all items: any item can be proven to be in it',
  parents: 'Made of',
  byTransform: (it: { parent: ComponentChildren; transform: ComponentChildren }) => (
    <>
      {it.parent} by {it.transform}
    </>
  ),
  raw: 'nothing else: these are its sources',
  ofBounty: 'Accepted by',
  bounty: (id: number) => `bounty ${id}`,
  verifyIt: 'Check the bytes against the record, and derive it again:',

  contributors: 'Contributors',
  noContributors: 'None is named: its publisher stands for it alone.',
  contributorsAre: (approved: boolean): string =>
    approved
      ? 'By their shares, as a vote approved them.'
      : 'By their shares, as its publisher declares; no vote approved them.',
  share: 'Share',
  earns: 'What it earns',
  earnsTable: 'Runs that pay for it',
  noShares: 'No run pays for it.',
  run: 'Run',
  standing: 'Standing',
  aRound: 'A round',
  rounds: 'Rounds',
  earned: 'Earned',
  taken: 'Taken',
  yours: (account: string) => `Due to ${account}`,
  earnedIs: (it: { rounds: string; each: ComponentChildren; earned: ComponentChildren }) => (
    <>
      {it.rounds} × {it.each} = {it.earned}
    </>
  ),
  take: (amount: ComponentChildren) => <>Take {amount}</>,
  taking: 'Taking it',

  optOut: 'Left out',
  noOptOut: 'Nobody asked for anything to be left out.',
  optOutIs: (list: ComponentChildren) => (
    <>Items on the list {list} are left out of whatever is derived from it from now on.</>
  ),
  disputes: 'Disputes',
  noDisputes:
    'Nobody disputes it. Who knows that it should not be used says so, with evidence and a bond.',
  disputeN: (id: number) => `Dispute ${id}`,
  disputeBy: (it: { who: ComponentChildren; when: ComponentChildren; bond: ComponentChildren }) => (
    <>
      by {it.who}, {it.when}, with a bond of {it.bond}
    </>
  ),
  closedAt: (when: ComponentChildren) => <>closed {when}</>,
  evidenceIs: 'What was brought as evidence',
  evidenceGone: 'The evidence cannot be shown:',
  fetchEvidence: 'Fetch it',
  whileOpen:
    'While it is open no new run may begin with it, and nobody can take what it earns. Members decide, by a proposal.',
  connectToDispute: (link: (text: string) => ComponentChildren) => (
    <>{link('Connect a wallet')} to dispute it, or to ask for a verdict; or by command:</>
  ),
  disputeIt: 'Dispute it',
  whatShowsIt: 'What shows that it should not be used',
  orEvidenceFile: 'or a text from a file',
  disputeCosts: (bond: ComponentChildren) => (
    <>
      It is published, and stays. Until the members decide, no new run may begin with the dataset.
      The bond of {bond} comes back when they agree, or decide nothing for thirty days; else the
      treasury keeps it.
    </>
  ),
  disputeWith: (bond: ComponentChildren) => <>Dispute it with {bond}</>,
  disputing: 'The dispute',
  askFor: {
    upheld: 'Propose to withdraw the dataset',
    dismissed: 'Propose to dismiss the dispute',
  },
  lapsesIn: (span: string) => `If they do not decide, anybody may end it in ${span}.`,
  lapse: 'End it: the members did not decide in time',
  lapsing: 'Ending it',
  asPublisher: (account: string) => `What you may do as its publisher, ${account}`,
  leaveOut: 'Leave items out',
  leaveOutLines: 'The digest of an item, or the item as it stands in the files, on each line',
  leaveOutIs:
    'The list replaces the one before. What is derived from now on leaves them out; what was trained is not undone.',
  leaveOutWrong: (line: number) => `Line ${line} is neither the digest of an item nor an item.`,
  leaveOutItems: (count: string) => `Leave ${count} out`,
  leavingOut: 'The list',
  withdraw: 'Withdraw it',
  withdrawIs:
    'No new run may begin with it, and releases that learned from it say so. Its record and its digests stay.',
  forGood: 'It is for good: I know.',
  withdrawId: (id: string) => `Withdraw ${id}`,
  withdrawing: 'Withdrawing it',

  effects: 'What hangs on it',
  noEffects: 'Nothing descends from it, and no run trains on it.',
  descendants: 'Datasets made of it',
  liveRuns: 'Runs that go on with it',
  releases: 'Releases that learned from it',

  deskOf: (id: number) => `Bounty ${id}`,
  noSuchBounty: 'The DAO has no such bounty.',
  instructions: 'Instructions',
  noInstructions: 'The instructions cannot be shown:',
  prices: (it: { item: ComponentChildren; vote: ComponentChildren }) => (
    <>
      {it.item} an item, {it.vote} a vote with the majority
    </>
  ),
  material: 'To be labelled',
  takePart: 'Take part',
  connectFirst: (link: (text: string) => ComponentChildren) => (
    <>{link('Connect a wallet')} to hand in, to judge, or to move it on.</>
  ),
  handIn: 'Hand in',
  linesLabels: 'One item a line: {"text": …, "label": …}',
  linesTexts: 'One text a line, or {"text": …} with more about it',
  orFile: 'or from a file of such lines',
  readItems: (it: { items: string; batches: string; bond: ComponentChildren }) => (
    <>
      {it.items} in {it.batches}; a bond of {it.bond} comes back when they are revealed.
    </>
  ),
  lineProblem: (it: { line: number }) => `Line ${it.line}:`,
  sealAndHandIn: 'Seal and hand in',
  handingIn: 'Handing in',
  keptHere:
    'What is sealed is kept in this browser, and must be opened from it: without it the bond is lost.',
  largeLots: 'Large lots, and files that are to stay on your machine, go by command:',
  reveal: (count: string) => `Publish and reveal ${count}`,
  revealing: 'Revealing',
  elsewhere: (count: string) =>
    `${count} of yours were sealed somewhere else; reveal them there, or the bond is lost.`,
  applyText: (stake: ComponentChildren) => (
    <>Ask to be drawn as a reviewer, with a stake of {stake}</>
  ),
  applying: 'Applying',
  applied: 'You may be drawn as a reviewer once everything is revealed.',
  judge: 'Judge',
  notDrawn: 'You were not drawn for any batch that waits for votes.',
  fetchItems: 'Show the items',
  fetching: 'Fetching what is to be judged…',
  notFetched: 'The items cannot be shown:',
  batchN: (batch: number) => `Batch ${batch}`,
  noItem: 'no item: not published, or not in its one spelling',
  repeats: 'nearly repeats an earlier item',
  accept: 'accept',
  turnDown: 'turn down',
  left: (count: number): string =>
    count === 0 ? 'All are judged.' : `${count} are left to judge.`,
  sealVotes: 'Seal the votes',
  sealing: 'Sealing',
  openVotes: (count: string) => `Open the votes on ${count}`,
  opening: 'Opening',
  moveOn: 'Move it on',
  moving: 'Moving it on',
  nothingNow: 'There is nothing for you to do now.',
  batches: 'Batches',
  batchesAre: 'Every batch, who handed it in, and what became of it.',
  batchesTable: 'Table of the batches',
  pagesOfBatches: 'Pages of the batches',
  by: 'By',
  items: 'Items',
  sealed: 'sealed',
  judgedOf: (it: { opened: number; of: number }) => `${it.opened} of ${it.of}`,
  judged: 'Judged',
  acceptedItems: 'Accepted',
};
