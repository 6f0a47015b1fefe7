/** What a simulation is given, and what it gives back. */
import type { RunCommand } from '@commonweights/dao-contracts/rules/run-events.js';
import type { RunTerms } from '@commonweights/dao-contracts/rules/run-terms.js';
import type { OuterState } from '@commonweights/trainer/exchange/outer-step.js';
import type { OuterRecipe } from '@commonweights/trainer/exchange/recipe.js';
import type { Contributor } from './agent.js';
import type { SimulatedChain } from './chain.js';
import type { OffenceBook } from './offence-book.js';
import type { Landscape, ToyProblem } from './toy-problem.js';

export interface Scenario {
  terms: RunTerms;
  recipe: OuterRecipe;
  /** What is trained on; default: `evenBowl`. */
  landscape?: Landscape;
  contributors: readonly Contributor[];
  /** What the DAO does by vote, and when: its periods and timelocks are over by then. */
  votes?: readonly { atMs: number; command: RunCommand }[];
}

export interface SimulatedRun {
  chain: SimulatedChain;
  offences: OffenceBook;
  problem: ToyProblem;
  /** The model of the last final root; null: nobody could show it. */
  finalModel: OuterState | null;
  /** Inner steps computed, by account. */
  steps: ReadonlyMap<string, number>;
  endedMs: number;
  /** The run had to be ended by a vote: nothing in it would have moved any more. */
  stuck: boolean;
  /** Audits that closed over claims of honest seats. */
  honestAudits: number;
  /** Commands beside duties, and how many of them changed anything. */
  extras: { sent: number; accepted: number };
}
