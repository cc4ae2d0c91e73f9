"""Developer API: Agent Studio and the workspace around it.

``endpoints`` describes each endpoint, ``client`` calls them, ``developer_client`` has typed calls,
``models`` their results; ``guardrails`` and ``diff`` are about policies and their replacement.
"""
