// Loaded before a worker: its clock is off by as many milliseconds as the file says, and again right
// when it says so. Timers go by the system's own clock, as they do where a clock is set by hand.
import { readFileSync } from 'node:fs';

const file = process.env.SKEWED_CLOCK;
const RealDate = Date;
let skewMs = 0;

function look() {
  try {
    skewMs = Number(readFileSync(file, 'utf8')) || 0;
  } catch {
    skewMs = 0;
  }
}

if (file) {
  look();
  setInterval(look, 200).unref();
  globalThis.Date = class extends RealDate {
    constructor(...args) {
      if (args.length === 0) super(RealDate.now() + skewMs);
      else super(...args);
    }
    static now() {
      return RealDate.now() + skewMs;
    }
  };
}
