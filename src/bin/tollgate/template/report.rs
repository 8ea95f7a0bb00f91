//! What came of a template, for programs.

use serde_json::{Map, Value, json};
use tollgate::{
    integrations::Side,
    template::{
        mapping_template::{OverrideValue, Overrides},
        velocity::Place,
    },
};

use super::{
    rendering::{Failure, Note, Outcome, Tried},
    trace::Step,
};

/// Says if steps are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    Result,
    /// And every step to it.
    Trace,
}

pub fn to_json(tried: &Tried, detail: Detail) -> Value {
    let Tried { written, outcome, variables, trace, .. } = tried;
    let mut json = json!({
        "template": written.name,
        "maps": match written.side {
            Side::Request => "request",
            Side::Response => "response",
        },
        "contentType": written.content_type,
        "text": null,
        "overrides": null,
        "problem": null,
        "variables": variables.iter().map(|variable| (variable.name.clone(), variable.value.clone().into())).collect::<Map<_, _>>(),
        "notes": tried.notes().iter().map(note).collect::<Value>(),
    });
    match outcome {
        Outcome::Rendered(rendered) => {
            json["text"] = rendered.text.as_str().into();
            json["overrides"] = overrides(&rendered.overrides);
        }
        Outcome::Passthrough(body) => json["text"] = body.as_str().into(),
        Outcome::Failed(failure) => json["problem"] = problem(failure),
    }
    if detail == Detail::Trace {
        json["trace"] = trace.steps.iter().map(step).collect();
        json["leftOutSteps"] = trace.left_out.into();
    }
    json
}

fn overrides(Overrides { request, response, .. }: &Overrides) -> Value {
    json!({
        "request": {
            "path": values(&request.path),
            "querystring": values(&request.querystring),
            "header": values(&request.header),
        },
        "response": { "status": response.status, "header": values(&response.header) },
    })
}

fn values(values: &[OverrideValue]) -> Value {
    let members = values.iter().map(|OverrideValue { name, value }| (name.clone(), value.as_str().into()));
    Value::Object(members.collect())
}

fn note(Note { place, words }: &Note) -> Value {
    placed(json!({ "message": words }), *place)
}

fn problem(Failure { place, message, consequence }: &Failure) -> Value {
    placed(json!({ "message": message, "consequence": consequence }), *place)
}

fn step(Step { place, source, result }: &Step) -> Value {
    placed(json!({ "source": source, "result": result }), Some(*place))
}

fn placed(mut json: Value, place: Option<Place>) -> Value {
    if let Some(Place { line, column }) = place {
        json["line"] = line.into();
        json["column"] = column.into();
    }
    json
}
