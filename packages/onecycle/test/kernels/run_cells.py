"""Runs cells in a Jupyter kernel by nbclient, and prints the notebook that comes of them.

Usage: run_cells.py KERNEL FOLDER < cells.json
"""

import json
import sys
from queue import Empty

import nbformat
from nbclient import NotebookClient


async def take_the_rest(cell, cell_index, execute_reply):
    """Deno's kernel may say that it is idle before the last output of a cell is out."""
    while True:
        try:
            message = await client.kc.get_iopub_msg(timeout=0.15)
        except Empty:
            return
        ours = message["parent_header"].get("msg_id") == execute_reply["parent_header"]["msg_id"]
        if ours and message["msg_type"] != "status":
            client.process_message(message, cell, cell_index)


kernel, folder = sys.argv[1:]
cells = [nbformat.v4.new_code_cell(source) for source in json.load(sys.stdin)]
notebook = nbformat.v4.new_notebook(cells=cells)
client = NotebookClient(
    notebook, kernel_name=kernel, timeout=120, resources={"metadata": {"path": folder}}, on_cell_executed=take_the_rest
)
client.execute()
nbformat.validate(notebook)
json.dump(notebook, sys.stdout)
