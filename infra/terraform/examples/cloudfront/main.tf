# The gateway behind CloudFront with a domain: only requests that carry the secret get in, and it is rotated monthly.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.28"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

resource "aws_secretsmanager_secret" "origin" {
  name        = "tollgate-origin"
  description = "What CloudFront sends to Tollgate in x-tollgate-origin"
}

data "aws_secretsmanager_random_password" "first" {
  password_length     = 48
  exclude_punctuation = true
}

resource "aws_secretsmanager_secret_version" "first" {
  secret_id     = aws_secretsmanager_secret.origin.id
  secret_string = data.aws_secretsmanager_random_password.first.random_password

  # The rotation makes the next ones.
  lifecycle {
    ignore_changes = [secret_string, version_stages]
  }
}

# The current one, whichever the rotation has come to: so an apply takes nothing back.
data "aws_secretsmanager_secret_version" "origin" {
  secret_id = aws_secretsmanager_secret_version.first.secret_id
}

module "tollgate" {
  source = "../.."

  release_bucket = "releases.example.com"
  release_key    = "tollgate/0.2.0/tollgate-lambda-arm64.zip"

  target_function_name_pattern = "shop-*"
  trusted_proxy_secret         = data.aws_secretsmanager_secret_version.origin.secret_string
  require_trusted_proxy        = true
}

module "cloudfront" {
  source = "../../../cloudfront"

  gateway_url           = module.tollgate.url
  gateway_function_name = module.tollgate.function_name
  gateway_alias_name    = module.tollgate.alias_name
  origin_secret_arn     = aws_secretsmanager_secret.origin.arn

  domain_name     = "api.example.com"
  certificate_arn = "arn:aws:acm:us-east-1:111122223333:certificate/12345678-1234-1234-1234-123456789012"
  hosted_zone_id  = "Z0123456789ABCDEFGHIJ"
}

output "url" {
  value = module.cloudfront.url
}
