/** Tokens (NEP-141) in the treasury: coming in, granted, claimed, whatever the token does. */
import { expect } from 'chai';
import fc from 'fast-check';
import type { AccountingView, TokenView } from '@commonweights/dao-contracts/rules/views.js';
import { near } from './dao-driver.js';
import { GovernancePlay } from './governance-play.js';
import { registrationYocto, TokenModel, type Mood } from './token-model.js';

const gold = 'gold.test';
const price = registrationYocto + 1n;

describe('tokens in the treasury', () => {
  let play: GovernancePlay;
  let token: TokenModel;

  beforeEach(async () => {
    play = await GovernancePlay.found({ policy: { tokens: [gold], timelockMs: 0 } });
    token = new TokenModel(play.fake, gold);
  });

  const books = (account = 'late.test') =>
    play.fake.view<TokenView[]>('list_tokens', { account })[0]!;
  const accounting = () => play.fake.view<AccountingView>('get_accounting');
  const grant = (units: bigint, to = 'late.test') =>
    play.pass({ kind: 'transfer-token', token: gold, to, amountUnits: `${units}` });
  const claim = (depositYocto = price, account = 'late.test') =>
    play.fake.call(account, 'claim_token', { token: gold }, { depositYocto }).value;

  it('come in by ft_transfer_call with the message "treasury"', () => {
    expect(token.give('ann.test', 700n)).to.equal(700n);
    expect(books()).to.deep.include({ token: gold, accepted: true, treasuryUnits: '700' });
    expect(token.balance('dao.test')).to.equal(700n);
  });

  it('are given back whole where the message names nothing, or the token is not accepted', () => {
    expect(token.give('ann.test', 700n, '')).to.equal(0n);
    expect(token.give('ann.test', 700n, 'treasury ')).to.equal(0n);
    expect(token.balance('ann.test')).to.equal(1_400n);
    const tin = new TokenModel(play.fake, 'tin.test');
    expect(tin.give('ann.test', 5n)).to.equal(0n);
    expect(tin.balance('ann.test')).to.equal(5n);
    play.pass({ kind: 'set-policy', policy: { ...play.policy, tokens: [] } });
    expect(token.give('ann.test', 1n)).to.equal(0n);
    expect(books()).to.include({ accepted: false, treasuryUnits: '0' });
  });

  it('are given back where the books could not hold them, and where there are none', () => {
    expect(token.give('ann.test', 10n ** 38n)).to.equal(10n ** 38n);
    expect(token.give('bob.test', 1n)).to.equal(0n);
    expect(token.tell('bob.test', 0n)).to.equal(0n);
    const refusal = (amount: unknown) =>
      play.refusal(gold, 'ft_on_transfer', { sender_id: 'ann.test', amount, msg: 'treasury' });
    for (const amount of ['-1', '1.5', 1, `${2n ** 128n}`, '', null]) {
      expect(refusal(amount)).to.match(/^BAD_ARGUMENT: amount/);
    }
  });

  it('are granted by a vote only as far as the treasury has them', () => {
    token.give('ann.test', 700n);
    grant(300n);
    const proposal = play.accept({
      kind: 'transfer-token',
      token: gold,
      to: 'late.test',
      amountUnits: '401',
    });
    expect(play.refusal('ann.test', 'execute', { proposal })).to.match(
      /^TREASURY_TOO_SMALL: the treasury holds 400 of 401 units of gold.test/,
    );
    expect(books()).to.deep.include({
      treasuryUnits: '400',
      ledgersUnits: '300',
      account: { ledgerUnits: '300', inFlightUnits: '0' },
    });
    const unknown = play.accept({
      kind: 'transfer-token',
      token: 'tin.test',
      to: 'late.test',
      amountUnits: '1',
    });
    expect(play.refusal('ann.test', 'execute', { proposal: unknown })).to.match(/^NOT_FOUND/);
  });

  it('are sent to who was registered out of the deposit, and the rest of it comes back', () => {
    token.give('ann.test', 700n);
    grant(300n);
    const before = play.fake.balance('late.test');
    expect(claim(price + near)).to.deep.equal({ sent: true, amountUnits: '300' });
    expect(token.balance('late.test')).to.equal(300n);
    expect(play.fake.balance('late.test')).to.equal(before - price);
    expect(books()).to.deep.include({
      ledgersUnits: '0',
      inFlightUnits: '0',
      account: { ledgerUnits: '0', inFlightUnits: '0' },
    });
    expect(accounting()).to.include({ inFlightYocto: '0', depositsYocto: '0' });
    grant(1n);
    expect(claim(1n)).to.deep.equal({ sent: true, amountUnits: '1' });
  });

  it('stay on the ledger, and the deposit comes back, where nobody pays for registering', () => {
    token.give('ann.test', 700n);
    grant(300n);
    const before = play.fake.balance('late.test');
    const needsYocto = `${price}`;
    const outcome = { sent: false, amountUnits: '300' };
    for (const depositYocto of [1n, price - 1n]) {
      expect(claim(depositYocto)).to.deep.equal({ ...outcome, needsYocto });
    }
    token.mood = 'dear';
    expect(claim(near)).to.deep.equal({ ...outcome, needsYocto: `${10n ** 30n + 1n}` });
    expect(play.fake.balance('late.test')).to.equal(before);
    expect(books().account).to.deep.equal({ ledgerUnits: '300', inFlightUnits: '0' });
  });

  const moods: Mood[] = ['panic', 'garbage', 'empty', 'nested'];
  for (const mood of moods) {
    it(`stay on the ledger when the token answers with ${mood}`, () => {
      token.give('ann.test', 700n);
      grant(300n);
      token.mood = mood;
      const before = play.fake.balance('late.test');
      expect(claim()).to.deep.include({ sent: false, amountUnits: '300' });
      expect(play.fake.balance('late.test')).to.equal(before);
      expect(books().account).to.deep.equal({ ledgerUnits: '300', inFlightUnits: '0' });
      token.mood = 'kind';
      expect(claim()).to.deep.include({ sent: true });
    });
  }

  it('are sent without a question where the token keeps no accounts', () => {
    token.give('late.test', 1n);
    token.give('ann.test', 700n);
    grant(300n);
    token.mood = 'no-accounts';
    expect(claim(1n)).to.deep.equal({ sent: true, amountUnits: '300' });
  });

  it('are claimed once: not while a claim is in flight, and no callback counts twice', () => {
    token.give('ann.test', 700n);
    grant(300n);
    const { fake } = play;
    fake.holdAll = true;
    claim();
    expect(books().account).to.deep.equal({ ledgerUnits: '0', inFlightUnits: '300' });
    expect(play.refusal('late.test', 'claim_token', { token: gold }, price)).to.match(
      /^CLAIM_IN_FLIGHT: 300/,
    );
    const step = {
      account: 'late.test',
      token: gold,
      claim: fake.nowMs,
      depositYocto: `${price}`,
      spentYocto: '0',
    };
    const again = (method: string, claim: number) => {
      const args = { ...step, claim };
      expect(play.refusal('late.test', method, args), method).to.match(/private/);
      const results = [{ ok: true, bytes: new TextEncoder().encode('{}') }];
      expect(() => fake.call(fake.contract, method, args, { results })).to.throw(/^CLAIM_CLOSED/);
    };
    // Both questions, their joint, `on_registration`.
    for (let i = 0; i < 4; i++) fake.deliver(0);
    expect(fake.ready).to.equal(1);
    again('on_registration', fake.nowMs);
    again('on_token_claimed', fake.nowMs);
    while (fake.ready > 0) fake.deliver(0);
    expect(token.balance('late.test')).to.equal(300n);
    again('on_token_claimed', fake.nowMs + 1);
    fake.holdAll = false;
    expect(play.refusal('late.test', 'claim_token', { token: gold }, price)).to.match(
      /^NOTHING_TO_CLAIM/,
    );
    grant(1n);
    expect(token.balance('late.test')).to.equal(300n);
    expect(claim(1n)).to.deep.include({ sent: true, amountUnits: '1' });
    expect(token.balance('late.test')).to.equal(301n);
  });

  it('cost one yocto to claim, which a stolen function-call key does not have', () => {
    token.give('ann.test', 700n);
    grant(300n);
    expect(play.refusal('late.test', 'claim_token', { token: gold })).to.match(/^ONE_YOCTO/);
    expect(play.refusal('late.test', 'claim_token', { token: 'tin.test' }, 1n)).to.match(
      /^NOT_FOUND/,
    );
  });

  it('are at most sixteen at a time', () => {
    const tokens = Array.from({ length: 17 }, (_, i) => `t${i}.test`);
    const action = { kind: 'set-policy', policy: { ...play.policy, tokens } };
    const args = { action, description: `sha256:${'0'.repeat(64)}` };
    expect(play.refusal('ann.test', 'propose', args, 2n * near)).to.match(
      /^BAD_ARGUMENT: action.policy.tokens must be a list of at most 16/,
    );
  });

  it('are known as sixty-four at most, ever', () => {
    for (let i = 0; i < 5; i++) {
      const tokens = Array.from({ length: 16 }, (_, n) => `t${i}-${n}.test`);
      const set = { kind: 'set-policy' as const, policy: { ...play.policy, tokens } };
      if (i < 3) {
        play.pass(set);
        continue;
      }
      const proposal = play.accept(set);
      expect(play.refusal('ann.test', 'execute', { proposal }, near)).to.match(
        /^TOO_MANY: there would be 65 tokens, at most 64/,
      );
      return;
    }
  });

  const accounts = ['ann.test', 'bob.test', 'late.test'];
  const step = fc.record({
    what: fc.constantFrom(
      ...['give', 'tell', 'resolve', 'grant', 'claim', 'claim near', 'put down', 'withdraw'],
      ...['close', 'mood', 'break', 'deliver', 'deliver', 'deliver', 'deliver'],
    ),
    who: fc.constantFrom(...accounts),
    units: fc.bigInt({ min: 1n, max: 1_000n }),
    yocto: fc.constantFrom(1n, price - 1n, price, near),
    mood: fc.constantFrom<Mood>('kind', 'kind', 'panic', 'garbage', 'empty', 'no-accounts', 'dear'),
    which: fc.nat(50),
  });

  it('are neither lost nor paid twice, in any order of receipts and failures', () =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 60 }), async (steps) => {
        play = await GovernancePlay.found({ policy: { tokens: [gold], timelockMs: 0 } });
        token = new TokenModel(play.fake, gold);
        const { fake } = play;
        const supply = fake.supply();
        const atStart = BigInt(accounting().surplusYocto);
        /** On their way in: moved by the token, told to the DAO, not resolved. */
        const coming: { who: string; units: bigint; unused: bigint | null }[] = [];
        let made = 0n;
        const attempt = (account: string, method: string, args: object, depositYocto = 0n) => {
          try {
            fake.call(account, method, args, { depositYocto });
          } catch (error) {
            expect((error as Error).message).to.match(/^[A-Z_]+: /);
          }
        };
        const check = () => {
          expect(fake.supply(), 'NEAR appeared or vanished').to.equal(supply);
          expect(BigInt(accounting().surplusYocto) >= atStart, 'solvent in NEAR').to.equal(true);
          const { treasuryUnits, ledgersUnits, inFlightUnits } = books();
          const held = token.balance(fake.contract);
          const owed = BigInt(treasuryUnits) + BigInt(ledgersUnits);
          expect(held >= owed, `holds ${held}, owes ${owed}`).to.equal(true);
          const purses = accounts.map((account) => books(account).account!);
          const sum = (field: 'ledgerUnits' | 'inFlightUnits') =>
            `${purses.reduce((all, purse) => all + BigInt(purse[field]), 0n)}`;
          expect(sum('ledgerUnits')).to.equal(ledgersUnits);
          expect(sum('inFlightUnits')).to.equal(inFlightUnits);
          let everywhere = 0n;
          for (const units of token.balances.values()) everywhere += units;
          expect(everywhere, 'tokens appeared or vanished').to.equal(made);
        };
        const act = ({ what, who, units, yocto, mood, which }: (typeof steps)[number]) => {
          if (what === 'give') {
            made += units;
            token.balances.set(fake.contract, token.balance(fake.contract) + units);
            coming.push({ who, units, unused: null });
          } else if (what === 'tell') {
            const one = coming.find(({ unused }) => unused === null);
            if (one) one.unused = token.tell(one.who, one.units, which % 5 ? 'treasury' : '');
          } else if (what === 'resolve') {
            const at = coming.findIndex(({ unused }) => unused !== null);
            if (at < 0) return;
            const [it] = coming.splice(at, 1);
            token.resolve(it!.who, it!.units, it!.unused!);
          } else if (what === 'grant') {
            const amountUnits = `${units}`;
            const action = { kind: 'transfer-token' as const, token: gold, to: who, amountUnits };
            attempt('ann.test', 'execute', { proposal: play.accept(action) });
          } else if (what === 'claim') attempt(who, 'claim_token', { token: gold }, yocto);
          else if (what === 'claim near') attempt(who, 'claim', {});
          else if (what === 'put down') attempt(who, 'storage_deposit', {}, yocto);
          else if (what === 'withdraw') attempt(who, 'storage_withdraw', {}, 1n);
          else if (what === 'close') attempt(who, 'storage_unregister', {}, 1n);
          else if (what === 'mood') token.mood = mood;
          else if (what === 'break') {
            if (!fake.broken.delete(who)) fake.broken.add(who);
          } else if (fake.ready > 0) fake.deliver(which % fake.ready);
        };
        fake.holdAll = true;
        for (const one of steps) {
          act(one);
          check();
        }
        while (fake.ready > 0) {
          fake.deliver(0);
          check();
        }
        for (const { who, units, unused } of coming) {
          token.resolve(who, units, unused ?? token.tell(who, units));
        }
        const { treasuryUnits, ledgersUnits, inFlightUnits } = books();
        const owed = BigInt(treasuryUnits) + BigInt(ledgersUnits);
        expect(inFlightUnits).to.equal('0');
        expect(token.balance(fake.contract), 'books and token agree').to.equal(owed);
        expect(accounting().inFlightYocto).to.equal('0');
      }),
      { numRuns: Number(process.env.TOKEN_SEQUENCES ?? 150), endOnFailure: true },
    )).timeout(60_000);
});
