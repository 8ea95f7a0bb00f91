//! The chain of credentials: the environment, profiles with a process, a role or SSO, and the words for none.

use crate::{
    harness::{
        scripted_aws::{Answer, AwsCall, ScriptedAws},
        tool::tollgate,
    },
    operator::Home,
};

const CONFIG: &str = "\
[default]
region = eu-central-1
[profile process]
region = eu-west-2
credential_process = echo '{\"Version\":1,\"AccessKeyId\":\"AKPROCESS\",\"SecretAccessKey\":\"s\",\"SessionToken\":\"t1\"}'
[profile role]
region = eu-west-3
role_arn = arn:aws:iam::111122223333:role/deployer
source_profile = default
[profile sso]
region = eu-north-1
sso_session = corp
sso_account_id = 111122223333
sso_role_name = reader
[sso-session corp]
sso_region = eu-north-1
sso_start_url = https://corp.awsapps.com/start
[profile empty]
region = eu-south-1
";
const CREDENTIALS: &str = "[default]\naws_access_key_id = AKDEFAULT\naws_secret_access_key = s\n";
const SSO_TOKEN: &str = r#"{"accessToken":"sso-token","expiresAt":"2999-01-01T00:00:00Z","region":"eu-north-1","startUrl":"https://corp.awsapps.com/start"}"#;

