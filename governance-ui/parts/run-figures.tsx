/** What a run costs, carries and makes use of; every number opens what it is made of. */
import type { RunStory } from '../reading/run.js';
import {
  figuresOfRounds,
  paidFor,
  totalOf,
  type RoundFigures,
  type Term,
} from '../reading/run-figures.js';
import { texts } from '../texts/language.js';
import { formatBps, formatBytes, groupThousands, shareBps } from '../words/amounts.js';
import { Figure } from './figure.js';
import { Near } from './near.js';
import { Paged } from './paged.js';

export function RunMoney({ story: { run, seats } }: { story: RunStory }) {
  const say = texts().figures;
  const { budgetYocto, paidYocto, escrowYocto } = run;
  const goneYocto = budgetYocto - paidYocto - escrowYocto;
  const share = (yocto: bigint) => shareBps(yocto, budgetYocto) / 100;
  return (
    <section aria-label={say.money}>
      <svg class="spend" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
        <rect class="paid" width={share(paidYocto)} height="4" />
        <rect class="gone" x={share(paidYocto)} width={share(goneYocto)} height="4" />
        <rect
          class="escrow"
          x={share(paidYocto) + share(goneYocto)}
          width={share(escrowYocto)}
          height="4"
        />
      </svg>
      <div class="facts figures">
        <Figure name={say.budget} value={<Near yocto={budgetYocto} />}>
          {() => (
            <p>
              {say.budgetBehind(
                <a href={`#/proposals/${run.proposal}`}>{say.proposal(run.proposal)}</a>,
              )}
            </p>
          )}
        </Figure>
        <Figure name={say.paid} value={<Near yocto={paidYocto} />}>
          {() => <Sum terms={paidFor(run, seats)} totalYocto={paidYocto} note={say.paidBehind} />}
        </Figure>
        <Figure name={say.escrow} value={<Near yocto={escrowYocto} />}>
          {() => (
            <p>
              {say.escrowBehind({
                budget: <Near yocto={budgetYocto} />,
                paid: <Near yocto={paidYocto} />,
                gone: <Near yocto={goneYocto} />,
                escrow: <Near yocto={escrowYocto} />,
              })}
            </p>
          )}
        </Figure>
      </div>
    </section>
  );
}

/** A sum with its terms, one a line. */
export function Sum(it: { terms: readonly Term[]; totalYocto: bigint; note: string }) {
  const say = texts().figures;
  return (
    <>
      <ul class="sum">
        {it.terms.map(({ name, count, eachYocto, yocto }) => (
          <li key={name}>
            {name === 'other' ? (
              <>
                {say.terms.other}
                {texts().common.colon}
                <Near yocto={yocto} />
              </>
            ) : (
              <>
                {say.terms[name](groupThousands(`${count}`))} × <Near yocto={eachYocto} /> ={' '}
                <Near yocto={yocto} />
              </>
            )}
          </li>
        ))}
        <li class="total">
          = <Near yocto={it.totalYocto} />
        </li>
      </ul>
      <p class="quiet">{it.note}</p>
    </>
  );
}

export function RunTraffic({ story }: { story: RunStory }) {
  const say = texts().figures;
  const { run, records, firstRound } = story;
  const rounds = figuresOfRounds(records, run.terms);
  if (rounds.length === 0) return null;
  const total = totalOf(rounds);
  const share = (part: number, whole: number) => formatBps(shareBps(BigInt(part), BigInt(whole)));
  const count = (value: number) => groupThousands(`${value}`);
  const table = (name: string) => (
    <RoundsBehind run={run.id} rounds={rounds} label={say.roundsBehind(name)} />
  );
  return (
    <section aria-labelledby="traffic">
      <h2 id="traffic">{say.traffic}</h2>
      <p class="quiet">{say.trafficOf({ first: firstRound, last: rounds.at(-1)!.round })}</p>
      <div class="facts figures">
        <Figure name={say.bytes} value={formatBytes(total.bytes)}>
          {() => (
            <>
              <p>{say.bytesBehind({ bytes: count(total.bytes), updates: count(total.claimed) })}</p>
              {table(say.bytes)}
            </>
          )}
        </Figure>
        <Figure
          name={say.updateBytes}
          value={formatBytes(total.claimed > 0 ? Math.round(total.bytes / total.claimed) : 0)}
        >
          {() => (
            <p>{say.updateBehind({ bytes: count(total.bytes), updates: count(total.claimed) })}</p>
          )}
        </Figure>
        <Figure name={say.placesUsed} value={share(total.included, total.places)}>
          {() => (
            <>
              <p>
                {say.placesBehind({
                  ...{ included: count(total.included), rounds: count(total.rounds) },
                  places: count(run.terms.maxWorkers),
                })}
              </p>
              {table(say.placesUsed)}
            </>
          )}
        </Figure>
        <Figure name={say.workUsed} value={share(total.included, total.claimed)}>
          {() => (
            <>
              <p>
                {say.workBehind({ included: count(total.included), claimed: count(total.claimed) })}
              </p>
              {table(say.workUsed)}
            </>
          )}
        </Figure>
        <Figure name={say.roundsStood} value={share(total.final, total.rounds)}>
          {() => (
            <>
              <p>{say.stoodBehind({ final: count(total.final), rounds: count(total.rounds) })}</p>
              {table(say.roundsStood)}
            </>
          )}
        </Figure>
      </div>
    </section>
  );
}

function RoundsBehind(it: { run: number; rounds: readonly RoundFigures[]; label: string }) {
  const { run, rounds, label } = it;
  const say = texts().figures;
  const newestFirst = [...rounds].reverse();
  return (
    <Paged items={newestFirst} label={label}>
      {(some) => (
        <div class="scroll" tabIndex={0} role="region" aria-label={label}>
          <table>
            <thead>
              <tr>
                <th scope="col">{say.round}</th>
                <th scope="col">{say.outcome}</th>
                <th scope="col" class="number">
                  {say.updates}
                </th>
                <th scope="col" class="number">
                  {say.counted}
                </th>
                <th scope="col" class="number">
                  {say.size}
                </th>
              </tr>
            </thead>
            <tbody>
              {some.map((one) => (
                <tr key={one.round}>
                  <th scope="row">
                    <a href={`#/runs/${run}/rounds/${one.round}`}>{one.round}</a>
                  </th>
                  <td>{one.outcome}</td>
                  <td class="number">{one.claimed}</td>
                  <td class="number">{one.included}</td>
                  <td class="number">{groupThousands(`${one.bytes}`)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Paged>
  );
}
