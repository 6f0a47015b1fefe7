/**
 * What a program must be before any engine sees it. Programs come from strangers by way of a vote:
 * bounded, of the operations that are known to repeat, whole in one file, and the very bytes that
 * were named.
 */
import { digestOf, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { countFlops } from './count-flops.js';
import { programBytesMax } from './limits.js';

/**
 * Errors: `PROGRAM_TOO_LARGE`, `PROGRAM_MISMATCH` (other bytes than `digest` names), `BAD_ONNX` (an
 * unknown operation, data outside the file, shapes that do not fit or are beyond memory).
 */
export function admitProgram(onnx: Uint8Array, digest?: Digest): void {
  if (onnx.length > programBytesMax) {
    throw new Error(
      `PROGRAM_TOO_LARGE: ${onnx.length} bytes, at most ${programBytesMax} are read; ` +
        'choose fewer layers or larger blocks',
    );
  }
  const own = digestOf(onnx);
  if (digest !== undefined && own !== digest) {
    throw new Error(
      `PROGRAM_MISMATCH: these bytes are ${own}, not ${digest}; fetch the program again`,
    );
  }
  countFlops(onnx);
}
