/** What a reader sees when nobody answers: what happened, what to do, and when it is tried again. */
import { isDaoError } from '@commonweights/dao-contracts/client/errors.js';
import { formatSpan } from '../words/times.js';
import { useClock, type ReadingInUse } from './use-reading.js';
import { Command } from './command.js';

export function Trouble<T>({ reading, readNow, what }: ReadingInUse<T> & { what: string }) {
  const clockMs = useClock();
  const { error, readAtMs, retryAtMs } = reading;
  if (!error) return null;
  const unreachable = isDaoError(error) && error.code === 'CHAIN_UNREACHABLE';
  const local = error.message.includes('network up');
  return (
    <section class="trouble" role="alert">
      <h2>{unreachable ? 'The chain cannot be reached' : `${what} cannot be read`}</h2>
      <p class="wrap">{isDaoError(error) ? sentence(error.facts) : error.message}</p>
      {local ? (
        <>
          <p>If it is not running, start it in the folder of the network:</p>
          <Command text="npx commonweights network up" />
        </>
      ) : isDaoError(error) && error.remedy ? (
        <p>{sentence(error.remedy)}</p>
      ) : null}
      <p class="quiet" aria-live="off">
        {readAtMs === null
          ? null
          : `What is shown below is ${formatSpan(clockMs - readAtMs)} old. `}
        {retryAtMs !== null && retryAtMs > clockMs
          ? `Trying again in ${formatSpan(retryAtMs - clockMs + 999)}. `
          : 'Trying now… '}
        <button type="button" class="plain" onClick={readNow}>
          Try now
        </button>
      </p>
    </section>
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
