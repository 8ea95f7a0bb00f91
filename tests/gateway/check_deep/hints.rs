//! Commands without a file, in a folder that has one.

use expect_test::expect;

use super::{at, file};
use crate::{
    api_file::Folder,
    harness::{TestGateway, free_port, tool::tollgate_in},
};

#[tokio::test]
async fn a_command_without_a_file_names_the_file_of_the_folder() {
    let folder = file("routes: { GET /a: { integration: { type: MOCK } } }");
    let nothing = Folder::new(&[]);
    let world = TestGateway::new();
    let url = format!("http://{}", world.dynamodb().address);
    let mut told = String::new();
    for arguments in [
        &["check"][..],
        &["check", "--live"],
        &["check", "v1"],
        &["explain", "GET /a"],
        &["routes", "list"],
        &["routes", "list", "v1"],
        &["routes", "get", "v1", "GET /a"],
    ] {
        let ran = at(&folder, &url, arguments);
        told += &format!("$ tollgate {}\n{}\n", arguments.join(" "), ran.text(&[]));
        let without = at(&nothing, &url, arguments);
        assert!(!without.stderr.contains("tollgate.yaml"), "{without:?}");
    }
    expect![[r#"
        $ tollgate check
        exit 0
        --
        tollgate: this folder has a tollgate.yaml: `tollgate check tollgate.yaml` goes by it, and asks no table

        $ tollgate check --live
        exit 0
        --
        tollgate: this folder has a tollgate.yaml: `tollgate check tollgate.yaml` goes by it, and asks no table

        $ tollgate check v1
        exit 4
        --
        tollgate: there is no stage v1 in tollgate-stages or tollgate-routes
        tollgate: this folder has a tollgate.yaml: `tollgate check tollgate.yaml` goes by it, and asks no table

        $ tollgate explain GET /a
        exit 4
        answer       refused by stage: no stage serves host  and path /a
                     404
                     content-type: application/json
                     x-amzn-errortype: NotFoundException

                     {
                       "message": "Not Found"
                     }
        --
        tollgate: a stage may have hosts: say the host with a whole URL or with -H 'Host: …', or --stage
        tollgate: this folder has a tollgate.yaml: `tollgate explain --file tollgate.yaml` goes by it, and asks no table

        $ tollgate routes list
        exit 0
        STAGE  ROUTE  INTEGRATION  CALLERS  THROTTLE  CACHE
        --

        $ tollgate routes list v1
        exit 4
        --
        tollgate: there is no stage v1
        tollgate: this folder has a tollgate.yaml: `tollgate routes list --file tollgate.yaml` goes by it, and asks no table

        $ tollgate routes get v1 GET /a
        exit 4
        --
        tollgate: there is no stage v1
        tollgate: this folder has a tollgate.yaml: `tollgate routes list --file tollgate.yaml` goes by it, and asks no table

    "#]].assert_eq(&told);
}

#[test]
fn a_failure_is_told_with_the_file_of_the_folder() {
    let folder = file("routes: { GET /a: { integration: { type: MOCK } } }");
    let ran = folder.tollgate(&["check"]);
    expect![[r#"
        exit 1
        --
        tollgate: no region: --region, AWS_REGION, or the region of a profile; the local world: --local
        tollgate: this folder has a tollgate.yaml: `tollgate check tollgate.yaml` goes by it, and asks no table
    "#]].assert_eq(&ran.text(&[]));
    let nobody = format!("http://{}", free_port().local_addr().unwrap());
    let ran = tollgate_in(&folder.path(""), &[("AWS_ENDPOINT_URL", &nobody)], &["routes", "list", "--local"]);
    let last = ran.stderr.lines().last().unwrap();
    assert_eq!(
        (ran.code, last),
        (
            Some(1),
            "tollgate: this folder has a tollgate.yaml: `tollgate routes list --file tollgate.yaml` goes by it, and asks \
             no table"
        )
    );
}
