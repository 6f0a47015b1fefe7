/** English: the language that the others are measured against. */
import { frame } from './frame.js';

export const english = { frame };
