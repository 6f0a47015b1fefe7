/** Who decides here, and a way to look anybody up. */
import { useState } from 'preact/hooks';
import { readMembers } from '@commonweights/dao-contracts/client/governance.js';
import type { MembersView } from '@commonweights/dao-contracts/client/views.js';
import { useDoor } from '../parts/door-context.js';
import { Live } from '../parts/live.js';
import { usePurse } from '../parts/purse-context.js';
import { SharesTable, sharesOf } from '../parts/shares-table.js';
import { useReading } from '../parts/use-reading.js';
import { countOf } from '../words/amounts.js';
import { hashOf } from './route.js';
import { texts } from '../texts/language.js';

const shownMax = 200;

export function PeoplePage() {
  const { client } = useDoor();
  const using = useReading<MembersView | null>(() => readMembers(client), {
    key: 'people',
    everyMs: () => 15_000,
  });
  return (
    <Live title={texts().people.title} using={using}>
      {(members) => <Sections members={members} />}
    </Live>
  );
}

function Sections({ members }: { members: MembersView }) {
  const say = texts().people;
  const shown = members.members.slice(0, shownMax);
  return (
    <>
      <h1>{say.title}</h1>
      <p class="lead">{say.lead(countOf(members.count, 'members'), members.count === 1)}</p>
      <LookUp />
      <h2>{say.members}</h2>
      <div class="scroll" tabIndex={0} role="region" aria-label={say.members}>
        <SharesTable rows={sharesOf(shown, members.totalWeight)} />
      </div>
      {members.count > shown.length ? (
        <p class="quiet">{texts().common.firstOf(`${shown.length}`)}</p>
      ) : null}
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
        <span>{texts().people.lookUp}</span>
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
          {texts().people.look}
        </button>
      </p>
    </form>
  );
}
