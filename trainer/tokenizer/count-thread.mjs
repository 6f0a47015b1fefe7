// The first file of the thread that counts words: a thread begins without the loader of the process.
import { register } from 'tsx/esm/api';

register();
await import('./count-thread.ts');
