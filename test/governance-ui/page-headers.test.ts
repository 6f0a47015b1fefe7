/** What the pages may do, as their host says it and as they say it themselves. */
import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { pageHeaders, policyForAnyNetwork } from '@commonweights/governance-ui/page-headers.js';

describe('the policy of the pages', () => {
  it('is the same in the page itself, for hosts that send no headers', async () => {
    const page = new URL('../../governance-ui/pages/index.html', import.meta.url);
    const html = await readFile(page, 'utf8');
    const [, content] = /Content-Security-Policy"\s+content="([^"]*)"/.exec(html)!;
    expect(content).to.equal(policyForAnyNetwork);
  });

  it('names whom the pages may ask, by origin and once', () => {
    const headers = pageHeaders([
      'http://127.0.0.1:3030/rpc',
      'http://127.0.0.1:3030',
      'https://a.b/c',
    ]);
    expect(headers['content-security-policy']).to.contain(
      "; connect-src 'self' http://127.0.0.1:3030 https://a.b; ",
    );
  });

  it('allows no script but files, no eval of text, no frame, no form', () => {
    const policy = pageHeaders([])['content-security-policy']!;
    expect(policy).to.not.match(/unsafe-inline|'unsafe-eval'|\*/);
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "form-action 'none'"]) {
      expect(policy.split('; ')).to.include(part);
    }
    expect(policy).to.contain("connect-src 'self';");
  });

  it('isolates the pages from others', () => {
    expect(pageHeaders([])).to.include({
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
    });
  });
});
