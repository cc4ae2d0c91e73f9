"""Agent Studio: what can be seen and managed with a Developer API token.

``records`` what there is, ``port`` the calls as a Protocol, ``policies`` and ``rules`` guardrails
and what they may hold, ``changes`` what a full replacement would change.
"""
