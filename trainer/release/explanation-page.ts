/**
 * An explanation as one HTML file without scripts or anything fetched: to read, to print, to send.
 * Names, titles and sources come from strangers; all of it is escaped text.
 */
import { escapeHtml } from './escape-html.js';
import type { Chapter, Explanation } from './explanation.js';

export function writeExplanationPage(it: Explanation): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(it.title)}: where it comes from</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(it.title)}</h1>
<p class="digest">${escapeHtml(it.manifest)}</p>
<ul class="legend">
<li><b class="proven">proven</b> recomputed from the bytes of this release</li>
<li><b class="attested">attested</b> said by a chain or a signer, who stands for it</li>
<li><b class="declared">declared</b> said by whoever published it; nothing else stands behind it</li>
</ul>
${it.chapters.map(writeChapter).join('\n')}
</main>
</body>
</html>
`;
}

function writeChapter({ title, statements }: Chapter): string {
  const rows = statements.map(
    ({ what, value, standing }) =>
      `<tr><th scope="row">${escapeHtml(what)}</th><td>${escapeHtml(value)}</td>` +
      `<td><b class="${standing}">${standing}</b></td></tr>`,
  );
  return `<section>
<h2>${escapeHtml(title)}</h2>
<table>${rows.join('')}</table>
</section>`;
}

const style = `
:root { color-scheme: light dark; --ink: #20242b; --paper: #faf9f5; --line: #dcd8cc; --quiet: #5b606b;
  --good: #1d6b3a; --busy: #1b5596; --wait: #7a5200; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8e6e0; --paper: #14171b; --line: #373d47;
  --quiet: #a4a9b3; --good: #82d19b; --busy: #93bdf0; --wait: #e5bd6b; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 1.5rem; }
h1 { margin: 0; font-size: 1.8rem; } h2 { margin: 2rem 0 .5rem; font-size: 1.15rem; }
.digest { margin: .2rem 0 1rem; color: var(--quiet); font-family: ui-monospace, monospace;
  font-size: .8rem; overflow-wrap: anywhere; }
.legend { padding: 0; list-style: none; color: var(--quiet); font-size: .9rem; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .35rem .6rem .35rem 0; border-top: 1px solid var(--line); text-align: left;
  vertical-align: top; overflow-wrap: anywhere; }
th { width: 30%; font-weight: 500; color: var(--quiet); } td:last-child { width: 5.5rem; }
@media (max-width: 34rem) { tr { display: block; border-top: 1px solid var(--line); padding: .35rem 0; }
  th, td { display: block; width: auto; border: 0; padding: 0; } td:last-child { width: auto; } }
b { font-weight: 600; font-size: .85rem; } .proven { color: var(--good); }
.attested { color: var(--busy); } .declared { color: var(--wait); }
`;
