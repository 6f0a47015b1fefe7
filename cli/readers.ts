/** Lists of readers: whom that is for which is not for everybody. */
import { InvalidArgumentError } from 'commander';
import type { Session } from './session.js';

export const readersHelp =
  'not for everybody: salt the items, and let none but you and this list of yours fetch them ("commonweights ' +
  'registry readers")';

/** A flag's value: the name of one's own list. */
export function readersName(text: string): string {
  if (/^[a-z0-9][a-z0-9-]{0,39}$/.test(text)) return text;
  throw new InvalidArgumentError('a name of a-z, 0-9 and "-", at most 40 characters');
}

/** As registries know it. */
export function readersOf(session: Session, name: string | undefined): string | undefined {
  return name === undefined ? undefined : `${session.accountId}/${name}`;
}
