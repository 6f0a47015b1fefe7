/** Releases: checkpoints whose manifest digest the DAO voted for. */
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { Connection } from './connection.js';
import type { Page } from './page.js';
import type { ReleaseView } from './views.js';

export interface ReleaseCalls {
  getRelease(it: { release: number }): Promise<ReleaseView | null>;
  listReleases(page?: Page): Promise<ReleaseView[]>;
  /** What a verifier asks: is this the manifest of a release, and of which? */
  getReleaseByManifest(it: { manifest: Digest }): Promise<ReleaseView | null>;
}

export function releaseCalls(connection: Connection): ReleaseCalls {
  return {
    getRelease: (it) => connection.view('get_release', it),
    listReleases: (page = {}) => connection.view('list_releases', page),
    getReleaseByManifest: (it) => connection.view('get_release_by_manifest', it),
  };
}
