# The parameters of template.yaml, in snake case; CloudFormation refuses what cannot be, in words. `make check` compares.

variable "name" {
  type        = string
  nullable    = false
  default     = "tollgate-cloudfront"
  description = "The name of the CloudFormation stack that is made of template.yaml."
}

variable "gateway_url" {
  type        = string
  nullable    = false
  description = "The gateway's URL, its stack's output Url."
}

variable "gateway_function_name" {
  type        = string
  nullable    = false
  description = "The gateway's function, its stack's output FunctionName; in this stack's account and region."
}

variable "gateway_alias_name" {
  type        = string
  nullable    = false
  default     = "live"
  description = "The alias that the URL is of, the stack's output AliasName."
}

variable "gateway_url_auth_type" {
  type        = string
  nullable    = false
  default     = "NONE"
  description = "The gateway's FunctionUrlAuthType. With AWS_IAM CloudFront signs every request itself: clients' own Authorization is lost, and each body needs its SHA-256 in x-amz-content-sha256 from the client."
}

variable "gateway_kms_key_arn" {
  type        = string
  nullable    = false
  default     = ""
  description = "The gateway's KmsKeyArn, if it has one, so that the rotation may change the function's variables."
}

variable "domain_name" {
  type        = string
  nullable    = false
  default     = ""
  description = "The API's domain, such as api.example.com. Empty, it is CloudFront's own, d111111abcdef8.cloudfront.net."
}

variable "certificate_arn" {
  type        = string
  nullable    = false
  default     = ""
  description = "A certificate for DomainName, in us-east-1, wherever the gateway is."
}

variable "hosted_zone_id" {
  type        = string
  nullable    = false
  default     = ""
  description = "The Route 53 zone in which DomainName is made to point here. Empty, you do that yourself."
}

variable "web_acl_arn" {
  type        = string
  nullable    = false
  default     = ""
  description = "A web ACL (WAF) with scope CLOUDFRONT that each request has to pass. Empty, there is none."
}

variable "origin_secret_arn" {
  type        = string
  nullable    = false
  default     = ""
  description = "A secret of Secrets Manager that holds the text that CloudFront sends. Empty, one is made."
}

variable "rotation_days" {
  type        = number
  nullable    = false
  default     = 30
  description = "How often the secret is changed. 0, it stays."
}

variable "read_timeout_seconds" {
  type        = number
  nullable    = false
  default     = 30
  description = "How long CloudFront waits for the gateway, and between two parts of an answer. At least its TimeoutSeconds."
}

variable "cache_policy_id" {
  type        = string
  nullable    = false
  default     = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
  description = "CloudFront's own cache; CachingDisabled, as the gateway knows callers and keys, and CloudFront does not."
}

variable "price_class" {
  type        = string
  nullable    = false
  default     = "PriceClass_100"
  description = "From which places viewers are served. PriceClass_100 is North America and Europe."
}
