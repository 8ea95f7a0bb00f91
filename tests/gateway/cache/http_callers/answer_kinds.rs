//! The kinds of answers that the origin gives, one a path: their headers, and the request's headers in their bodies.

/// The origin's answers on the paths `/{route}/{name}/{id}`.
pub struct AnswerKind {
    pub name: &'static str,
    /// One a version, in turn.
    pub templates: &'static [AnswerTemplate],
    pub status: u16,
    pub validators: Validators,
    /// The headers of its 304, in the place of its template's.
    pub not_modified: Option<NotModifiedTemplate>,
}

/// The headers of an answer, and the request's headers that are in its body.
#[derive(Clone, Copy)]
pub struct AnswerTemplate {
    pub cache_control: &'static str,
    /// More headers. A time is written as seconds from now (`+8`), and `@` is the caller.
    pub more: &'static [(&'static str, &'static str)],
    /// The header `ID` is the one of [`ODD_HEADERS`](super::super::callers::ODD_HEADERS) with the path's number.
    pub vary: &'static [&'static str],
    /// The headers whose values are in the body.
    pub shows: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Validators {
    Tag,
    WeakTag,
    Date,
    Both,
    None,
}

pub struct NotModifiedTemplate {
    pub cache_control: &'static str,
    pub more: &'static [(&'static str, &'static str)],
}

/// An answer that is the same for all.
const fn template(cache_control: &'static str) -> AnswerTemplate {
    AnswerTemplate { cache_control, more: &[], vary: &[], shows: &[] }
}

const fn kind(name: &'static str, templates: &'static [AnswerTemplate]) -> AnswerKind {
    AnswerKind { name, templates, status: 200, validators: Validators::Tag, not_modified: None }
}

/// Looks at these headers, and says so.
const fn varies(cache_control: &'static str, vary: &'static [&'static str]) -> AnswerTemplate {
    AnswerTemplate { vary, shows: vary, ..template(cache_control) }
}

/// An answer that holds the caller's name.
const fn mine(cache_control: &'static str) -> AnswerTemplate {
    AnswerTemplate { shows: WHO, ..template(cache_control) }
}

const WHO: &[&str] = &["x-who"];
const LANGUAGE: &[&str] = &["accept-language"];

/// On the route that keeps callers apart only: nothing in its answers says that they are one caller's.
pub const OF_CALLERS_APART: AnswerKind = kind("mine", &[mine("max-age=10")]);
/// An answer that holds the API key; not on the route where all keys share one cache.
pub const OF_KEYS: AnswerKind =
    kind("of-keys", &[AnswerTemplate { shows: &["x-api-key"], ..template("max-age=10") }]);
/// On the route only that has the header from another one of the client's.
pub const MAPPED: AnswerKind = kind("mapped", &[varies("max-age=10", &["X-Mapped"])]);

#[rustfmt::skip]
pub const KINDS: [AnswerKind; 37] = [
    kind("fresh", &[template("max-age=10")]),
    AnswerKind { validators: Validators::Both, ..kind("short", &[template("max-age=2")]) },
    kind("shared", &[template("max-age=1, s-maxage=8")]),
    kind("expires", &[AnswerTemplate { more: &[("expires", "+8")], ..template("") }]),
    AnswerKind { validators: Validators::Date, ..kind("guessed", &[template("")]) },
    kind("must-revalidate", &[template("max-age=4, must-revalidate, stale-if-error=60, stale-while-revalidate=60")]),
    AnswerKind { validators: Validators::None, ..kind("proxy-revalidate", &[template("max-age=4, proxy-revalidate")]) },
    kind("while-revalidating", &[template("max-age=3, stale-while-revalidate=6")]),
    kind("if-error", &[template("max-age=3, stale-if-error=20")]),
    kind("s-maxage-and-stale", &[template("s-maxage=3, stale-while-revalidate=4, stale-if-error=20")]),
    kind("language", &[varies("max-age=10", &["Accept-Language"])]),
    AnswerKind { validators: Validators::WeakTag, ..kind("two", &[varies("max-age=10", &["accept-language", "X-Who"])]) },
    kind("cookie", &[varies("max-age=10", &["Cookie"])]),
    kind("authorized", &[varies("max-age=10, public", &["Authorization"])]),
    kind("careless", &[AnswerTemplate { shows: &["authorization"], ..template("max-age=10") }]),
    kind("public", &[template("max-age=10, public")]),
    kind("aged", &[AnswerTemplate { more: &[("age", "4"), ("date", "-5")], ..template("max-age=10") }]),
    AnswerKind { not_modified: Some(NotModifiedTemplate { cache_control: "private, max-age=30", more: &[("x-for", "@")] }),
        ..kind("private-304", &[template("max-age=3")]) },
    AnswerKind { not_modified: Some(NotModifiedTemplate { cache_control: "max-age=30", more: &[("set-cookie", "s=@")] }),
        ..kind("session-304", &[template("max-age=3, stale-while-revalidate=3")]) },
    AnswerKind { not_modified: Some(NotModifiedTemplate { cache_control: "max-age=6", more: &[("age", "2")] }),
        ..kind("longer-304", &[template("max-age=3")]) },
    kind("odd", &[varies("max-age=10", &["ID"])]),
    kind("odd-and-language", &[varies("max-age=10", &["ID", "accept-language"])]),
    kind("targeted", &[AnswerTemplate { more: &[("cdn-cache-control", "max-age=6")], ..template("no-store") }]),
    AnswerKind { validators: Validators::WeakTag, ..kind("fickle", &[
        template("max-age=10"), varies("max-age=10", LANGUAGE), varies("max-age=10", WHO), mine("private"),
        template("no-cache"), mine("no-store")]) },
    kind("accept", &[varies("max-age=10", &["Accept"])]),
    kind("expired", &[AnswerTemplate { more: &[("expires", "0")], ..template("") }]),
    kind("no-store", &[mine("no-store, max-age=60")]),
    AnswerKind { validators: Validators::Both, ..kind("private", &[mine("private, max-age=60")]) },
    kind("private-field", &[mine("max-age=60, private=\"x-who\"")]),
    kind("semicolon", &[mine("private; max-age=60")]),
    kind("no-cache", &[template("no-cache")]),
    kind("no-cache-but-fresh", &[template("max-age=60, no-cache, stale-if-error=60, stale-while-revalidate=60")]),
    kind("star", &[AnswerTemplate { vary: &["*"], ..mine("max-age=10") }]),
    kind("session", &[AnswerTemplate { more: &[("set-cookie", "s=@")], ..template("max-age=10") }]),
    kind("shown", &[AnswerTemplate { more: &[("set-cookie", "shown=1")], ..template("public, max-age=10") }]),
    AnswerKind { validators: Validators::Date,
        ..kind("surrogate", &[AnswerTemplate { more: &[("surrogate-control", "content=\"ESI/1.0\"")], ..mine("private") }]) },
    AnswerKind { status: 404, ..kind("gone", &[template("max-age=5, stale-if-error=10")]) },
];
