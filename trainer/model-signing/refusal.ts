/** Why a signed model is not accepted, with an exit code of its own for each kind. */

export const OMS_EXIT_CODES = {
  /** The files are not those that were signed. */
  MODEL_DIFFERS: 20,
  /** The signature is not of this key, or not over this statement. */
  SIGNATURE_INVALID: 29,
  /** Signed in a way that is not implemented here; it says which. */
  METHOD_NOT_SUPPORTED: 30,
  /** The signature or key file is not what it should be. */
  BAD_SIGNATURE_FILE: 3,
  BAD_KEY: 3,
  /** The folder is not one that can be signed. */
  BAD_MODEL_FOLDER: 3,
} as const;

export class SigningRefusal extends Error {
  override readonly name = 'SigningRefusal';
  readonly exitCode: number;
  constructor(
    readonly code: keyof typeof OMS_EXIT_CODES,
    detail: string,
  ) {
    super(`${code}: ${detail}`);
    this.exitCode = OMS_EXIT_CODES[code];
  }
}
