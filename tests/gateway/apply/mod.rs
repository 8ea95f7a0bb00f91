//! `tollgate diff` and `tollgate apply`: an API file and the tables.

mod atomicity;
mod canary;
mod canary_ends;
mod canary_refusals;
mod export;
mod keys_and_plans;
mod messages;
mod mutated;
mod policies;
mod races;
mod stale;
mod terminal;

use std::process::Command;

use tollgate::{
    api_file::{
        self,
        apply::{Applied, ApplyScope, Plan, Planning, Removal, apply},
    },
    deployment::Origin,
};

use crate::{
    api_file::Folder,
    harness::{
        TestGateway,
        tool::{Ran, command_in, tollgate_in},
    },
};

/// A world, and a folder with API files.
struct Project {
    world: TestGateway,
    folder: Folder,
}

impl Project {
    fn new() -> Self {
        Self { world: TestGateway::new(), folder: Folder::new(&[]) }
    }

    fn with(file: &str) -> Self {
        let project = Self::new();
        project.write(file);
        project
    }

    /// Writes `tollgate.yaml`.
    fn write(&self, file: &str) {
        self.folder.write("tollgate.yaml", file.as_bytes());
    }

    /// Runs the tool in the folder, as ada on this machine.
    fn tollgate(&self, arguments: &str) -> Ran {
        self.tollgate_at(&format!("http://{}", self.world.dynamodb().address), arguments)
    }

    /// The same by the gate, which a test can shut.
    fn tollgate_by_the_gate(&self, arguments: &str) -> Ran {
        let gate = format!("http://{}", self.world.gate.address);
        tokio::task::block_in_place(|| self.tollgate_at(&gate, arguments))
    }

    fn tollgate_at(&self, endpoint: &str, arguments: &str) -> Ran {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        tollgate_in(&self.folder.path("."), &variables(endpoint), &arguments)
    }

    /// The tool, to be started.
    fn command(&self, endpoint: &str, arguments: &str) -> Command {
        let arguments: Vec<&str> = arguments.split_whitespace().collect();
        command_in(&self.folder.path("."), &variables(endpoint), &arguments)
    }

    /// The outcome of commands, one after another.
    fn story(&self, commands: &[&str]) -> String {
        let told = |command: &&str| {
            let ran = self.tollgate(command);
            format!("$ tollgate {command}\n{}\n", ran.text(&[]))
        };
        commands.iter().map(told).collect()
    }

    /// Plans as the tool does.
    async fn plan(&self, removal: Removal) -> Plan {
        let checked = api_file::check(&self.folder.path("tollgate.yaml")).unwrap();
        assert!(checked.is_valid(), "{:#?}", checked.problems);
        let scope = ApplyScope { stages: None, removal };
        match Plan::make(&self.world.store, checked.api.to_stored(), scope).await.unwrap() {
            Planning::Valid(plan) => *plan,
            Planning::Invalid(problems) => panic!("{problems:#?}"),
        }
    }

    /// Applies `tollgate.yaml`, to the end.
    async fn apply_file(&self, removal: Removal) {
        let applied = self.apply(&self.plan(removal).await).await;
        assert!(applied.stopped.is_none(), "{applied:?}");
    }

    /// Does what a plan says.
    async fn apply(&self, plan: &Plan) -> Applied {
        let origin = Origin { at: self.world.now(), by: "ada@laptop", message: "" };
        apply(&self.world.store, plan, origin, &mut |_| {}).await.unwrap()
    }
}

fn variables(endpoint: &str) -> [(&str, &str); 6] {
    [
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL_DYNAMODB", endpoint),
        ("USER", "ada"),
        ("HOSTNAME", "laptop"),
    ]
}

/// An API whose every answer says the version of its route and of its stage. Odd versions have a route more; each has so
/// many others.
fn stamped(version: usize, others: usize) -> String {
    let mut file =
        format!("tollgate: 1\nstages:\n  v1:\n    stageVariables: {{ stamp: v{version} }}\n    routes:\n");
    let mut route = |key: &str| {
        let body = format!("{{ route: v{version}, stage: \"${{stageVariables.stamp}}\" }}");
        file += &format!("      {key}: {{ integration: {{ type: MOCK, body: {body} }} }}\n");
    };
    route("GET /a");
    route("GET /b");
    if version % 2 == 1 {
        route("GET /odd");
    }
    (0..others).for_each(|other| route(&format!("GET /other/{other}")));
    file
}

/// The version that an instance answers with; each answer has one version only, and all have the same.
async fn version(instance: &TestGateway) -> Option<usize> {
    let mut versions = Vec::new();
    for path in ["/v1/a", "/v1/b", "/v1/odd"] {
        let answer = instance.send(&format!("GET {path}")).await;
        if answer.starts_with("200") {
            let (_, body) = answer.split_once("\n\n").unwrap();
            let body: serde_json::Value = serde_json::from_str(body).unwrap();
            assert_eq!(body["route"], body["stage"], "{path}: {answer}");
            versions.push(body["route"].as_str().unwrap()[1..].parse().unwrap());
        } else {
            assert!(answer.starts_with("404"), "{path}: {answer}");
        }
    }
    let first = *versions.first()?;
    assert_eq!(versions, vec![first; if first % 2 == 1 { 3 } else { 2 }]);
    Some(first)
}
