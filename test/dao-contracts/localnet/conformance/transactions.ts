/** What the chain refuses before it runs, what fails when it runs, and what happens to the money. */
import { expect } from 'chai';
import {
  actions,
  baseDecode,
  createTransaction,
  KeyPairSigner,
  PublicKey,
  type Action,
  type KeyPairString,
} from 'near-api-js';
import { deriveKey } from '@commonweights/dao-contracts/localnet/keys.js';
import type { Chain } from '@commonweights/dao-contracts/localnet/runtime/chain.js';
import { InvalidTransaction } from '@commonweights/dao-contracts/localnet/runtime/charge-transaction.js';
import { ChainClient, near, openChain, Tgas } from '../chain-client.js';
import { demoContract } from '../contracts.js';
import { cites, type Case } from './case.js';
import { call, dataAt, moduleOf } from './machine.js';

const seed = 'chain test';

export interface Change {
  readonly signer?: string;
  readonly receiver?: string;
  readonly nonce?: bigint;
  readonly blockHash?: Uint8Array;
  /** Whose key signs, and is named. */
  readonly key?: string;
  /** Whether the signature is another one. */
  readonly forged?: boolean;
}

/** A transaction of a.local to itself, but for what is changed. */
export async function signed(
  chain: Chain,
  list: Action[],
  change: Change = {},
): Promise<Uint8Array> {
  const { signer = 'a.local', receiver = 'a.local', key = signer, forged = false } = change;
  const named = deriveKey(seed, key).publicKey;
  const known = chain.world.accounts.get(signer)?.keys.get(named)?.nonce ?? 0n;
  const { nonce = known + 1n, blockHash = baseDecode(chain.head.hash) } = change;
  const plain = createTransaction(
    signer,
    PublicKey.fromString(named),
    receiver,
    nonce,
    list,
    blockHash,
  );
  const { secretKey } = deriveKey(seed, key);
  const pair = KeyPairSigner.fromSecretKey(secretKey as KeyPairString);
  const bytes = (await pair.signTransaction(plain)).signedTransaction.encode();
  // The signature comes last.
  if (forged) bytes[bytes.length - 1]! ^= 1;
  return bytes;
}

/** With a.local and b.local of 50 NEAR each, a contract at b.local, and keys of a.local's. */
async function prepared(): Promise<Chain> {
  const chain = openChain();
  const client = new ChainClient(chain);
  for (const id of ['a.local', 'b.local']) await client.createAccount(id, 50n * near);
  await client.send('b.local', 'b.local', [actions.deployContract(demoContract())]);
  await client.send('a.local', 'a.local', [
    actions.addFunctionCallAccessKey(client.publicKey('worker'), 'b.local', ['set'], near),
    actions.addFunctionCallAccessKey(client.publicKey('poor'), 'b.local', [], 10n ** 20n),
  ]);
  return chain;
}

export async function withChain(use: (chain: Chain) => Promise<void>): Promise<void> {
  const chain = await prepared();
  try {
    await use(chain);
  } finally {
    await chain.stop();
  }
}

const set = (gas = 30n * Tgas, deposit = 0n) => actions.functionCall('set', {}, gas, deposit);
const pay = (yocto = 1n) => actions.transfer(yocto);
const publicKey = (name: string) => PublicKey.fromString(deriveKey(seed, name).publicKey);
const many = (count: number, action: Action) => Array.from({ length: count }, () => action);
const names = (count: number, length: number) =>
  Array.from({ length: count }, (_, i) => String(i).padStart(length, 'm'));

