/** Which wallet signs, and as whom the page acts. */
import { useEffect, useState } from 'preact/hooks';
import { explainError } from '../words/errors.js';
import { useDoor } from '../parts/door-context.js';
import { usePurse } from '../parts/purse-context.js';
import { developmentWalletId } from '../wallet/development-wallet.js';
import type { Wallet } from '../wallet/wallet.js';
import { texts } from '../texts/language.js';

export function WalletPage({ token }: { token: string | null }) {
  const { client } = useDoor();
  const { purse, wallet, wallets, accounts, accountId } = usePurse();
  const [why, setWhy] = useState<Error | null>(null);
  const say = texts().wallet;
  const attempt = (work: Promise<void>) => {
    setWhy(null);
    work.catch((error: unknown) => setWhy(error as Error));
  };
  useEffect(() => {
    document.title = `${say.title} · Commonweights`;
  }, [say.title]);
  useEffect(() => {
    if (token === null) return;
    // Whoever looks over the shoulder, or at the history, need not see it.
    history.replaceState(null, '', '#/wallet');
    attempt(purse.openDevelopment(token));
  }, [token]);
  const local = client.network.name === 'localnet';
  return (
    <>
      <h1>{say.title}</h1>
      <p class="lead">{say.lead}</p>
      {why === null ? null : (
        <p class="trouble wrap">
          {explainError(why)} <span lang="en">{why.message}</span>
        </p>
      )}
      {wallet ? (
        <section aria-labelledby="acting">
          <h2 id="acting">{wallet.name}</h2>
          <label class="field">
            <span>{say.actAs}</span>
            <select
              value={accountId ?? ''}
              onChange={({ currentTarget: { value } }) => purse.actAs(value)}
            >
              {accounts.map((one) => (
                <option key={one} value={one}>
                  {one}
                </option>
              ))}
            </select>
          </label>
          {wallet.id === developmentWalletId ? <p class="quiet">{say.play}</p> : null}
          <button type="button" class="plain" onClick={() => attempt(purse.disconnect())}>
            {say.disconnect}
          </button>
        </section>
      ) : (
        <section aria-labelledby="choose">
          <h2 id="choose">{say.connect}</h2>
          {wallets.length > 0 ? (
            <ul class="cards">
              {wallets.map((one) => (
                <Choice key={one.id} wallet={one} onChoose={() => attempt(purse.connect(one))} />
              ))}
            </ul>
          ) : (
            <p>{local ? say.local : say.noneCame(client.network.name)}</p>
          )}
        </section>
      )}
    </>
  );
}

function Choice({ wallet, onChoose }: { wallet: Wallet; onChoose: () => void }) {
  return (
    <li class="card">
      <h3>{wallet.name}</h3>
      <button type="button" class="plain" onClick={onChoose}>
        {texts().wallet.connect}
      </button>
    </li>
  );
}
