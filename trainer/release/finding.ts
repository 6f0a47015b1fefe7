/** How checks say what they found. */
import type { FindingCode } from './finding-codes.js';
import type { Finding } from './verdict.js';

type Standing = Finding['standing'];

export function passed(detail: string, standing: Standing = 'proven'): Finding {
  return { status: 'pass', code: null, standing, detail };
}

export function failed(code: FindingCode, detail: string, standing: Standing = 'proven'): Finding {
  return { status: 'fail', code, standing, detail };
}

export function warned(code: FindingCode, detail: string, standing: Standing): Finding {
  return { status: 'warn', code, standing, detail };
}

/** Nobody could be asked. */
export function unknown(code: FindingCode, detail: string): Finding {
  return { status: 'unknown', code, standing: 'declared', detail };
}
