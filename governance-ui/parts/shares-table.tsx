/** Accounts with their shares of a whole, and with the weights behind these where there are any. */
import { texts } from '../texts/language.js';
import { formatBps, parseWeight, shareBps as shareOf } from '../words/amounts.js';
import { hashOf } from '../pages/route.js';

export interface AccountShare {
  readonly account: string;
  readonly weight?: string;
  readonly shareBps: number;
}

/** Of voters, by what they weigh. */
export function sharesOf(
  voters: readonly { readonly account: string; readonly weight: string }[],
  totalWeight: string,
): AccountShare[] {
  const total = parseWeight(totalWeight);
  return voters.map(({ account, weight }) => ({
    ...{ account, weight },
    shareBps: shareOf(parseWeight(weight), total),
  }));
}

export function SharesTable({ rows }: { rows: readonly AccountShare[] }) {
  const say = texts().people;
  const weighs = rows.some(({ weight }) => weight !== undefined);
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{say.account}</th>
          {weighs ? (
            <th scope="col" class="number">
              {say.weight}
            </th>
          ) : null}
          <th scope="col" class="number">
            {say.share}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ account, weight, shareBps }) => (
          <tr key={account}>
            <td class="wrap">
              <a href={hashOf({ page: 'person', account })}>{account}</a>
            </td>
            {weighs ? <td class="number">{weight}</td> : null}
            <td class="number">{formatBps(shareBps)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
