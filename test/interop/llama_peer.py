"""The peer of test/interop/transformers.ts: the same folder in transformers and in tokenizers.

`logits FOLDER` prints what LlamaForCausalLM and the tokenizer make of it, for the ids and texts on
standard input; `rewrite FOLDER TARGET DTYPE SHARD_BYTES` saves it again as transformers would.
"""
import json
import sys

import tokenizers
import torch
import transformers


def load(folder):
    model = transformers.LlamaForCausalLM.from_pretrained(folder, torch_dtype=torch.float32)
    return model.eval()


def logits(folder):
    it = json.load(sys.stdin)
    with torch.no_grad():
        rows = load(folder)(torch.tensor([it["ids"]])).logits[0]
    fast = tokenizers.Tokenizer.from_file(folder + "/tokenizer.json")
    auto = transformers.AutoTokenizer.from_pretrained(folder)
    encoded = [fast.encode(text).ids for text in it["texts"]]
    print(json.dumps({
        "logits": [[float(x) for x in row] for row in rows],
        "encoded": encoded,
        "encodedByAuto": [auto.encode(text) for text in it["texts"]],
        "decoded": [fast.decode(ids, skip_special_tokens=False) for ids in encoded],
        "endOfText": [auto.eos_token, auto.eos_token_id],
        "versions": f"transformers {transformers.__version__}, tokenizers {tokenizers.__version__}, "
                    f"torch {torch.__version__}",
    }))


def rewrite(folder, target, dtype, shard):
    model = load(folder).to(getattr(torch, dtype))
    model.save_pretrained(target, max_shard_size=int(shard), safe_serialization=True)
    transformers.AutoTokenizer.from_pretrained(folder).save_pretrained(target)


{"logits": logits, "rewrite": rewrite}[sys.argv[1]](*sys.argv[2:])
