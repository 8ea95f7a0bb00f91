//! A path as a target may read it.

use crate::path::ESCAPED_SLASH;

/// The ways in which a target may read a path that the gateway takes as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Without its empty segments.
    Collapsed,
    /// With `%2F` for a slash.
    Decoded,
    /// Both.
    DecodedAndCollapsed,
}

impl Reading {
    pub const ALL: [Self; 3] = [Self::Collapsed, Self::Decoded, Self::DecodedAndCollapsed];

    /// The canonical `path` as it is read; `None`: as it is.
    pub fn of(self, path: &str) -> Option<String> {
        let (has_empty, has_escaped) =
            (path.contains("//") || (path.len() > 1 && path.ends_with('/')), path.contains(ESCAPED_SLASH));
        let is_other = match self {
            Self::Collapsed => has_empty,
            Self::Decoded => has_escaped,
            Self::DecodedAndCollapsed => has_empty || has_escaped,
        };
        let segments = || path.split('/').skip(1).flat_map(|segment| self.segments_of(segment));
        let joined = || segments().flat_map(|segment| ["/", segment]).collect::<String>();
        is_other.then(joined).map(|path| if path.is_empty() { "/".to_owned() } else { path })
    }

    /// The segments that one segment is read as: none, itself, or several.
    pub fn segments_of(self, segment: &str) -> Vec<&str> {
        let mut segments: Vec<_> = match self {
            Self::Collapsed => vec![segment],
            Self::Decoded | Self::DecodedAndCollapsed => segment.split(ESCAPED_SLASH).collect(),
        };
        match self {
            Self::Collapsed | Self::DecodedAndCollapsed => segments.retain(|segment| !segment.is_empty()),
            Self::Decoded => {}
        }
        segments
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reading_of_a_path_is_one_that_targets_have() {
        let cases = [
            ("/", [None, None, None]),
            ("/a/b", [None, None, None]),
            ("/a/", [Some("/a"), None, Some("/a")]),
            ("/a//b/", [Some("/a/b"), None, Some("/a/b")]),
            ("/a%2Fb", [None, Some("/a/b"), Some("/a/b")]),
            ("/a%2F", [None, Some("/a/"), Some("/a")]),
            ("/a//b%2F%2F", [Some("/a/b%2F%2F"), Some("/a//b//"), Some("/a/b")]),
            ("/%2F", [None, Some("//"), Some("/")]),
        ];
        for (path, expected) in cases {
            let read = Reading::ALL.map(|reading| reading.of(path));
            assert_eq!(read.each_ref().map(Option::as_deref), expected, "{path}");
        }
    }
}
