/**
 * What can be done about a dataset from its page: disputing it with a bond and evidence, asking the members
 * for a verdict, ending a dispute that nobody decided, and what its publisher may: withdrawing it, and
 * naming what is to be left out.
 */
import { useState } from 'preact/hooks';
import type { DaoClient } from '@commonweights/dao-contracts/client/client.js';
import { storageDeposit } from '@commonweights/dao-contracts/client/storage-deposit.js';
import { resolutionMs } from '@commonweights/dao-contracts/rules/limits.js';
import { digestOf, isDigest, type Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { encodeItem } from '@commonweights/dataset-registry/transforms/text-item.js';
import type { DatasetStory } from '../reading/dataset.js';
import { texts } from '../texts/language.js';
import { grantUploadKey, uploadStore } from '../wallet/upload-key.js';
import { groupThousands } from '../words/amounts.js';
import { formatSpan } from '../words/times.js';
import { DaoCommand } from './dao-command.js';
import { DoAct } from './do-act.js';
import { useDoor } from './door-context.js';
import { Near } from './near.js';
import { usePurse } from './purse-context.js';
import { useAct } from './use-act.js';
import { useKeptDrafts } from './use-draft.js';
import { walletLink } from './wallet-link.js';

interface Acting {
  readonly story: DatasetStory;
  readonly readNow: () => void;
}

/** Signs nothing but the upload: the registry keeps the bytes, their digest goes on chain. */
async function publish(client: DaoClient, registry: string, bytes: Uint8Array): Promise<Digest> {
  const key = await grantUploadKey(client, localStorage);
  return uploadStore(registry, key).put(bytes);
}

/** What its disputes allow now. */
export function DisputeActs(it: Acting) {
  const { accountId } = usePurse();
  const say = texts().data;
  const { dataset, disputes } = it.story;
  const last = disputes[0];
  const isOpen = last?.verdict === null;
  // A verdict that withdraws it is the last there is.
  if (last?.verdict === 'upheld') return null;
  if (accountId === null) {
    const word = isOpen
      ? `dataset resolve ${dataset.id} upheld --evidence FILE`
      : `dataset dispute ${dataset.id} --evidence FILE`;
    return (
      <>
        <p class="quiet">{say.connectToDispute(walletLink)}</p>
        <DaoCommand words={word} signed />
      </>
    );
  }
  return isOpen ? <DecideHere {...it} key={last.dispute} /> : <DisputeHere {...it} />;
}

const evidenceCharsMax = 200_000;

function DisputeHere({ story, readNow }: Acting) {
  const say = texts().data;
  const { registry } = useDoor();
  const act = useAct();
  const [text, setText] = useState('');
  const { dataset, disputeBondYocto } = story;
  const readFile = async (files: FileList | null) => {
    if (files?.[0]) setText((await files[0].text()).slice(0, evidenceCharsMax));
  };
  return (
    <>
      <h3>{say.disputeIt}</h3>
      <label class="field">
        <span>{say.whatShowsIt}</span>
        <textarea
          rows={5}
          maxLength={evidenceCharsMax}
          value={text}
          onInput={({ currentTarget: { value } }) => setText(value)}
        />
      </label>
      <label class="field">
        <span>{say.orEvidenceFile}</span>
        <input
          type="file"
          accept=".txt,.md,.json,.jsonl"
          onChange={({ currentTarget }) => void readFile(currentTarget.files)}
        />
      </label>
      <p class="quiet">{say.disputeCosts(<Near yocto={disputeBondYocto} />)}</p>
      <DoAct
        {...{ act, readNow, what: say.disputing }}
        label={say.disputeWith(<Near yocto={disputeBondYocto} />)}
        disabled={text.trim() === ''}
        onDone={() => setText('')}
        run={async (client) => {
          const evidence = await publish(client, registry, new TextEncoder().encode(text));
          const depositYocto = disputeBondYocto + storageDeposit('');
          await client.disputeDataset({ id: dataset.id, evidence, depositYocto });
        }}
      />
    </>
  );
}

function DecideHere({ story, readNow }: Acting) {
  const say = texts().data;
  const act = useAct();
  const drafts = useKeptDrafts();
  const { dataset, disputes, nowMs } = story;
  const { dispute, openedAtMs } = disputes[0]!;
  const left = openedAtMs + resolutionMs - nowMs;
  const ask = (datasetVerdict: 'upheld' | 'dismissed') => {
    const values = { dataset: dataset.id, dispute: `${dispute}`, datasetVerdict };
    drafts.keep('resolve-dataset-dispute', { values, savedAtMs: Date.now() });
    location.hash = '#/propose/resolve-dataset-dispute';
  };
  return (
    <>
      <p class="buttons">
        {(['upheld', 'dismissed'] as const).map((verdict) => (
          <button key={verdict} type="button" class="plain" onClick={() => ask(verdict)}>
            {say.askFor[verdict]}
          </button>
        ))}
      </p>
      {left > 0 ? (
        <p class="quiet">{say.lapsesIn(formatSpan(left))}</p>
      ) : (
        <DoAct
          {...{ act, readNow, what: say.lapsing, label: say.lapse }}
          run={(client) =>
            client.lapseDatasetDispute({ id: dataset.id, depositYocto: storageDeposit('') })
          }
        />
      )}
    </>
  );
}

/** What its publisher may, and nobody else. */
export function PublisherActs(it: Acting) {
  const { accountId } = usePurse();
  const say = texts().data;
  const { dataset } = it.story;
  if (accountId !== dataset.publisher) return null;
  return (
    <section aria-labelledby="publisher">
      <h2 id="publisher">{say.asPublisher(accountId)}</h2>
      <LeaveOut {...it} />
      {dataset.status === 'withdrawn' ? null : <Withdraw {...it} />}
    </section>
  );
}

function LeaveOut({ story: { dataset }, readNow }: Acting) {
  const say = texts().data;
  const { registry } = useDoor();
  const act = useAct();
  const [text, setText] = useState('');
  const { digests, wrong } = readList(text);
  return (
    <>
      <h3>{say.leaveOut}</h3>
      <label class="field">
        <span>{say.leaveOutLines}</span>
        <textarea
          rows={4}
          spellcheck={false}
          value={text}
          onInput={({ currentTarget: { value } }) => setText(value)}
        />
      </label>
      <p class="quiet">{say.leaveOutIs}</p>
      {wrong === null ? null : <p class="trouble">{say.leaveOutWrong(wrong)}</p>}
      <DoAct
        {...{ act, readNow, what: say.leavingOut }}
        label={say.leaveOutItems(groupThousands(`${new Set(digests).size}`))}
        disabled={digests.length === 0 || wrong !== null}
        onDone={() => setText('')}
        run={async (client) => {
          const { encodeOptOut } =
            await import('@commonweights/dataset-registry/transforms/opt-out.js');
          const optOut = await publish(client, registry, encodeOptOut(digests));
          await client.setOptOut({ id: dataset.id, optOut, depositYocto: storageDeposit('') });
        }}
      />
    </>
  );
}

/** Digests of items, or items as they stand in the dataset's files, one a line; the first line that is neither. */
function readList(text: string): { digests: Digest[]; wrong: number | null } {
  const digests: Digest[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const written = line.trim();
    if (written === '') continue;
    try {
      digests.push(
        isDigest(written) ? written : digestOf(encodeItem(JSON.parse(written) as never)),
      );
    } catch {
      return { digests, wrong: index + 1 };
    }
  }
  return { digests, wrong: null };
}

function Withdraw({ story: { dataset }, readNow }: Acting) {
  const say = texts().data;
  const act = useAct();
  const [isSure, setSure] = useState(false);
  return (
    <>
      <h3>{say.withdraw}</h3>
      <p class="quiet">{say.withdrawIs}</p>
      <label class="choice">
        <input
          type="checkbox"
          checked={isSure}
          onChange={({ currentTarget: { checked } }) => setSure(checked)}
        />{' '}
        {say.forGood}
      </label>
      <DoAct
        {...{ act, readNow, what: say.withdrawing }}
        label={say.withdrawId(dataset.id)}
        disabled={!isSure}
        run={(client) =>
          client.withdrawDataset({ id: dataset.id, depositYocto: storageDeposit('') })
        }
      />
    </>
  );
}
