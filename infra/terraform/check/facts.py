"""What is deployed, in words that CloudFormation and Terraform have in common: a dictionary of facts of either."""

import json

from plan import resources

NAME = "tollgate"


def of_stack(stack):
    """The facts of a resolved template (`cloudformation.Stack`), its nested ones included."""
    text = lambda it: json.loads(json.dumps(it).replace(f"{NAME}-Gateway-1A2B3C", NAME))
    own = text(stack.resources)
    tables = stack.inner("Tables").resources
    metrics = list(stack.inner("Metrics").resources.values())
    alarms, charts = [], None
    if "Alarms" in stack.resources:
        alarms = list(text(stack.inner("Alarms").resources).values())
    if "Charts" in stack.resources:
        charts = json.loads(text(stack.inner("Charts").resources)["Charts"]["Properties"]["DashboardBody"])
    of = lambda kind, all_=own.values(): [it["Properties"] for it in all_ if it["Type"] == kind]
    [function] = of("AWS::Lambda::Function")
    [mapping] = of("AWS::Lambda::EventSourceMapping")
    [log] = of("AWS::Logs::LogGroup")
    policies = [it for role in of("AWS::IAM::Role") for it in role["Policies"]] + of("AWS::IAM::Policy")
    return {
        "function": {
            "architectures": function["Architectures"],
            "memory": int(function["MemorySize"]),
            "timeout": int(function["Timeout"]),
            "concurrency": int(function.get("ReservedConcurrentExecutions", -1)),
            "handler": (function["Handler"], function["Runtime"]),
            "key": function.get("KmsKeyArn"),
            "tracing": function["TracingConfig"]["Mode"],
            "log": [function["LoggingConfig"][it] for it in ["LogFormat", "SystemLogLevel", "ApplicationLogLevel", "LogGroup"]],
        },
        "environment": {name: str(it) for name, it in function["Environment"]["Variables"].items()},
        "statements": statements(it["PolicyDocument"] for it in policies),
        "tables": dict(map(table_of_stack, (it["Properties"] for it in tables.values() if it["Type"].endswith("::Table")))),
        "aliases": {it["Name"]: it["FunctionVersion"] for it in of("AWS::Lambda::Alias") if it["Name"] != "released"},
        "urls": {it["Qualifier"]: (it["AuthType"], it["InvokeMode"], "Cors" in it) for it in of("AWS::Lambda::Url")},
        "permissions": sorted(
            (it["Action"], it["Principal"], str(it.get("FunctionUrlAuthType")), bool(it.get("InvokedViaFunctionUrl")), it["FunctionName"].split(":")[-1])
            for it in of("AWS::Lambda::Permission")
        ),
        "mapping": {
            "position": mapping["StartingPosition"],
            "batch": (mapping["BatchSize"], mapping["MaximumBatchingWindowInSeconds"], mapping["BisectBatchOnFunctionError"]),
            "retries": (mapping["MaximumRetryAttempts"], mapping["MaximumRecordAgeInSeconds"]),
        },
        "log group": (log["LogGroupName"], int(log["RetentionInDays"]), log.get("KmsKeyId")),
        "metrics": sorted(metric_of_stack(it) for it in of("AWS::Logs::MetricFilter", metrics + alarms)),
        "queries": {
            it["Name"]: (it["LogGroupNames"], it["QueryString"])
            for it in of("AWS::Logs::QueryDefinition", stack.inner("Queries").resources.values())
        },
        "alarms": {it["AlarmName"]: alarm_of_stack(it) for it in of("AWS::CloudWatch::Alarm", alarms)},
        "dashboard": charts,
    }


def of_plan(plan):
    """The facts of a plan's JSON."""
    of = lambda kind: list(resources(plan, kind).values())
    [function] = of("aws_lambda_function")
    [mapping] = of("aws_lambda_event_source_mapping")
    [log] = of("aws_cloudwatch_log_group")
    logging = function["logging_config"][0]
    return {
        "function": {
            "architectures": function["architectures"],
            "memory": function["memory_size"],
            "timeout": function["timeout"],
            "concurrency": function["reserved_concurrent_executions"],
            "handler": (function["handler"], function["runtime"]),
            "key": function["kms_key_arn"],
            "tracing": function["tracing_config"][0]["mode"],
            "log": [logging[it] for it in ["log_format", "system_log_level", "application_log_level", "log_group"]],
        },
        "environment": function["environment"][0]["variables"],
        "statements": statements(json.loads(it["policy"]) for it in of("aws_iam_role_policy")),
        "tables": dict(map(table_of_plan, of("aws_dynamodb_table"))),
        "aliases": {it["name"]: it["function_version"] for it in of("aws_lambda_alias")},
        "urls": {it["qualifier"]: (it["authorization_type"], it["invoke_mode"], bool(it["cors"])) for it in of("aws_lambda_function_url")},
        "permissions": sorted(
            (it["action"], it["principal"], str(it["function_url_auth_type"]), bool(it["invoked_via_function_url"]), it["qualifier"])
            for it in of("aws_lambda_permission")
        ),
        "mapping": {
            "position": mapping["starting_position"],
            "batch": (mapping["batch_size"], mapping["maximum_batching_window_in_seconds"], mapping["bisect_batch_on_function_error"]),
            "retries": (mapping["maximum_retry_attempts"], mapping["maximum_record_age_in_seconds"]),
        },
        "log group": (log["name"], log["retention_in_days"], log["kms_key_id"]),
        "metrics": sorted(map(metric_of_plan, of("aws_cloudwatch_log_metric_filter"))),
        "queries": {
            it["name"]: (it["log_group_names"], it["query_string"]) for it in of("aws_cloudwatch_query_definition")
        },
        "alarms": {it["alarm_name"]: alarm_of_plan(it) for it in of("aws_cloudwatch_metric_alarm")},
        "dashboard": next((json.loads(it["dashboard_body"]) for it in of("aws_cloudwatch_dashboard")), None),
    }


