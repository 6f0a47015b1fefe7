/** What the DAO pays for data. */
import type { ComponentChildren } from 'preact';

export const bounties = {
  title: 'Bounties',
  lead: 'Data is paid by the item: handed in sealed, judged by reviewers drawn by lot, and on record for ever with who gave it.',
  none: 'None yet. A bounty begins as a proposal:',
  acceptedOf: (bounty: number) => `Accepted items of bounty ${bounty}`,
  accepted: (it: { accepted: string; items: string }) => `${it.accepted} of ${it.items} accepted`,
  money: (it: {
    price: ComponentChildren;
    fee: ComponentChildren;
    paid: ComponentChildren;
    escrow: ComponentChildren;
    proposal: ComponentChildren;
    instructions: ComponentChildren;
  }) => (
    <>
      {it.price} an item, {it.fee} a vote with the majority · {it.paid} paid, {it.escrow} in escrow
      · {it.proposal} · instructions {it.instructions}
    </>
  ),
  proposal: (id: number) => `proposal ${id}`,
  asks: (it: { items: string; what: string; licence: string; reviewers: string }) =>
    `Up to ${it.items}: ${it.what}, given under ${it.licence}. Each is judged by ${it.reviewers} drawn by lot.`,
  texts: 'texts',
  labels: (material: string) => `labels for ${material}`,
  left: (span: string) => `${span} left`,
  over: 'the time is over: anybody may tick',
  submit: (it: { batches: string; reviewers: string; until: string }) =>
    `Batches come in, sealed, and reviewers apply: ${it.batches} and ${it.reviewers} so far; ${it.until}.`,
  reveal: (it: { revealed: string; batches: string; until: string }) =>
    `${it.revealed} of ${it.batches} revealed; ${it.until}.`,
  review: (it: { reviews: string; until: string }) =>
    `Reviewers judge, sealed: ${it.reviews} so far; ${it.until}.`,
  open: (it: { opened: string; reviews: string; until: string }) =>
    `${it.opened} of ${it.reviews} opened; ${it.until}.`,
  closed: (items: string) => `${items} accepted and paid.`,
  agreed: (it: { items: string; alpha: string }) =>
    `${it.items} accepted and paid; reviewers agreed with α = ${it.alpha} (Krippendorff).`,
  settled: (it: { settled: string; batches: string }) =>
    `Being settled: ${it.settled} of ${it.batches}.`,
};
