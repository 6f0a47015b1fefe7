/** Who moved how many bytes in a round, and sat in how many panels: the mean and the most. */
export class MovedBytes {
  readonly #down: Float64Array;
  readonly #up: Float64Array;
  readonly #panels: Uint8Array;
  #rounds = 0;
  #downTotal = 0;
  #upTotal = 0;
  #downMost = 0;
  #upMost = 0;
  #panelsMost = 0;

  constructor(readonly seats: number) {
    this.#down = new Float64Array(seats);
    this.#up = new Float64Array(seats);
    this.#panels = new Uint8Array(seats);
  }

  fetch(seat: number, bytes: number): void {
    this.#down[seat]! += bytes;
  }

  serve(seat: number, bytes: number): void {
    this.#up[seat]! += bytes;
  }

  sitInPanel(seat: number): void {
    this.#panels[seat]!++;
  }

  fetchByAll(bytes: number): void {
    for (let seat = 0; seat < this.seats; seat++) this.#down[seat]! += bytes;
  }

  endRound(): void {
    for (let seat = 0; seat < this.seats; seat++) {
      this.#downTotal += this.#down[seat]!;
      this.#upTotal += this.#up[seat]!;
      this.#downMost = Math.max(this.#downMost, this.#down[seat]!);
      this.#upMost = Math.max(this.#upMost, this.#up[seat]!);
      this.#panelsMost = Math.max(this.#panelsMost, this.#panels[seat]!);
    }
    this.#down.fill(0);
    this.#up.fill(0);
    this.#panels.fill(0);
    this.#rounds++;
  }

  report() {
    const workerRounds = this.seats * this.#rounds;
    return {
      bytesDownMean: this.#downTotal / workerRounds,
      bytesUpMean: this.#upTotal / workerRounds,
      bytesDownMost: this.#downMost,
      bytesUpMost: this.#upMost,
      panelsMost: this.#panelsMost,
    };
  }
}
