#!/usr/bin/env python3
"""Runs `tollgate import` on each API definition below a folder, found by content; names are answered with made-up values.

    tests/import_corpus.py target/debug/tollgate DIR

Prints a line for each definition, then sums and what went wrong by kind. Exit 1: the tool panicked, ran out of time, or
left something without a word.
"""

import collections
import json
import os
import re
import subprocess
import sys
import tempfile

SUFFIXES = (".json", ".yaml", ".yml", ".template")
SECONDS = 60
ROUNDS = 4
# Questions about names; all others ask what an operator wants, and count as asked.
NAME_QUESTION = re.compile(r"what is .+\?", re.DOTALL)
VALUES = {"AWS::Region": "eu-west-1", "AWS::AccountId": "111122223333", "AWS::Partition": "aws", "AWS::URLSuffix": "amazonaws.com"}


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
    if name.endswith(".Arn") or re.search(r"arn|function|lambda", name, re.IGNORECASE):
        return f"arn:aws:lambda:eu-west-1:111122223333:function:{word}"
    if re.search(r"url|uri|endpoint", name, re.IGNORECASE):
        return f"https://{word.lower()}.example.com"
    return word


def imported(tool, path, folder):
    """The last report, with the questions that are no names."""
    answers = {}
    base = [tool, "import", path, "--report", "json", "--out", os.path.join(folder, "out.yaml"), "--force"]
    for _ in range(ROUNDS):
        answer_file = os.path.join(folder, "answers.json")
        with open(answer_file, "w", encoding="utf-8") as file:
            json.dump(answers, file)
        command = base + (["--map", answer_file] if answers else [])
        ran = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        if "panicked" in ran.stderr or ran.returncode not in (0, 1, 3):
            return None, f"exit {ran.returncode}: {ran.stderr.strip()[:200]}"
        try:
            report = json.loads(ran.stdout)
        except ValueError:
            return None, f"no report: {(ran.stderr or ran.stdout).strip()[:200]}"
        open_names = [question["key"] for question in report["questions"] if NAME_QUESTION.match(question["question"])]
        if not open_names:
            return report, None
        answers.update({name: value_of(name) for name in open_names})
    return report, None


def kind_of(words):
    """Words without the names in them."""
    words = re.sub(r"stage \S+, [A-Z$]\S*( /\S*)?: ", "", words)
    return re.sub(r"(\"[^\"]*\"|'[^']*'|\b[A-Z]\w*(\.\w+)+\b|/\S+)", "…", words)[:140]


def main():
    tool, root = sys.argv[1], sys.argv[2]
    sums, kinds, broken = collections.Counter(), collections.Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        for directory, _, names in sorted(os.walk(root)):
            for name in sorted(names):
                path = os.path.join(directory, name)
                if not name.endswith(SUFFIXES) or not is_definition(path):
                    continue
                sums["definitions"] += 1
                shown = os.path.relpath(path, root)
                try:
                    report, failure = imported(tool, path, folder)
                except subprocess.TimeoutExpired:
                    report, failure = None, f"no end after {SECONDS} s"
                if failure:
                    broken.append(f"{shown}: {failure}")
                    print(f"BROKEN   {shown}: {failure}")
                    continue
                errors, questions = report.get("errors", []), report["questions"]
                counts = report["counts"]
                if not report["isWritten"] and not errors and not questions:
                    broken.append(f"{shown}: nothing written, and no word why")
                outcome = "failed" if errors else "asked" if questions else "imported"
                sums[outcome] += 1
                for finding in {kind_of(error["message"]) for error in errors}:
                    kinds[f"failed: {finding}"] += 1
                for question in {kind_of(question["question"]) for question in questions if not errors}:
                    kinds[f"asked: {question}"] += 1
                print(f"{outcome:8} {shown}: {counts}")
    print("\nBy kind:")
    for kind, count in kinds.most_common(40):
        print(f"{count:5} {kind}")
    total = sums["definitions"]
    share = 100 * sums["imported"] / total if total else 0
    print(f"\n{total} definitions: {sums['imported']} without a question ({share:.1f} %), {sums['asked']} asked, "
          f"{sums['failed']} failed, {len(broken)} broken")
    for line in broken:
        print(f"broken: {line}")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
