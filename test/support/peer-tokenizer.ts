/** The tokenizer that ours is compared with, by tests and by bench/tokenizer.ts. */
import { Tokenizer } from '@huggingface/tokenizers';

export interface PeerTokenizer {
  /** Ids of a text, with no token added to them. */
  encode(text: string): number[];
}

/** From a tokenizer file as we write it. */
export function openPeerTokenizer(file: object): PeerTokenizer {
  const config = { clean_up_tokenization_spaces: false };
  const peer = new Tokenizer(JSON.parse(JSON.stringify(file)) as object, config);
  return { encode: (text) => peer.encode(text, { add_special_tokens: false }).ids };
}
