/** What somebody brought as evidence: a text that a stranger wrote, fetched when asked for, shown inert. */
import { useState } from 'preact/hooks';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { BlobAnswer } from '../reading/blob-json.js';
import { texts } from '../texts/language.js';
import { DigestText } from './digest.js';
import { useDoor } from './door-context.js';

const shownBytesMax = 2 ** 18;
const shownCharsMax = 20_000;

export function EvidenceText({ digest }: { digest: Digest }) {
  const { blobs } = useDoor();
  const say = texts().data;
  const [answer, setAnswer] = useState<BlobAnswer<string> | null>(null);
  const fetchIt = async () =>
    setAnswer(await blobs.read({ ...{ digest, as: 'text', parse }, bytesMax: shownBytesMax }));
  return (
    <>
      <p>
        {say.evidenceIs}
        {texts().common.colon}
        <DigestText digest={digest} />{' '}
        {answer === null ? (
          <button type="button" class="plain" onClick={() => void fetchIt()}>
            {say.fetchEvidence}
          </button>
        ) : null}
      </p>
      {answer === null ? null : answer.why === null ? (
        <blockquote>{answer.value}</blockquote>
      ) : (
        <p class="quiet wrap">
          {say.evidenceGone} <span lang="en">{answer.why}</span>
        </p>
      )}
    </>
  );
}

function parse(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes).slice(0, shownCharsMax);
}
