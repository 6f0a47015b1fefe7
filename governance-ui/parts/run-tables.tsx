/** A run's rounds and seats as tables: everything that the pictures show, in text. */
import type { SeatView } from '@commonweights/dao-contracts/client/views.js';
import { seatName } from '@commonweights/dao-contracts/rules/seat-name.js';
import type { RoundLink } from '../reading/round-chain.js';
import { explainSeatStatus, whySlashed, type Happened } from '../words/seats.js';
import { Badge } from './badge.js';
import { DigestText } from './digest.js';
import { Near } from './near.js';

export function SeatTable(it: { seats: readonly SeatView[]; happened: Happened }) {
  if (it.seats.length === 0) return <p class="quiet">Nobody has a seat.</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Seats of the run">
      <table>
        <thead>
          <tr>
            <th scope="col">Seat</th>
            <th scope="col">Role</th>
            <th scope="col">Status</th>
            <th scope="col" class="number">
              Verified
            </th>
            <th scope="col" class="number">
              Earned
            </th>
            <th scope="col" class="number">
              Held back
            </th>
            <th scope="col" class="number">
              Staked
            </th>
            <th scope="col">Slashed, and why</th>
          </tr>
        </thead>
        <tbody>
          {it.seats.map((seat) => (
            <tr key={seat.seat}>
              <th scope="row">
                <span class="seat">
                  <span class="seat-number">{seat.seat}</span> {seatName(seat)}
                </span>
              </th>
              <td>{seat.role}</td>
              <td>
                <Badge state={seat.status} title={explainSeatStatus(seat.status)} />
              </td>
              <td class="number">{verified(seat)}</td>
              <td class="number">
                <Near yocto={seat.earnedYocto} />
              </td>
              <td class="number">
                <Near yocto={seat.heldBackYocto} />
              </td>
              <td class="number">
                <Near yocto={seat.stakeYocto} />
              </td>
              <td class="reason">
                {seat.slashedYocto === 0n ? (
                  <span class="quiet">nothing</span>
                ) : (
                  <>
                    <Near yocto={seat.slashedYocto} />: {whySlashed(seat, it.happened)}
                  </>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function verified(seat: SeatView): string {
  const rounds = `${seat.verifiedRounds} ${seat.verifiedRounds === 1 ? 'round' : 'rounds'}`;
  const audits = `${seat.auditsRight} ${seat.auditsRight === 1 ? 'audit' : 'audits'}`;
  if (seat.role === 'auditor') return audits;
  return seat.auditsRight > 0 ? `${rounds}, ${audits}` : rounds;
}

export function RoundTable({ links }: { links: readonly RoundLink[] }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Rounds as a table">
      <table>
        <thead>
          <tr>
            <th scope="col">Round</th>
            <th scope="col">Outcome</th>
            <th scope="col">From root</th>
            <th scope="col">To root</th>
            <th scope="col">Record</th>
            <th scope="col">Work</th>
          </tr>
        </thead>
        <tbody>
          {links.map((link) => (
            <tr key={link.round}>
              <th scope="row">{link.round}</th>
              <td>
                <Badge state={link.state} />
              </td>
              <td>
                <DigestText digest={link.startRoot} />
              </td>
              <td>
                <DigestText digest={link.root} />
              </td>
              <td>
                <DigestText digest={link.record} />
              </td>
              <td>
                {link.claims
                  .map(
                    ({ seat, verdict, included }) =>
                      `seat ${seat} ${included ? verdict : 'not included'}`,
                  )
                  .join(', ') || '–'}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
