"""Runs jobs in child processes, so that a crash of the stock package's C code is a result like any other.

A child takes jobs in order until it has worked through BATCH_BYTES (the package leaks every buffer it returns) or dies; then
the next child goes on behind the job that killed it.
"""

import json
import os
import signal

BATCH_BYTES = 192 << 20
JOB_SECONDS = 120


def run_isolated(jobs, work, bytes_of):
    """Yields for each job, in order, what work(job) returned, or {"error": ...} if it raised, crashed or hung."""
    start = 0
    while start < len(jobs):
        end = _batch_end(jobs, start, bytes_of)
        answers, status = _run_child(jobs[start:end], work)
        yield from answers
        start += len(answers)
        if start < end:
            yield {"error": f"crashed: {_describe(status)}"}
            start += 1


def _batch_end(jobs, start, bytes_of):
    total = 0
    for end in range(start, len(jobs)):
        total += bytes_of(jobs[end])
        if total > BATCH_BYTES and end > start:
            return end
    return len(jobs)


def _run_child(jobs, work):
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _serve(jobs, work, writer)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as lines:
        answers = [json.loads(line) for line in lines if line.endswith("\n")]
    return answers, os.waitpid(child, 0)[1]


def _serve(jobs, work, writer):
    for job in jobs:
        signal.alarm(JOB_SECONDS)
        try:
            answer = work(job)
        except Exception as error:  # the package's own errors are findings too
            answer = {"error": f"{type(error).__name__}: {error}"}
        os.write(writer, (json.dumps(answer) + "\n").encode())


def _describe(status):
    if os.WIFSIGNALED(status):
        return signal.Signals(os.WTERMSIG(status)).name
    return f"exit code {os.WEXITSTATUS(status)}"
