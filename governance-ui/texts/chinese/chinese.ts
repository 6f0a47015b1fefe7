/** 简体中文。 */
import type { Texts } from '../texts.js';
import { figures } from './figures.js';
import { frame } from './frame.js';

export const chinese: Texts = { figures, frame };
