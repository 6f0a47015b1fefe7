/** Which page an address means: everything behind the `#`, so that any static server will do. */
import { isActionKind, type ActionKind } from '../drafts/kinds.js';

export type Route =
  | { readonly page: 'overview' }
  | { readonly page: 'lineage' | 'bounties' | 'datasets' }
  | { readonly page: 'dataset'; readonly id: string }
  | { readonly page: 'contribute' | 'people' | 'found' }
  | { readonly page: 'person'; readonly account: string }
  /** With the name under which a local network left its keys, when its link was opened. */
  | { readonly page: 'wallet'; readonly token: string | null }
  | { readonly page: 'runs' | 'proposals' | 'releases' }
  /** Null: which kind is still to be chosen. */
  | { readonly page: 'propose'; readonly kind: ActionKind | null }
  | { readonly page: 'run' | 'proposal' | 'release' | 'bounty'; readonly id: number }
  /** A run's closed rounds up to `last`. */
  | { readonly page: 'rounds'; readonly id: number; readonly last: number }
  | { readonly page: 'nowhere'; readonly hash: string };

const single = { runs: 'run', proposals: 'proposal', releases: 'release' } as const;

/** Law: `parseRoute(hashOf(route))` equals `route`. */
export function parseRoute(hash: string): Route {
  const [, list, id, rest, last, more] = hash.replace(/^#?\/?/, '/').split('/');
  if (!list) return { page: 'overview' };
  if (list === 'lineage' && id === undefined) return { page: list };
  if (list === 'datasets') {
    if (id === undefined) return { page: list };
    const named = rest === undefined ? datasetIdOf(id) : null;
    if (named !== null) return { page: 'dataset', id: named };
  }
  if (list === 'bounties') {
    if (id === undefined) return { page: list };
    if (rest === undefined && isNumber(id)) return { page: 'bounty', id: Number(id) };
  }
  if (list === 'contribute' || list === 'people' || list === 'found') {
    if (id === undefined) return { page: list };
  }
  if (list === 'people' && rest === undefined && /^[a-z\d._-]{2,64}$/.test(id!)) {
    return { page: 'person', account: id! };
  }
  if (list === 'propose' && rest === undefined) {
    if (id === undefined) return { page: list, kind: null };
    if (isActionKind(id)) return { page: list, kind: id };
  }
  if (list === 'wallet' && id === undefined) return { page: list, token: null };
  if (list === 'wallet' && rest === undefined && /^[0-9a-f]{32}$/.test(id!)) {
    return { page: list, token: id! };
  }
  if (list === 'runs' || list === 'proposals' || list === 'releases') {
    if (id === undefined) return { page: list };
    if (isNumber(id) && rest === undefined) return { page: single[list], id: Number(id) };
    const isPart = list === 'runs' && rest === 'rounds' && more === undefined;
    if (isPart && isNumber(id) && last !== undefined && isNumber(last)) {
      return { page: 'rounds', id: Number(id), last: Number(last) };
    }
  }
  return { page: 'nowhere', hash: hash.slice(0, 100) };
}

/** As the contract names it, `name@version`, where a name may have slashes; null: it is none. */
function datasetIdOf(text: string): string | null {
  try {
    const id = decodeURIComponent(text);
    return /^[a-z\d._/-]{1,80}@[\w.+-]{1,40}$/.test(id) ? id : null;
  } catch {
    return null;
  }
}

function isNumber(text: string): boolean {
  return /^[1-9]\d{0,9}$/.test(text);
}

export function hashOf(route: Route): string {
  switch (route.page) {
    case 'overview':
      return '#/';
    case 'run':
    case 'proposal':
    case 'release':
      return `#/${route.page}s/${route.id}`;
    case 'bounty':
      return `#/bounties/${route.id}`;
    case 'dataset':
      return `#/datasets/${encodeURIComponent(route.id)}`;
    case 'person':
      return `#/people/${route.account}`;
    case 'wallet':
      return route.token === null ? '#/wallet' : `#/wallet/${route.token}`;
    case 'propose':
      return route.kind === null ? '#/propose' : `#/propose/${route.kind}`;
    case 'rounds':
      return `#/runs/${route.id}/rounds/${route.last}`;
    case 'nowhere':
      return route.hash;
    default:
      return `#/${route.page}`;
  }
}
