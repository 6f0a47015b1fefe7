/** A command to run in a terminal, with a button that copies it. */
import { copyText } from './copying.js';
import { texts } from '../texts/language.js';

export function Command({ text }: { text: string }) {
  return (
    <div class="command">
      <code>
        {text.split(' ').map((word, index) => (
          <>
            {index > 0 ? ' ' : null}
            <span key={index}>{word}</span>
          </>
        ))}
      </code>
      <button
        type="button"
        class="plain"
        aria-label={texts().common.copy.command(text)}
        onClick={() => void copyText(text, texts().common.copy.theCommand)}
      >
        {texts().common.copy.copy}
      </button>
    </div>
  );
}
