/** Any in-toto statement, signed with a key as OpenSSF Model Signing signs its own: DSSE in a bundle. */
import { preAuthenticated, readBundle, writeBundle } from './bundle.js';
import { SigningRefusal } from './refusal.js';
import type { SigningKey, VerifyingKey } from './signing-key.js';

/** The bundle's bytes. */
export function signStatement(statement: Uint8Array, key: SigningKey): Uint8Array {
  const { hint } = key.publicKey;
  const signature = key.sign(preAuthenticated(statement));
  return new TextEncoder().encode(writeBundle({ hint, payload: statement, signature }));
}

/** The statement that this key signed. Errors: `BAD_SIGNATURE_FILE`, `SIGNATURE_INVALID`. */
export function openStatement(bundle: Uint8Array, key: VerifyingKey): Uint8Array {
  const { payload, signature } = readBundle(new TextDecoder().decode(bundle));
  if (key.verify(preAuthenticated(payload), signature)) return payload;
  throw new SigningRefusal(
    'SIGNATURE_INVALID',
    'this key did not sign this statement; the file was altered, or the key is another',
  );
}
