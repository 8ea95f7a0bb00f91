# Metrics read from the log's lines, saved queries over them, alarms and a dashboard: infra/metrics.yaml, queries.yaml,
# alarms.yaml and dashboard.yaml.
locals {
  metric_filters = merge(
    { for name, it in local.templates.metrics.Resources : name => it.Properties if it.Type == "AWS::Logs::MetricFilter" },
    { for name, it in local.templates.alarms.Resources : "Alarm${name}" => it.Properties if it.Type == "AWS::Logs::MetricFilter" && local.has_alarms },
  )
  # An alarm's condition: its template's HasConcurrency.
  has_concurrency = var.reserved_concurrency > 0
  alarms = {
    for name, it in local.templates.alarms.Resources : name => it.Properties
    if it.Type == "AWS::CloudWatch::Alarm" && local.has_alarms && (try(it.Condition, "") != "HasConcurrency" || local.has_concurrency)
  }
  dashboard_text = local.templates.dashboard.Resources.Charts.Properties.DashboardBody
}

resource "aws_cloudwatch_log_metric_filter" "metric" {
  for_each = local.metric_filters

  name           = "${var.name}-${each.key}"
  log_group_name = aws_cloudwatch_log_group.gateway.name
  pattern        = each.value.FilterPattern

  metric_transformation {
    name       = each.value.MetricTransformations[0].MetricName
    namespace  = var.metric_namespace
    value      = each.value.MetricTransformations[0].MetricValue
    unit       = each.value.MetricTransformations[0].Unit
    dimensions = { for it in try(each.value.MetricTransformations[0].Dimensions, []) : it.Key => it.Value }
  }
}

resource "aws_cloudwatch_query_definition" "query" {
  for_each = local.templates.queries.Resources

  name            = replace(each.value.Properties.Name, "$${Prefix}", var.name)
  log_group_names = [aws_cloudwatch_log_group.gateway.name]
  query_string    = each.value.Properties.QueryString
}

resource "aws_cloudwatch_metric_alarm" "alarm" {
  for_each = local.alarms

  alarm_name                            = replace(each.value.AlarmName, "$${Gateway}", var.name)
  alarm_description                     = each.value.AlarmDescription
  alarm_actions                         = [for it in each.value.AlarmActions : lookup(local.values, it, it)]
  ok_actions                            = [for it in each.value.OKActions : lookup(local.values, it, it)]
  namespace                             = try(lookup(local.values, each.value.Namespace, each.value.Namespace), null)
  metric_name                           = try(each.value.MetricName, null)
  dimensions                            = try({ for it in each.value.Dimensions : it.Name => lookup(local.values, it.Value, it.Value) }, null)
  statistic                             = try(each.value.Statistic, null)
  extended_statistic                    = try(each.value.ExtendedStatistic, null)
  evaluate_low_sample_count_percentiles = try(each.value.EvaluateLowSampleCountPercentile, null)
  period                                = try(each.value.Period, null)
  comparison_operator                   = each.value.ComparisonOperator
  threshold                             = tonumber(lookup(local.values, tostring(each.value.Threshold), tostring(each.value.Threshold)))
  evaluation_periods                    = each.value.EvaluationPeriods
  datapoints_to_alarm                   = try(each.value.DatapointsToAlarm, null)
  treat_missing_data                    = each.value.TreatMissingData

  dynamic "metric_query" {
    for_each = try(each.value.Metrics, [])
    content {
      id          = metric_query.value.Id
      label       = try(metric_query.value.Label, null)
      expression  = try(replace(metric_query.value.Expression, "$${ReservedConcurrency}", local.values.ReservedConcurrency), null)
      return_data = try(metric_query.value.ReturnData, true)

      dynamic "metric" {
        for_each = try([metric_query.value.MetricStat], [])
        content {
          namespace   = lookup(local.values, metric.value.Metric.Namespace, metric.value.Metric.Namespace)
          metric_name = metric.value.Metric.MetricName
          period      = metric.value.Period
          stat        = metric.value.Stat
          dimensions  = { for it in metric.value.Metric.Dimensions : it.Name => replace(lookup(local.values, it.Value, it.Value), "$${TablePrefix}", local.prefix) }
        }
      }
    }
  }
}

resource "aws_cloudwatch_dashboard" "charts" {
  count = var.dashboard ? 1 : 0

  dashboard_name = var.name
  dashboard_body = replace(replace(replace(replace(local.dashboard_text,
    "$${AWS::Region}", local.region),
    "$${Namespace}", var.metric_namespace),
    "$${FunctionName}", var.name),
  "$${TablePrefix}", local.prefix)
}
