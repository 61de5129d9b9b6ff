"""Articles that try to speak to the model: written for this project, asked through the same Answerer as the chat.

stories · attacks ─write─► eval/data/poison ─asking─► [Attempt] ─► how often an attack came through, by kind
"""
