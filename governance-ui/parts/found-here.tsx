/** The end of the form of a founding: what it takes now, how far it is, and going on with it. */
import { useState } from 'preact/hooks';
import { connect } from '@commonweights/dao-contracts/client/client.js';
import type { DaoConfig } from '@commonweights/dao-contracts/client/dao-config.js';
import {
  balanceYocto,
  foundingFeesYocto,
  goOnFounding,
} from '@commonweights/dao-contracts/client/founding.js';
import type { ContractCode } from '../founding/contract-code.js';
import type { FoundingKeep } from '../founding/founding-keep.js';
import { readStanding, type FoundingAnswer, type FoundingStanding } from '../founding/standing.js';
import { networkFileName, type NetworkFile } from '../network-file.js';
import { texts } from '../texts/language.js';
import { shortNear } from '../words/amounts.js';
import { explainCode } from '../words/errors.js';
import { ActNote, useAct } from './use-act.js';
import { useDoor } from './door-context.js';
import { Near } from './near.js';
import { openDao } from './open-dao.js';
import { usePurse } from './purse-context.js';
import { Trouble } from './trouble.js';
import type { DraftInUse } from './use-draft.js';
import { useReading } from './use-reading.js';
import { walletLink } from './wallet-link.js';

interface Founds {
  readonly draft: DraftInUse;
  readonly keep: FoundingKeep;
  readonly config: DaoConfig | null;
  readonly code: ContractCode | null;
  /** What was founded just now. */
  readonly done: DaoConfig | null;
  readonly onDone: (config: DaoConfig) => void;
}

export function FoundHere(it: Founds) {
  const say = texts().founding;
  const { config, code, done } = it;
  if (done) return <Founded config={done} />;
  return (
    <section aria-labelledby="takes">
      <h2 id="takes">{say.takes}</h2>
      {config && code ? (
        <Looked {...it} config={config} code={code} />
      ) : (
        <p class="quiet">{say.notYet}</p>
      )}
    </section>
  );
}

type Ready = Founds & { readonly config: DaoConfig; readonly code: ContractCode };

function Looked(it: Ready) {
  const { config, code, keep, draft } = it;
  const { client } = useDoor();
  const { purse, accountId } = usePurse();
  const keys = keep.keysFor(draft.values);
  const founder =
    purse.clientAt(config.account) ??
    connect({ network: client.network, contract: config.account });
  // Yocto amounts are bigints, which JSON has no word for.
  const key = JSON.stringify(config, (_, value: unknown) =>
    typeof value === 'bigint' ? `${value}` : value,
  );
  const using = useReading<FoundingAnswer>(() => readStanding(founder, { config, code, keys }), {
    key: `founding ${accountId} ${key}`,
    everyMs: () => 10_000,
  });
  const say = texts().founding;
  const answer = using.reading.value;
  return (
    <>
      <Trouble {...using} what={say.takes} />
      {answer?.standing ? <Costs standing={answer.standing} /> : null}
      {answer?.why ? (
        <p class="trouble wrap" role="status">
          {say.refused} {explainCode(answer.why.code)} <span lang="en">{answer.why.message}</span>
        </p>
      ) : null}
      {answer || using.reading.error ? null : <p class="quiet">{say.looking}</p>}
      <Go {...it} standing={answer?.standing ?? null} readNow={using.readNow} />
    </>
  );
}

function lacksMoney({ heldYocto, costYocto }: FoundingStanding): boolean {
  return heldYocto !== null && heldYocto < costYocto;
}

function Costs({ standing }: { standing: FoundingStanding }) {
  const say = texts().founding;
  const { accountId } = usePurse();
  const { plan, costYocto, heldYocto } = standing;
  const { reserveYocto, treasuryYocto } = plan.config;
  return (
    <>
      <dl class="pairs">
        <dt>{say.forCode}</dt>
        <dd>
          <Near yocto={balanceYocto(plan) - reserveYocto} />
        </dd>
        <dt>{say.forRecords}</dt>
        <dd>
          <Near yocto={reserveYocto} />
        </dd>
        <dt>{say.toTreasury}</dt>
        <dd>
          <Near yocto={treasuryYocto} />
        </dd>
        <dt>{say.fees}</dt>
        <dd>
          <Near yocto={foundingFeesYocto} />
        </dd>
        <dt>{say.inAll(accountId)}</dt>
        <dd>
          <Near yocto={costYocto} />
        </dd>
      </dl>
      {lacksMoney(standing) ? (
        <p class="trouble">{say.lacks({ account: accountId!, has: shortNear(heldYocto!) })}</p>
      ) : null}
    </>
  );
}

function Go(it: Ready & { standing: FoundingStanding | null; readNow: () => void }) {
  const say = texts().founding;
  const { dao } = useDoor();
  const { accountId } = usePurse();
  const act = useAct();
  const [reached, setReached] = useState(0);
  const { standing, config, keep, draft } = it;
  if (accountId === null) {
    return <p>{say.connect(walletLink)}</p>;
  }
  const done = Math.max(standing?.done ?? 0, act.busy ? reached : 0);
  const isShort = standing !== null && lacksMoney(standing);
  const go = async () => {
    if (!standing) return;
    setReached(standing.done);
    const finished = await act.run(
      (founder) =>
        goOnFounding(founder, {
          ...{ ...standing.plan, found: standing.found, keepKey: false },
          keys: keep.keysFor(draft.values),
          onStep: (count) => setReached(count),
        }),
      config.account,
    );
    if (!finished) return it.readNow();
    dao.remember(config.account);
    draft.drop();
    it.onDone(config);
  };
  return (
    <>
      <p class="quiet">{say.asks}</p>
      <h3>{say.progress}</h3>
      <ol class="sentences">
        {say.stepsDone.map((step, index) => (
          <li key={step}>
            {step}{' '}
            {index < done ? (
              <span class="badge good">
                <span aria-hidden="true">✓</span> {say.stepDone}
              </span>
            ) : null}
          </li>
        ))}
      </ol>
      {done > 0 && !act.busy ? <p>{say.stopped}</p> : null}
      <p class="buttons">
        <button
          type="button"
          class="plain main"
          disabled={standing === null || isShort || act.busy}
          onClick={() => void go()}
        >
          {done > 0 ? say.goOn : say.found({ dao: config.account, account: accountId })}
        </button>
      </p>
      <div role="status">
        <ActNote stage={act.stage} what={say.what} />
      </div>
    </>
  );
}

function Founded({ config }: { config: DaoConfig }) {
  const say = texts().founding;
  const { client, dao, registry } = useDoor();
  const { name: network, rpcUrl } = client.network;
  const file: NetworkFile = { network, rpcUrl, contract: config.account, registry };
  return (
    <section aria-labelledby="done">
      <h2 id="done">{say.what}</h2>
      <p role="status">{say.done(<b>{config.account}</b>)}</p>
      <p class="buttons">
        <button type="button" class="plain main" onClick={() => openDao(dao, config.account)}>
          {say.open(config.account)}
        </button>
      </p>
      <p class="quiet">{say.host}</p>
      <pre tabIndex={0} aria-label={networkFileName}>
        {JSON.stringify(file, null, 2)}
      </pre>
    </section>
  );
}
