/** What a reader sees when nobody answers: what happened, what to do, and when it is tried again. */
import { isDaoError } from '@commonweights/dao-contracts/client/errors.js';
import { texts } from '../texts/language.js';
import { formatSpan } from '../words/times.js';
import { explainError } from '../words/errors.js';
import { useClock, type ReadingInUse } from './use-reading.js';
import { Command } from './command.js';

export function Trouble<T>({ reading, readNow, what }: ReadingInUse<T> & { what: string }) {
  const clockMs = useClock();
  const say = texts().common.trouble;
  const { error, readAtMs, retryAtMs } = reading;
  if (!error) return null;
  const unreachable = isDaoError(error) && error.code === 'CHAIN_UNREACHABLE';
  const local = error.message.includes('network up');
  const meaning = explainError(error);
  return (
    <section class="trouble" role="alert">
      <h2>{unreachable ? say.unreachable : say.unreadable(what)}</h2>
      {meaning === null ? null : <p>{meaning}</p>}
      <p class="wrap" lang="en">
        {isDaoError(error) ? sentence(error.facts) : error.message}
      </p>
      {local ? (
        <>
          <p>{say.local}</p>
          <Command text="npx commonweights network up" />
        </>
      ) : isDaoError(error) && error.remedy ? (
        <p lang="en">{sentence(error.remedy)}</p>
      ) : null}
      <p class="quiet" aria-live="off">
        {readAtMs === null ? null : say.age(formatSpan(clockMs - readAtMs))}{' '}
        {retryAtMs !== null && retryAtMs > clockMs
          ? say.again(formatSpan(retryAtMs - clockMs + 999))
          : say.now}{' '}
        <button type="button" class="plain" onClick={readNow}>
          {say.tryNow}
        </button>
      </p>
    </section>
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
