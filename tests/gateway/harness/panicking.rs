//! A step that panics: calling the function `panics`, loading the deployment `panics`. No request and no item is known
//! to make the gateway itself do so.

use aws_sdk_lambda::{
    config::{ConfigBag, Intercept, interceptors::BeforeSerializationInterceptorContextRef},
    error::BoxError,
    operation::invoke::InvokeInput,
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
        let function = context.input().downcast_ref::<InvokeInput>().and_then(InvokeInput::function_name);
        assert_ne!(function, Some("panics"), "the code of this test");
        Ok(())
    }
}

pub fn lambda(client: &aws_sdk_lambda::Client) -> aws_sdk_lambda::Client {
    aws_sdk_lambda::Client::from_conf(client.config().to_builder().interceptor(Panicking).build())
}

/// Sees every call of DynamoDB.
pub fn dynamodb(call: &ServiceCall) {
    let loads = br#"":id":{"S":"panics"}"#;
    assert!(!call.body.windows(loads.len()).any(|part| part == loads), "the code of this test");
}
