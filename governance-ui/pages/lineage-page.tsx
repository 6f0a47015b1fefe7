/** What the models of this DAO are made of, all of it in one picture. */
import { layOutLineage } from '../reading/lineage-graph.js';
import { readPedigree, type Pedigree } from '../reading/overview.js';
import { Command } from '../parts/command.js';
import { useDoor } from '../parts/door-context.js';
import { Live } from '../parts/live.js';
import { useReading } from '../parts/use-reading.js';
import { LineagePicture } from '../pictures/lineage-picture.js';
import { texts } from '../texts/language.js';

export function LineagePage() {
  const { client } = useDoor();
  const using = useReading<Pedigree | null>(() => readPedigree(client), {
    key: 'lineage',
    everyMs: () => 5_000,
  });
  return (
    <Live title={texts().lineage.title} using={using}>
      {(pedigree) => (
        <>
          <h1>{texts().lineage.title}</h1>
          <p class="lead">{texts().lineage.lead}</p>
          {pedigree.datasets.length + pedigree.runs.length === 0 ? (
            <>
              <p class="quiet">{texts().lineage.empty}</p>
              <Command text="npx commonweights dataset add --help" />
            </>
          ) : (
            <>
              <h2>{texts().lineage.ingredients}</h2>
              <LineagePicture graph={layOutLineage(pedigree)} />
            </>
          )}
        </>
      )}
    </Live>
  );
}
