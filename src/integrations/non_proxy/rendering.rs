//! The rendering of a mapping template for one side of a call, in the gateway's own errors.

use tracing::warn;

use crate::{
    context::Context,
    error::GatewayError,
    template::mapping_template::{MappingTemplate, Overrides, RenderError, Rendered, TemplateInputs},
};

/// The side that a template maps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Request,
    Response,
}

/// Renders a template with this body; `overrides` are those that were set before.
///
/// # Errors
/// `InvalidBody` or `BrokenAnswer`: the template reads JSON, and the body is none; else `MappingFailed`.
pub fn render(
    template: &MappingTemplate,
    side: Side,
    context: &Context<'_>,
    body: &[u8],
    overrides: &Overrides,
) -> Result<Rendered, GatewayError> {
    let no_text = |_| GatewayError::MappingFailed("a template for a body that is no text".into());
    let body = str::from_utf8(body).map_err(no_text)?;
    let inputs = TemplateInputs { context, body, overrides };
    let rendered = template.render(&inputs).map_err(|error| match (&error, side) {
        (RenderError::BodyNotJson { .. }, Side::Request) => {
            GatewayError::InvalidBody(error.to_string().into())
        }
        (RenderError::BodyNotJson { .. }, Side::Response) => {
            GatewayError::BrokenAnswer(error.to_string().into())
        }
        (
            RenderError::Language(_)
            | RenderError::OverriddenTwice { .. }
            | RenderError::OverridesTooLong { .. },
            _,
        ) => GatewayError::MappingFailed(error.into()),
    })?;
    if let Some(place) = rendered.cut_loops.first() {
        let route = context.route_key;
        warn!(route, %place, side = ?side, "a loop of a mapping template ended after 1,000 turns");
    }
    Ok(rendered)
}
