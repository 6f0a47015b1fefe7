/** Re-executing one segment of somebody's round, as auditor or juror, beside one's own training. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { RunView } from '@commonweights/dao-contracts/client/views.js';
import { replaySegment } from '../auditor/replay-segment.js';
import type { Session } from '../engines/engine.js';
import type { OpenRun } from '../run/open-run.js';
import type { RoundContext } from './round-context.js';
import type { RoundInput } from './round.js';
import type { RunMaterial } from './run-material.js';

/** The leaf that a segment leads to; null where there is nothing to start from. */
export type ReplaySegment = (
  context: RoundContext,
  it: { segment: number; startLeaf: Digest },
  run: RunView,
) => Promise<Digest | null>;

export class SegmentReplay {
  /** Of its own: an audit must not disturb the training that is under way. */
  #session: Session | null = null;

  constructor(
    private readonly it: {
      readonly opened: OpenRun;
      readonly session: Session;
      readonly material: RunMaterial;
    },
  ) {}

  readonly replay: ReplaySegment = async (context, { segment, startLeaf }, run) => {
    const snapshot = await this.it.material.snapshot(startLeaf);
    if (!snapshot) return null;
    const input = await this.inputOf(context, run);
    return replaySegment(input, { segment, snapshot, localIn: context.localIn });
  };

  /** What a segment of somebody's round is computed from, on a session beside this seat's own. */
  inputOf(context: RoundContext, run: RunView): Promise<RoundInput> {
    this.#session ??= this.it.session.fork();
    return roundInput(this.it, { context, run, session: this.#session });
  }

  async close(): Promise<void> {
    await this.#session?.dispose();
  }
}

/** What a round is computed from, with the state behind its start root. */
export async function roundInput(
  { opened, material }: { opened: OpenRun; material: RunMaterial },
  it: { context: RoundContext; run: RunView; session: Session },
): Promise<RoundInput> {
  const { spec, program, train } = opened;
  const { round, startRoot, slice, ordinal } = it.context;
  const start = await material.stateOf(startRoot, it.run.terms.initialRoot);
  return {
    ...{ round, spec, layout: program.layout, session: it.session, sequences: train },
    ...{ startParams: start.params, slice, ordinal },
  };
}
