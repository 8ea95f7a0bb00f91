//! Parameter mapping in the words of REST APIs: `"integration.request.header.X": "method.request.querystring.y"`, and
//! `"method.response.header.X": "integration.response.body.id"`.

mod body_selection;
mod header_fates;
mod parameter_source;
mod request_parameters;

pub use self::{
    body_selection::JsonBody,
    header_fates::{RequestHeaderFate, TargetKind, client_name},
    parameter_source::{ResponseSource, SourceParser},
    request_parameters::{MappedParameter, RequestParameters, RequestPlace, is_mapped},
};
