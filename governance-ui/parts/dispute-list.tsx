/** Open disputes of a run: what is said against what, who judges, what an appeal costs. */
import type { RunView, SeatView } from '@commonweights/dao-contracts/client/views.js';
import { explainDispute, explainStage, seatName, subjectOfDispute } from '../words/disputes.js';
import type { DisputeView } from '../words/disputes.js';
import { Badge } from './badge.js';
import { DaoCommand } from './dao-command.js';
import { DigestText } from './digest.js';
import { Near } from './near.js';

export function DisputeList(it: { run: RunView; seats: readonly SeatView[] }) {
  const { disputes } = it.run;
  return (
    <>
      <p class="quiet">
        Two who computed the same came to different results. Jurors drawn by lot compute it once
        more; a verdict acts on the model at once, and money stays locked until nobody can appeal.
      </p>
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
  const defendants = dispute.defendants.map((seat) => seatName(seat, seats)).join(', ');
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
          <dt>Defended by</dt>
          <dd>{defendants || 'nobody'}</dd>
        </div>
        {dispute.panel.length > 0 ? (
          <div>
            <dt>Jury</dt>
            <dd>
              {dispute.panel
                .map(({ seat, answered }) => `${seatName(seat, seats)}${answered ? ' ✓' : ''}`)
                .join(', ')}
            </dd>
          </div>
        ) : null}
        <div>
          <dt>Locked</dt>
          <dd>
            <Near yocto={dispute.lockedYocto} /> of stake and held-back pay,{' '}
            <Near yocto={dispute.bondsYocto} /> of bonds
          </dd>
        </div>
        <div>
          <dt>Claimed</dt>
          <dd>
            <DigestText digest={dispute.claimed} />
          </dd>
        </div>
        {dispute.other === null ? null : (
          <div>
            <dt>Against it</dt>
            <dd>
              <DigestText digest={dispute.other} />
            </dd>
          </div>
        )}
        {dispute.appealYocto === null ? null : (
          <div>
            <dt>Appeal</dt>
            <dd>
              <DaoCommand words={`dispute appeal ${run.id} ${dispute.id}`} signed />
            </dd>
          </div>
        )}
      </dl>
    </>
  );
}
