resource "aws_cloudwatch_log_group" "gateway" {
  name              = local.log_group
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn == "" ? null : var.kms_key_arn
}

resource "aws_lambda_function" "gateway" {
  function_name    = var.name
  description      = "Tollgate, an API gateway behind a function URL"
  filename         = var.package_path == "" ? null : var.package_path
  source_code_hash = var.package_path == "" ? null : filebase64sha256(var.package_path)
  s3_bucket        = var.release_bucket == "" ? null : var.release_bucket
  s3_key           = var.release_key == "" ? null : var.release_key
  handler          = "bootstrap"
  runtime          = "provided.al2023"
  architectures    = [var.architecture]
  memory_size      = var.memory_megabytes
  timeout          = var.timeout_seconds
  role             = aws_iam_role.gateway.arn
  kms_key_arn      = var.kms_key_arn == "" ? null : var.kms_key_arn
  # A version of each new code or variable, for live_version to go back to.
  publish = true
  # A public URL without a bound is a bill without one. -1 is none for the provider too.
  reserved_concurrent_executions = var.reserved_concurrency

  tracing_config {
    mode = var.tracing ? "Active" : "PassThrough"
  }

  logging_config {
    log_group  = aws_cloudwatch_log_group.gateway.name
    log_format = "JSON"
    # Without START, END and REPORT: three lines a request that say nothing the access line does not.
    system_log_level = "WARN"
    # The gateway's LOG_LEVEL decides; Lambda would drop what it lets through.
    application_log_level = "TRACE"
  }

  environment {
    variables = merge(
      {
        STAGES_TABLE           = local.tables.Stages.name
        ROUTES_TABLE           = local.tables.Routes.name
        API_KEYS_TABLE         = local.tables.ApiKeys.name
        USAGE_PLANS_TABLE      = local.tables.UsagePlans.name
        DEPLOYMENTS_TABLE      = local.tables.Deployments.name
        COUNTERS_TABLE         = local.tables.Counters.name
        CACHE_TABLE            = local.tables.Cache.name
        REFRESH_SECONDS        = tostring(var.refresh_seconds)
        KEY_CACHE_SECONDS      = tostring(var.key_cache_seconds)
        KEEP_DEPLOYMENTS       = tostring(var.keep_deployments)
        LOG_LEVEL              = var.log_level
        REQUIRE_TRUSTED_PROXY  = tostring(var.require_trusted_proxy)
        FUNCTION_URL_AUTH_TYPE = var.function_url_auth_type
      },
      var.max_stale_seconds == "" ? {} : { MAX_STALE_SECONDS = var.max_stale_seconds },
      var.trusted_proxy_secret == "" ? {} : { TRUSTED_PROXY_SECRET = var.trusted_proxy_secret },
    )
  }

  # With a key of its own the function cannot start before the role may decrypt.
  depends_on = [aws_iam_role_policy.gateway]
}

# What everybody calls. It names a version, so that going back to one is one call and changes no URL.
resource "aws_lambda_alias" "live" {
  name             = "live"
  description      = "What the public URL and the edits of routes run"
  function_name    = aws_lambda_function.gateway.function_name
  function_version = var.live_version
}

# No cors in any URL: it would override the gateway's headers.
resource "aws_lambda_function_url" "live" {
  function_name      = aws_lambda_function.gateway.function_name
  qualifier          = aws_lambda_alias.live.name
  authorization_type = var.function_url_auth_type
  invoke_mode        = "RESPONSE_STREAM"
}

# Both permissions that a public URL needs. The second is for calls by the URL only: else everybody could invoke the
# function itself, with events of their own making.
resource "aws_lambda_permission" "url_is_for_everybody" {
  count = var.function_url_auth_type == "NONE" ? 1 : 0

  action                 = "lambda:InvokeFunctionUrl"
  function_name          = aws_lambda_function.gateway.function_name
  qualifier              = aws_lambda_alias.live.name
  principal              = "*"
  function_url_auth_type = "NONE"
}

resource "aws_lambda_permission" "url_may_invoke_for_everybody" {
  count = var.function_url_auth_type == "NONE" ? 1 : 0

  action                   = "lambda:InvokeFunction"
  function_name            = aws_lambda_function.gateway.function_name
  qualifier                = aws_lambda_alias.live.name
  principal                = "*"
  invoked_via_function_url = true
}

# A function has one URL a qualifier, so the private one has an alias of its own. It has no permissions: callers' own
# policies let them in.
resource "aws_lambda_alias" "private" {
  count = var.private_url ? 1 : 0

  name             = "private"
  description      = "What the private URL runs"
  function_name    = aws_lambda_function.gateway.function_name
  function_version = var.live_version
}

resource "aws_lambda_function_url" "private" {
  count = var.private_url ? 1 : 0

  function_name      = aws_lambda_function.gateway.function_name
  qualifier          = aws_lambda_alias.private[0].name
  authorization_type = "AWS_IAM"
  invoke_mode        = "RESPONSE_STREAM"
}

resource "aws_lambda_event_source_mapping" "route_edits" {
  # The alias by its name and not by its resource's ARN, as the provider compares with what AWS says.
  function_name    = "${aws_lambda_function.gateway.arn}:${aws_lambda_alias.live.name}"
  event_source_arn = local.routes_stream_arn
  # Edits made between the table and this mapping count too.
  starting_position = "TRIM_HORIZON"
  # A file of routes that is written item by item becomes a few deployments, not one an item.
  batch_size                         = 1000
  maximum_batching_window_in_seconds = 1
  # An invalid edit is no error; these are for a store that is down. Then the next edit, or `tollgate deploy`, publishes
  # what an abandoned record would have.
  bisect_batch_on_function_error = true
  maximum_retry_attempts         = 20
  maximum_record_age_in_seconds  = 3600
}
