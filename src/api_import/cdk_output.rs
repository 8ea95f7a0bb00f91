//! `cdk.out`, the folder that `cdk synth` writes: its template that has an API, and those beside it that are about it.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read},
    path::{Path, PathBuf},
};

use super::source::MOST_INPUT_BYTES;

/// The kinds of APIs.
const APIS: [&str; 2] = ["\"AWS::ApiGateway::RestApi\"", "\"AWS::ApiGatewayV2::Api\""];
/// Texts by which a template is known to have an API, a part of one, or a web ACL.
const OF_AN_API: [&str; 2] = ["\"AWS::ApiGateway", "::WebACLAssociation\""];
/// The end of the names of templates in the folder.
const TEMPLATE: &str = ".template.json";

/// The templates of a folder that are about APIs.
#[derive(Debug)]
pub struct CdkOutput {
    /// The one with an API.
    pub template: PathBuf,
    /// Those that may have parts of the API, or guards before it.
    pub beside: Vec<PathBuf>,
}

/// Finds the templates of a folder.
///
/// # Errors
///
/// The folder cannot be read, or not one template in it has an API: the words say which there are.
pub fn templates_in(folder: &Path) -> io::Result<CdkOutput> {
    let (mut templates, mut beside) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let is_template = path.file_name().is_some_and(|name| name.to_string_lossy().ends_with(TEMPLATE));
        // No link is followed: cdk synth makes none, and one may lead to a device.
        if !is_template || !entry.file_type()?.is_file() {
            continue;
        }
        let text = text_of(&path)?;
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        match (has(&APIS), has(&OF_AN_API)) {
            (true, _) => templates.push(path),
            (false, true) => beside.push(path),
            (false, false) => {}
        }
    }
    templates.sort();
    beside.sort();
    let names: Vec<String> = templates.iter().map(|path| path.display().to_string()).collect();
    match <[PathBuf; 1]>::try_from(templates) {
        Ok([template]) => Ok(CdkOutput { template, beside }),
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

/// The text of a file, within what an import reads of one.
fn text_of(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MOST_INPUT_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
