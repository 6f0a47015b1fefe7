// A test as near-kit's users write it: `node near-kit-peer.mjs PACKAGE PROGRAM WASM`. It runs where near-kit is
// installed, starts the node by near-kit's own Sandbox, and says what it saw as JSON.
import { readFile } from 'node:fs/promises';
const [name, program, wasm] = process.argv.slice(2);
const { Near, generateKey } = await import(name);
const { Sandbox, EMPTY_CODE_HASH } = await import(`${name}/sandbox`);

const text = new TextEncoder();
const sandbox = await Sandbox.start({ binaryPath: program });
try {
  const near = new Near({ network: sandbox, defaultWaitUntil: 'FINAL' });
  const root = sandbox.rootAccount.id;
  const [alice, contract] = [`alice.${root}`, `contract.${root}`];
  const key = generateKey();
  const make = (id) =>
    near
      .transaction(root)
      .createAccount(id)
      .transfer(id, '20 NEAR')
      .addKey(key.publicKey.toString(), { type: 'fullAccess' });
  await make(alice).send();
  await make(contract)
    .deployContract(contract, await readFile(wasm))
    .send();
  const asAlice = new Near({
    ...{ network: sandbox, privateKey: key.secretKey, defaultSignerId: alice },
  });
  await asAlice.call(contract, 'set', { hello: 'world' }, { gas: '30 Tgas' });
  const got = await near.view(contract, 'get', {});
  const refused = await asAlice.call(contract, 'fail', {}, { gas: '30 Tgas' }).then(
    () => 'nothing',
    (error) => `${error.name}: ${error.message}`,
  );
  const nobody = await near.view('nobody.near', 'get', {}).catch((error) => error.name);
  const balance = async (id) => `${(await near.getAccount(id)).balance}`;
  const before = await balance(root);
  await asAlice.send(root, '3 NEAR');
  const after = await balance(root);

  // A delegate action that alice signs and root pays for.
  const signed = await asAlice
    .transaction(alice)
    .functionCall(contract, 'set', { hello: 'relayed' }, { gas: '30 Tgas' })
    .delegate();
  await near.transaction(root).signedDelegateAction(signed.signedDelegateAction).send();
  const relayed = await near.view(contract, 'get', {});

  const height = async () => (await near.rpc.getStatus()).sync_info.latest_block_height;
  const heights = [await height()];
  await sandbox.fastForward(100);
  heights.push(await height());

  const saved = await sandbox.dumpState();
  const account = { amount: `${7n * 10n ** 24n}`, locked: '0', code_hash: EMPTY_CODE_HASH };
  const data = (value) => ({
    Data: {
      ...{ account_id: contract, data_key: Buffer.from('k').toString('base64') },
      value: Buffer.from(text.encode(value)).toString('base64'),
    },
  });
  await sandbox.patchState([
    { Account: { account_id: 'patched.near', account: { ...account, storage_usage: 100 } } },
    data('"patched"'),
  ]);
  const patched = [await near.view(contract, 'get', {}), await balance('patched.near')];
  await sandbox.restoreState(saved);
  const restored = await near.view(contract, 'get', {});
  await sandbox.restart(saved);
  const restarted = await near.view(contract, 'get', {});
  await sandbox.restart();
  const clean = await near.accountExists(contract);
  const told = {
    ...{ got, refused, nobody, relayed, heights, patched, restored, restarted, clean },
    paid: [before, after],
    records: saved.records.length,
  };
  console.log(JSON.stringify(told));
} finally {
  await sandbox.stop();
}
