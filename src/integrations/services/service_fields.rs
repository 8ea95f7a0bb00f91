//! Reads the items of plain integrations: `action`, its fields, `region`, `credentials`, `statusCode`.

use http::StatusCode;

use super::{
    Answer, ServiceIntegration, ServiceType,
    action::{Action, AnswerForm, Entries, EntryList, Need},
    mapped_field::MappedField,
};
use crate::{
    aws::service::ServiceAddress,
    integrations::{ParseContext, service_call::ServiceCaller},
    item::Fields,
};

impl ServiceIntegration {
    /// Reads the fields of an integration of a service's type. What is wrong is reported, and `None`.
    pub fn parse(
        service_type: ServiceType,
        fields: &Fields<'_>,
        parse_context: &ParseContext<'_>,
    ) -> Option<Self> {
        let words: Vec<(&str, &'static Action)> =
            service_type.actions().iter().map(|action| (action.name, action)).collect();
        let names: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
        let credentials = ServiceCaller::read_credentials(fields, "credentials");
        let region = fields.resolved_string("region");
        let action = fields.require("action", fields.choice("action", &words), &names.join(" or "));
        if action.is_none() {
            // Which of the others are its fields, nobody knows.
            fields.give_up();
        }
        let action = action?;
        let status = status(fields, action.answer);
        let mapped = mapped_fields(fields, action.fields, parse_context);
        let entries = match action.entries {
            Entries::Many(list) => parse_entries(fields, list, parse_context),
            Entries::None | Entries::One(_) => Some(Vec::new()),
        };
        let mapped = mapped?;
        let region = checked_region(fields, "region", region, &mapped)?;
        let address = ServiceAddress { service: action.service, region: region.name, subdomain: None };
        Some(Self {
            type_name: service_type.name(),
            action,
            caller: ServiceCaller { address, credentials: credentials? },
            fields: mapped,
            entries: entries?,
            answer: Answer::Plain { status },
        })
    }
}

/// The region that is called; `None`: the gateway's own.
pub struct CalledRegion {
    pub name: Option<String>,
}

/// The region that a field says, or else the one in the name of whom it is sent to.
pub fn checked_region<'f>(
    fields: &Fields<'f>,
    field: &'f str,
    said: Option<String>,
    mapped: &[MappedField],
) -> Option<CalledRegion> {
    let is_label = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    match said {
        Some(region) if is_label(&region) => Some(CalledRegion { name: Some(region) }),
        Some(region) => {
            fields.problem(field, &format!("{region:?}"), "a region such as eu-west-1");
            None
        }
        None => {
            let found = mapped.iter().find_map(|field| region_of(field.destination()?));
            Some(CalledRegion { name: found.filter(|region| is_label(region)).map(str::to_owned) })
        }
    }
}

/// `eu-west-1` of `arn:aws:sns:eu-west-1:…`, `https://sqs.eu-west-1.amazonaws.com/…`.
fn region_of(destination: &str) -> Option<&str> {
    if destination.starts_with("arn:") {
        return destination.split(':').nth(3).filter(|region| !region.is_empty());
    }
    let host = destination.strip_prefix("https://")?.split('/').next()?;
    host.strip_prefix("sqs.")?.split_once(".amazonaws.").map(|(region, _)| region)
}

/// `None` where one that has to be there is not, or one is wrong.
fn mapped_fields(
    fields: &Fields<'_>,
    wanted: &'static [super::action::Field],
    parse_context: &ParseContext<'_>,
) -> Option<Vec<MappedField>> {
    let parse = |field| (field, MappedField::parse(fields, field, parse_context.path_parameters));
    // Collected first: every problem is wanted, not only the first.
    let parsed: Vec<_> = wanted.iter().map(parse).collect();
    let mut mapped = Vec::with_capacity(parsed.len());
    for (field, parsed) in parsed {
        let is_left_out = field.need == Need::Optional && fields.value(field.name).is_none();
        match parsed {
            Some(field) => mapped.push(field),
            None if is_left_out => {}
            None => return None,
        }
    }
    Some(mapped)
}

fn parse_entries(
    fields: &Fields<'_>,
    list: EntryList,
    parse_context: &ParseContext<'_>,
) -> Option<Vec<Vec<MappedField>>> {
    let EntryList { name, most, .. } = list;
    let expected = format!("a list of 1 to {most} maps");
    let maps = fields.require(name, fields.objects(name), &expected)?;
    if !(1..=most).contains(&maps.len()) {
        fields.problem(name, &format!("a list of {}", maps.len()), &expected);
    }
    let read = |inner: Fields<'_>| {
        let entry = mapped_fields(&inner, list.fields, parse_context);
        inner.finish();
        entry
    };
    let entries: Vec<_> = maps.into_iter().map(read).collect();
    entries.into_iter().collect()
}

/// `statusCode` of a success, where the answer is not the execution's own.
fn status(fields: &Fields<'_>, answer: AnswerForm) -> Option<StatusCode> {
    let is_settable = match answer {
        AnswerForm::Accepted(_) | AnswerForm::AcceptedEntries { .. } | AnswerForm::NoContent => true,
        AnswerForm::SyncExecution | AnswerForm::Execution | AnswerForm::Messages => false,
    };
    let given = if is_settable { fields.integer("statusCode", 200..=299) } else { None };
    given.and_then(|code| StatusCode::from_u16(u16::try_from(code).ok()?).ok())
}
