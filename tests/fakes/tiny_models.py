"""A tiny language model and its oracle, for the tests of both ways to run one."""

from __future__ import annotations

import time

import torch
from tokenizers import AddedToken, Tokenizer, decoders
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from transformers import PreTrainedTokenizerFast

from rag.generation import Message

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
HELLO = [Message("system", "Be brief."), Message("user", "Hello?")]


def tiny_tokenizer() -> PreTrainedTokenizerFast:
    """One token a byte, so that a text's length is known by hand."""
    specials = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    vocabulary = {token: n for n, token in enumerate([*specials, *sorted(ByteLevel.alphabet())])}
    tokenizer = Tokenizer(BPE(vocabulary, []))
    tokenizer.pre_tokenizer = ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(token, special=True) for token in specials])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        bos_token="<|im_start|>",
        pad_token="<|im_end|>",
        chat_template=TEMPLATE,
    )


def plain_greedy(model, tokenizer, *, tokens: int, ends: tuple[int, ...] = (2,)) -> str:
    """The oracle: the likeliest next token again and again, without cache or streamer."""
    text = "".join(f"<|im_start|>{m.role}\n{m.content}<|im_end|>\n" for m in HELLO)
    ids = tokenizer(text + "<|im_start|>assistant\n", return_tensors="pt")["input_ids"]
    start = ids.shape[1]
    for _ in range(tokens):
        with torch.no_grad():
            best = model(ids).logits[0, -1].argmax().reshape(1, 1)
        ids = torch.cat([ids, best], dim=1)
        if int(best) in ends:
            break
    return tokenizer.decode(ids[0, start:], skip_special_tokens=True)


def wait_until(condition, *, seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.005)
