"""Prune the teacher's 250k-token vocabulary: ``python training/02_prune_vocabulary.py [--size 62000]``.

A token is worth the share of text it covers, summed over languages: word frequencies of wordfreq (42
languages, with case variants) and real class-A texts, each language counted alike. Single characters
of common scripts, hangul syllables, kana, common han and emoji stay whatever their count, so that no
ordinary character becomes unknown. The pruned model is a plain Hugging Face folder in WORK/pruned.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import shutil
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import wordfreq
from common import CLASS_A, PRUNED, TEACHER, rows
from tokenizers import Tokenizer

UNSPACED = {"zh", "ja"}
"""Written without spaces: their words are counted inside running text, not after a space."""
FAVOURED = {
    "en": 3,
    "ko": 3,
    "ja": 3,
    "zh": 3,
    "de": 2,
    "fr": 2,
    "es": 2,
    "pt": 2,
    "ar": 2,
    "id": 2,
    "tr": 2,
    "th": 2,
}
"""Languages of the report and of the intent examples, counted more than once."""
CASES = ((str.lower, 0.7), (str.title, 0.25), (str.upper, 0.05))
SCRIPTS = (
    "LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "DEVANAGARI", "BENGALI", "TAMIL", "TELUGU", "KANNADA",
    "MALAYALAM", "GUJARATI", "GURMUKHI", "THAI", "LAO", "KHMER", "MYANMAR", "GEORGIAN", "ARMENIAN", "SINHALA",
    "HANGUL", "HIRAGANA", "KATAKANA", "BOPOMOFO", "DIGIT", "FULLWIDTH", "COMBINING", "CJK", "KATAKANA-HIRAGANA",
)  # fmt: skip
SCRIPT_OF = {
    "ja": {"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "CJK"},
    "zh": {"CJK"},
    "ko": {"HANGUL"},
    "th": {"THAI"},
}
WORDS = 40_000


def counted(tokenizer: Tokenizer, weighted: Iterable[tuple[str, float]]) -> Counter[int]:
    """Token id -> share of the language's tokens, for (text, weight) pairs."""
    counts: Counter[int] = Counter()
    texts, weights = zip(*weighted, strict=True)
    for start in range(0, len(texts), 20_000):
        encodings = tokenizer.encode_batch_fast(list(texts[start : start + 20_000]), add_special_tokens=False)
        for encoding, weight in zip(encodings, weights[start : start + 20_000], strict=True):
            for token in encoding.ids:
                counts[token] += weight
    total = sum(counts.values())
    return Counter({token: count / total for token, count in counts.items()})


def word_texts(language: str) -> Iterator[tuple[str, float]]:
    """Words of one language with their frequency: alone, or in runs where it is written without spaces."""
    frequencies = wordfreq.get_frequency_dict(language)
    words = sorted(frequencies, key=lambda w: (-frequencies[w], w))[:WORDS]
    if language not in UNSPACED:
        for word in words:
            for case, weight in CASES:
                yield case(word), frequencies[word] * weight
        return
    rng = random.Random(7)
    drawn = rng.choices(words, [frequencies[w] for w in words], k=400_000)
    drawn += words  # every common word at least once
    for start in range(0, len(drawn), 10):
        yield "".join(drawn[start : start + 10]), 1.0


def script_shares(vocabulary: list[list[object]]) -> dict[str, Counter[int]]:
    """Language -> token shares by the vocabulary's own unigram probabilities, for scripts of few languages.

    Word lists miss the multi-word pieces of running Japanese, Chinese or Thai; the scores were estimated
    on running text.
    """
    shares: dict[str, Counter[int]] = {language: Counter() for language in SCRIPT_OF}
    for token, (piece, score) in enumerate(vocabulary[5:-1], start=5):
        letters = [unicodedata.name(c, "?").split()[0] for c in str(piece) if c.isalpha()]
        for language, scripts in SCRIPT_OF.items():
            if letters and scripts.issuperset(letters):
                shares[language][token] = math.exp(float(str(score)))
    return {
        language: Counter({token: p / sum(counts.values()) for token, p in counts.items()})
        for language, counts in shares.items()
    }


