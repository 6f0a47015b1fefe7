/** English: the language that the others are measured against. */
import { actions } from './actions.js';
import { bounties } from './bounties.js';
import { common } from './common.js';
import { contribute } from './contribute.js';
import { create } from './create.js';
import { data } from './data.js';
import { errors } from './errors.js';
import { figures } from './figures.js';
import { founding } from './founding.js';
import { frame } from './frame.js';
import { lineage } from './lineage.js';
import { lists } from './lists.js';
import { overview } from './overview.js';
import { people } from './people.js';
import { proposal } from './proposal.js';
import { release } from './release.js';
import { runWizard } from './run-wizard.js';
import { run } from './run.js';
import { states } from './states.js';
import { terms } from './terms.js';
import { wallet } from './wallet.js';
import { warnings } from './warnings.js';

export const english = {
  actions,
  bounties,
  common,
  contribute,
  create,
  data,
  errors,
  figures,
  founding,
  frame,
  lineage,
  lists,
  overview,
  people,
  proposal,
  release,
  run,
  runWizard,
  states,
  terms,
  wallet,
  warnings,
};
