/** One run, as it happens: its rounds, who works in it, what they get, on what terms. */
import { checkRecords, linkRounds } from '../reading/round-chain.js';
import { isLive, RunReader, type RunStory } from '../reading/run.js';
import { Badge } from '../parts/badge.js';
import { DaoCommand } from '../parts/dao-command.js';
import { DigestText } from '../parts/digest.js';
import { DisputeList } from '../parts/dispute-list.js';
import { useDoor } from '../parts/door-context.js';
import { RunProgress } from '../parts/lists.js';
import { Live } from '../parts/live.js';
import { LossHere } from '../parts/loss-here.js';
import { RunMoney, RunTraffic } from '../parts/run-figures.js';
import { RoundTable, SeatTable } from '../parts/run-tables.js';
import { useReading } from '../parts/use-reading.js';
import { AuditList, OpenRoundPicture } from '../pictures/open-round-picture.js';
import { PhaseTimeline } from '../pictures/phase-timeline.js';
import { RoundChainPicture } from '../pictures/round-chain-picture.js';
import { explainPause } from '../words/pauses.js';
import { formatSpan } from '../words/times.js';
import { explainTerms } from '../words/terms.js';
import { EvaluationSection } from './release-page.js';
import { useMemo } from 'preact/hooks';

/** `last`: shows its rounds up to that one; null: the newest, and what goes on. */
export function RunPage({ id, last }: { id: number; last: number | null }) {
  const door = useDoor();
  const reader = useMemo(() => new RunReader(door, id, last), [door, id, last]);
  const using = useReading(() => reader.read(), {
    key: `run ${id}`,
    everyMs: (story) => (story && isLive(story.run) ? 1_000 : 10_000),
  });
  return (
    <Live title={`Run ${id}`} using={using} missing="The DAO has no such run.">
      {(story) => <Sections story={story} />}
    </Live>
  );
}

function Sections({ story }: { story: RunStory }) {
  const { run, seats } = story;
  const { terms } = run;
  const release = story.releases[0];
  return (
    <>
      <p class="crumbs">
        <a href="#/runs">Runs</a> › {run.id}
      </p>
      <h1>
        {story.spec.value?.title ?? `Run ${run.id}`} <Badge state={run.status} />
      </h1>
      <RunProgress run={run} />
      <StatusSentence story={story} />
      <RunMoney story={story} />
      <LossHere story={story} />
      {run.open ? (
        <section aria-labelledby="open">
          <h2 id="open">The open round</h2>
          <OpenRoundPicture run={run} open={run.open} seats={seats} />
        </section>
      ) : null}
      {run.open || run.provisional ? (
        <section aria-labelledby="audits">
          <h2 id="audits">Audits</h2>
          <AuditList run={run} seats={seats} />
        </section>
      ) : null}
      {run.disputes.length > 0 ? (
        <section aria-labelledby="disputes">
          <h2 id="disputes">Disputes</h2>
          <DisputeList run={run} seats={seats} />
        </section>
      ) : null}
      <PhaseTimeline spans={story.phases} nowMs={run.nowMs} />
      <Rounds story={story} />
      <RunTraffic story={story} />
      <section aria-labelledby="seats">
        <h2 id="seats">Seats</h2>
        <SeatTable
          run={run}
          seats={seats}
          happened={{ records: story.records, audits: run.audits }}
        />
      </section>
      {release && story.evaluation ? (
        <EvaluationSection evaluation={story.evaluation} digest={release.evaluation} />
      ) : null}
      {story.releases.length > 0 ? (
        <p>
          Released as{' '}
          {story.releases.map((one, index) => (
            <>
              {index > 0 ? ', ' : ''}
              <a href={`#/releases/${one.id}`}>
                {one.title} {one.version}
              </a>
            </>
          ))}
          .
        </p>
      ) : null}
      <section aria-labelledby="terms">
        <h2 id="terms">Terms</h2>
        <p class="quiet">
          Fixed by <a href={`#/proposals/${run.proposal}`}>proposal {run.proposal}</a> of{' '}
          {run.proposer}. While the run lives only a vote can change them, between two rounds.
        </p>
        <dl class="terms">
          {explainTerms(terms).map(({ name, value, meaning }) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>
                <b>{value}</b> <span class="quiet">{meaning}</span>
              </dd>
            </div>
          ))}
          <div>
            <dt>Data</dt>
            <dd>
              <b class="wrap">{terms.datasets.join(', ')}</b>{' '}
              <a href="#/lineage">where it comes from</a>
            </dd>
          </div>
          <div>
            <dt>Artefacts</dt>
            <dd class="artefacts">
              {(['spec', 'program', 'fingerprint', 'tokenizer', 'initialRoot'] as const).map(
                (name) => (
                  <span key={name}>
                    {name === 'initialRoot' ? 'initial state' : name}{' '}
                    <DigestText digest={terms[name]} />
                  </span>
                ),
              )}
            </dd>
          </div>
        </dl>
        {story.spec.why !== null ? (
          <p class="quiet">The run spec cannot be shown: {story.spec.why}</p>
        ) : null}
      </section>
    </>
  );
}

