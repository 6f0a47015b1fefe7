/** Copying, and saying so to those who see the page and to those who hear it. */
import { useEffect, useState } from 'preact/hooks';

type Listener = (text: string) => void;
let listener: Listener = () => {};

export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    listener(`Copied ${what}`);
  } catch {
    // Pages that are not served from this machine or over TLS may not reach the clipboard.
    listener(`The browser does not allow copying here: ${text}`);
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
