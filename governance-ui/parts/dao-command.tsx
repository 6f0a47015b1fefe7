/** A command about the DAO that the page reads, complete for any terminal. */
import { commandLine } from '../words/commands.js';
import { Command } from './command.js';
import { useDoor } from './door-context.js';

/** `signed`: it acts, so it needs an account. */
export function DaoCommand({ words, signed = false }: { words: string; signed?: boolean }) {
  const { client, registry } = useDoor();
  const { network, contract } = client;
  return <Command text={commandLine(words, { network, contract, registry }, { signed })} />;
}
