"""Each metric of an alarm or a chart is made by a metric filter, or is AWS's own. Run by check_template.py."""

import json
import os
import re

from cloudformation import Stack, load

# What AWS's own are called, by namespace and dimensions: the pages "Types of metrics for Lambda functions", "Monitoring
# Lambda function URLs" and "DynamoDB metrics and dimensions".
OF_AWS = {
    ("AWS/Lambda", ("FunctionName",)): [
        *["ConcurrentExecutions", "Errors", "IteratorAge", "Throttles"],
        *["UrlRequestCount", "Url4xxCount", "Url5xxCount"],
    ],
    ("AWS/DynamoDB", ("TableName",)): [
        *["ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits", "ReadThrottleEvents", "WriteThrottleEvents"]
    ],
}
OWN = "Tollgate"
SEARCH = re.compile(
    r"""SEARCH\('\{"(?P<namespace>[^"]+)",(?P<dimensions>[^}]*)\} MetricName="(?P<name>[^"]+)"', '\w+'\)"""
)


def made(stack):
    """The metrics of a stack's filters, by name and dimensions, with their patterns and values."""
    metrics = {}
    for resource in stack.resources.values():
        if resource["Type"] == "AWS::Logs::MetricFilter":
            [metric] = resource["Properties"]["MetricTransformations"]
            dimensions = tuple(it["Key"] for it in metric.get("Dimensions", []))
            how = (resource["Properties"]["FilterPattern"], metric["MetricValue"])
            metrics[metric["MetricName"], dimensions] = how
    return metrics


def of_alarms(stack):
    for name, resource in stack.resources.items():
        if resource["Type"] != "AWS::CloudWatch::Alarm":
            continue
        properties = resource["Properties"]
        metrics = [it["MetricStat"]["Metric"] for it in properties.get("Metrics", []) if "MetricStat" in it]
        for metric in metrics or [properties]:
            dimensions = tuple(it["Name"] for it in metric.get("Dimensions", []))
            yield name, metric["Namespace"], metric["MetricName"], dimensions


def of_charts(stack):
    for widget in json.loads(stack.resources["Charts"]["Properties"]["DashboardBody"])["widgets"]:
        title = widget["properties"]["title"]
        for metric in widget["properties"]["metrics"]:
            words = [it for it in metric if isinstance(it, str)]
            if words:
                yield title, words[0], words[1], tuple(words[2::2])
                continue
            search = SEARCH.fullmatch(metric[0]["expression"])
            if search is None:
                raise ValueError(f"{title}: got {metric}, expected a SEARCH of one metric by its dimensions")
            yield title, search["namespace"], search["name"], tuple(search["dimensions"].split(","))


def wrong(folder):
    def stack(name):
        return Stack(
            load(os.path.join(folder, "infra", name)), {"FunctionName": "gateway", "ReservedConcurrency": 50}, folder
        )

    alarms = stack("alarms.yaml")
    by_stage, of_all = made(stack("metrics.yaml")), made(alarms)
    # The same lines count, whether by stage or of all.
    found = [
        f"alarms.yaml: {name} is {how}, and metrics.yaml has no such metric"
        for (name, _), how in of_all.items()
        if by_stage.get((name, ("Stage",))) != how
    ]
    known = set(by_stage) | set(of_all)
    for place, namespace, name, dimensions in [*of_alarms(alarms), *of_charts(stack("dashboard.yaml"))]:
        is_known = name in OF_AWS.get((namespace, dimensions), []) or (namespace == OWN and (name, dimensions) in known)
        if not is_known:
            found.append(f"{place}: there is no metric {namespace} {name} by {dimensions}")
    silent = {name for _, _, name, _ in of_alarms(alarms)}
    found += [f"alarms.yaml: {name} is made, and no alarm looks at it" for name, _ in of_all if name not in silent]
    return found
