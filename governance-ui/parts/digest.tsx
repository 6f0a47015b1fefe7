/** A digest: short to the eye, whole on hover and in the clipboard. */
import { shortDigest } from '../words/amounts.js';
import { copyText } from './copying.js';
import { texts } from '../texts/language.js';

export function DigestText({ digest }: { digest: string | null }) {
  if (digest === null) return <span class="quiet">{texts().common.noDigest}</span>;
  return (
    <button
      type="button"
      class="digest"
      title={texts().common.copy.click(digest)}
      aria-label={texts().common.copy.digest(shortDigest(digest))}
      onClick={() => void copyText(digest, digest)}
    >
      {shortDigest(digest)}
    </button>
  );
}

/** A digest where the text is one, else the text. */
export function DigestOrText({ text }: { text: string }) {
  return /^sha256:[0-9a-f]{64}$/.test(text) ? <DigestText digest={text} /> : <>{text}</>;
}
