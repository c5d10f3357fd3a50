"""Serves turns.ts: one piece of work a line, answered with what it took."""

import json
import os
import sys
import time


def processor_time():
    """Of this process and of those it waited for, such as workers that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def serve(work):
    """`work` takes a request, and gives how many samples it saw."""
    print('{}', flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        wall, cpu = time.perf_counter(), processor_time()
        count = work(request)
        took = {'wall': (time.perf_counter() - wall) * 1000, 'cpu': (processor_time() - cpu) * 1000}
        print(json.dumps({**took, 'count': count}), flush=True)
