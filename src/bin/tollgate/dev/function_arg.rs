//! A function as an operator types it: `search=./search.py`.

use std::{ffi::OsStr, fs, path::Path, str::FromStr};

use tollgate::api_file::local_function::{FunctionProgram, LocalFunction};

/// A function without an entry in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionArg(pub LocalFunction);

const EXPECTED: &str = "expected a name and a file, such as search=./search.py";

impl FromStr for FunctionArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, path) = text.split_once('=').ok_or(EXPECTED)?;
        if !LocalFunction::is_name(name) {
            return Err("expected a name of 1 to 64 letters, digits, - and _, but gateway".to_owned());
        }
        let path = Path::new(path);
        if !path.is_file() {
            return Err(format!("there is no file {}", path.display()));
        }
        let path = path.canonicalize().map_err(|error| format!("{}: {error}", path.display()))?;
        let (folder, file) = path.parent().zip(path.file_name()).ok_or(EXPECTED)?;
        let folder = folder.display().to_string();
        let module = path.file_stem().unwrap_or(file).to_string_lossy();
        let program = match path.extension().and_then(OsStr::to_str) {
            Some("js" | "mjs" | "cjs") => FunctionProgram::Node { handler: format!("{module}.handler") },
            Some("py") => FunctionProgram::Python { handler: format!("{module}.{}", python_handler(&path)) },
            Some(_) | None => {
                FunctionProgram::Command { program: path.display().to_string(), arguments: Vec::new() }
            }
        };
        Ok(Self(LocalFunction::new(name, program, &folder)))
    }
}

/// `handler`, unless the file has only a `lambda_handler`, as the console of AWS calls it.
fn python_handler(path: &Path) -> &'static str {
    let text = fs::read_to_string(path).unwrap_or_default();
    let defines =
        |name: &str| text.contains(&format!("def {name}(")) || text.contains(&format!("\n{name} ="));
    if !defines("handler") && defines("lambda_handler") { "lambda_handler" } else { "handler" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kind_of_a_function_is_told_by_its_file() {
        let folder = std::env::temp_dir().join(format!("tollgate-function-arg-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let folder = folder.canonicalize().unwrap();
        let node = |handler: &str| FunctionProgram::Node { handler: handler.to_owned() };
        let python = |handler: &str| FunctionProgram::Python { handler: handler.to_owned() };
        let program = folder.join("run").display().to_string();
        let cases = [
            ("a.py", "def handler(event, context):", python("a.handler")),
            ("b.py", "def lambda_handler(event, context):", python("b.lambda_handler")),
            ("c.py", "\nhandler = Mangum(app)\ndef lambda_handler(event, context):", python("c.handler")),
            ("d.mjs", "", node("d.handler")),
            ("e.cjs", "", node("e.handler")),
            ("run", "", FunctionProgram::Command { program, arguments: Vec::new() }),
        ];
        for (file, text, expected) in cases {
            fs::write(folder.join(file), text).unwrap();
            let FunctionArg(function) = format!("x={}", folder.join(file).display()).parse().unwrap();
            assert_eq!(function, LocalFunction::new("x", expected, &folder.display().to_string()), "{file}");
        }
        fs::remove_dir_all(folder).unwrap();
        for (text, expected) in [
            ("search", EXPECTED),
            ("gateway=x.py", "expected a name of 1 to 64 letters, digits, - and _, but gateway"),
            ("search=not-there.py", "there is no file not-there.py"),
        ] {
            assert_eq!(text.parse::<FunctionArg>().unwrap_err(), expected, "{text}");
        }
    }
}
