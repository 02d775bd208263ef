"""Checkpoints with random weights in Hugging Face's layout, and what transformers computes from them.

    python make_checkpoints.py make OUT [SEED]     every case below: OUT/NAME with config.json, model.safetensors, expected.safetensors; for gpt2 a training too
    python make_checkpoints.py large OUT           a gpt2 of 124 million parameters, without expected values
    python make_checkpoints.py run DIR             reads DIR/ids.safetensors, writes DIR/answer.safetensors: logits of the model in DIR
    python make_checkpoints.py train DIR STEPS     DIR/losses.safetensors: losses while AdamW trains the model in DIR on DIR/batches.safetensors

expected.safetensors holds ids [batch pos], and in float32 and float64 (suffix _f32, _f64) logits, and hidden [state batch pos d]: what enters the first
block, and what each block returns. In float64 everything is computed in float64, see in_double.
"""

import os
import sys

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from safetensors.torch import load_file, save_file
from transformers import (AutoConfig, AutoModelForCausalLM, AutoModelForMaskedLM, BertConfig, BertForMaskedLM, Gemma2Config, Gemma2ForCausalLM, GPT2Config,
                          GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM, MistralConfig, MistralForCausalLM, Olmo2Config, Olmo2ForCausalLM, Qwen2Config,
                          Qwen2ForCausalLM, Qwen3Config, Qwen3ForCausalLM)

torch.set_num_threads(1)

softmax = torch.nn.functional.softmax
torch.nn.functional.softmax = lambda x, dim=None, dtype=None, **other: softmax(x, dim=dim, dtype=x.dtype if x.dtype == torch.float64 else dtype, **other)

SIZES = dict(vocab_size=19, hidden_size=12, intermediate_size=20, num_hidden_layers=2, max_position_embeddings=40, bos_token_id=None, eos_token_id=None,
             pad_token_id=None)
ROPE = dict(rope_theta=10000.0, rope_type="default")


def llama(**other):
    return LlamaForCausalLM, LlamaConfig(**{**SIZES, "num_attention_heads": 4, "rope_parameters": ROPE, **other})


CASES = {
    "gpt2": (GPT2LMHeadModel, GPT2Config(vocab_size=19, n_positions=11, n_embd=12, n_layer=2, n_head=3)),
    "gpt2-odd": (GPT2LMHeadModel, GPT2Config(vocab_size=17, n_positions=13, n_embd=15, n_layer=3, n_head=5, n_inner=7, activation_function="relu",
                                             tie_word_embeddings=False, scale_attn_weights=False, layer_norm_epsilon=1e-3)),
    "llama": llama(hidden_size=24, num_attention_heads=6, num_key_value_heads=2),
    "llama-biases-tied": llama(num_attention_heads=3, num_key_value_heads=1, head_dim=6, attention_bias=True, mlp_bias=True, tie_word_embeddings=True),
    "llama-mlp-bias": llama(hidden_size=20, num_attention_heads=5, num_key_value_heads=5, mlp_bias=True, hidden_act="gelu", rms_norm_eps=1e-3),
    "llama-linear": llama(hidden_size=8, num_key_value_heads=4, rope_parameters=dict(rope_theta=100.0, rope_type="linear", factor=2.5)),
    "llama-llama3": llama(num_key_value_heads=2, head_dim=8, rope_parameters=dict(rope_theta=500.0, rope_type="llama3", factor=8.0, low_freq_factor=1.0,
                                                                                high_freq_factor=4.0, original_max_position_embeddings=20)),
    "llama-yarn": llama(num_key_value_heads=2, head_dim=12, rope_parameters=dict(rope_theta=50.0, rope_type="yarn", factor=4.0, beta_fast=4.0, beta_slow=1.0,
                                                                               original_max_position_embeddings=24)),
    "mistral": (MistralForCausalLM, MistralConfig(**SIZES, num_attention_heads=4, num_key_value_heads=2, head_dim=4, sliding_window=None, rope_parameters=ROPE)),
    "qwen2": (Qwen2ForCausalLM, Qwen2Config(**SIZES, num_attention_heads=6, num_key_value_heads=3, rope_parameters=ROPE)),
    "qwen3": (Qwen3ForCausalLM, Qwen3Config(**SIZES, num_attention_heads=4, num_key_value_heads=2, head_dim=6, rope_parameters=ROPE)),
    "olmo2": (Olmo2ForCausalLM, Olmo2Config(**SIZES, num_attention_heads=6, num_key_value_heads=3, rope_parameters=ROPE)),
    "gemma2": (Gemma2ForCausalLM, Gemma2Config(**{**SIZES, "pad_token_id": 0}, num_attention_heads=4, num_key_value_heads=2, head_dim=6, query_pre_attn_scalar=10,
                                               sliding_window=64, attn_logit_softcapping=2.0, final_logit_softcapping=3.0, rope_parameters=ROPE)),
    "bert": (BertForMaskedLM, BertConfig(vocab_size=19, hidden_size=12, intermediate_size=20, num_hidden_layers=2, num_attention_heads=3,
                                         max_position_embeddings=11, type_vocab_size=2, pad_token_id=0)),
    "bert-untied": (BertForMaskedLM, BertConfig(vocab_size=17, hidden_size=15, intermediate_size=7, num_hidden_layers=3, num_attention_heads=5,
                                                max_position_embeddings=13, type_vocab_size=3, pad_token_id=0, hidden_act="gelu_new", tie_word_embeddings=False)),
}


