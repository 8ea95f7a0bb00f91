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

impl Side {
    /// The refusal of a request whose rendering on this side failed.
    pub fn refused(self, error: RenderError) -> GatewayError {
        match (&error, self) {
            (RenderError::BodyNotJson { .. }, Self::Request) => {
                GatewayError::InvalidBody(error.to_string().into())
            }
            (RenderError::BodyNotJson { .. }, Self::Response) => {
                GatewayError::BrokenAnswer(error.to_string().into())
            }
            (
                RenderError::Language(_)
                | RenderError::OverriddenTwice { .. }
                | RenderError::OverridesTooLong { .. },
                _,
            ) => GatewayError::MappingFailed(error.into()),
        }
    }
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
    let rendered = template.render(&inputs).map_err(|error| side.refused(error))?;
    if let Some(place) = rendered.cut_loops.first() {
        let route = context.route_key;
        warn!(route, %place, side = ?side, "a loop of a mapping template ended after 1,000 turns");
    }
    Ok(rendered)
}
