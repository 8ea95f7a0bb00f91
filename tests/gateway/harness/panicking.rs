//! A step that panics: calling the function `panics`, loading the deployment `panics`. No request and no item is known
//! to make the gateway itself do so.

use aws_sdk_dynamodb::{
    config::{ConfigBag, Intercept, interceptors::BeforeSerializationInterceptorContextRef},
    error::BoxError,
    operation::query::QueryInput,
};
use tollgate::aws::call::ServiceCall;

#[derive(Debug)]
struct Panicking;

impl Intercept for Panicking {
    fn name(&self) -> &'static str {
        "Panicking"
    }

    fn read_before_execution(
        &self,
        context: &BeforeSerializationInterceptorContextRef<'_>,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let values =
            context.input().downcast_ref::<QueryInput>().and_then(QueryInput::expression_attribute_values);
        let deployment = values.and_then(|values| values.get(":id")?.as_s().ok()).map(String::as_str);
        assert_ne!(deployment, Some("panics"), "the code of this test");
        Ok(())
    }
}

/// Sees every call of Lambda.
pub fn lambda(call: &ServiceCall) {
    assert!(!call.path_and_query.path().contains("/functions/panics/"), "the code of this test");
}

pub fn dynamodb(client: &aws_sdk_dynamodb::Client) -> aws_sdk_dynamodb::Client {
    aws_sdk_dynamodb::Client::from_conf(client.config().to_builder().interceptor(Panicking).build())
}
