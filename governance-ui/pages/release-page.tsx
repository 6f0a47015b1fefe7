/** A release: the bytes that were voted on, how to get and check them, and what they are made of. */
import { layOutLineage } from '../reading/lineage-graph.js';
import { readRelease, type Evaluation, type ReleaseStory } from '../reading/release.js';
import { AttestHere } from '../parts/attest-here.js';
import { Badge } from '../parts/badge.js';
import { DaoCommand } from '../parts/dao-command.js';
import { DigestText } from '../parts/digest.js';
import { useDoor } from '../parts/door-context.js';
import { Live } from '../parts/live.js';
import { SearchHere } from '../parts/search-here.js';
import { VerifyHere } from '../parts/verify-here.js';
import { useReading } from '../parts/use-reading.js';
import { LineagePicture } from '../pictures/lineage-picture.js';
import { LossBars } from '../pictures/loss-bars.js';
import { formatBytes, plural } from '../words/amounts.js';
import { formatUtc } from '../words/times.js';
import type { BlobAnswer } from '../reading/blob-json.js';

const filesShownMax = 200;

export function ReleasePage({ id }: { id: number }) {
  const door = useDoor();
  const using = useReading(() => readRelease(door, id), {
    key: `release ${id}`,
    everyMs: () => 10_000,
  });
  return (
    <Live title={`Release ${id}`} using={using} missing="The DAO has no such release.">
      {(story) => <Sections story={story} />}
    </Live>
  );
}

function Sections({ story }: { story: ReleaseStory }) {
  const { release, run } = story;
  return (
    <>
      <p class="crumbs">
        <a href="#/releases">Releases</a> › {release.id}
      </p>
      <h1>
        {release.title} {release.version} <Badge state={release.status} />
      </h1>
      {release.status === 'revoked' ? (
        <p class="trouble">The DAO has revoked this release. Do not use it.</p>
      ) : null}
      <section aria-labelledby="get">
        <h2 id="get">Get it and check every claim</h2>
        <DaoCommand words={`pull ${release.manifest} --to ./model`} />
        <p class="quiet">
          Fetches each file from any mirror, checks every byte against the digest that was voted on,
          and prints one verdict per claim. Check a copy again at any time:
        </p>
        <DaoCommand words="verify ./model" />
        <VerifyHere manifest={release.manifest} />
      </section>
      <section aria-labelledby="facts">
        <h2 id="facts">What was voted on</h2>
        <dl class="pairs">
          <dt>Manifest</dt>
          <dd>
            <DigestText digest={release.manifest} /> names every byte of it
          </dd>
          <dt>State root</dt>
          <dd>
            <DigestText digest={release.root} /> after round {release.round} of{' '}
            <a href={`#/runs/${release.run}`}>run {release.run}</a>
          </dd>
          <dt>Log of rounds</dt>
          <dd>
            <DigestText digest={release.logHead} /> ends the hash chain that led there
          </dd>
          <dt>Vote</dt>
          <dd>
            <a href={`#/proposals/${release.proposal}`}>proposal {release.proposal}</a>, published{' '}
            {formatUtc(release.publishedAtMs)} by the chain's clock
          </dd>
        </dl>
      </section>
      <EvaluationSection evaluation={story.evaluation} digest={release.evaluation} />
      <AttestHere subject={release.manifest} />
      <section aria-labelledby="files">
        <h2 id="files">Files</h2>
        <Files story={story} />
      </section>
      {run ? (
        <section aria-labelledby="lineage">
          <h2 id="lineage">What it is made of</h2>
          <LineagePicture
            graph={layOutLineage({ datasets: story.datasets, runs: [run], releases: [release] })}
          />
          <SearchHere run={run.id} />
        </section>
      ) : null}
    </>
  );
}

export function EvaluationSection(it: { evaluation: BlobAnswer<Evaluation>; digest: string }) {
  return (
    <section aria-labelledby="evaluation">
      <h2 id="evaluation">Evaluation</h2>
      {it.evaluation.why === null ? (
        <LossBars evaluation={it.evaluation.value} />
      ) : (
        <p class="quiet">It cannot be shown: {it.evaluation.why}</p>
      )}
      <p class="quiet">
        evaluation <DigestText digest={it.digest} />, named by the vote. Whoever has the weights and
        the held-out text can repeat it.
      </p>
    </section>
  );
}

function Files({ story: { manifest } }: { story: ReleaseStory }) {
  const { registry } = useDoor();
  if (manifest.why !== null) return <p class="quiet">The list cannot be shown: {manifest.why}</p>;
  const { files } = manifest.value;
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return (
    <>
      <p class="quiet">
        {plural(files.length, 'file')}, {formatBytes(bytes)}. The list itself has the digest that
        was voted on.
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Files of the release">
        <table>
          <thead>
            <tr>
              <th scope="col">Path</th>
              <th scope="col" class="number">
                Size
              </th>
              <th scope="col">Digest</th>
            </tr>
          </thead>
          <tbody>
            {files.slice(0, filesShownMax).map((file) => (
              <tr key={file.path}>
                <td>
                  <a
                    href={`${registry}/blobs/${file.digest}`}
                    download={file.path.split('/').pop()}
                  >
                    {file.path}
                  </a>
                </td>
                <td class="number">{formatBytes(file.size)}</td>
                <td>
                  <DigestText digest={file.digest} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {files.length > filesShownMax ? <p class="quiet">The first {filesShownMax}.</p> : null}
    </>
  );
}
