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
