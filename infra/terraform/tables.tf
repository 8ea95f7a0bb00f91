# On demand everywhere. What each is for: infra/tables.yaml, which this reads.
locals {
  table_resources = {
    for name, resource in local.templates.tables.Resources : name => resource.Properties
    if resource.Type == "AWS::DynamoDB::Table"
  }
  tables = {
    for name, table in local.table_resources : name => {
      name = replace(table.TableName, "$${TablePrefix}", local.prefix)
      # An N without quotes is false to Terraform's reader of YAML.
      attributes           = { for it in table.AttributeDefinitions : it.AttributeName => it.AttributeType == "S" ? "S" : "N" }
      hash_key             = one([for it in table.KeySchema : it.AttributeName if it.KeyType == "HASH"])
      range_key            = one([for it in table.KeySchema : it.AttributeName if it.KeyType == "RANGE"])
      stream_view_type     = try(table.StreamSpecification.StreamViewType, null)
      ttl                  = try(table.TimeToLiveSpecification.AttributeName, null)
      is_written_by_people = can(table.DeletionProtectionEnabled)
      is_restorable        = try(table.PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled, false)
    }
  }
  table_arns = {
    for name, table in local.tables : name => "arn:${local.partition}:dynamodb:${local.region}:${local.account}:table/${table.name}"
  }
  routes_stream_arn = var.use_existing_tables ? var.routes_stream_arn : aws_dynamodb_table.table["Routes"].stream_arn
}

resource "aws_dynamodb_table" "table" {
  for_each = var.use_existing_tables ? {} : local.tables

  name                        = each.value.name
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = each.value.hash_key
  range_key                   = each.value.range_key
  stream_enabled              = each.value.stream_view_type != null
  stream_view_type            = each.value.stream_view_type
  deletion_protection_enabled = each.value.is_written_by_people && var.deletion_protection

  dynamic "attribute" {
    for_each = each.value.attributes
    content {
      name = attribute.key
      type = attribute.value
    }
  }

  dynamic "ttl" {
    for_each = each.value.ttl[*]
    content {
      attribute_name = ttl.value
      enabled        = true
    }
  }

  point_in_time_recovery {
    enabled = each.value.is_restorable
  }

  dynamic "server_side_encryption" {
    for_each = var.kms_key_arn == "" ? [] : [var.kms_key_arn]
    content {
      enabled     = true
      kms_key_arn = server_side_encryption.value
    }
  }
}
