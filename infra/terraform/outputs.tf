output "url" {
  description = "The API."
  value       = aws_lambda_function_url.live.function_url
}

output "private_url" {
  description = "The API, for those only who sign and may call it."
  value       = one(aws_lambda_function_url.private[*].function_url)
}

output "function_name" {
  description = "The gateway's function."
  value       = aws_lambda_function.gateway.function_name
}

output "function_arn" {
  description = "The gateway's function, without an alias."
  value       = aws_lambda_function.gateway.arn
}

output "alias_name" {
  description = "What the URL and the edits of routes run."
  value       = aws_lambda_alias.live.name
}

output "version" {
  description = "The version that was published last, for live_version."
  value       = aws_lambda_function.gateway.version
}

output "role_arn" {
  description = "What the gateway runs as. A table, topic or key that asks who comes names this role."
  value       = aws_iam_role.gateway.arn
}

output "log_group" {
  description = "One line a request, and whatever else it has to say."
  value       = aws_cloudwatch_log_group.gateway.name
}

output "stages_table" {
  description = "One item a version of the API."
  value       = local.tables.Stages.name
}

output "routes_table" {
  description = "One item a route."
  value       = local.tables.Routes.name
}

output "api_keys_table" {
  description = "One item an API key, under the SHA-256 of its value."
  value       = local.tables.ApiKeys.name
}

output "usage_plans_table" {
  description = "One item a usage plan."
  value       = local.tables.UsagePlans.name
}

output "deployments_table" {
  description = "What is served (the gateway's own)."
  value       = local.tables.Deployments.name
}

output "counters_table" {
  description = "Buckets and quotas (the gateway's own)."
  value       = local.tables.Counters.name
}

output "cache_table" {
  description = "Cached responses (the gateway's own)."
  value       = local.tables.Cache.name
}
