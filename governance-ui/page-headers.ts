/**
 * What whoever serves the pages says about them. Pages show text that strangers wrote on a chain:
 * nothing but our own files may run, and nobody may be asked but those whom the network file names.
 * A worker takes its policy from the response that brought it, not from the page, so these headers
 * go with every file. The same policy without the addresses is in `index.html`, for hosts that send no
 * headers.
 *
 * The pages are cross-origin isolated, so that no other page shares their process; a page that opened
 * them, or that they opened, cannot reach them.
 */

/** Without `connect-src`, which differs from network to network. */
const policy = [
  "default-src 'none'",
  // The engine is WebAssembly; this allows compiling that, and no other text as code.
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
];

/** `index.html` has this one: any host may serve the pages for any network. */
export const policyForAnyNetwork = [...policy, "connect-src 'self' http: https:"].join('; ');

/** `addresses`: of the node, the registry and mirrors. */
export function pageHeaders(addresses: readonly string[]): Record<string, string> {
  const origins = [...new Set(addresses.map((one) => new URL(one).origin))];
  const connect = ["connect-src 'self'", ...origins].join(' ');
  // Frames are refused by header only: a page cannot say it of itself.
  const whole = [...policy, connect, "frame-ancestors 'none'"].join('; ');
  return {
    'content-security-policy': whole,
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'referrer-policy': 'no-referrer',
  };
}
