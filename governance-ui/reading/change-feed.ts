/**
 * Hears from the registry when there is something new to read, so that a page asks when it is worth it
 * and not once a second. A registry that tells nothing, a static host, or a line that broke: then pages
 * go on asking by themselves, which is what `isTold` says. The stream is closed while the page is hidden:
 * a browser has few connections for one server, and a hidden page reads nothing.
 */
export interface Line {
  /** Opens a stream; what it returns closes it. */
  open(heard: Heard): () => void;
  after(ms: number, act: () => void): () => void;
  isHidden(): boolean;
  /** Calls back whenever the page is shown or hidden. */
  onVisibility(act: () => void): void;
}

export interface Heard {
  changed(): void;
  /** The stream broke; `forGood`: it does not come back by itself. */
  lost(forGood: boolean): void;
}

const openAgainMs = 30_000;

export class ChangeFeed {
  #isTold = false;
  #started = false;
  #close: (() => void) | null = null;
  #cancel = () => {};
  readonly #listeners = new Set<() => void>();

  constructor(private readonly line: Line) {}

  /** Whether a change would be heard of. */
  get isTold(): boolean {
    return this.#isTold;
  }

  /** Calls back after each change, and when it is no longer told of any. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    if (!this.#started) {
      this.#started = true;
      this.line.onVisibility(() => (this.line.isHidden() ? this.#hangUp() : this.#open()));
      if (!this.line.isHidden()) this.#open();
    }
    return () => void this.#listeners.delete(listener);
  }

  #open(): void {
    if (this.#close) return;
    this.#cancel();
    this.#close = this.line.open({
      changed: () => {
        this.#isTold = true;
        this.#tell();
      },
      lost: (forGood) => {
        const wasTold = this.#isTold;
        this.#isTold = false;
        if (forGood) {
          this.#hangUp();
          this.#cancel = this.line.after(openAgainMs, () => {
            if (!this.line.isHidden()) this.#open();
          });
        }
        if (wasTold) this.#tell();
      },
    });
  }

  #hangUp(): void {
    this.#isTold = false;
    this.#close?.();
    this.#close = null;
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** Over a browser's own event streams. */
export function openChangeFeed(url: string): ChangeFeed {
  return new ChangeFeed({
    open: (heard) => {
      const source = new EventSource(url);
      source.addEventListener('message', () => heard.changed());
      source.addEventListener('error', () => heard.lost(source.readyState === EventSource.CLOSED));
      return () => source.close();
    },
    after: (ms, act) => {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
    isHidden: () => document.hidden,
    onVisibility: (act) => document.addEventListener('visibilitychange', act),
  });
}
