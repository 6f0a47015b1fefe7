/** The end of every form: what it would do, what speaks against it, why, and sending it. */
import { useState } from 'preact/hooks';
import type { AccountKey } from '@commonweights/dao-contracts/client/connection.js';
import { digestOfAction } from '@commonweights/dao-contracts/client/governance.js';
import { fromWire } from '@commonweights/dao-contracts/client/money-fields.js';
import type { ProposalView } from '@commonweights/dao-contracts/client/views.js';
import type { Action } from '@commonweights/dao-contracts/rules/actions.js';
import type { DaoNow } from '../drafts/dao-now.js';
import { propose, proposeDeposit, type Finished, type ProposeStep } from '../drafts/propose.js';
import { remarksOn, remarksOnProposer, type Remark } from '../drafts/remarks.js';
import { texts } from '../texts/language.js';
import { effectsOfAction } from '../words/actions.js';
import { ActNote, useAct } from './use-act.js';
import { DigestText } from './digest.js';
import { useDoor } from './door-context.js';
import { FieldInput } from './field-input.js';
import { Near } from './near.js';
import { usePurse } from './purse-context.js';
import type { DraftInUse } from './use-draft.js';
import { walletLink } from './wallet-link.js';

/** Fees of the transactions, generously. */
const feesYocto = 10n ** 23n;

export function ProposeHere(it: {
  /** Null: not every field is right. */
  action: Action | null;
  dao: DaoNow;
  draft: DraftInUse;
  /** The action as it is sent, and what it names by digest and is to be published with it. */
  finish: (key: AccountKey) => Promise<Finished>;
  /** What speaks against it beside what is known of its kind. */
  remarks?: readonly Remark[];
}) {
  const { action, dao, draft } = it;
  const say = texts().create;
  const { accountId } = usePurse();
  const { registry } = useDoor();
  const act = useAct();
  const [step, setStep] = useState<ProposeStep>('key');
  const [made, setMade] = useState<number | null>(null);
  if (made !== null) {
    const link = <a href={`#/proposals/${made}`}>{say.proposalNamed(made)}</a>;
    return (
      <section aria-labelledby="made">
        <h2 id="made">{say.proposing}</h2>
        <p>{say.made(link)}</p>
        <div role="status">
          <ActNote stage={act.stage} what={say.proposing} />
        </div>
        <p class="buttons">
          <button type="button" class="plain" onClick={() => setMade(null)}>
            {say.another}
          </button>
        </p>
      </section>
    );
  }
  const deposit = action ? proposeDeposit(action, dao.policy.bondYocto) : 0n;
  const remarks = action
    ? [
        ...remarksOn(action, dao),
        ...(it.remarks ?? []),
        ...(accountId === null ? [] : remarksOnProposer(accountId, deposit + feesYocto, dao)),
      ]
    : [];
  const stopped = action === null || remarks.some(({ kind }) => kind === 'stops');
  const send = async () => {
    let id: number | null = null;
    const done = await act.run(async (client) => {
      const why = draft.values['why'] ?? '';
      const { finish } = it;
      const storage = localStorage;
      id = await propose(client, { why, finish, registry, storage, onStep: setStep });
    });
    if (!done) return;
    draft.drop();
    setMade(id);
  };
  return (
    <>
      <section aria-labelledby="why">
        <h2 id="why">{say.why}</h2>
        <FieldInput
          label={say.whyLabel}
          hint={say.whyHint}
          kind="published"
          value={draft.values['why'] ?? ''}
          onChange={(value) => draft.set('why', value)}
          problem={null}
        />
      </section>
      <section aria-labelledby="would">
        <h2 id="would">{say.would}</h2>
        {action ? <Would action={action} dao={dao} /> : <p class="quiet">{say.unfinished}</p>}
        <Remarks remarks={remarks} />
      </section>
      <section aria-labelledby="send">
        <h2 id="send">{say.before}</h2>
        {accountId === null ? (
          <p>{say.connect(walletLink)}</p>
        ) : (
          <>
            <p>{say.costs({ bond: <Near yocto={dao.policy.bondYocto} />, account: accountId })}</p>
            <p class="buttons">
              <button
                type="button"
                class="plain main"
                disabled={stopped || act.busy}
                onClick={() => void send()}
              >
                {say.propose(accountId)}
              </button>
            </p>
          </>
        )}
        <div role="status">
          {act.busy ? (
            <p class="quiet">{say.steps[step]}</p>
          ) : (
            <ActNote stage={act.stage} what={say.proposing} />
          )}
        </div>
        <KeptNote draft={draft} />
      </section>
    </>
  );
}

function Would({ action, dao }: { action: Action; dao: DaoNow }) {
  const say = texts().create;
  const shown = fromWire(action) as ProposalView['action'];
  const run = 'run' in action ? (dao.runs.find(({ id }) => id === action.run) ?? null) : null;
  return (
    <>
      <ul class="sentences">
        {effectsOfAction(shown, { ...dao, run }).map((effect) => (
          <li key={effect}>{effect}</li>
        ))}
      </ul>
      <details>
        <summary>{say.exactly}</summary>
        <p>
          {say.digest} <DigestText digest={digestOfAction(action)} />
        </p>
        <pre tabIndex={0}>{JSON.stringify(action, null, 2)}</pre>
      </details>
    </>
  );
}

function Remarks({ remarks }: { remarks: readonly Remark[] }) {
  return <div role="status">{remarks.length > 0 ? <RemarkList remarks={remarks} /> : null}</div>;
}

function RemarkList({ remarks }: { remarks: readonly Remark[] }) {
  return (
    <ul class="remarks">
      {remarks.map(({ kind, text, ofRules }) => (
        <li key={text} class={kind} {...(ofRules ? { lang: 'en' } : {})}>
          {text}
        </li>
      ))}
    </ul>
  );
}

function KeptNote({ draft }: { draft: DraftInUse }) {
  const say = texts().create;
  if (draft.kept === false) return null;
  if (draft.kept === null) return <p class="quiet">{say.notKept}</p>;
  return (
    <p class="quiet">
      {say.kept}{' '}
      <button type="button" class="plain" onClick={() => draft.drop()}>
        {say.discard}
      </button>
    </p>
  );
}
