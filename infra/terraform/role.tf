# What Tollgate may do, action by action. The reasons stand in template.yaml; `make check` compares the statements.
resource "aws_iam_role" "gateway" {
  name        = var.name
  description = "What Tollgate may do, action by action"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "gateway" {
  for_each = local.policies

  name   = each.key
  role   = aws_iam_role.gateway.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [for it in each.value : merge({ Effect = "Allow" }, it)] })
}

locals {
  functions    = "arn:${local.partition}:lambda:${local.region}:${local.account}:function"
  policies     = merge(local.own_policies, local.optional_policies, local.service_policies)
  tag          = split("=", var.target_function_tag)
  own_policies = { own-tables-and-log = local.own_statements, never-invoke-itself = local.never_itself }
  never_itself = [{ Sid = "NeverInvokeItself", Effect = "Deny", Action = ["lambda:InvokeFunction"], Resource = [local.function_arn, "${local.function_arn}:*"] }]

  own_statements = [
    {
      Sid      = "ReadAndMoveStages"
      Action   = ["dynamodb:GetItem", "dynamodb:Scan", "dynamodb:UpdateItem", "dynamodb:ConditionCheckItem"]
      Resource = [local.table_arns.Stages]
    },
    {
      Sid      = "ReadRoutes"
      Action   = ["dynamodb:GetItem", "dynamodb:Query"]
      Resource = [local.table_arns.Routes]
    },
    {
      Sid      = "ReadKeysAndPlans"
      Action   = ["dynamodb:GetItem"]
      Resource = [local.table_arns.ApiKeys, local.table_arns.UsagePlans]
    },
    {
      Sid      = "PublishDeployments"
      Action   = ["dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:ConditionCheckItem"]
      Resource = [local.table_arns.Deployments]
    },
    {
      Sid      = "Count"
      Action   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
      Resource = [local.table_arns.Counters]
    },
    {
      Sid      = "Cache"
      Action   = ["dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem"]
      Resource = [local.table_arns.Cache]
    },
    {
      Sid      = "FollowRouteEdits"
      Action   = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"]
      Resource = ["${local.table_arns.Routes}/stream/*"]
    },
    {
      Sid      = "WriteLog"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = ["arn:${local.partition}:logs:${local.region}:${local.account}:log-group:${local.log_group}:*"]
    },
  ]

  optional_policies = merge(
    var.keep_deployments == 0 ? {} : {
      prune-deployments = [{
        Sid      = "PruneDeployments"
        Action   = ["dynamodb:Scan", "dynamodb:DeleteItem", "dynamodb:BatchWriteItem"]
        Resource = [local.table_arns.Deployments]
      }]
    },
    length(var.target_function_arns) == 0 ? {} : {
      invoke-targets = [
        { Sid = "InvokeNamedFunctions", Action = ["lambda:InvokeFunction"], Resource = var.target_function_arns },
        { Sid = "InvokeTheirVersions", Action = ["lambda:InvokeFunction"], Resource = [for arn in var.target_function_arns : "${arn}:*"] },
      ]
    },
    var.target_function_name_pattern == "" ? {} : {
      invoke-targets-by-name = [{
        Sid      = "InvokeFunctionsByName"
        Action   = ["lambda:InvokeFunction"]
        Resource = ["${local.functions}:${var.target_function_name_pattern}", "${local.functions}:${var.target_function_name_pattern}:*"]
      }]
    },
    var.target_function_tag == "" ? {} : {
      invoke-targets-by-tag = [{
        Sid       = "InvokeFunctionsByTag"
        Action    = ["lambda:InvokeFunction"]
        Resource  = ["${local.functions}:*"]
        Condition = { StringEquals = { "aws:ResourceTag/${local.tag[0]}" = local.tag[1] } }
      }]
    },
    length(var.target_table_arns) == 0 ? {} : {
      use-target-tables = [
        {
          Sid = "UseNamedTables"
          Action = [
            "dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:Scan", "dynamodb:PutItem",
            "dynamodb:UpdateItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem",
          ]
          Resource = var.target_table_arns
        },
        { Sid = "ReadTheirIndexes", Action = ["dynamodb:Query", "dynamodb:Scan"], Resource = [for arn in var.target_table_arns : "${arn}/index/*"] },
      ]
    },
  )

  service_policies = merge(
    var.kms_key_arn == "" ? {} : {
      use-key = [{
        Sid      = "DecryptThroughServices"
        Action   = ["kms:Decrypt"]
        Resource = [var.kms_key_arn]
        Condition = {
          StringEquals = {
            "kms:ViaService" = [for service in ["dynamodb", "lambda"] : "${service}.${local.region}.${data.aws_partition.current.dns_suffix}"]
          }
        }
      }]
    },
    var.tracing ? {
      trace = [{ Sid = "WriteSegments", Action = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"], Resource = ["*"] }]
    } : {},
  )
}
