/** Hands the open door down to whatever reads through it. */
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Door } from '../reading/door.js';

export const DoorContext = createContext<Door | null>(null);

export function useDoor(): Door {
  const door = useContext(DoorContext);
  if (!door) throw new Error('BUG: a page was shown before its door was open');
  return door;
}
