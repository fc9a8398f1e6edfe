"""SSG-VQA: `files` are read, `lines` cut, `fields` understood, `scenes` parsed, `tables` made; `reader` is all."""
