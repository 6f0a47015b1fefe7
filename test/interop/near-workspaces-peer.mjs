// A test as near-workspaces' users write it: `node near-workspaces-peer.mjs PACKAGE WASM`. It runs
// where the package is installed, and says what it saw as JSON.
const [name, wasm] = process.argv.slice(2);
const { Worker } = await import(name);
const near = 10n ** 24n;

const worker = await Worker.init();
try {
  const root = worker.rootAccount;
  const initialBalance = `${20n * near}`;
  const alice = await root.createSubAccount('alice', { initialBalance });
  const bob = await root.createSubAccount('bob', { initialBalance });
  const contract = await root.createSubAccount('contract', { initialBalance });
  await contract.deploy(wasm);
  await alice.call(contract, 'set', { hello: 'world' });
  const got = await contract.view('get', {});
  const result = await alice.callRaw(contract, 'fail', {});
  const before = await bob.balance();
  await alice.transfer(bob.accountId, `${3n * near}`);
  const after = await bob.balance();
  const height = async () => (await worker.provider.block({ finality: 'final' })).header.height;
  const heights = [await height()];
  await worker.provider.fastForward(100);
  heights.push(await height());
  const state = await contract.viewState();
  await contract.patchState('k', '"patched"');
  await bob.updateAccount({ amount: `${7n * near}` });
  const patched = [await contract.view('get', {}), (await bob.balance()).total];
  const told = {
    got,
    refused: JSON.stringify(result.Failure),
    paidYocto: `${BigInt(after.total) - BigInt(before.total)}`,
    heights,
    stored: [...state.data.keys()],
    patched,
  };
  console.log(JSON.stringify(told));
} finally {
  await worker.tearDown();
}
