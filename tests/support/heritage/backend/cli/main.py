"""`python3 -m backend.cli.main GROUP ACTION [options]`: the commands that the old scheduler ran, without a network.

Each keeps what it made in `state/<name>.json` below the current folder, so that a later step finds what an earlier
one left, and says what it does on standard error, as the real one logs. Exit code 0 done, 1 failed, 2 bad usage.
"""

import argparse
import json
import pathlib
import sys


def log(text: str) -> None:
    print(f"INFO {text}", file=sys.stderr, flush=True)


def path(name: str) -> pathlib.Path:
    return pathlib.Path("state") / f"{name}.json"


def load(name: str) -> list:
    return json.loads(path(name).read_text()) if path(name).exists() else []


def save(name: str, items: list) -> None:
    path(name).parent.mkdir(exist_ok=True)
    path(name).write_text(json.dumps(items, ensure_ascii=False))


def ingest(name: str, options: argparse.Namespace) -> int:
    """Adds `count` items about `topic`; the first one of each call is always the same, so that there is something to drop."""
    known = load(name)
    log(f"asking for {options.count} items about {options.topic}")
    fresh = [f"{options.topic}: headline"] + [f"{options.topic}: item {len(known) + n}" for n in range(1, options.count)]
    for title in fresh:
        print(title, flush=True)
    save(name, known + fresh)
    return 0


def deduplicate(_options: argparse.Namespace) -> int:
    known = load("news-events")
    kept = list(dict.fromkeys(known))
    save("news-events", kept)
    print(f"{len(known) - len(kept)} duplicates removed, {len(kept)} kept", flush=True)
    return 0


def generate(options: argparse.Namespace) -> int:
    save("ideas", [f"idea {n}" for n in range(options.count)])
    print(f"{options.count} ideas", flush=True)
    return 0


def insights(_options: argparse.Namespace) -> int:
    save("insights", [f"{name}: {len(load(name))}" for name in ("news-events", "trends", "ideas")])
    print("insights stored", flush=True)
    return 0


def plan(options: argparse.Namespace) -> int:
    """Fails `state/planner-failures.json`'s first number of tries, and tries again itself as often as it may."""
    failures = (load("planner-failures") or [0])[0]
    for attempt in range(1, options.max_retries + 2):
        if attempt > failures:
            save("plan", load("insights"))
            print(f"planned at try {attempt}", flush=True)
            return 0
        log(f"try {attempt} failed")
    print("no plan", file=sys.stderr, flush=True)
    return 1


def create(_options: argparse.Namespace) -> int:
    planned = load("plan")
    if not planned:
        print("nothing is planned", file=sys.stderr, flush=True)
        return 1
    save("content", planned)
    print(f"{len(planned)} posts created", flush=True)
    return 0


def publish(network: str) -> int:
    content = load("content")
    save(f"published-{network}", content)
    print(f"{len(content)} posts published to {network}", flush=True)
    return 0


def parser() -> argparse.ArgumentParser:
    root = argparse.ArgumentParser(prog="python -m backend.cli.main")
    groups = root.add_subparsers(dest="group", required=True)

    def group(name: str):
        return groups.add_parser(name).add_subparsers(dest="action", required=True)

    for name in ("news-events", "trends"):
        actions = group(name)
        command = actions.add_parser("ingest-perplexity")
        command.add_argument("--topic", default="Philadelphia")
        command.add_argument("--count", type=int, default=3)
        command.set_defaults(run=lambda options, name=name: ingest(name, options))
        if name == "news-events":
            actions.add_parser("deduplicate").set_defaults(run=deduplicate)
    command = group("ungrounded").add_parser("generate")
    command.add_argument("--count", type=int, default=3)
    command.set_defaults(run=generate)
    group("insights").add_parser("run").set_defaults(run=insights)
    command = group("planner").add_parser("run")
    command.add_argument("--max-retries", type=int, default=3)
    command.set_defaults(run=plan)
    group("content-creation").add_parser("run").set_defaults(run=create)
    actions = group("publishing")
    for network in ("facebook", "instagram"):
        actions.add_parser(network).set_defaults(run=lambda _options, network=network: publish(network))
    return root


if __name__ == "__main__":
    options = parser().parse_args()
    sys.exit(options.run(options))