/** What is refused at once, with the names of its error from outside in. */
const refusals: [string, Action[], string[], Change?][] = [
  ['an unknown signer', [pay()], ['SignerDoesNotExist'], { signer: 'nobody.local' }],
  [
    'a signer whose name is none',
    [pay()],
    ['InvalidSignerId'],
    { signer: 'A.local', key: 'a.local' },
  ],
  ['a receiver whose name is none', [pay()], ['InvalidReceiverId'], { receiver: 'x' }],
  [
    'a key that the account has not',
    [pay()],
    ['InvalidAccessKeyError', 'AccessKeyNotFound'],
    { key: 'stranger' },
  ],
  ['a signature that is none of it', [pay()], ['InvalidSignature'], { forged: true }],
  ['a used nonce', [pay()], ['InvalidNonce'], { nonce: 0n }],
  ['a nonce beyond what the height allows', [pay()], ['NonceTooLarge'], { nonce: 10n ** 15n }],
  ['a block that the chain does not know', [pay()], ['Expired'], { blockHash: new Uint8Array(32) }],
  ['more than the balance', [pay(51n * near)], ['NotEnoughBalance']],
  ['the whole balance, with nothing left for gas', [pay(50n * near)], ['NotEnoughBalance']],
  [
    'a function-call key for a transfer',
    [pay()],
    ['InvalidAccessKeyError', 'RequiresFullAccess'],
    { key: 'worker', receiver: 'b.local' },
  ],
  [
    'a function-call key for two calls',
    [set(), set()],
    ['InvalidAccessKeyError', 'RequiresFullAccess'],
    { key: 'worker', receiver: 'b.local' },
  ],
  [
    'a function-call key for another contract',
    [set()],
    ['InvalidAccessKeyError', 'ReceiverMismatch'],
    { key: 'worker', receiver: 'local' },
  ],
  [
    'a function-call key for another method',
    [actions.functionCall('get', {}, 30n * Tgas, 0n)],
    ['InvalidAccessKeyError', 'MethodNameMismatch'],
    { key: 'worker', receiver: 'b.local' },
  ],
  [
    'a function-call key with a deposit',
    [set(30n * Tgas, 1n)],
    ['InvalidAccessKeyError', 'DepositWithFunctionCall'],
    { key: 'worker', receiver: 'b.local' },
  ],
  [
    'more gas than the allowance pays for',
    [set()],
    ['InvalidAccessKeyError', 'NotEnoughAllowance'],
    { key: 'poor', receiver: 'b.local' },
  ],
  ['101 actions', many(101, pay()), ['ActionsValidation', 'TotalNumberOfActionsExceeded']],
  [
    'actions after the account is deleted',
    [actions.deleteAccount('local'), pay()],
    ['ActionsValidation', 'DeleteActionMustBeFinal'],
  ],
  [
    'leaving the account to what is no name',
    [actions.deleteAccount('x')],
    ['ActionsValidation', 'InvalidAccountId'],
  ],
  ['a call without gas', [set(0n)], ['ActionsValidation', 'FunctionCallZeroAttachedGas']],
  [
    'a method name of 257 bytes',
    [actions.functionCall('m'.repeat(257), {}, Tgas, 0n)],
    ['ActionsValidation', 'FunctionCallMethodNameLengthExceeded'],
  ],
  [
    'a key for a method name of 257 bytes',
    [actions.addFunctionCallAccessKey(publicKey('k'), 'b.local', names(1, 257), 1n)],
    ['ActionsValidation', 'AddKeyMethodNameLengthExceeded'],
  ],
  [
    'a key for method names of 2,001 bytes',
    [
      actions.addFunctionCallAccessKey(
        publicKey('k'),
        'b.local',
        [...names(9, 199), ...names(1, 200)],
        1n,
      ),
    ],
    ['ActionsValidation', 'AddKeyMethodNamesNumberOfBytesExceeded'],
  ],
  [
    'a key for what is no account',
    [actions.addFunctionCallAccessKey(publicKey('k'), 'x', [], 1n)],
    ['ActionsValidation', 'InvalidAccountId'],
  ],
  [
    'more gas than may be attached',
    [set(301n * Tgas)],
    ['ActionsValidation', 'TotalPrepaidGasExceeded'],
  ],
  [
    'a stake, where nobody validates',
    [actions.stake(near, publicKey('a.local'))],
    ['ActionsValidation', 'UnsupportedProtocolFeature'],
  ],
  ['deposits that no balance can hold', many(2, pay(2n ** 128n - 1n)), ['CostOverflow']],
  [
    'spending what the signer’s storage needs',
    [pay((49_998n * near) / 1_000n)],
    ['LackBalanceForState'],
    { signer: 'b.local', receiver: 'local' },
  ],
  [
    'a transaction of more than 1,572,864 bytes',
    [actions.functionCall('set', new Uint8Array(1_572_864), 30n * Tgas, 0n)],
    ['TransactionSizeExceeded'],
  ],
];

type FailureRow = [says: string, list: Action[], error: string, change?: Change];