function StatusSentence({ story: { run, seats } }: { story: RunStory }) {
  switch (run.status) {
    case 'enrolling':
      return (
        <>
          <p>
            {seats.length} applied for {run.terms.maxWorkers + run.terms.maxAuditors} seats. The
            draw is{' '}
            {run.enrolDeadlineMs > run.nowMs
              ? `in ${formatSpan(run.enrolDeadlineMs - run.nowMs)}, by lot among all who apply until then`
              : 'due'}
            . Join with this machine:
          </p>
          <DaoCommand words={`work ${run.id}`} signed />
        </>
      );
    case 'running':
      return (
        <p>
          Round {run.finalRound || 'none'} is the last final one, with root{' '}
          <DigestText digest={run.finalRoot} />
          {run.provisional
            ? `; round ${run.provisional.round} is provisional until its audits close`
            : ''}
          .
        </p>
      );
    case 'paused':
      return <p>{explainPause(run)}</p>;
    case 'completed':
      return (
        <p>
          All rounds are final. The model is the state with root{' '}
          <DigestText digest={run.finalRoot} />.
        </p>
      );
    case 'stopped':
      return (
        <p>
          Stopped{run.pausedBecause ? `: ${run.pausedBecause}` : ''}. What was final stays final,
          with root <DigestText digest={run.finalRoot} />; the escrow went back to the treasury.
        </p>
      );
  }
}

function Rounds({ story }: { story: RunStory }) {
  const { run, records, firstRound, lastRound, head } = story;
  const newest = lastRound === null;
  const links = linkRounds(newest ? run : { ...run, open: null, provisional: null }, records);
  const first = links[0];
  const complete = firstRound === 1;
  const check = checkRecords({ logHead: head, records, complete });
  if (!first) return null;
  return (
    <section aria-labelledby="rounds">
      <h2 id="rounds">{newest ? 'Rounds so far' : `Rounds ${firstRound} to ${lastRound}`}</h2>
      {newest && !complete ? <p class="quiet">From round {firstRound} on.</p> : null}
      {complete && newest ? null : (
        <p class="buttons">
          {complete ? null : (
            <a href={`#/runs/${run.id}/rounds/${firstRound - 1}`}>Earlier rounds</a>
          )}
          {newest ? null : <a href={`#/runs/${run.id}`}>The newest rounds</a>}
        </p>
      )}
      <RoundChainPicture
        links={links}
        startRoot={complete ? run.terms.initialRoot : first.startRoot}
        startName={complete ? 'initial state' : 'earlier rounds'}
      />
      <ul class="legend" aria-label="Dots in the picture">
        <li class="claim passed">passed its audit</li>
        <li class="claim unaudited">not audited</li>
        <li class="claim pending">open</li>
        <li class="claim failed">failed its audit</li>
        <li class="claim out">not included</li>
      </ul>
      {check.problem ? (
        <p class="trouble">
          The records do not form one hash chain: {check.problem}. The node or the contract is not
          telling the truth; do not rely on this run.
        </p>
      ) : head ? (
        <p>
          This page hashed {check.linked} records: each names the one before it, and the last one is{' '}
          {newest ? 'the log head ' : ''}
          <DigestText digest={head} />{' '}
          {newest ? 'that the contract stores' : `that the record of round ${lastRound + 1} names`}.
        </p>
      ) : (
        <p class="quiet">No round is closed yet.</p>
      )}
      <details>
        <summary>The same as a table</summary>
        <RoundTable links={links} />
      </details>
    </section>
  );
}
