//! Expressions, as the operator wrote them, and what their placeholders stand for.
//!
//! Only the values behind `:placeholders` come from a request; text and names never do. A value that a request may do
//! without, `$request.body.x?`, takes what uses it out of the expression when it is absent.

use std::collections::HashMap;

#[cfg(feature = "cli")]
use serde_json::Map;
use serde_json::Value;

#[cfg(feature = "cli")]
use super::key_use;
use super::{
    attribute_json::{absent, close},
    expression::{Expression, ExpressionKind, ExpressionText, in_terms},
    mapped_attribute::{MappedAttribute, Written},
    operation_fields::mapped_operand,
    request_head::{push_field, quoted},
    terms::{placeholders, uses_any},
};
#[cfg(feature = "cli")]
use crate::integrations::KeyUse;
use crate::{
    error::GatewayError,
    integrations::ParseContext,
    item::Fields,
    template::mapped_value::{Inputs, MappedValue, Presence, bad_value},
};

const NAMES: &str = "expressionAttributeNames";
const VALUES: &str = "expressionAttributeValues";

/// The expressions of one operation. Every placeholder in them is defined, and used.
#[derive(Debug)]
pub struct Expressions {
    kinds: Vec<ExpressionKind>,
    /// All of them and the names, as the fields of a request, each with a comma before it.
    whole: String,
    values: Vec<Operand>,
    /// Only where a value may be absent.
    terms: Option<Box<ExpressionTerms>>,
}

/// What [`Expressions::write`] needs of expressions of which something is left out.
#[derive(Debug)]
struct ExpressionTerms {
    all: Vec<Expression<ExpressionText>>,
    names: HashMap<String, String>,
}

/// A placeholder, and the attribute of the item that defines it.
struct Definition<'a> {
    placeholder: &'a str,
    attribute: &'static str,
}

/// The value of a `:placeholder`.
#[derive(Debug)]
struct Operand {
    name: String,
    attribute: MappedAttribute,
    presence: Presence,
}

/// A value in one request, as JSON.
struct PresentValue<'a> {
    operand: &'a Operand,
    json: Vec<u8>,
}

impl Expressions {
    /// Reads the expressions that the operation can have.
    pub fn parse<'f>(
        fields: &Fields<'f>,
        parse_context: &ParseContext<'_>,
        kinds: &[ExpressionKind],
    ) -> Option<Self> {
        let mut written = Vec::new();
        for kind in kinds.iter().copied() {
            let field = kind.field();
            match fields.resolved_string(field) {
                Some(text) if text.trim().is_empty() => fields.problem(field, "no text", "an expression"),
                Some(text) => written.push(Expression { kind, text }),
                None => {}
            }
        }
        let names: HashMap<_, _> = fields.string_map(NAMES).unwrap_or_default().into_iter().collect();
        let map = fields.parsed(VALUES, "a map", Value::as_object);
        let definition = |attribute| move |placeholder| Definition { placeholder, attribute };
        let defined: Vec<_> = names
            .keys()
            .map(String::as_str)
            .map(definition(NAMES))
            .chain(map.into_iter().flatten().map(|(name, _)| name.as_str()).map(definition(VALUES)))
            .collect();
        let fits = placeholders_fit(fields, &written, &defined);
        let operand = |(name, value): (&String, &Value)| {
            let field = format!("{VALUES}.{name}");
            let (attribute, presence) = mapped_operand(fields, &field, value, parse_context)?;
            Some(Operand { name: name.clone(), attribute, presence })
        };
        // Collected first: every problem is wanted, not only the first.
        let values: Vec<_> = map.into_iter().flatten().map(operand).collect();
        let values: Vec<_> = values.into_iter().collect::<Option<_>>()?;
        let optional: Vec<_> = values.iter().filter_map(Operand::optional_name).collect();
        let whole = fields_of(written.iter().map(|it| (it.kind, it.text.as_str())), names.iter());
        let kinds = written.iter().map(|expression| expression.kind).collect();
        let all: Vec<_> =
            written.into_iter().map(|expression| in_terms(fields, expression, &optional)).collect();
        let all = all.into_iter().collect::<Option<_>>()?;
        let all_read = fields.value(NAMES).is_none() || !names.is_empty();
        let terms = (!optional.is_empty()).then(|| Box::new(ExpressionTerms { all, names }));
        (fits && all_read).then_some(Self { kinds, whole, values, terms })
    }

    /// True if the operation has an expression of this kind.
    pub fn has(&self, kind: ExpressionKind) -> bool {
        self.kinds.contains(&kind)
    }

    /// The key condition's attributes.
    #[cfg(feature = "cli")]
    pub fn key_use(&self) -> Option<KeyUse> {
        // Read back from what is sent: few ask for it, and no route keeps it twice.
        let fields: Map<String, Value> =
            serde_json::from_str(&format!("{{{}}}", self.whole.get(1..)?)).ok()?;
        let text = fields.get(ExpressionKind::KeyCondition.wire_field())?.as_str()?;
        let none = Map::new();
        let names = fields.get("ExpressionAttributeNames").and_then(Value::as_object).unwrap_or(&none);
        let values = self.values.iter();
        let values = values.map(|operand| (operand.name.as_str(), operand.attribute.mapped())).collect();
        key_use::of_condition(ExpressionKind::KeyCondition.field(), text, names, &values)
    }

    /// The values of `:placeholders`.
    pub fn mapped_values(&self) -> impl Iterator<Item = &MappedValue> {
        self.values.iter().map(|operand| operand.attribute.mapped())
    }

    /// Writes the fields with this request's values, each with a comma before it: without the terms that can do without
    /// an absent value, and without the placeholders that nothing uses then, which DynamoDB refuses.
    ///
    /// # Errors
    /// `BadParameterValue` or `BadBodyValue` if another value is absent, or nothing is left of an update.
    pub fn write(&self, inputs: &Inputs<'_>, out: &mut Vec<u8>) -> Result<(), GatewayError> {
        if let Some(terms) = &self.terms {
            return self.write_present(terms, inputs, out);
        }
        out.extend_from_slice(self.whole.as_bytes());
        begin_values(out);
        for Operand { name, attribute, .. } in &self.values {
            begin_value(name, out);
            if attribute.write(inputs, out)? == Written::Nothing {
                return Err(absent(attribute.mapped(), inputs));
            }
            out.push(b',');
        }
        end_values(out);
        Ok(())
    }

    fn write_present(
        &self,
        terms: &ExpressionTerms,
        inputs: &Inputs<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), GatewayError> {
        let (mut values, mut missing) = (Vec::with_capacity(self.values.len()), Vec::new());
        for operand in &self.values {
            let mut json = Vec::new();
            match operand.attribute.write(inputs, &mut json)? {
                Written::Value => values.push(PresentValue { operand, json }),
                Written::Nothing if operand.presence == Presence::Optional => missing.push(operand),
                Written::Nothing => return Err(absent(operand.attribute.mapped(), inputs)),
            }
        }
        if missing.is_empty() {
            out.extend_from_slice(self.whole.as_bytes());
        } else {
            let all = terms.without(&missing)?;
            let is_used = |name: &str| all.iter().any(|expression| uses_any(&expression.text, &[name]));
            let names = terms.names.iter().filter(|(name, _)| is_used(name));
            values.retain(|value| is_used(&value.operand.name));
            let expressions = all.iter().map(|it| (it.kind, it.text.as_str()));
            out.extend_from_slice(fields_of(expressions, names).as_bytes());
        }
        begin_values(out);
        for PresentValue { operand, json } in values {
            begin_value(&operand.name, out);
            out.extend_from_slice(&json);
            out.push(b',');
        }
        end_values(out);
        Ok(())
    }
}

