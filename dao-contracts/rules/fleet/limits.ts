/** Every bound of a fleet, with its reason; those of a flat cohort are in ../limits.ts. */

/** A million seats: seat numbers stay small integers, and an order over them needs no big ones. */
export const fleetSeatsMax = 1 << 20;
/**
 * A state root is folded one segment a call, and who checks one segment reads all digests: 512 of
 * them are 16 kB. Beyond 32,768 workers a committee member's part grows again; then raise this.
 */
export const fleetSegmentsMax = 512;
/** A committee is one record of seats and seals: 64 × 36 bytes; it is written in one call. */
export const committeeSeatsMax = 64;
/** A jury is drawn in one call; 255 hashes and 9 kB are what a call can well afford. */
export const jurySeatsMax = 255;
/** Each try costs the fleet a deadline; what three panels cannot do, a fourth will not. */
export const panelTriesMax = 3;
/** A fleet that loses so many rounds is stopped and refunded; the list of them is one record. */
export const fleetCancelledMax = 256;
