/** Who plays in the main job: three members of the DAO, six trainers, an auditor. */
import { incidents } from './recipe.js';

const trainers = ['ada.local', 'ben.local', 'cai.local'];
export const cheat = 'eve.local';
const { killed, late } = incidents;
const auditor = 'gus.local';

export const accounts = {
  /** Vote; the first one proposes. */
  members: ['mia.local', 'noa.local', 'oto.local'],
  contributors: [...trainers, killed.account, cheat, late.account, auditor],
};

/** The tasks of those who start at once, and of the one who comes late. */
export function castOf<Task extends { account: { accountId: string } }>(
  task: (account: string, role: 'trainer' | 'auditor') => Task,
) {
  return {
    tasks: [
      ...trainers.map((account) => task(account, 'trainer')),
      { ...task(killed.account, 'trainer'), hangsInRound: killed.round },
      { ...task(cheat, 'trainer'), cheatsFromRound: incidents.cheatsFromRound },
      task(auditor, 'auditor'),
    ],
    late: { ...task(late.account, 'trainer'), fromRound: late.fromRound },
  };
}
