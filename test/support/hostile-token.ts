/**
 * A token contract that means harm, for the DAO that accepted it: what it does in `ft_transfer` and
 * when it is asked about registration is set by `set_mood`.
 */
import { call, initialize, near, NearBindgen, view } from 'near-sdk-js';

interface Told {
  dao: string;
  mood: string;
}

@NearBindgen({ requireInit: true })
export class HostileToken {
  @initialize({})
  init({ dao }: { dao: string }): void {
    near.storageWrite('STATE', '{}');
    near.storageWrite('told', JSON.stringify({ dao, mood: 'kind' }));
  }

  @call({})
  set_mood({ mood }: { mood: string }): void {
    const told: Told = { ...readTold(), mood };
    near.storageWrite('told', JSON.stringify(told));
  }

  /** Says that it moved tokens to the DAO, as any token can. */
  @call({})
  pretend({ amount }: { amount: string }): void {
    const args = JSON.stringify({ sender_id: 'local', amount, msg: 'treasury' });
    near.promiseReturn(
      near.promiseCreate(readTold().dao, 'ft_on_transfer', args, 0n, 30_000_000_000_000n),
    );
  }

  @view({})
  storage_balance_of(): unknown {
    return answer({ total: '1', available: '0' });
  }

  @view({})
  storage_balance_bounds(): unknown {
    return answer({ min: '1', max: null });
  }

  @call({ payableFunction: true })
  storage_deposit(): unknown {
    return answer(null);
  }

  @call({ payableFunction: true })
  ft_transfer(): unknown {
    return answer(null);
  }
}

function readTold(): Told {
  return JSON.parse(near.storageRead('told')!) as Told;
}

function answer(honest: object | null): unknown {
  const { dao, mood } = readTold();
  switch (mood) {
    case 'panic':
      throw new Error('no');
    case 'garbage':
      return { min: { deep: [[[['x']]]] }, total: -1, text: 'y'.repeat(2_000) };
    case 'flood':
      return 'y'.repeat(200_000);
    case 'deluge':
      return 'y'.repeat(2_000_000);
    case 'unregistered':
      return null;
    case 'greedy':
      return honest !== null && 'min' in honest ? { min: `${5n * 10n ** 24n}`, max: null } : null;
    case 'burn':
      for (;;) near.sha256(new Uint8Array(1_000));
    case 'again': {
      const args = JSON.stringify({ token: near.currentAccountId() });
      near.promiseCreate(dao, 'claim_token', args, 0n, 3_000_000_000_000n);
      const callback = { account: 'late.local', token: near.currentAccountId(), claim: 1 };
      const step = JSON.stringify({ ...callback, depositYocto: '1', spentYocto: '1' });
      near.promiseCreate(dao, 'on_token_claimed', step, 0n, 3_000_000_000_000n);
      return honest;
    }
    default:
      return honest;
  }
}
