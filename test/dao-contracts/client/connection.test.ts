import { expect } from 'chai';
import { createKey } from '@commonweights/dao-contracts/client/accounts.js';
import { Connection } from '@commonweights/dao-contracts/client/connection.js';
import { DaoError, mayHaveLanded } from '@commonweights/dao-contracts/client/errors.js';
import { networkNamed } from '@commonweights/dao-contracts/client/network.js';
import {
  failure,
  handlerError,
  invalidTransaction,
  ScriptedNode,
  success,
  type Reply,
} from './scripted-node.js';

const key = createKey();

describe('a connection to the contract', () => {
  let node: ScriptedNode;
  let connection: Connection;

  beforeEach(async () => {
    node = await ScriptedNode.start();
    connection = connectTo(node.rpcUrl);
  });
  afterEach(() => node.stop());

  it('turns money into bigint and back into decimal strings', async () => {
    node.view = (method, args) => ({ result: { method, args, seats: [{ stakeYocto: '3' }] } });
    expect(await connection.view('get_run', { run: 1, feeYocto: 5n })).to.deep.equal({
      method: 'get_run',
      args: { run: 1, feeYocto: 5n },
      seats: [{ stakeYocto: 3n }],
    });
    node.view = (_, args) => ({ result: JSON.stringify(args) });
    expect(await connection.view('get_run', { feeYocto: 5n })).to.equal('{"feeYocto":"5"}');
  });

  it('refuses a malformed amount that a call returned, and takes plain text as it is', async () => {
    node.replies.push({ result: success({ feeYocto: 'much' }) });
    const error = await connection.call('claim', {}).catch((caught: unknown) => caught);
    expect(error).to.be.instanceOf(Error);
    node.replies.push({ result: { status: { SuccessValue: btoa('plain') } } });
    expect(await connection.call('claim', {})).to.equal('plain');
  });

  it('sends transactions one after another with growing nonces', async () => {
    const calls = Array.from({ length: 5 }, (_, n) => connection.call('commit', { n }));
    const answers = await Promise.all(calls);
    expect(answers).to.deep.equal([8, 9, 10, 11, 12].map((nonce) => ({ nonce })));
    expect(node.sent.map((sent) => sent.nonce)).to.deep.equal([8n, 9n, 10n, 11n, 12n]);
  });

  it('asks for the nonce again when another process used it', async () => {
    node.replies.push(invalidTransaction({ InvalidNonce: { ak_nonce: 40, tx_nonce: 8 } }));
    const answer = connection.call('commit', {});
    node.keyNonce = 40n;
    expect(await answer).to.deep.equal({ nonce: 41 });
  });

  it('signs anew when the transaction expired', async () => {
    node.replies.push(invalidTransaction('Expired'));
    expect(await connection.call('commit', {})).to.deep.equal({ nonce: 8 });
    expect(node.sent).to.have.length(2);
  });

  it('finds a transaction whose answer was lost instead of sending it again', async () => {
    node.replies.push('accept-and-drop');
    expect(await connection.call('claim', {})).to.equal('landed');
    expect(node.sent).to.have.length(1);
  });

  it('sends the very same bytes again when nothing landed', async () => {
    node.replies.push('drop');
    expect(await connection.call('claim', {})).to.deep.equal({ nonce: 8 });
    expect(node.sent).to.have.length(2);
    expect(node.sent[0]!.hash).to.equal(node.sent[1]!.hash);
  });

  it('goes on with the next transaction after one failed', async () => {
    node.replies.push({ result: failure(panic('NOT_OPEN: it is not open')) });
    const first = connection.call('commit', {}).catch((error: DaoError) => error.code);
    const second = connection.call('commit', {});
    expect(await first).to.equal('NOT_OPEN');
    expect(await second).to.deep.equal({ nonce: 9 });
  });

  it('tries a view again while the node is busy', async () => {
    let asked = 0;
    node.view = () => (++asked === 1 ? { status: 429 } : { result: 'served' });
    expect(await connection.view('get_policy')).to.equal('served');
  });

  describe('names every failure in one sentence', () => {
    const refusals: [string, () => void, string, RegExp][] = [
      [
        'a refusal of the contract in a call',
        () =>
          node.replies.push({ result: failure(panic('Error: SEAT_TAKEN: seat 3; take another')) }),
        'SEAT_TAKEN',
        /^SEAT_TAKEN: seat 3; take another$/,
      ],
      [
        'a call that ran out of gas',
        () => node.replies.push({ result: failure(panic('Exceeded the prepaid gas.')) }),
        'OUT_OF_GAS',
        /commit used up the gas/,
      ],
      [
        'a signer that is too poor',
        () =>
          node.replies.push(
            invalidTransaction({
              NotEnoughBalance: { balance: '1', cost: String(10n ** 24n), signer_id: 'a.near' },
            }),
          ),
        'INSUFFICIENT_BALANCE',
        /worker.test has 0\.0{23}1 NEAR and this takes 1 NEAR; send/,
      ],
      [
        'a key that is not of the account',
        () =>
          node.replies.push(
            invalidTransaction({
              InvalidAccessKeyError: {
                AccessKeyNotFound: { account_id: 'worker.test', public_key: key.publicKey },
              },
            }),
          ),
        'KEY_NOT_OF_ACCOUNT',
        /not a key of worker.test on localnet/,
      ],
      [
        'a key that may not call this',
        () =>
          node.replies.push(
            invalidTransaction({
              InvalidAccessKeyError: { MethodNameMismatch: { method_name: 'commit' } },
            }),
          ),
        'KEY_NOT_ALLOWED',
        /may not do commit/,
      ],
      [
        'an account without a contract',
        () =>
          node.replies.push({
            result: failure({
              FunctionCallError: {
                CompilationError: { CodeDoesNotExist: { account_id: 'dao.test' } },
              },
            }),
          }),
        'NO_SUCH_CONTRACT',
        /dao.test on localnet holds no contract/,
      ],
    ];
    for (const [name, arrange, code, sentence] of refusals) {
      it(name, async () => {
        arrange();
        const error = await connection.call('commit', {}).catch((caught: unknown) => caught);
        expect(error).to.be.instanceOf(DaoError);
        expect((error as DaoError).code).to.equal(code);
        expect((error as DaoError).message).to.match(sentence);
      });
    }

    it('a refusal of the contract in a view, however the node wraps it', async () => {
      const vm = { HostError: { GuestPanic: { panic_msg: 'NO_SUCH_RUN: there is no run 9' } } };
      const replies = [
        handlerError('CONTRACT_EXECUTION_ERROR', {
          vm_error: vm,
          block_hash: 'x',
          block_height: 1,
        }),
        {
          error: {
            name: 'HANDLER_ERROR',
            cause: {
              name: 'CONTRACT_EXECUTION_ERROR',
              info: {
                vm_error: {
                  ExecutionError:
                    'wasm execution failed with error: HostError(GuestPanic { ' +
                    'panic_msg: "NO_SUCH_RUN: there is no run 9" })',
                },
                block_hash: 'x',
                block_height: 1,
              },
            },
          },
        },
      ];
      for (const reply of replies) {
        node.view = () => reply;
        const error = (await connection
          .view('get_run')
          .catch((caught: unknown) => caught)) as DaoError;
        expect(error.message).to.equal('NO_SUCH_RUN: there is no run 9');
      }
    });

    it('a chain that does not answer', async () => {
      await node.stop();
      const error = (await connection.view('get_run').catch((e: unknown) => e)) as DaoError;
      expect(error.code).to.equal('CHAIN_UNREACHABLE');
      expect(error.message).to.match(/ECONNREFUSED.*start one with "commonweights network up"$/);
      node = await ScriptedNode.start();
    });

    it('a call without an account', async () => {
      const reader = new Connection({
        network: networkNamed('localnet', node.rpcUrl),
        contract: 'dao.test',
      });
      const error = (await reader.call('commit', {}).catch((e: unknown) => e)) as DaoError;
      expect(error.code).to.equal('NO_ACCOUNT');
    });

    it('a secret key that is none, without showing it', () => {
      expect(() => connectTo(node.rpcUrl, 'ed25519:sesame'))
        .to.throw(DaoError)
        .with.property('message')
        .that.matches(/^BAD_SECRET_KEY/)
        .and.does.not.include('sesame');
    });
  });

  it('calls whatever answers with a page in place of JSON unreachable', async () => {
    node.view = () => ({ status: 404 });
    const error = (await connection.view('get_run').catch((e: unknown) => e)) as DaoError;
    expect(error.code).to.equal('CHAIN_UNREACHABLE');
  });

  describe('says that a transaction may have landed, after sending the same bytes four times', () => {
    const silences: [string, Reply, RegExp][] = [
      ['to a node that gives up waiting', handlerError('TIMEOUT_ERROR', {}), /gave no answer/],
      ['to a node that breaks inside', internalError('no disk'), /gave no answer \(no disk\); it/],
      ['with every answer cut off', 'cut-off', /no NEAR node answers/],
    ];
    for (const [name, reply, sentence] of silences) {
      it(name, async () => {
        node.replies.push(reply, reply, reply, reply);
        const error = (await connection.call('claim', {}).catch((e: unknown) => e)) as DaoError;
        expect(error.code).to.equal('CHAIN_UNREACHABLE');
        expect(error.message).to.match(sentence);
        expect(mayHaveLanded(error)).to.equal(true);
        expect(node.sent).to.have.length(4);
        expect(new Set(node.sent.map((sent) => sent.hash)).size).to.equal(1);
      });
    }
  });

  it('knows that what chain or contract refused has not landed', async () => {
    node.replies.push({ result: failure(panic('NOT_OPEN: it is not open')) });
    const refused = await connection.call('claim', {}).catch((error: unknown) => error);
    expect(mayHaveLanded(refused)).to.equal(false);
    expect(mayHaveLanded(new RangeError('too deep'))).to.equal(true);
  });

  it('signs nothing anew when a used nonce may be its own and nobody can say so', async () => {
    const used = invalidTransaction({ InvalidNonce: { ak_nonce: 8, tx_nonce: 8 } });
    node.replies.push('drop', used);
    node.lookUp = () => handlerError('TIMEOUT_ERROR', {});
    const error = (await connection.call('claim', {}).catch((e: unknown) => e)) as DaoError;
    expect(error.code).to.equal('CHAIN_UNREACHABLE');
    expect(new Set(node.sent.map((sent) => sent.hash)).size).to.equal(1);
    expect(node.sent).to.have.length(2);
  });

  it('does not call its own mistakes unreachable', async () => {
    const error = (await connection
      .ask('get_run', () => Promise.reject(new RangeError('too deep')))
      .catch((e: unknown) => e)) as DaoError;
    expect(error.message).to.match(/^UNEXPECTED: get_run failed in the client itself: too deep/);
  });

  it('never sends twice what a silent node may have taken', async () => {
    node.replies.push('drop', 'accept-and-drop');
    expect(await connection.call('claim', {})).to.equal('landed');
    expect(new Set(node.sent.map((sent) => sent.hash)).size).to.equal(1);
    node.replies.push({ result: success('next') });
    expect(await connection.call('claim', {})).to.equal('next');
  });
});

function connectTo(rpcUrl: string, secretKey = key.secretKey): Connection {
  return new Connection({
    network: networkNamed('localnet', rpcUrl),
    contract: 'dao.test',
    account: { accountId: 'worker.test', secretKey },
    requestTimeoutMs: 2_000,
    pause: () => Promise.resolve(),
  });
}

function panic(text: string): unknown {
  return { FunctionCallError: { ExecutionError: `Smart contract panicked: ${text}` } };
}

function internalError(detail: string): Reply {
  return {
    error: {
      name: 'INTERNAL_ERROR',
      cause: { name: 'INTERNAL_ERROR', info: { error_message: detail } },
    },
  };
}
