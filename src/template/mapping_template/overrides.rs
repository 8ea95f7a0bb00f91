//! `$context.requestOverride` and `$context.responseOverride`: what templates change besides the body.

use std::rc::Rc;

use super::{
    named_values::{Kind, NamedValues},
    override_budget::{OverrideBudget, TooLong},
};
use crate::template::{
    json_text,
    velocity::{Excerpt, OrderedMap, Value},
};

/// What a template has set. It holds nothing of the rendering, and crosses threads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overrides {
    pub request: RequestOverride,
    pub response: ResponseOverride,
    /// Both as JSON, with the members that mean nothing to the gateway: the response's template can read them.
    request_json: Option<Box<str>>,
    response_json: Option<Box<str>>,
}

/// Parameters of the request to the integration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestOverride {
    pub path: Vec<OverrideValue>,
    pub querystring: Vec<OverrideValue>,
    pub header: Vec<OverrideValue>,
}

/// Status and headers of the response to the client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ResponseOverride {
    /// As it prints: `400`, or whatever text the template has set.
    pub status: Option<String>,
    pub header: Vec<OverrideValue>,
}

/// A parameter with its new value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverrideValue {
    /// As the template writes it.
    pub name: String,
    /// As it prints; of a list the items with commas between them.
    pub value: String,
}

const PATH: &str = "path";
const HEADER: &str = "header";
const QUERYSTRING: &str = "querystring";
const STATUS: &str = "status";

impl ResponseOverride {
    /// The status, if it is one that a response can have; API Gateway passes over every other.
    pub fn status_code(&self) -> Option<u16> {
        let status: u16 = self.status.as_deref()?.trim().parse().ok()?;
        (100..=599).contains(&status).then_some(status)
    }
}

/// The reason why overrides cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OverrideError {
    /// The parameter.
    SetTwice(String),
    TooLong,
}

impl From<TooLong> for OverrideError {
    fn from(TooLong: TooLong) -> Self {
        Self::TooLong
    }
}

/// The maps of both overrides in a rendering.
#[derive(Debug)]
pub(super) struct OverrideMaps {
    pub request: Rc<NamedValues>,
    pub response: Rc<NamedValues>,
}

impl OverrideMaps {
    /// With what was set before.
    pub fn new(before: &Overrides) -> Self {
        let request = members(before.request_json.as_deref(), &[PATH, HEADER, QUERYSTRING]);
        let response = members(before.response_json.as_deref(), &[HEADER]);
        Self {
            request: NamedValues::new(Kind::Overrides, request),
            response: NamedValues::new(Kind::Overrides, response),
        }
    }

    /// Reads what is set now.
    pub fn read(&self) -> Result<Overrides, OverrideError> {
        for (map, name) in [(&self.request, "requestOverride"), (&self.response, "responseOverride")] {
            if let Some(twice) = set_twice(map) {
                return Err(OverrideError::SetTwice(format!("{name}.{twice}")));
            }
        }
        let budget = &mut OverrideBudget::new();
        let mut of = |map: &NamedValues, name: &str| match map.get(name) {
            Some(value) => values(&value, budget),
            None => Ok(Vec::new()),
        };
        let request = RequestOverride {
            path: of(&self.request, PATH)?,
            querystring: of(&self.request, QUERYSTRING)?,
            header: of(&self.request, HEADER)?,
        };
        let header = of(&self.response, HEADER)?;
        let status = match self.response.get(STATUS) {
            Some(status) => budget.text(&status)?,
            None => None,
        };
        take_others(&self.request, &[PATH, QUERYSTRING, HEADER], budget)?;
        take_others(&self.response, &[HEADER, STATUS], budget)?;
        Ok(Overrides {
            request,
            response: ResponseOverride { status, header },
            request_json: json(&self.request),
            response_json: json(&self.response),
        })
    }

    /// Lets go of all values, which may hold the maps themselves.
    pub fn clear(&self) {
        for map in [&self.request, &self.response] {
            for member in map.members().values() {
                NamedValues::of(member).inspect(|values| values.clear());
            }
            map.clear();
        }
    }
}

/// The members of an override: the maps in it, then what else was set before.
fn members(json: Option<&str>, maps: &[&str]) -> OrderedMap {
    let before = json.and_then(|json| json_text::read(json).ok());
    let before = match &before {
        Some(Value::Map(map)) => map.borrow().clone(),
        Some(_) | None => OrderedMap::new(),
    };
    let mut members = OrderedMap::new();
    for &name in maps {
        let kind = if name == HEADER { Kind::HeaderOverrides } else { Kind::Overrides };
        let inner = match before.get(name) {
            Some(Value::Map(map)) => map.borrow().clone(),
            Some(_) | None => OrderedMap::new(),
        };
        members.insert(name.into(), Value::Host(NamedValues::new(kind, inner)));
    }
    for (name, value) in before.iter().filter(|(name, _)| !maps.contains(&&***name)) {
        members.insert(Rc::clone(name), value.clone());
    }
    members
}

fn set_twice(map: &NamedValues) -> Option<String> {
    let inner = map.members();
    let inner = inner.iter().find_map(|(name, value)| {
        let twice = NamedValues::of(value)?.set_twice()?;
        Some(format!("{name}.{}", Excerpt(&twice)))
    });
    inner.or_else(|| map.set_twice().map(|name| Excerpt(&name).to_string()))
}

/// The values of a map that a template can also have put there itself.
fn values(map: &Value, budget: &mut OverrideBudget) -> Result<Vec<OverrideValue>, TooLong> {
    let members = match map {
        Value::Map(map) => map.borrow().clone(),
        other => match NamedValues::of(other) {
            Some(values) => values.members(),
            None => {
                budget.text(other)?;
                OrderedMap::new()
            }
        },
    };
    let mut values = Vec::new();
    for (name, value) in members.iter() {
        budget.take(name.len())?;
        if let Some(value) = budget.text(value)? {
            values.push(OverrideValue { name: name.to_string(), value });
        }
    }
    Ok(values)
}

/// Counts the members that mean nothing to the gateway: the next template gets them too.
fn take_others(map: &NamedValues, known: &[&str], budget: &mut OverrideBudget) -> Result<(), TooLong> {
    for (name, value) in map.members().iter().filter(|(name, _)| !known.contains(&&***name)) {
        budget.take(name.len())?;
        // The next template gets a map's members, though some maps print nothing.
        if NamedValues::of(value).is_some() {
            values(value, budget)?;
        } else {
            budget.text(value)?;
        }
    }
    Ok(())
}

/// `None` where nothing was ever set.
fn json(map: &NamedValues) -> Option<Box<str>> {
    let plain: OrderedMap = map
        .members()
        .iter()
        .map(|(name, value)| {
            let inner = NamedValues::of(value).map(|inner| Value::map(inner.members()));
            (Rc::clone(name), inner.unwrap_or_else(|| value.clone()))
        })
        .collect();
    let is_empty = plain.values().all(|value| matches!(value, Value::Map(map) if map.borrow().is_empty()));
    if is_empty {
        return None;
    }
    json_text::write(&Value::map(plain)).ok().map(Into::into)
}
