/** Open disputes of a run: what is said against what, who judges, what an appeal costs. */
import type { RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { explainDispute, explainStage, seatName, subjectOfDispute } from '../words/disputes.js';
import type { DisputeView } from '../words/disputes.js';
import { texts } from '../texts/language.js';
import { Badge } from './badge.js';
import { DaoCommand } from './dao-command.js';
import { DigestText } from './digest.js';
import { DoAct } from './do-act.js';
import { useDoor } from './door-context.js';
import { Near } from './near.js';
import { usePurse } from './purse-context.js';
import { useAct } from './use-act.js';
import { useKeptDrafts } from './use-draft.js';

interface Disputed {
  readonly run: RunView;
  readonly seats: readonly SeatView[];
  readonly readNow: () => void;
}

export function DisputeList(it: Disputed) {
  const { disputes } = it.run;
  return (
    <>
      <p class="quiet">{texts().run.dispute.what}</p>
      <ul class="audits">
        {disputes.map((dispute) => (
          <li key={dispute.id}>
            <Dispute {...it} dispute={dispute} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Dispute(it: Disputed & { dispute: DisputeView }) {
  const { dispute, run, seats } = it;
  const say = texts().run.dispute;
  const { and } = texts().common;
  const defendants = dispute.defendants.map((seat) => seatName(seat, seats)).join(and);
  return (
    <>
      <div class="audit-head">
        <h3>
          {dispute.id}. {subjectOfDispute(dispute, seats)}
        </h3>
        <Badge state={dispute.stage} />
      </div>
      <p>{explainDispute(dispute)}</p>
      <p>{explainStage(dispute, run)}</p>
      <dl class="terms">
        <div>
          <dt>{say.defendedBy}</dt>
          <dd>{defendants || say.nobody}</dd>
        </div>
        {dispute.panel.length > 0 ? (
          <div>
            <dt>{say.panel}</dt>
            <dd>
              {dispute.panel
                .map(({ seat, answered }) => `${seatName(seat, seats)}${answered ? ' ✓' : ''}`)
                .join(and)}
            </dd>
          </div>
        ) : null}
        <div>
          <dt>{say.locked}</dt>
          <dd>
            {say.lockedOf({
              stake: <Near yocto={dispute.lockedYocto} />,
              bonds: <Near yocto={dispute.bondsYocto} />,
            })}
          </dd>
        </div>
        <Evidence dispute={dispute} run={run} />
        {dispute.appealYocto === null ? null : (
          <div>
            <dt>{say.appealBy}</dt>
            <dd>
              <Appeal {...it} />
            </dd>
          </div>
        )}
      </dl>
      {dispute.stage === 'dao' ? <AskMembers run={run.id} dispute={dispute.id} /> : null}
    </>
  );
}

/** By whoever lost: with the seat that he lost it with, or as who challenged. */
function Appeal({ dispute, run, seats, readNow }: Disputed & { dispute: DisputeView }) {
  const say = texts().run.dispute;
  const { accountId } = usePurse();
  const act = useAct();
  const lost = (seat: SeatView) =>
    dispute.verdict === 'against'
      ? dispute.defendants.includes(seat.seat)
      : seat.account === dispute.plaintiff;
  const own = seats.find((seat) => seat.account === accountId && lost(seat));
  const mayAppeal = own !== undefined || isPlaintiff(dispute, accountId);
  const cost = dispute.appealYocto!;
  if (accountId === null || !mayAppeal) {
    return <DaoCommand words={`dispute appeal ${run.id} ${dispute.id}`} signed />;
  }
  return (
    <DoAct
      {...{ act, readNow, what: say.appealing, label: say.appealFor(<Near yocto={cost} />) }}
      run={(client) =>
        client.appeal({
          ...{ run: run.id, dispute: dispute.id, depositYocto: cost },
          ...(own ? { worker: own.worker } : {}),
        })
      }
    />
  );
}

function isPlaintiff({ verdict, plaintiff }: DisputeView, accountId: string | null): boolean {
  return verdict === 'for' && plaintiff === accountId;
}

/** The members' verdict is a proposal, whose form begins with what is known here. */
function AskMembers({ run, dispute }: { run: number; dispute: number }) {
  const say = texts().run.dispute;
  const drafts = useKeptDrafts();
  const ask = (verdict: 'for' | 'against') => {
    const values = { run: `${run}`, dispute: `${dispute}`, verdict };
    drafts.keep('resolve-dispute', { values, savedAtMs: Date.now() });
    location.hash = '#/propose/resolve-dispute';
  };
  return (
    <p class="buttons">
      {(['for', 'against'] as const).map((verdict) => (
        <button key={verdict} type="button" class="plain" onClick={() => ask(verdict)}>
          {say.askFor[verdict]}
        </button>
      ))}
    </p>
  );
}

/** What jurors judge by, for everybody to fetch; a state is a file whose digest the chain names. */
function Evidence({ dispute, run }: { dispute: DisputeView; run: RunView }) {
  const say = texts().figures;
  const { registry } = useDoor();
  const pieces = [
    [say.evidenceStart, dispute.startLeaf],
    [say.evidenceClaimed, dispute.claimed],
    [say.evidenceOther, dispute.other],
  ] as const;
  return (
    <div>
      <dt>{say.evidence}</dt>
      <dd>
        <ul class="sum">
          {pieces.map(([name, digest]) =>
            digest === null ? null : (
              <li key={name}>
                {name} <DigestText digest={digest} />{' '}
                <a href={`${registry}/blobs/${digest}`} download={`${digest.slice(7, 19)}.bin`}>
                  ↓<span class="hidden"> {name}</span>
                </a>
              </li>
            ),
          )}
          <li>
            <a href={`#/runs/${run.id}/rounds/${dispute.round}`}>
              {say.evidenceRound(dispute.round)}
            </a>
          </li>
        </ul>
      </dd>
    </div>
  );
}
