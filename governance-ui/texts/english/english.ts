/** English: the language that the others are measured against. */
import { create } from './create.js';
import { figures } from './figures.js';
import { frame } from './frame.js';
import { runWizard } from './run-wizard.js';
import { states } from './states.js';

export const english = { create, figures, frame, runWizard, states };
