/** How a seat is stored: in lines (packed-record.ts), since a round's act touches its claim alone. */
import type { Claim } from '../rules/run.js';
import type { HeldPay, Seat } from '../rules/run-state.js';
import { json, listOf, PackedRecord, settled, yocto } from './packed-record.js';

const held = listOf<HeldPay>({
  format: (pay) => `${pay.ordinal}:${pay.yocto}`,
  parse: (text) => {
    const [ordinal, amount] = text.split(':');
    return { ordinal: Number(ordinal), yocto: BigInt(amount!) };
  },
});

const seats = new PackedRecord<Seat>({
  seat: 'who',
  account: 'who',
  worker: 'who',
  payout: 'who',
  payoutChanges: 'who',
  operator: 'who',
  earnsStake: 'who',
  stakeYocto: yocto,
  held,
  earnedYocto: yocto,
  slashedYocto: yocto,
  verifiedRounds: 'record',
  auditsRight: 'record',
  auditsWrong: 'record',
  rejoins: 'record',
  absentIn: 'record',
  lateness: 'record',
  lateIn: 'record',
  denied: 'record',
  deniedIn: 'record',
  denials: 'record',
  decoysPaid: 'record',
  // The last of its line: seats stored before there was a tolerance class have none.
  distances: 'record',
  relayed: settled(json<Seat['relayed']>()),
  localOut: 'state',
  claim: settled(json<Claim | null>()),
  previousClaim: settled(json<Claim | null>()),
});

export function parseSeat(text: string): Seat {
  return seats.unpack(text.split('\n'), 0);
}

/** False: it was only read. */
export function isSeatChanged(seat: Seat): boolean {
  return seats.isChanged(seat);
}

export function formatSeat(seat: Seat): string {
  const lines: string[] = [];
  seats.pack(seat, lines);
  return lines.join('\n');
}
