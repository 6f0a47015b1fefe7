/** What speaks against a release, above everything else that its page says. */
import { texts } from '../texts/language.js';
import type { ReleaseWarnings } from '../reading/release-warnings.js';
import { hashOf } from '../pages/route.js';

const namedMax = 20;

export function WarningsHere({ run, warnings: it }: { run: number; warnings: ReleaseWarnings }) {
  const say = texts().warnings;
  return (
    <>
      {it.revoked ? <p class="trouble">{texts().release.revoked}</p> : null}
      {it.tainted !== null && it.tainted.length > 0 ? (
        <p class="trouble">
          {say.tainted({
            rounds: it.tainted.slice(0, namedMax).map((last, index) => (
              <>
                {index > 0 ? texts().common.and : ''}
                <a href={hashOf({ page: 'rounds', id: run, last })}>{last}</a>
              </>
            )),
          })}
        </p>
      ) : null}
      {it.tainted === null ? <p class="quiet">{say.unknown}</p> : null}
      {it.blocked.length > 0 ? (
        <p class="trouble wrap">
          {say.blocked({
            datasets: it.blocked.slice(0, namedMax).map(({ id, status }, index) => (
              <>
                {index > 0 ? texts().common.and : ''}
                <a href={hashOf({ page: 'dataset', id })}>{id}</a> ({texts().states[status]})
              </>
            )),
          })}
        </p>
      ) : null}
    </>
  );
}
