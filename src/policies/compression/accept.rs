//! The codings that a client takes, and the one that it likes best (RFC 9110 §12.5.3).

use http::{HeaderMap, header::ACCEPT_ENCODING};

use crate::{content_coding::ContentCoding, header_list::elements, media_type::weight};

/// The weight of a coding that is not in the list, in thousandths.
const REFUSED: u16 = 0;

/// The codings that a client takes, by its `Accept-Encoding`.
#[derive(Clone, Copy)]
pub struct AcceptedCodings<'a>(pub &'a HeaderMap);

impl AcceptedCodings<'_> {
    /// The best one; of those that the client likes equally the first of [`OF_ANSWERS`](ContentCoding::OF_ANSWERS). `None`:
    /// the answer is to stay as it is, also where there is no such header.
    pub fn best(self) -> Option<ContentCoding> {
        let best = self.best_weight()?;
        ContentCoding::OF_ANSWERS.iter().copied().find(|coding| self.weight(*coding) == best)
    }

    /// True where the client likes none better than this one.
    pub fn are_best(self, coding: ContentCoding) -> bool {
        self.best_weight() == Some(self.weight(coding))
    }

    fn best_weight(self) -> Option<u16> {
        let weights = ContentCoding::OF_ANSWERS.iter().map(|coding| self.weight(*coding));
        let best = weights.max().filter(|weight| *weight > REFUSED)?;
        // Who names identity likes it so much; who does not takes it, as a last resort.
        let of_identity = self.weight_of(&["identity"]).or(self.of_others());
        of_identity.is_none_or(|identity| identity <= best).then_some(best)
    }

    fn weight(self, coding: ContentCoding) -> u16 {
        self.weight_of(coding.names()).or(self.of_others()).unwrap_or(REFUSED)
    }

    fn of_others(self) -> Option<u16> {
        self.weight_of(&["*"])
    }

    fn weight_of(self, names: &[&str]) -> Option<u16> {
        let lines = self.0.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
        let elements = lines.flat_map(elements).map(weighted);
        elements
            .filter(|(name, _)| names.iter().any(|own| own.eq_ignore_ascii_case(name)))
            .map(|it| it.1)
            .max()
    }
}

/// `gzip;q=0.5` → `("gzip", 500)`. A weight that is none refuses.
fn weighted(element: &str) -> (&str, u16) {
    let (name, parameters) = element.split_once(';').unwrap_or((element, ""));
    let given = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("q").then(|| weight(value.trim()).unwrap_or(REFUSED))
    });
    (name.trim(), given.unwrap_or(1_000))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_client_gets_the_coding_that_it_likes_best() {
        let second = ContentCoding::OF_ANSWERS[1].name();
        for (line, expected) in [
            ("gzip", Some("gzip")),
            ("deflate", Some("deflate")),
            ("deflate, gzip", Some("gzip")),
            ("gzip, zstd", Some("zstd")),
            ("gzip, zstd;q=0.9", Some("gzip")),
            ("compress, gzip;q=0.1", Some("gzip")),
            ("gzip;q=0.5, deflate;q=0.6", Some("deflate")),
            ("X-GZIP", Some("gzip")),
            ("*", Some("zstd")),
            ("*, zstd;q=0", Some(second)),
            ("*;q=0, deflate", Some("deflate")),
            ("identity", None),
            ("identity;q=0.5, gzip", Some("gzip")),
            ("identity, gzip;q=0.5", None),
            ("identity;q=0.5, *;q=0.5", Some("zstd")),
            ("gzip;q=0", None),
            ("gzip;q=1.5", None),
            ("gzip;q=", None),
            ("gzip ; Q=0.001", Some("gzip")),
            ("compress", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(line))]);
            let coding = AcceptedCodings(&headers).best();
            assert_eq!(coding.map(ContentCoding::name), expected, "{line}");
        }
        assert_eq!(AcceptedCodings(&HeaderMap::new()).best(), None);
    }

    #[test]
    fn a_coding_that_a_client_likes_as_much_as_another_is_one_of_the_best() {
        for (line, is_best) in [
            ("gzip, deflate, br, zstd", true),
            ("gzip", true),
            ("*", true),
            ("gzip;q=0.5", true),
            ("gzip;q=0.5, zstd", false),
            ("zstd", false),
            ("identity", false),
            ("gzip;q=0.5, identity", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(line))]);
            assert_eq!(AcceptedCodings(&headers).are_best(ContentCoding::Gzip), is_best, "{line}");
        }
    }
}
