#!/usr/bin/env python3
"""Runs `tollgate import` on each API below a folder, found by content; names are answered with made-up values.

    tests/import_corpus.py target/debug/tollgate DIR

A template with several APIs counts once for each. Files that AWS itself refuses stand in DIR/invalid.txt, a line each:
the path below DIR, a colon, the reason. They run, and do not count. A document that a template keeps in S3 is the file
`fetched.yaml` or `fetched.json` beside the template, if there is one.

Prints a line for each API, then sums by outcome and source (the folders of DIR) and what went wrong by kind:

    imported   written, with names answered and nothing else
    guarded    the same, once it is also answered who may call (AWS_IAM, policies, private endpoints, web ACLs, mutual TLS)
    asked      another question is left
    failed     errors

Exit 1: the tool panicked, ran out of time, wrote nothing without a word why, or forgot a part of an input.
"""

import collections
import json
import os
import re
import subprocess
import sys
import tempfile

try:
    import yaml
except ImportError:
    yaml = None

SUFFIXES = (".json", ".yaml", ".yml", ".template")
SECONDS = 60
ROUNDS = 4
INVALID = "invalid.txt"
# Questions about names.
NAME_QUESTION = re.compile(r"what is .+\?", re.DOTALL)
FILE_QUESTION = re.compile(r"which file is ")
# Questions about who may call: their answers change what is open, so they count apart.
GUARD_KEYS = re.compile(r"AWS_IAM$|security |policy$|private endpoint$|web ACL$|mutual TLS$|identityValidationExpression$")
API_QUESTION = re.compile(r"which API: (.+)\?")
VALUES = {
    "AWS::Region": "eu-west-1",
    "AWS::AccountId": "111122223333",
    "AWS::Partition": "aws",
    "AWS::StackId": "arn:aws:cloudformation:eu-west-1:111122223333:stack/corpus/51af3dc0-da77-11e4-872e-1234567db123",
    "AWS::URLSuffix": "amazonaws.com",
}


