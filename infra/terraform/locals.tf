data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.region
  account   = data.aws_caller_identity.current.account_id

  prefix = var.table_prefix == "" ? var.name : var.table_prefix
  # By the name, as policies that the function needs before it is there name it.
  function_arn = "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${var.name}"
  log_group    = "/aws/lambda/${var.name}"

  # Tables, metrics, queries, alarms and the dashboard are those of CloudFormation's templates, read from there, so that there is
  # one source. Its functions are not YAML's: without their tags `!Ref TopicArn` is the text TopicArn, which `values` has.
  tags       = "/!(Ref|Sub|GetAtt|If|Equals|Not|And|Or|Join|Split|Select|Condition)\\b/"
  templates  = { for name in ["tables", "metrics", "queries", "alarms", "dashboard"] : name => yamldecode(replace(file("${path.module}/../${name}.yaml"), local.tags, "")) }
  has_alarms = var.alarm_topic_arn != ""

  values = {
    Gateway             = var.name
    TopicArn            = var.alarm_topic_arn
    FunctionName        = var.name
    ReservedConcurrency = tostring(var.reserved_concurrency)
    ErrorPercent        = tostring(var.alarm_error_percent)
    LatencyMilliseconds = tostring(var.alarm_latency_milliseconds)
    Namespace           = var.metric_namespace
    TablePrefix         = local.prefix
    "AWS::Region"       = local.region
  }
}