fn answer(call: &AwsCall) -> Answer {
    let keys = |id: &str| {
        format!(
            "<AccessKeyId>{id}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t2</SessionToken>\
             <Expiration>2999-01-01T00:00:00Z</Expiration>"
        )
    };
    match call.operation.as_str() {
        "Scan" => (200, r#"{"Items":[]}"#.to_owned()),
        "AssumeRole" => (
            200,
            format!(
                "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>{}\
                 </Credentials></AssumeRoleResult></AssumeRoleResponse>",
                keys("AKROLE")
            ),
        ),
        operation if operation.starts_with("GET /federation/credentials") => (
            200,
            r#"{"roleCredentials":{"accessKeyId":"AKSSO","secretAccessKey":"s","sessionToken":"t3","expiration":32472144000000}}"#
                .to_owned(),
        ),
        "GET /container" => (200, role_keys("AKCONTAINER")),
        "PUT /latest/api/token" => (200, "metadata-token".to_owned()),
        "GET /latest/meta-data/iam/security-credentials/" => (200, "instance-role".to_owned()),
        "GET /latest/meta-data/iam/security-credentials/instance-role" => (200, role_keys("AKINSTANCE")),
        other => panic!("{other}"),
    }
}

/// Credentials as containers and instances get them.
fn role_keys(id: &str) -> String {
    format!(
        r#"{{"Code":"Success","Type":"AWS-HMAC","LastUpdated":"2026-01-01T00:00:00Z","AccessKeyId":"{id}","SecretAccessKey":"s","Token":"t4","Expiration":"2999-01-01T00:00:00Z"}}"#
    )
}

#[test]
fn a_container_or_an_instance_has_the_credentials_of_its_role() {
    let home = Home::new("role-credentials", &[]);
    let aws = ScriptedAws::start(answer);
    let container = format!("{}/container", aws.url);
    let table = [
        (("AWS_CONTAINER_CREDENTIALS_FULL_URI", container.as_str()), "AKCONTAINER"),
        (("AWS_EC2_METADATA_SERVICE_ENDPOINT", &aws.url), "AKINSTANCE"),
    ];
    for (place, expected) in table {
        let variables = [
            ("HOME", home.path()),
            ("AWS_ENDPOINT_URL", &aws.url),
            ("AWS_REGION", "us-east-2"),
            ("PATH", "/usr/bin:/bin"),
            place,
        ];
        let ran = tollgate(&variables, &["keys", "list"]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{place:?}");
        let calls = aws.calls();
        let scan = calls.iter().find(|call| call.operation == "Scan").unwrap();
        assert_eq!((scan.key_id.as_str(), scan.token.as_str()), (expected, "t4"), "{place:?}");
    }
}

#[test]
fn credentials_are_found_as_the_aws_cli_finds_them() {
    let sso_token = sso_token_path();
    let files = [(".aws/config", CONFIG), (".aws/credentials", CREDENTIALS), (&sso_token, SSO_TOKEN)];
    let home = Home::new("credentials", &files);
    let aws = ScriptedAws::start(answer);
    let of_environment =
        [("AWS_ACCESS_KEY_ID", "AKENV"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_REGION", "us-east-2")];
    let none: &[(&str, &str)] = &[];
    let table = [
        (none, &[][..], "AKDEFAULT", "", "eu-central-1"),
        (&of_environment, &[], "AKENV", "", "us-east-2"),
        (&[("AWS_PROFILE", "process")], &[], "AKPROCESS", "t1", "eu-west-2"),
        (
            &[("AWS_PROFILE", "process"), ("AWS_DEFAULT_REGION", "sa-east-1")],
            &[],
            "AKPROCESS",
            "t1",
            "sa-east-1",
        ),
        (&[("AWS_PROFILE", "role")], &[], "AKROLE", "t2", "eu-west-3"),
        (&[("AWS_PROFILE", "sso")], &[], "AKSSO", "t3", "eu-north-1"),
        // What was asked for comes before what stands in the environment.
        (&of_environment, &["--profile", "process"], "AKPROCESS", "t1", "eu-west-2"),
        (
            &of_environment,
            &["--profile", "process", "--region", "ca-central-1"],
            "AKPROCESS",
            "t1",
            "ca-central-1",
        ),
        (&of_environment, &["--local"], "AKENV", "", "us-east-2"),
        (none, &["--local", "--region", "eu-west-1"], "local", "", "eu-west-1"),
    ];
    for (variables, arguments, key_id, token, region) in table {
        let around = [("HOME", home.path()), ("AWS_ENDPOINT_URL", &aws.url), ("PATH", "/usr/bin:/bin")];
        let ran = tollgate(&[&around, variables].concat(), &[&["keys", "list"], arguments].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{variables:?} {arguments:?}");
        let calls = aws.calls();
        let scan = calls.iter().find(|call| call.operation == "Scan").unwrap();
        let found = (scan.key_id.as_str(), scan.token.as_str(), scan.region.as_str());
        assert_eq!(found, (key_id, token, region), "{variables:?} {arguments:?}");
    }
}

/// The file's name is the SHA-1 of the session's name.
fn sso_token_path() -> String {
    use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, b"corp");
    let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!(".aws/sso/cache/{hash}.json")
}

#[test]
fn without_a_region_or_credentials_one_line_says_so_and_what_to_do() {
    let home = Home::new("no-credentials", &[(".aws/config", "[profile empty]\nregion = eu-west-1\n")]);
    let nowhere = Home::new("no-aws-folder", &[]);
    const WAYS: &str = "ways: --profile, AWS_PROFILE, `aws sso login`, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY; the \
                        local world: --local";
    let table = [
        (
            &nowhere,
            &[][..],
            "no region: --region, AWS_REGION, or the region of a profile; the local world: --local"
                .to_owned(),
        ),
        (
            &nowhere,
            &["--region", "eu-west-1"],
            format!(
                "no credentials: there are none in the environment, in ~/.aws, and of a container or an instance; {WAYS}"
            ),
        ),
        (
            &home,
            &["--profile", "empty"],
            format!("no credentials: ~/.aws has no profile empty, or none with credentials; {WAYS}"),
        ),
    ];
    for (home, arguments, expected) in table {
        let variables = [("HOME", home.path()), ("AWS_EC2_METADATA_DISABLED", "true")];
        let ran = tollgate(&variables, &[&["keys", "list"], arguments].concat());
        assert_eq!(ran.text(&[]), format!("exit 1\n--\ntollgate: {expected}\n"), "{arguments:?}");
    }
}
