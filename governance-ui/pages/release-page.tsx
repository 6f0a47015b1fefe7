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
import { WarningsHere } from '../parts/warnings-here.js';
import { useReading } from '../parts/use-reading.js';
import { LineagePicture } from '../pictures/lineage-picture.js';
import { LossBars } from '../pictures/loss-bars.js';
import { countOf, formatBytes } from '../words/amounts.js';
import { formatUtc } from '../words/times.js';
import type { BlobAnswer } from '../reading/blob-json.js';
import { texts } from '../texts/language.js';

const filesShownMax = 200;

export function ReleasePage({ id }: { id: number }) {
  const door = useDoor();
  const using = useReading(() => readRelease(door, id), {
    key: `release ${id}`,
    everyMs: () => 10_000,
  });
  return (
    <Live title={texts().release.title(id)} using={using} missing={texts().release.missing}>
      {(story) => <Sections story={story} />}
    </Live>
  );
}

function Sections({ story }: { story: ReleaseStory }) {
  const { release, run } = story;
  const say = texts().release;
  return (
    <>
      <p class="crumbs">
        <a href="#/releases">{texts().frame.releases}</a> › {release.id}
      </p>
      <h1>
        {release.title} {release.version} <Badge state={release.status} />
      </h1>
      <WarningsHere run={release.run} warnings={story.warnings} />
      <section aria-labelledby="get">
        <h2 id="get">{say.get}</h2>
        <DaoCommand words={`pull ${release.manifest} --to ./model`} />
        <p class="quiet">{say.fetches}</p>
        <DaoCommand words="verify ./model" />
        <VerifyHere manifest={release.manifest} name={fileNameOf(release)} />
      </section>
      <section aria-labelledby="facts">
        <h2 id="facts">{say.votedOn}</h2>
        <dl class="pairs">
          <dt>{say.manifest}</dt>
          <dd>{say.manifestOf(<DigestText digest={release.manifest} />)}</dd>
          <dt>{say.root}</dt>
          <dd>
            {say.rootOf({
              digest: <DigestText digest={release.root} />,
              round: release.round,
              run: <a href={`#/runs/${release.run}`}>{say.run(release.run)}</a>,
            })}
          </dd>
          <dt>{say.log}</dt>
          <dd>{say.logOf(<DigestText digest={release.logHead} />)}</dd>
          <dt>{say.vote}</dt>
          <dd>
            {say.voteOf({
              proposal: (
                <a href={`#/proposals/${release.proposal}`}>{say.proposal(release.proposal)}</a>
              ),
              when: formatUtc(release.publishedAtMs),
            })}
          </dd>
        </dl>
      </section>
      <EvaluationSection evaluation={story.evaluation} digest={release.evaluation} />
      <AttestHere subject={release.manifest} />
      <section aria-labelledby="files">
        <h2 id="files">{say.files}</h2>
        <Files story={story} />
      </section>
      {run ? (
        <section aria-labelledby="lineage">
          <h2 id="lineage">{say.madeOf}</h2>
          <LineagePicture
            graph={layOutLineage({ datasets: story.datasets, runs: [run], releases: [release] })}
          />
          <SearchHere run={run.id} />
        </section>
      ) : null}
    </>
  );
}

/** A title is anybody's text; a file's name is not. */
function fileNameOf({ id, title, manifest }: ReleaseStory['release']): string {
  const word = title
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return [word || 'release', id, shortHex(manifest)].join('-');
}

function shortHex(digest: string): string {
  return digest.slice('sha256:'.length, 'sha256:'.length + 8);
}

export function EvaluationSection(it: { evaluation: BlobAnswer<Evaluation>; digest: string }) {
  const say = texts().release.evaluation;
  return (
    <section aria-labelledby="evaluation">
      <h2 id="evaluation">{say.title}</h2>
      {it.evaluation.why === null ? (
        <LossBars evaluation={it.evaluation.value} />
      ) : (
        <p class="quiet">
          {say.unreadable} <span lang="en">{it.evaluation.why}</span>
        </p>
      )}
      <p class="quiet">{say.named(<DigestText digest={it.digest} />)}</p>
    </section>
  );
}

function Files({ story: { manifest } }: { story: ReleaseStory }) {
  const { registry } = useDoor();
  const say = texts().release;
  if (manifest.why !== null) {
    return (
      <p class="quiet">
        {say.noFiles} <span lang="en">{manifest.why}</span>
      </p>
    );
  }
  const { files } = manifest.value;
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  return (
    <>
      <p class="quiet">
        {say.filesOf({ files: countOf(files.length, 'files'), bytes: formatBytes(bytes) })}{' '}
        {texts().warnings.downloadsUnchecked}
      </p>
      <div class="scroll" tabIndex={0} role="region" aria-label={say.filesOfRelease}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say.path}</th>
              <th scope="col" class="number">
                {say.size}
              </th>
              <th scope="col">{say.digest}</th>
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
      {files.length > filesShownMax ? (
        <p class="quiet">{texts().common.firstOf(`${filesShownMax}`)}</p>
      ) : null}
    </>
  );
}
