#!/usr/bin/env node
// The only door that has to work before anything is installed: it imports nothing but Node.
// `npm start`, `npm test`, `npm run check|bench|second-build|interop` come through here; it installs
// from the lock file when node_modules is missing or stale, then runs the task.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const stampFile = join(root, 'node_modules', '.commonweights-installed');

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  fail(
    `NODE_TOO_OLD: this is Node ${process.versions.node}; install Node 20.19 or later (20, 22 and 24 work)`,
  );
}

const [task, ...args] = process.argv.slice(2);
const tsx = ['--disable-warning=ExperimentalWarning', '--import', 'tsx'];
const bin = (name) => join(root, 'node_modules', '.bin', name);
const tasks = {
  start: [[process.execPath, ...tsx, 'cli/main-job/main.ts', ...args]],
  test: [[process.execPath, join(root, 'node_modules/mocha/bin/mocha.js'), ...testArgs()]],
  'second-build': [['bash', join(root, '.ci/second-build')]],
  interop: [[process.execPath, ...tsx, 'test/interop/main.ts']],
  bench: [[process.execPath, ...tsx, 'bench/main.ts', ...args]],
  check: [
    [bin('prettier'), '--check', '--log-level', 'warn', '.'],
    [bin('eslint'), '.'],
    [bin('tsc'), '-p', 'tsconfig.json'],
    [
      bin('depcruise'),
      '--config',
      '.dependency-cruiser.cjs',
      'dataset-registry',
      'dao-contracts',
      'trainer',
      'governance-ui',
      'cli',
    ],
    [bin('knip')],
    // Types can hold where a browser could not have the module. Skipped while no input changed.
    [process.execPath, ...tsx, 'governance-ui/build.ts'],
  ],
};
if (!Object.hasOwn(tasks, task ?? '')) {
  fail(`UNKNOWN_TASK: "${task ?? ''}"; use one of ${Object.keys(tasks).join(', ')}`);
}

/** All tests, unless some are named. */
function testArgs() {
  return args.some((arg) => !arg.startsWith('-')) ? args : [...args, 'test/**/*.test.ts'];
}

install();
for (const [command, ...rest] of tasks[task]) {
  const named = command === process.execPath ? rest.at(-1) : command.split(/[\\/]/).pop();
  if (task === 'check') console.log(`check: ${named}`);
  const { status, error } = spawnSync(command, rest, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32' && !command.endsWith('.exe'),
  });
  if (error) fail(`CANNOT_RUN: ${command}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

function install() {
  const stamp = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  console.log('Installing packages from the lock file (once, about a minute) …');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0)
    fail('INSTALL_FAILED: npm ci did not finish; check the network and run this again');
  writeFileSync(stampFile, stamp);
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
