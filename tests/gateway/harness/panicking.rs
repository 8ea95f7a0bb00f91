//! A step that panics: calling the function `panics`. No request is known to make the gateway itself do so.

use aws_sdk_lambda::{
    Client,
    config::{ConfigBag, Intercept, interceptors::BeforeSerializationInterceptorContextRef},
    error::BoxError,
    operation::invoke::InvokeInput,
};

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
        let input = context.input().downcast_ref::<InvokeInput>();
        assert!(input.is_none_or(|input| input.function_name() != Some("panics")), "the code of this test");
        Ok(())
    }
}

pub fn client(client: &Client) -> Client {
    Client::from_conf(client.config().to_builder().interceptor(Panicking).build())
}
