import { expect } from 'chai';
import { CliFolder } from './cli-folder.js';

interface Row {
  readonly name: string;
  readonly class: string;
  readonly available: boolean;
  readonly why: string | null;
  readonly fingerprint: { readonly engine: string } | null;
}

describe('commonweights engine', () => {
  let cli: CliFolder;
  before(async () => (cli = await CliFolder.create()));
  after(() => cli.remove());

  it('lists every engine: what is here with its fingerprint, what is absent with why', async () => {
    const { code, out } = await cli.run('engine', 'list', '--json');
    expect(code).to.equal(0);
    const rows = JSON.parse(out) as Row[];
    const [simd, ort, ...others] = rows;
    for (const [row, name] of [
      [simd, 'simd-wasm'],
      [ort, 'ort-wasm'],
    ] as const) {
      expect(row).to.include({ name, class: 'exact', available: true, why: null });
      expect(row!.fingerprint!.engine).to.equal(name);
    }
    expect(others.map((row) => row.name)).to.include.members(['ort-native', 'tfjs-wasm']);
    for (const row of others) {
      expect(row.class).to.equal('tolerance');
      if (row.available) expect(row.fingerprint!.engine).to.equal(row.name);
      else expect(row.why).to.match(/^ENGINE_ABSENT: .*; /);
    }
  });

  it('measures the steps of one engine and names the fastest', async () => {
    const { code, out } = await cli.run('engine', 'bench', 'ort-wasm', '--steps', '1');
    expect(code).to.equal(0);
    expect(out).to.match(/^S {2}ort-wasm +exact +\d+ tokens\/s +[\d.]+ ms a step +\d+ ms cold\n/);
    expect(out).to.include('S: ort-wasm is the fastest');
  });

  it('says what CUDA needs, and fetches nothing', async () => {
    const { code, out } = await cli.run('engine', 'install', 'cuda', '--json');
    expect(code).to.equal(0);
    const provider = JSON.parse(out) as { libraries: string[]; folder: string };
    expect(provider.libraries).to.have.length(2);
    expect(provider.folder).to.include('onnxruntime-node');
  });

  const refusals: [string[], number, RegExp][] = [
    [['engine', 'install', 'rocm'], 2, /^USAGE: the one engine/],
    [['engine', 'test', 'abacus'], 4, /^NO_SUCH_ENGINE: "abacus"; the engines are simd-wasm, /],
    [['engine', 'bench', 'ort-native-cuda'], 4, /^ENGINE_ABSENT: /],
    [['engine', 'bench', '--size', 'XL'], 2, /^USAGE: --size is S, M or both/],
    [['engine', 'test', '--repeats', '0'], 2, /^USAGE: .*1 to 1000/],
  ];
  for (const [argv, exitCode, sentence] of refusals) {
    it(`refuses "${argv.join(' ')}"`, async () => {
      const { code, err } = await cli.run(...argv);
      expect(err).to.match(sentence);
      expect(code).to.equal(exitCode);
    });
  }
});
