"""Captions, templates filled with the label of a structure, and a tokenizer made of them."""

from __future__ import annotations

from crops import NAMES
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

from curriculum_kit.labels import fold_label

LABELS = [fold_label(name) for name in NAMES]

TEMPLATES = (
    "a laparoscopic image of the {}",
    "a laparoscopic image of a {}",
    "a laparoscopic photo of the {}",
    "a laparoscopic view of the {}",
    "an endoscopic image of the {}",
    "an endoscopic view of the {}",
    "a photo of the {}",
    "a photo of a {}",
    "an image of the {}",
    "a medical image of the {}",
    "a picture of the {}",
    "a surgical image of the {}",
    "a surgical video frame showing the {}",
    "the {} during laparoscopic surgery",
    "the {} in a laparoscopic cholecystectomy",
    "{} seen in laparoscopy",
    "the {}",
    "{}",
)

CONTEXT = 24
PAD, START = "<pad>", "<start>"
END = "<end>"


def tokenizer() -> Tokenizer:
    """Return a byte-level BPE tokenizer. open_clip reads a text where its id is largest: at the end."""
    made = Tokenizer(models.BPE())
    made.normalizer = normalizers.Lowercase()
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=True)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=448, special_tokens=[PAD, START], initial_alphabet=alphabet, show_progress=False
    )
    made.train_from_iterator([t.format(label) for t in TEMPLATES for label in LABELS], trainer)
    made.add_special_tokens([END])
    ends = [(token, made.token_to_id(token)) for token in (START, END)]
    made.post_processor = processors.TemplateProcessing(single=f"{START} $A {END}", special_tokens=ends)
    made.enable_padding(length=CONTEXT)
    made.enable_truncation(CONTEXT)
    return made
