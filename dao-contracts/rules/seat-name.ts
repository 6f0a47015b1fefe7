/** What a seat is called: an account and the label of one of its machines. */

/** Who calls, and which of its machines. */
export interface Actor {
  account: string;
  /** Label of the machine; '' is the account's only or first one. */
  worker?: string;
}

/** Of a seat's place in storage and in error texts. */
export function seatName({ account, worker = '' }: Actor): string {
  return worker === '' ? account : `${account}:${worker}`;
}
