/** Runs a sample of the language on the chain, so that Node can run the same and compare. */
import { NearBindgen, view } from 'near-sdk-js';
import { samples } from './language-samples.js';

/** Made when the contract is built: asked again in a call, they must answer the same. */
const atBuild = ['variables shared by closures', 'weak maps and sets', 'generators'];
const answersAtBuild = atBuild.map((name) => samples[name]?.());

@NearBindgen({})
export class Language {
  @view({})
  sample({ name }: { name: string }): unknown {
    return samples[name]?.();
  }

  @view({})
  at_build(): unknown {
    return Object.fromEntries(atBuild.map((name, i) => [name, answersAtBuild[i]]));
  }
}
