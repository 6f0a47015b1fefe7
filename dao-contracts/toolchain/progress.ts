/** What a long build tells whoever waits for it. */
export interface BuildProgress {
  step: string;
  done?: number;
  total?: number;
}

export type OnProgress = (event: BuildProgress) => void;
