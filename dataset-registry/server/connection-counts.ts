/**
 * How many connections each address holds. Sockets are what a registry runs out of first, and one
 * machine could take them all by opening them and being slow.
 */
import type { Server } from 'node:net';

/** Further connections of an address that holds `most` are closed at once. */
export function limitConnections(server: Server, most: number): void {
  const held = new Map<string, number>();
  server.on('connection', (socket) => {
    const name = groupOf(socket.remoteAddress ?? '');
    const count = (held.get(name) ?? 0) + 1;
    held.set(name, count);
    socket.once('close', () => {
      const left = held.get(name)! - 1;
      if (left === 0) held.delete(name);
      else held.set(name, left);
    });
    if (count > most) socket.destroy();
  });
}

/** One owner's addresses: IPv4 by itself, IPv6 by its first 64 bits, of which anybody has 2^64. */
export function groupOf(address: string): string {
  const [bare] = address.split('%');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare!);
  if (mapped) return mapped[1]!;
  if (!bare!.includes(':')) return bare!;
  const [head, tail] = bare!.split('::');
  const left = head === '' ? [] : head!.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const words = [...left, ...Array.from({ length: zeros }, () => '0'), ...right];
  return words
    .slice(0, 4)
    .map((word) => parseInt(word, 16).toString(16))
    .join(':');
}