def statements(documents):
    """Statements by their Sid: their effects, their sets of actions and resources, their conditions."""
    listed = lambda it: sorted(it if isinstance(it, list) else [it])
    found = {}
    for document in documents:
        document = json.loads(document) if isinstance(document, str) else document
        for it in document["Statement"]:
            assert it["Sid"] not in found, f"two statements are called {it['Sid']}"
            found[it["Sid"]] = (it["Effect"], listed(it["Action"]), listed(it["Resource"]), it.get("Condition"))
    return found


def table_of_stack(it):
    keys = {key["KeyType"]: key["AttributeName"] for key in it["KeySchema"]}
    ttl = it.get("TimeToLiveSpecification", {})
    return it["TableName"], {
        "keys": (keys["HASH"], keys.get("RANGE")),
        "attributes": {key["AttributeName"]: key["AttributeType"] for key in it["AttributeDefinitions"]},
        "billing": it["BillingMode"],
        "ttl": ttl.get("AttributeName") if ttl.get("Enabled") else None,
        "stream": it.get("StreamSpecification", {}).get("StreamViewType"),
        "restorable": it.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled", False),
        "protected": str(it.get("DeletionProtectionEnabled", False)).lower() == "true",
        "key": it.get("SSESpecification", {}).get("KMSMasterKeyId"),
    }


def table_of_plan(it):
    ttl = [ttl["attribute_name"] for ttl in it["ttl"] if ttl["enabled"]]
    return it["name"], {
        "keys": (it["hash_key"], it["range_key"]),
        "attributes": {key["name"]: key["type"] for key in it["attribute"]},
        "billing": it["billing_mode"],
        "ttl": ttl[0] if ttl else None,
        "stream": it["stream_view_type"] if it["stream_enabled"] else None,
        "restorable": it["point_in_time_recovery"][0]["enabled"],
        "protected": it["deletion_protection_enabled"],
        "key": next((sse["kms_key_arn"] for sse in it["server_side_encryption"] if sse["enabled"]), None),
    }


def metric_of_stack(it):
    [to] = it["MetricTransformations"]
    dimensions = [(dimension["Key"], dimension["Value"]) for dimension in to.get("Dimensions", [])]
    return to["MetricNamespace"], to["MetricName"], it["FilterPattern"], to["MetricValue"], to["Unit"], sorted(dimensions)


def metric_of_plan(it):
    [to] = it["metric_transformation"]
    return to["namespace"], to["name"], it["pattern"], to["value"], to["unit"], sorted((to["dimensions"] or {}).items())


def alarm_of_stack(it):
    queries = {
        query["Id"]: (query.get("Expression"), query.get("Label"), query.get("ReturnData", True), metric_stat(query.get("MetricStat")))
        for query in it.get("Metrics", [])
    }
    return {
        "words": it["AlarmDescription"],
        "actions": (it["AlarmActions"], it["OKActions"]),
        "metric": (it.get("Namespace"), it.get("MetricName"), dimensions_of(it.get("Dimensions", []))),
        "statistic": (it.get("Statistic"), it.get("ExtendedStatistic"), it.get("EvaluateLowSampleCountPercentile"), it.get("Period")),
        "threshold": (it["ComparisonOperator"], float(it["Threshold"])),
        "periods": (it["EvaluationPeriods"], it.get("DatapointsToAlarm")),
        "missing": it["TreatMissingData"],
        "queries": queries,
    }


def dimensions_of(listed):
    return {it["Name"]: it["Value"] for it in listed}


def metric_stat(it):
    if not it:
        return None
    metric = it["Metric"]
    return metric["Namespace"], metric["MetricName"], dimensions_of(metric["Dimensions"]), it["Period"], it["Stat"]


def alarm_of_plan(it):
    queries = {
        query["id"]: (query["expression"], query["label"], query["return_data"],
                      next(((m["namespace"], m["metric_name"], m["dimensions"], m["period"], m["stat"]) for m in query["metric"]), None))
        for query in it["metric_query"]
    }
    return {
        "words": it["alarm_description"],
        "actions": (it["alarm_actions"], it["ok_actions"]),
        "metric": (it["namespace"], it["metric_name"], it["dimensions"] or {}),
        "statistic": (it["statistic"], it["extended_statistic"], it["evaluate_low_sample_count_percentiles"], it["period"]),
        "threshold": (it["comparison_operator"], float(it["threshold"])),
        "periods": (it["evaluation_periods"], it["datapoints_to_alarm"]),
        "missing": it["treat_missing_data"],
        "queries": queries,
    }
