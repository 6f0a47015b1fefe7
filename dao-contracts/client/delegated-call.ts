/**
 * A call that somebody else pays for (NEP-366): the worker signs what it wants to call, a relayer
 * puts it into a transaction of its own. Over the wire goes not the chain's encoding but the fields
 * of the one thing a relayer of this DAO carries, a call without deposit, so that it has nothing
 * else to refuse; the relayer builds the signed action from them again, and only if they are what
 * was signed does the chain accept it.
 */
import {
  actions,
  base64Decode,
  base64Encode,
  DelegateAction,
  PublicKey,
  type Action,
  type JsonRpcProvider,
  type KeyPairSigner,
} from 'near-api-js';
import { DaoError } from './errors.js';

/** As JSON between worker and relayer. */
export interface DelegatedCall {
  readonly sender: string;
  readonly contract: string;
  readonly method: string;
  /** Base64 of the argument's bytes. */
  readonly args: string;
  readonly gas: string;
  readonly nonce: string;
  readonly maxBlockHeight: string;
  /** `ed25519:<base58>` */
  readonly publicKey: string;
  /** Base64 of the signature's 64 bytes. */
  readonly signature: string;
}

/** What the relayer answers with: what the contract returned, or the refusal. */
export type RelayAnswer =
  | { readonly returned: string; readonly transactionHash: string }
  | { readonly code: string; readonly facts: string; readonly remedy: string | null };

/** Blocks for which a signed call can land; afterwards it is void and can be signed anew. */
const blocksToLive = 200n;

export interface ToDelegate {
  readonly method: string;
  readonly args: object;
  readonly gas: bigint;
}

/** Signs a call of `contract` by `sender` without sending anything. */
export async function signDelegatedCall(
  it: {
    readonly sender: string;
    readonly contract: string;
    readonly signer: KeyPairSigner;
    readonly provider: JsonRpcProvider;
  },
  call: ToDelegate,
): Promise<DelegatedCall> {
  const { sender, contract, signer, provider } = it;
  const publicKey = await signer.getPublicKey();
  const [key, block] = await Promise.all([
    provider.viewAccessKey({ accountId: sender, publicKey }),
    provider.viewBlock({ finality: 'final' }),
  ]);
  const unsigned = {
    sender,
    contract,
    method: call.method,
    args: base64Encode(new TextEncoder().encode(JSON.stringify(call.args))),
    gas: `${call.gas}`,
    nonce: `${key.nonce + 1n}`,
    maxBlockHeight: `${BigInt(block.header.height) + blocksToLive}`,
    publicKey: publicKey.toString(),
  };
  const { signedDelegate } = await signer.signDelegateAction(delegateOf(unsigned));
  return { ...unsigned, signature: base64Encode(signedDelegate.signature.data) };
}

/** The signed action that goes into the relayer's transaction. */
export function actionOfDelegated(call: DelegatedCall): Action {
  const data = base64Decode(call.signature);
  // The library exports the shape of a signature and not its class; its encoder needs no more.
  const signature = { ed25519Signature: { keyType: 0, data } } as unknown as Signature;
  return actions.signedDelegate({ delegateAction: delegateOf(call), signature });
}

type Signature = Parameters<typeof actions.signedDelegate>[0]['signature'];

/** What is signed: its bytes, prefixed by NEP-461, are `encodeDelegateAction` of it. */
export function delegateOf(call: Omit<DelegatedCall, 'signature'>): DelegateAction {
  return new DelegateAction({
    senderId: call.sender,
    receiverId: call.contract,
    actions: [actions.functionCall(call.method, base64Decode(call.args), BigInt(call.gas), 0n)],
    nonce: BigInt(call.nonce),
    maxBlockHeight: BigInt(call.maxBlockHeight),
    publicKey: PublicKey.fromString(call.publicKey),
  });
}

/**
 * Hands a signed call to a relayer and waits for what became of it: what the contract returned.
 * Errors: the relayer's refusal; `RELAY_UNREACHABLE` for whatever is not a relayer's answer.
 */
export async function sendToRelay(
  call: DelegatedCall,
  it: { readonly relayUrl: string; readonly timeoutMs: number },
): Promise<string> {
  let answer: RelayAnswer | null;
  try {
    const response = await fetch(new URL('/relay', it.relayUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(call),
      signal: AbortSignal.timeout(it.timeoutMs),
    });
    answer = relayAnswerOf(await response.json(), response.ok);
  } catch (error) {
    throw unreachable(`no relayer answers at ${it.relayUrl}`, error);
  }
  if (answer === null) throw unreachable(`what answers at ${it.relayUrl} is no relayer`);
  if ('code' in answer) throw new DaoError(answer);
  return answer.returned;
}

/** Null: no answer of a relayer's, so that nobody knows whether the call was made. */
function relayAnswerOf(body: unknown, isOk: boolean): RelayAnswer | null {
  if (typeof body !== 'object' || body === null) return null;
  const { code, facts, remedy, returned, transactionHash } = body as Record<string, unknown>;
  if (typeof code === 'string' && typeof facts === 'string') {
    return { code, facts, remedy: typeof remedy === 'string' ? remedy : null };
  }
  if (!isOk || typeof returned !== 'string' || typeof transactionHash !== 'string') return null;
  return { returned, transactionHash };
}

function unreachable(facts: string, cause?: unknown): DaoError {
  const remedy = 'name another one with --relay, or pay the fees yourself without it';
  return new DaoError({ code: 'RELAY_UNREACHABLE', facts, remedy, cause });
}
