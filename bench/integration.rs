//! The kinds of integration that are measured.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Integration {
    Mock,
    AwsProxy,
    Dynamodb,
}

impl Integration {
    pub const ALL: [Self; 3] = [Self::Mock, Self::AwsProxy, Self::Dynamodb];

    pub fn name(self) -> &'static str {
        match self {
            Self::Mock => "MOCK",
            Self::AwsProxy => "AWS_PROXY",
            Self::Dynamodb => "DYNAMODB",
        }
    }
}
