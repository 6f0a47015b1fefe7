/**
 * Proposals by state, kind and proposer. The contract lists them by number only, so the page looks
 * through the newest ones, and through older ones when it is asked to.
 */
import { useState } from 'preact/hooks';
import type { ProposalView } from '@commonweights/dao-contracts/client/views.js';
import { kindGroups, type ActionKind } from '../drafts/kinds.js';
import { FieldInput } from '../parts/field-input.js';
import { ProposalList } from '../parts/lists.js';
import { Paged } from '../parts/paged.js';
import { useDoor } from '../parts/door-context.js';
import { useReading } from '../parts/use-reading.js';
import type { Tail } from '../reading/tail-reader.js';
import { texts } from '../texts/language.js';
import { groupThousands } from '../words/amounts.js';

const states = ['voting', 'queued', 'executed', 'rejected', 'expired', 'cancelled'] as const;

export interface ProposalFilter {
  readonly state: 'all' | 'open' | ProposalView['status'];
  readonly kind: 'all' | ActionKind;
  readonly proposer: string;
}

export const noFilter: ProposalFilter = { state: 'all', kind: 'all', proposer: '' };

export function passes(proposal: ProposalView, filter: ProposalFilter): boolean {
  const { state, kind, proposer } = filter;
  const open = proposal.status === 'voting' || proposal.status === 'queued';
  if (state === 'open' ? !open : state !== 'all' && proposal.status !== state) return false;
  if (kind !== 'all' && proposal.action.kind !== kind) return false;
  return proposer.trim() === '' || proposal.proposer === proposer.trim();
}

export function ProposalFilters(it: {
  filter: ProposalFilter;
  onFilter: (filter: ProposalFilter) => void;
}) {
  const { filter, onFilter } = it;
  const say = texts().lists.filters;
  const { kinds } = texts().create;
  // What is not asked for is no filter: the page then turns through all of them.
  const change = (part: Partial<ProposalFilter>) => {
    const next = { ...filter, ...part };
    const none = next.state === 'all' && next.kind === 'all' && next.proposer.trim() === '';
    onFilter(none ? noFilter : next);
  };
  return (
    <form
      class="fields filters"
      aria-label={say.title}
      onSubmit={(event) => event.preventDefault()}
    >
      <FieldInput
        label={say.state}
        kind="choice"
        value={filter.state}
        choices={[
          { value: 'all', text: say.all },
          { value: 'open', text: say.open },
          ...states.map((value) => ({ value, text: texts().states[value] })),
        ]}
        onChange={(value) => change({ state: value as ProposalFilter['state'] })}
        problem={null}
      />
      <FieldInput
        label={say.kind}
        kind="choice"
        value={filter.kind}
        choices={[
          { value: 'all', text: say.all },
          ...Object.values(kindGroups)
            .flat()
            .map((value) => ({ value, text: kinds[value].name })),
        ]}
        onChange={(value) => change({ kind: value as ProposalFilter['kind'] })}
        problem={null}
      />
      <FieldInput
        label={say.mine}
        hint={say.mineHint}
        kind="account"
        value={filter.proposer}
        onChange={(proposer) => change({ proposer })}
        problem={null}
      />
    </form>
  );
}

const readFirst = 200;
/** With each look further back; a page that read ten thousand would keep the node busy for a minute. */
const readMore = 400;

export function FilteredProposals({ filter, nowMs }: { filter: ProposalFilter; nowMs: number }) {
  const { overview } = useDoor();
  const say = texts().lists;
  const [limit, setLimit] = useState(readFirst);
  const { reading } = useReading<Tail<ProposalView>>(() => overview.newestProposals(limit), {
    key: `newest proposals ${limit}`,
    everyMs: () => 10_000,
  });
  if (!reading.value) return <p class="quiet">{texts().common.read.reading}</p>;
  const { items, count } = reading.value;
  const found = items.filter((proposal) => passes(proposal, filter));
  return (
    <>
      <p class="quiet" role="status">
        {say.filters.found({
          shown: groupThousands(`${found.length}`),
          read: groupThousands(`${items.length}`),
        })}
      </p>
      {found.length === 0 ? (
        <p class="quiet">{say.noneOfThese}</p>
      ) : (
        <Paged items={found} label={say.pages}>
          {(some) => <ProposalList heading="h2" proposals={some} nowMs={nowMs} />}
        </Paged>
      )}
      {items.length < count ? (
        <p class="buttons">
          <button type="button" class="plain" onClick={() => setLimit(limit + readMore)}>
            {say.filters.more}
          </button>
        </p>
      ) : null}
    </>
  );
}
