/** One account: what it may decide, what it showed, what it earned, what it stands behind. */
import { useMemo } from 'preact/hooks';
import { PersonReader, type Person } from '../reading/person.js';
import { Badge } from '../parts/badge.js';
import { useDoor } from '../parts/door-context.js';
import { Live } from '../parts/live.js';
import { Near } from '../parts/near.js';
import { usePurse } from '../parts/purse-context.js';
import { ActNote, useAct } from '../parts/use-act.js';
import { useReading } from '../parts/use-reading.js';
import { formatBps, parseWeight, shareBps } from '../words/amounts.js';
import { formatUtc } from '../words/times.js';

export function PersonPage({ account }: { account: string }) {
  const door = useDoor();
  const reader = useMemo(() => new PersonReader(door.client, account), [door, account]);
  const using = useReading<Person | null>(() => reader.read(), {
    key: `person ${account}`,
    everyMs: () => 10_000,
  });
  return (
    <Live title={account} using={using}>
      {(person) => <Sections account={account} person={person} readNow={using.readNow} />}
    </Live>
  );
}

function Sections(it: { account: string; person: Person; readNow: () => void }) {
  const { standing, reputation } = it.person;
  const share = shareBps(parseWeight(reputation.points), parseWeight(reputation.totalPoints));
  return (
    <>
      <p class="crumbs">
        <a href="#/people">People</a> › {it.account}
      </p>
      <h1>{it.account}</h1>
      <section aria-labelledby="votes">
        <h2 id="votes">In votes</h2>
        <p>
          {standing.weight === '0' ? 'No member: its own weight is 0' : `Weight ${standing.weight}`}
          {standing.delegated === '0' ? '' : `, and ${standing.delegated} from others`}
          {standing.delegate === null ? '' : `; ${standing.delegate} votes for it`}.
          {standing.reputation ? ` Reputation adds ${standing.reputation}.` : ''}
        </p>
      </section>
      <section aria-labelledby="reputation">
        <h2 id="reputation">Reputation</h2>
        <dl class="pairs">
          <dt>Points</dt>
          <dd>
            {reputation.points} of {reputation.totalPoints}, {formatBps(share)}; they fade with time
          </dd>
          <dt>Counted</dt>
          <dd>{reputation.standing}, no more than an account’s share</dd>
          <dt>Verified rounds</dt>
          <dd>{reputation.verifiedRounds}</dd>
          <dt>Audits</dt>
          <dd>
            {reputation.auditsRight} right, {reputation.auditsWrong} wrong
          </dd>
          <dt>Slashes</dt>
          <dd>{reputation.slashes}</dd>
        </dl>
        <Seats {...it} />
      </section>
      <Money {...it} />
      <section aria-labelledby="statements">
        <h2 id="statements">What it said of releases</h2>
        {it.person.statements.length === 0 ? (
          <p class="quiet">
            {it.person.more ? 'Looking through what was said…' : 'Nothing, of the newest ones.'}
          </p>
        ) : (
          <ul class="sentences">
            {it.person.statements.map(({ release, attestation }) => (
              <li key={`${release.id} ${attestation.atMs}`}>
                {attestation.purpose}{' '}
                <a href={`#/releases/${release.id}`}>
                  {release.title} {release.version}
                </a>
                , {formatUtc(attestation.atMs)}
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

function Seats({ person: { seats } }: { person: Person }) {
  if (seats.length === 0) return <p class="quiet">It had no seat in a run.</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Its latest seats">
      <table>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Seat</th>
            <th scope="col">Status</th>
            <th scope="col" class="number">
              Rounds
            </th>
            <th scope="col" class="number">
              Audits
            </th>
            <th scope="col" class="number">
              Earned
            </th>
            <th scope="col" class="number">
              Slashed
            </th>
          </tr>
        </thead>
        <tbody>
          {seats.map(({ run, seat }) => (
            <tr key={`${run} ${seat.seat}`}>
              <th scope="row">
                <a href={`#/runs/${run}`}>{run}</a>
              </th>
              <td>
                {seat.seat}, {seat.role}
                {seat.worker ? `, ${seat.worker}` : ''}
              </td>
              <td>
                <Badge state={seat.status} />
              </td>
              <td class="number">{seat.verifiedRounds}</td>
              <td class="number">{seat.auditsRight}</td>
              <td class="number">
                <Near yocto={seat.earnedYocto} />
              </td>
              <td class="number">
                <Near yocto={seat.slashedYocto} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Money({ account, person: { earnings }, readNow }: Parameters<typeof Sections>[0]) {
  const { accountId } = usePurse();
  const act = useAct();
  const { ledgerYocto, claimedYocto, inFlightYocto } = earnings;
  const claim = async () => {
    await act.run((client) => client.claim());
    readNow();
  };
  return (
    <section aria-labelledby="earnings">
      <h2 id="earnings">Earnings</h2>
      <dl class="pairs">
        <dt>To claim</dt>
        <dd>
          <Near yocto={ledgerYocto} />
        </dd>
        {inFlightYocto > 0n ? (
          <>
            <dt>On its way</dt>
            <dd>
              <Near yocto={inFlightYocto} />
            </dd>
          </>
        ) : null}
        <dt>Claimed</dt>
        <dd>
          <Near yocto={claimedYocto} />
        </dd>
      </dl>
      {accountId === account ? (
        <>
          <p class="buttons">
            <button
              type="button"
              class="plain"
              disabled={ledgerYocto === 0n || act.busy}
              onClick={() => void claim()}
            >
              Claim <Near yocto={ledgerYocto} />
            </button>
          </p>
          <div role="status">
            <ActNote stage={act.stage} what="Claiming" />
          </div>
        </>
      ) : null}
    </section>
  );
}
