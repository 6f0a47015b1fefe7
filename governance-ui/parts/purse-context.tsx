/** The wallet in use, for every part of the page that acts; and the development wallet's question. */
import type { ComponentChildren } from 'preact';
import { createContext } from 'preact';
import { useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { connectorActionsOf } from '../wallet/connector-action.js';
import { Purse, type PurseView } from '../wallet/purse.js';
import type { WalletRequest } from '../wallet/wallet.js';
import { useDoor } from './door-context.js';
import { texts } from '../texts/language.js';

const PurseContext = createContext<Purse | null>(null);

export function usePurse(): PurseView & { readonly purse: Purse } {
  const purse = useContext(PurseContext)!;
  const [view, setView] = useState(purse.view);
  useEffect(() => {
    setView(purse.view);
    return purse.listen(setView);
  }, [purse]);
  return { ...view, purse };
}

interface Question {
  readonly request: WalletRequest;
  readonly answer: (may: boolean) => void;
}

export function PurseProvider({ children }: { children: ComponentChildren }) {
  const door = useDoor();
  const [question, setQuestion] = useState<Question | null>(null);
  const purse = useMemo(() => {
    const ask = (request: WalletRequest) =>
      new Promise<boolean>((resolve) => {
        const answer = (may: boolean) => {
          setQuestion(null);
          resolve(may);
        };
        setQuestion({ request, answer });
      });
    return new Purse(door, { pageUrl: document.baseURI, ask, storage: localStorage });
  }, [door]);
  useEffect(() => purse.start(), [purse]);
  return (
    <PurseContext.Provider value={purse}>
      {children}
      {question ? <SignDialog {...question} /> : null}
    </PurseContext.Provider>
  );
}

/** Exactly what would be signed, as every wallet shows it. */
function SignDialog({ request, answer }: Question) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const { accountId, receiver, actions } = request;
  const shown = connectorActionsOf(actions);
  const say = texts().wallet;
  return (
    <dialog ref={dialog} aria-labelledby="sign" onCancel={() => answer(false)}>
      <h2 id="sign">{say.development}</h2>
      <p>{say.question({ account: accountId, receiver })}</p>
      <pre tabIndex={0}>{JSON.stringify(shown, null, 2)}</pre>
      <p class="buttons">
        <button type="button" class="plain" onClick={() => answer(true)}>
          {say.sign}
        </button>
        <button type="button" class="plain" onClick={() => answer(false)}>
          {say.refuse}
        </button>
      </p>
    </dialog>
  );
}
