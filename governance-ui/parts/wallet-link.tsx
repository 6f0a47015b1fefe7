/** Where one connects a wallet, for the sentences that ask for it. */
export function walletLink(text: string) {
  return <a href="#/wallet">{text}</a>;
}
