/** English: the language that the others are measured against. */
import { figures } from './figures.js';
import { frame } from './frame.js';

export const english = { figures, frame };
