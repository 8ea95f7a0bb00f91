//! The kinds of answers that the origin gives, one a path: what each says of caching, and what is in it.

/// What the origin says on the paths `/{route}/{name}/{id}`.
pub struct Kind {
    pub name: &'static str,
    /// By version, in turn.
    pub faces: &'static [Face],
    pub status: u16,
    pub validators: Validators,
    /// What its 304 says instead of what its face does.
    pub confirms: Option<Confirms>,
}

/// What an answer says, and what of the request is in it.
#[derive(Clone, Copy)]
pub struct Face {
    pub cache_control: &'static str,
    /// More lines. A time is told as seconds from now (`+8`), and `@` is who asks.
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

pub struct Confirms {
    pub cache_control: &'static str,
    pub more: &'static [(&'static str, &'static str)],
}

/// Of what is the same for all.
const fn face(cache_control: &'static str) -> Face {
    Face { cache_control, more: &[], vary: &[], shows: &[] }
}

const fn kind(name: &'static str, faces: &'static [Face]) -> Kind {
    Kind { name, faces, status: 200, validators: Validators::Tag, confirms: None }
}

/// Looks at these headers, and says so.
const fn varies(cache_control: &'static str, vary: &'static [&'static str]) -> Face {
    Face { vary, shows: vary, ..face(cache_control) }
}

/// Of one who asks.
const fn mine(cache_control: &'static str) -> Face {
    Face { shows: WHO, ..face(cache_control) }
}

const WHO: &[&str] = &["x-who"];
const LANGUAGE: &[&str] = &["accept-language"];

/// On the route that keeps callers apart only: nothing in its answers says that they are one caller's.
pub const OF_CALLERS_APART: Kind = kind("mine", &[mine("max-age=10")]);
/// Not on the route where the operator wants all with a key to share what each was told.
pub const OF_KEYS: Kind = kind("of-keys", &[Face { shows: &["x-api-key"], ..face("max-age=10") }]);
/// On the route only that has the header from another one of the client's.
pub const MAPPED: Kind = kind("mapped", &[varies("max-age=10", &["X-Mapped"])]);

#[rustfmt::skip]
pub const KINDS: [Kind; 37] = [
    kind("fresh", &[face("max-age=10")]),
    Kind { validators: Validators::Both, ..kind("short", &[face("max-age=2")]) },
    kind("shared", &[face("max-age=1, s-maxage=8")]),
    kind("expires", &[Face { more: &[("expires", "+8")], ..face("") }]),
    Kind { validators: Validators::Date, ..kind("guessed", &[face("")]) },
    kind("must-revalidate", &[face("max-age=4, must-revalidate, stale-if-error=60, stale-while-revalidate=60")]),
    Kind { validators: Validators::None, ..kind("proxy-revalidate", &[face("max-age=4, proxy-revalidate")]) },
    kind("while-revalidating", &[face("max-age=3, stale-while-revalidate=6")]),
    kind("if-error", &[face("max-age=3, stale-if-error=20")]),
    kind("s-maxage-and-stale", &[face("s-maxage=3, stale-while-revalidate=4, stale-if-error=20")]),
    kind("language", &[varies("max-age=10", &["Accept-Language"])]),
    Kind { validators: Validators::WeakTag, ..kind("two", &[varies("max-age=10", &["accept-language", "X-Who"])]) },
    kind("cookie", &[varies("max-age=10", &["Cookie"])]),
    kind("authorized", &[varies("max-age=10, public", &["Authorization"])]),
    kind("careless", &[Face { shows: &["authorization"], ..face("max-age=10") }]),
    kind("public", &[face("max-age=10, public")]),
    kind("aged", &[Face { more: &[("age", "4"), ("date", "-5")], ..face("max-age=10") }]),
    Kind { confirms: Some(Confirms { cache_control: "private, max-age=30", more: &[("x-for", "@")] }),
        ..kind("private-304", &[face("max-age=3")]) },
    Kind { confirms: Some(Confirms { cache_control: "max-age=30", more: &[("set-cookie", "s=@")] }),
        ..kind("session-304", &[face("max-age=3, stale-while-revalidate=3")]) },
    Kind { confirms: Some(Confirms { cache_control: "max-age=6", more: &[("age", "2")] }),
        ..kind("longer-304", &[face("max-age=3")]) },
    kind("odd", &[varies("max-age=10", &["ID"])]),
    kind("odd-and-language", &[varies("max-age=10", &["ID", "accept-language"])]),
    kind("targeted", &[Face { more: &[("cdn-cache-control", "max-age=6")], ..face("no-store") }]),
    Kind { validators: Validators::WeakTag, ..kind("fickle", &[
        face("max-age=10"), varies("max-age=10", LANGUAGE), varies("max-age=10", WHO), mine("private"),
        face("no-cache"), mine("no-store")]) },
    kind("accept", &[varies("max-age=10", &["Accept"])]),
    kind("expired", &[Face { more: &[("expires", "0")], ..face("") }]),
    kind("no-store", &[mine("no-store, max-age=60")]),
    Kind { validators: Validators::Both, ..kind("private", &[mine("private, max-age=60")]) },
    kind("private-field", &[mine("max-age=60, private=\"x-who\"")]),
    kind("semicolon", &[mine("private; max-age=60")]),
    kind("no-cache", &[face("no-cache")]),
    kind("no-cache-but-fresh", &[face("max-age=60, no-cache, stale-if-error=60, stale-while-revalidate=60")]),
    kind("star", &[Face { vary: &["*"], ..mine("max-age=10") }]),
    kind("session", &[Face { more: &[("set-cookie", "s=@")], ..face("max-age=10") }]),
    kind("shown", &[Face { more: &[("set-cookie", "shown=1")], ..face("public, max-age=10") }]),
    Kind { validators: Validators::Date,
        ..kind("surrogate", &[Face { more: &[("surrogate-control", "content=\"ESI/1.0\"")], ..mine("private") }]) },
    Kind { status: 404, ..kind("gone", &[face("max-age=5, stale-if-error=10")]) },
];
