"""The Developer API: Agent Studio and the workspace around it.

``endpoints`` describes each endpoint, ``client`` asks them, ``developer_client`` has typed calls,
``models`` what they return; ``guardrails`` and ``diff`` are about policies and their replacement.
"""
