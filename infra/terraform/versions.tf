terraform {
  # ephemeral values and write-only arguments in examples/cloudfront; the module itself works from 1.9 on.
  required_version = ">= 1.9"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # invoked_via_function_url of aws_lambda_permission: a public URL needs it.
      version = ">= 6.28"
    }
  }
}
