/** Many reads, a few at a time, taken in order: memory and sockets stay bounded however long the list. */

/** At most `atOnce` are under way or wait to be taken. */
export async function* readAhead<T, R>(
  list: readonly T[],
  atOnce: number,
  read: (one: T) => Promise<R>,
): AsyncGenerator<R, void> {
  const running: Promise<R>[] = [];
  for (const one of list) {
    const reading = read(one);
    reading.catch(() => {}); // One that fails before its turn is told of in its turn.
    running.push(reading);
    if (running.length === atOnce) yield await running.shift()!;
  }
  while (running.length > 0) yield await running.shift()!;
}
