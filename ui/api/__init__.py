"""Archives for other programs, over HTTP.

`app` puts the server together; start there. `answers`, `articles` and `archives` are our own API,
and `requests` and `replies` its records. `chat` and `completions` speak OpenAI's protocol,
`tools` the Model Context Protocol. `desk` is where all of them put their questions.
`model_server` serves embedder and reader to other machines.
"""
