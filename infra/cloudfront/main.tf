# CloudFormation's template, as a stack that Terraform owns: the rotation is a function whose code stands in it.
resource "aws_cloudformation_stack" "cloudfront" {
  name          = var.name
  template_body = file("${path.module}/template.yaml")
  capabilities  = ["CAPABILITY_IAM"]

  parameters = {
    GatewayUrl          = var.gateway_url
    GatewayFunctionName = var.gateway_function_name
    GatewayAliasName    = var.gateway_alias_name
    GatewayUrlAuthType  = var.gateway_url_auth_type
    GatewayKmsKeyArn    = var.gateway_kms_key_arn
    DomainName          = var.domain_name
    CertificateArn      = var.certificate_arn
    HostedZoneId        = var.hosted_zone_id
    WebAclArn           = var.web_acl_arn
    OriginSecretArn     = var.origin_secret_arn
    RotationDays        = tostring(var.rotation_days)
    ReadTimeoutSeconds  = tostring(var.read_timeout_seconds)
    CachePolicyId       = var.cache_policy_id
    PriceClass          = var.price_class
  }
}

output "url" {
  description = "The API."
  value       = aws_cloudformation_stack.cloudfront.outputs["Url"]
}

output "distribution_domain_name" {
  description = "What the API's domain has to point to (a CNAME, or an alias)."
  value       = aws_cloudformation_stack.cloudfront.outputs["DistributionDomainName"]
}

output "distribution_id" {
  description = "The distribution."
  value       = aws_cloudformation_stack.cloudfront.outputs["DistributionId"]
}

output "origin_secret_arn" {
  description = "What the gateway's TrustedProxySecret has to be."
  value       = aws_cloudformation_stack.cloudfront.outputs["OriginSecretArn"]
}
