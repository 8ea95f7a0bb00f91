//! `$input`: the body and the parameters of the client's request.

use std::{
    cell::{OnceCell, RefCell},
    collections::HashMap,
    rc::Rc,
};

use super::{
    PARAMS, Parameters, TemplateInputs,
    inputs::NamedText,
    named_values::{Kind, NamedValues},
    work::Work,
};
use crate::template::{
    json_path::JsonPath,
    json_text::{self, JsonError},
    velocity::{HostObject, MethodError, OrderedMap, Value},
};

/// The body of a request or a response without one.
const NO_BODY: &str = "{}";

/// `$input`. The body is read as JSON when it is first asked for, and all changes of it are seen from then on.
#[derive(Debug)]
pub(super) struct InputTool {
    body: Rc<str>,
    parameters: ParameterMaps,
    document: OnceCell<Value>,
    paths: RefCell<HashMap<Rc<str>, Rc<JsonPath>>>,
    /// The reason why the body is no JSON, once that was found.
    body_error: RefCell<Option<JsonError>>,
    work: Rc<Work>,
}

/// The parameters, in the order in which `params(name)` looks for one.
#[derive(Debug)]
struct ParameterMaps {
    path: Value,
    querystring: Value,
    header: Rc<NamedValues>,
}

impl InputTool {
    pub fn new(inputs: &TemplateInputs<'_>, parameters: Parameters, work: Rc<Work>) -> Rc<Self> {
        let body = if inputs.body.is_empty() { NO_BODY } else { inputs.body };
        let parameters = match parameters {
            Parameters::AskedFor => ParameterMaps::of(inputs),
            Parameters::NotAskedFor => ParameterMaps::none(),
        };
        Rc::new(Self {
            body: body.into(),
            parameters,
            document: OnceCell::new(),
            paths: RefCell::default(),
            body_error: RefCell::default(),
            work,
        })
    }

    /// The reason why the body could not be read, if a template asked for it.
    pub fn body_error(&self) -> Option<JsonError> {
        self.body_error.borrow().clone()
    }

    /// Lets go of the headers, into which a template may have put what holds them.
    pub fn clear(&self) {
        self.parameters.header.clear();
    }

    fn document(&self) -> Result<&Value, MethodError> {
        if let Some(document) = self.document.get() {
            return Ok(document);
        }
        let document = json_text::read(&self.body).map_err(|error| {
            *self.body_error.borrow_mut() = Some(error.clone());
            MethodError::Failed(error.to_string())
        })?;
        Ok(self.document.get_or_init(|| document))
    }

    fn find(&self, path: &str) -> Result<Option<Value>, MethodError> {
        let path = self.compiled(path)?;
        let found = path.find(self.document()?, &self.work.steps);
        found.map_err(|error| MethodError::Failed(error.to_string()))
    }

    fn compiled(&self, text: &str) -> Result<Rc<JsonPath>, MethodError> {
        if let Some(path) = self.paths.borrow().get(text) {
            return Ok(Rc::clone(path));
        }
        let taken = self.work.steps.take_path(text);
        taken.map_err(|error| MethodError::Failed(error.to_string()))?;
        let path = JsonPath::parse(text);
        let path = path.map_err(|error| MethodError::Failed(format!("no JSONPath: {error}")))?;
        let path = Rc::new(path);
        self.paths.borrow_mut().insert(text.into(), Rc::clone(&path));
        Ok(path)
    }

    /// What the path finds, as JSON. What is missing is an empty text, in its quotes.
    fn json(&self, path: &str) -> Result<Value, MethodError> {
        let found = self.find(path)?.unwrap_or_else(|| Value::text(""));
        let text = json_text::write(&found).map_err(|error| MethodError::Failed(error.to_string()))?;
        self.work.take(text.len())?;
        Ok(Value::Text(text.into()))
    }

    /// The parameter of this name: of the path, else the query, else the headers. An empty text if there is none.
    fn parameter(&self, name: &str) -> Value {
        let of = |map: &Value| match map {
            Value::Map(map) => map.borrow().get(name).cloned(),
            _ => None,
        };
        let parameters = &self.parameters;
        let found = of(&parameters.path).or_else(|| of(&parameters.querystring));
        found.or_else(|| parameters.header.get(name)).unwrap_or_else(|| Value::text(""))
    }

    fn all_parameters(&self) -> Value {
        let ParameterMaps { path, querystring, header } = &self.parameters;
        let members = [
            ("path", path.clone()),
            ("querystring", querystring.clone()),
            ("header", Value::Host(Rc::<NamedValues>::clone(header))),
        ];
        Value::map(members.into_iter().collect())
    }
}

impl ParameterMaps {
    fn of(inputs: &TemplateInputs<'_>) -> Self {
        Self {
            path: map_of(inputs.path_parameters()),
            querystring: map_of(inputs.query_parameters()),
            header: NamedValues::new(Kind::Headers, members_of(inputs.headers())),
        }
    }

    fn none() -> Self {
        Self {
            path: Value::Null,
            querystring: Value::Null,
            header: NamedValues::new(Kind::Headers, OrderedMap::new()),
        }
    }
}

fn members_of<'a>(texts: impl Iterator<Item = NamedText<'a>>) -> OrderedMap {
    texts.map(|NamedText { name, text }| (Rc::<str>::from(name), Value::Text(text.into()))).collect()
}

fn map_of<'a>(texts: impl Iterator<Item = NamedText<'a>>) -> Value {
    Value::map(members_of(texts))
}

impl HostObject for InputTool {
    fn property(&self, name: &str) -> Option<Value> {
        (name == "body").then(|| Value::Text(Rc::clone(&self.body)))
    }

    fn call(&self, method: &str, arguments: &[Value]) -> Result<Value, MethodError> {
        match (method, arguments) {
            ("json", [Value::Text(path)]) => self.json(path),
            ("path", [Value::Text(path)]) => Ok(self.find(path)?.unwrap_or(Value::Null)),
            (PARAMS, []) => Ok(self.all_parameters()),
            (PARAMS, [Value::Text(name)]) => Ok(self.parameter(name)),
            (PARAMS, [Value::Null]) => Ok(Value::text("")),
            ("getBody", []) => Ok(Value::Text(Rc::clone(&self.body))),
            _ => Err(MethodError::Unknown),
        }
    }
}
