/** Which wallet signs, and as whom the page acts. */
import { useEffect, useState } from 'preact/hooks';
import { useDoor } from '../parts/door-context.js';
import { usePurse } from '../parts/purse-context.js';
import { developmentWalletId } from '../wallet/development-wallet.js';
import type { Wallet } from '../wallet/wallet.js';

export function WalletPage({ token }: { token: string | null }) {
  const { client } = useDoor();
  const { purse, wallet, wallets, accounts, accountId } = usePurse();
  const [why, setWhy] = useState<string | null>(null);
  const attempt = (work: Promise<void>) => {
    setWhy(null);
    work.catch((error: unknown) => setWhy((error as Error).message));
  };
  useEffect(() => {
    document.title = 'Wallet · Commonweights';
    if (token === null) return;
    // Whoever looks over the shoulder, or at the history, need not see it.
    history.replaceState(null, '', '#/wallet');
    attempt(purse.openDevelopment(token));
  }, [token]);
  const local = client.network.name === 'localnet';
  return (
    <>
      <h1>Wallet</h1>
      <p class="lead">
        Everybody may look. To vote, to claim or to work, a wallet signs: it shows what, and its
        keys stay with it.
      </p>
      {why === null ? null : <p class="trouble wrap">{why}</p>}
      {wallet ? (
        <section aria-labelledby="acting">
          <h2 id="acting">{wallet.name}</h2>
          <label class="field">
            <span>Act as</span>
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
          {wallet.id === developmentWalletId ? (
            <p class="quiet">
              Its keys are those of the local network, and came with the link: play money.
            </p>
          ) : null}
          <button type="button" class="plain" onClick={() => attempt(purse.disconnect())}>
            Disconnect
          </button>
        </section>
      ) : (
        <section aria-labelledby="choose">
          <h2 id="choose">Connect</h2>
          {wallets.length > 0 ? (
            <ul class="cards">
              {wallets.map((one) => (
                <Choice key={one.id} wallet={one} onChoose={() => attempt(purse.connect(one))} />
              ))}
            </ul>
          ) : (
            <p>
              {local
                ? 'A local network has a wallet of its own: open the link that “commonweights network up” prints beside “wallet”.'
                : `No wallet has come forward. Install one that puts itself into pages (as NEAR Connect names them, “injected” wallets), set it to ${client.network.name}, and load this page again. The command line works without.`}
            </p>
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
        Connect
      </button>
    </li>
  );
}
