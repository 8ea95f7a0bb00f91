//! The names of Lambda functions: by name, by `name:qualifier`, by partial or full ARN.

/// The account that everything local belongs to.
pub const ACCOUNT: &str = "000000000000";

/// A function as a caller names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionReference {
    pub name: String,
    /// An alias, a version or `$LATEST`.
    pub qualifier: Option<String>,
}

impl FunctionReference {
    /// Reads `name`, `name:qualifier`, `account:function:name[:qualifier]` or
    /// `arn:aws:lambda:region:account:function:name[:qualifier]`; nothing else.
    pub fn parse(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        let own = match parts.as_slice() {
            ["arn", _, "lambda", _, _, "function", own @ ..] | [_, "function", own @ ..] => own,
            own => own,
        };
        let (name, qualifier) = match own {
            [name] => (name, None),
            [name, qualifier] if !qualifier.is_empty() => (name, Some((*qualifier).to_owned())),
            _ => return None,
        };
        (!name.is_empty()).then(|| Self { name: (*name).to_owned(), qualifier })
    }

    pub fn arn(&self, region: &str) -> String {
        let unqualified = format!("arn:aws:lambda:{region}:{ACCOUNT}:function:{}", self.name);
        match &self.qualifier {
            Some(qualifier) => format!("{unqualified}:{qualifier}"),
            None => unqualified,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FunctionReference;

    #[test]
    fn reads_every_form_that_lambda_takes() {
        let table = [
            ("orders", Some(("orders", None))),
            ("orders:live", Some(("orders", Some("live")))),
            ("orders:$LATEST", Some(("orders", Some("$LATEST")))),
            ("000000000000:function:orders", Some(("orders", None))),
            ("arn:aws:lambda:us-east-1:000000000000:function:orders", Some(("orders", None))),
            ("arn:aws:lambda:us-east-1:000000000000:function:orders:7", Some(("orders", Some("7")))),
            ("", None),
            (":live", None),
            ("orders:", None),
            ("a:b:c", None),
        ];
        for (text, expected) in table {
            let expected = expected.map(|(name, qualifier)| FunctionReference {
                name: name.to_owned(),
                qualifier: qualifier.map(str::to_owned),
            });
            assert_eq!(FunctionReference::parse(text), expected, "{text}");
        }
    }
}
