/**
 * One act on the chain, from the question to the end: the wallet is asked, the transaction is executed,
 * its block is final; or why not. Nothing is told that the node did not say.
 */
import { useState } from 'preact/hooks';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { isDaoError } from '@commonweights/dao-contracts/client/errors.js';
import { explainCode } from '../words/errors.js';
import { usePurse } from './purse-context.js';
import { texts } from '../texts/language.js';

export type ActStage =
  | { readonly kind: 'idle' }
  | { readonly kind: 'asked' }
  | { readonly kind: 'executed' }
  | { readonly kind: 'final' }
  | { readonly kind: 'failed'; readonly code: string; readonly why: string };

export interface Act {
  readonly stage: ActStage;
  readonly busy: boolean;
  /** Whether it was done. */
  run(act: (client: DaoClient) => Promise<unknown>): Promise<boolean>;
}

export function useAct(): Act {
  const { client } = usePurse();
  const [stage, setStage] = useState<ActStage>({ kind: 'idle' });
  const run: Act['run'] = async (act) => {
    if (!client) return false;
    const before = document.activeElement;
    setStage({ kind: 'asked' });
    try {
      await act(client);
      setStage({ kind: 'executed' });
      // A block that was built after the act and is final: so is the act.
      void untilFinal(client).then((final) => {
        if (final) setStage((now) => (now.kind === 'executed' ? { kind: 'final' } : now));
      });
      return true;
    } catch (error) {
      const code = isDaoError(error) ? error.code : 'UNEXPECTED';
      setStage({ kind: 'failed', code, why: (error as Error).message });
      return false;
    } finally {
      giveFocusBack(before);
    }
  };
  return { stage, busy: stage.kind === 'asked', run };
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
    case 'executed':
      return <p class="quiet">{say.executed(what)}</p>;
    case 'final':
      return <p class="quiet">{say.final(what)}</p>;
    case 'failed':
      return stage.code === 'WALLET_REFUSED' ? (
        <p class="trouble">{say.refused(what)}</p>
      ) : (
        <p class="trouble wrap">
          {say.failed(what)} {explainCode(stage.code)} <span lang="en">{stage.why}</span>
        </p>
      );
  }
}
