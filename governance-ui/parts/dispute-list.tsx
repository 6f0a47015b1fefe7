/** Open disputes of a run: what is said against what, who judges, what an appeal costs. */
import type { RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { explainDispute, explainStage, seatName, subjectOfDispute } from '../words/disputes.js';
import type { DisputeView } from '../words/disputes.js';
import { texts } from '../texts/language.js';
import { Badge } from './badge.js';
import { DaoCommand } from './dao-command.js';
import { DigestText } from './digest.js';
import { useDoor } from './door-context.js';
import { Near } from './near.js';

export function DisputeList(it: { run: RunView; seats: readonly SeatView[] }) {
  const { disputes } = it.run;
  return (
    <>
      <p class="quiet">{texts().run.dispute.what}</p>
      <ul class="audits">
        {disputes.map((dispute) => (
          <li key={dispute.id}>
            <Dispute dispute={dispute} run={it.run} seats={it.seats} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Dispute(it: { dispute: DisputeView; run: RunView; seats: readonly SeatView[] }) {
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
              <DaoCommand words={`dispute appeal ${run.id} ${dispute.id}`} signed />
            </dd>
          </div>
        )}
      </dl>
    </>
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
