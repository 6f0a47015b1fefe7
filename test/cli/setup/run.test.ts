import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const door = fileURLToPath(new URL('../../../cli/setup/run.mjs', import.meta.url));

describe('the door to npm’s tasks', () => {
  const open = (...args: string[]) =>
    spawnSync(process.execPath, [door, ...args], { encoding: 'utf8' });

  for (const task of ['bake', 'toString', '__proto__', '']) {
    it(`does not know "${task}", and says what it knows`, () => {
      const { status, stdout, stderr } = open(task, '--exit');
      expect(stderr).to.equal(
        `UNKNOWN_TASK: "${task}"; use one of start, test, second-build, interop, bench, check\n`,
      );
      expect(stdout).to.equal('');
      expect(status).to.equal(1);
    });
  }

  it('wants a task', () => {
    const { status, stderr } = open();
    expect(stderr).to.match(/^UNKNOWN_TASK: ""; use one of start/);
    expect(status).to.equal(1);
  });
});
