//! Functions and tables of other accounts and regions: said as not asked about.

use expect_test::expect;

use super::{aws, deep};

#[test]
fn what_another_account_or_region_has_is_a_warning() {
    let aws = aws();
    let told = deep(
        "routes:\n  \
         GET /a: { integration: { type: AWS_PROXY, uri: \"arn:aws:lambda:eu-west-1:111122223333:function:orders:live\" } }\n  \
         GET /b: { integration: { type: AWS_PROXY, uri: \"arn:aws:lambda:eu-west-1:444455556666:function:orders\" } }\n  \
         GET /c: { integration: { type: AWS_PROXY, uri: \"arn:aws:lambda:us-east-1:111122223333:function:orders\" } }\n  \
         GET /d: { integration: { type: AWS_PROXY, uri: \"444455556666:function:orders\" } }\n  \
         GET /e: { integration: { type: AWS_PROXY, uri: \"arn:aws:lambda:eu-west-1:111122223333:function:orders:beta\" } }\n  \
         GET /f: { integration: { type: DYNAMODB, action: Scan, tableName: \"arn:aws:dynamodb:eu-west-1:444455556666:table/orders\" } }",
        &aws,
    );
    expect![[r#"
        exit 3
        tollgate.yaml:6:54: warning: integration.uri: got "arn:aws:lambda:eu-west-1:444455556666:function:orders", expected a function that can be asked about: it is of account 444455556666, and these credentials are of 111122223333
         6 |       GET /b: { integration: { type: AWS_PROXY, uri: "arn:aws:lambda:eu-west-1:444455556666:function:orders" }…
           |                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           = in stage v1, GET /b

        tollgate.yaml:7:54: warning: integration.uri: got "arn:aws:lambda:us-east-1:111122223333:function:orders", expected a function that can be asked about: it is in us-east-1, and eu-west-1 is asked
         7 |       GET /c: { integration: { type: AWS_PROXY, uri: "arn:aws:lambda:us-east-1:111122223333:function:orders" }…
           |                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           = in stage v1, GET /c

        tollgate.yaml:8:54: warning: integration.uri: got "444455556666:function:orders", expected a function that can be asked about: it is of account 444455556666, and these credentials are of 111122223333
         8 |       GET /d: { integration: { type: AWS_PROXY, uri: "444455556666:function:orders" } }
           |                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           = in stage v1, GET /d

        tollgate.yaml:9:54: problem: integration.uri: got "arn:aws:lambda:eu-west-1:111122223333:function:orders:beta", expected an alias or a version of arn:aws:lambda:eu-west-1:111122223333:function:orders, which has no beta
         9 |       GET /e: { integration: { type: AWS_PROXY, uri: "arn:aws:lambda:eu-west-1:111122223333:function:orders:be…
           |                                                      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
           = in stage v1, GET /e

        tollgate.yaml:10:73: warning: integration.tableName: got "arn:aws:dynamodb:eu-west-1:444455556666:table/orders", expected a table that can be asked about: it is of account 444455556666, and these credentials are of 111122223333
         10 |       GET /f: { integration: { type: DYNAMODB, action: Scan, tableName: "arn:aws:dynamodb:eu-west-1:4444555566…
            |                                                                         ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
            = in stage v1, GET /f

        tollgate.yaml: 1 problem, 4 warnings
        compared with what is there: 5 functions, 1 table
        --
    "#]].assert_eq(&told);
    let mut asked = aws.operations();
    asked.sort();
    expect![[r#"
        lambda GET /2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A111122223333%3Afunction%3Aorders%3Abeta/configuration
        lambda GET /2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A111122223333%3Afunction%3Aorders%3Alive/configuration
        lambda GET /2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A111122223333%3Afunction%3Aorders/configuration
        sts GetCallerIdentity"#]].assert_eq(&asked.join("\n"));
}
