/** The laws that the deployed contract is searched for violations of. */
export const contractLaws = {
  solvent: 'after every receipt the balance covers bonds, stakes, escrows, ledgers and storage',
  storage: 'whoever adds bytes has paid for them: the surplus never shrinks',
  supply: 'no money appears or vanishes',
  books: 'every bucket holds what its records add up to, by the contract and by the rules',
  agree: 'contract and rules accept the same calls and refuse by the same code',
  coded: 'every refusal has a code',
  refused: 'a refused call stores nothing',
  change: 'what a deposit does not pay for comes back',
  callback: 'no callback fails, and no claim stays in flight',
  views: 'what the contract shows is what the rules say',
} as const;

export type ContractLaw = keyof typeof contractLaws;
