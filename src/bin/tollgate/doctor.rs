//! `tollgate doctor`: what may be wrong around the gateway, and the command that mends it.

use std::{
    collections::BTreeMap,
    io::{self, Write},
};

use anyhow::Result;
use serde_json::{Value, json};
use tollgate::{
    clock::Clock,
    deployment::counted,
    doctor::{Examination, Finding, FindingLevel, Section, Services, examine},
};

use crate::{
    common_args::{ALL, CommonArgs},
    connection::{Connection, LocalWorld, POLICY},
    exit_status::ExitStatus,
    interrupt::WhenInterrupted,
    paint::{Colour, Paint},
    text_table::printable,
};

/// Look at tables, function, role, log and items, and say what is wrong with them and which command mends it.
///
/// Nothing is changed. What cannot be looked at, for want of rights or because it is not known where it is, is told as
/// not checked. Exit code 3: there are problems.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  tollgate doctor --stack shop-gateway
  tollgate doctor --function shop-gateway --log-group /aws/lambda/shop-gateway
  tollgate doctor --local -o json")]
pub struct Arguments {
    /// The gateway's function, with the alias of its URL if it has one: shop-gateway:live [default: that of --stack].
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
    /// Its log group [default: that of --stack, or of the function].
    #[arg(long, value_name = "NAME")]
    log_group: Option<String>,
    #[command(flatten)]
    common: CommonArgs,
}

/// # Errors
///
/// The items in the tables cannot be read.
pub fn run(arguments: &Arguments) -> Result<ExitStatus> {
    let output = arguments.common.output;
    arguments.common.place.connected(ALL, WhenInterrupted::End, async |connection| {
        let examination = Examination {
            store: &connection.store,
            dynamodb: connection.dynamodb(),
            now: Clock::System.now(),
            services: services(arguments, connection),
        };
        let sections = examine(&examination).await?;
        output.write(|| to_json(&sections), |out| write(out, &sections, &connection.aws.region))?;
        let problems = count(&sections, FindingLevel::Problem);
        Ok(if problems == 0 { ExitStatus::Ok } else { ExitStatus::Invalid })
    })
}

fn services(arguments: &Arguments, connection: &Connection) -> Option<Services> {
    let of_stack = |name: &str| connection.outputs.get(name).cloned();
    match connection.local {
        LocalWorld::Yes => None,
        LocalWorld::No => Some(Services {
            lambda: connection.lambda(),
            logs: connection.logs(),
            iam: connection.iam(),
            policy: POLICY,
            function: arguments.function.clone().or_else(|| qualified_function(&connection.outputs)),
            log_group: arguments.log_group.clone().or_else(|| of_stack("LogGroup")),
        }),
    }
}

/// The stack's function, with the alias that its URL and its mapping are on, where it has one: `shop:live`.
fn qualified_function(outputs: &BTreeMap<String, String>) -> Option<String> {
    let name = outputs.get("FunctionName")?;
    Some(outputs.get("AliasName").map_or_else(|| name.clone(), |alias| format!("{name}:{alias}")))
}

fn count(sections: &[Section], level: FindingLevel) -> usize {
    sections.iter().flat_map(|section| &section.findings).filter(|finding| finding.level == level).count()
}

fn write(out: &mut impl Write, sections: &[Section], region: &str) -> io::Result<()> {
    let paint = Paint::of_stdout();
    for Section { title, findings } in sections {
        writeln!(out, "{title}")?;
        for Finding { level, subject, message, mend } in findings {
            let word = paint.paint(colour(*level), &format!("{:<11}", level.word()));
            writeln!(out, "  {word}  {}: {}", printable(subject), printable(message))?;
            if let Some(mend) = mend {
                writeln!(out, "               {}", printable(mend))?;
            }
        }
    }
    let mut mends =
        sections.iter().flat_map(|section| &section.findings).filter_map(|finding| finding.mend.as_ref());
    if mends.any(|mend| mend.starts_with("aws ")) {
        writeln!(out, "the commands of aws are for {region}")?;
    }
    let [problems, warnings, not_checked] =
        [FindingLevel::Problem, FindingLevel::Warning, FindingLevel::NotChecked]
            .map(|level| count(sections, level));
    writeln!(
        out,
        "{}, {}, {not_checked} not checked",
        counted(problems, "problem"),
        counted(warnings, "warning")
    )
}

fn colour(level: FindingLevel) -> Colour {
    match level {
        FindingLevel::Good => Colour::Green,
        FindingLevel::NotChecked => Colour::Cyan,
        FindingLevel::Warning => Colour::Yellow,
        FindingLevel::Problem => Colour::Red,
    }
}

fn to_json(sections: &[Section]) -> Value {
    let finding = |section: &Section, finding: &Finding| {
        let Finding { level, subject, message, mend } = finding;
        let level = match level {
            FindingLevel::Good => "OK",
            FindingLevel::NotChecked => "NOT_CHECKED",
            FindingLevel::Warning => "WARNING",
            FindingLevel::Problem => "PROBLEM",
        };
        json!({ "section": section.title, "level": level, "subject": subject, "message": message, "mend": mend })
    };
    let findings: Vec<Value> = sections
        .iter()
        .flat_map(|section| section.findings.iter().map(move |one| finding(section, one)))
        .collect();
    json!({
        "findings": findings,
        "problems": count(sections, FindingLevel::Problem),
        "warnings": count(sections, FindingLevel::Warning),
        "notChecked": count(sections, FindingLevel::NotChecked),
    })
}
