/** An unmodified near-api-js client against the embedded node. */
import { expect } from 'chai';
import {
  Account,
  JsonRpcProvider,
  KeyPairSigner,
  actions,
  type KeyPairString,
  PublicKey,
} from 'near-api-js';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import { startLocalnet, type Localnet } from '@commonweights/dao-contracts/localnet/localnet.js';
import { demoContract } from './contracts.js';

const near = 10n ** 24n;
const Tgas = 10n ** 12n;

describe('an unmodified near-api-js client on the local chain', () => {
  let node: Localnet;
  let provider: JsonRpcProvider;
  let root: Account;

  const signer = (secret: string): KeyPairSigner =>
    KeyPairSigner.fromSecretKey(secret as KeyPairString);

  async function createAccount(name: string, yocto: bigint): Promise<Account> {
    const id = `${name}.local`;
    const { publicKey, secretKey } = deriveKey('test', id);
    await root.createAccount({ newAccountId: id, publicKey, nearToTransfer: yocto });
    return new Account(id, provider, signer(secretKey));
  }

  async function balanceOf(id: string): Promise<bigint> {
    return (await provider.viewAccount({ accountId: id })).amount;
  }

  function expectConserved(): void {
    const { totalSupply, burnt, accountsTotal, inFlight } = node.supply();
    expect(inFlight).to.equal(0n);
    expect(accountsTotal + burnt).to.equal(totalSupply);
  }

  before(async () => {
    node = await startLocalnet({ seed: 'test' });
    provider = new JsonRpcProvider({ url: node.url });
    root = new Account('local', provider, signer(node.rootSecretKey));
  });

  afterEach(() => expectConserved());

  after(() => node.stop());

  it('creates an account with a balance and a key', async () => {
    await createAccount('alice', 5n * near);
    expect(await balanceOf('alice.local')).to.equal(5n * near);
    const { keys } = await provider.viewAccessKeyList({ accountId: 'alice.local' });
    expect(keys).to.have.length(1);
  });

  it('deploys a contract, calls it and views it', async () => {
    const contract = await createAccount('contract', 50n * near);
    await contract.deployContract(demoContract());
    await contract.callFunction({
      contractId: contract.accountId,
      methodName: 'set',
      args: { hello: 'world' },
    });
    const args = {};
    const got = await provider.callFunction({ contractId: 'contract.local', method: 'get', args });
    expect(got).to.deep.equal({ hello: 'world' });
  });

  it('runs a callback after a failed promise and returns its deposit', async () => {
    const relay = await createAccount('relay', 50n * near);
    await relay.deployContract(demoContract('fail'));
    const before = await balanceOf('relay.local');
    const outcome = await root.callFunctionRaw({
      contractId: 'relay.local',
      methodName: 'relay',
      args: new TextEncoder().encode('contract.local'),
      deposit: 3n * near,
      gas: 100n * Tgas,
    });
    expect(outcome.status).to.deep.equal({ SuccessValue: Buffer.from('2').toString('base64') });
    const logs = outcome.receipts_outcome.flatMap((receipt) => receipt.outcome.logs);
    expect(logs).to.deep.equal(['2']);
    // The deposit came back to the contract that had passed it on, and it earned gas besides.
    const after = await balanceOf('relay.local');
    expect(after >= before + 3n * near).to.equal(true);
    expect(after < before + 3n * near + near / 100n).to.equal(true);
  });

  it('passes a successful promise with its deposit to the callback', async () => {
    const relay = await createAccount('relay2', 50n * near);
    await relay.deployContract(demoContract('echo'));
    const before = await balanceOf('contract.local');
    const outcome = await root.callFunctionRaw({
      contractId: 'relay2.local',
      methodName: 'relay',
      args: new TextEncoder().encode('contract.local'),
      deposit: 2n * near,
      gas: 100n * Tgas,
    });
    expect(outcome.status).to.deep.equal({ SuccessValue: Buffer.from('1').toString('base64') });
    expect((await balanceOf('contract.local')) >= before + 2n * near).to.equal(true);
  });

  it('returns unused gas to the signer', async () => {
    const before = await balanceOf('local');
    const outcome = await root.callFunctionRaw({
      contractId: 'contract.local',
      methodName: 'echo',
      args: {},
      gas: 300n * Tgas,
    });
    const burnt = [outcome.transaction_outcome, ...outcome.receipts_outcome].reduce(
      (sum, { outcome: one }) => sum + BigInt(one.tokens_burnt as unknown as string),
      0n,
    );
    expect(before - (await balanceOf('local'))).to.equal(burnt);
  });

  it('keeps a function-call key to its contract, methods and allowance', async () => {
    const { publicKey, secretKey } = deriveKey('test', 'worker');
    await root.addFunctionCallAccessKey({
      publicKey,
      contractId: 'contract.local',
      methodNames: ['set'],
      allowance: near / 10n,
    });
    const worker = new Account('local', provider, signer(secretKey));
    const call = (contractId: string, methodName: string, deposit = 0n): Promise<unknown> =>
      worker.callFunction({ contractId, methodName, args: {}, deposit });
    await call('contract.local', 'set');
    await expectRejection(call('contract.local', 'fail'), 'AccessKeyMethodNameMismatch');
    await expectRejection(call('relay.local', 'set'), 'AccessKeyReceiverMismatch');
    await expectRejection(call('contract.local', 'set', 1n), 'AccessKeyDepositWithFunctionCall');
    await expectRejection(
      worker.signAndSendTransaction({
        receiverId: 'alice.local',
        actions: [actions.transfer(1n)],
      }),
      'AccessKeyRequiresFullAccess',
    );
    const key = await provider.viewAccessKey({
      accountId: 'local',
      publicKey: PublicKey.fromString(publicKey),
    });
    const { allowance } = (key.permission as { FunctionCall: { allowance: string } }).FunctionCall;
    expect(BigInt(allowance) < near / 10n).to.equal(true);
    // 300 Tgas must be held in advance, so one call can exceed what is left of an allowance.
    const poor = deriveKey('test', 'poor');
    await root.addFunctionCallAccessKey({
      publicKey: poor.publicKey,
      contractId: 'contract.local',
      allowance: 10n ** 21n,
    });
    const poorWorker = new Account('local', provider, signer(poor.secretKey));
    await expectRejection(
      poorWorker.callFunction({ contractId: 'contract.local', methodName: 'set', args: {} }),
      'AccessKeyNotEnoughAllowance',
    );
  });

  it('refuses what the balance does not cover', async () => {
    const alice = new Account(
      'alice.local',
      provider,
      signer(deriveKey('test', 'alice.local').secretKey),
    );
    const transfer = alice.transfer({ receiverId: 'local', amount: 6n * near });
    await expectRejection(transfer, 'NotEnoughBalance');
  });

  it('refuses a nonce that was used', async () => {
    const tx = await root.createSignedTransaction({
      receiverId: 'alice.local',
      actions: [actions.transfer(1n)],
    });
    await provider.sendTransaction(tx);
    const again = await root.createSignedTransaction({
      receiverId: 'alice.local',
      actions: [actions.transfer(2n)],
    });
    again.transaction.nonce = tx.transaction.nonce;
    const { signedTransaction } = await root.getSigner()!.signTransaction(again.transaction);
    await expectRejection(provider.sendTransaction(signedTransaction), 'InvalidNonce');
  });

  it('answers a transaction that is sent twice with the same outcome', async () => {
    const tx = await root.createSignedTransaction({
      receiverId: 'alice.local',
      actions: [actions.transfer(near)],
    });
    const before = await balanceOf('alice.local');
    const first = await provider.sendTransaction(tx);
    const second = await provider.sendTransaction(tx);
    expect(second.transaction.hash).to.equal(first.transaction.hash);
    expect(await balanceOf('alice.local')).to.equal(before + near);
  });

  it('reports a panic, a missing method, a missing contract and exhausted gas', async () => {
    const call = (contractId: string, methodName: string): Promise<unknown> =>
      root.callFunction({ contractId, methodName, args: {} });
    await expectRejection(call('contract.local', 'fail'), 'Smart contract panicked: it broke');
    await expectRejection(call('contract.local', 'nothing'), 'ContractMethodNotFound');
    await expectRejection(call('alice.local', 'set'), 'ContractCodeDoesNotExist');
    await expectRejection(call('contract.local', 'spin'), 'Exceeded the prepaid gas.');
    await expectRejection(call('nobody.local', 'set'), 'AccountDoesNotExist');
  });

  it('reports a panic in a view', async () => {
    const view = provider.callFunction({ contractId: 'contract.local', method: 'fail', args: {} });
    await expectRejection(view, 'it broke');
  });

  it('refuses storage that the balance does not cover', async () => {
    const small = await createAccount('small', near / 5n);
    await expectRejection(small.deployContract(new Uint8Array(30_000)), 'LackBalanceForState');
    const contract = await createAccount('tight', near / 10n);
    await contract.deployContract(demoContract());
    const args = new TextEncoder().encode('x'.repeat(20_000));
    const fill = root.callFunction({ contractId: 'tight.local', methodName: 'set', args });
    await expectRejection(fill, 'LackBalanceForState');
  });

  it('deletes an account and gives what is left to its beneficiary', async () => {
    const gone = await createAccount('gone', 2n * near);
    const before = await balanceOf('alice.local');
    await gone.deleteAccount('alice.local');
    expect((await balanceOf('alice.local')) > before + near).to.equal(true);
    await expectRejection(balanceOf('gone.local'), 'AccountDoesNotExist');
  });

  it('lets only an account create accounts under its name', async () => {
    const alice = new Account(
      'alice.local',
      provider,
      signer(deriveKey('test', 'alice.local').secretKey),
    );
    const attempt = (receiverId: string): Promise<unknown> =>
      alice.signAndSendTransaction({ receiverId, actions: [actions.createAccount()] });
    await expectRejection(attempt('bob.local'), 'CreateAccountNotAllowed');
    await expectRejection(attempt('bob'), 'CreateAccountOnlyByRegistrar');
    await expectRejection(attempt('alice.local'), 'AccountAlreadyExists');
  });

  it('moves the time of views and transactions forward', async () => {
    const time = async (): Promise<number> => {
      const { result } = await provider.callFunctionRaw({
        contractId: 'contract.local',
        method: 'time',
        args: {},
      });
      return Number(Buffer.from(result).readBigUInt64LE() / 1_000_000n);
    };
    const before = await time();
    await node.fastForward(3_600_000);
    expect(await time()).to.equal(before + 3_600_000);
    await callRpc(node.url, 'sandbox_fast_forward', { delta_height: 10 });
    expect(await time()).to.equal(before + 3_600_000 + 10_000);
  });

  it('relays what another account has signed (NEP-366)', async () => {
    const alice = new Account(
      'alice.local',
      provider,
      signer(deriveKey('test', 'alice.local').secretKey),
    );
    const before = await balanceOf('alice.local');
    const { signedDelegate } = await alice.createSignedMetaTransaction({
      receiverId: 'contract.local',
      actions: [actions.functionCall('set', { by: 'alice' }, 30n * Tgas, 0n)],
    });
    await root.relayMetaTransaction(signedDelegate);
    expect(await balanceOf('alice.local')).to.equal(before);
    const got = await provider.callFunction({
      contractId: 'contract.local',
      method: 'get',
      args: {},
    });
    expect(got).to.deep.equal({ by: 'alice' });
    await expectRejection(root.relayMetaTransaction(signedDelegate), 'DelegateActionInvalidNonce');
  });

  it('answers the other questions that clients ask', async () => {
    expect((await provider.viewNodeStatus()).chain_id).to.equal('localnet');
    const block = await provider.viewBlock({ finality: 'final' });
    expect(await provider.viewBlock({ blockId: block.header.height })).to.deep.equal(block);
    expect(await provider.viewChunk(block.chunks[0]!.chunk_hash)).to.have.property('header');
    expect(await provider.viewGasPrice()).to.have.property('gas_price', '100000000');
    expect(await provider.viewValidators()).to.have.property('current_validators');
    const { balance } = await root.getState();
    expect(balance.available < balance.total).to.equal(true);
    const changed = await provider.accountChanges(['local'], { finality: 'final' });
    expect(changed).to.have.property('changes');
    const state = await provider.viewContractState({ contractId: 'contract.local' });
    expect(state.values).to.have.length(1);
    const { code } = await provider.viewContractCode({ contractId: 'contract.local' });
    expect(Buffer.from(code).equals(Buffer.from(demoContract()))).to.equal(true);
  });
});

/** For the methods that are the local chain's own. */
async function callRpc(url: string, method: string, params: object): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const response = await fetch(url, { method: 'POST', body });
  return ((await response.json()) as { result?: unknown }).result;
}

async function expectRejection(attempt: Promise<unknown>, told: string): Promise<void> {
  let error: unknown;
  try {
    await attempt;
  } catch (caught) {
    error = caught;
  }
  const { name, message } = (error ?? {}) as Error;
  const plain = (_key: string, value: unknown): unknown =>
    typeof value === 'bigint' ? `${value}` : value;
  expect(`${name}: ${message} ${JSON.stringify(error, plain)}`).to.include(told);
}
