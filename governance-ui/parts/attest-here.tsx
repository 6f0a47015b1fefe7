/** What was said about a digest and signed, and saying something oneself: by NEAR or by Ethereum. */
import { useState } from 'preact/hooks';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import { storageDeposit } from '@commonweights/dao-contracts/client/storage-deposit.js';
import type { AttestationView, Purpose } from '@commonweights/dao-contracts/rules/attestation.js';
import { readChainTimeMs } from '../reading/chain-time.js';
import { formatUtc } from '../words/times.js';
import { findEthereumWallet, signStatement } from '../wallet/ethereum-wallet.js';
import { ActNote, useAct } from './use-act.js';
import { Badge } from './badge.js';
import { DigestText } from './digest.js';
import { useDoor } from './door-context.js';
import { usePurse } from './purse-context.js';
import { useReading } from './use-reading.js';
import { texts } from '../texts/language.js';
import { walletLink } from './wallet-link.js';

const shownMax = 50;
/** How long a signature of Ethereum can be brought to the contract. */
const validMs = 3_600_000;

const purposes: readonly Purpose[] = ['endorses', 'reproduces', 'evaluates', 'disputes'];

export function AttestHere({ subject }: { subject: Digest }) {
  const { client } = useDoor();
  const say = texts().release.attest;
  const { accountId } = usePurse();
  const { reading, readNow } = useReading<readonly AttestationView[]>(
    () => client.listAttestations({ subject, limit: shownMax }),
    { key: `attestations ${subject}`, everyMs: () => 10_000 },
  );
  return (
    <section aria-labelledby="attestations">
      <h2 id="attestations">{say.title}</h2>
      {reading.error ? (
        <p class="quiet">
          {say.unreadable} <span lang="en">{reading.error.message}</span>
        </p>
      ) : (
        <Said attestations={reading.value} />
      )}
      {accountId === null ? (
        <p class="quiet">{say.connect(walletLink)}</p>
      ) : (
        <Say subject={subject} readNow={readNow} />
      )}
    </section>
  );
}

function Said({ attestations }: { attestations: readonly AttestationView[] | null }) {
  const say = texts().release.attest;
  if (attestations === null) return <p class="quiet">{say.reading}</p>;
  if (attestations.length === 0) return <p class="quiet">{say.nobody}</p>;
  return (
    <ul class="claims">
      {attestations.map(({ by, purpose, evidence, atMs }) => (
        <li key={`${by} ${atMs}`}>
          <Badge state={purpose === 'disputes' ? 'disputed' : 'active'} />{' '}
          <span class="wrap">
            {say.said[purpose]({ by: <b>{by}</b>, when: formatUtc(atMs) })}
            {evidence === null ? null : say.with(<DigestText digest={evidence} />)}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Say({ subject, readNow }: { subject: Digest; readNow: () => void }) {
  const { client: reader } = useDoor();
  const { accountId } = usePurse();
  const [purpose, setPurpose] = useState<Purpose>('endorses');
  const [missing, setMissing] = useState(false);
  const say = texts().release.attest;
  const act = useAct();
  const statement = { subject, purpose, evidence: null };
  const depositYocto = storageDeposit(statement);
  const byNear = async () => {
    await act.run((client) => client.attest({ ...statement, depositYocto }));
    readNow();
  };
  const byEthereum = async () => {
    const provider = await findEthereumWallet();
    setMissing(provider === null);
    if (!provider) return;
    await act.run(async (client) => {
      const { contract } = client;
      const deadlineMs = (await readChainTimeMs(reader)) + validMs;
      // Time only ever grows, and so must nonces.
      const asked = { ...statement, contract, nonce: Date.now(), deadlineMs };
      const signed = await signStatement(provider, asked);
      await client.attestEthereum({ ...signed, depositYocto });
    });
    readNow();
  };
  return (
    <>
      <label class="field">
        <span>{say.say}</span>
        <select
          value={purpose}
          onChange={({ currentTarget: { value } }) => setPurpose(value as Purpose)}
        >
          {purposes.map((one) => (
            <option key={one} value={one}>
              {say.means[one]}
            </option>
          ))}
        </select>
      </label>
      <p class="buttons">
        <button type="button" class="plain" disabled={act.busy} onClick={() => void byNear()}>
          {say.signAs(accountId!)}
        </button>
        <button type="button" class="plain" disabled={act.busy} onClick={() => void byEthereum()}>
          {say.signEthereum}
        </button>
      </p>
      <div role="status">
        {missing ? <p class="trouble">{say.noEthereum}</p> : null}
        <ActNote stage={act.stage} what={say.your} />
      </div>
    </>
  );
}
