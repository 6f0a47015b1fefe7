/**
 * Lets a worker hear its messages between two pieces of work. A timer would do, but browsers stretch
 * timers to a second and more while the tab is in the background; messages they do not.
 */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
