// Where the thread of a module begins: the sources are TypeScript, and a thread has no loader of its own.
import { register } from 'tsx/esm/api';

register();
await import('./module-worker.ts');
