/** What speaks against a release. */
import type { ComponentChildren } from 'preact';

export const warnings = {
  tainted: (it: { rounds: ComponentChildren }) => (
    <>
      Wrong work stayed in round {it.rounds}: too little to do it again, and whoever did it was
      expelled. What it did to the model nobody knows.
    </>
  ),
  blocked: (it: { datasets: ComponentChildren }) => (
    <>Data that it learned from is disputed or withdrawn by now: {it.datasets}.</>
  ),
  unknown: 'Whether wrong work stayed in its rounds could not be read here; verify it.',
  downloadsUnchecked:
    'A single file comes as the registry has it; the browser does not check it. “Verify it in this page” and the command do.',
};
