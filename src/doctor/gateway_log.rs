//! The log group of the gateway's function.

use super::{
    Services,
    finding::{Finding, quoted},
};

pub async fn examine(services: &Services, log_group: Option<&str>) -> Vec<Finding> {
    let Some(name) = log_group else {
        return vec![Finding::not_checked(
            "log group",
            "which one it is, is not known: --stack or --log-group",
        )];
    };
    let subject = format!("log group {name}");
    let finding = match services.logs.group(name).await {
        Ok(Some(group)) => match group.retention_in_days {
            Some(days) => Finding::good(subject, format!("keeps lines for {days} days")),
            None => {
                let command = format!(
                    "aws logs put-retention-policy --log-group-name {} --retention-in-days 30",
                    quoted(name)
                );
                Finding::warning(subject, "keeps lines for ever, and all of them are paid for")
                    .mended_by(command)
            }
        },
        Ok(None) => {
            let command = format!("aws logs create-log-group --log-group-name {}", quoted(name));
            Finding::warning(subject, "there is none: the role may have to make it").mended_by(command)
        }
        Err(error) => Finding::not_told(subject, &error),
    };
    vec![finding]
}
