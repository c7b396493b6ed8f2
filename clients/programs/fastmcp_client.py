"""Calls a tool six times with FastMCP's client: python fastmcp_client.py <url>."""

import asyncio
import sys
from pathlib import Path

from fastmcp import Client
from fastmcp.client.auth import OAuth
from key_value.aio.stores.filetree import (
    FileTreeStore,
    FileTreeV1CollectionSanitizationStrategy,
    FileTreeV1KeySanitizationStrategy,
)

CALLS = 6


async def main(url: str) -> None:
    folder = Path.home() / "fastmcp"
    folder.mkdir(exist_ok=True)
    store = FileTreeStore(
        data_directory=folder,
        key_sanitization_strategy=FileTreeV1KeySanitizationStrategy(folder),
        collection_sanitization_strategy=FileTreeV1CollectionSanitizationStrategy(folder),
    )
    async with Client(url, auth=OAuth(url, token_storage=store)) as client:
        for _ in range(CALLS):
            await client.call_tool("whoami")
            await asyncio.sleep(0.05)


asyncio.run(main(sys.argv[1]))