const BEGIN_VALUES: &[u8] = b",\"ExpressionAttributeValues\":{";

fn begin_values(out: &mut Vec<u8>) {
    out.extend_from_slice(BEGIN_VALUES);
}

fn begin_value(name: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    // A colon, letters and digits: nothing of it is escaped.
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

/// DynamoDB wants no field where there are no values.
fn end_values(out: &mut Vec<u8>) {
    if out.ends_with(BEGIN_VALUES) {
        out.truncate(out.len() - BEGIN_VALUES.len());
    } else {
        close(b'}', out);
    }
}

/// `,"UpdateExpression":"SET #n = :n","ExpressionAttributeNames":{"#n":"name"}`
fn fields_of<'a>(
    expressions: impl Iterator<Item = (ExpressionKind, &'a str)>,
    names: impl Iterator<Item = (&'a String, &'a String)>,
) -> String {
    let mut fields = String::new();
    for (kind, text) in expressions {
        push_field(&mut fields, kind.wire_field(), &quoted(text));
    }
    let names: Vec<_> = names.map(|(name, stands_for)| quoted(name) + ":" + &quoted(stands_for)).collect();
    if !names.is_empty() {
        push_field(&mut fields, "ExpressionAttributeNames", &format!("{{{}}}", names.join(",")));
    }
    fields
}

impl ExpressionTerms {
    /// The expressions without what uses one of `missing`.
    fn without(&self, missing: &[&Operand]) -> Result<Vec<Expression<String>>, GatewayError> {
        let names: Vec<_> = missing.iter().map(|operand| operand.name.as_str()).collect();
        let mut all = Vec::with_capacity(self.all.len());
        for Expression { kind, text } in &self.all {
            match text.without(&names) {
                Some(text) => all.push(Expression { kind: *kind, text }),
                None if *kind == ExpressionKind::Update => {
                    let words: Vec<_> =
                        missing.iter().flat_map(|operand| operand.attribute.mapped().words()).collect();
                    return Err(bad_value(&words, "must be there: nothing else is to be updated", None));
                }
                None => {}
            }
        }
        Ok(all)
    }
}

impl Operand {
    fn optional_name(&self) -> Option<&str> {
        (self.presence == Presence::Optional).then_some(&self.name)
    }
}

/// Checks that every placeholder of the expressions is defined, and every one that is defined is used.
fn placeholders_fit(fields: &Fields<'_>, written: &[Expression<String>], defined: &[Definition<'_>]) -> bool {
    let mut fit = true;
    let mut problem = |field: &str, got: &str, expected: &str| {
        fields.problem(field, got, expected);
        fit = false;
    };
    let mut used = Vec::new();
    for Expression { kind, text } in written {
        for placeholder in placeholders(text) {
            let attribute = if placeholder.starts_with('#') { NAMES } else { VALUES };
            let is_it =
                |known: &Definition<'_>| known.placeholder == placeholder && known.attribute == attribute;
            if !defined.iter().any(is_it) && !used.contains(&placeholder) {
                problem(kind.field(), placeholder, &format!("only placeholders that {attribute} defines"));
            }
            used.push(placeholder);
        }
    }
    for Definition { placeholder, attribute } in defined {
        if !used.contains(placeholder) {
            problem(
                &format!("{attribute}.{placeholder}"),
                placeholder,
                "a placeholder that an expression uses",
            );
        }
    }
    fit
}
