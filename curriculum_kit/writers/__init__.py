"""Writers of wordings: `rules` (a grammar, the default), `llm` (a server that speaks the OpenAI protocol), `local`."""
