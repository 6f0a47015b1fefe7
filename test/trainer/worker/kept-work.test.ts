/** Engines that never end twice in the same bits: what was committed to and sealed is opened all the same. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { MemoryStore } from '@commonweights/dataset-registry/store/memory-store.js';
import { zeroLocalState } from '@commonweights/trainer/checkpoint/local-state.js';
import type { Engine, Session } from '@commonweights/trainer/engines/engine.js';
import { createOrtWasmEngine } from '@commonweights/trainer/engines/ort-wasm.js';
import {
  KeptWork,
  memoryNotebook,
  type Notebook,
} from '@commonweights/trainer/worker/kept-work.js';
import { LayeredStore } from '@commonweights/trainer/worker/layered-store.js';
import { notebookFile } from '@commonweights/trainer/worker/notebook-file.js';
import { trainRound, type RoundInput } from '@commonweights/trainer/worker/round.js';
import type { WorkEvent } from '@commonweights/trainer/worker/work-event.js';
import { tinyRun } from '../../support/tiny-run.js';
import { engines, playOut, setStage } from '../../support/tolerance-stage.js';

let exports = 0;

/** As graphics cards do it: a last bit here and there, another one each time. */
function restless(session: Session): Session {
  return Object.assign(Object.create(session) as Session, {
    load: session.load.bind(session),
    step: session.step.bind(session),
    dispose: session.dispose.bind(session),
    fork: () => restless(session.fork()),
    export: async () => {
      const state = await session.export();
      const at = ++exports % state.params.length;
      state.params[at] = Math.fround(state.params[at]! * (1 + 4e-7));
      return state;
    },
  });
}

const engine: Engine = {
  ...engines.native,
  name: 'restless',
  compile: async (program) => restless(await engines.native.compile(program)),
};

interface Noted {
  round: number;
  blobs: Digest[];
  fetched: Digest[];
}
const digestsOf = ({ blobs, fetched }: Noted) => [...blobs, ...fetched];

/** Remembers all that was ever written down. */
function listened(notebook: Notebook, notes: Noted[]): Notebook {
  return {
    read: () => notebook.read(),
    write: async (text) => {
      notes.push(...(JSON.parse(text) as Noted[]));
      await notebook.write(text);
    },
  };
}

/** Keeps what was committed to, and in each new process nothing of what was sealed. */
const forgetful = () => {
  const whole = memoryNotebook();
  const current = (): Notebook => ({
    ...whole,
    read: async () => {
      const notes = JSON.parse((await whole.read()) ?? '[]') as (Noted & { loss: number | null })[];
      return JSON.stringify(notes.filter(({ loss }) => loss !== null));
    },
  });
  return { current };
};
/** Round and seat of an audit whose seal was said to be lost. */
function lostIn(event: WorkEvent): string[] {
  const said = /^round (\d+): the end that was sealed of seat (\d+) is lost/;
  const found = event.kind === 'hindered' ? said.exec(event.message) : null;
  return found ? [`${found[1]} ${found[2]}`] : [];
}

