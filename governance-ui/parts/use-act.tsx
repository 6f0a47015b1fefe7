/**
 * One act on the chain, from the question to the end: the wallet is asked, the transaction is sent, it is
 * in a block, its block is final; or why not. Nothing is told that the node or the wallet did not say.
 */
import { useState } from 'preact/hooks';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { isDaoError } from '@commonweights/dao-contracts/client/errors.js';
import { explainCode } from '../words/errors.js';
import { copyText } from './copying.js';
import { useDoor } from './door-context.js';
import { usePurse } from './purse-context.js';
import { texts } from '../texts/language.js';

export type ActStage =
  | { readonly kind: 'idle' }
  | { readonly kind: 'asked' }
  | { readonly kind: 'sent'; readonly hash: string }
  | { readonly kind: 'executed'; readonly hash: string | null }
  | { readonly kind: 'final'; readonly hash: string | null }
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly why: string;
      /** What was sent and failed, or may have been: to be looked up. */
      readonly hash: string | null;
    };

export interface Act {
  readonly stage: ActStage;
  readonly busy: boolean;
  /** Whether it was done; `at`: another contract than the one that the pages read. */
  run(act: (client: DaoClient) => Promise<unknown>, at?: string): Promise<boolean>;
}

export function useAct(): Act {
  const { purse } = usePurse();
  const home = useDoor().client.contract;
  const [stage, setStage] = useState<ActStage>({ kind: 'idle' });
  const run: Act['run'] = async (act, at = home) => {
    // Several transactions may be one act: what is shown is the last of them.
    let hash: string | null = null;
    const client = purse.clientAt(at, {
      asked: () => setStage({ kind: 'asked' }),
      sent: (sent) => {
        hash = sent;
        setStage({ kind: 'sent', hash: sent });
      },
    });
    if (!client) return false;
    const before = document.activeElement;
    setStage({ kind: 'asked' });
    try {
      await act(client);
      setStage({ kind: 'executed', hash });
      // A block that was built after the act and is final: so is the act.
      void untilFinal(client).then((final) => {
        if (final) setStage((now) => (now.kind === 'executed' ? { ...now, kind: 'final' } : now));
      });
      return true;
    } catch (error) {
      const code = isDaoError(error) ? error.code : 'UNEXPECTED';
      // A wallet that refused the next of several sent nothing that would have to be looked for.
      const sent = code === 'WALLET_REFUSED' ? null : hash;
      setStage({ kind: 'failed', code, why: (error as Error).message, hash: sent });
      return false;
    } finally {
      giveFocusBack(before);
    }
  };
  return { stage, busy: stage.kind === 'asked' || stage.kind === 'sent', run };
}

/** What was pressed was off while the wallet was asked, and lost the focus: a keyboard goes on from it. */
function giveFocusBack(to: Element | null): void {
  requestAnimationFrame(() => {
    if (document.activeElement !== document.body) return;
    if (to instanceof HTMLElement && to.isConnected) to.focus();
  });
}

const looksMax = 30;
const lookEveryMs = 1_000;

async function untilFinal({ connection }: DaoClient): Promise<boolean> {
  const { provider } = connection;
  try {
    const head = await connection.ask('block', () =>
      provider.viewBlock({ finality: 'optimistic' }),
    );
    for (let look = 0; look < looksMax; look++) {
      const final = await connection.ask('block', () => provider.viewBlock({ finality: 'final' }));
      if (final.header.height >= head.header.height) return true;
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  } catch {
    // It was executed, which is said; that nobody answers now is said by what reads the page.
  }
  return false;
}

export function ActNote({ stage, what }: { stage: ActStage; what: string }) {
  const say = texts().common.act;
  switch (stage.kind) {
    case 'idle':
      return null;
    case 'asked':
      return <p class="quiet">{say.asked(what)}</p>;
    case 'sent':
      return <Told said={say.sent(what)} hash={stage.hash} />;
    case 'executed':
      return <Told said={say.executed(what)} hash={stage.hash} />;
    case 'final':
      return <Told said={say.final(what)} hash={stage.hash} />;
    case 'failed':
      return stage.code === 'WALLET_REFUSED' ? (
        <p class="trouble">{say.refused(what)}</p>
      ) : (
        <p class="trouble wrap">
          {say.failed(what)} {explainCode(stage.code)} <span lang="en">{stage.why}</span>
          {stage.hash ? <Transaction hash={stage.hash} /> : null}
        </p>
      );
  }
}

function Told({ said, hash }: { said: string; hash: string | null }) {
  return (
    <p class="quiet">
      {said}
      {hash ? <Transaction hash={hash} /> : null}
    </p>
  );
}

/** By which it is found in any explorer. */
function Transaction({ hash }: { hash: string }) {
  const say = texts().common;
  return (
    <>
      {' '}
      {say.act.transaction}{' '}
      <button
        type="button"
        class="digest"
        title={say.copy.click(hash)}
        aria-label={say.copy.transaction(hash.slice(0, 8))}
        onClick={() => void copyText(hash, hash)}
      >
        {hash.slice(0, 8)}…
      </button>
    </>
  );
}
