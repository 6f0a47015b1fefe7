/** Copying, and saying so to those who see the page and to those who hear it. */
import { useEffect, useState } from 'preact/hooks';
import { texts } from '../texts/language.js';

type Listener = (text: string) => void;
let listener: Listener = () => {};

export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    listener(texts().common.copy.done(what));
  } catch {
    // Pages that are not served from this machine or over TLS may not reach the clipboard.
    listener(texts().common.copy.refused(text));
  }
}

/** Shows for a moment what was last done. One on the page. */
export function Announcer() {
  const [text, setText] = useState('');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    listener = (said) => {
      setText(said);
      clearTimeout(timer);
      timer = setTimeout(() => setText(''), 4000);
    };
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="announcer" role="status">
      {text ? <span>{text}</span> : null}
    </div>
  );
}
