//! Mapping templates with requests and answers.

mod context;
mod docs;
mod frameworks;
mod overrides;
mod people;
mod recorded;
mod refusals;
mod tools;

use http::{HeaderName, HeaderValue};

use super::*;
use crate::{
    caller::{Caller, Principal},
    context::Context,
    testing::TestRequest,
};

/// A request to `GET /orders/{id}`, and what else a template looks at.
pub(super) struct World {
    request: TestRequest,
    body: String,
    caller: Caller<'static>,
    overrides: Overrides,
}

impl World {
    /// `GET /orders/7?page=2&q=a+b&twice=1&twice=2`, with two headers and a body.
    pub fn new() -> Self {
        let request = TestRequest::new("page=2&q=a+b&twice=1&twice=2")
            .path_parameters(&[("id", "7%2F8")])
            .header("content-type", "application/json")
            .header("origin", "https://app.example");
        Self {
            request,
            body:
                r#"{"name":"Ada","age":36,"tags":["x","y"],"address":{"city":"London","lines":[{"no":1}]}}"#
                    .to_owned(),
            caller: Caller::default(),
            overrides: Overrides::default(),
        }
    }

    /// Another body.
    pub fn body(mut self, body: &str) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    pub fn query(mut self, query: &str) -> Self {
        query.clone_into(&mut self.request.request.query);
        self
    }

    pub fn without_headers(mut self) -> Self {
        self.request.request.headers.clear();
        self
    }

    pub fn header(mut self, name: &'static str, value: &'static str) -> Self {
        let name = HeaderName::from_static(name);
        self.request.request.headers.insert(name, HeaderValue::from_static(value));
        self
    }

    pub fn principal(mut self, principal: Principal) -> Self {
        // Few, and only in tests: a caller borrows its principal.
        self.caller.principal = Some(Box::leak(Box::new(principal)));
        self
    }

    /// After a request's template that has set these.
    pub fn overrides(mut self, overrides: Overrides) -> Self {
        self.overrides = overrides;
        self
    }

    pub fn context(&self) -> Context<'_> {
        Context { caller: self.caller, ..self.request.context() }
    }

    pub fn rendered(&self, template: &str) -> Result<Rendered, RenderError> {
        let context = self.context();
        let inputs = TemplateInputs { context: &context, body: &self.body, overrides: &self.overrides };
        MappingTemplate::parse(template).unwrap_or_else(|error| panic!("{template}: {error}")).render(&inputs)
    }

    /// The text, or `!` and the words of the error.
    pub fn text(&self, template: &str) -> String {
        self.rendered(template).map_or_else(|error| format!("!{error}"), |rendered| rendered.text)
    }

    /// Compares the texts of templates.
    #[track_caller]
    pub fn gives(&self, cases: &[(&str, &str)]) {
        for (template, expected) in cases {
            assert_eq!(self.text(template), *expected, "{template}");
        }
    }
}
