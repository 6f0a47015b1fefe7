/** What the models of this DAO are made of, all of it in one picture. */
import { layOutLineage } from '../reading/lineage-graph.js';
import { readPedigree, type Pedigree } from '../reading/overview.js';
import { Command } from '../parts/command.js';
import { useDoor } from '../parts/door-context.js';
import { Live } from '../parts/live.js';
import { useReading } from '../parts/use-reading.js';
import { LineagePicture } from '../pictures/lineage-picture.js';

export function LineagePage() {
  const { client } = useDoor();
  const using = useReading<Pedigree | null>(() => readPedigree(client), {
    key: 'lineage',
    everyMs: () => 5_000,
  });
  return (
    <Live title="Lineage" using={using}>
      {(pedigree) => (
        <>
          <h1>Lineage</h1>
          <p class="lead">
            From the texts that were registered to the weights that were released: what was made of
            what, and what stands behind each claim.
          </p>
          {pedigree.datasets.length + pedigree.runs.length === 0 ? (
            <>
              <p class="quiet">No dataset is registered yet. Add one:</p>
              <Command text="npx commonweights dataset add --help" />
            </>
          ) : (
            <>
              <h2>Ingredients</h2>
              <LineagePicture graph={layOutLineage(pedigree)} />
            </>
          )}
        </>
      )}
    </Live>
  );
}