/** What is taken, charged and then fails, with the kind of its action error. */
const failures: FailureRow[] = [
  [
    'paying an account that is not there',
    [pay()],
    'AccountDoesNotExist',
    { receiver: 'nobody.local' },
  ],
  [
    'calling an account that is not there',
    [set()],
    'AccountDoesNotExist',
    { receiver: 'nobody.local' },
  ],
  [
    'creating an account that is there',
    [actions.createAccount()],
    'AccountAlreadyExists',
    { receiver: 'b.local' },
  ],
  [
    'creating an account under another’s name',
    [actions.createAccount(), pay(near)],
    'CreateAccountNotAllowed',
    { receiver: 'c.b.local' },
  ],
  [
    'creating a short top-level account',
    [actions.createAccount(), pay(near)],
    'CreateAccountOnlyByRegistrar',
    { receiver: 'short' },
  ],
  [
    'creating an account that is named by its key',
    [actions.createAccount(), pay(near)],
    'OnlyImplicitAccountCreationAllowed',
    { receiver: 'f'.repeat(64) },
  ],
  [
    'deploying to another account',
    [actions.deployContract(demoContract())],
    'ActorNoPermission',
    { receiver: 'b.local' },
  ],
  [
    'adding a key to another account',
    [actions.addFullAccessKey(publicKey('k'))],
    'ActorNoPermission',
    { receiver: 'b.local' },
  ],
  [
    'deleting another account’s key',
    [actions.deleteKey(publicKey('b.local'))],
    'ActorNoPermission',
    { receiver: 'b.local' },
  ],
  [
    'deleting another account',
    [actions.deleteAccount('a.local')],
    'ActorNoPermission',
    { receiver: 'b.local' },
  ],
  [
    'adding a key that is there',
    [actions.addFullAccessKey(publicKey('a.local'))],
    'AddKeyAlreadyExists',
  ],
  [
    'deleting a key that is not there',
    [actions.deleteKey(publicKey('k'))],
    'DeleteKeyDoesNotExist',
  ],
  ['calling an account without code', [set()], 'CodeDoesNotExist', { receiver: 'local' }],
  [
    'calling a method that is not there',
    [actions.functionCall('other', {}, Tgas * 30n, 0n)],
    'MethodNotFound',
    { receiver: 'b.local' },
  ],
  [
    'calling a method that panics',
    [actions.functionCall('fail', {}, Tgas * 30n, 0n)],
    'ExecutionError',
    { receiver: 'b.local' },
  ],
  ['calling with too little gas', [set(Tgas / 100n)], 'ExecutionError', { receiver: 'b.local' }],
  [
    'storing more than the balance pays for',
    [actions.createAccount(), actions.deployContract(new Uint8Array(2_000))],
    'LackBalanceForState',
    { receiver: 'c.a.local' },
  ],
];

/** What is not an `ActionErrorKind` itself. */
const failuresOfCode: Readonly<Record<string, string>> = {
  CodeDoesNotExist: 'CompilationError.CodeDoesNotExist',
  MethodNotFound: 'MethodResolveError.MethodNotFound',
  ExecutionError: 'FunctionCallError.ExecutionError',
};

const watched = ['a.local', 'b.local', 'local'];

