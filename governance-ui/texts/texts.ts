/** What a language must have: everything that English has, with the same arguments. */
import type { english } from './english/english.js';

export type Texts = typeof english;
