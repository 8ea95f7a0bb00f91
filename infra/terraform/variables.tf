# Named as the parameters of template.yaml, in snake case; `make check` compares both.

# ---- What Terraform alone has to know ----

variable "name" {
  type        = string
  default     = "tollgate"
  nullable    = false
  description = "What the function, its role, alarms and dashboard are called, as a stack's name."

  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,48}$", var.name))
    error_message = "name: got ${jsonencode(var.name)}, expected 1 to 48 letters, digits, hyphens and underscores: it becomes part of the names of a function and a role."
  }
}

variable "package_path" {
  type        = string
  default     = ""
  nullable    = false
  description = "A zip of the function on this machine, such as tollgate-lambda-arm64.zip of a release. Either this or release_bucket."

  validation {
    condition     = (var.package_path == "") != (var.release_bucket == "")
    error_message = "Expected either package_path or release_bucket with release_key; got ${var.package_path == "" ? "neither" : "both"}."
  }
}

variable "release_bucket" {
  type        = string
  default     = ""
  nullable    = false
  description = "The S3 bucket that holds the zip of a release, in the function's region."
}

variable "release_key" {
  type        = string
  default     = ""
  nullable    = false
  description = "The zip's key in release_bucket. A new release is a new key; the same key is not looked at again."

  validation {
    condition     = (var.release_key == "") == (var.release_bucket == "")
    error_message = "release_bucket and release_key go together: got ${jsonencode(var.release_bucket)} and ${jsonencode(var.release_key)}."
  }
}

# ---- What the gateway may reach ----

variable "target_function_arns" {
  type        = list(string)
  default     = []
  nullable    = false
  description = "The Lambda functions that routes (AWS_PROXY) and authorizers (TOKEN, REQUEST) may invoke: their ARNs, without version or alias. Each stands for all of its versions and aliases too."

  validation {
    condition     = alltrue([for arn in var.target_function_arns : can(regex("^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:function:[A-Za-z0-9_-]+$", arn))])
    error_message = "target_function_arns: got ${jsonencode(var.target_function_arns)}, expected ARNs such as arn:aws:lambda:REGION:ACCOUNT:function:NAME, without * and without version or alias. For more, give target_function_name_pattern or target_function_tag."
  }
}

variable "target_function_name_pattern" {
  type        = string
  default     = ""
  nullable    = false
  description = "More functions that may be invoked: those of this account and region whose names are so, like shop-*. A new one needs no apply."

  validation {
    condition     = can(regex("^(|[A-Za-z0-9_-]{2,64}|[A-Za-z0-9_-]{2,63}[A-Za-z0-9_*-]{1,62})$", var.target_function_name_pattern))
    error_message = "target_function_name_pattern: got ${jsonencode(var.target_function_name_pattern)}, expected a function's name that may hold * after its first two characters, like shop-*. A pattern that begins with * would let whoever writes routes invoke every function of the account."
  }
}

variable "target_function_tag" {
  type        = string
  default     = ""
  nullable    = false
  description = "More functions that may be invoked: those of this account and region that have this tag, as key=value. Whoever may tag functions decides then what routes reach."

  validation {
    condition     = can(regex("^(|[A-Za-z0-9_.:/+@-]{1,128}=[A-Za-z0-9_.:/+@ -]{1,256})$", var.target_function_tag))
    error_message = "target_function_tag: got ${jsonencode(var.target_function_tag)}, expected one tag as key=value, like gateway=shop. A key alone would be any value."
  }
}

variable "target_table_arns" {
  type        = list(string)
  default     = []
  nullable    = false
  description = "The DynamoDB tables that routes may use (DYNAMODB): their ARNs. Each stands for its indexes too."

  validation {
    condition     = alltrue([for arn in var.target_table_arns : can(regex("^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:[0-9]{12}:table/[A-Za-z0-9_.-]+$", arn))])
    error_message = "target_table_arns: got ${jsonencode(var.target_table_arns)}, expected ARNs such as arn:aws:dynamodb:REGION:ACCOUNT:table/NAME, without *."
  }
}

