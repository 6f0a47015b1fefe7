/** Who decides here, and a way to look anybody up. */
import { useState } from 'preact/hooks';
import { readMembers } from '@commonweights/dao-contracts/client/governance.js';
import type { MembersView } from '@commonweights/dao-contracts/client/views.js';
import { useDoor } from '../parts/door-context.js';
import { Live } from '../parts/live.js';
import { usePurse } from '../parts/purse-context.js';
import { useReading } from '../parts/use-reading.js';
import { formatBps, parseWeight, plural, shareBps } from '../words/amounts.js';
import { hashOf } from './route.js';

const shownMax = 200;

export function PeoplePage() {
  const { client } = useDoor();
  const using = useReading<MembersView | null>(() => readMembers(client), {
    key: 'people',
    everyMs: () => 15_000,
  });
  return (
    <Live title="People" using={using}>
      {(members) => <Sections members={members} />}
    </Live>
  );
}

function Sections({ members }: { members: MembersView }) {
  const total = parseWeight(members.totalWeight);
  const shown = members.members.slice(0, shownMax);
  return (
    <>
      <h1>People</h1>
      <p class="lead">
        {plural(members.count, 'member votes', 'members vote')}. Trainers, auditors and authors need
        not be members: anybody may earn, and what they showed is on record.
      </p>
      <LookUp />
      <h2>Members</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label="Members">
        <table>
          <thead>
            <tr>
              <th scope="col">Account</th>
              <th scope="col" class="number">
                Weight
              </th>
              <th scope="col" class="number">
                Share
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ account, weight }) => (
              <tr key={account}>
                <td class="wrap">
                  <a href={hashOf({ page: 'person', account })}>{account}</a>
                </td>
                <td class="number">{weight}</td>
                <td class="number">{formatBps(shareBps(parseWeight(weight), total))}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {members.count > shown.length ? <p class="quiet">The first {shown.length}.</p> : null}
    </>
  );
}

function LookUp() {
  const { accountId } = usePurse();
  const [account, setAccount] = useState(accountId ?? '');
  const open = (event: Event) => {
    event.preventDefault();
    location.hash = hashOf({ page: 'person', account: account.trim() });
  };
  return (
    <form onSubmit={open}>
      <label class="field">
        <span>Look up an account</span>
        <input
          type="text"
          required
          maxLength={64}
          pattern="\s*[a-z\d._\-]{2,64}\s*"
          autocapitalize="none"
          spellcheck={false}
          value={account}
          onInput={({ currentTarget: { value } }) => setAccount(value)}
        />
      </label>
      <p class="buttons">
        <button type="submit" class="plain">
          Look up
        </button>
      </p>
    </form>
  );
}
