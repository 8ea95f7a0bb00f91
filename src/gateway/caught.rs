//! A panic in a step of the pipeline, as one more way to fail.

use std::{any::Any, panic::AssertUnwindSafe};

use futures_util::FutureExt;

use crate::error::GatewayError;

/// Runs `step`; a panic in it is one more way to fail.
///
/// No `async fn`, which would hold the step twice: as what it was given, and as what it waits for.
pub(super) fn caught<T>(
    step: impl Future<Output = Result<T, GatewayError>>,
) -> impl Future<Output = Result<T, GatewayError>> {
    AssertUnwindSafe(step)
        .catch_unwind()
        .map(|outcome| outcome.unwrap_or_else(|panic| Err(GatewayError::Panicked(words_of(panic.as_ref())))))
}

/// A panic's message, for the log.
fn words_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_in_a_step_is_a_refusal_that_tells_the_client_nothing() {
        let error = caught::<()>(async { panic!("index {} out of range", 7) }).await.unwrap_err();
        assert_eq!(error.to_string(), "panicked: index 7 out of range");
        let refusal = error.refusal();
        assert_eq!(
            (refusal.status.as_u16(), refusal.body().as_str()),
            (500, r#"{"message": "Internal server error"}"#)
        );
    }
}