# ---- How it runs ----

variable "architecture" {
  type        = string
  default     = "arm64"
  nullable    = false
  description = "arm64 costs a fifth less a millisecond."

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture: got ${jsonencode(var.architecture)}, expected one of arm64, x86_64."
  }
}

variable "memory_megabytes" {
  type        = number
  default     = 128
  nullable    = false
  description = "The function's memory. More of it is more processor too."

  validation {
    condition     = var.memory_megabytes >= 128 && var.memory_megabytes <= 10240 && floor(var.memory_megabytes) == var.memory_megabytes
    error_message = "memory_megabytes: got ${var.memory_megabytes}, expected 128 to 10240 megabytes, as Lambda has them."
  }
}

variable "reserved_concurrency" {
  type        = number
  default     = 50
  nullable    = false
  description = "How many requests are worked on at once, at most; what is over gets 429 from Lambda. They are taken from the account's own, of which 100 must be left. 0 serves nobody; -1 reserves none, and then a flood may cost whatever the account's concurrency allows."

  validation {
    condition     = var.reserved_concurrency >= -1 && var.reserved_concurrency <= 10000 && floor(var.reserved_concurrency) == var.reserved_concurrency
    error_message = "reserved_concurrency: got ${var.reserved_concurrency}, expected 0 to 10000, or -1 for none."
  }
}

variable "timeout_seconds" {
  type        = number
  default     = 30
  nullable    = false
  description = "The longest that one request may take, its target's work included."

  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds: got ${var.timeout_seconds}, expected 1 to 900 seconds, as Lambda has them."
  }
}

variable "refresh_seconds" {
  type        = number
  default     = 5
  nullable    = false
  description = "How often an instance asks, at most, whether a stage has a new deployment."

  validation {
    condition     = var.refresh_seconds >= 1 && var.refresh_seconds <= 86400 && floor(var.refresh_seconds) == var.refresh_seconds
    error_message = "refresh_seconds: got ${var.refresh_seconds}, expected 1 to 86400 seconds, a day."
  }
}

variable "max_stale_seconds" {
  type        = string
  default     = ""
  nullable    = false
  description = "An instance that has not asked for so long asks before it answers; at least refresh_seconds, 0 switches it off. Empty: 30, or refresh_seconds where that is longer."

  validation {
    condition     = can(regex("^[0-9]{0,5}$", var.max_stale_seconds))
    error_message = "max_stale_seconds: got ${jsonencode(var.max_stale_seconds)}, expected seconds, or empty."
  }
}

variable "key_cache_seconds" {
  type        = number
  default     = 60
  nullable    = false
  description = "For how long an instance remembers an API key that it has read."

  validation {
    condition     = var.key_cache_seconds >= 0 && var.key_cache_seconds <= 86400 && floor(var.key_cache_seconds) == var.key_cache_seconds
    error_message = "key_cache_seconds: got ${var.key_cache_seconds}, expected 0 to 86400 seconds, a day."
  }
}

variable "keep_deployments" {
  type        = number
  default     = 20
  nullable    = false
  description = "How many deployments of each stage are kept for `tollgate rollback`, the live one included. 0 keeps all."

  validation {
    condition     = var.keep_deployments >= 0 && var.keep_deployments <= 10000 && floor(var.keep_deployments) == var.keep_deployments
    error_message = "keep_deployments: got ${var.keep_deployments}, expected 0 to 10000."
  }
}

variable "live_version" {
  type        = string
  default     = "$LATEST"
  nullable    = false
  description = "What both URLs and the edits of routes run: $LATEST, which is what was deployed last, or the number of a version to go back to."

  validation {
    condition     = can(regex("^(\\$LATEST|[1-9][0-9]{0,9})$", var.live_version))
    error_message = "live_version: got ${jsonencode(var.live_version)}, expected $LATEST, or the number of a version of the function."
  }
}

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
  description = "What a CloudFront origin sends in x-tollgate-origin; while it is rotated, the new and the old one, joined by a comma. Only then is believed what it says of the host and the address. Empty: no proxy is trusted."
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
