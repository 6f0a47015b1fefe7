/** Reads another DAO from here on, in all of the page: null is that of the network file. */
import type { ChosenDao } from '../reading/chosen-dao.js';

export function openDao(dao: ChosenDao, account: string | null): void {
  dao.choose(account);
  location.hash = '#/';
  location.reload();
}
