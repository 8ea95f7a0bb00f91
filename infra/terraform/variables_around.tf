# ---- Its tables ----

variable "table_prefix" {
  type        = string
  default     = "tollgate"
  nullable    = false
  description = "The tables are called <prefix>-stages, <prefix>-routes and so on; empty: name is the prefix."

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{0,200}$", var.table_prefix))
    error_message = "table_prefix: got ${jsonencode(var.table_prefix)}, expected letters, digits, hyphens, dots and underscores, at most 200: it becomes part of tables' names, which can hold nothing else, so no slash."
  }
}

variable "use_existing_tables" {
  type        = bool
  default     = false
  nullable    = false
  description = "Whether the tables are there already, made by infra/tables.yaml, a stack or another state. Then none is made, and routes_stream_arn says which stream edits of routes come from."
}

variable "routes_stream_arn" {
  type        = string
  default     = ""
  nullable    = false
  description = "The ARN of the routes table's stream, where the table exists already."

  validation {
    condition     = can(regex("^(|arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:[0-9]{12}:table/[A-Za-z0-9_.-]+/stream/[0-9T:.-]+)$", var.routes_stream_arn))
    error_message = "routes_stream_arn: got ${jsonencode(var.routes_stream_arn)}, expected the ARN of a stream, arn:aws:dynamodb:REGION:ACCOUNT:table/NAME/stream/TIME, as `aws dynamodb describe-table` tells it (LatestStreamArn)."
  }

  validation {
    condition     = !var.use_existing_tables || var.routes_stream_arn != ""
    error_message = "use_existing_tables needs routes_stream_arn, the LatestStreamArn of the routes table, or no edit of a route would go live."
  }

  validation {
    condition     = var.routes_stream_arn == "" || var.use_existing_tables
    error_message = "routes_stream_arn is for tables that exist (use_existing_tables); a table that is made brings its own."
  }
}

variable "deletion_protection" {
  type        = bool
  default     = true
  nullable    = false
  description = "Whether DynamoDB refuses to delete the four tables that people write."
}

variable "kms_key_arn" {
  type        = string
  default     = ""
  nullable    = false
  description = "A customer-managed key for the tables, the log group and the function's variables; its policy must let CloudWatch Logs use it. Empty: AWS's own keys."

  validation {
    condition     = can(regex("^(|arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+)$", var.kms_key_arn))
    error_message = "kms_key_arn: got ${jsonencode(var.kms_key_arn)}, expected the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID, not that of an alias, which a log group does not take."
  }
}

# ---- What it tells ----

variable "log_level" {
  type        = string
  default     = "info"
  nullable    = false
  description = "What the gateway logs besides one line a request."

  validation {
    condition     = contains(["error", "warn", "info", "debug", "trace"], var.log_level)
    error_message = "log_level: got ${jsonencode(var.log_level)}, expected one of error, warn, info, debug, trace."
  }
}

variable "log_retention_days" {
  type        = number
  default     = 30
  nullable    = false
  description = "How long CloudWatch keeps the log."

  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days: got ${var.log_retention_days}, expected one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653."
  }
}

variable "metric_namespace" {
  type        = string
  default     = "Tollgate"
  nullable    = false
  description = "The CloudWatch namespace of the gateway's metrics."

  validation {
    condition     = can(regex("^[A-Za-z0-9_./#-]{1,255}$", var.metric_namespace))
    error_message = "metric_namespace: got ${jsonencode(var.metric_namespace)}, expected letters, digits and _ . / # -, at most 255; two gateways need two, or their metrics are one."
  }
}

variable "alarm_topic_arn" {
  type        = string
  default     = ""
  nullable    = false
  description = "The SNS topic that alarms go to. Empty, no alarms are made."

  validation {
    condition     = can(regex("^(|arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256})$", var.alarm_topic_arn))
    error_message = "alarm_topic_arn: got ${jsonencode(var.alarm_topic_arn)}, expected the ARN of a topic, arn:aws:sns:REGION:ACCOUNT:NAME."
  }
}

variable "alarm_error_percent" {
  type        = number
  default     = 5
  nullable    = false
  description = "The share of requests that may end in 5xx, by the minute, before there is an alarm."

  validation {
    condition     = var.alarm_error_percent >= 0 && var.alarm_error_percent <= 100 && floor(var.alarm_error_percent) == var.alarm_error_percent
    error_message = "alarm_error_percent: got ${var.alarm_error_percent}, expected a percentage, 0 to 100."
  }
}

variable "alarm_latency_milliseconds" {
  type        = number
  default     = 3000
  nullable    = false
  description = "The time that 99 of 100 requests must be answered in, their targets' work included, before there is an alarm."

  validation {
    condition     = var.alarm_latency_milliseconds >= 1 && var.alarm_latency_milliseconds <= 900000 && floor(var.alarm_latency_milliseconds) == var.alarm_latency_milliseconds
    error_message = "alarm_latency_milliseconds: got ${var.alarm_latency_milliseconds}, expected milliseconds, 1 to 900000."
  }
}

variable "dashboard" {
  type        = bool
  default     = false
  nullable    = false
  description = "Whether a CloudWatch dashboard is made, called as the gateway."
}

variable "tracing" {
  type        = bool
  default     = false
  nullable    = false
  description = "Whether Lambda traces (X-Ray), and the gateway adds its own segments."
}

# ---- A proxy in front of it, and whom AWS lets in ----

variable "trusted_proxy_secret" {
  type        = string
  default     = ""
  nullable    = false
  sensitive   = true
  description = "What a CloudFront origin sends in x-tollgate-origin; while it is rotated, the new secret and the old, joined by a comma. Only then are x-forwarded-host, x-tollgate-viewer-ip and cloudfront-viewer-address believed. Empty: no proxy is trusted."
}

variable "require_trusted_proxy" {
  type        = bool
  default     = false
  nullable    = false
  description = "Whether a request that does not come through the trusted proxy is refused (403)."

  validation {
    condition     = !var.require_trusted_proxy || var.trusted_proxy_secret != ""
    error_message = "require_trusted_proxy needs a trusted_proxy_secret."
  }
}

variable "function_url_auth_type" {
  type        = string
  default     = "NONE"
  nullable    = false
  description = "NONE: everybody may call the URL, and routes say who may call them. AWS_IAM: AWS lets in only who signs and may call the URL, and routes may ask for a signature (AWS_IAM)."

  validation {
    condition     = contains(["NONE", "AWS_IAM"], var.function_url_auth_type)
    error_message = "function_url_auth_type: got ${jsonencode(var.function_url_auth_type)}, expected one of NONE, AWS_IAM."
  }
}

variable "private_url" {
  type        = bool
  default     = false
  nullable    = false
  description = "Whether there is a second URL, beside the public one, for those only who sign and may call it (AWS_IAM)."

  validation {
    condition     = !var.private_url || var.function_url_auth_type == "NONE"
    error_message = "private_url is for a gateway whose URL is public; with function_url_auth_type AWS_IAM the one URL is private."
  }
}
