/** One run, as it happens: its rounds, who works in it, what they get, on what terms. */
import { checkRecords, linkRounds } from '../reading/round-chain.js';
import { isLive, RunReader, type RunStory } from '../reading/run.js';
import { Badge } from '../parts/badge.js';
import { ChatTemplate } from '../parts/chat-template.js';
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
import { texts } from '../texts/language.js';

/** `last`: shows its rounds up to that one; null: the newest, and what goes on. */
export function RunPage({ id, last }: { id: number; last: number | null }) {
  const door = useDoor();
  const reader = useMemo(() => new RunReader(door, id, last), [door, id, last]);
  const using = useReading(() => reader.read(), {
    key: `run ${id}`,
    everyMs: (story) => (story && isLive(story.run) ? 1_000 : 10_000),
  });
  return (
    <Live title={texts().run.title(id)} using={using} missing={texts().run.missing}>
      {(story) => <Sections story={story} readNow={using.readNow} />}
    </Live>
  );
}

function Sections({ story, readNow }: { story: RunStory; readNow: () => void }) {
  const { run, seats } = story;
  const { terms } = run;
  const say = texts().run;
  const release = story.releases[0];
  return (
    <>
      <p class="crumbs">
        <a href="#/runs">{texts().frame.runs}</a> › {run.id}
      </p>
      <h1>
        {story.spec.value?.title ?? say.title(run.id)} <Badge state={run.status} />
      </h1>
      <RunProgress run={run} />
      <StatusSentence story={story} />
      <RunMoney story={story} />
      <LossHere story={story} />
      {run.open ? (
        <section aria-labelledby="open">
          <h2 id="open">{say.open}</h2>
          <OpenRoundPicture run={run} open={run.open} seats={seats} />
        </section>
      ) : null}
      {run.open || run.provisional ? (
        <section aria-labelledby="audits">
          <h2 id="audits">{say.audits}</h2>
          <AuditList run={run} seats={seats} />
        </section>
      ) : null}
      {run.disputes.length > 0 ? (
        <section aria-labelledby="disputes">
          <h2 id="disputes">{say.disputes}</h2>
          <DisputeList {...{ run, seats, readNow }} />
        </section>
      ) : null}
      <PhaseTimeline spans={story.phases} nowMs={run.nowMs} />
      <Rounds story={story} />
      <RunTraffic story={story} />
      <section aria-labelledby="seats">
        <h2 id="seats">{say.seats}</h2>
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
          {say.releasedAs(
            story.releases.map((one, index) => (
              <>
                {index > 0 ? texts().common.and : ''}
                <a href={`#/releases/${one.id}`}>
                  {one.title} {one.version}
                </a>
              </>
            )),
          )}
        </p>
      ) : null}
      <section aria-labelledby="terms">
        <h2 id="terms">{say.terms}</h2>
        <p class="quiet">
          {say.fixedBy({
            proposal: <a href={`#/proposals/${run.proposal}`}>{say.proposal(run.proposal)}</a>,
            proposer: run.proposer,
          })}
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
            <dt>{say.data}</dt>
            <dd>
              <b class="wrap">{terms.datasets.join(texts().common.and)}</b>{' '}
              <a href="#/lineage">{say.whereFrom}</a>
            </dd>
          </div>
          <div>
            <dt>{say.artefacts}</dt>
            <dd class="artefacts">
              {(['spec', 'program', 'fingerprint', 'tokenizer', 'initialRoot'] as const).map(
                (name) => (
                  <span key={name}>
                    {say.artefact[name]} <DigestText digest={terms[name]} />
                  </span>
                ),
              )}
            </dd>
          </div>
        </dl>
        {story.spec.why === null ? <ChatTemplate spec={story.spec.value} /> : null}
        {story.spec.why !== null ? (
          <p class="quiet">
            {say.noSpec} <span lang="en">{story.spec.why}</span>
          </p>
        ) : null}
      </section>
    </>
  );
}

function StatusSentence({ story: { run, seats } }: { story: RunStory }) {
  const say = texts().run.status;
  const places = {
    applied: `${seats.length}`,
    seats: `${run.terms.maxWorkers + run.terms.maxAuditors}`,
  };
  switch (run.status) {
    case 'enrolling':
      return (
        <>
          <p>
            {run.enrolDeadlineMs > run.nowMs
              ? say.enrolling({ ...places, left: formatSpan(run.enrolDeadlineMs - run.nowMs) })
              : say.due(places)}
          </p>
          <DaoCommand words={`work ${run.id}`} signed />
        </>
      );
    case 'running':
      return (
        <p>
          {say.running({
            round: run.finalRound || null,
            root: <DigestText digest={run.finalRoot} />,
            provisional: run.provisional ? say.provisional(run.provisional.round) : '',
          })}
        </p>
      );
    case 'paused':
      return <p>{explainPause(run)}</p>;
    case 'completed':
      return <p>{say.completed(<DigestText digest={run.finalRoot} />)}</p>;
    case 'stopped':
      return (
        <p>
          {say.stopped({
            why: run.pausedBecause ? say.because(<span lang="en">{run.pausedBecause}</span>) : '',
            root: <DigestText digest={run.finalRoot} />,
          })}
        </p>
      );
  }
}

function Rounds({ story }: { story: RunStory }) {
  const { run, records, firstRound, lastRound, head } = story;
  const say = texts().run;
  const newest = lastRound === null;
  const links = linkRounds(newest ? run : { ...run, open: null, provisional: null }, records);
  const first = links[0];
  const complete = firstRound === 1;
  const check = checkRecords({ logHead: head, records, complete });
  if (!first) return null;
  return (
    <section aria-labelledby="rounds">
      <h2 id="rounds">
        {newest ? say.rounds : say.roundsOf({ first: firstRound, last: lastRound })}
      </h2>
      {newest && !complete ? <p class="quiet">{say.fromRound(firstRound)}</p> : null}
      {complete && newest ? null : (
        <p class="buttons">
          {complete ? null : (
            <a href={`#/runs/${run.id}/rounds/${firstRound - 1}`}>{say.earlier}</a>
          )}
          {newest ? null : <a href={`#/runs/${run.id}`}>{say.newest}</a>}
        </p>
      )}
      <RoundChainPicture
        links={links}
        startRoot={complete ? run.terms.initialRoot : first.startRoot}
        startName={complete ? say.initialState : say.earlierRounds}
      />
      <ul class="legend" aria-label={say.dots}>
        <li class="claim passed">{say.dot.passed}</li>
        <li class="claim unaudited">{say.dot.unaudited}</li>
        <li class="claim pending">{say.dot.pending}</li>
        <li class="claim failed">{say.dot.failed}</li>
        <li class="claim out">{say.dot.out}</li>
      </ul>
      {check.problem ? (
        <p class="trouble">{say.noChain(<span lang="en">{check.problem}</span>)}</p>
      ) : head ? (
        <p>
          {newest
            ? say.hashed({ records: `${check.linked}`, head: <DigestText digest={head} /> })
            : say.hashedUpTo({
                ...{ records: `${check.linked}`, next: lastRound + 1 },
                head: <DigestText digest={head} />,
              })}
        </p>
      ) : (
        <p class="quiet">{say.noneClosed}</p>
      )}
      <details>
        <summary>{say.asTable}</summary>
        <RoundTable links={links} />
      </details>
    </section>
  );
}
