/** Taking part in a bounty from the page: hand in, reveal, judge, open, move on; each step asks the wallet. */
import { useState } from 'preact/hooks';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { batchItemsMax } from '@commonweights/dao-contracts/rules/limits.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Shown } from '@commonweights/dataset-registry/transforms/bounty-reading.js';
import { BountyDesk, type BountyStanding } from '../bounty/bounty-desk.js';
import { readItemLines } from '../bounty/item-lines.js';
import { SealedKeep } from '../bounty/sealed-keep.js';
import { texts } from '../texts/language.js';
import { grantUploadKey, uploadStore } from '../wallet/upload-key.js';
import { countOf } from '../words/amounts.js';
import { DaoCommand } from './dao-command.js';
import { DoAct } from './do-act.js';
import { useDoor } from './door-context.js';
import { Near } from './near.js';
import { Paged } from './paged.js';
import { usePurse } from './purse-context.js';
import { useAct } from './use-act.js';
import { walletLink } from './wallet-link.js';

interface Acting {
  readonly standing: BountyStanding;
  readonly readNow: () => void;
}

/** The desk that signs as whoever is connected. */
function deskOf(client: DaoClient, bounty: number): BountyDesk {
  const account = client.connection.requireAccount();
  const { network, contract } = client;
  const whose = { network: network.name, contract, bounty, account };
  return new BountyDesk({ client, bounty, account, keep: new SealedKeep(localStorage, whose) });
}

export function BountyActs(it: Acting) {
  const say = texts().data;
  const { accountId } = usePurse();
  const { view } = it.standing;
  if (view.phase === 'closed') return null;
  return (
    <section aria-labelledby="part">
      <h2 id="part">{say.takePart}</h2>
      {accountId === null ? (
        <p class="quiet">{say.connectFirst(walletLink)}</p>
      ) : (
        <Now {...it} key={accountId} />
      )}
    </section>
  );
}

function Now(it: Acting) {
  const { view } = it.standing;
  switch (view.phase) {
    case 'submit':
      return (
        <>
          <HandIn {...it} />
          <Apply {...it} />
          <MoveOn {...it} />
        </>
      );
    case 'reveal':
      return (
        <>
          <Reveal {...it} />
          <MoveOn {...it} />
        </>
      );
    case 'review':
      return (
        <>
          <Judge {...it} />
          <MoveOn {...it} />
        </>
      );
    case 'open':
      return (
        <>
          <Open {...it} />
          <MoveOn {...it} />
        </>
      );
    default:
      return <MoveOn {...it} />;
  }
}

function HandIn({ standing: { view }, readNow }: Acting) {
  const say = texts().data;
  const act = useAct();
  const [text, setText] = useState('');
  const labels = view.terms.material !== null;
  const { items, problems } = readItemLines(text, { labels });
  const batches = Math.ceil(items.length / batchItemsMax);
  const readFile = async (files: FileList | null) => {
    if (files?.[0]) setText(await files[0].text());
  };
  return (
    <>
      <h3>{say.handIn}</h3>
      <label class="field">
        <span>{labels ? say.linesLabels : say.linesTexts}</span>
        <textarea
          rows={6}
          spellcheck={false}
          value={text}
          onInput={({ currentTarget: { value } }) => setText(value)}
        />
      </label>
      <label class="field">
        <span>{say.orFile}</span>
        <input
          type="file"
          accept=".jsonl,.json,.txt"
          onChange={({ currentTarget }) => void readFile(currentTarget.files)}
        />
      </label>
      {problems.length > 0 ? (
        <ul class="trouble">
          {problems.map(({ line, why }) => (
            <li key={line} class="wrap">
              {say.lineProblem({ line })} <span lang="en">{why}</span>
            </li>
          ))}
        </ul>
      ) : null}
      {items.length > 0 ? (
        <p>
          {say.readItems({
            items: countOf(items.length, 'items'),
            batches: countOf(batches, 'batches'),
            bond: <Near yocto={BigInt(batches) * view.terms.bondYocto} />,
          })}
        </p>
      ) : null}
      <p class="quiet">{say.keptHere}</p>
      <DoAct
        {...{ act, readNow, what: say.handingIn, label: say.sealAndHandIn }}
        disabled={items.length === 0 || problems.length > 0}
        run={(client) => deskOf(client, view.id).submit(items)}
      />
      <p class="quiet">{say.largeLots}</p>
      <DaoCommand words={`bounty submit ${view.id} items.jsonl`} signed />
    </>
  );
}

function Apply({ standing: { view, reviewer }, readNow }: Acting) {
  const say = texts().data;
  const act = useAct();
  return (
    <>
      <h3>{say.judge}</h3>
      {reviewer === null ? (
        <DoAct
          {...{ act, readNow, what: say.applying }}
          label={say.applyText(<Near yocto={view.terms.stakeYocto} />)}
          run={(client) => deskOf(client, view.id).apply()}
        />
      ) : (
        <p>{say.applied}</p>
      )}
    </>
  );
}

