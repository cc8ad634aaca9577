"""Conversations as tokens: the tokenizer and the chat template of a published model."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from jinja2 import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from tokenizers import Tokenizer

from rag.generation.base import Message

# What transformers calls a tokenizer that is all in its `tokenizer.json`.
_SELF_CONTAINED = ("TokenizersBackend", "PreTrainedTokenizerFast")
_SPECIAL = ("bos_token", "eos_token", "unk_token", "pad_token")


class Chat:
    """Turns conversations into tokens and tokens into text."""

    def __init__(self, tokenizer: Tokenizer, *, template: str, special: Mapping[str, str]) -> None:
        tokenizer.no_truncation()
        tokenizer.no_padding()
        self._tokenizer = tokenizer
        self._template = _environment().from_string(template)
        self._special = special
        added = tokenizer.get_added_tokens_decoder().values()
        self._marks = sorted({token.content for token in added if token.special})

    @staticmethod
    def fits(folder: Path) -> bool:
        """Tell whether the tokenizer in `folder` is one that this module can use."""
        try:
            settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
            return (
                settings.get("tokenizer_class") in _SELF_CONTAINED
                and (folder / "tokenizer.json").is_file()
                and bool(_template(folder, settings))
            )
        except (OSError, ValueError, TypeError):
            return False

    @classmethod
    def load(cls, folder: Path) -> Chat:
        """Load the tokenizer and the template in `folder`; see `fits`."""
        settings = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
        given = {name: settings[name] for name in _SPECIAL if settings.get(name)}
        special = {n: t["content"] if isinstance(t, dict) else str(t) for n, t in given.items()}
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        return cls(tokenizer, template=_template(folder, settings), special=special)

    def tokens(self, text: str) -> list[int]:
        """Return the tokens of `text` alone."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def text(self, tokens: Sequence[int]) -> str:
        """Return the text of `tokens`, without special ones."""
        return str(self._tokenizer.decode(list(tokens), skip_special_tokens=True))

    def words(self, tokens: Iterable[int]) -> Iterator[str]:
        """Yield after every token the words that it finishes, often none; at the end the rest."""
        made: list[int] = []
        said = 0
        for token in tokens:
            made.append(token)
            text = self.text(made)
            end = max(text.rfind(" "), text.rfind("\n")) + 1
            yield text[said:end]
            said = max(said, end)
        yield self.text(made)[said:]

    def prompt(self, messages: Sequence[Message]) -> list[int]:
        """Return the conversation up to where the reply begins.

        Raises `jinja2.TemplateError` when the template refuses it.
        """
        chat = [{"role": m.role, "content": self._harmless(m.content)} for m in messages]
        return self.tokens(
            self._template.render(messages=chat, add_generation_prompt=True, **self._special)
        )

    def _harmless(self, text: str) -> str:
        """Break up special tokens, with which an article could pose as another message."""
        for mark in self._marks:
            text = text.replace(mark, f"{mark[0]} {mark[1:]}")
        return text


def _template(folder: Path, settings: Mapping[str, Any]) -> str:
    """Return the template, empty when there is none or several."""
    file = folder / "chat_template.jinja"
    found = file.read_text(encoding="utf-8") if file.is_file() else settings.get("chat_template")
    return found if isinstance(found, str) else ""


def _environment() -> ImmutableSandboxedEnvironment:
    """Return what published templates are written for."""
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"]
    )
    environment.globals["raise_exception"] = _refuse
    environment.globals["strftime_now"] = lambda form: dt.datetime.now().strftime(form)
    return environment


def _refuse(reason: str) -> NoReturn:
    raise TemplateError(reason)
