//! `cdk.out`, the folder that `cdk synth` writes: its template that has an API.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
};

use super::source::MOST_INPUT_BYTES;

/// What a template with an API has in it.
const OF_AN_API: &str = "\"AWS::ApiGateway";
/// The end of the names of templates in the folder.
const TEMPLATE: &str = ".template.json";

/// The template of a folder.
///
/// # Errors
///
/// The folder cannot be read, or not one template in it has an API: the words say which there are.
pub fn template_in(folder: &Path) -> io::Result<PathBuf> {
    let mut templates = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let is_template = path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(TEMPLATE));
        // No link is followed: cdk synth makes none, and one may lead to a device.
        if is_template && entry.file_type()?.is_file() && has_api(&path)? {
            templates.push(path);
        }
    }
    templates.sort();
    let names: Vec<String> = templates.iter().map(|path| path.display().to_string()).collect();
    match <[PathBuf; 1]>::try_from(templates) {
        Ok([only]) => Ok(only),
        Err(_) => {
            let folder = folder.display();
            let words = match names.is_empty() {
                true => format!(
                    "{folder} has no template ({TEMPLATE}) with an API: is it the cdk.out of cdk synth?"
                ),
                false => {
                    format!("{folder} has several templates with an API: name one of {}", names.join(", "))
                }
            };
            Err(io::Error::new(ErrorKind::InvalidInput, words))
        }
    }
}

/// Says if a file has an API, within what an import reads of one.
fn has_api(path: &Path) -> io::Result<bool> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_INPUT_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).contains(OF_AN_API))
}