function Reveal({ standing: { view, toReveal, elsewhere }, readNow }: Acting) {
  const say = texts().data;
  const door = useDoor();
  const act = useAct();
  if (toReveal.length + elsewhere.length === 0) return <p class="quiet">{say.nothingNow}</p>;
  const batches = (count: number) => countOf(count, 'batches');
  return (
    <>
      {elsewhere.length > 0 ? (
        <p class="trouble">{say.elsewhere(batches(elsewhere.length))}</p>
      ) : null}
      {toReveal.length > 0 ? (
        <DoAct
          {...{ act, readNow, what: say.revealing, label: say.reveal(batches(toReveal.length)) }}
          run={async (client) => {
            const key = await grantUploadKey(client, localStorage);
            await deskOf(client, view.id).reveal(uploadStore(door.registry, key));
          }}
        />
      ) : null}
    </>
  );
}

function Judge({ standing, readNow }: Acting) {
  const say = texts().data;
  const door = useDoor();
  const act = useAct();
  const { view, toJudge, batches } = standing;
  const [shown, setShown] = useState<readonly Shown[] | null>(null);
  const [why, setWhy] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [votes, setVotes] = useState<ReadonlyMap<Digest, boolean>>(new Map());
  if (toJudge.length === 0) return <p class="quiet">{say.notDrawn}</p>;
  const fetchItems = async () => {
    setBusy(true);
    try {
      const { readJudged } =
        await import('@commonweights/dataset-registry/transforms/bounty-reading.js');
      const all = batches.flatMap(({ items }) => items ?? []);
      setShown(await readJudged(door.store, { mine: toJudge, all }));
      setWhy(null);
    } catch (error) {
      setWhy((error as Error).message);
    }
    setBusy(false);
  };
  const wanted = [...new Set(toJudge.flatMap(({ items }) => items))];
  const left = wanted.filter((item) => !votes.has(item)).length;
  const vote = (item: Digest, may: boolean) =>
    setVotes((before) => new Map([...before, [item, may]]));
  return (
    <>
      <h3>{say.judge}</h3>
      {shown === null ? (
        <p class="buttons">
          <button type="button" class="plain" disabled={isBusy} onClick={() => void fetchItems()}>
            {isBusy ? say.fetching : say.fetchItems}
          </button>
        </p>
      ) : (
        <>
          <Paged items={shown} label={say.judge}>
            {(some) => (
              <ol class="audits">
                {some.map((one) => (
                  <li key={`${one.batch} ${one.digest}`}>
                    <Item shown={one} vote={votes.get(one.digest) ?? null} onVote={vote} />
                  </li>
                ))}
              </ol>
            )}
          </Paged>
          <p role="status">{say.left(left)}</p>
          <p class="quiet">{say.keptHere}</p>
          <DoAct
            {...{ act, readNow, what: say.sealing, label: say.sealVotes }}
            disabled={left > 0}
            run={(client) => deskOf(client, view.id).vote(toJudge, votes)}
          />
        </>
      )}
      {why === null ? null : (
        <p class="trouble wrap">
          {say.notFetched} <span lang="en">{why}</span>
        </p>
      )}
    </>
  );
}

function Item(it: {
  shown: Shown;
  vote: boolean | null;
  onVote: (item: Digest, may: boolean) => void;
}) {
  const say = texts().data;
  const { batch, digest, item, repeats } = it.shown;
  const name = `vote ${batch} ${digest}`;
  return (
    <fieldset class="item">
      <legend>{say.batchN(batch)}</legend>
      {item === null ? (
        <p class="quiet">{say.noItem}</p>
      ) : (
        <>
          <blockquote>{item.text}</blockquote>
          <dl class="pairs">
            {Object.entries(item)
              .filter(([field]) => field !== 'text')
              .map(([field, value]) => (
                <>
                  <dt>{field}</dt>
                  <dd class="wrap">{`${value}`}</dd>
                </>
              ))}
          </dl>
        </>
      )}
      {repeats ? <p class="quiet">{say.repeats}</p> : null}
      {([true, false] as const).map((may) => (
        <label key={`${may}`} class="choice">
          <input
            type="radio"
            name={name}
            checked={it.vote === may}
            onChange={() => it.onVote(digest, may)}
          />{' '}
          {may ? say.accept : say.turnDown}
        </label>
      ))}
    </fieldset>
  );
}

function Open({ standing: { view, toOpen }, readNow }: Acting) {
  const say = texts().data;
  const act = useAct();
  if (toOpen.length === 0) return <p class="quiet">{say.nothingNow}</p>;
  return (
    <DoAct
      {...{ act, readNow, what: say.opening }}
      label={say.openVotes(countOf(toOpen.length, 'batches'))}
      run={(client) => deskOf(client, view.id).open()}
    />
  );
}

/** Anybody may, once its time is over or everybody has acted. */
function MoveOn({ standing: { view }, readNow }: Acting) {
  const say = texts().data;
  const act = useAct();
  if (view.deadlineMs > view.nowMs && !haveAllActed(view)) return null;
  return (
    <DoAct
      {...{ act, readNow, what: say.moving, label: say.moveOn }}
      run={(client) => client.tickBounty({ bounty: view.id })}
    />
  );
}

/** Then nobody has to wait for the deadline. */
function haveAllActed(view: BountyStanding['view']): boolean {
  const { phase, batches, revealed, sealed, opened, terms } = view;
  if (phase === 'reveal') return revealed === batches;
  if (phase === 'review') return sealed === revealed * Math.min(terms.reviewers, view.reviewers);
  return phase === 'open' && opened === sealed;
}
