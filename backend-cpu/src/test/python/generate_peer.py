"""Hugging Face's side of GenerationSpeed: PYTHON generate_peer.py DIR TOKENS REPETITIONS THREADS prints one line of JSON for each repetition.

The greedy continuation of the same ids; the first repetition has everything in it that happens once."""
import json
import sys
import time

import torch
import transformers

directory, tokens, repetitions, threads = sys.argv[1], *map(int, sys.argv[2:])
torch.set_num_threads(threads)
model = transformers.AutoModelForCausalLM.from_pretrained(directory, dtype=torch.float32).eval()
prompt = torch.tensor([[1, 5, 9, 20]])
for _ in range(repetitions):
    begun = time.perf_counter()
    with torch.no_grad():
        ids = model.generate(prompt, max_new_tokens=tokens, min_new_tokens=tokens, do_sample=False, pad_token_id=0, use_cache=True)
    print(json.dumps({"tokens_per_s": tokens / (time.perf_counter() - begun), "last": ids[0, -1].item()}), flush=True)
