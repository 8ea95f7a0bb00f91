# The gateway alone: a public URL, and functions whose names begin with shop-.
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

module "tollgate" {
  # From elsewhere: git::https://HOST/tollgate.git//infra/terraform?ref=TAG
  source = "../.."

  # Of a release, in a bucket of yours in this region; or package_path = "tollgate-lambda-arm64.zip".
  release_bucket = "releases.example.com"
  release_key    = "tollgate/0.2.0/tollgate-lambda-arm64.zip"

  target_function_name_pattern = "shop-*"
}

output "url" {
  value = module.tollgate.url
}

output "routes_table" {
  value = module.tollgate.routes_table
}