describe('a seat whose engine does not repeat itself', function () {
  this.timeout(120_000);

  /** `gus` is an auditor, the others are trainers; `who` are killed at every event of these kinds. */
  async function playWithKills(
    kinds: readonly WorkEvent['kind'][],
    notebookOf: () => { current: () => Notebook },
    who = ['ada', 'gus'],
    killsMax = Infinity,
  ) {
    const stage = await setStage({ rounds: 2, decoyShareBps: 5_000 });
    const killed = Object.fromEntries(who.map((account) => [account, new Set<string>()]));
    let kills = 0;
    const kept: Record<string, { near: MemoryStore; notes: Noted[] }> = {};
    const alive = async (account: string, role: 'trainer' | 'auditor') => {
      const near = new MemoryStore();
      const notebook = notebookOf();
      const notes: Noted[] = [];
      kept[account] = { near, notes };
      for (;;) {
        const kill = new AbortController();
        const hear = (event: WorkEvent) => {
          const what = `${event.kind} ${'round' in event ? event.round : ''}`;
          if (!kinds.includes(event.kind) || !killed[account] || killed[account].has(what)) return;
          if (kills++ >= killsMax) return;
          killed[account].add(what);
          kill.abort();
        };
        const own = {
          near,
          notebook: listened(notebook.current(), notes),
          signal: kill.signal,
          hear,
        };
        const left = await stage.start(account, { engine, role, ...own });
        if (!kill.signal.aborted) return left;
      }
    };
    const crew = [
      alive('ada', 'trainer'),
      alive('ben', 'trainer'),
      alive('dan', 'trainer'),
      alive('gus', 'auditor'),
    ];
    let waited = false;
    // Once nobody else owes anything, and before another auditor has taken it over.
    const isStuck = () => {
      const lost = stage.events.flatMap(({ event }) => lostIn(event));
      const open = stage.dao.run().audits.filter(({ state }) => state !== 'passed');
      const isOf = (one: { state: string; round: number; seat: number }) =>
        one.state === 'measure' && lost.includes(`${one.round} ${one.seat}`);
      if (waited || open.length === 0 || !open.every(isOf)) return false;
      return (waited = true);
    };
    return { stage, left: await playOut(stage.dao, crew, isStuck), killed, kept };
  }

  it('reveals what it committed to, delivers what is in its trace, and opens what it sealed, after kills', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'notebook-'));
    let seats = 0;
    try {
      const kinds = ['committed', 'revealed', 'delivered', 'answered'] as const;
      const { stage, left, killed, kept } = await playWithKills(kinds, () => {
        const path = join(folder, `${seats++}`, 'notes.json');
        return { current: () => notebookFile(path) };
      });
      expect(left).to.deep.equal(Array(4).fill('the run is completed'));
      expect([...killed.ada!]).to.include.members(['committed 1', 'revealed 1', 'committed 2']);
      expect([...killed.gus!]).to.include.members(['answered 1', 'answered 2']);
      const { dao } = stage;
      const claims = dao.records.flatMap((one) => one.claims);
      expect(claims.map(({ verdict }) => verdict)).to.deep.equal(Array(6).fill('passed'));
      expect(dao.seats().every(({ slashedYocto }) => slashedYocto === '0')).to.equal(true);
      expect(dao.seats().find(({ account }) => account === 'gus')!.auditsRight).to.be.above(0);
      // What is over is kept nowhere but where everybody has it.
      const { near, notes } = kept.gus!;
      const [early, late] = [1, 2].map((round) => notes.filter((one) => one.round === round));
      const needed = new Set(late!.flatMap(digestsOf));
      const over = early!.flatMap(digestsOf).filter((digest) => !needed.has(digest));
      expect(over.length).to.be.above(2);
      for (const digest of over) expect(await near.has(digest)).to.equal(false);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('names its seal lost rather than open it wrongly, where its notebook is gone', async () => {
    const crew = ['ada', 'ben', 'dan', 'gus'];
    const { stage } = await playWithKills(['answered'], forgetful, crew, 1);
    const { dao, events } = stage;
    expect(events.flatMap(({ event }) => lostIn(event))).to.have.length(1);
    expect(dao.seats().every(({ slashedYocto }) => slashedYocto === '0')).to.equal(true);
  });
});

describe('kept work', () => {
  it('is what was computed last, where what was kept before has rotted', async () => {
    const exact = createOrtWasmEngine({ threads: 1 });
    const { spec, program, train, initial } = await tinyRun(exact);
    const tolerance = {} as RoundInput['spec']['tolerance'] & object;
    const session = await exact.compile(program);
    const { layout } = program;
    const inputOf = (slice: number): RoundInput => ({
      ...{ round: 1, ordinal: 0, slice, layout, session, sequences: train },
      ...{ spec: { ...spec, tolerance }, startParams: initial.params },
    });
    const local = zeroLocalState(layout, spec.outer);
    const [one, other] = [await trainRound(inputOf(0), local), await trainRound(inputOf(1), local)];
    await session.dispose();
    const near = new MemoryStore();
    const notebook = memoryNotebook();
    const blobs = new LayeredStore(near, new MemoryStore());
    const reopened = () => new KeptWork({ blobs, notebook, spec: 'of this test' });
    const context = { round: 1, startRoot: one.leaves[0]!, slice: 0, ordinal: 0 };
    const at = { ...context, localIn: one.localIn };
    await reopened().keepRound(at, one);
    expect((await reopened().round(at, inputOf(0)))!.traceRoot).to.equal(one.traceRoot);
    await near.remove(one.leaves[1]!);
    expect(await reopened().round(at, inputOf(0))).to.equal(null);
    await reopened().keepRound(at, other);
    expect((await reopened().round(at, inputOf(0)))!.traceRoot).to.equal(other.traceRoot);
    expect(await near.has(one.leaves[2]!)).to.equal(false);
    // The same again has its bytes put back where they have gone.
    await near.remove(other.leaves[1]!);
    await reopened().keepRound(at, other);
    expect((await reopened().round(at, inputOf(0)))!.traceRoot).to.equal(other.traceRoot);
  });
});

describe('a notebook in a file', () => {
  let folder: string;
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'notebook-'))));
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is empty before it is written, and then what was written last', async () => {
    const path = join(folder, 'deep', 'notes.json');
    const notebook = notebookFile(path);
    expect(await notebook.read()).to.equal(null);
    await notebook.write('one');
    await notebook.write('two');
    expect(await notebookFile(path).read()).to.equal('two');
  });

  it('is what it was where a write broke off', async () => {
    const path = join(folder, 'notes.json');
    await notebookFile(path).write('one');
    await writeFile(`${path}.partial`, 'tw');
    expect(await notebookFile(path).read()).to.equal('one');
    await notebookFile(path).write('three');
    expect(await readFile(path, 'utf8')).to.equal('three');
  });
});