def is_definition(path):
    """An OpenAPI document, or a template with an API in it."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            text = file.read(6 << 20)
    except OSError:
        return False
    if re.search(r"AWS::ApiGatewayV2::Api", text) and "WEBSOCKET" in text:
        return False
    if re.search(r"^\s*[\"']?(swagger|openapi)[\"']?\s*:\s*[\"']?[23]", text, re.MULTILINE):
        return "x-amazon-apigateway-integration" in text
    has_resources = re.search(r"^Resources\s*:", text, re.MULTILINE)
    if text.lstrip().startswith("{"):
        try:
            has_resources = isinstance(json.loads(text).get("Resources"), dict)
        except (ValueError, AttributeError):
            has_resources = re.search(r"\"Resources\"\s*:", text)
    has_api = re.search(r"AWS::(ApiGateway::RestApi|ApiGatewayV2::Api|Serverless::(Api|HttpApi))\b", text)
    has_events = "AWS::Serverless::Function" in text and re.search(r"Type[\"']?\s*:\s*[\"']?(Api|HttpApi)\b", text)
    return bool(has_resources and (has_api or has_events))


def value_of(name):
    """A value that a name may have."""
    if name in VALUES:
        return VALUES[name]
    word = re.sub(r"[^A-Za-z0-9]", "", name)[:40] or "Name"
    if name.startswith("stageVariables."):
        return word.lower()
    if re.search(r"role|credential", name, re.IGNORECASE):
        return f"arn:aws:iam::111122223333:role/{word}"
    if re.search(r"pool", name, re.IGNORECASE):
        return "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_abc"
    # What an old CDK writes for the key of an asset.
    if name.startswith("AssetParameters") and "VersionKey" in name:
        return f"assets/||{word.lower()}.zip"
    if re.search(r"\barn$|Arn$", name):
        return f"arn:aws:lambda:eu-west-1:111122223333:function:{word}"
    if re.search(r"url|uri|endpoint", name, re.IGNORECASE):
        return f"https://{word.lower()}.example.com"
    return word


def run(tool, path, folder, answers):
    """A report, or the words for what broke."""
    answer_file = os.path.join(folder, "answers.json")
    with open(answer_file, "w", encoding="utf-8") as file:
        json.dump(answers, file)
    command = [tool, "import", path, "--report", "json", "--out", os.path.join(folder, "out.yaml"), "--force"]
    command += ["--map", answer_file] if answers else []
    try:
        ran = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None, f"no end after {SECONDS} s"
    if "panicked" in ran.stderr or ran.returncode not in (0, 1, 3):
        return None, f"exit {ran.returncode}: {ran.stderr.strip()[:200]}"
    try:
        return json.loads(ran.stdout), None
    except ValueError:
        return None, f"no report: {(ran.stderr or ran.stdout).strip()[:200]}"


def answered(tool, path, folder, answers, answer):
    """The last report, with all questions answered that `answer` has an answer to."""
    for _ in range(ROUNDS):
        report, broken = run(tool, path, folder, answers)
        if broken:
            return None, broken
        new = {question["key"]: answer(question, path) for question in report["questions"]}
        new = {key: value for key, value in new.items() if value is not None and key not in answers}
        if not new:
            break
        answers.update(new)
    return report, None


def name_answer(question, path):
    if FILE_QUESTION.match(question["question"]):
        fetched = (f"fetched{suffix}" for suffix in (".yaml", ".json"))
        return next((name for name in fetched if os.path.exists(os.path.join(os.path.dirname(path), name))), None)
    return value_of(question["key"]) if NAME_QUESTION.match(question["question"]) else None


def guard_answer(question, path):
    if question["key"] == "AWS_IAM":
        return "signed"
    return "open" if GUARD_KEYS.match(question["key"]) else name_answer(question, path)


def outcomes(tool, path, folder, answers=None):
    """(API, outcome, report, what broke) of each API in a file. The report is the one that names are answered for."""
    answers = answers or {}
    report, broken = answered(tool, path, folder, answers, name_answer)
    if broken:
        return [(answers.get("api"), "broken", None, broken)]
    for question in report["questions"]:
        choice = API_QUESTION.match(question["question"])
        if question["key"] == "api" and choice:
            apis = choice.group(1).split(", ")
            return [found for api in apis for found in outcomes(tool, path, folder, {"api": api})]
    outcome, questions = outcome_of(report), report["questions"]
    if outcome == "asked" and all(GUARD_KEYS.match(question["key"]) for question in questions):
        guarded, broken = answered(tool, path, folder, dict(answers), guard_answer)
        if broken:
            return [(answers.get("api"), "broken", None, broken)]
        # What is behind the answers may fail: then the API counts as that.
        outcome = "guarded" if outcome_of(guarded) == "imported" else outcome_of(guarded)
        report = report if outcome == "guarded" else guarded
    if outcome == "silent":
        return [(answers.get("api"), "broken", None, "nothing written, and no word why")]
    return [(answers.get("api"), outcome, report, forgotten(path, report))]


def outcome_of(report):
    if report["errors"]:
        return "failed"
    if report["questions"]:
        return "asked"
    return "imported" if report["isWritten"] else "silent"


def forgotten(path, report):
    """The first part of an input that no entry of its report is about; None: there is none."""
    try:
        pointers = pointers_of(path)
    except Exception as error:
        # What nobody can read has no parts.
        return None if report["errors"] else f"Python cannot read it: {error}"
    own = {entry["pointer"] for entry in report["entries"]}
    whole = {entry["pointer"] for entry in report["entries"] if entry.get("withAllInIt")}
    for pointer in pointers:
        above = (pointer[:at] for at, letter in enumerate(pointer) if letter == "/")
        if pointer not in own and not any(way in whole for way in above):
            return f"{pointer} is in no entry of the report"
    return None


def pointers_of(path):
    """A JSON pointer of each node of a file, as a reader that is not Tollgate's finds them."""
    with open(path, encoding="utf-8-sig") as file:
        text = file.read()
    try:
        root = json.loads(text)
    except ValueError:
        if yaml is None:
            return []
        root = read_yaml(text)
    ways, found = [("", root)], []
    while ways:
        pointer, node = ways.pop()
        found.append(pointer)
        members = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for key, value in members:
            ways.append((f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}", value))
    return found


def read_yaml(text):
    """YAML with every scalar as its text, and tags left aside."""

    class Loader(yaml.BaseLoader):
        pass

    def untagged(loader, _, node):
        kinds = {yaml.ScalarNode: loader.construct_scalar, yaml.SequenceNode: loader.construct_sequence}
        construct = kinds.get(type(node), loader.construct_mapping)
        return construct(node) if construct == loader.construct_scalar else construct(node, deep=True)

    Loader.add_multi_constructor("!", untagged)
    return yaml.load(text, Loader)


def kind_of(words):
    """Words without the names in them."""
    words = re.sub(r"stage \S+, [A-Z$]\S*( /\S*)?: ", "", words)
    return re.sub(r"(\"[^\"]*\"|'[^']*'|\b[A-Z]\w*(\.\w+)+\b|/\S+)", "…", words)[:140]


def invalid_files(root):
    """The paths of files that do not count."""
    try:
        with open(os.path.join(root, INVALID), encoding="utf-8") as file:
            return {line.rsplit(": ", 1)[0].strip() for line in file if line.strip()}
    except OSError:
        return set()


def definitions(root):
    for directory, _, names in sorted(os.walk(root)):
        for name in sorted(names):
            path = os.path.join(directory, name)
            is_fetched = name.startswith("fetched.")
            if name.endswith(SUFFIXES) and not is_fetched and is_definition(path):
                yield path, os.path.relpath(path, root)


def told_kinds(kinds, outcome, report):
    """Counts what went wrong, without the names in it."""
    if outcome == "failed":
        found = {kind_of(error["message"]) for error in report["errors"]}
    elif outcome in ("asked", "guarded"):
        found = {kind_of(question["question"]) for question in report["questions"]}
    else:
        found = set()
    kinds.update(f"{outcome}: {words}" for words in found)


def main():
    tool, root = sys.argv[1], sys.argv[2]
    sums, kinds, broken = collections.Counter(), collections.Counter(), []
    by_source = collections.defaultdict(collections.Counter)
    invalid = invalid_files(root)
    with tempfile.TemporaryDirectory() as folder:
        for path, shown in definitions(root):
            for api, outcome, report, what_broke in outcomes(tool, path, folder):
                named = f"{shown} ({api})" if api else shown
                if what_broke:
                    broken.append(f"{named}: {what_broke}")
                if shown in invalid:
                    outcome = "invalid"
                sums[outcome] += 1
                by_source[shown.split(os.sep)[0]][outcome] += 1
                print(f"{outcome:8} {named}: {report['counts'] if report else what_broke}")
                if report:
                    told_kinds(kinds, outcome, report)
    print("\nBy kind:")
    for kind, count in kinds.most_common():
        print(f"{count:5} {kind}")
    print("\nBy source:")
    for source, counts in sorted(by_source.items()):
        print(f"  {source}: {', '.join(f'{count} {outcome}' for outcome, count in sorted(counts.items()))}")
    total = sum(sums.values()) - sums["invalid"]
    share = lambda count: f"{count} ({100 * count / total if total else 0:.1f} %)"
    print(f"\n{total} APIs: {share(sums['imported'])} without a question, "
          f"{share(sums['imported'] + sums['guarded'])} once it is answered who may call; {sums['asked']} asked, "
          f"{sums['failed']} failed, {len(broken)} broken; {sums['invalid']} more are invalid")
    for line in broken:
        print(f"broken: {line}")
    if yaml is None:
        print("YAML files were not searched for what a report forgets: PyYAML is not installed")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
