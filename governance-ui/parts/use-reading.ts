/** A `Poller` in a component: it runs while the component is shown. */
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import { DoorContext } from './door-context.js';
import { Poller, type Reading, type Surroundings } from '../reading/poller.js';

const browser: Surroundings = {
  now: () => Date.now(),
  after: (ms, act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  },
  isHidden: () => document.hidden,
  onShown: (act) => {
    const listen = () => {
      if (!document.hidden) act();
    };
    document.addEventListener('visibilitychange', listen);
    return () => document.removeEventListener('visibilitychange', listen);
  },
};

export interface ReadingInUse<T> {
  readonly reading: Reading<T>;
  readonly readNow: () => void;
}

/** `key` names what is read: another key, another reading. */
export function useReading<T>(
  read: () => Promise<T>,
  it: { key: string; everyMs: (value: T) => number | null },
): ReadingInUse<T> {
  const [reading, setReading] = useState<Reading<T>>({
    value: null,
    readAtMs: null,
    error: null,
    retryAtMs: null,
  });
  // Null while the door itself is opened.
  const changes = useContext(DoorContext)?.changes ?? null;
  const poller = useRef<Poller<T> | null>(null);
  useEffect(() => {
    const mine = new Poller({
      read,
      everyMs: it.everyMs,
      tell: setReading,
      surroundings: browser,
      changes,
    });
    poller.current = mine;
    mine.start();
    return () => mine.stop();
  }, [it.key, changes]);
  return { reading, readNow: () => poller.current?.readNow() };
}

/** The reader's clock, once a second: for counting down. */
export function useClock(): number {
  const [nowMs, setNowMs] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}