def coverage(tokenizer: Tokenizer, vocabulary: list[list[object]]) -> Counter[int]:
    """Worth of every token: the share of text it covers, summed over languages."""
    real: defaultdict[str, list[tuple[str, float]]] = defaultdict(list)
    for name in CLASS_A:
        for row in rows(name):
            real[row.get("lang", "en")].append((row["text"][:2000], 1.0))
    by_script = script_shares(vocabulary)
    worth: Counter[int] = Counter()
    listed = set(wordfreq.available_languages("best"))
    for language in sorted(listed | set(real)):
        parts = [counted(tokenizer, word_texts(language))] if language in listed else []
        parts += [counted(tokenizer, real[language])] if len(real[language]) > 200 else []
        parts += [by_script[language]] if language in by_script else []
        for part in parts:
            for token, share in part.items():
                worth[token] += share * FAVOURED.get(language, 1) / len(parts)
        print(f"{language}: {len(parts)} sources", flush=True)
    return worth


def is_kept_char(char: str) -> bool:
    """Whether a character must never become unknown: letters of common scripts, signs, emoji."""
    return not char.isalpha() or unicodedata.name(char, "?").startswith(SCRIPTS)


def always_kept(vocabulary: list[list[object]]) -> set[int]:
    """Ids that stay whatever their count: special tokens, single characters, and for a character that the
    teacher knows only inside longer pieces, the commonest of those.
    """
    kept, covered = {0, 1, 2, 3, len(vocabulary) - 1}, set()
    pieces = [str(piece) for piece, _score in vocabulary]
    for token, piece in enumerate(pieces[4:-1], start=4):
        if len(piece) == 1 and is_kept_char(piece):
            kept.add(token)
            covered.add(piece)
    for token, piece in enumerate(pieces[4:-1], start=4):  # sorted by score: commonest first
        new = {char for char in piece if is_kept_char(char)} - covered
        if new:
            kept.add(token)
            covered |= new
    return kept


def prune_tokenizer(raw: dict[str, object], kept: list[int]) -> dict[str, object]:
    """The tokenizer.json with only the kept pieces; ids follow the order of ``kept``."""
    model = raw["model"]
    assert isinstance(model, dict)
    new_id = {old: new for new, old in enumerate(kept)}
    vocabulary = [[piece, round(score, 4)] for piece, score in (model["vocab"][i] for i in kept)]
    added = [a | {"id": new_id[a["id"]]} for a in raw["added_tokens"]]  # type: ignore[attr-defined]
    return raw | {"added_tokens": added, "model": model | {"vocab": vocabulary}}


def save_pruned(kept: list[int]) -> None:
    """Write the pruned model, its tokenizer and its configuration to PRUNED."""
    import torch
    from transformers import AutoModel

    model = AutoModel.from_pretrained(TEACHER, add_pooling_layer=False)
    old = model.get_input_embeddings().weight.data
    table = torch.nn.Embedding(len(kept), old.shape[1], padding_idx=None)
    table.weight.data = old[torch.tensor(kept)].clone()
    model.set_input_embeddings(table)
    model.config.vocab_size, model.config.pad_token_id = len(kept), 1
    model.save_pretrained(PRUNED)
    shutil.copy(TEACHER / "tokenizer_config.json", PRUNED)
    raw = json.loads((TEACHER / "tokenizer.json").read_text(encoding="utf-8"))
    text = json.dumps(prune_tokenizer(raw, kept), ensure_ascii=False, separators=(",", ":"))
    (PRUNED / "tokenizer.json").write_text(text, encoding="utf-8")


def main() -> None:
    """Count, choose, save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=62_000)
    size = parser.parse_args().size
    tokenizer = Tokenizer.from_file(str(TEACHER / "tokenizer.json"))
    vocabulary = json.loads((TEACHER / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    kept = always_kept(vocabulary)
    print(f"{len(kept)} single characters and special tokens")
    for token, _worth in sorted(
        coverage(tokenizer, vocabulary).items(), key=lambda item: (-item[1], item[0])
    ):
        if len(kept) >= size:
            break
        kept.add(token)
    PRUNED.mkdir(parents=True, exist_ok=True)
    save_pruned(sorted(kept))
    print(
        f"{PRUNED}: {len(kept)} tokens, tokenizer.json {(PRUNED / 'tokenizer.json').stat().st_size / 1e6:.1f} MB"
    )


if __name__ == "__main__":
    main()
