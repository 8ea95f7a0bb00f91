//! The owner of each location, a base path on a host: in the deployments' table, under keys that are no deployment's id.

use super::{ConditionalWrite, Store, configuration::attributes};
use crate::{
    aws::dynamodb::{
        AttributeValue::{N, S},
        operations::{Condition, PutItem},
    },
    error::StoreError,
};

const LOCATION: &str = "place#";

impl Store {
    /// The stage that was the first to be published at a location (`api.example.com/v1`, `*/v1`), consistent.
    pub async fn location_owner(&self, location: &str) -> Result<Option<String>, StoreError> {
        let item =
            self.deployments_item("reading whose a place is", &format!("{LOCATION}{location}")).await?;
        Ok(item.and_then(|item| Some(item.get("stage")?.as_str()?.to_owned())))
    }

    /// Gives a location to a stage, if it is still nobody's but `former`'s.
    pub async fn claim_location(
        &self,
        location: &str,
        stage: &str,
        former: Option<&str>,
    ) -> Result<ConditionalWrite, StoreError> {
        let item = attributes([
            ("deploymentId", S(format!("{LOCATION}{location}"))),
            ("part", N("0".to_owned())),
            ("stage", S(stage.to_owned())),
        ]);
        let mut values = attributes([(":stage", S(stage.to_owned()))]);
        let mut expression = "attribute_not_exists(deploymentId) OR #stage = :stage".to_owned();
        if let Some(former) = former {
            expression.push_str(" OR #stage = :former");
            values.insert(":former".to_owned(), S(former.to_owned()));
        }
        let condition = Condition {
            condition_expression: Some(expression.into()),
            expression_attribute_names: [("#stage".into(), "stage".into())].into(),
            expression_attribute_values: values,
            ..Condition::default()
        };
        let put = PutItem { table_name: &self.tables.deployments, item, condition };
        match self.client.call(&put).await {
            Ok(_) => Ok(ConditionalWrite::Done),
            Err(error) if error.is_failed_condition() => Ok(ConditionalWrite::ChangedMeanwhile),
            Err(error) => Err(StoreError::new("taking a place", error)),
        }
    }
}
