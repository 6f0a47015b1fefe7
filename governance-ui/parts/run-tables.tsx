/** A run's rounds and seats as tables: everything that the pictures show, in text. */
import { useState } from 'preact/hooks';
import type { RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { seatName } from '@commonweights/dao-contracts/rules/seat-name.js';
import type { RoundLink } from '../reading/round-chain.js';
import { earnedFor, roundsOfSeat } from '../reading/run-figures.js';
import { texts } from '../texts/language.js';
import { countOf, formatBytes, groupThousands } from '../words/amounts.js';
import { explainSeatStatus, whySlashed, type Happened } from '../words/seats.js';
import { Badge } from './badge.js';
import { DigestText } from './digest.js';
import { Near } from './near.js';
import { Paged } from './paged.js';
import { Sum } from './run-figures.js';

interface Seats {
  readonly run: RunView;
  readonly seats: readonly SeatView[];
  readonly happened: Happened;
}

export function SeatTable(it: Seats) {
  if (it.seats.length === 0) return <p class="quiet">{texts().run.table.nobody}</p>;
  return (
    <Paged items={it.seats} label={texts().run.table.seatPages}>
      {(some) => <SeatPage {...it} seats={some} />}
    </Paged>
  );
}

function SeatPage(it: Seats) {
  const say = texts().figures;
  const words = texts().run.table;
  const [open, setOpen] = useState<number | null>(null);
  const now = actsOf(it.run);
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={words.seats}>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.seat}</th>
            <th scope="col">{words.role}</th>
            <th scope="col">{words.status}</th>
            <th scope="col">{say.workNow}</th>
            <th scope="col" class="number">
              {words.verified}
            </th>
            <th scope="col" class="number">
              {words.earned}
            </th>
            <th scope="col" class="number">
              {words.heldBack}
            </th>
            <th scope="col" class="number">
              {words.staked}
            </th>
            <th scope="col">{words.slashed}</th>
          </tr>
        </thead>
        <tbody>
          {it.seats.flatMap((seat) => [
            <tr key={seat.seat}>
              <th scope="row">
                <button
                  type="button"
                  class="opens seat"
                  aria-expanded={open === seat.seat}
                  onClick={() => setOpen(open === seat.seat ? null : seat.seat)}
                >
                  <span class="seat-number">{seat.seat}</span> {seatName(seat)}
                </button>
              </th>
              <td>{texts().people.roles[seat.role]}</td>
              <td>
                <Badge state={seat.status} title={explainSeatStatus(seat.status)} />
              </td>
              <td>{say.now[now(seat.seat)]}</td>
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
                  <span class="quiet">{words.nothing}</span>
                ) : (
                  words.why({
                    amount: <Near yocto={seat.slashedYocto} />,
                    why: whySlashed(seat, it.happened) ?? '',
                  })
                )}
              </td>
            </tr>,
            ...(open === seat.seat
              ? [
                  <tr key={`${seat.seat} behind`}>
                    <td colSpan={9}>
                      <SeatBehind {...it} seat={seat} />
                    </td>
                  </tr>,
                ]
              : []),
          ])}
        </tbody>
      </table>
    </div>
  );
}

/** What each seat has done last in the open round. */
function actsOf({
  open,
}: RunView): (seat: number) => keyof ReturnType<typeof texts>['figures']['now'] {
  if (!open) return () => 'idle';
  const done = [
    ['submitted', new Set(open.submitted)],
    ['certified', new Set(open.certified)],
    ['revealed', new Set(open.revealed)],
    ['committed', new Set(open.committed)],
    ['train', new Set(open.slices.map(({ seat }) => seat))],
  ] as const;
  return (seat) => done.find(([, seats]) => seats.has(seat))?.[0] ?? 'idle';
}

/** The formula of each number in a seat's row, and the records that it was counted from. */
function SeatBehind({ run, happened, seat }: Seats & { seat: SeatView }) {
  const say = texts().figures;
  const rounds = roundsOfSeat(happened.records, seat.seat);
  const bytes = rounds.reduce((sum, one) => sum + one.bytes, 0);
  const included = rounds.filter((one) => one.included).length;
  return (
    <div class="behind" role="region" aria-label={say.behindSeat(seatName(seat))}>
      <dl class="pairs">
        <dt>{say.earned}</dt>
        <dd>
          <Sum terms={earnedFor(run, seat)} totalYocto={seat.earnedYocto} note={say.earnedBehind} />
        </dd>
        <dt>{say.heldBack}</dt>
        <dd>
          <Near yocto={seat.heldBackYocto} />.{' '}
          <span class="quiet">{say.heldBackBehind(run.terms.heldBackRounds)}</span>
        </dd>
        <dt>{say.payout}</dt>
        <dd>
          <a href={`#/people/${seat.payout}`}>{seat.payout}</a>
        </dd>
        <dt>{say.operator}</dt>
        <dd>
          <a href={`#/people/${seat.operator}`}>{seat.operator}</a>
        </dd>
      </dl>
      {rounds.length === 0 ? (
        <p class="quiet">{say.noSeatRounds}</p>
      ) : (
        <p>
          {say.seatRounds({
            ...{ rounds: groupThousands(`${rounds.length}`), included: `${included}` },
            bytes: formatBytes(bytes),
          })}{' '}
          {rounds.map(({ round, verdict, included: counts }, index) => (
            <>
              {index > 0 ? texts().common.and : ''}
              <a href={`#/runs/${run.id}/rounds/${round}`}>{round}</a>{' '}
              <span class="quiet">{counts ? texts().run.verdicts[verdict] : '–'}</span>
            </>
          ))}
        </p>
      )}
    </div>
  );
}

/** Claims that a row names; more are counted. */
const claimsNamedMax = 12;

function verified(seat: SeatView): string {
  const rounds = countOf(seat.verifiedRounds, 'rounds');
  const audits = countOf(seat.auditsRight, 'audits');
  if (seat.role === 'auditor') return audits;
  return seat.auditsRight > 0 ? [rounds, audits].join(texts().common.and) : rounds;
}

export function RoundTable({ links }: { links: readonly RoundLink[] }) {
  const { table: words, verdicts } = texts().run;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={words.rounds}>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.round}</th>
            <th scope="col">{words.outcome}</th>
            <th scope="col">{words.fromRoot}</th>
            <th scope="col">{words.toRoot}</th>
            <th scope="col">{words.record}</th>
            <th scope="col">{words.work}</th>
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
                  .slice(0, claimsNamedMax)
                  .map(({ seat, verdict, included }) =>
                    words.claim({ seat, verdict: verdicts[included ? verdict : 'out'] }),
                  )
                  .join(texts().common.and) || '–'}
                {link.claims.length > claimsNamedMax
                  ? ` and ${groupThousands(`${link.claims.length - claimsNamedMax}`)} more`
                  : null}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
