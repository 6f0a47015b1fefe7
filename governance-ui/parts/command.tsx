/** A command to run in a terminal, with a button that copies it. */
import { copyText } from './copying.js';

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
        aria-label={`Copy the command ${text}`}
        onClick={() => void copyText(text, 'the command')}
      >
        Copy
      </button>
    </div>
  );
}
