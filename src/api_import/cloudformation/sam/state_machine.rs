//! `Api` events of state machines → the integration that SAM's translator makes: StartExecution with a template.

use super::{TemplateReader, events::Event, globals::flag_in};
use crate::api_import::{
    cloudformation::{
        properties::{
            Fate::{Apart, LeftOut, Read},
            FateTable,
        },
        resource::ApiResource,
    },
    source::{Member, NodeId},
};

#[rustfmt::skip]
const EVENT: &FateTable = &[
    ("RestApiId", Read),
    ("Path", Apart),
    ("Method", Apart),
    ("Auth", Apart),
    ("UnescapeMappingTemplate", Apart),
    ("Stage", LeftOut("all stages have the route")),
];

const URI: &str = "arn:${AWS::Partition}:apigateway:${AWS::Region}:states:action/StartExecution";
const INPUT: &str = "$util.escapeJavaScript($input.json('$'))";
/// The statuses of StartExecution that have responses of their own.
const STATUSES: [&str; 2] = ["200", "400"];

impl TemplateReader<'_> {
    /// The members of the integration. SAM makes a role for it, which only API Gateway may assume: the gateway has its own.
    pub(super) fn execution(&mut self, machine: &ApiResource, event: &Event) -> Vec<Member> {
        let at = event.properties;
        let mut integration = self.members(at, EVENT, "an Api event of a state machine");
        let flag = flag_in(self, at, "UnescapeMappingTemplate");
        let unescaped = match flag {
            Some(true) => r#".replaceAll("\\'","'")"#,
            Some(false) | None => "",
        };
        let arn = self.text_of_call(at, "Ref", &machine.name);
        let template = format!(r#"{{"input": "{INPUT}{unescaped}", "stateMachineArn": "{arn}"}}"#);
        let template = self.text_member(at, "application/json", template);
        integration.push(self.map_member(at, "requestTemplates", vec![template]));
        let responses = STATUSES.map(|status| {
            let code = self.text_member(at, "statusCode", status);
            self.map_member(at, status, vec![code])
        });
        integration.push(self.map_member(at, "responses", responses.into()));
        let uri = self.text_of_call(at, "Fn::Sub", URI);
        for (key, text) in [("type", "aws"), ("httpMethod", "POST"), ("uri", uri.as_str())] {
            integration.push(self.text_member(at, key, text));
        }
        integration
    }

    /// The text of an intrinsic that SAM writes.
    pub(super) fn text_of_call(&mut self, at: NodeId, name: &str, argument: &str) -> String {
        let argument = self.text_member(at, name, argument);
        let call = self.map_node(at, vec![argument]);
        self.text_of(call).unwrap_or_default()
    }
}
