/** A change of the policy as a table, and what it would mean for the other proposals that are open. */
import {
  readPolicyEffects,
  type AffectedProposal,
  type PolicyField,
  type ProposedPolicy,
} from '@commonweights/dao-contracts/client/policy-effects.js';
import type { PolicyView } from '@commonweights/dao-contracts/client/views.js';
import { texts } from '../texts/language.js';
import { changesOfPolicy, formatRule } from '../words/actions.js';
import { useDoor } from './door-context.js';
import { useReading } from './use-reading.js';

export function PolicyDifference(it: { proposal: number; next: ProposedPolicy; now: PolicyView }) {
  const say = texts().proposal;
  const changes = changesOfPolicy(it.next, it.now);
  return (
    <>
      {changes.length > 0 ? (
        <>
          <h3>{say.differs}</h3>
          <div class="scroll" tabIndex={0} role="region" aria-label={say.differs}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{say.rule}</th>
                  <th scope="col">{say.now}</th>
                  <th scope="col">{say.next}</th>
                </tr>
              </thead>
              <tbody>
                {changes.map(({ rule, before, after }) => (
                  <tr key={rule}>
                    <th scope="row">{nameOfRule(rule)}</th>
                    <td>{before}</td>
                    <td>{after}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      ) : null}
      <Affected proposal={it.proposal} next={it.next} />
    </>
  );
}

function Affected({ proposal, next }: { proposal: number; next: ProposedPolicy }) {
  const say = texts().proposal;
  const { client, overview } = useDoor();
  const { reading } = useReading<readonly AffectedProposal[]>(
    async () => {
      // Those that are open are among the newest: an account has a few, and they end.
      const { items } = await overview.newestProposals();
      const proposals = [...items].reverse();
      const listed = {
        getPolicy: client.getPolicy,
        getDataset: client.getDataset,
        getRun: client.getRun,
        listProposals: async ({ from = 0, limit = proposals.length } = {}) =>
          proposals.slice(from, from + limit),
      };
      return (await readPolicyEffects(listed, { proposal, next })).live;
    },
    { key: `affected by ${proposal}`, everyMs: () => 30_000 },
  );
  if (!reading.value) return null;
  return (
    <>
      <h3>{say.affects}</h3>
      {reading.value.length === 0 ? (
        <p class="quiet">{say.affectsNone}</p>
      ) : (
        <ul class="sentences">
          {reading.value.map((one) => (
            <li key={one.proposal}>
              {say.affectedBy({
                link: <a href={`#/proposals/${one.proposal}`}>{say.title(one.proposal)}</a>,
                state: texts().states[one.status],
                facts: <Facts one={one} />,
              })}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Facts({ one }: { one: AffectedProposal }) {
  const say = texts().proposal;
  const facts = [
    ...one.keeps.map(({ field, before, after }) => (
      <>
        {say.keeps({
          rule: nameOfRule(field),
          before: formatRule(field, before),
          after: formatRule(field, after),
        })}
      </>
    )),
    ...one.stopped.map((why) => (
      <>
        {say.stopped} <span lang="en">{why}</span>
      </>
    )),
    ...one.freed.map((why) => (
      <>
        {say.freed} <span lang="en">{why}</span>
      </>
    )),
    ...(one.replaces ? [<>{say.replaces}</>] : []),
  ];
  if (facts.length === 0) return <>{say.same}</>;
  return (
    <>
      {facts.map((fact, at) => (
        <>
          {at > 0 ? texts().common.semicolon : ''}
          {fact}
        </>
      ))}
    </>
  );
}

/** As the form that changes it calls it. */
function nameOfRule(rule: PolicyField): string {
  const { fields } = texts().create;
  const name = rule === 'reputation' ? 'shareBpsMax' : rule;
  return fields[name].label;
}
