//! The functions that the test bed runs, and the items that their gateways serve.

use std::{net::SocketAddr, num::NonZeroUsize, path::Path};

use anyhow::Result;
use serde_json::{Value, json};
use tollgate::local::{
    dynamodb::Dynamodb,
    function_output::FunctionOutput,
    function_settings::FunctionSettings,
    tables::{NewTable, TableNames, create, create_missing, put},
};

use crate::{
    callers::{self, Issuer},
    compressed_requests,
    integration::Integration,
    key_items::{self, PLAN, QUOTA},
    mapped_requests,
    scenario::{
        AT_A_TIME, CACHED_FUNCTIONS, CALLERS_FUNCTION, COMPRESSED_FUNCTION, HELLO, ITEMS_TABLE, IdleScenario,
        MANY_FUNCTION, MAPPED_FUNCTION, SIZES, TARGET, TYPICAL, counted, gateway,
    },
    test_bed::Services,
};

/// The programs that run, and the services that they call.
pub struct FunctionSources<'a> {
    pub gateway_binary: &'a Path,
    pub hello_binary: &'a Path,
    pub services: &'a Services<'a>,
    /// The issuer of the callers' tokens.
    pub issuer: &'a Issuer,
}

impl FunctionSources<'_> {
    /// Writes all items, and returns the functions that serve them.
    ///
    /// # Errors
    /// A write fails.
    pub fn functions(&self) -> Result<Vec<FunctionSettings>> {
        let database = &self.services.dynamodb.database;
        create(database, NewTable::new(ITEMS_TABLE, "id"))?;
        put(database, ITEMS_TABLE, &json!({ "id": "1", "message": "hello" }))?;

        let mut functions = vec![
            function(HELLO, self.hello_binary, Vec::new()),
            function(TARGET, self.hello_binary, Vec::new()),
        ];
        for routes in SIZES {
            functions.extend(self.gateways(routes)?);
        }
        functions.push(self.many_gateway(&tables(TYPICAL)));
        functions.extend(self.idle_gateways(&tables(SIZES[0])));
        functions.extend(self.cached_gateways()?);
        functions.push(self.callers_gateway()?);
        functions.push(self.mapped_gateway()?);
        functions.push(self.compressed_gateway()?);
        Ok(functions)
    }

    /// The gateway with so many routes, and the same with a DynamoDB that counts.
    fn gateways(&self, routes: usize) -> Result<[FunctionSettings; 2]> {
        let tables = tables(routes);
        write_routes(self.services.dynamodb, &tables, routes)?;
        if routes == TYPICAL {
            write_keyed_route(self.services.dynamodb, &tables)?;
        }
        Ok([
            self.gateway(&gateway(routes), self.environment(&tables, self.services.dynamodb.address)),
            self.gateway(&counted(routes), self.environment(&tables, self.services.counting_dynamodb)),
        ])
    }

    fn many_gateway(&self, tables: &TableNames) -> FunctionSettings {
        let environment = self.environment(tables, self.services.dynamodb.address);
        FunctionSettings { events_at_a_time: AT_A_TIME, ..self.gateway(MANY_FUNCTION, environment) }
    }

    fn idle_gateways(&self, tables: &TableNames) -> [FunctionSettings; 2] {
        IdleScenario::ALL.map(|scenario| {
            let mut environment = self.environment(tables, self.services.dynamodb.address);
            environment.push(("REFRESH_SECONDS".to_owned(), "1".to_owned()));
            environment.push(("MAX_STALE_SECONDS".to_owned(), scenario.max_stale_seconds().to_string()));
            self.gateway(scenario.function(), environment)
        })
    }

    fn cached_gateways(&self) -> Result<[FunctionSettings; 4]> {
        let tables = named_tables("cached");
        write_cached_route(self.services.dynamodb, &tables)?;
        Ok(CACHED_FUNCTIONS.map(|name| {
            let is_counted = name.starts_with("counted");
            let dynamodb =
                if is_counted { self.services.counting_dynamodb } else { self.services.dynamodb.address };
            let mut environment = self.environment(&tables, dynamodb);
            if name.ends_with("in-table") {
                environment.push(("CACHE_MEMORY_BYTES".to_owned(), "0".to_owned()));
            }
            self.gateway(name, environment)
        }))
    }

    fn callers_gateway(&self) -> Result<FunctionSettings> {
        let tables = named_tables(CALLERS_FUNCTION);
        callers::write_items(self.services.dynamodb, &tables, self.issuer)?;
        Ok(self.gateway(CALLERS_FUNCTION, self.environment(&tables, self.services.dynamodb.address)))
    }

    fn mapped_gateway(&self) -> Result<FunctionSettings> {
        let tables = named_tables(MAPPED_FUNCTION);
        mapped_requests::write_items(self.services.dynamodb, &tables)?;
        let mut environment = self.environment(&tables, self.services.dynamodb.address);
        environment.push(("AWS_ENDPOINT_URL_SQS".to_owned(), format!("http://{}", self.services.queue)));
        Ok(self.gateway(MAPPED_FUNCTION, environment))
    }

    fn compressed_gateway(&self) -> Result<FunctionSettings> {
        let tables = named_tables(COMPRESSED_FUNCTION);
        compressed_requests::write_items(self.services.dynamodb, &tables)?;
        Ok(self.gateway(COMPRESSED_FUNCTION, self.environment(&tables, self.services.dynamodb.address)))
    }

    fn gateway(&self, name: &str, environment: Vec<(String, String)>) -> FunctionSettings {
        function(name, self.gateway_binary, environment)
    }

    fn environment(&self, tables: &TableNames, dynamodb: SocketAddr) -> Vec<(String, String)> {
        let mut environment: Vec<_> = tables.environment().collect();
        environment.push(("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), format!("http://{dynamodb}")));
        environment
            .push(("AWS_ENDPOINT_URL_LAMBDA".to_owned(), format!("http://{}", self.services.invoke_api)));
        environment
    }
}

/// A function of one instance; lines that are no access lines are printed.
pub fn function(name: &str, program: &Path, environment: Vec<(String, String)>) -> FunctionSettings {
    FunctionSettings {
        environment,
        instances: NonZeroUsize::MIN,
        output: FunctionOutput::new(|line| {
            if !line.text.contains("\"requestId\"") {
                eprintln!("{}: {}", line.function, line.text);
            }
        }),
        ..FunctionSettings::new(name, program)
    }
}

/// `1000-routes`, …
fn tables(routes: usize) -> TableNames {
    named_tables(&routes.to_string())
}

/// `cached-routes`, …
pub fn named_tables(prefix: &str) -> TableNames {
    TableNames::from_environment(|variable| {
        let name = variable.to_lowercase().replace("_table", "").replace('_', "-");
        Some(format!("{prefix}-{name}"))
    })
}

/// Writes routes of all integrations in turn.
fn write_routes(dynamodb: &Dynamodb, tables: &TableNames, routes: usize) -> Result<()> {
    create_missing(&dynamodb.database, tables)?;
    put(&dynamodb.database, tables.stages(), &json!({ "stage": "v1" }))?;
    for (number, integration) in (0..routes).zip(Integration::ALL.into_iter().cycle()) {
        let item = json!({
            "stage": "v1",
            "routeKey": format!("GET /tenants/{{tenant}}/resources-{number}/{{id}}"),
            "description": "One of many",
            "integration": integration_item(integration),
        });
        put(&dynamodb.database, tables.routes(), &item)?;
    }
    Ok(())
}

fn write_keyed_route(dynamodb: &Dynamodb, tables: &TableNames) -> Result<()> {
    let route = json!({ "stage": "v1", "routeKey": "GET /tenants/{tenant}/keyed/{id}", "apiKeyRequired": true,
        "integration": integration_item(Integration::AwsProxy) });
    put(&dynamodb.database, tables.routes(), &route)?;
    key_items::write_plan(dynamodb, tables, PLAN, QUOTA)?;
    key_items::write_key(dynamodb, tables, &key_items::hot(), "hot", PLAN)
}

fn integration_item(integration: Integration) -> Value {
    match integration {
        Integration::Mock => json!({ "type": "MOCK", "body": r#"{"message":"hello"}"# }),
        Integration::AwsProxy => json!({ "type": "AWS_PROXY", "uri": TARGET }),
        Integration::Dynamodb => json!({
            "type": "DYNAMODB", "action": "GetItem", "tableName": ITEMS_TABLE, "key": { "id": "$request.path.id" },
        }),
    }
}

fn write_cached_route(dynamodb: &Dynamodb, tables: &TableNames) -> Result<()> {
    create_missing(&dynamodb.database, tables)?;
    put(&dynamodb.database, tables.stages(), &json!({ "stage": "v1" }))?;
    let route = json!({ "stage": "v1", "routeKey": "GET /{id}", "cachingEnabled": true, "cacheTtlInSeconds": 3_600,
        "cacheKeyParameters": "method.request.path.id",
        "integration": { "type": "MOCK", "body": r#"{"message":"hello"}"# } });
    put(&dynamodb.database, tables.routes(), &route)?;
    Ok(())
}
