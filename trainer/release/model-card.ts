/**
 * README.md of a release: written from the records, so that nothing in it is anybody's claim about
 * itself, and so that a verifier can write it again and compare. Titles, sources and account names
 * come from strangers and are escaped: a card must not smuggle markup into a model page.
 */
import type { DatasetRecord, RoundRecord } from '@commonweights/dao-contracts/rules/views.js';
import type { Digest } from '@commonweights/dataset-registry/digest/digest.js';
import type { RunSpec } from '../run/run-spec.js';
import { leavesOf } from './json-leaves.js';
import type { ReleaseNote } from './release-files.js';
import { tallyWork, trainedTokens } from './work-done.js';

/** Contributors and evaluation values listed; the records hold the rest. */
const ROWS_MAX = 64;

export interface CardFacts {
  readonly note: ReleaseNote;
  readonly spec: RunSpec;
  readonly rounds: readonly RoundRecord[];
  readonly datasets: readonly DatasetRecord[];
  readonly evaluation: unknown;
  readonly root: Digest;
  readonly parameters: number;
}

export function writeModelCard(facts: CardFacts): string {
  const { note, spec, root, parameters } = facts;
  const { model, inner, outer } = spec;
  return [
    '---',
    'library_name: transformers',
    'pipeline_tag: text-generation',
    `license_name: ${JSON.stringify(note.licence)}`,
    'license: other',
    'tags: [commonweights]',
    '---',
    '',
    `# ${plain(note.title)} ${plain(note.release)}`,
    '',
    'Trained in rounds by independent workers, audited by re-execution, published by vote.',
    'This card is written from the records in `provenance/`; check all of it with',
    '`commonweights verify <this folder>`.',
    '',
    '## Model',
    '',
    ...table(
      ['what', 'value'],
      [
        ['family', 'Llama (`LlamaForCausalLM`), float32'],
        ['parameters', String(parameters)],
        ['layers × width', `${model.layers} × ${model.hiddenSize}`],
        ['heads (key/value)', `${model.heads} (${model.kvHeads})`],
        ['vocabulary, context', `${model.vocabSize}, ${model.contextLength}`],
        ['licence of the weights', plain(note.licence)],
        ['state root', `\`${root}\``],
      ],
    ),
    '',
    '## Training',
    '',
    ...table(
      ['what', 'value'],
      [
        ['run', plain(spec.title)],
        ...parentRows(spec),
        [
          'inner steps per worker and round',
          `${inner.stepsPerRound} × ${inner.batchSize} sequences`,
        ],
        ['outer recipe', plain(outer.kind)],
        ...roundCounts(facts.rounds),
      ],
    ),
    '',
    '## Who did the work',
    '',
    ...table(
      ['account', 'updates counted', 'audits passed', 'audits failed'],
      tallyWork(facts.rounds)
        .slice(0, ROWS_MAX)
        .map(({ account, updates, passed, failed }) => [
          plain(account),
          ...[updates, passed, failed].map(String),
        ]),
    ),
    '',
    '## Data',
    '',
    ...table(
      ['dataset', 'title', 'items', 'bytes', 'licence (concluded)', 'source'],
      facts.datasets.map((one) =>
        [
          ...[one.id, one.title, `${one.items}`, `${one.bytes}`],
          ...[one.licenceConcluded, one.source],
        ].map(plain),
      ),
    ),
    '',
    '## Evaluation',
    '',
    ...table(
      ['what', 'value'],
      leavesOf(facts.evaluation)
        .slice(0, ROWS_MAX)
        .map((leaf) => leaf.map(plain)),
    ),
    '',
    '## Limits',
    '',
    ...limits(facts).map((one) => `- ${one}`),
    '',
    '## Attestations',
    '',
    'Who endorses, evaluates, reproduces or disputes this release says so after it was made, so it cannot',
    'stand here: `commonweights attest list` with the digest of `manifest.json` tells all of it, with what',
    'those accounts have done before; `commonweights verify --policy` counts it by rules of your own.',
    '',
  ].join('\n');
}

/** What the records say that this model is not, in sentences. */
function limits({ spec, rounds, datasets, evaluation }: CardFacts): string[] {
  const { model, data } = spec;
  const tokens = trainedTokens(spec, rounds);
  const held = isObject(evaluation) && Object.hasOwn(evaluation, 'safety');
  const tainted = rounds.filter((one) => one.tainted.length > 0).map(({ round }) => round);
  const reconcluded = datasets.filter((one) => one.licenceDeclared !== one.licenceConcluded);
  return [
    `It saw ${tokens} tokens in training, out of ${data.sequences} sequences of ${model.contextLength}; it ` +
      'knows nothing but what they say, right or wrong.',
    spec.chatTemplate === undefined
      ? 'It continues text. It was not taught to follow instructions or to talk, and has no chat template.'
      : 'Its chat template is the one of the run spec, which was voted on.',
    `It reads at most ${model.contextLength} tokens at once.`,
    held
      ? 'What was tried for safety stands under Evaluation; nothing else was.'
      : 'No evaluation of safety, of bias or of what it repeats from its data is on record.',
    ...(tainted.length === 0
      ? []
      : [`Wrong work stayed in round ${tainted.join(', ')}, too little to do it again.`]),
    ...(reconcluded.length === 0
      ? []
      : [
          'Licences were declared otherwise than concluded for ' +
            `${reconcluded.map(({ id }) => plain(id)).join(', ')}.`,
        ]),
    ...(spec.tolerance ? ['Its training is repeatable within a tolerance, not bit for bit.'] : []),
  ];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parentRows({ parent }: RunSpec): string[][] {
  if (!parent) return [];
  if (parent.release) return [['goes on from', `release \`${parent.release}\``]];
  return [['goes on from', `weights \`${parent.weights}\`, whose making is not on record`]];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

function roundCounts(rounds: readonly RoundRecord[]): string[][] {
  return (['final', 'rewound', 'aborted'] as const).map((outcome) => [
    `rounds ${outcome}`,
    String(rounds.filter((round) => round.outcome === outcome).length),
  ]);
}

/** Text that is only text, in Markdown and in HTML, on one line. */
function plain(text: string): string {
  return text
    .slice(0, 300)
    .replace(/\p{C}|\s/gu, ' ')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/[\\`*_{}[\]()#!|~:]/g, (mark) => `\\${mark}`);
}
