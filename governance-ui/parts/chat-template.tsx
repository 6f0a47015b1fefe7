/** The program in Jinja that a run's releases bring along: whoever votes on the run votes on it. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { RunSpec } from '@commonweights/trainer/run/run-spec.js';
import type { BlobAnswer } from '../reading/blob-json.js';
import { parseSpec } from '../reading/run.js';
import { texts } from '../texts/language.js';
import { useDoor } from './door-context.js';
import { useReading } from './use-reading.js';

export function ChatTemplateOf({ spec }: { spec: Digest }) {
  const say = texts().run;
  const { blobs } = useDoor();
  const { reading } = useReading<BlobAnswer<RunSpec>>(
    () => blobs.read({ digest: spec, as: 'run spec', parse: parseSpec }),
    { key: `spec ${spec}`, everyMs: ({ why }) => (why === null ? null : 15_000) },
  );
  if (!reading.value) return null;
  const { value, why } = reading.value;
  if (why === null) return <ChatTemplate spec={value} />;
  return (
    <p class="quiet">
      {say.noSpec} <span lang="en">{why}</span>
    </p>
  );
}

export function ChatTemplate({ spec: { chatTemplate } }: { spec: RunSpec }) {
  const say = texts().run;
  if (chatTemplate === undefined) return null;
  return (
    <details>
      <summary>{say.chatTemplate(chatTemplate.length)}</summary>
      <p class="quiet">{say.chatTemplateRuns}</p>
      <pre tabIndex={0}>{chatTemplate}</pre>
    </details>
  );
}
