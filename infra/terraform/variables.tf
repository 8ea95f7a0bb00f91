# Named as the parameters of template.yaml, in snake case; `make check` compares both. Here: what the gateway may reach and
# how it runs; in variables_around.tf: its tables, what it tells, and who stands in front.

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
