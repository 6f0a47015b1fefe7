#!/usr/bin/env node
// What `npx commonweights` and `npm link` start. The sources are TypeScript and run as they are:
// this registers the loader, then hands over.
import { register } from 'tsx/esm/api';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`NODE_TOO_OLD: this is Node ${process.versions.node}; install Node 20.19 or later`);
  process.exit(1);
}
// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const stop = new AbortController();
const interrupt = () => (stop.signal.aborted ? process.exit(130) : stop.abort());
process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);

register();
const { runCommonweights } = await import('../commonweights.ts');
process.exitCode = await runCommonweights(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  signal: stop.signal,
});
