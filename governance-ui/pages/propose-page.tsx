/** Choosing what to ask the DAO for. The forms themselves are fetched when one is opened. */
import { useEffect } from 'preact/hooks';
import { kindGroups, type ActionKind } from '../drafts/kinds.js';
import { Late } from '../parts/late.js';
import { useKeptDrafts } from '../parts/use-draft.js';
import { texts } from '../texts/language.js';

export function ProposePage({ kind }: { kind: ActionKind | null }) {
  if (kind === null) return <Chooser />;
  if (kind === 'fund-run') {
    return (
      <Late key={kind} load={async () => (await import('./propose-run.js')).ProposeRun}>
        {(ProposeRun) => <ProposeRun />}
      </Late>
    );
  }
  return (
    <Late key={kind} load={async () => (await import('./propose-form.js')).ProposeForm}>
      {(ProposeForm) => <ProposeForm kind={kind} />}
    </Late>
  );
}

function Chooser() {
  const say = texts().create;
  const drafts = useKeptDrafts();
  useEffect(() => {
    document.title = `${say.title} · Commonweights`;
  }, [say.title]);
  return (
    <>
      <p class="crumbs">
        <a href="#/proposals">{texts().frame.proposals}</a> ›
      </p>
      <h1>{say.title}</h1>
      <p class="lead">{say.lead}</p>
      <h2>{say.ask}</h2>
      {(Object.keys(kindGroups) as (keyof typeof kindGroups)[]).map((group) => (
        <section key={group} aria-labelledby={`of-${group}`}>
          <h3 id={`of-${group}`}>{say.groups[group]}</h3>
          <ul class="kinds">
            {kindGroups[group].map((kind) => (
              <li key={kind} class="card">
                <a href={`#/propose/${kind}`}>{say.kinds[kind].name}</a>
                {drafts.read(kind) === null ? null : (
                  <span class="badge wait">
                    <span aria-hidden="true">◌</span> {say.draftKept}
                  </span>
                )}
                <p class="quiet">{say.kinds[kind].what}</p>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}
