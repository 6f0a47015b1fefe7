/** Giving one's vote to another member, and taking it back; and having reputation counted in votes. */
import { useState } from 'preact/hooks';
import { parseAccountId } from '@commonweights/dao-contracts/client/accounts.js';
import { storageDeposit } from '@commonweights/dao-contracts/client/storage-deposit.js';
import type { StandingView } from '@commonweights/dao-contracts/client/views.js';
import { texts } from '../texts/language.js';
import { useDoor } from './door-context.js';
import { FieldInput } from './field-input.js';
import { usePurse } from './purse-context.js';
import { ActNote, useAct } from './use-act.js';
import { useReading } from './use-reading.js';

interface Shown {
  /** Of the page; the connected account may be another one. */
  readonly account: string;
  readonly standing: StandingView;
  readonly readNow: () => void;
}

export function DelegationHere(it: Shown) {
  const { accountId } = usePurse();
  return (
    <>
      {accountId === it.account ? <Own {...it} /> : null}
      {accountId !== null && accountId !== it.account && it.standing.weight !== '0' ? (
        <ToThisOne {...it} by={accountId} />
      ) : null}
      {accountId !== null && it.standing.reputation !== undefined ? <Count {...it} /> : null}
    </>
  );
}

/** On one's own page: who votes for one, taking that back, and letting somebody do it. */
function Own({ account, standing, readNow }: Shown) {
  const say = texts().people.delegation;
  const [to, setTo] = useState('');
  if (standing.weight === '0') return <p class="quiet">{say.notMember(account)}</p>;
  return (
    <>
      <h3>{say.title}</h3>
      <p>{say.what}</p>
      <p>{standing.delegate === null ? say.nobody : say.now(standing.delegate)}</p>
      {standing.delegate === null ? null : (
        <TakeBack delegate={standing.delegate} readNow={readNow} />
      )}
      <FieldInput
        label={say.to}
        hint={say.toHint}
        kind="account"
        value={to}
        onChange={setTo}
        problem={
          to.trim() === '' || isAccount(to.trim()) ? null : { text: say.badAccount, rule: null }
        }
      />
      {isAccount(to.trim()) ? (
        <Give key={to.trim()} to={to.trim()} by={account} readNow={readNow} />
      ) : null}
    </>
  );
}

function TakeBack({ delegate, readNow }: { delegate: string; readNow: () => void }) {
  const say = texts().people.delegation;
  const act = useAct();
  const take = async () => {
    const depositYocto = storageDeposit({ delegate });
    await act.run((client) => client.undelegate({ depositYocto }));
    readNow();
  };
  return (
    <>
      <p class="buttons">
        <button type="button" class="plain" disabled={act.busy} onClick={() => void take()}>
          {say.undelegate(delegate)}
        </button>
      </p>
      <div role="status">
        <ActNote stage={act.stage} what={say.undelegating} />
      </div>
    </>
  );
}

/** On another member's page, while one is a member oneself. */
function ToThisOne({ account, by, readNow }: Shown & { by: string }) {
  const { client } = useDoor();
  const { reading } = useReading<StandingView>(() => client.getStanding({ account: by }), {
    key: `standing ${by}`,
    everyMs: () => 15_000,
  });
  if (!reading.value || reading.value.weight === '0') return null;
  if (reading.value.delegate === account) return null;
  return <Give to={account} by={by} readNow={readNow} />;
}

function Give({ to, by, readNow }: { to: string; by: string; readNow: () => void }) {
  const say = texts().people.delegation;
  const { client } = useDoor();
  const act = useAct();
  const { reading } = useReading<StandingView>(() => client.getStanding({ account: to }), {
    key: `standing ${to}`,
    everyMs: () => 15_000,
  });
  const give = async () => {
    await act.run((signing) => signing.delegate({ to, depositYocto: storageDeposit({ to }) }));
    readNow();
  };
  const why = to === by ? say.self : reading.value?.weight === '0' ? say.toMember(to) : null;
  return (
    <>
      {why === null ? null : <p class="quiet">{why}</p>}
      <p class="buttons">
        <button
          type="button"
          class="plain"
          disabled={act.busy || why !== null || reading.value === null}
          onClick={() => void give()}
        >
          {say.delegate({ to, account: by })}
        </button>
      </p>
      <div role="status">
        <ActNote stage={act.stage} what={say.delegating} />
      </div>
    </>
  );
}

/** Anybody may, for anybody: what was worked since the last time counts from then on. */
function Count({ account, standing, readNow }: Shown) {
  const say = texts().people.counting;
  const act = useAct();
  const count = async () => {
    const depositYocto = storageDeposit({ account });
    await act.run((client) => client.countReputation({ account, depositYocto }));
    readNow();
  };
  return (
    <>
      <p class="quiet">{say.what({ account, weight: standing.reputation! })}</p>
      <p class="buttons">
        <button type="button" class="plain" disabled={act.busy} onClick={() => void count()}>
          {say.count(account)}
        </button>
      </p>
      <div role="status">
        <ActNote stage={act.stage} what={say.doing} />
      </div>
    </>
  );
}

function isAccount(text: string): boolean {
  try {
    parseAccountId(text);
    return true;
  } catch {
    return false;
  }
}
