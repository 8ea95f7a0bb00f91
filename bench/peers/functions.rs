//! The functions of the comparison: the floor, the gateway in all its cases, the frameworks; and the items they read.

use std::{net::SocketAddr, num::NonZeroUsize, path::Path};

use anyhow::Result;
use serde_json::{Value, json};
use tollgate::local::{
    function_settings::FunctionSettings,
    tables::{TableNames, create_missing, put},
};

use super::{
    peer::{Framework, Work},
    row::TollgateCase,
};
use crate::{
    functions::{function, named_tables},
    key_items::{self, PLAN, QUOTA},
    scenario::{HELLO, TARGET},
    test_bed::Services,
};

/// The one key of the comparison.
pub const KEY: &str = "bench-key-0000000000-gold";
/// The routes of every row.
pub const ROUTES: usize = 10;
/// The numbers of routes of the scale.
pub const ROUTE_SCALE: [usize; 4] = [10, 100, 1_000, 10_000];
/// The most instances of a function that answers requests at the same time.
pub const AT_ONCE: usize = 16;
/// The gateway whose write units are measured against its instances and keys; its route is a `MOCK`.
pub const FLEET: &str = "tollgate-fleet";
pub const FLEET_INSTANCES: usize = 64;

/// The programs, and the services that they call.
pub struct PeerSources<'a> {
    pub gateway_binary: &'a Path,
    pub hello_binary: &'a Path,
    pub services: &'a Services<'a>,
}

/// The name of a function with so many routes.
pub fn with_routes(id: &str, routes: usize) -> String {
    format!("{id}-{routes}-routes")
}

/// The tables of the gateway [`FLEET`].
pub fn fleet_tables() -> TableNames {
    named_tables(FLEET)
}

impl PeerSources<'_> {
    /// Writes all items, and returns the functions that read them.
    ///
    /// # Errors
    /// A write fails.
    pub fn functions(&self) -> Result<Vec<FunctionSettings>> {
        let mut functions = vec![
            function(HELLO, self.hello_binary, Vec::new()),
            function(TARGET, self.hello_binary, Vec::new()),
        ];
        for case in TollgateCase::ALL {
            let tables = named_tables(case.function());
            self.write_api(&tables, ROUTES, &route_of(case))?;
            functions.extend(self.counted_and_not(|dynamodb, prefix| {
                let name = format!("{prefix}{}", case.function());
                let mut settings = self.gateway(&name, &tables, dynamodb);
                if case == TollgateCase::TableHit {
                    settings.environment.push(("CACHE_MEMORY_BYTES".to_owned(), "0".to_owned()));
                }
                settings
            }));
        }
        functions.extend(self.frameworks());
        functions.extend(self.scale()?);
        for function in &mut functions {
            function.instances = const { NonZeroUsize::new(AT_ONCE).expect("not zero") };
        }
        functions.push(self.fleet()?);
        Ok(functions)
    }

    fn frameworks(&self) -> Vec<FunctionSettings> {
        let mut functions = Vec::new();
        for framework in Framework::ALL {
            for work in Work::ALL {
                functions.extend(self.counted_and_not(|dynamodb, prefix| {
                    let name = format!("{prefix}{}-{}", framework.id(), work.id());
                    self.framework(&name, framework, work, ROUTES, dynamodb)
                }));
            }
        }
        functions
    }

    fn scale(&self) -> Result<Vec<FunctionSettings>> {
        let mut functions = Vec::new();
        let dynamodb = self.services.dynamodb.address;
        for routes in ROUTE_SCALE {
            let name = with_routes("tollgate", routes);
            let tables = named_tables(&name);
            self.write_api(&tables, routes, &route_of(TollgateCase::Plain))?;
            functions.push(self.gateway(&name, &tables, dynamodb));
            functions.extend(Framework::ALL.map(|framework| {
                let name = with_routes(framework.id(), routes);
                self.framework(&name, framework, Work::Plain, routes, dynamodb)
            }));
        }
        Ok(functions)
    }

    fn fleet(&self) -> Result<FunctionSettings> {
        let tables = fleet_tables();
        let route = json!({ "apiKeyRequired": true, "integration": { "type": "MOCK", "body": "hello" } });
        self.write_api(&tables, 1, &route)?;
        Ok(FunctionSettings {
            instances: const { NonZeroUsize::new(FLEET_INSTANCES).expect("not zero") },
            ..self.gateway(FLEET, &tables, self.services.counting_dynamodb)
        })
    }

    /// The function as it is timed, and the same with a DynamoDB that counts.
    fn counted_and_not(&self, make: impl Fn(SocketAddr, &str) -> FunctionSettings) -> [FunctionSettings; 2] {
        [make(self.services.dynamodb.address, ""), make(self.services.counting_dynamodb, "counted-")]
    }

    fn gateway(&self, name: &str, tables: &TableNames, dynamodb: SocketAddr) -> FunctionSettings {
        let mut environment: Vec<_> = tables.environment().collect();
        environment.extend(self.endpoints(dynamodb));
        function(name, self.gateway_binary, environment)
    }

    /// A framework's function; it has the tables of the keyed gateway.
    fn framework(
        &self,
        name: &str,
        framework: Framework,
        work: Work,
        routes: usize,
        dynamodb: SocketAddr,
    ) -> FunctionSettings {
        let command = framework.command();
        let mut environment: Vec<_> = named_tables(TollgateCase::Keyed.function()).environment().collect();
        environment.extend(self.endpoints(dynamodb));
        environment.extend(command.environment);
        environment.extend(
            [
                ("ROUTES", routes.to_string()),
                ("CHECKS_KEYS", (work == Work::Keyed).to_string()),
                ("QUOTA", QUOTA.to_string()),
                ("TARGET", TARGET.to_owned()),
            ]
            .map(|(name, value)| (name.to_owned(), value)),
        );
        FunctionSettings { arguments: command.arguments, ..function(name, &command.program, environment) }
    }

    fn endpoints(&self, dynamodb: SocketAddr) -> [(String, String); 2] {
        [("DYNAMODB", dynamodb), ("LAMBDA", self.services.invoke_api)]
            .map(|(service, address)| (format!("AWS_ENDPOINT_URL_{service}"), format!("http://{address}")))
    }

    /// Writes a stage with so many routes like `route`, and the key with its plan.
    fn write_api(&self, tables: &TableNames, routes: usize, route: &Value) -> Result<()> {
        let dynamodb = self.services.dynamodb;
        create_missing(&dynamodb.database, tables)?;
        put(&dynamodb.database, tables.stages(), &json!({ "stage": "v1" }))?;
        for number in 0..routes {
            let mut item = route.clone();
            item["stage"] = json!("v1");
            item["routeKey"] = json!(format!("GET /tenants/{{tenant}}/resources-{number}/{{id}}"));
            put(&dynamodb.database, tables.routes(), &item)?;
        }
        key_items::write_plan(dynamodb, tables, PLAN, QUOTA)?;
        key_items::write_key(dynamodb, tables, KEY, "gold", PLAN)
    }
}

fn route_of(case: TollgateCase) -> Value {
    let integration = json!({ "type": "AWS_PROXY", "uri": TARGET });
    match case {
        TollgateCase::Plain => json!({ "integration": integration }),
        TollgateCase::Keyed => json!({ "apiKeyRequired": true, "integration": integration }),
        TollgateCase::MemoryHit | TollgateCase::TableHit => json!({
            "cachingEnabled": true,
            "cacheTtlInSeconds": 3_600,
            "cacheKeyParameters": ["method.request.path.tenant", "method.request.path.id"],
            "integration": integration,
        }),
    }
}
