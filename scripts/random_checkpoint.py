#!/usr/bin/env python3
"""Write a checkpoint in a published format, of a published shape, with random weights: for timing, memory and tests of
sizes; its scores mean nothing.

    random_checkpoint.py SHAPE DIR [--like DIR] [--dtype f32|bf16]
    random_checkpoint.py --list

SHAPE is one of the table below. Tokenizer and other small files are copied from --like, a folder of the same family
(tests/golden has some). Needs NumPy.
"""
import argparse
import json
import os
import shutil
import struct
import sys

import numpy as np


def llama(c):
    """Names and shapes of Llama, Qwen3, Mistral and Gemma."""
    D, F, A, K = c["hidden_size"], c["intermediate_size"], c["num_attention_heads"], c["num_key_value_heads"]
    d = c.get("head_dim", D // A)
    yield "model.embed_tokens.weight", (c["vocab_size"], D)
    for i in range(c["num_hidden_layers"]):
        p = f"model.layers.{i}."
        yield p + "input_layernorm.weight", (D,)
        yield p + "post_attention_layernorm.weight", (D,)
        yield p + "self_attn.q_proj.weight", (A * d, D)
        yield p + "self_attn.k_proj.weight", (K * d, D)
        yield p + "self_attn.v_proj.weight", (K * d, D)
        yield p + "self_attn.o_proj.weight", (D, A * d)
        if c["model_type"] == "qwen3":
            yield p + "self_attn.q_norm.weight", (d,)
            yield p + "self_attn.k_norm.weight", (d,)
        yield p + "mlp.gate_proj.weight", (F, D)
        yield p + "mlp.up_proj.weight", (F, D)
        yield p + "mlp.down_proj.weight", (D, F)
    yield "model.norm.weight", (D,)
    yield "lm_head.weight", (c["vocab_size"], D)


def neox(c):
    """Names and shapes of GPT-NeoX."""
    D, F = c["hidden_size"], c["intermediate_size"]

    def linear(name, out, into):
        yield name + ".weight", (out, into)
        yield name + ".bias", (out,)
    yield "gpt_neox.embed_in.weight", (c["vocab_size"], D)
    for i in range(c["num_hidden_layers"]):
        p = f"gpt_neox.layers.{i}."
        for norm in ("input_layernorm", "post_attention_layernorm"):
            yield p + norm + ".weight", (D,)
            yield p + norm + ".bias", (D,)
        yield from linear(p + "attention.query_key_value", 3 * D, D)
        yield from linear(p + "attention.dense", D, D)
        yield from linear(p + "mlp.dense_h_to_4h", F, D)
        yield from linear(p + "mlp.dense_4h_to_h", D, F)
    yield "gpt_neox.final_layer_norm.weight", (D,)
    yield "gpt_neox.final_layer_norm.bias", (D,)
    yield "embed_out.weight", (c["vocab_size"], D)


def genslm(hidden, layers, heads, ffn):
    return neox, {
        "architectures": ["GPTNeoXForCausalLM"], "model_type": "gpt_neox", "hidden_act": "gelu_fast",
        "hidden_size": hidden, "intermediate_size": ffn, "layer_norm_eps": 1e-5, "max_position_embeddings": 2048,
        "num_attention_heads": heads, "num_hidden_layers": layers, "rotary_emb_base": 10000, "rotary_pct": 0.25,
        "tie_word_embeddings": False, "vocab_size": 69}


def hyenadna(c):
    """Names and shapes of HyenaDNA's port on the hub."""
    D, L, O, p = c["d_model"], c["max_seq_len"], c["filter_order"], "hyena.backbone."
    yield p + "embeddings.word_embeddings.weight", (16, D)
    for i in range(c["n_layer"]):
        q = f"{p}layers.{i}."
        f = q + "mixer.filter_fn."
        for name, out, inner in ((q + "mixer.in_proj", 3 * D, D), (q + "mixer.out_proj", D, D),
                                 (q + "mlp.fc1", c["d_inner"], D), (q + "mlp.fc2", D, c["d_inner"]),
                                 (f + "implicit_filter.0", O, c["emb_dim"]), (f + "implicit_filter.2", O, O),
                                 (f + "implicit_filter.4", O, O)):
            yield name + ".weight", (out, inner)
            yield name + ".bias", (out,)
        yield q + "mixer.short_filter.weight", (3 * D, 1, 3)
        yield q + "mixer.short_filter.bias", (3 * D,)
        yield f + "implicit_filter.6.weight", (D, O)
        yield f + "implicit_filter.1.freq", (1, O)
        yield f + "bias", (D,)
        yield f + "modulation.deltas", (1, 1, D)
        yield f + "pos_emb.t", (1, L, 1)
        yield f + "pos_emb.z", (1, L, c["emb_dim"])
        for norm in ("norm1", "norm2"):
            yield f"{q}{norm}.weight", (D,)
            yield f"{q}{norm}.bias", (D,)
    yield p + "ln_f.weight", (D,)
    yield p + "ln_f.bias", (D,)
    yield "lm_head.weight", (16, D)


def evo2(c):
    """Names and shapes of Evo 2; log_poles are below 0."""
    D, F = c["hidden_size"], c["inner_mlp_size"]
    yield "embedding_layer.weight", (512, D)
    yield "norm.scale", (D,)
    for i in range(c["num_layers"]):
        p = f"blocks.{i}."
        yield p + "pre_norm.scale", (D,)
        yield p + "post_norm.scale", (D,)
        yield p + "mlp.l1.weight", (F, D)
        yield p + "mlp.l2.weight", (F, D)
        yield p + "mlp.l3.weight", (D, F)
        if i in c["attn_layer_idxs"]:
            yield p + "inner_mha_cls.Wqkv.weight", (3 * D, D)
            yield p + "inner_mha_cls.out_proj.weight", (D, D)
            yield p + "inner_mha_cls.out_proj.bias", (D,)
            continue
        yield p + "projections.weight", (3 * D, D)
        yield p + "out_filter_dense.weight", (D, D)
        yield p + "out_filter_dense.bias", (D,)
        yield p + "filter.short_filter_weight", (3 * D, 1, 3)
        if i in c["hcl_layer_idxs"]:
            yield p + "filter.log_poles", (D, c["state_size"], 1)
            yield p + "filter.residues", (D, c["state_size"])
        else:
            kind = "hcm" if i in c["hcm_layer_idxs"] else "hcs"
            yield p + "filter.h", (c[kind + "_filter_groups"], 1, c[kind + "_filter_length"])
        if i not in c["hcs_layer_idxs"]:
            yield p + "filter.D", (D,)


def hyena(hidden, layers, length):
    return hyenadna, {
        "architectures": ["HyenaDNAForCausalLM"], "model_type": "hyenadna", "d_model": hidden, "d_inner": 4 * hidden,
        "n_layer": layers, "max_seq_len": length + 2, "emb_dim": 5, "filter_order": 64, "vocab_size": 12}


def striped(hidden, layers, heads, ffn, groups):
    kinds = "smlasml" * 7
    return evo2, {
        "hidden_size": hidden, "num_layers": layers, "num_attention_heads": heads, "inner_mlp_size": ffn,
        "state_size": 16, "hcs_filter_length": 7, "hcm_filter_length": 128, "hcs_filter_groups": groups,
        "hcm_filter_groups": groups, "evo2_style_activations": True, "use_fp8_input_projections": False,
        **{name + "_layer_idxs": [i for i in range(layers) if kinds[i] == name[-1 if name != "attn" else 0]]
           for name in ("attn", "hcs", "hcm", "hcl")}}


def marin(hidden, layers):
    return llama, {
        "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "attention_bias": False, "head_dim": 128,
        "hidden_act": "silu", "hidden_size": hidden, "intermediate_size": 4 * hidden, "max_position_embeddings": 256,
        "num_attention_heads": hidden // 128, "num_hidden_layers": layers, "num_key_value_heads": hidden // 128,
        "rms_norm_eps": 1e-5, "rope_theta": 500000, "tie_word_embeddings": False, "vocab_size": 7,
        "rope_scaling": {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "rope_type": "llama3",
                         "original_max_position_embeddings": 8192}}


def generator(hidden, layers, heads, ffn):
    return llama, {
        "architectures": ["GENERatorForCausalLM"], "model_type": "llama", "hidden_act": "silu", "hidden_size": hidden,
        "intermediate_size": ffn, "max_position_embeddings": 16384, "num_attention_heads": heads,
        "num_hidden_layers": layers, "num_key_value_heads": 4, "rms_norm_eps": 1e-5, "rope_theta": 500000.0,
        "tie_word_embeddings": False, "vocab_size": 4128}


SHAPES = {
    "marin-46m": marin(640, 7), "marin-128m": marin(896, 10), "marin-1b": marin(1920, 19),
    "genslm-25m": genslm(512, 8, 8, 2048), "genslm-250m": genslm(1840, 12, 16, 2048),
    "genslm-2.5b": genslm(3840, 28, 32, 4096),
    "generator-1.2b": generator(2048, 26, 32, 5632), "generator-3b": generator(3072, 30, 32, 8448),
    "hyenadna-160k": hyena(256, 8, 160000), "hyenadna-1m": hyena(256, 8, 1000000),
    "evo2-1b": striped(1920, 25, 15, 5120, 128),
    "evo2-7b": striped(4096, 32, 32, 11008, 256),
}

BLOCK = 1048573  # a prime, so that the rows of no matrix repeat


def numbers(rng, dtype):
    """Random numbers of one block, as bytes."""
    x = (rng.standard_normal(BLOCK) * 0.02).astype(np.float32)
    return x.tobytes() if dtype == "f32" else (x.view(np.uint32) >> 16).astype(np.uint16).tobytes()


def below_zero(block, dtype):
    """The same with all signs set."""
    bits = np.frombuffer(block, np.uint32 if dtype == "f32" else np.uint16).copy()
    bits |= 1 << (8 * bits.itemsize - 1)
    return bits.tobytes()


def write_safetensors(path, tensors, dtype):
    size = 4 if dtype == "f32" else 2
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in tensors:
        n = int(np.prod(shape)) * size
        header[name] = {"dtype": dtype.upper(), "shape": list(shape), "data_offsets": [at, at + n]}
        at += n
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 64 + 56)
    rng = np.random.default_rng(1)
    block = numbers(rng, dtype)
    one = np.float32(1).tobytes() if dtype == "f32" else b"\x80\x3f"
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for name, shape in tensors:
            n = int(np.prod(shape)) * size
            if len(shape) == 1 and "norm" in name:
                f.write(one * shape[0])
                continue
            start = int(rng.integers(0, BLOCK)) * size
            source = below_zero(block, dtype) if name.endswith("log_poles") else block
            while n:
                part = source[start:start + n]
                f.write(part)
                n -= len(part)
                start = 0


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("shape", nargs="?", choices=SHAPES)
    p.add_argument("dir", nargs="?")
    p.add_argument("--like", help="folder with the tokenizer's files")
    p.add_argument("--dtype", choices=("f32", "bf16"), default="f32")
    p.add_argument("--list", action="store_true")
    a = p.parse_args()
    if a.list or not a.dir:
        sys.exit("\n".join(SHAPES))
    names, config = SHAPES[a.shape]
    os.makedirs(a.dir, exist_ok=True)
    for f in os.listdir(a.like) if a.like else []:
        if f.endswith((".json", ".txt")) and f not in ("config.json", "model.safetensors.index.json"):
            shutil.copyfile(os.path.join(a.like, f), os.path.join(a.dir, f))
    with open(os.path.join(a.dir, "config.yml" if names == evo2 else "config.json"), "w") as f: # JSON is YAML
        json.dump(config, f, indent=1)
    write_safetensors(os.path.join(a.dir, "model.safetensors"), list(names(config)), a.dtype)


if __name__ == "__main__":
    main()