export const transactionCases: Case[] = [
  ...refusals.map(([says, list, error, change]) => ({
    says: `${says} is refused as ${error.at(-1)}, and costs nothing`,
    cites: cites.errors,
    triggers: triggersOf(error),
    check: () =>
      withChain(async (chain) => {
        const bytes = await signed(chain, list, change);
        const balances = watched.map((id) => chain.world.accounts.get(id)?.amountYocto);
        let refused: unknown;
        try {
          chain.submit(bytes);
        } catch (caught) {
          refused = caught;
        }
        expect(refused).to.be.instanceOf(InvalidTransaction);
        expect(namesOf((refused as InvalidTransaction).reason)).to.deep.equal(error);
        expect(watched.map((id) => chain.world.accounts.get(id)?.amountYocto)).to.deep.equal(
          balances,
        );
      }),
  })),
  ...failures.map(([says, list, error, change]) => ({
    says: `${says} fails as ${error}, and gives the deposit back`,
    cites: cites.errors,
    triggers: [failuresOfCode[error] ?? `ActionErrorKind.${error}`],
    check: () =>
      withChain(async (chain) => {
        const before = chain.world.accounts.get('a.local')!.amountYocto;
        const { hash } = chain.submit(await signed(chain, list, change));
        await chain.wait(hash, 'executed');
        const record = chain.transaction(hash)!;
        const status = JSON.stringify(chain.outcome(record.executed[0]!)!.status);
        expect(status).to.include('"Failure"').and.to.include(`"${error}"`);
        const after = chain.world.accounts.get('a.local')!.amountYocto;
        const burnt = [record.outcome, ...record.executed.map((id) => chain.outcome(id)!)].reduce(
          (sum, { tokensBurntYocto }) => sum + tokensBurntYocto,
          0n,
        );
        expect(before - after).to.equal(burnt);
      }),
  })),
  {
    says: 'a node whose queue is full refuses as ShardCongested',
    cites: cites.errors,
    triggers: ['InvalidTxError.ShardCongested'],
    check: async () => {
      const chain = openChain({ waitingBytesMax: 100 });
      try {
        const bytes = await signed(chain, [pay()], { signer: 'local', receiver: 'local' });
        expect(() => chain.submit(bytes))
          .to.throw(InvalidTransaction)
          .with.property('reason')
          .that.has.property('ShardCongested');
      } finally {
        await chain.stop();
      }
    },
  },
  {
    says: 'deleting an account with more than 10,000 bytes of state fails',
    cites: cites.errors,
    triggers: ['ActionErrorKind.DeleteAccountWithLargeState'],
    check: () =>
      withChain(async (chain) => {
        const fill = actions.functionCall('set', new Uint8Array(10_000), 30n * Tgas, 0n);
        const itself = { signer: 'b.local', receiver: 'b.local' };
        for (const list of [[fill], [actions.deleteAccount('local')]]) {
          const { hash } = chain.submit(await signed(chain, list, itself));
          await chain.wait(hash, 'executed');
          const { status } = chain.outcome(chain.transaction(hash)!.executed[0]!)!;
          expect('Failure' in status).to.equal(list[0] !== fill);
          if (list[0] !== fill) {
            expect(JSON.stringify(status)).to.include('"DeleteAccountWithLargeState"');
          }
        }
        expect(chain.world.accounts.has('b.local')).to.equal(true);
      }),
  },
  {
    says: 'a call that makes a receipt with arguments of more than 4 MiB fails, with its deposit back',
    cites: cites.errors,
    triggers: [
      'ActionErrorKind.NewReceiptValidationError',
      'ActionsValidationError.FunctionCallArgumentsLengthExceeded',
    ],
    check: () =>
      withChain(async (chain) => {
        const code = moduleOf(
          call('promise_create', 7, dataAt, 1, dataAt, 4_194_305, 0, 512, Tgas)
            .replace('(call', '(drop (call')
            .concat(')'),
          { data: 'b.local' },
        );
        const deploy = await signed(chain, [actions.deployContract(code)], {
          signer: 'b.local',
          receiver: 'b.local',
        });
        await chain.wait(chain.submit(deploy).hash, 'executed');
        const list = [actions.functionCall('run', {}, 290n * Tgas, 1n)];
        const before = chain.world.accounts.get('b.local')!.amountYocto;
        const { hash } = chain.submit(await signed(chain, list, { receiver: 'b.local' }));
        await chain.wait(hash, 'executed');
        const { status } = chain.outcome(chain.transaction(hash)!.executed[0]!)!;
        expect(JSON.stringify(status)).to.include(
          '{"NewReceiptValidationError":{"ActionsValidation":' +
            '{"FunctionCallArgumentsLengthExceeded":{"length":4194305,"limit":4194304}}}}',
        );
        // Its share of the gas, and no deposit.
        const earned = chain.world.accounts.get('b.local')!.amountYocto - before;
        expect(earned > 1n && earned < near / 10n).to.equal(true);
      }),
  },
  {
    says: 'actions are applied in order, and all of them or none',
    cites: cites.actions,
    check: () =>
      withChain(async (chain) => {
        const list = [pay(3n), set(), actions.functionCall('fail', {}, 30n * Tgas, 0n)];
        const before = chain.world.accounts.get('b.local')!;
        const { amountYocto, storageUsageBytes } = before;
        const { hash } = chain.submit(await signed(chain, list, { receiver: 'b.local' }));
        await chain.wait(hash, 'executed');
        const after = chain.world.accounts.get('b.local')!;
        expect(after.storageUsageBytes).to.equal(storageUsageBytes);
        // It earned its share of the gas that its code burnt, and kept no deposit.
        expect(after.amountYocto - amountYocto < near / 1_000n).to.equal(true);
        expect(after.data.size).to.equal(0);
      }),
  },
  {
    says: 'unused gas goes back to the signer at the price that was paid for it',
    cites: cites.refunds,
    check: () =>
      withChain(async (chain) => {
        const before = chain.world.accounts.get('a.local')!.amountYocto;
        const bytes = await signed(chain, [set(200n * Tgas)], { receiver: 'b.local' });
        const { hash } = chain.submit(bytes);
        await chain.wait(hash, 'executed');
        const record = chain.transaction(hash)!;
        const burnt = [record.outcome, ...record.executed.map((id) => chain.outcome(id)!)].reduce(
          (sum, { tokensBurntYocto }) => sum + tokensBurntYocto,
          0n,
        );
        expect(before - chain.world.accounts.get('a.local')!.amountYocto).to.equal(burnt);
      }),
  },
  {
    says: 'a contract earns three tenths of the gas that its code burnt',
    cites: cites.parameters,
    check: () =>
      withChain(async (chain) => {
        const before = chain.world.accounts.get('b.local')!.amountYocto;
        const { hash } = chain.submit(await signed(chain, [set()], { receiver: 'b.local' }));
        await chain.wait(hash, 'executed');
        const { gasBurnt } = chain.outcome(chain.transaction(hash)!.executed[0]!)!;
        const own = gasBurnt - 108_059_500_000 - 780_000_000_000 - 2_235_934 * (3 + 2);
        const earned = chain.world.accounts.get('b.local')!.amountYocto - before;
        expect(earned).to.equal(((BigInt(own) * 3n) / 10n) * 100_000_000n);
      }),
  },
  {
    says: 'a new key starts at the block height times 1,000,000',
    cites: cites.actions,
    check: () =>
      withChain(async (chain) => {
        const { hash } = chain.submit(
          await signed(chain, [actions.addFullAccessKey(publicKey('k'))]),
        );
        await chain.wait(hash, 'executed');
        const { block } = chain.outcome(chain.transaction(hash)!.executed[0]!)!;
        const blockHeight = chain.history.heightOf(block!.hash)!;
        const { nonce } = chain.world.accounts
          .get('a.local')!
          .keys.get(deriveKey(seed, 'k').publicKey)!;
        expect(nonce).to.equal(BigInt(blockHeight - 1) * 1_000_000n);
      }),
  },
  {
    says: 'a transaction that is sent again is the same transaction',
    cites: cites.transactions,
    check: () =>
      withChain(async (chain) => {
        const bytes = await signed(chain, [pay(near)], { receiver: 'b.local' });
        const before = chain.world.accounts.get('b.local')!.amountYocto;
        const { hash } = chain.submit(bytes);
        await chain.wait(hash, 'executed');
        expect(chain.submit(bytes).hash).to.equal(hash);
        expect(chain.world.accounts.get('b.local')!.amountYocto).to.equal(before + near);
      }),
  },
  {
    says: 'a deleted account leaves its balance to its beneficiary',
    cites: cites.actions,
    check: () =>
      withChain(async (chain) => {
        const before = chain.world.accounts.get('local')!.amountYocto;
        const { hash } = chain.submit(await signed(chain, [actions.deleteAccount('local')]));
        await chain.wait(hash, 'executed');
        expect(chain.world.accounts.get('a.local')).to.equal(undefined);
        const left = chain.world.accounts.get('local')!.amountYocto - before;
        expect(left > 49n * near && left < 50n * near).to.equal(true);
      }),
  },
  {
    says: 'a function-call key’s allowance falls by what its calls cost',
    cites: cites.transactions,
    check: () =>
      withChain(async (chain) => {
        const before = chain.world.accounts.get('a.local')!.amountYocto;
        const { hash } = chain.submit(
          await signed(chain, [set()], { key: 'worker', receiver: 'b.local' }),
        );
        await chain.wait(hash, 'executed');
        const { permission } = chain.world.accounts
          .get('a.local')!
          .keys.get(deriveKey(seed, 'worker').publicKey)!;
        const spent = before - chain.world.accounts.get('a.local')!.amountYocto;
        expect(permission).to.have.property('allowanceYocto', near - spent);
      }),
  },
];

function triggersOf(names: readonly string[]): string[] {
  const [outer, inner] = names;
  if (outer === 'ActionsValidation') return [`ActionsValidationError.${inner}`];
  if (outer === 'InvalidAccessKeyError') return [`InvalidAccessKeyError.${inner}`];
  return [`InvalidTxError.${outer}`];
}

/** The names in an error, from outside in. */
function namesOf(reason: unknown): string[] {
  if (typeof reason === 'string') return [reason];
  const [[name, inner] = ['', null]] = Object.entries(reason as object) as [string, unknown][];
  const nests = name === 'InvalidAccessKeyError' || name === 'ActionsValidation';
  return nests ? [name, ...namesOf(inner)] : [name];
}
