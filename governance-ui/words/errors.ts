/** What went wrong in the reader's language, beside the sentence that came with it. */
import { texts } from '../texts/language.js';

/** Null: the sentence itself says it, or nobody here knows the code. */
export function explainError(error: Error): string | null {
  return explainCode(/^([A-Z][A-Z_]+):/.exec(error.message)?.[1] ?? '');
}

export function explainCode(code: string): string | null {
  const { errors } = texts();
  return code in errors ? errors[code as keyof typeof errors] : null;
}
