/** 简体中文。 */
import type { Texts } from '../texts.js';
import { create } from './create.js';
import { figures } from './figures.js';
import { frame } from './frame.js';
import { runWizard } from './run-wizard.js';
import { states } from './states.js';

export const chinese: Texts = { create, figures, frame, runWizard, states };
