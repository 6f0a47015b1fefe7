/**
 * Stored texts that want to be more than text, in every place where a stranger can write one: titles,
 * sources, licences, descriptions, names. On every page they are shown as they are, and nothing of them
 * runs, loads or leads anywhere.
 */
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { canonicalBytes } from '@commonweights/dataset-registry/digest/canonical.js';
import { startPageServer, type PageServer } from './page-server.js';
import { Screen } from './screen.js';

/** Each sets `owned`, asks a stranger for something, or leads to a script, if it is taken for markup. */
const corpus = [
  '<script>globalThis.owned=1</script>',
  '<img src=x onerror="globalThis.owned=2">',
  '"><svg/onload=globalThis.owned=3>',
  "'><iframe srcdoc='<script>parent.owned=4</script>'></iframe>",
  '<a href="javascript:globalThis.owned=5">a release</a>',
  '</title><style>@import url(http://127.0.0.1:9/owned.css)</style>',
  '<form action="http://127.0.0.1:9/owned"><button>Vote yes</button></form>',
  '{{constructor.constructor("globalThis.owned=6")()}}',
  '<math><mtext><table><mglyph><style><!--</style><img title="--><img src=x onerror=owned=7>">',
  '<base href="http://127.0.0.1:9/"><link rel=stylesheet href=owned.css>',
  '\u202egnp.exe\u202c javascript:globalThis.owned=8',
  'data:text/html,<script>globalThis.owned=9</script>',
];

const pages = [
  ...['#/', '#/runs', '#/runs/1', '#/runs/2', '#/lineage', '#/bounties', '#/proposals'],
  ...[1, 2, 3, 4, 5, 6, 7].map((id) => `#/proposals/${id}`),
  ...['#/releases', '#/releases/1', '#/people', '#/people/eve.local', '#/contribute'],
  ...['#/propose/fund-run', '#/propose/revoke-release', '#/propose/approve-dataset'],
];

describe('texts that want to be more', function () {
  this.timeout(120_000);
  let server: PageServer;
  const screen = new Screen();
  const { problems } = screen;
  let page: Page;
  const asked = new Set<string>();

  before(async function () {
    page = await screen.open(this);
    server = await startPageServer();
    await poison(server);
    page.on('request', (request) => asked.add(new URL(request.url()).origin));
    page.on('dialog', (dialog) => problems.push(`a dialog: ${dialog.message()}`));
  });
  after(async () => {
    await screen.close();
    await server?.stop();
  });

  it('stay texts on every page: nothing runs, is loaded, or becomes an element', async () => {
    let seen = 0;
    for (const hash of pages) {
      await page.goto(`${server.url}/${hash}`);
      await page.locator('main h1').waitFor();
      await page
        .getByText(/Reading the chain|Loading this part/)
        .first()
        .waitFor({ state: 'detached' });
      const found = await page.evaluate(() => ({
        owned: (globalThis as { owned?: unknown }).owned ?? null,
        elements: [...document.querySelectorAll('main script, main iframe, main img, main base')]
          .concat([
            ...document.querySelectorAll('main style, main link, main math, main svg[onload]'),
          ])
          .map(({ outerHTML }) => outerHTML),
        leads: [...document.querySelectorAll('a[href], form[action]')]
          .map((one) => one.getAttribute('href') ?? one.getAttribute('action') ?? '')
          .filter((href) => !/^(#|http:\/\/127\.0\.0\.1:\d+\/blobs\/sha256:)/.test(href)),
        handlers: [...document.querySelectorAll('*')].flatMap(({ attributes }) =>
          [...attributes].filter(({ name }) => name.startsWith('on')).map(({ name }) => name),
        ),
        text: document.body.innerText,
      }));
      const { text, ...wrong } = found;
      expect(wrong, hash).to.deep.equal({ owned: null, elements: [], leads: [], handlers: [] });
      seen += corpus.filter((one) => text.includes(one.slice(0, 20))).length;
    }
    expect(seen, 'shown as texts').to.be.above(20);
    expect([...asked].sort()).to.deep.equal([server.url, server.node.rpcUrl].sort());
    expect(problems).to.deep.equal([]);
  });
});

/** Every stored text of the fixture, one of the corpus after the other. */
async function poison({ dao, store }: PageServer): Promise<void> {
  let at = 0;
  const next = () => corpus[at++ % corpus.length]!;
  for (const dataset of dao.datasets) {
    Object.assign(dataset, {
      ...{ title: next(), source: next(), licenceDeclared: next(), collectedAt: next() },
      licenceConcluded: next(),
    });
  }
  for (const release of dao.releases) Object.assign(release, { title: next(), version: next() });
  for (const bounty of dao.bounties) {
    Object.assign(bounty.terms, { title: next(), licence: next(), material: next() });
  }
  for (const proposal of dao.proposals) {
    proposal.description = await store.put(canonicalBytes({ text: next(), title: next() }));
    if (proposal.action.kind === 'publish-release') {
      Object.assign(proposal.action, { title: next(), version: next() });
    }
    if (proposal.action.kind === 'transfer') proposal.action.to = next();
    proposal.proposer = next();
  }
  dao.policy.licences.push(next());
}
