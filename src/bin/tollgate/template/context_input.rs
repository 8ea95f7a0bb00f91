//! `context` of an input: what the platform and authorizers say of a request, in the names of `$context`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};
use tollgate::{
    caller::{
        ClaimTexts, FunctionContext, FunctionPrincipal, IamPrincipal, Principal, PrincipalIdentity,
        TokenPlace, TokenPrincipal,
    },
    message::{CognitoIdentity, IamIdentity},
};

use super::texts::Text;

/// Members of `$context`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ContextInput {
    pub account_id: Option<String>,
    pub api_id: Option<String>,
    pub authorizer: Option<Map<String, Value>>,
    pub deployment_id: Option<String>,
    pub domain_name: Option<String>,
    pub identity: IdentityInput,
    pub request_id: Option<String>,
    /// Milliseconds since 1970.
    pub request_time_epoch: Option<u64>,
    pub resource_path: Option<String>,
    pub stage: Option<String>,
}

/// Members of `$context.identity`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct IdentityInput {
    pub access_key: Option<String>,
    pub account_id: Option<String>,
    pub api_key: Option<String>,
    pub api_key_id: Option<String>,
    pub caller: Option<String>,
    pub cognito_authentication_provider: Option<String>,
    pub cognito_authentication_type: Option<String>,
    pub cognito_identity_id: Option<String>,
    pub cognito_identity_pool_id: Option<String>,
    pub principal_org_id: Option<String>,
    pub source_ip: Option<String>,
    pub user: Option<String>,
    pub user_agent: Option<String>,
    pub user_arn: Option<String>,
}

const CLAIMS: &str = "claims";
const INTEGRATION_LATENCY: &str = "integrationLatency";
const PRINCIPAL_ID: &str = "principalId";

impl ContextInput {
    /// The caller whom these members tell of: by a token where there are claims, else by a function, else by a
    /// signature. `None`: nobody.
    ///
    /// # Errors
    ///
    /// A claim is no text, number, true or false.
    pub fn principal(&self) -> Result<Option<Principal>, String> {
        let Some(authorizer) = &self.authorizer else { return Ok(self.identity.signer()) };
        let id = authorizer.get(PRINCIPAL_ID).and_then(Value::as_str).map(str::to_owned);
        let identity = PrincipalIdentity::of_principal_id("", id.as_deref().unwrap_or_default());
        if let Some(claims) = authorizer.get(CLAIMS) {
            let claims = claims.as_object().ok_or("context.authorizer.claims: expected a map")?;
            let text = |(name, value): (&String, &Value)| {
                let text = Text::try_from(value.clone());
                let text = text.map_err(|error| format!("context.authorizer.claims.{name}: {error}"));
                text.map(|Text(text)| (name.clone(), text))
            };
            let texts: BTreeMap<_, _> = claims.iter().map(text).collect::<Result<_, _>>()?;
            let claims = ClaimTexts { of_rest_apis: texts.clone(), of_http_apis: texts };
            let place = TokenPlace::Querystring("".into());
            return Ok(Some(Principal::Token(TokenPrincipal { identity, id, claims, scopes: None, place })));
        }
        let mut context = authorizer.clone();
        context.remove(PRINCIPAL_ID);
        let latency = context.remove(INTEGRATION_LATENCY).and_then(|value| value.as_u64());
        Ok(Some(Principal::Function(FunctionPrincipal {
            identity,
            id,
            context: FunctionContext::new(context).into(),
            usage_identifier_key: None,
            latency_ms: latency.unwrap_or_default(),
            places: [].into(),
        })))
    }
}

impl IdentityInput {
    /// Who signed; `None` where nothing of it is told.
    fn signer(&self) -> Option<Principal> {
        let cognito = [
            &self.cognito_authentication_type,
            &self.cognito_authentication_provider,
            &self.cognito_identity_id,
            &self.cognito_identity_pool_id,
        ];
        let has_cognito = cognito.iter().any(|member| member.is_some());
        let own = [&self.access_key, &self.account_id, &self.caller, &self.user, &self.user_arn];
        let is_told = has_cognito || self.principal_org_id.is_some();
        if !is_told && own.iter().all(|member| member.is_none()) {
            return None;
        }
        let text = |member: &Option<String>| member.clone().unwrap_or_default();
        // A provider stands behind the type.
        let amr = match (&self.cognito_authentication_type, &self.cognito_authentication_provider) {
            (None, None) => Vec::new(),
            (kind, provider) => [text(kind)].into_iter().chain(provider.clone()).collect(),
        };
        Some(Principal::Iam(IamPrincipal::new(IamIdentity {
            access_key: text(&self.access_key),
            account_id: text(&self.account_id),
            caller_id: text(&self.caller),
            cognito_identity: has_cognito.then(|| CognitoIdentity {
                amr,
                identity_id: text(&self.cognito_identity_id),
                identity_pool_id: text(&self.cognito_identity_pool_id),
            }),
            principal_org_id: self.principal_org_id.clone(),
            user_arn: text(&self.user_arn),
            user_id: text(&self.user),
        })))
    }
}
