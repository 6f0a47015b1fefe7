/** Who signs. */
export const wallet = {
  title: 'Wallet',
  lead: 'Everybody may look. To vote, to claim or to work, a wallet signs: it shows what, and its keys stay with it.',
  actAs: 'Act as',
  play: 'Its keys are those of the local network, and came with the link: play money.',
  disconnect: 'Disconnect',
  connect: 'Connect',
  local:
    'A local network has a wallet of its own: open the link that “commonweights network up” prints beside “wallet”.',
  noneCame: (network: string) =>
    `No wallet has come forward. Install one that puts itself into pages (as NEAR Connect names them, “injected” wallets), set it to ${network}, and load this page again. The command line works without.`,
  development: 'Development wallet',
  question: (it: { account: string; receiver: string }) =>
    `Sign this as ${it.account}, for ${it.receiver}?`,
  sign: 'Sign',
  refuse: 'Refuse',
};
