/** Says on every page that it reads another DAO than the one that these pages are for. */
import { texts } from '../texts/language.js';
import { useDoor } from './door-context.js';

export function ChosenNote() {
  const say = texts().founding;
  const { client, dao, home } = useDoor();
  const { contract } = client;
  if (contract === home) return null;
  const back = () => {
    dao.choose(null);
    location.hash = '#/';
    location.reload();
  };
  return (
    <p class="notice">
      {say.elsewhere({ dao: <b>{contract}</b>, home: <b>{home}</b> })}{' '}
      <button type="button" class="plain" onClick={back}>
        {say.back(home)}
      </button>
    </p>
  );
}
