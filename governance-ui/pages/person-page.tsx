/** One account: what it may decide, what it showed, what it earned, what it stands behind. */
import { useMemo } from 'preact/hooks';
import { PersonReader, type Person } from '../reading/person.js';
import { Badge } from '../parts/badge.js';
import { useDoor } from '../parts/door-context.js';
import { DelegationHere } from '../parts/delegation-here.js';
import { Live } from '../parts/live.js';
import { Near } from '../parts/near.js';
import { usePurse } from '../parts/purse-context.js';
import { ActNote, useAct } from '../parts/use-act.js';
import { useReading } from '../parts/use-reading.js';
import { formatBps, groupThousands, parseWeight, shareBps } from '../words/amounts.js';
import { formatUtc } from '../words/times.js';
import { texts } from '../texts/language.js';

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
  const say = texts().people;
  const own = standing.weight === '0' ? say.noMember : say.weighs(standing.weight);
  const others = standing.delegated === '0' ? '' : say.fromOthers(standing.delegated);
  const delegate = standing.delegate === null ? '' : say.votedFor(standing.delegate);
  const share = shareBps(parseWeight(reputation.points), parseWeight(reputation.totalPoints));
  return (
    <>
      <p class="crumbs">
        <a href="#/people">{say.title}</a> › {it.account}
      </p>
      <h1>{it.account}</h1>
      <section aria-labelledby="votes">
        <h2 id="votes">{say.votes}</h2>
        <p>
          {say.standing({ own, others, delegate })}{' '}
          {standing.reputation ? say.reputationAdds(standing.reputation) : ''}
        </p>
        <DelegationHere account={it.account} standing={standing} readNow={it.readNow} />
      </section>
      <section aria-labelledby="reputation">
        <h2 id="reputation">{say.reputation}</h2>
        <dl class="pairs">
          <dt>{say.points}</dt>
          <dd>
            {say.pointsOf({
              points: groupThousands(reputation.points),
              total: groupThousands(reputation.totalPoints),
              share: formatBps(share),
            })}
          </dd>
          <dt>{say.counted}</dt>
          <dd>{say.countedOf(groupThousands(reputation.standing))}</dd>
          <dt>{say.verifiedRounds}</dt>
          <dd>{reputation.verifiedRounds}</dd>
          <dt>{say.audits}</dt>
          <dd>
            {say.auditsOf({
              right: `${reputation.auditsRight}`,
              wrong: `${reputation.auditsWrong}`,
            })}
          </dd>
          <dt>{say.slashes}</dt>
          <dd>{reputation.slashes}</dd>
        </dl>
        <Seats {...it} />
      </section>
      <Money {...it} />
      <section aria-labelledby="statements">
        <h2 id="statements">{say.statements}</h2>
        {it.person.statements.length === 0 ? (
          <p class="quiet">{it.person.more ? say.looking : say.saidNothing}</p>
        ) : (
          <ul class="sentences">
            {it.person.statements.map(({ release, attestation }) => (
              <li key={`${release.id} ${attestation.atMs}`}>
                {say.said({
                  purpose: texts().release.attest.purposes[attestation.purpose],
                  release: (
                    <a href={`#/releases/${release.id}`}>
                      {release.title} {release.version}
                    </a>
                  ),
                  when: formatUtc(attestation.atMs),
                })}
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

function Seats({ person: { seats } }: { person: Person }) {
  const say = texts().people.columns;
  if (seats.length === 0) return <p class="quiet">{texts().people.noSeats}</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={texts().people.seats}>
      <table>
        <thead>
          <tr>
            <th scope="col">{say.run}</th>
            <th scope="col">{say.seat}</th>
            <th scope="col">{say.status}</th>
            <th scope="col" class="number">
              {say.rounds}
            </th>
            <th scope="col" class="number">
              {say.audits}
            </th>
            <th scope="col" class="number">
              {say.earned}
            </th>
            <th scope="col" class="number">
              {say.slashed}
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
                {[`${seat.seat}`, texts().people.roles[seat.role], seat.worker]
                  .filter((one) => one)
                  .join(texts().common.comma)}
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
  const say = texts().people;
  const { ledgerYocto, claimedYocto, inFlightYocto } = earnings;
  const claim = async () => {
    await act.run((client) => client.claim());
    readNow();
  };
  return (
    <section aria-labelledby="earnings">
      <h2 id="earnings">{say.earnings}</h2>
      <dl class="pairs">
        <dt>{say.toClaim}</dt>
        <dd>
          <Near yocto={ledgerYocto} />
        </dd>
        {inFlightYocto > 0n ? (
          <>
            <dt>{say.onItsWay}</dt>
            <dd>
              <Near yocto={inFlightYocto} />
            </dd>
          </>
        ) : null}
        <dt>{say.claimed}</dt>
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
              {say.claim(<Near yocto={ledgerYocto} />)}
            </button>
          </p>
          <div role="status">
            <ActNote stage={act.stage} what={say.claiming} />
          </div>
        </>
      ) : null}
    </section>
  );
}
