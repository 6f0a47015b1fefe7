/** What a field can name: the newest of what is there. Anything else may be typed. */
import { texts } from '../texts/language.js';
import type { Names } from './action-forms.js';
import type { DaoNow } from './dao-now.js';

export interface Offer {
  readonly value: string;
  readonly text: string;
}

const accountsMax = 100;

export function offersOf(names: Names | undefined, dao: DaoNow): readonly Offer[] {
  switch (names) {
    case 'run': {
      const { states } = texts();
      return dao.runs.map(({ id, status }) => ({ value: `${id}`, text: states[status] }));
    }
    case 'release':
      return dao.releases.map(({ id, title, version }) => ({
        value: `${id}`,
        text: `${title} ${version}`,
      }));
    case 'dataset':
      return dao.datasets.map(({ id, title }) => ({ value: id, text: title }));
    case 'token':
      return dao.tokens.map(({ token }) => ({ value: token, text: token }));
    case 'account':
      return dao.members.members
        .slice(0, accountsMax)
        .map(({ account }) => ({ value: account, text: account }));
    case undefined:
      return [];
  }
}