def randomise(model, seed):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, values in sorted(dict(model.named_parameters()).items()):
            drawn = torch.randn(values.shape, generator=generator)
            is_norm = "norm" in name.lower() or ".ln_" in name
            gain = is_norm and name.endswith("weight") and "Gemma" not in type(model).__name__
            values.copy_(1 + 0.2 * drawn if gain else 0.35 * drawn if values.dim() > 1 else 0.2 * drawn)
    model.tie_weights()


def in_double(model):
    """The model in float64: rotary angles, RMSNorm and softmax too, which transformers computes in float32 whatever the model's type."""
    model = model.double()
    for module in model.modules():
        if type(module).__name__.endswith("RMSNorm"):
            def norm(x, module=module):
                normalized = x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + getattr(module, "variance_epsilon", getattr(module, "eps", None)))
                return normalized * (module.weight + (1 if "Gemma" in type(module).__name__ else 0))

            module.forward = norm
        if hasattr(module, "inv_freq"):
            wide = double_frequencies(module.config)

            def forward(x, position_ids, module=module, wide=wide):
                angles = position_ids[:, :, None].double() * wide[None, None, :]
                angles = torch.cat((angles, angles), dim=-1)
                return angles.cos() * module.attention_scaling, angles.sin() * module.attention_scaling

            module.forward = forward
        if hasattr(module, "scalar_embed_scale"):
            module.embed_scale = torch.tensor(module.scalar_embed_scale, dtype=torch.float64)
    return model


