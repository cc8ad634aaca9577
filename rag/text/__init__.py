"""What a text says, read without a model: sentences, names, numbers, dates.

In: text. Out: sentences with their places, words and stems, facts, quantities, and the
time that a question asks about. Start with `sentences`, then `question_time`.
"""
