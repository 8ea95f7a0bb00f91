//! What a shell and `man` get: completions and pages.

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use crate::{harness::tool::tollgate, operator::Home};

#[test]
fn completions_name_the_commands_and_are_scripts_that_the_shell_takes() {
    for shell in ["bash", "zsh", "fish"] {
        let ran = tollgate(&[], &["completion", shell]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{shell}");
        for word in ["doctor", "rotate", "table-prefix"] {
            assert!(ran.stdout.contains(word), "{shell}: {word}");
        }
        // A machine without the shell has nobody who reads the script.
        let Ok(mut child) = Command::new(shell).args(["-n"]).stdin(Stdio::piped()).spawn() else { continue };
        child.stdin.take().unwrap().write_all(ran.stdout.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{shell}");
    }
    assert_eq!(tollgate(&[], &["completion", "tcsh"]).code, Some(64));
}

#[test]
fn the_manual_has_a_page_for_each_command() {
    let home = Home::new("man", &[]);
    let folder = home.0.join("deep/man1");
    let ran = tollgate(&[], &["man", folder.to_str().unwrap()]);
    assert_eq!(ran.text(&[]), "exit 0\n--\n");
    let mut pages: Vec<String> =
        fs::read_dir(&folder).unwrap().map(|page| page.unwrap().file_name().into_string().unwrap()).collect();
    pages.sort();
    for page in
        ["tollgate.1", "tollgate-check.1", "tollgate-keys.1", "tollgate-keys-rotate.1", "tollgate-doctor.1"]
    {
        assert!(pages.iter().any(|known| known == page), "{page}: {pages:?}");
    }
    let text = fs::read_to_string(folder.join("tollgate-keys-rotate.1")).unwrap();
    for words in
        [".TH tollgate-keys-rotate 1", "\\-\\-overlap", "tollgate keys rotate u1q0a7ht2c \\-\\-overlap 7d"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    let file = folder.join("tollgate.1");
    let ran = tollgate(&[], &["man", file.to_str().unwrap()]);
    assert!(ran.code == Some(1) && ran.stderr.starts_with("tollgate: writing into "), "{ran:?}");
}
