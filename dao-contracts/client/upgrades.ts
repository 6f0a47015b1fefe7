/** The contract's own code: which one runs, bringing another one, and whether all is well. */
import { actions, baseDecode } from 'near-api-js';
import { formatDigest, type Digest } from '@commonweights/dataset-registry/digest/digest-text.js';
import { storageYoctoPerByte } from '../rules/limits.js';
import { noCode } from './accounts.js';
import { teraGas, type Connection } from './connection.js';
import type { CodeView, HealthView, StagedCodeView, UpgradeView } from './views.js';

export interface UpgradeCalls {
  getCode(): Promise<CodeView>;
  /** What the node says that it runs; null: there is no contract. */
  getCodeOnChain(): Promise<Digest | null>;
  /** The bytes that it runs, as the node has them. */
  getCodeBytes(): Promise<Uint8Array>;
  /** Null: nobody has uploaded it, or it is in use and was taken from there. */
  getStagedCode(it: { code: Digest }): Promise<StagedCodeView | null>;
  /** What became of an upgrade; null: it was not carried out. */
  getUpgrade(it: { proposal: number }): Promise<UpgradeView | null>;
  /** Refuses with what is wrong. */
  checkHealth(): Promise<HealthView>;
  /** Pays for the storage of the code, which comes back to the ledger of who pays. */
  stageCode(it: { code: Uint8Array }): Promise<void>;
  /** By anybody, once its time is over: what was paid goes to its uploader's ledger. */
  unstageCode(it: { code: Digest }): Promise<void>;
  /** `execute`, with the gas that an upgrade takes. `because`: what the new code failed with. */
  executeUpgrade(it: { proposal: number }): Promise<UpgradeResult>;
}

export interface UpgradeResult {
  readonly outcome: 'done' | 'rolled-back';
  readonly because: string | null;
}

/** What a caller has to attach at least. */
export const upgradeGas = 300n * teraGas;

/** Records beside the code: who paid, and a ledger. */
const overheadBytes = 1_500n;

export function stagingDeposit(codeBytes: number): bigint {
  return (BigInt(codeBytes) + overheadBytes) * storageYoctoPerByte;
}

export function upgradeCalls(connection: Connection): UpgradeCalls {
  return {
    getCode: () => connection.view('get_code'),
    getCodeOnChain: async () => {
      const accountId = connection.contract;
      const { code_hash: hash } = await connection.ask('view_account', () =>
        connection.provider.viewAccount({ accountId }),
      );
      return hash === noCode ? null : formatDigest(baseDecode(hash));
    },
    getCodeBytes: async () => {
      const contractId = connection.contract;
      const view = await connection.ask('view_code', () =>
        connection.provider.viewContractCode({ contractId }),
      );
      return view.code;
    },
    getStagedCode: (it) => connection.view('get_staged_code', it),
    getUpgrade: (it) => connection.view('get_upgrade', it),
    checkHealth: () => connection.view('check_health'),
    stageCode: async ({ code }) => {
      const depositYocto = stagingDeposit(code.length);
      const call = actions.functionCall('stage_code', code, 200n * teraGas, depositYocto);
      await connection.send(connection.contract, [call], 'stage_code');
    },
    unstageCode: (it) => connection.call('unstage_code', it, { gas: 200n * teraGas }),
    executeUpgrade: async (it) => {
      try {
        await connection.call('execute', it, { gas: upgradeGas });
        return { outcome: 'done', because: null };
      } catch (error) {
        const view = await connection.view<UpgradeView | null>('get_upgrade', it);
        if (view?.outcome !== 'rolled-back') throw error;
        return { outcome: 'rolled-back', because: (error as Error).message };
      }
    },
  };
}
