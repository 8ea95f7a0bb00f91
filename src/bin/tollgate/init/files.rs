//! The files of a new API. What is about a function stands between lines `# function` and `# end` of a template.

use tollgate::api_file::schema::schema;

use super::Language;

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewFile {
    /// From the folder of the API.
    pub path: &'static str,
    pub text: String,
}

/// What differs between the languages.
struct LanguageFacts {
    /// Of `functions.hello` in the API file.
    entry: &'static str,
    /// Of the function in the SAM template.
    properties: &'static str,
    ignored: &'static str,
    /// What the README says of the function.
    words: &'static str,
    files: &'static [(&'static str, &'static str)],
}

const NODE: LanguageFacts = LanguageFacts {
    entry: "{ runtime: node, handler: index.handler, codeUri: functions/hello }",
    properties: "Runtime: nodejs22.x\n      Handler: index.handler",
    ignored: "node_modules/",
    words: "`functions/hello/index.mjs` is the function. A save of it is served with the next request.",
    files: &[("functions/hello/index.mjs", include_str!("templates/index.mjs"))],
};

const PYTHON: LanguageFacts = LanguageFacts {
    entry: "{ runtime: python, handler: app.handler, codeUri: functions/hello }",
    properties: "Runtime: python3.13\n      Handler: app.handler",
    ignored: ".venv/\n__pycache__/",
    words: "`functions/hello/app.py` is the function. A save of it is served with the next request. On this machine it runs \
            under `awslambdaric`, once: `python3 -m venv .venv && .venv/bin/pip install -r requirements-dev.txt`.",
    files: &[
        ("functions/hello/app.py", include_str!("templates/app.py")),
        ("functions/hello/requirements.txt", "# What the function needs on Lambda.\n"),
        ("requirements-dev.txt", "# Runs functions under `tollgate dev`.\nawslambdaric\n"),
    ],
};

const RUST: LanguageFacts = LanguageFacts {
    entry: "{ runtime: rust, handler: hello, codeUri: functions/hello }",
    properties: "Runtime: provided.al2023\n      Handler: bootstrap\n      Architectures: [arm64]",
    ignored: "target/",
    words: "`functions/hello/src/main.rs` is the function. `cargo build --manifest-path functions/hello/Cargo.toml` builds it; \
            a build is served with the next request.",
    files: &[
        ("functions/hello/Cargo.toml", include_str!("templates/Cargo.toml.txt")),
        ("functions/hello/src/main.rs", include_str!("templates/main.rs.txt")),
    ],
};

const NONE: LanguageFacts = LanguageFacts { entry: "", properties: "", ignored: "", words: "", files: &[] };

/// The files of an API with a function in this language.
pub fn of(language: Language) -> Vec<NewFile> {
    let facts = match language {
        Language::Node => &NODE,
        Language::Python => &PYTHON,
        Language::Rust => &RUST,
        Language::None => &NONE,
    };
    let text = |template: &str| filled(template, language, facts);
    let mut files = vec![
        NewFile { path: "tollgate.yaml", text: text(include_str!("templates/tollgate.yaml")) },
        NewFile { path: "tollgate.schema.json", text: format!("{:#}\n", schema()) },
        NewFile { path: "template.yaml", text: text(include_str!("templates/template.yaml")) },
        NewFile { path: "tests/api.yaml", text: text(include_str!("templates/tests.yaml")) },
        NewFile { path: ".github/workflows/api.yml", text: text(include_str!("templates/api.yml")) },
        NewFile { path: ".gitignore", text: text(include_str!("templates/gitignore")) },
        NewFile { path: "README.md", text: text(include_str!("templates/README.md.txt")) },
    ];
    files.extend(facts.files.iter().map(|(path, text)| NewFile { path, text: (*text).to_owned() }));
    files
}

/// A template with the facts of a language; without a function, without what is about it.
fn filled(template: &str, language: Language, facts: &LanguageFacts) -> String {
    let mut text = String::new();
    let mut is_left_out = false;
    for line in template.lines() {
        match line.trim() {
            "# function" => is_left_out = language == Language::None,
            "# rust" => is_left_out = language != Language::Rust,
            "# end" => is_left_out = false,
            _ if is_left_out => {}
            _ => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    let LanguageFacts { entry, properties, ignored, words, .. } = facts;
    let filled = [("ENTRY", entry), ("PROPERTIES", properties), ("IGNORED", ignored), ("WORDS", words)];
    filled.iter().fold(text, |text, (name, value)| text.replace(&format!("<{name}>"), value))
}
