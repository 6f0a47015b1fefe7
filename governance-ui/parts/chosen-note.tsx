/** Says on every page that it reads another DAO than the one that these pages are for. */
import { texts } from '../texts/language.js';
import { useDoor } from './door-context.js';
import { openDao } from './open-dao.js';

export function ChosenNote() {
  const say = texts().founding;
  const { client, dao, home } = useDoor();
  const { contract } = client;
  if (contract === home) return null;
  return (
    <p class="notice">
      {say.elsewhere({ dao: <b>{contract}</b>, home: <b>{home}</b> })}{' '}
      <button type="button" class="plain" onClick={() => openDao(dao, null)}>
        {say.back(home)}
      </button>
    </p>
  );
}
