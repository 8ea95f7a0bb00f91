//! The words for items that are not what a stage serves when its canary has ended.

use tollgate::deployment::FormerAutoDeploy;

use crate::notes::note;

/// A stage whose items are not what it serves.
pub struct OtherItems<'a> {
    pub stage: &'a str,
    /// The options of the tables, for commands that are told.
    pub again: &'a str,
    pub auto_deploy: FormerAutoDeploy,
    pub served: Option<&'a str>,
    /// Whose they are: `those of the edit`.
    pub whose: &'a str,
    /// The file that makes them what is served: `the file of before the edit`.
    pub file: &'a str,
}

/// Tells that the items are still there, and the ways to go on.
pub fn tell_items(OtherItems { stage, again, auto_deploy, served, whose, file }: &OtherItems<'_>) {
    note(format_args!("tollgate: the routes table still has other items than {stage} serves: {whose}"));
    let on = match auto_deploy {
        FormerAutoDeploy::On => {
            note(
                "tollgate: autoDeploy is off from now on, or the next edit of a route would serve all of them",
            );
            " --auto-deploy"
        }
        FormerAutoDeploy::Off => "",
    };
    note(format_args!(
        "tollgate: to go back: tollgate apply FILE{again} with {file}, which sets autoDeploy too"
    ));
    if let Some(served) = served {
        note(format_args!(
            "tollgate: the routes that {stage} serves, as a file: tollgate export old.yaml --stage {stage} --deployment \
             {served}{again}"
        ));
    }
    note(format_args!("tollgate: to serve the items as they are: tollgate deploy {stage}{on}{again}"));
}