def double_frequencies(config):
    """What transformers computes in float32, in float64."""
    import math
    rope = config.rope_parameters
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    plain = rope["rope_theta"] ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
    kind = rope["rope_type"]
    if kind == "default":
        return plain
    factor = rope["factor"]
    if kind == "linear":
        return plain / factor
    original = rope["original_max_position_embeddings"]
    if kind == "llama3":
        low, high = rope["low_freq_factor"], rope["high_freq_factor"]
        kept = ((original * plain / (2 * math.pi) - low) / (high - low)).clamp(0, 1)
    else:
        def pair(turns):
            return width * math.log(original / (turns * 2 * math.pi)) / (2 * math.log(rope["rope_theta"]))
        first, last = max(math.floor(pair(rope["beta_fast"])), 0), min(math.ceil(pair(rope["beta_slow"])), width - 1)
        ramp = (torch.arange(width // 2, dtype=torch.float64) - first) / ((last - first) or 0.001)
        kept = 1 - ramp.clamp(0, 1)
    return plain / factor * (1 - kept) + plain * kept


def blocks(model):
    inner = getattr(model, "transformer", None) or getattr(model, "bert", None) or model.model
    return inner.h if hasattr(inner, "h") else inner.encoder.layer if hasattr(inner, "encoder") else inner.layers


def states(model, ids):
    """Logits and hidden states."""
    model.eval()
    model.config._attn_implementation = "eager"
    hidden = []
    hooks = [blocks(model)[0].register_forward_pre_hook(lambda _, given: hidden.append(given[0].clone()))]
    hooks += [block.register_forward_hook(lambda _, given, out: hidden.append((out[0] if isinstance(out, tuple) else out).clone())) for block in blocks(model)]
    with torch.no_grad():
        logits = model(input_ids=ids.long()).logits
    for hook in hooks:
        hook.remove()
    return logits.contiguous(), torch.stack(hidden).contiguous()


def make(out, seed):
    for number, (name, (kind, config)) in enumerate(CASES.items()):
        config._attn_implementation = "eager"
        model = kind(config)
        randomise(model, 1000 * seed + number)
        directory = os.path.join(out, name)
        model.save_pretrained(directory)
        for other in ("generation_config.json",):
            if os.path.exists(os.path.join(directory, other)):
                os.remove(os.path.join(directory, other))
        length = 9
        ids = torch.randint(0, config.vocab_size, (2, length), generator=torch.Generator().manual_seed(seed + number))
        single = states(model, ids)
        double = states(in_double(model), ids)
        save_file({"ids": ids.int(), "logits_f32": single[0], "hidden_f32": single[1], "logits_f64": double[0], "hidden_f64": double[1]},
                  os.path.join(directory, "expected.safetensors"))
    batches = torch.randint(0, 19, (1, 3, 12), generator=torch.Generator().manual_seed(seed)).repeat(20, 1, 1)
    save_file({"batches": batches.int().contiguous()}, os.path.join(out, "gpt2", "batches.safetensors"))
    train(os.path.join(out, "gpt2"), len(batches))


def large(out):
    model = GPT2LMHeadModel(GPT2Config())
    model.save_pretrained(out)


def loaded(directory, dtype):
    masked = AutoConfig.from_pretrained(directory).model_type == "bert"
    kind = AutoModelForMaskedLM if masked else AutoModelForCausalLM
    model, report = kind.from_pretrained(directory, attn_implementation="eager", dtype=dtype, output_loading_info=True)
    for problem in ("missing_keys", "unexpected_keys", "mismatched_keys"):
        if report[problem]:
            sys.exit(f"{directory}: {problem}: {sorted(report[problem])}")
    return model


def run(directory):
    ids = load_file(os.path.join(directory, "ids.safetensors"))["ids"]
    single = states(loaded(directory, torch.float32), ids)[0]
    double = states(in_double(loaded(directory, torch.float64)), ids)[0]
    save_file({"logits_f32": single, "logits_f64": double}, os.path.join(directory, "answer.safetensors"))


def train(directory, steps):
    batches = load_file(os.path.join(directory, "batches.safetensors"))
    result = {}
    for name, model in (("f32", loaded(directory, torch.float32)), ("f64", in_double(loaded(directory, torch.float64)))):
        model.eval()  # no dropout
        parameters = [p for p in model.parameters()]
        optimizer = torch.optim.AdamW(parameters, lr=3e-3, betas=(0.9, 0.98), eps=1e-9, weight_decay=0.1)
        losses = []
        for t in range(steps):
            batch = batches["batches"][t].long()
            logits = model(input_ids=batch[:, :-1]).logits
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        result["losses_" + name] = torch.tensor(losses, dtype=torch.float64)
    save_file(result, os.path.join(directory, "losses.safetensors"))


if __name__ == "__main__":
    task, where = sys.argv[1], sys.argv[2]
    if task == "make":
        make(where, int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    elif task == "large":
        large(where)
    elif task == "run":
        run(where)
    elif task == "train":
        train(where, int(sys.argv[3]))
    else:
        sys.exit(__doc__)
